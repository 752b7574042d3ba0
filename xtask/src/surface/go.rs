//! Go: attempts as a struct, the methods of trails, and the structs that read their JSON.

use std::fmt::Write as _;

use super::docs::wrapped;
use super::names::pascal;
use super::{Field, FieldKind, Language, Record, Surface};

pub(super) const HEADER: &str = "// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.\n\npackage reqtrail\n";

/// The columns of a comment.
const WIDTH: usize = 120;

/// The file of attempts and of the fields of trails.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out = format!("{HEADER}\nimport \"time\"\n");
    for record in &surface.records {
        match record.name {
            "attempt" => {
                attempt(&mut out, record);
                json(&mut out, record);
                from_json(&mut out, record);
            }
            _ => {
                json(&mut out, record);
                methods(&mut out, record);
            }
        }
    }
    out
}

fn attempt(out: &mut String, record: &Record) {
    *out += "\n";
    comment(
        out,
        &format!("Attempt is {}", lowered(&record.doc.join(" "))),
        0,
    );
    *out += "type Attempt struct {\n";
    for field in &record.fields {
        comment(out, &doc(field), 1);
        let _ = writeln!(out, "\t{} {}", named(field), typed(field));
    }
    *out += "}\n";
}

/// The struct of a record's JSON. What is null there is the type's zero, except where that is a value.
fn json(out: &mut String, record: &Record) {
    let _ = write!(
        out,
        "\n// {0}JSON is the {0} as its JSON has it.\ntype {0}JSON struct {{\n",
        record.name
    );
    let rows = record.fields.iter().map(|field| {
        let tag = format!("`json:\"{}\"`", field.json);
        (pascal(&field.json), json_type(field), tag)
    });
    aligned(out, rows.collect());
    *out += "}\n";
}

fn from_json(out: &mut String, record: &Record) {
    *out += "\nfunc (a *attemptJSON) attempt() Attempt {\n\treturn Attempt{\n";
    let width = record.fields.iter().map(|field| named(field).len()).max();
    for field in &record.fields {
        let given = format!("a.{}", pascal(&field.json));
        let name = named(field) + ":";
        let width = width.unwrap_or_default() + 1;
        let _ = writeln!(out, "\t\t{name:<width$} {},", read(field, &given));
    }
    *out += "\t}\n}\n";
}

fn methods(out: &mut String, record: &Record) {
    for field in &record.fields {
        if let FieldKind::Records(_) = field.kind {
            continue;
        }
        let name = named(field);
        *out += "\n";
        comment(out, &doc(field), 0);
        let given = format!("t.read().{}", pascal(&field.json));
        let _ = writeln!(
            out,
            "func (t *Trail) {name}() {} {{ return {} }}",
            typed(field),
            read(field, &given)
        );
    }
}

fn named(field: &Field) -> String {
    let own = field.detail("go").map(str::to_owned);
    own.unwrap_or_else(|| pascal(&field.name))
}

/// How a field is read out of the struct of its JSON.
fn read(field: &Field, given: &str) -> String {
    match (&field.kind, field.is_optional) {
        (FieldKind::Duration, true) => format!("durationOrNil({given})"),
        (FieldKind::Duration, false) => format!("duration({given})"),
        (FieldKind::Words(set), _) => format!("append([]{}(nil), {given}...)", word(set)),
        _ => given.to_owned(),
    }
}

fn typed(field: &Field) -> String {
    match (&field.kind, field.is_optional) {
        (FieldKind::Duration, true) => "*time.Duration".to_owned(),
        (FieldKind::Duration, false) => "time.Duration".to_owned(),
        _ => json_type(field),
    }
}

fn json_type(field: &Field) -> String {
    if let Some(own) = field.detail("go_type") {
        return own.to_owned();
    }
    let value = match &field.kind {
        FieldKind::Text | FieldKind::Outcome => "string",
        FieldKind::Number => "int",
        FieldKind::Moment => "time.Time",
        FieldKind::Word(set) => word(set),
        FieldKind::Words(set) => return format!("[]{}", word(set)),
        FieldKind::Records(name) => return format!("[]{name}JSON"),
        FieldKind::Flag if field.is_optional => "*bool",
        FieldKind::Flag => "bool",
        FieldKind::Duration if field.is_optional => "*float64",
        FieldKind::Duration => "float64",
    };
    value.to_owned()
}

/// The name of a closed set in Go.
fn word(set: &str) -> &str {
    match set {
        "ErrorKind" => "Kind",
        "RequestIdNote" => "RequestIDNote",
        other => other,
    }
}

/// What a field without a value is in Go.
fn nothing(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Number => "0",
        FieldKind::Flag | FieldKind::Duration => "nil",
        _ => "empty",
    }
}

/// A documentation that begins with the name, as Go's do. Go writes names without backticks.
fn doc(field: &Field) -> String {
    let text = Surface::field_doc(field, Language::Go).join(" ");
    let says_nothing = text.contains("`nil`");
    let mut text = text.replace("`nil`", nothing(field)).replace('`', "");
    if field.is_optional && !says_nothing {
        let end = format!("; {} if there is none.", nothing(field));
        let first = text.find(". ").unwrap_or(text.len() - 1);
        text.replace_range(first..=first, &end);
    }
    format!("{} is {}", named(field), lowered(&text))
}

/// A sentence that goes on after a name.
pub(super) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    // Not an acronym's.
    if text.chars().take(2).all(char::is_uppercase) {
        return text.to_owned();
    }
    match letters.next() {
        Some(first) => first.to_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

pub(super) fn comment(out: &mut String, text: &str, tabs: usize) {
    for line in wrapped(text, WIDTH - 4 * tabs - 3) {
        let _ = writeln!(out, "{}// {line}", "\t".repeat(tabs));
    }
}

/// Writes the fields of a struct in columns, as gofmt does.
fn aligned(out: &mut String, rows: Vec<(String, String, String)>) {
    let names = rows.iter().map(|(name, _, _)| name.len()).max();
    let types = rows.iter().map(|(_, kind, _)| kind.len()).max();
    let (names, types) = (names.unwrap_or_default(), types.unwrap_or_default());
    for (name, kind, tag) in rows {
        let _ = writeln!(out, "\t{name:<names$} {kind:<types$} {tag}");
    }
}
