//! Go: the options as fields of `Config` and `Request`, the options of requests as `With…`, and what checks and encodes
//! them.

use std::fmt::Write as _;

use super::docs::between;
use super::go::{HEADER, comment, lowered};
use super::names::pascal;
use super::{Default, Group, Kind, Language, Row, Surface};

/// What says where a struct that is written by hand has the fields that are printed.
const TITLE: &str = "The options that a type describes";

/// Puts the fields of a group into the file of its struct.
pub(crate) fn with_fields(surface: &Surface, name: &str, file: &str) -> Result<String, String> {
    let group = surface.groups.iter().find(|group| group.name == name);
    let group = group.ok_or_else(|| format!("no group `{name}`"))?;
    let by_hand = group.by_hand.iter();
    let by_hand = by_hand.filter(|row| row.detail("go_type").is_some());
    let rows: Vec<&Row> = group.options.iter().chain(by_hand).collect();
    let mut own = "\n".to_owned();
    fields(&mut own, surface, &rows);
    between(file, TITLE, &(own + "\n"))
}

/// The fields of options.
pub(super) fn fields(out: &mut String, surface: &Surface, rows: &[&Row]) {
    for (name, kind, doc) in rows.iter().flat_map(|row| row.fields(surface)) {
        comment(out, &doc, 1);
        let _ = writeln!(out, "\t{name} {kind}");
    }
}

/// The file of what sets, checks and encodes options.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = format!("{HEADER}\nimport \"time\"\n");
    for group in &surface.groups {
        numbers(&mut out, group);
        if group.name == "request" {
            for row in &group.options {
                setter(&mut out, group, row, surface);
            }
        }
        let (record, kind) = match group.name {
            "client" => ("Config", "KindConfig"),
            _ => ("Request", "KindInvalidRequest"),
        };
        let rows: Vec<&Row> = group.options.iter().collect();
        encoder(&mut out, group, &rows, [group.name, record, kind]);
    }
    out
}

impl Row {
    /// The fields of an option: their names, types and documentation.
    fn fields(&self, surface: &Surface) -> Vec<(String, String, String)> {
        let name = self.spelt(Language::Go);
        let text = self.go_doc(surface);
        let doc = match self.kind {
            Kind::Flag if self.is_negated() => {
                let on = text.strip_prefix("Whether ").unwrap_or(&text);
                format!("{name} turns this off: {on}")
            }
            Kind::Flag => format!("{name} says {}", lowered(&text)),
            Kind::Texts | Kind::Pems | Kind::Statuses | Kind::Headers => {
                format!("{name} holds {}", lowered(&text))
            }
            _ => match (text.strip_prefix("What "), self.go_type().as_str()) {
                (Some(rest), _) => format!("{name} {rest}"),
                (None, "Params" | "url.Values" | "http.Header") => {
                    format!("{name} holds {}", lowered(&text))
                }
                (None, _) => format!("{name} is {}", lowered(&text)),
            },
        };
        let mut fields = vec![(name.clone(), self.go_type(), doc)];
        if self.kind == Kind::Headers {
            let doc = format!(
                "Secret{name} is {name} with values that are redacted wherever the server repeats them."
            );
            fields.push((format!("Secret{name}"), "map[string]Secret".to_owned(), doc));
        }
        if let Some(off) = self.detail("go_off") {
            let doc = format!("{off} turns off what {name} sets, and its default.");
            fields.push((off.to_owned(), "bool".to_owned(), doc));
        }
        fields
    }

    fn go_doc(&self, surface: &Surface) -> String {
        let mut text = surface.doc(self, Language::Go).join(" ");
        if let (Kind::Flag, Some(default)) = (self.kind, text.find(" Default: ")) {
            // It is what a field that is not set says.
            text.truncate(default);
        }
        text.replace(['`', '<', '>'], "")
    }

    /// The field turns off what is on by default.
    fn is_negated(&self) -> bool {
        self.default == Some(Default::Flag(true))
    }

    fn go_type(&self) -> String {
        if let Some(own) = self.detail("go_type") {
            return own.to_owned();
        }
        let own = match self.kind {
            Kind::Flag if self.default.is_none() => "*bool",
            Kind::Flag => "bool",
            Kind::Count if self.rust_type == "u64" => "int64",
            Kind::Count => "int",
            Kind::Duration => "time.Duration",
            Kind::Moment => "time.Time",
            Kind::Text | Kind::Path | Kind::ByHand => "string",
            Kind::Secret => "Secret",
            Kind::Texts => "[]string",
            Kind::Pems => "[][]byte",
            Kind::Statuses => "[]int",
            Kind::Headers => "http.Header",
            Kind::Dialect => "Dialect",
            Kind::RetryBudget => "RetryBudget",
        };
        own.to_owned()
    }

    /// The core refuses an empty text.
    fn refuses_empty(&self) -> bool {
        self.kind == Kind::Text && self.detail("expected").is_some()
    }

    /// The name of its number.
    fn number(&self, group: &Group) -> String {
        format!("{}{}", group.name, pascal(&self.name))
    }
}

pub(super) fn numbers(out: &mut String, group: &Group) {
    let _ = write!(
        out,
        "\n// The options of {} by their numbers.\nconst (\n",
        match group.name {
            "operation" => "operations",
            "client" => "a client",
            _ => "a request",
        }
    );
    let names: Vec<String> = group.options.iter().map(|row| row.number(group)).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    for (row, name) in group.options.iter().zip(names) {
        let id = row.id.unwrap_or_default();
        let _ = writeln!(out, "\t{name:<width$} uint16 = {id}");
    }
    *out += ")\n";
}

fn setter(out: &mut String, group: &Group, row: &Row, surface: &Surface) {
    let name = row.spelt(Language::Go);
    let mut doc = format!("With{name} sets {}", lowered(&row.go_doc(surface)));
    if row.refuses_empty() {
        doc += " An empty one is refused.";
    }
    *out += "\n";
    comment(out, &doc, 0);
    let mut kind = row.go_type();
    let set = match row.kind {
        Kind::Flag if kind == "*bool" => {
            kind = "bool".to_owned();
            format!("r.{name} = &value")
        }
        Kind::Text if row.refuses_empty() => {
            format!("r.setText(&r.{name}, {}, value)", row.number(group))
        }
        Kind::Texts | Kind::Statuses => {
            kind = kind.replace("[]", "...");
            format!("r.{name} = added(r.{name}, value)")
        }
        _ => format!("r.{name} = value"),
    };
    let _ = write!(
        out,
        "func With{name}(value {kind}) Option {{\n\treturn func(r *Request) {{ {set} }}\n}}\n"
    );
}

/// The method that refuses what no option can be, and writes the rest: of what, the type that has the options, and the kind
/// of the errors.
pub(super) fn encoder(
    out: &mut String,
    group: &Group,
    rows: &[&Row],
    [of, record, kind]: [&str; 3],
) {
    let _ = write!(
        out,
        "\n// {of}Options refuses what cannot be a value of an option, and writes the others.\n\
         func (s *encoder) {of}Options(o *{record}) *Error {{\n"
    );
    let refuse = |out: &mut String, wrong: &str| {
        let _ = write!(
            out,
            "\tif err := {wrong}; err != nil {{\n\t\treturn err\n\t}}\n"
        );
    };
    for row in rows {
        let name = row.spelt(Language::Go);
        let expected = row.detail("expected").or(row.detail("go_expected"));
        match (row.kind, expected) {
            (Kind::Duration, Some(expected)) => {
                let _ = write!(
                    out,
                    "\tif o.{name} < 0 && o.{name} != NoLimit {{\n\
                     \t\treturn outOfRange({kind}, \"{name}\", o.{name}, \"{expected}\")\n\t}}\n"
                );
            }
            (Kind::Count, expected) if row.go_type() != "uint64" => {
                // Without an expectation a negative number in a `Config` stands for 0.
                let expected = match (expected, group.name) {
                    (Some(expected), _) => expected,
                    (None, "request") => "0 or more",
                    (None, _) => continue,
                };
                let is_wrong = match row.rust_type.as_str() {
                    "u32" => format!("isNoCount(int64(o.{name}))"),
                    _ => format!("o.{name} < 0"),
                };
                let _ = write!(
                    out,
                    "\tif {is_wrong} {{\n\
                     \t\treturn outOfRange({kind}, \"{name}\", o.{name}, \"{expected}\")\n\t}}\n"
                );
            }
            (Kind::Statuses, _) => refuse(out, &format!("notStatus({kind}, \"{name}\", o.{name})")),
            (Kind::Texts, _) => refuse(out, &format!("notUTF8({kind}, \"{name}\", o.{name})")),
            _ => {}
        }
    }
    for row in rows {
        let (name, id) = (row.spelt(Language::Go), row.number(group));
        let write = match row.kind {
            Kind::Flag if row.default.is_none() => format!("flagOf({id}, o.{name})"),
            Kind::Flag => format!("flagIf({id}, o.{name}, {})", !row.is_negated()),
            Kind::Count if row.go_type() == "uint64" => {
                format!("count({id}, o.{name}, o.{name} != 0)")
            }
            Kind::Count => format!("count({id}, uint64(max(o.{name}, 0)), o.{name} != 0)"),
            Kind::Duration => format!("duration({id}, o.{name})"),
            Kind::Moment => format!("moment({id}, o.{name})"),
            // An empty text in a `Config` is unset.
            Kind::Text if row.refuses_empty() && group.name == "request" => {
                format!("textIf({id}, o.{name}, o.isEmpty({id}))")
            }
            Kind::Text | Kind::Path | Kind::ByHand => format!("textIf({id}, o.{name}, false)"),
            Kind::Secret => format!("textIf({id}, string(o.{name}), false)"),
            Kind::Texts => format!("texts({id}, o.{name})"),
            Kind::Pems => format!("pems({id}, o.{name})"),
            Kind::Statuses => format!("statuses({id}, o.{name})"),
            Kind::RetryBudget => format!("retryBudget({id}, o.{name})"),
            Kind::Headers => format!("headers({id}, o.{name}, o.Secret{name})"),
            Kind::Dialect => {
                refuse(out, &format!("s.dialect({id}, o.{name})"));
                continue;
            }
        };
        let _ = writeln!(out, "\ts.{write}");
        if let Some(off) = row.detail("go_off") {
            let _ = writeln!(out, "\ts.null({id}, o.{off})");
        }
    }
    *out += "\treturn nil\n}\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, kind: Kind, default: Option<Default>, details: &[(&str, &str)]) -> Row {
        let details = details.iter();
        Row {
            id: Some(7),
            name: name.to_owned(),
            kind,
            rust_type: String::new(),
            is_null_a_value: false,
            default,
            doc: vec!["Whether it `shines`.".to_owned()],
            details: details
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn fields_mean_their_defaults_when_they_are_zero() {
        let on = Some(Default::Flag(true));
        let rows = vec![
            row("shine", Kind::Flag, on, &[]),
            row(
                "extra_time",
                Kind::Duration,
                None,
                &[("expected", "more"), ("go_off", "NoTime")],
            ),
            row("max_size", Kind::Count, None, &[]),
        ];
        let groups = vec![Group {
            name: "client",
            options: rows,
            by_hand: Vec::new(),
        }];
        let surface = Surface::of_groups(groups);
        let file = format!(
            "head\n\t// {TITLE}. Generated from core/src/surface; do not edit.\nold\n\t// Generated until here.\ntail\n"
        );
        let fields = with_fields(&surface, "client", &file).expect("markers");
        for wanted in [
            "head\n",
            "\t// NoShine turns this off: it shines.\n\tNoShine bool\n",
            "\tExtraTime time.Duration\n",
            "\tNoTime bool\n",
            "\tMaxSize int\n",
            "tail\n",
        ] {
            assert!(fields.contains(wanted), "{wanted}: {fields}");
        }
        assert!(!fields.contains("old"));
        let code = options(&surface);
        for wanted in [
            "s.flagIf(clientShine, o.NoShine, false)",
            "if o.ExtraTime < 0 && o.ExtraTime != NoLimit {",
            "s.null(clientExtraTime, o.NoTime)",
            "s.count(clientMaxSize, uint64(max(o.MaxSize, 0)), o.MaxSize != 0)",
        ] {
            assert!(code.contains(wanted), "{wanted}: {code}");
        }
        with_fields(&surface, "client", "no markers").expect_err("no place");
    }

    #[test]
    fn a_number_that_cannot_be_is_refused_by_name() {
        let count = |name, rust_type: &str, details: &[(&str, &str)]| Row {
            rust_type: rust_type.to_owned(),
            ..row(name, Kind::Count, None, details)
        };
        let group = Group {
            name: "request",
            options: vec![
                count("tries", "u32", &[("expected", "1 to 9")]),
                count("bytes", "u64", &[("expected", "a size")]),
                count("rest", "usize", &[]),
                count("seed", "u64", &[("go_type", "uint64")]),
            ],
            by_hand: Vec::new(),
        };
        let code = options(&Surface::of_groups(vec![group]));
        for wanted in [
            "if isNoCount(int64(o.Tries)) {\n\t\treturn outOfRange(KindInvalidRequest, \"Tries\", o.Tries, \"1 to 9\")",
            "if o.Bytes < 0 {\n\t\treturn outOfRange(KindInvalidRequest, \"Bytes\", o.Bytes, \"a size\")",
            "if o.Rest < 0 {\n\t\treturn outOfRange(KindInvalidRequest, \"Rest\", o.Rest, \"0 or more\")",
        ] {
            assert!(code.contains(wanted), "{wanted}: {code}");
        }
        assert!(!code.contains("o.Seed < 0"), "{code}");
    }
}
