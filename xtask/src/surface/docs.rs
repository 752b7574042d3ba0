//! The documentation of an option as a language reads it: its own spellings, units and defaults.

use super::{Default, Field, FieldKind, Kind, Language, OptionSet, Record, Row, Surface};

/// A day in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

impl Surface {
    /// The documentation of an option as paragraphs. Options that it names in backticks are spelt as the language does,
    /// and what the option defaults to follows.
    pub(crate) fn doc(&self, row: &Row, language: Language) -> Vec<String> {
        let mut doc = self.doc_alone(row, language);
        let mut said = Vec::new();
        // C and Go have a function or a field for it.
        if row.is_null_a_value && !matches!(language, Language::C | Language::Go) {
            let nothing = value_of_rust("None", language).unwrap_or("None");
            said.push(format!("`{nothing}` turns it off."));
        }
        if let Some(unit) = unit(language).filter(|_| row.kind == Kind::Duration) {
            let or = match language {
                Language::Python => ", or a `timedelta`",
                _ => "",
            };
            said.push(format!("In {unit}{or}."));
        }
        if let Some(default) = row.default.as_ref().and_then(|own| own.said(language)) {
            said.push(format!("Default: {default}."));
        }
        if let (false, Some(last)) = (said.is_empty(), doc.last_mut()) {
            *last = format!("{last} {}", said.join(" "));
        }
        doc
    }

    /// The same without unit and default.
    pub(crate) fn doc_alone(&self, row: &Row, language: Language) -> Vec<String> {
        let spelt = |paragraph: &String| self.spelt_names(paragraph, row, language);
        let mut doc: Vec<String> = row.doc.iter().map(spelt).collect();
        let own = row.detail(&format!("{}_doc", language.key()));
        if let (Some(own), Some(last)) = (own, doc.last_mut()) {
            *last = format!("{last} {own}");
        }
        doc
    }

    /// The same of an option of one set of operations: without the sentences that are about other sets alone.
    pub(super) fn doc_in(&self, row: &Row, set: &OptionSet, language: Language) -> Vec<String> {
        let own = format!("{}_only", set.name.to_lowercase());
        let others = row
            .details
            .iter()
            .filter(|(key, _)| key.ends_with("_only") && *key != own);
        let others: Vec<&str> = others.map(|(_, begin)| begin.as_str()).collect();
        let says = |sentence: &&str| !others.iter().any(|begin| sentence.starts_with(begin));
        let doc = self.doc(row, language).into_iter().map(|paragraph| {
            let sentences = paragraph.split_inclusive(". ").filter(says);
            sentences.collect::<String>().trim_end().to_owned()
        });
        doc.collect()
    }

    /// The default in words, if any. What a request or an operation does not set, a client's option of its name may.
    pub(super) fn default_said(&self, row: &Row, language: Language) -> String {
        let said = row.default.as_ref().and_then(|own| own.said(language));
        let client = self.groups.iter().find(|group| group.name == "client");
        let of_client = client.is_some_and(|client| {
            let mut options = client.options.iter();
            !client.has(row) && options.any(|option| option.name == row.name)
        });
        said.unwrap_or_else(|| if of_client { "the client's" } else { "" }.to_owned())
    }

    /// The documentation of a field as paragraphs, in the language's words.
    pub(crate) fn field_doc(field: &Field, language: Language) -> Vec<String> {
        let spelt = |paragraph: &String| {
            in_backticks(paragraph, |part| {
                value_of_rust(part, language).map(str::to_owned)
            })
        };
        let mut doc: Vec<String> = field.doc.iter().map(spelt).collect();
        let unit = unit(language).filter(|_| field.kind == FieldKind::Duration);
        let besides = field.detail(&format!("{}_doc", language.key()));
        if let Some(last) = doc.last_mut() {
            *last += &unit.map(|unit| format!(" In {unit}.")).unwrap_or_default();
            *last += &besides.map(|text| format!(" {text}")).unwrap_or_default();
        }
        doc
    }

    /// The documentation of a record, which names fields as the language does.
    pub(super) fn record_doc(&self, record: &Record, language: Language) -> String {
        in_backticks(&record.doc, |part| {
            let mut fields = self.records.iter().flat_map(|own| &own.fields);
            // Other names may be words of English.
            let field = fields.find(|own| part.contains('_') && own.name == part)?;
            Some(field.spelt(language))
        })
    }

    /// The option's own name in its documentation means something else, such as a header.
    fn spelt_names(&self, text: &str, own: &Row, language: Language) -> String {
        in_backticks(text, |part| {
            if let Some(value) = value_of_rust(part, language) {
                return Some(value.to_owned());
            }
            // Those of a cloud are keys of `clouds.yaml`.
            if self.cloud.has(own) {
                return None;
            }
            // Words such as `limit` are options of operations alone.
            let of_operation = self.operations.options.has(own);
            let others = self.rows().filter(|row| row.name != own.name);
            let mut others = others.filter(|row| self.operations.options.has(row) == of_operation);
            let row = others.find(|row| row.name == part)?;
            Some(row.spelt(language))
        })
    }
}

/// Puts printed lines into a file that is written by hand: below the comment that begins with the title, and above the one that
/// ends them.
pub(crate) fn between(file: &str, title: &str, printed: &str) -> Result<String, String> {
    let begin = format!("{title}. Generated from core/src/surface; do not edit.\n");
    let parts = file.split_once(&begin).and_then(|(head, rest)| {
        let line = rest.get(..rest.find("Generated until here.")?)?.rfind('\n');
        Some((head, rest.get(line.map_or(0, |end| end + 1)..)?))
    });
    let (head, tail) = parts.ok_or_else(|| format!("no place for \"{title}\""))?;
    Ok(format!("{head}{begin}{printed}{tail}"))
}

/// Replaces the text in backticks if there is a replacement.
pub(super) fn in_backticks(text: &str, instead: impl Fn(&str) -> Option<String>) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let other = if at % 2 == 1 { instead(part) } else { None };
        other.unwrap_or_else(|| part.to_owned())
    });
    parts.collect::<Vec<_>>().join("`")
}

impl Default {
    /// The default in words; `None` where the documentation says it.
    pub(crate) fn said(&self, language: Language) -> Option<String> {
        Some(match self {
            Self::Flag(on) => match (language, on) {
                (Language::Python, true) => "True".to_owned(),
                (Language::Python, false) => "False".to_owned(),
                _ => on.to_string(),
            },
            Self::Count(bytes) if bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
            Self::Count(number) => number.to_string(),
            Self::Unlimited => "unlimited".to_owned(),
            Self::Milliseconds(time) => match language {
                Language::Node | Language::C => with_thousands(*time),
                _ if *time > DAY && time % DAY == 0 => format!("{} days", time / DAY),
                _ if time % 1000 == 0 => format!("{} s", time / 1000),
                _ => format!("{} s", *time as f64 / 1000.0),
            },
            Self::RetryBudget {
                capacity,
                retry_cost,
            } => format!("a capacity of {capacity} and a cost of {retry_cost}"),
            Self::Environment | Self::Nothing => return None,
        })
    }
}

/// The unit of times, where their type does not say it.
fn unit(language: Language) -> Option<&'static str> {
    match language {
        Language::Node | Language::C => Some("milliseconds"),
        Language::Python => Some("seconds"),
        Language::Rust | Language::Go => None,
    }
}

/// A value that documentation writes as Rust does, in another language.
pub(super) fn value_of_rust(written: &str, language: Language) -> Option<&'static str> {
    if written == "request_link" {
        return Some(match language {
            Language::Node => "requestLink",
            Language::C => "reqtrail_request_new_link",
            Language::Go => "[Request.Link]",
            Language::Rust | Language::Python => "request_link",
        });
    }
    let [nothing, yes, no] = match language {
        Language::Rust => return None,
        Language::Python => ["None", "True", "False"],
        Language::Node => ["null", "true", "false"],
        Language::C => ["NULL", "true", "false"],
        Language::Go => ["nil", "true", "false"],
    };
    match written {
        "None" => Some(nothing),
        "Some(true)" | "true" => Some(yes),
        "Some(false)" | "false" => Some(no),
        _ => None,
    }
}

fn with_thousands(number: u64) -> String {
    match number / 1000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", with_thousands(thousands), number % 1000),
    }
}

/// The columns of a line.
const WIDTH: usize = 120;

/// Paragraphs as a comment of a language, or as a docstring. All lines except the first are indented, in Go by tabs.
pub(super) fn commented(paragraphs: &[String], language: Language, indent: usize) -> String {
    let (pad, room) = match language {
        Language::Go => ("\t".repeat(indent), WIDTH - 4 * indent),
        _ => (" ".repeat(indent), WIDTH - indent),
    };
    let each = |begin: &str, paragraphs: &[String]| -> Vec<String> {
        let lines = lines_of(paragraphs, room - begin.len()).into_iter();
        // A link stays whole.
        let lines = lines.map(|line| format!("{begin}{line}").replace('\u{a0}', " "));
        lines.map(|line| line.trim_end().to_owned()).collect()
    };
    let lines = match language {
        Language::Python => {
            // Code is between two backticks each; links are plain text.
            let text = paragraphs.iter().map(|own| own.replace('`', "``"));
            let text: Vec<String> = text.collect();
            let end = if text.len() > 1 { "\n" } else { "" };
            let lines = match &text[..] {
                [only] if only.chars().count() + 6 <= room => text,
                _ => lines_of(&text, room - 6),
            };
            let text = format!("\"\"\"{}{end}\"\"\"", lines.join("\n"));
            text.split('\n').map(str::to_owned).collect()
        }
        Language::Node => match paragraphs {
            [only] if only.chars().count() + 7 <= room => vec![format!("/** {only} */")],
            _ => {
                let whole = paragraphs.iter();
                let whole = whole.map(|own| own.replace("@link ", "@link\u{a0}"));
                let lines = each(" * ", &whole.collect::<Vec<_>>());
                [&["/**".to_owned()], &lines[..], &[" */".to_owned()]].concat()
            }
        },
        Language::Go => each("// ", paragraphs),
        Language::C | Language::Rust => each("/// ", paragraphs),
    };
    lines
        .join(&format!("\n{pad}"))
        .replace(&format!("\n{pad}\n"), "\n\n")
}

/// Writes paragraphs as a comment of TypeScript, if there are any.
pub(crate) fn comment(out: &mut String, paragraphs: &[String], indent: usize) {
    if !paragraphs.iter().all(String::is_empty) {
        let comment = commented(paragraphs, Language::Node, indent);
        *out += &format!("{}{comment}\n", " ".repeat(indent));
    }
}

/// Breaks paragraphs into lines of at most `width` characters, with an empty one between two.
pub(super) fn lines_of(paragraphs: &[String], width: usize) -> Vec<String> {
    let paragraphs: Vec<Vec<String>> = paragraphs.iter().map(|own| wrapped(own, width)).collect();
    paragraphs.join(&String::new())
}

/// Breaks a text into lines of at most `width` characters. A longer word gets a line to itself.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::surface::Group;

    pub(in crate::surface) fn surface() -> Surface {
        let row = |name: &str, kind, default, doc: &str| Row {
            id: Some(1),
            name: name.to_owned(),
            kind,
            rust_type: String::new(),
            is_null_a_value: name == "ping_interval",
            default,
            doc: vec![doc.to_owned()],
            details: Vec::new(),
        };
        let options = vec![
            row(
                "max_wait",
                Kind::Duration,
                Some(Default::Milliseconds(8500)),
                "The longest wait.",
            ),
            row(
                "ping_interval",
                Kind::Duration,
                None,
                "The time, beside `max_wait` and `Host`.",
            ),
            row(
                "body_bytes",
                Kind::Count,
                Some(Default::Count(64 << 20)),
                "The most.",
            ),
        ];
        let groups = vec![Group {
            name: "client",
            options,
            by_hand: Vec::new(),
        }];
        Surface::of_groups(groups)
    }

    #[test]
    fn each_language_has_its_units_defaults_and_names() {
        let surface = surface();
        let [wait, interval, bytes] = &surface.groups[0].options[..] else {
            panic!("three rows");
        };
        for (row, language, said) in [
            (
                wait,
                Language::Node,
                "The longest wait. In milliseconds. Default: 8,500.",
            ),
            (wait, Language::Go, "The longest wait. Default: 8.5 s."),
            (bytes, Language::Python, "The most. Default: 64 MiB."),
            (
                interval,
                Language::Node,
                "The time, beside `maxWaitMs` and `Host`. `null` turns it off. In milliseconds.",
            ),
            (
                interval,
                Language::Go,
                "The time, beside `MaxWait` and `Host`.",
            ),
        ] {
            assert_eq!(surface.doc(row, language), [said]);
        }
    }

    #[test]
    fn a_set_of_operations_has_no_sentence_of_another() {
        let mut surface = surface();
        let row = &mut surface.groups[0].options[0];
        row.default = None;
        row.doc = vec!["The most. A list has all. A tale has some.".to_owned()];
        for (key, begin) in [("list_only", "A list "), ("tale_only", "A tale ")] {
            row.details.push((key.to_owned(), begin.to_owned()));
        }
        let row = &surface.groups[0].options[0];
        for (name, said) in [
            ("List", "The most. A list has all."),
            ("Tale", "The most. A tale has some."),
            ("Read", "The most."),
        ] {
            let name = name.to_owned();
            let (doc, options) = (Vec::new(), Vec::new());
            let set = OptionSet { name, doc, options };
            assert_eq!(surface.doc_in(row, &set, Language::Go), [said]);
        }
    }

    #[test]
    fn a_record_names_fields_as_the_language_does() {
        let surface = crate::surface::read(&crate::root()).expect("the rows");
        let limit = surface.record("rate_limit").expect("a record");
        for (language, name) in [
            (Language::Python, "`retry_after`"),
            (Language::Node, "`retryAfterMs`"),
            (Language::Go, "`RetryAfter`"),
        ] {
            let said = surface.record_doc(limit, language);
            assert!(said.contains(name), "{said}");
        }
    }

    #[test]
    fn printed_lines_stand_between_two_comments() {
        let file = |printed: &str| {
            let begin = "  # Fields. Generated from core/src/surface; do not edit.\n";
            format!("head\n{begin}{printed}  # Generated until here.\ntail\n")
        };
        for before in ["", "  old\n  older\n"] {
            let after = between(&file(before), "Fields", "  new\n");
            assert_eq!(after, Ok(file("  new\n")));
        }
        between(&file(""), "Values", "").expect_err("no such comment");
    }

    #[test]
    fn lines_are_no_longer_than_asked() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrapped("documentation of it", 5),
            ["documentation", "of it"]
        );
    }
}
