//! C: a function for each option, and for each field of attempts and trails.

use std::fmt::Write as _;

use super::docs::lines_of;
use super::names::snake;
use super::rows::capitalised;
use super::sentences::lowered;
use super::types::c_set;
use super::{Field, FieldKind, Kind, Language, Row, Shape, Surface};

/// The columns of a line of documentation.
const WIDTH: usize = 120;

/// The module of the functions that set the options of a group.
pub(crate) fn options(surface: &Surface, name: &str) -> Result<String, String> {
    let operations = &surface.operations;
    let mut groups = surface.groups.iter().chain([&operations.options]);
    let group = groups.find(|group| group.name == name);
    let group = group.ok_or_else(|| format!("no group `{name}`"))?;
    let (handle, home) = match name {
        "client" => ("client_options", "options"),
        _ => (name, name),
    };
    let title = match name {
        "operation" => "OpenStack: the options of operations".to_owned(),
        _ => format!("The options of a {name} that are values"),
    };
    let mut functions = String::new();
    for row in &group.options {
        if row.detail("c_in").is_some() {
            continue;
        }
        for mut function in functions_of(surface, row, handle) {
            let others = group.options.iter();
            for other in others.filter(|other| other.detail("c_in") == Some(&row.name)) {
                function.add(functions_of(surface, other, handle));
            }
            if name == "operation" {
                function.doc.extend(operations.having(row));
            }
            function.write(&mut functions, handle);
        }
    }
    let argument = argument(handle);
    let secrets = match functions.contains("Secret::from(") {
        true => "use reqtrail::Secret;\n",
        false => "",
    };
    let moments = match functions.contains("(time(") {
        true => ", time",
        false => "",
    };
    Ok(format!(
        "//! {title}\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         {secrets}use reqtrail::host::Value;\n\n\
         use crate::{home}::reqtrail_{handle};\nuse crate::numbers::{{duration{moments}}};\n\n\
         export! {{\n{}}}\n",
        functions
            .trim_start_matches('\n')
            .replace("$handle", argument),
    ))
}

/// What the handle is called.
fn argument(handle: &str) -> &str {
    handle.rsplit('_').next().unwrap_or(handle)
}

/// A function that sets an option.
struct Function {
    name: String,
    doc: Vec<String>,
    /// As `export!` has them.
    arguments: Vec<String>,
    /// The values in Rust, and the numbers of the options.
    values: Vec<(u16, String)>,
}

impl Function {
    /// Takes what others set, too.
    fn add(&mut self, others: Vec<Self>) {
        for other in others {
            self.doc.extend(other.doc);
            self.arguments.extend(other.arguments);
            self.values.extend(other.values);
        }
    }

    fn write(&self, out: &mut String, handle: &str) {
        *out += "\n";
        comment(out, &self.doc);
        let handle_argument = format!("$handle: &mut reqtrail_{handle}");
        let arguments = [&[handle_argument], &self.arguments[..]]
            .concat()
            .join(", ");
        let name = &self.name;
        let _ = writeln!(out, "    fn reqtrail_{handle}_{name}({arguments}) sets {{");
        for (id, value) in &self.values {
            let _ = writeln!(out, "        $handle.option({id}, {value})?;");
        }
        *out += "    }\n";
    }
}

fn functions_of(surface: &Surface, row: &Row, handle: &str) -> Vec<Function> {
    let name = row.spelt(Language::C);
    // What one call gives, where an option holds several.
    let argument = name.trim_end_matches("_ms").to_owned();
    let mut doc = surface.doc(row, Language::C);
    doc[0] = format!("Sets {}", lowered(&doc[0]));
    if let (Kind::Texts | Kind::Pems | Kind::Statuses | Kind::Headers, Some(last)) =
        (row.kind, doc.last_mut())
    {
        *last += " Each call adds one.";
    }
    let values = |value: String| vec![(row.id.unwrap_or_default(), value)];
    let one = |arguments: Vec<String>, value: String| Function {
        name: name.clone(),
        doc: doc.clone(),
        arguments,
        values: values(value),
    };
    let only = |kind: &str, value: String| one(vec![format!("{argument}: {kind}")], value);
    let texts = |names: &[&str]| names.iter().map(|name| format!("{name}: text")).collect();
    let pair = |value: &str| format!("Value::Pairs(vec![(name.to_owned(), {value})])");
    let text = |name: &str| format!("Value::Text({name}.to_owned())");
    let secret = |name: &str| format!("Value::Secret(Secret::from({name}))");
    let mut functions = match row.kind {
        Kind::Flag => vec![only("bool", format!("Value::Flag({argument})"))],
        Kind::Count => {
            let (kind, number) = match row.rust_type.as_str() {
                "usize" => ("usize", ".try_into().unwrap_or(i128::MAX)"),
                "u64" => ("u64", ".into()"),
                _ => ("u32", ".into()"),
            };
            vec![only(kind, format!("Value::Integer({argument}{number})"))]
        }
        Kind::Duration => vec![only(
            "u64",
            format!("Value::Duration(duration({argument}))"),
        )],
        Kind::Moment => vec![one(
            vec!["unix_seconds: f64".to_owned()],
            "Value::Moment(time(unix_seconds)?)".to_owned(),
        )],
        Kind::Secret => vec![only("text", secret(&argument))],
        Kind::Text | Kind::Path | Kind::Texts | Kind::ByHand => {
            vec![only("text", text(&argument))]
        }
        Kind::Pems => vec![only("bytes", format!("Value::Bytes({argument}.to_vec())"))],
        Kind::Statuses => vec![one(
            vec!["status: i32".to_owned()],
            "Value::Integer(status.into())".to_owned(),
        )],
        Kind::RetryBudget => vec![one(
            vec!["capacity: u32".to_owned(), "retry_cost: u32".to_owned()],
            "Value::Pairs(vec![(\"capacity\".to_owned(), Value::Integer(capacity.into())), \
             (\"retry_cost\".to_owned(), Value::Integer(retry_cost.into()))])"
                .to_owned(),
        )],
        Kind::Headers => vec![
            one(texts(&["name", "value"]), pair(&text("value"))),
            Function {
                name: name.replace("header", "secret_header"),
                doc: vec![format!(
                    "Sets a header as `reqtrail_{handle}_{name}` does, whose value is a secret: it is redacted wherever the server repeats it."
                )],
                arguments: texts(&["name", "value"]),
                values: values(pair(&secret("value"))),
            },
        ],
        Kind::Dialect => vec![
            one(texts(&["name"]), text("name")),
            Function {
                name: format!("{name}_json"),
                doc: vec![format!(
                    "Sets what `reqtrail_{handle}_{name}` does by a description as JSON, for an API that is not built in; \
                     docs/custom-dialect.md has the fields."
                )],
                arguments: texts(&["json"]),
                values: values("Value::Bytes(json.as_bytes().to_owned())".to_owned()),
            },
        ],
    };
    if let Some(off) = row.detail("c_off") {
        functions.push(Function {
            name: off.to_owned(),
            doc: vec![format!(
                "Turns off what `reqtrail_{handle}_{name}` sets, and its default."
            )],
            arguments: Vec::new(),
            values: values("Value::Null".to_owned()),
        });
    }
    functions
}

pub(super) fn comment(out: &mut String, paragraphs: &[String]) {
    for line in lines_of(paragraphs, WIDTH - 8) {
        let _ = writeln!(out, "{}", format!("    /// {line}").trim_end());
    }
}

/// A module of functions that read fields, its handle, and its records with how each is reached.
type Reading = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// The modules of the functions that read fields.
pub(crate) const READINGS: [Reading; 4] = [
    (
        "error/fields",
        "error",
        &[("error", "error.core()?"), ("api_error", "error.api()?")],
    ),
    ("trail/fields", "trail", &[("trail", "trail.core()")]),
    (
        "attempt/fields",
        "attempt",
        &[("attempt", "attempt.core()")],
    ),
    (
        "attempt/call_info",
        "call_info",
        &[("call_info", "call_info.call")],
    ),
];

/// The module of the functions that read the fields of records.
pub(crate) fn readers(surface: &Surface, reading: &Reading) -> Result<String, String> {
    let (module, handle, records) = reading;
    let mut functions = String::new();
    let mut texts = 0;
    for (name, reach) in *records {
        for field in surface.record(name)?.printed("c") {
            reader(&mut functions, handle, reach, field, &mut texts);
        }
    }
    let numbers = ["milliseconds", "number", "outcome", "seconds", "three_way"];
    let is_used = |name: &&str| {
        functions.contains(&format!(" {name}(")) || functions.contains(&format!("({name}("))
    };
    let numbers: Vec<&str> = numbers.into_iter().filter(is_used).collect();
    let numbers = match numbers.is_empty() {
        true => String::new(),
        false => format!("use crate::numbers::{{{}}};\n", numbers.join(", ")),
    };
    let code = match functions.contains("reqtrail_code") {
        true => "use crate::codes::reqtrail_code;\n",
        false => "",
    };
    Ok(format!(
        "//! The fields of {}s\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         {code}{numbers}use crate::{}::reqtrail_{};\n\n\
         /// How many of them are texts.\npub(crate) const TEXTS: usize = {texts};\n\n\
         export! {{\n{}}}\n",
        handle.replace('_', " "),
        module.split('/').next().unwrap_or_default(),
        handle,
        functions.trim_start_matches('\n'),
    ))
}

/// The module of the struct of rate limits. What is not known is negative.
pub(crate) fn rate_limit(surface: &Surface) -> Result<String, String> {
    let record = surface.record("rate_limit")?;
    let [mut fields, mut unknown, mut read] = [(); 3].map(|()| String::new());
    for field in &record.fields {
        let name = &field.name;
        let (kind, nothing, convert) = match field.kind {
            FieldKind::Moment => ("f64", "-1.0", "seconds"),
            _ => ("i64", "-1", "count"),
        };
        let doc = read_doc(field, "negative").replacen("Returns ", "", 1);
        comment(&mut fields, &[capitalised(&doc)]);
        let _ = writeln!(fields, "pub {name}: {kind},");
        let _ = writeln!(unknown, "{name}: {nothing},");
        let _ = writeln!(
            read,
            "{name}: limit.{name}.and_then({convert}).unwrap_or({nothing}),"
        );
    }
    let mut doc = String::new();
    comment(&mut doc, std::slice::from_ref(&record.doc));
    Ok(format!(
        "//! Rate limits\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         use reqtrail::RateLimit;\n\nuse crate::memory::FfiDefault;\nuse crate::numbers::{{count, seconds}};\n\n\
         {doc}#[repr(C)]\n#[derive(Debug)]\npub struct reqtrail_rate_limit {{\n{fields}}}\n\n\
         impl reqtrail_rate_limit {{\npub(crate) fn of(limit: RateLimit) -> Self {{\nSelf {{\n{read}}}\n}}\n}}\n\n\
         impl FfiDefault for reqtrail_rate_limit {{\n/// What a server says that says nothing.\n\
         const FFI_DEFAULT: Self = Self {{\n{unknown}}};\n}}\n"
    ))
}

/// The fields of errors that have a function which is printed.
pub(super) fn error_fields(surface: &Surface) -> impl Iterator<Item = &Field> {
    let errors = surface
        .records
        .iter()
        .filter(|record| record.shape == Shape::Error);
    errors.flat_map(|record| record.printed("c"))
}

/// The record of an error's fields, as Go reads it.
pub(crate) fn go_error(surface: &Surface) -> String {
    let mut out = String::from(
        "//! The fields of errors, as Go reads them\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         use reqtrail::{ApiError, Error};\n\nuse super::text::{borrowed, reqtrail_go_text};\n\
         use crate::numbers::milliseconds;\n\n\
         /// The fields of an error; its texts are borrowed from it.\n#[repr(C)]\npub struct reqtrail_go_error_fields {\n",
    );
    let mut made = String::new();
    for field in error_fields(surface) {
        let is_api = surface
            .record("api_error")
            .is_ok_and(|api| api.fields.iter().any(|own| own.name == field.name));
        let (from, class) = if is_api {
            ("api", "ApiError")
        } else {
            ("error", "Error")
        };
        let name = &field.name;
        let given = format!("{from}.and_then({class}::{name})");
        let (kind, read) = match field.kind {
            FieldKind::Text => ("reqtrail_go_text", format!("borrowed({given})")),
            FieldKind::Word(_) => (
                "reqtrail_go_text",
                format!("borrowed({given}.map(|word| word.as_str()))"),
            ),
            FieldKind::Flag => ("bool", format!("{from}.is_some_and({class}::{name})")),
            FieldKind::Duration => ("f64", format!("{given}.map_or(-1.0, milliseconds)")),
            _ => (
                "i32",
                format!("{given}.map_or(0, |status| status.as_u16().into())"),
            ),
        };
        let _ = writeln!(out, "pub {}: {kind},", field.json);
        let _ = writeln!(made, "{}: {read},", field.json);
    }
    let _ = write!(
        out,
        "}}\n\nimpl reqtrail_go_error_fields {{\npub(super) fn of(error: Option<&Error>) -> Self {{\n\
         let api = error.and_then(Error::api);\nSelf {{\n{made}}}\n}}\n}}\n"
    );
    out
}

/// A function that reads a field of what is at `reach`. `texts` counts those that are texts, each of which has a place of its
/// own in the handle.
fn reader(out: &mut String, handle: &str, reach: &str, field: &Field, texts: &mut usize) {
    let name = &field.name;
    // A call's info has fields and, of an attempt, the line for a log.
    let read = match (handle, field.rust_type.is_empty()) {
        ("call_info", true) => format!("{reach}.{name}({handle}.attempt)"),
        ("call_info", false) => format!("{reach}.{name}"),
        _ => format!("{reach}.{name}()"),
    };
    let some = |value: String| format!("Some({value})");
    let in_option = if field.is_optional { "?" } else { "" };
    let (kind, is, body) = match &field.kind {
        // A list has a function for its length, and one for an entry.
        FieldKind::Words(set) => {
            let one = field.json.trim_end_matches('s');
            let count = format!("Returns how many entries `reqtrail_{handle}_{one}` has.");
            let name = format!("{one}_count");
            function(
                out,
                handle,
                &name,
                "",
                "usize",
                &count,
                &format!("Some({read}.len())"),
            );
            let text = Surface::field_doc(field, Language::C).join(" ");
            let doc = format!(
                "Returns an entry, from 0, of {}: {}; 0 beyond the last.",
                lowered(text.trim_end_matches('.')),
                c_set(set)
            );
            let body = format!("Some(number({read}.get(index)?.number()))");
            function(out, handle, one, ", index: usize", "i32", &doc, &body);
            return;
        }
        FieldKind::Text => {
            *texts += 1;
            let is_lent = field.rust_type.trim_end_matches('>').ends_with("str");
            let shown = match (field.is_optional, is_lent || field.rust_type.is_empty()) {
                (true, true) => read,
                (true, false) if field.rust_type.contains('&') => {
                    format!("{read}.map(ToString::to_string)")
                }
                (true, false) => format!("{read}.map(|it| it.to_string())"),
                (false, true) => some(read),
                (false, false) => some(format!("{read}.to_string()")),
            };
            (&*format!("text[{}]", *texts - 1), "NULL", shown)
        }
        FieldKind::Number if field.rust_type.contains("StatusCode") => (
            "i32",
            "0",
            some(format!("i32::from({read}{in_option}.as_u16())")),
        ),
        FieldKind::Number => ("u32", "0", some(format!("{read}{in_option}"))),
        FieldKind::Flag if field.is_optional => ("i32", "0", some(format!("three_way({read})"))),
        FieldKind::Flag => ("bool", "false", some(read)),
        FieldKind::Duration => (
            "f64",
            "negative",
            some(format!("milliseconds({read}{in_option})")),
        ),
        FieldKind::Moment => ("f64", "negative", format!("seconds({read}{in_option})")),
        FieldKind::Outcome => ("reqtrail_code", "", some(format!("outcome({read})"))),
        FieldKind::Word(set) if set == "ErrorKind" => (
            "reqtrail_code",
            "REQTRAIL_OK",
            some(format!("number({read}{in_option}.number())")),
        ),
        FieldKind::Word(_) => (
            "i32",
            "0",
            some(format!("number({read}{in_option}.number())")),
        ),
        // Lists of records have functions by hand.
        _ => return,
    };
    let doc = read_doc(field, is);
    function(out, handle, &field.json, "", kind, &doc, &body);
}

fn function(
    out: &mut String,
    handle: &str,
    name: &str,
    arguments: &str,
    kind: &str,
    doc: &str,
    body: &str,
) {
    *out += "\n";
    comment(out, &[doc.to_owned()]);
    let _ = write!(
        out,
        "    fn reqtrail_{handle}_{name}({handle}: &reqtrail_{handle}{arguments}) -> {kind} {{\n        {body}\n    }}\n"
    );
}

/// What a function returns, and what it is where there is nothing.
fn read_doc(field: &Field, nothing: &str) -> String {
    let text = Surface::field_doc(field, Language::C).join(" ");
    let mut text = text
        .replace("`true`:", "1:")
        .replace("`false`:", "-1:")
        .replace("`NULL`", &format!("`{nothing}`"));
    let (of_set, or_nothing) = match &field.kind {
        FieldKind::Word(set) => (format!(", {}", c_set(set)), true),
        FieldKind::Outcome => (", REQTRAIL_OK or a REQTRAIL_ERROR_*".to_owned(), false),
        FieldKind::Moment => (", in seconds since 1970".to_owned(), true),
        _ => (String::new(), true),
    };
    let says_nothing = text.contains(&format!("`{nothing}`"));
    let or_nothing = match field.is_optional && or_nothing && !says_nothing {
        true => format!("; {nothing} if there is none"),
        false => String::new(),
    };
    let clause = [text.find("; "), text.find(". ")]
        .into_iter()
        .flatten()
        .min();
    text.insert_str(clause.unwrap_or(text.len() - 1), &of_set);
    let sentence = text.find(". ").unwrap_or(text.len() - 1);
    text.insert_str(sentence, &or_nothing);
    format!("Returns {}", lowered(&text))
}

/// How the adapter of the conformance scenarios sets options by their names.
pub(crate) fn adapter(surface: &Surface) -> String {
    let mut out = String::from(
        "/* Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit. */\n\
         // clang-format off\n#include \"option.h\"\n",
    );
    for group in &surface.groups {
        let (handle, of) = match group.name {
            "client" => ("client_options", "client"),
            name => (name, name),
        };
        let _ = write!(
            out,
            "\nbool set_{of}_option(reqtrail_{handle} *it, const struct json *given) {{\n"
        );
        for row in &group.options {
            let functions = functions_of(surface, row, handle);
            let named = |at: usize| {
                functions
                    .get(at)
                    .map(|own| format!("reqtrail_{handle}_{}", own.name))
            };
            let name = &row.name;
            let set = named(0).unwrap_or_default();
            let macro_name = match row.kind {
                Kind::Secret | Kind::Path | Kind::ByHand => "TEXT".to_owned(),
                kind => snake(&kind).to_uppercase(),
            };
            if row.detail("c_off").is_some() {
                let off = functions.last().map(|own| &own.name);
                let off = off.map(String::as_str).unwrap_or_default();
                let _ = writeln!(out, "  OFF(\"{name}\", reqtrail_{handle}_{off})");
            }
            let kind = match row.rust_type.as_str() {
                "usize" => "size_t",
                "u64" => "uint64_t",
                _ => "uint32_t",
            };
            let second = match row.kind {
                Kind::Count => Some(format!(", {kind}")),
                Kind::Dialect => named(1).map(|json| format!(", {json}")),
                _ => None,
            };
            let _ = writeln!(
                out,
                "  {macro_name}(\"{name}\", {set}{})",
                second.unwrap_or_default()
            );
        }
        out += "  return false;\n}\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: FieldKind, is_optional: bool, doc: &str) -> String {
        let field = Field {
            name: "shine".to_owned(),
            json: "shine".to_owned(),
            kind,
            rust_type: String::new(),
            is_optional,
            doc: vec![doc.to_owned()],
            details: Vec::new(),
        };
        let mut out = String::new();
        reader(&mut out, "attempt", "attempt.core()", &field, &mut 0);
        out
    }

    #[test]
    fn readers_say_what_they_return_where_there_is_nothing() {
        let text = read(FieldKind::Text, true, "The shine. More.");
        assert!(
            text.contains("/// Returns the shine; NULL if there is none. More."),
            "{text}"
        );
        let word = read(
            FieldKind::Word("Sent".to_owned()),
            false,
            "Whether it went; or not.",
        );
        assert!(
            word.contains("/// Returns whether it went, a REQTRAIL_SENT_*; or not."),
            "{word}"
        );
        let flag = read(
            FieldKind::Flag,
            true,
            "Whether. `Some(false)`: no. `None`: nobody knows.",
        );
        assert!(
            flag.contains("/// Returns whether. -1: no. `0`: nobody knows."),
            "{flag}"
        );
        let words = read(
            FieldKind::Words("TrailNote".to_owned()),
            false,
            "The notes.",
        );
        assert!(
            words.contains("fn reqtrail_attempt_shine_count("),
            "{words}"
        );
    }
}
