//! `docs/options.md`: every option with its names, its default and what it does.

use std::fmt::Write as _;

use super::{Group, Language, Surface};

/// The languages that have a column.
const LANGUAGES: [(Language, &str); 5] = [
    (Language::Python, "Python"),
    (Language::Node, "Node"),
    (Language::C, "C"),
    (Language::Go, "Go"),
    (Language::Rust, "Rust"),
];

/// Writes the page.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = String::from(
        "<!-- Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit. -->\n\n# Options\n\n\
         Every option, the same in five languages. What is left out keeps its default.\n\n\
         Times are seconds or a `timedelta` in Python, milliseconds in Node and C, a `time.Duration` in Go and a `Duration` in\n\
         Rust. No limit is `math.inf` in Python, `Infinity` in Node, `NoLimit` in Go, `UINT64_MAX` in C and `Duration::MAX` in\n\
         Rust. An option that is marked *can be off* is turned off by `None` in Python and Rust, `null` in Node, and by a\n\
         function or a field of its own in C and Go.\n",
    );
    for group in &surface.groups {
        let (title, about) = match group.name {
            "client" => ("Of a client", "They hold for all its calls."),
            _ => (
                "Of a request",
                "They hold for one call, and outrank those of its client.",
            ),
        };
        let _ = write!(out, "\n## {title}\n\n{about}\n\n");
        table(&mut out, surface, group);
    }
    out
}

fn table(out: &mut String, surface: &Surface, group: &Group) {
    let titles = LANGUAGES.map(|(_, title)| title).join(" | ");
    let _ = writeln!(out, "| {titles} | default | what it sets |");
    let _ = writeln!(out, "|{}", "---|".repeat(LANGUAGES.len() + 2));
    for row in group.options.iter().chain(&group.by_hand) {
        let names = LANGUAGES.map(|(language, _)| match language {
            Language::Go => match row.detail("go_off") {
                Some(off) => format!("`{}`, `{off}`", row.spelt(language)),
                None => format!("`{}`", row.spelt(language)),
            },
            _ => format!("`{}`", row.spelt(language)),
        });
        // Words of Rust, which is the language of the page's own names.
        let doc = surface.doc_alone(row, Language::Rust).join(" ");
        let default = row
            .default
            .as_ref()
            .and_then(|own| own.said(Language::Rust));
        let off = if row.is_null_a_value {
            " *(can be off)*"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "| {} | {} | {doc}{off} |",
            names.join(" | "),
            default.unwrap_or_default()
        );
    }
}
