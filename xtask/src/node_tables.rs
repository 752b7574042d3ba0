//! The TypeScript tables: a union of strings for each closed set and for each built-in dialect's codes, and the classes of
//! errors.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::codes::{Codes, Name};

const HEADER: &str =
    "// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The closed sets that programs meet, with what each is.
const SET_DOCS: [(&str, &str); 8] = [
    (
        "ErrorKind",
        "What went wrong with a call, the same in every language.",
    ),
    ("Category", "What an API error means, across dialects."),
    ("StopReason", "Why a call made no further attempt."),
    ("Cause", "What caused an attempt."),
    ("WaitReason", "Why a call waited before its next attempt."),
    (
        "Sent",
        "Whether an attempt's request went out. `unknown` decides like `yes`, unless the server guaranteed that it did not process the request.",
    ),
    ("TrailNote", "What a reader of a whole trail should know."),
    (
        "RequestIdNote",
        "What was odd about an attempt's request ID.",
    ),
];

/// The file of the closed sets.
pub(crate) fn sets(codes: &Codes) -> String {
    let mut out = String::from("/** The closed sets of names that every language shares. */\n\n");
    out.push_str(HEADER);
    for (index, ((name, rows), (_, doc))) in codes.sets().into_iter().zip(SET_DOCS).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let members = rows.iter().map(|row| (row.name.as_str(), row.doc.as_str()));
        union(&mut out, name, doc, members);
    }
    out
}

/// The file of one built-in dialect's codes; `list` is the name of the array that holds them.
pub(crate) fn dialect(codes: &Codes, name: &str, list: &str) -> Result<String, String> {
    let dialect = codes.dialect(name)?;
    let mut out = format!("/** The error codes of {}. */\n\n", dialect.title);
    out.push_str(HEADER);
    out.push_str("import { ApiError } from \"./errors.js\";\n\n");
    let ty = &dialect.code_type;
    let doc = format!(
        "An error code of {}. Codes that this release does not know stay plain strings.",
        dialect.title
    );
    let members = dialect
        .codes
        .iter()
        .map(|code| (code.name.as_str(), code.meaning.as_str()));
    union(&mut out, ty, &doc, members);
    let _ = write!(
        out,
        "\n/** The error codes of {} that this release knows. */\nexport const {list}: readonly {ty}[] = Object.freeze([\n",
        dialect.title
    );
    for code in &dialect.codes {
        let _ = writeln!(out, "  {:?},", code.name);
    }
    let _ = write!(
        out,
        "]);

/**
 * Whether it is an error of {title} with a code that this release knows; then `switch (error.code)` narrows. Other codes
 * keep their text in `error.code`.
 */
export function hasKnownCode(error: unknown): error is ApiError & {{ readonly code: {ty} }} {{
  return (
    error instanceof ApiError &&
    error.trail?.dialect === {name:?} &&
    ({list} as readonly (string | null)[]).includes(error.code)
  );
}}
",
        title = dialect.title
    );
    for set in &dialect.sets {
        out.push('\n');
        let members = set.values.iter();
        let members = members.map(|value| (value.name.as_str(), value.doc.as_str()));
        union(&mut out, &set.name, &set.doc, members);
    }
    Ok(out)
}

/// The kinds whose classes are written by hand, because they have more members.
const OWN_KINDS: [&str; 4] = ["api", "timeout", "cancelled", "invalid_request"];

/// The file of the classes of errors that are told apart by their kind or category alone.
pub(crate) fn categories(codes: &Codes) -> String {
    let mut out =
        String::from("/** The classes of errors by kind, and of API errors by category. */\n\n");
    out.push_str(HEADER);
    out.push_str("import { ApiError, ReqtrailError } from \"./errors.js\";\nimport { named } from \"./properties.js\";\n");
    let kinds = codes.error_kinds.iter();
    let kinds = kinds.filter(|kind| !OWN_KINDS.contains(&kind.name.as_str()));
    let kinds = kinds.map(|kind| (kind, kind.class.as_deref(), "kind", "ReqtrailError"));
    let categories = codes.categories.iter();
    let categories = categories.map(|own| (own, own_class(codes, own), "category", "ApiError"));
    for (name, class, field, parent) in kinds.chain(categories) {
        let Some(class) = class else {
            continue;
        };
        let _ = write!(
            out,
            "\n/** {0} */\nexport class {class} extends {parent} {{\n  declare readonly {field}: {1:?};\n}}\nnamed({class}, {class:?}, {{ {field}: {1:?} }});\n",
            name.doc, name.name
        );
    }
    out
}

/// The classes of errors for ES modules. It is a list, because the other entry also exports what programs must not see.
pub(crate) fn exports(codes: &Codes) -> String {
    let names = codes.error_kinds.iter().chain(&codes.categories);
    let classes: BTreeSet<&str> = names.filter_map(|name| name.class.as_deref()).collect();
    let mut out = String::from("/** The classes of errors, for ES modules. */\n\n");
    out.push_str(HEADER);
    out.push_str("export {\n");
    for class in classes.into_iter().chain(["ReqtrailError"]) {
        let _ = writeln!(out, "  {class},");
    }
    out.push_str("} from \"./index.js\";\n");
    out
}

/// The file of the tables that find the class of an error.
pub(crate) fn classes(codes: &Codes) -> String {
    let mut out =
        String::from("/** Which class an error has, by its kind and its category. */\n\n");
    out.push_str(HEADER);
    out.push_str(
        "import * as categories from \"./categories.js\";\nimport type { Category, ErrorKind } from \"./codes.js\";\nimport * as errors from \"./errors.js\";\n\n",
    );
    out.push_str(
        "type Class = new (message?: string, fields?: errors.ApiErrorFields) => errors.ReqtrailError;\n\nexport const BY_KIND: Readonly<Record<ErrorKind, Class>> = {\n",
    );
    for kind in &codes.error_kinds {
        if let Some(class) = kind.class.as_deref() {
            let module = match OWN_KINDS.contains(&kind.name.as_str()) {
                true => "errors",
                false => "categories",
            };
            let _ = writeln!(out, "  {}: {module}.{class},", kind.name);
        }
    }
    out.push_str("};\n\nexport const BY_CATEGORY: Readonly<Record<Category, Class>> = {\n");
    for category in &codes.categories {
        if let Some(class) = category.class.as_deref() {
            let module = match own_class(codes, category) {
                Some(_) => "categories",
                None => "errors",
            };
            let _ = writeln!(out, "  {}: {module}.{class},", category.name);
        }
    }
    out.push_str("};\n");
    out
}

/// The class of a category, unless it is that of all API errors.
fn own_class<'a>(codes: &Codes, category: &'a Name) -> Option<&'a str> {
    category.class.as_deref().filter(|class| {
        codes
            .error_kinds
            .iter()
            .all(|kind| kind.class.as_deref() != Some(*class))
    })
}

fn union<'a>(
    out: &mut String,
    ty: &str,
    doc: &str,
    members: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let _ = writeln!(out, "/** {doc} */\nexport type {ty} =");
    let rows: Vec<String> = members
        .map(|(name, doc)| format!("  /** {doc} */\n  | {name:?}"))
        .collect();
    out.push_str(&rows.join("\n"));
    out.push_str(";\n");
}
