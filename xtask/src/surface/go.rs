//! Go: records as structs, the methods of trails, and what reads their JSON.

use std::fmt::Write as _;

use super::docs::wrapped;
use super::names::{camel, pascal};
use super::types::go_set;
use super::{Field, FieldKind, Language, Record, Shape, Surface};

pub(super) const HEADER: &str = "// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.\n\npackage reqtrail\n";

/// The columns of a comment.
const WIDTH: usize = 120;

/// The file of the records of this library.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out = format!("{HEADER}\nimport \"time\"\n");
    for record in surface.records_of(false) {
        match record.shape {
            Shape::Error => continue,
            Shape::Lazy => {}
            _ => structure(&mut out, surface, record),
        }
        match record.shape {
            Shape::Plain => twin(&mut out, surface, record),
            Shape::Lazy => {
                json(&mut out, surface, record);
                methods(&mut out, surface, record);
            }
            // What comes as texts alone.
            _ if record.name == "call_info" => {
                let fields = (0..record.fields.len()).map(|at| format!("t[{at}]"));
                let fields: Vec<String> = fields.collect();
                let _ = write!(
                    out,
                    "\n// callInfoTexts is how many texts a call consists of.\nconst callInfoTexts = {}\n\n\
                     func callInfoOf(t []string) CallInfo {{\n\treturn CallInfo{{{}}}\n}}\n",
                    fields.len(),
                    fields.join(", ")
                );
            }
            _ => {}
        }
    }
    out
}

/// The file of OpenStack's records.
pub(crate) fn openstack(surface: &Surface) -> String {
    let mut out = format!("{HEADER}\nimport (\n\t\"encoding/json\"\n\t\"time\"\n)\n");
    for record in surface.records_of(true) {
        structure(&mut out, surface, record);
        if !is_tagged(record) {
            twin(&mut out, surface, record);
        }
        if has_data(record) {
            let name = pascal(record.name);
            let _ = write!(
                out,
                "\n// UnmarshalJSON keeps all that the API sent.\n\
                 func (r *{name}) UnmarshalJSON(data []byte) error {{\n\ttype plain {name}\n\
                 \tr.Data = append([]byte(nil), data...)\n\treturn json.Unmarshal(data, (*plain)(r))\n}}\n\n\
                 // MarshalJSON is all that the API sent.\n\
                 func (r *{name}) MarshalJSON() ([]byte, error) {{ return orNull(r.Data), nil }}\n"
            );
        }
    }
    out
}

/// The fields of a class of errors, for the struct that has all of them.
pub(crate) fn error_fields(surface: &Surface, record: &Record) -> String {
    // Apart from the comment that they stand below.
    let mut out = "\n".to_owned();
    for field in record.printed("go") {
        comment(&mut out, &doc(field), 1);
        let _ = writeln!(out, "\t{} {}", named(field), typed(surface, field));
    }
    out + "\n"
}

/// The file that reads the fields of errors out of the library's record.
pub(crate) fn errors(surface: &Surface) -> String {
    let mut out = format!("{HEADER}\n// #include \"shim.h\"\nimport \"C\"\n\n");
    out += "func (e *Error) read(f *C.reqtrail_go_error_fields) {\n";
    for field in super::c::error_fields(surface) {
        let given = format!("f.{}", field.json);
        let read = match &field.kind {
            FieldKind::Text | FieldKind::Word(_) => match typed(surface, field) {
                plain if plain == "string" => format!("text({given})"),
                own => format!("{own}(text({given}))"),
            },
            FieldKind::Flag => format!("bool({given})"),
            FieldKind::Duration => format!("waitOf(float64({given}))"),
            _ => format!("int({given})"),
        };
        let _ = writeln!(out, "\te.{} = {read}", named(field));
    }
    out + "}\n"
}

/// The fields stand in the JSON as they do in the struct.
fn is_tagged(record: &Record) -> bool {
    let has_times = record
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Duration);
    record.is_openstack() && record.shape != Shape::Document && !has_times
}

fn has_data(record: &Record) -> bool {
    record
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Data)
}

fn structure(out: &mut String, surface: &Surface, record: &Record) {
    let name = pascal(record.name);
    let text = format!("{name} is {}", lowered(&plain(&record.doc)));
    let text = match record.shape {
        Shape::Document => text + " Its String is a text for a person.",
        _ => text,
    };
    *out += "\n";
    comment(out, &text, 0);
    let _ = writeln!(out, "type {name} struct {{");
    for field in &record.fields {
        comment(out, &doc(field), 1);
        let tag = match field.kind {
            _ if !is_tagged(record) => String::new(),
            FieldKind::Data | FieldKind::Trail => " `json:\"-\"`".to_owned(),
            _ => format!(" `json:\"{}\"`", field.json),
        };
        let _ = writeln!(out, "\t{} {}{tag}", named(field), typed(surface, field));
    }
    if record.shape == Shape::Document {
        *out += "\n\tdocument\n";
    }
    *out += "}\n";
}

/// The struct of a record's JSON, and what makes the record of it.
fn twin(out: &mut String, surface: &Surface, record: &Record) {
    json(out, surface, record);
    let (method, name) = (camel(record.name), pascal(record.name));
    let _ = writeln!(
        out,
        "\nfunc (j *{method}JSON) {method}() {name} {{\n\treturn {name}{{"
    );
    let fields = record
        .fields
        .iter()
        .filter(|field| field.kind != FieldKind::Trails);
    let fields: Vec<&Field> = fields.collect();
    let width = fields.iter().map(|field| named(field).len() + 1).max();
    let width = width.unwrap_or_default();
    for field in fields {
        let given = format!("j.{}", pascal(&field.json));
        let name = named(field) + ":";
        let _ = writeln!(out, "\t\t{name:<width$} {},", read(field, &given));
    }
    *out += "\t}\n}\n";
}

/// The struct of a record's JSON. What is null there is the type's zero, except where that is a value.
fn json(out: &mut String, surface: &Surface, record: &Record) {
    let name = camel(record.name);
    let _ = write!(
        out,
        "\n// {name}JSON is the {} as its JSON has it.\ntype {name}JSON struct {{\n",
        record.name.replace('_', " ")
    );
    let fields = record
        .fields
        .iter()
        .filter(|field| field.kind != FieldKind::Trails);
    let rows = fields.map(|field| {
        let tag = format!("`json:\"{}\"`", field.json);
        (pascal(&field.json), json_type(surface, field), tag)
    });
    aligned(out, rows.collect());
    *out += "}\n";
}

fn methods(out: &mut String, surface: &Surface, record: &Record) {
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
            typed(surface, field),
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
        (FieldKind::Words(set), _) => format!("append([]{}(nil), {given}...)", go_set(set)),
        _ => given.to_owned(),
    }
}

fn typed(surface: &Surface, field: &Field) -> String {
    if let Some(own) = field.detail("go_type") {
        return own.to_owned();
    }
    let written = field.typed(Language::Go);
    match &field.kind {
        FieldKind::Records(name) if surface.record(name).is_ok_and(has_data) => {
            written.replace("[]", "[]*")
        }
        _ => written,
    }
}

fn json_type(surface: &Surface, field: &Field) -> String {
    let written = typed(surface, field);
    match &field.kind {
        FieldKind::Duration => written.replace("time.Duration", "float64"),
        FieldKind::Records(name) if surface.record(name).is_ok_and(|own| !is_tagged(own)) => {
            format!("[]{}JSON", camel(name))
        }
        _ => written,
    }
}

/// What a field without a value is in Go.
fn nothing(field: &Field) -> &'static str {
    match field.kind {
        _ if field.is_nil_in_go() => "nil",
        FieldKind::Number => "0",
        FieldKind::Moment => "zero",
        _ => "empty",
    }
}

/// A documentation that begins with the name, as Go's do.
fn doc(field: &Field) -> String {
    let text = Surface::field_doc(field, Language::Go).join(" ");
    let says_nothing = text.contains("`nil`");
    let mut text = plain(&text.replace("`nil`", nothing(field)));
    if field.is_optional && !says_nothing {
        let end = format!("; {} if there is none.", nothing(field));
        let first = text.find(". ").unwrap_or(text.len() - 1);
        text.replace_range(first..=first, &end);
    }
    let is_list = matches!(
        field.kind,
        FieldKind::Words(_) | FieldKind::Records(_) | FieldKind::Trails
    );
    let verb = match text.split(' ').next() {
        Some("The") if is_list => "holds",
        Some("Whether") => "says",
        _ => "is",
    };
    format!("{} {verb} {}", named(field), lowered(&text))
}

/// Go writes names without backticks, and links as they are.
fn plain(text: &str) -> String {
    text.replace('`', "")
        .replace("(<http", "(http")
        .replace(">)", ")")
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
