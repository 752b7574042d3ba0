//! Tables of options: `docs/options.md`, which has every one in all languages, and those of single languages.

use std::fmt::Write as _;

use super::{Group, Kind, Language, Row, Surface};

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
    for group in surface.groups.iter().chain([&surface.operations.options]) {
        let (title, about) = match group.name {
            "client" => ("Of a client", "They hold for all its calls."),
            "request" => (
                "Of a request",
                "They hold for one call, and outrank those of its client.",
            ),
            _ => (
                "Of an operation",
                "They hold for one operation on a server of OpenStack. Its documentation says which of them it has.",
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
        let names = LANGUAGES.map(|(language, _)| names(row, language));
        // Words of Rust, which is the language of the page's own names.
        let doc = surface.doc_alone(row, Language::Rust).join(" ");
        let off = if row.is_null_a_value {
            " *(can be off)*"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "| {} | {} | {doc}{off} |",
            names.join(" | "),
            default(surface, group, row, Language::Rust)
        );
    }
}

/// The option, and what turns it off.
fn names(row: &Row, language: Language) -> String {
    let off = match language {
        Language::C => row.detail("c_off"),
        Language::Go => row.detail("go_off"),
        _ => None,
    };
    let off = off.map_or_else(String::new, |off| format!(", `{off}`"));
    format!("`{}`{off}", row.spelt(language))
}

fn default(surface: &Surface, group: &Group, row: &Row, language: Language) -> String {
    let said = row.default.as_ref().and_then(|own| own.said(language));
    let of_client = surface.groups.iter().find(|other| other.name == "client");
    let of_client = of_client.filter(|client| client.name != group.name);
    let is_clients = of_client.is_some_and(|client| {
        let mut options = client.options.iter();
        options.any(|option| option.name == row.name)
    });
    said.unwrap_or_else(|| if is_clients { "the client's" } else { "" }.to_owned())
}

/// A table of some options, as one language has them.
pub(crate) fn some_options(
    surface: &Surface,
    language: &str,
    group: &str,
    wanted: &[&str],
) -> Result<String, String> {
    let own = LANGUAGES.iter().find(|(_, title)| *title == language);
    let (language, _) = *own.ok_or_else(|| format!("no language `{language}`"))?;
    let own = surface.groups.iter().find(|own| own.name == group);
    let group = own.ok_or_else(|| format!("no group `{group}`"))?;
    let mut out = String::from("| option | takes | default | what it sets |\n|---|---|---|---|\n");
    for name in wanted {
        let mut rows = group.options.iter().chain(&group.by_hand);
        let row = rows.find(|row| row.name == *name);
        let row = row.ok_or_else(|| format!("no option `{name}` of a {}", group.name))?;
        let doc = surface.doc_alone(row, language).join(" ");
        let sentence = doc
            .split_once(". ")
            .map_or(doc.as_str(), |(first, _)| first);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {}. |",
            names(row, language),
            takes(row, language),
            default(surface, group, row, language),
            sentence.trim_end_matches('.')
        );
    }
    Ok(out)
}

/// What a value of an option is.
fn takes(row: &Row, language: Language) -> &'static str {
    match row.kind {
        Kind::Duration => match language {
            Language::Python => "seconds or `timedelta`",
            Language::Node | Language::C => "milliseconds",
            Language::Go => "`time.Duration`",
            Language::Rust => "`Duration`",
        },
        Kind::Flag => "true or false",
        Kind::Count => "a number",
        Kind::Text | Kind::Dialect => "a text",
        Kind::Secret => "a text or a secret",
        Kind::Path => "a path",
        Kind::Moment => "a moment",
        Kind::Texts => "texts",
        Kind::Pems => "PEM texts",
        Kind::Statuses => "statuses",
        Kind::Headers => "names and values",
        Kind::RetryBudget => "capacity and cost",
        Kind::ByHand => "",
    }
}
