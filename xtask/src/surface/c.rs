//! C: a function for each option, and for each field of attempts and trails.

use std::fmt::Write as _;

use super::docs::wrapped;
use super::go::lowered;
use super::{Group, Kind, Language, Row, Surface};

/// The columns of a line of documentation.
const WIDTH: usize = 120;

/// The module of the functions that set the options of a group.
pub(crate) fn options(surface: &Surface, name: &str) -> Result<String, String> {
    let group = surface.groups.iter().find(|group| group.name == name);
    let group = group.ok_or_else(|| format!("no group `{name}`"))?;
    let handle = match name {
        "client" => "client_options",
        _ => name,
    };
    let mut functions = String::new();
    for row in &group.options {
        for function in functions_of(surface, row, handle) {
            function.write(&mut functions, handle, row);
        }
    }
    let argument = argument(handle);
    let needs = |name: &str| functions.contains(&format!("{name}("));
    let texts: Vec<&str> = ["bytes", "owned"]
        .into_iter()
        .filter(|name| needs(name))
        .collect();
    let secrets = if needs("Secret::from") {
        "use reqtrail::Secret;\n"
    } else {
        ""
    };
    let home = match name {
        "client" => "options",
        _ => name,
    };
    Ok(format!(
        "//! {}\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         use std::ffi::c_char;\n\n{secrets}use reqtrail::host::Value;\n\n\
         use crate::{home}::reqtrail_{handle};\nuse crate::numbers::duration;\nuse crate::text::{{{}}};\n\n\
         export! {{\n{}}}\n",
        title(group),
        texts.join(", "),
        functions
            .trim_start_matches('\n')
            .replace("$handle", argument),
    ))
}

fn title(group: &Group) -> &'static str {
    match group.name {
        "client" => "The options of a client that are values",
        _ => "The options of a request that are values",
    }
}

/// What the handle is called.
fn argument(handle: &str) -> &str {
    handle.rsplit('_').next().unwrap_or(handle)
}

/// A function that sets an option.
struct Function {
    name: String,
    doc: Vec<String>,
    /// Names and types.
    arguments: Vec<(String, &'static str)>,
    /// The value in Rust.
    value: String,
}

impl Function {
    fn write(&self, out: &mut String, handle: &str, row: &Row) {
        *out += "\n";
        comment(out, &self.doc);
        let mut arguments = vec![format!("$handle: *mut reqtrail_{handle}")];
        arguments.extend(
            self.arguments
                .iter()
                .map(|(name, kind)| format!("{name}: {kind}")),
        );
        let (indent, one_line) = ("\n        ", arguments.join(", "));
        let arguments = match one_line.len() {
            0..50 => one_line,
            _ => format!("{indent}{},\n    ", arguments.join(&format!(",{indent}"))),
        };
        let _ = write!(
            out,
            "    fn reqtrail_{handle}_{}({arguments}) sets [$handle] {{\n        $handle.option({}, {})\n    }}\n",
            self.name,
            row.id.unwrap_or_default(),
            self.value
        );
    }
}

fn functions_of(surface: &Surface, row: &Row, handle: &str) -> Vec<Function> {
    let name = row.spelt(Language::C);
    // What one call gives, where an option holds several.
    let argument = name.trim_end_matches("_ms").to_owned();
    let mut doc = surface.doc(row, Language::C);
    doc[0] = format!("Sets {}", lowered(&doc[0]));
    if let (Kind::Texts | Kind::Pems | Kind::Headers, Some(last)) = (row.kind, doc.last_mut()) {
        *last += " Each call adds one.";
    }
    let of_text = |name: &str| {
        vec![
            (name.to_owned(), "*const c_char"),
            (format!("{name}_length"), "usize"),
        ]
    };
    let owned = |name: &str| format!("owned({name}, {name}_length, \"{name}\")?");
    let one = |arguments: Vec<(String, &'static str)>, value: String| Function {
        name: name.clone(),
        doc: doc.clone(),
        arguments,
        value,
    };
    let mut functions = match row.kind {
        Kind::Flag => vec![one(
            vec![(argument.clone(), "bool")],
            format!("Value::Flag({argument})"),
        )],
        Kind::Count => vec![match row.rust_type.as_str() {
            "usize" => one(
                vec![(argument.clone(), "usize")],
                format!("Value::Integer({argument}.try_into().unwrap_or(i128::MAX))"),
            ),
            "u64" => one(
                vec![(argument.clone(), "u64")],
                format!("Value::Integer({argument}.into())"),
            ),
            _ => one(
                vec![(argument.clone(), "u32")],
                format!("Value::Integer({argument}.into())"),
            ),
        }],
        Kind::Duration => vec![one(
            vec![(argument.clone(), "u64")],
            format!("Value::Duration(duration({argument}))"),
        )],
        Kind::Secret => vec![one(
            of_text(&argument),
            format!("Value::Secret(Secret::from({}))", owned(&argument)),
        )],
        Kind::Text | Kind::Path | Kind::Texts | Kind::ByHand => vec![one(
            of_text(&argument),
            format!("Value::Text({})", owned(&argument)),
        )],
        Kind::Pems => vec![one(
            vec![
                (argument.clone(), "*const u8"),
                (format!("{argument}_length"), "usize"),
            ],
            format!("Value::Bytes(bytes({argument}, {argument}_length, \"{argument}\")?.to_vec())"),
        )],
        Kind::RetryBudget => vec![one(
            vec![
                ("capacity".to_owned(), "u32"),
                ("retry_cost".to_owned(), "u32"),
            ],
            "Value::Pairs(vec![(\"capacity\".to_owned(), Value::Integer(capacity.into())), \
             (\"retry_cost\".to_owned(), Value::Integer(retry_cost.into()))])"
                .to_owned(),
        )],
        Kind::Headers => {
            let arguments = [of_text("name"), of_text("value")].concat();
            let pair = |value: String| format!("Value::Pairs(vec![({}, {value})])", owned("name"));
            let plain = one(
                arguments.clone(),
                pair(format!("Value::Text({})", owned("value"))),
            );
            let secret = Function {
                name: name.replace("header", "secret_header"),
                doc: vec![format!(
                    "Sets a header as `reqtrail_{handle}_{name}` does, whose value is a secret: it is redacted wherever the server repeats it."
                )],
                arguments,
                value: pair(format!("Value::Secret(Secret::from({}))", owned("value"))),
            };
            vec![plain, secret]
        }
        Kind::Dialect => vec![
            one(of_text("name"), format!("Value::Text({})", owned("name"))),
            Function {
                name: format!("{name}_json"),
                doc: vec![format!(
                    "Sets what `reqtrail_{handle}_{name}` does by a description as JSON, for an API that is not built in; docs/c/clients.md \
                     has the fields."
                )],
                arguments: of_text("json"),
                value: format!("Value::Text({})", owned("json")),
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
            value: "Value::Null".to_owned(),
        });
    }
    functions
}

fn comment(out: &mut String, paragraphs: &[String]) {
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if at > 0 {
            *out += "    ///\n";
        }
        for line in wrapped(paragraph, WIDTH - 8) {
            let _ = writeln!(out, "    /// {line}");
        }
    }
}
