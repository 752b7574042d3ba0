//! TypeScript: the options as interfaces and as a table, records as interfaces, and what reads their JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::docs::lines_of;
use super::names::{camel, pascal, snake};
use super::{Field, FieldKind, Kind, Language, Record, Row, Shape, Surface};

pub(super) const HEADER: &str =
    "// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The columns of a line of documentation.
const WIDTH: usize = 120;

/// The file of the options that are values.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = String::from("/** The options that are values. */\n\n");
    out += HEADER;
    out += "import type { CustomDialect } from \"./custom-dialect.js\";\n\
            import type { Body, HeaderValues, Pem, RetryBudget, SecretText } from \"./option-types.js\";\n\
            import type { Signal } from \"./platform.js\";\n\
            import type { Attempt, CallInfo, Trail } from \"./trail.js\";\n";
    for group in &surface.groups {
        let (interface, table, others, doc) = match group.name {
            "client" => (
                "ClientValues",
                "CLIENT_VALUES",
                "ClientFunctions",
                "The options of a client that are values. What is left out keeps its default.",
            ),
            _ => (
                "RequestValues",
                "REQUEST_VALUES",
                "RequestParts",
                "The options of a request that are values.",
            ),
        };
        let _ = write!(out, "\n/** {doc} */\nexport interface {interface} {{\n");
        for row in &group.options {
            comment(&mut out, &surface.doc(row, Language::Node), 2);
            let name = row.spelt(Language::Node);
            let _ = writeln!(out, "  {name}?: {} | null | undefined;", typed(row));
        }
        let _ = write!(
            out,
            "}}\n\n/** Those that cross the border in ways of their own. */\nexport interface {others} {{\n"
        );
        for row in &group.by_hand {
            let Some(own) = row.detail("node_type") else {
                continue;
            };
            comment(&mut out, &surface.doc(row, Language::Node), 2);
            let own = match own {
                "unknown" => own.to_owned(),
                _ if own.contains("=>") => format!("({own}) | null | undefined"),
                _ => format!("{own} | null | undefined"),
            };
            let _ = writeln!(out, "  {}?: {own};", row.spelt(Language::Node));
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
    out += "\n/** What values an option takes. */\nexport type Kind =\n";
    let kinds = surface
        .rows()
        .map(|row| format!("  | \"{}\"", kind(row.kind)));
    let kinds: Vec<String> = BTreeSet::from_iter(kinds).into_iter().collect();
    let _ = writeln!(out, "{};", kinds.join("\n"));
    out
}

pub(super) fn kind(kind: Kind) -> String {
    match kind {
        Kind::ByHand => "text".to_owned(),
        kind => camel(&snake(&kind)),
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
        Kind::Statuses => "number | readonly number[]",
        Kind::Headers => "HeaderValues",
        Kind::Dialect => "\"novavms\" | \"openstack\" | CustomDialect | (string & {})",
        Kind::RetryBudget => "RetryBudget",
    }
}

/// The file of the records of this library.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out = String::from(
        "/** Attempts, trails, and what hooks and responses have, and their JSON. */\n\n",
    );
    out += HEADER;
    let sets = surface.word_sets();
    let _ = writeln!(
        out,
        "import type {{\n  {},\n}} from \"./codes.js\";",
        sets.join(",\n  ")
    );
    for record in surface.records_of(false) {
        if record.shape != Shape::Error {
            interface_of(&mut out, record);
            json_of(&mut out, record);
            mapper(&mut out, record);
        }
    }
    out += "\n/** A moment, or the last one if it is further away than a date can be. */\n\
            function dateOf(at: number | null): Date | null {\n  return at === null ? null : new Date(Math.min(at, 8.64e15));\n}\n";
    out
}

/// The file of OpenStack's records.
pub(crate) fn openstack(surface: &Surface) -> String {
    let mut out =
        String::from("/** OpenStack's servers and server actions, as typed values. */\n\n");
    out += HEADER;
    out += "import type { RawReport } from \"./native.js\";\nimport type { Verdict } from \"./openstack-faults.js\";\n\
            import { Report } from \"./openstack-reports.js\";\nimport { type Trail, trailOf } from \"./trail.js\";\n";
    for record in surface.records_of(true) {
        if record.shape == Shape::Document {
            json_of(&mut out, record);
            document(&mut out, record);
            continue;
        }
        interface_of(&mut out, record);
        json_of(&mut out, record);
        mapper(&mut out, record);
        if record.shape == Shape::Fetched {
            let (name, class) = (camel(record.name), pascal(record.name));
            let _ = write!(
                out,
                "\n/** Makes one that was read. */\nexport function {name}Read(raw: RawReport): {class} {{\n  \
                 const trail = trailOf(raw.trails, raw.trailCount - 1);\n  \
                 return {name}Of(JSON.parse(raw.json) as {class}Json, trail);\n}}\n"
            );
        }
    }
    out
}

/// The file of the fields of errors, as their constructors take and their JSON gives them.
pub(crate) fn errors(surface: &Surface) -> String {
    let mut out = String::from("/** The fields of errors. */\n\n");
    out += HEADER;
    out += "import type { Category, ErrorKind } from \"./codes.js\";\nimport type { RateLimit } from \"./records.js\";\n";
    for record in surface
        .records
        .iter()
        .filter(|record| record.shape == Shape::Error)
    {
        let class = pascal(record.name);
        let _ = writeln!(out, "\nexport interface {class}Values {{");
        for field in record.printed("node") {
            let _ = writeln!(out, "  {}: {};", named(field), field.typed(Language::Node));
        }
        out += "}\n";
    }
    out += "\nexport function errorValuesOf(error: ErrorValues): ErrorValues {\n  return {\n";
    let errors = surface
        .records
        .iter()
        .filter(|record| record.name == "error");
    for field in errors.flat_map(|record| record.printed("node")) {
        let _ = writeln!(out, "    {0}: error.{0},", named(field));
    }
    out + "  };\n}\n"
}

/// The declarations of a class of errors, and what its constructor sets.
pub(crate) fn error_fields(record: &Record) -> [String; 2] {
    let [mut declared, mut set] = [String::new(), String::new()];
    declarations(&mut declared, record);
    for field in record.printed("node") {
        let nothing = match field.kind {
            FieldKind::Flag => "false",
            FieldKind::Word(_) if !field.is_optional => "\"internal\"",
            _ => "null",
        };
        let _ = writeln!(set, "    this.{0} = fields.{0} ?? {nothing};", named(field));
    }
    [declared, set]
}

fn declarations(out: &mut String, record: &Record) {
    for field in record.printed("node") {
        if field.kind != FieldKind::Trails {
            comment(out, &Surface::field_doc(field, Language::Node), 2);
            let _ = writeln!(
                out,
                "  readonly {}: {};",
                named(field),
                field.typed(Language::Node)
            );
        }
    }
}

fn interface_of(out: &mut String, record: &Record) {
    let interface = match record.shape {
        Shape::Lazy => "TrailFields".to_owned(),
        _ => pascal(record.name),
    };
    *out += "\n";
    comment(out, std::slice::from_ref(&record.doc), 0);
    let _ = writeln!(out, "export interface {interface} {{");
    declarations(out, record);
    *out += "}\n";
}

fn json_of(out: &mut String, record: &Record) {
    let doc = match record.name {
        "attempt" | "trail" => "JSON of the schema `reqtrail.trail/1`, the same in every language.",
        _ => "Its JSON.",
    };
    let _ = writeln!(
        out,
        "\n/** {doc} */\nexport interface {}Json {{",
        pascal(record.name)
    );
    if record.shape == Shape::Lazy {
        *out += "  schema: \"reqtrail.trail/1\";\n";
    }
    for field in &record.fields {
        match field.kind {
            FieldKind::Trail | FieldKind::Trails => {}
            FieldKind::Data => *out += "  [other: string]: unknown;\n",
            _ => {
                let _ = writeln!(out, "  {}: {};", key(field), json_type(record, field));
            }
        }
    }
    *out += "}\n";
}

/// A key as an object has it.
fn key(field: &Field) -> String {
    match field.json.contains(':') {
        true => format!("\"{}\"", field.json),
        false => field.json.clone(),
    }
}

fn mapper(out: &mut String, record: &Record) {
    let class = pascal(record.name);
    let (function, given) = match record.shape {
        Shape::Lazy => ("trailFields".to_owned(), "TrailFields"),
        _ => (camel(record.name), class.as_str()),
    };
    let (open, close) = match (record.shape, record.is_openstack()) {
        // What a trail has becomes the properties of an object that freezes itself.
        (Shape::Lazy, _) | (_, true) => ("{", "}"),
        _ => ("Object.freeze({", "})"),
    };
    let trail = record
        .fields
        .iter()
        .find(|field| field.kind == FieldKind::Trail);
    let trail = match trail.map(|field| field.is_optional) {
        Some(true) => ", trail: Trail | null = null",
        Some(false) => ", trail: Trail",
        None => "",
    };
    let _ = writeln!(
        out,
        "\n/** Reads its JSON. */\nexport function {function}Of(json: {class}Json{trail}): {given} {{\n  return {open}",
    );
    for field in &record.fields {
        let (name, read) = (named(field), read(record, field));
        let _ = match name == read {
            true => writeln!(out, "    {name},"),
            false => writeln!(out, "    {name}: {read},"),
        };
    }
    let _ = write!(out, "  {close};\n}}\n");
}

/// A class whose constructor reads its JSON.
fn document(out: &mut String, record: &Record) {
    let (name, class) = (camel(record.name), pascal(record.name));
    let _ = writeln!(
        out,
        "\n/** Makes one of what the core gives. */\nexport let {name}Of: (raw: RawReport) => {class};\n"
    );
    comment(
        out,
        &[format!(
            "{} `String()` gives it as a text for a person.",
            record.doc
        )],
        0,
    );
    let _ = writeln!(out, "export class {class} extends Report {{");
    declarations(out, record);
    let _ = writeln!(
        out,
        "\n  private constructor(raw: RawReport) {{\n    super(raw);\n    const json = JSON.parse(raw.json) as {class}Json;"
    );
    for field in &record.fields {
        if field.kind != FieldKind::Trails {
            let _ = writeln!(out, "    this.{} = {};", named(field), read(record, field));
        }
    }
    let _ = write!(
        out,
        "  }}\n\n  static {{\n    {name}Of = (raw) => new {class}(raw);\n  }}\n}}\n"
    );
}

/// How a field is read out of its JSON.
fn read(record: &Record, field: &Field) -> String {
    let key = key(field);
    let given = match key.starts_with('"') {
        true => format!("json[{key}]"),
        false => format!("json.{key}"),
    };
    let frozen = |list: String| match record.is_openstack() {
        true => list,
        false => format!("Object.freeze({list})"),
    };
    match &field.kind {
        FieldKind::Moment if record.shape == Shape::Parts => format!("dateOf({given})"),
        FieldKind::Moment => format!("new Date({given})"),
        FieldKind::Words(_) => frozen(given),
        FieldKind::Record(name) if field.is_optional => {
            format!("{given} && {}Of({given})", camel(name))
        }
        FieldKind::Record(name) => format!("{}Of({given})", camel(name)),
        FieldKind::Records(name) if field.is_optional => {
            format!("{given}?.map((one) => {}Of(one)) ?? null", camel(name))
        }
        FieldKind::Records(name) => frozen(format!("{given}.map((one) => {}Of(one))", camel(name))),
        FieldKind::Trail => "trail".to_owned(),
        FieldKind::Data => "json".to_owned(),
        _ => given,
    }
}

fn named(field: &Field) -> String {
    let own = field.detail("node").map(str::to_owned);
    own.unwrap_or_else(|| match field.kind {
        FieldKind::Duration => camel(&field.name) + "Ms",
        _ => camel(&field.name),
    })
}

fn json_type(record: &Record, field: &Field) -> String {
    let moment = match record.shape {
        Shape::Parts => "number",
        _ => "string",
    };
    let read = field.typed(Language::Node).replace("readonly ", "");
    match &field.kind {
        FieldKind::Moment => read.replace("Date", moment),
        FieldKind::Record(name) | FieldKind::Records(name) => {
            let name = pascal(name);
            read.replace(&name, &format!("{name}Json"))
        }
        _ => read,
    }
}

/// Writes paragraphs as a comment, if there are any.
pub(crate) fn comment(out: &mut String, paragraphs: &[String], indent: usize) {
    if paragraphs.iter().all(String::is_empty) {
        return;
    }
    let pad = " ".repeat(indent);
    if let [only] = paragraphs
        && indent + only.chars().count() + 7 <= WIDTH
    {
        let _ = writeln!(out, "{pad}/** {only} */");
        return;
    }
    let _ = writeln!(out, "{pad}/**");
    // A link stays whole.
    let whole = |paragraph: &String| paragraph.replace("@link ", "@link\u{a0}");
    let whole: Vec<String> = paragraphs.iter().map(whole).collect();
    for line in lines_of(&whole, WIDTH - indent - 3) {
        let line = format!("{pad} * {line}").replace('\u{a0}', " ");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out, "{pad} */");
}
