//! TypeScript: the options as interfaces and as a table, attempts and trails as interfaces, and what reads their JSON.

use std::fmt::Write as _;

use super::docs::wrapped;
use super::{Field, FieldKind, Kind, Language, Record, Row, Surface};

pub(super) const HEADER: &str =
    "// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The columns of a line of documentation.
const WIDTH: usize = 120;

/// The file of the options that are values.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = String::from("/** The options that are values. */\n\n");
    out += HEADER;
    out += "import type { CustomDialect } from \"./dialect.js\";\n\
            import type { HeaderValues, Pem, RetryBudget, SecretText } from \"./option-types.js\";\n";
    for group in &surface.groups {
        let (interface, table, doc) = match group.name {
            "client" => (
                "ClientValues",
                "CLIENT_VALUES",
                "The options of a client that are values. What is left out keeps its default.",
            ),
            _ => (
                "RequestValues",
                "REQUEST_VALUES",
                "The options of a request that are values.",
            ),
        };
        let _ = write!(out, "\n/** {doc} */\nexport interface {interface} {{\n");
        for row in &group.options {
            comment(&mut out, &surface.doc(row, Language::Node), 2);
            let name = row.spelt(Language::Node);
            let _ = writeln!(out, "  {name}?: {} | null | undefined;", typed(row));
        }
        out += "}\n";
        let _ = write!(
            out,
            "\n/** The number and the kind of each, and whether `null` is a value of it. */\n\
             export const {table}: Readonly<Record<keyof {interface}, readonly [number, Kind, boolean]>> = {{\n"
        );
        for row in &group.options {
            let name = row.spelt(Language::Node);
            let id = row.id.unwrap_or_default();
            let _ = writeln!(
                out,
                "  {name}: [{id}, \"{}\", {}],",
                kind(row.kind),
                row.is_null_a_value
            );
        }
        out += "};\n";
    }
    let kinds = [
        Kind::Flag,
        Kind::Count,
        Kind::Duration,
        Kind::Moment,
        Kind::Text,
        Kind::Secret,
        Kind::Path,
        Kind::Texts,
        Kind::Pems,
        Kind::Headers,
        Kind::Dialect,
        Kind::RetryBudget,
    ];
    out += "\n/** What values an option takes. */\nexport type Kind =\n";
    let kinds: Vec<String> = kinds
        .iter()
        .map(|own| format!("  | \"{}\"", kind(*own)))
        .collect();
    let _ = writeln!(out, "{};", kinds.join("\n"));
    out
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "flag",
        Kind::Count => "count",
        Kind::Duration => "duration",
        Kind::Moment => "moment",
        Kind::Text | Kind::ByHand => "text",
        Kind::Secret => "secret",
        Kind::Path => "path",
        Kind::Texts => "texts",
        Kind::Pems => "pems",
        Kind::Headers => "headers",
        Kind::Dialect => "dialect",
        Kind::RetryBudget => "retryBudget",
    }
}

pub(super) fn typed(row: &Row) -> &'static str {
    match row.kind {
        Kind::Flag => "boolean",
        Kind::Count | Kind::Duration => "number",
        Kind::Moment => "Date",
        Kind::Text | Kind::Path | Kind::ByHand => "string",
        Kind::Secret => "SecretText",
        Kind::Texts => "string | readonly string[]",
        Kind::Pems => "Pem | readonly Pem[]",
        Kind::Headers => "HeaderValues",
        Kind::Dialect => "\"novavms\" | \"openstack\" | CustomDialect | (string & {})",
        Kind::RetryBudget => "RetryBudget",
    }
}

/// The file of attempts and trails.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out = String::from("/** Attempts and trails, and their JSON. */\n\n");
    out += HEADER;
    let sets = surface.word_sets();
    let _ = writeln!(
        out,
        "import type {{\n  {},\n}} from \"./codes.js\";",
        sets.join(",\n  ")
    );
    for record in &surface.records {
        let (name, interface) = match record.name {
            "attempt" => ("Attempt", "Attempt"),
            _ => ("Trail", "TrailFields"),
        };
        interface_of(&mut out, record, interface);
        json_of(&mut out, record, name);
        mapper(&mut out, record, name, interface);
    }
    out
}

fn interface_of(out: &mut String, record: &Record, interface: &str) {
    *out += "\n";
    comment(out, &record.doc[..1], 0);
    let _ = writeln!(out, "export interface {interface} {{");
    for field in &record.fields {
        comment(out, &Surface::field_doc(field, Language::Node), 2);
        let _ = writeln!(
            out,
            "  readonly {}: {};",
            camel(&field.json),
            read_type(field)
        );
    }
    *out += "}\n";
}

fn json_of(out: &mut String, record: &Record, name: &str) {
    let _ = write!(
        out,
        "\n/** JSON of the schema `reqtrail.trail/1`, the same in every language. */\nexport interface {name}Json {{\n"
    );
    if name == "Trail" {
        *out += "  schema: \"reqtrail.trail/1\";\n";
    }
    for field in &record.fields {
        let _ = writeln!(out, "  {}: {};", field.json, json_type(field));
    }
    *out += "}\n";
}

fn mapper(out: &mut String, record: &Record, name: &str, interface: &str) {
    // What a trail has becomes the properties of an object that freezes itself.
    let (open, close) = match interface {
        "Attempt" => ("Object.freeze({", "})"),
        _ => ("{", "}"),
    };
    let _ = write!(
        out,
        "\n/** Reads its JSON. */\nexport function {}Of(json: {name}Json): {interface} {{\n  return {open}\n",
        match interface {
            "Attempt" => "attempt",
            _ => "trailFields",
        }
    );
    for field in &record.fields {
        let given = format!("json.{}", field.json);
        let read = match &field.kind {
            FieldKind::Moment => format!("new Date({given})"),
            FieldKind::Words(_) => format!("Object.freeze({given})"),
            FieldKind::Records(_) => {
                format!("Object.freeze({given}.map(attemptOf))")
            }
            _ => given,
        };
        let _ = writeln!(out, "    {}: {read},", camel(&field.json));
    }
    let _ = write!(out, "  {close};\n}}\n");
}

fn read_type(field: &Field) -> String {
    or_null(
        field,
        match &field.kind {
            FieldKind::Moment => "Date".to_owned(),
            FieldKind::Words(set) => format!("readonly {set}[]"),
            FieldKind::Records(_) => "readonly Attempt[]".to_owned(),
            _ => return json_type(field),
        },
    )
}

fn json_type(field: &Field) -> String {
    or_null(
        field,
        match &field.kind {
            FieldKind::Text | FieldKind::Moment => "string".to_owned(),
            FieldKind::Number | FieldKind::Duration => "number".to_owned(),
            FieldKind::Flag => "boolean".to_owned(),
            FieldKind::Outcome => "\"ok\" | ErrorKind".to_owned(),
            FieldKind::Word(set) => set.clone(),
            FieldKind::Words(set) => format!("{set}[]"),
            FieldKind::Records(_) => "AttemptJson[]".to_owned(),
        },
    )
}

fn or_null(field: &Field, kind: String) -> String {
    match field.is_optional {
        true => format!("{kind} | null"),
        false => kind,
    }
}

fn camel(name: &str) -> String {
    super::names::camel(name)
}

/// Writes paragraphs as a comment.
pub(super) fn comment(out: &mut String, paragraphs: &[String], indent: usize) {
    let pad = " ".repeat(indent);
    if let [only] = paragraphs
        && indent + only.chars().count() + 7 <= WIDTH
    {
        let _ = writeln!(out, "{pad}/** {only} */");
        return;
    }
    let _ = writeln!(out, "{pad}/**");
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if at > 0 {
            let _ = writeln!(out, "{pad} *");
        }
        // A link stays whole.
        let whole = paragraph.replace("@link ", "@link\u{a0}");
        for line in wrapped(&whole, WIDTH - indent - 3) {
            let line = line.replace('\u{a0}', " ");
            let _ = writeln!(out, "{pad} * {line}");
        }
    }
    let _ = writeln!(out, "{pad} */");
}
