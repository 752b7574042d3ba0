//! The Python tables: a `StrEnum` for each closed set and for each built-in dialect's codes, and the classes of errors.

use std::fmt::Write as _;

use crate::codes::{Codes, Name};

const HEADER: &str =
    "# Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The closed sets that Python programs meet, with what each is.
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
        "Whether an attempt's request went out. ``unknown`` decides like ``yes``, unless the server guaranteed\n    that it did not process the request.",
    ),
    ("TrailNote", "What a reader of a whole trail should know."),
    (
        "RequestIdNote",
        "What was odd about an attempt's request ID.",
    ),
];

/// The file of the closed sets.
pub(crate) fn sets(codes: &Codes) -> String {
    let mut out =
        String::from("\"\"\"The closed sets of names that every language shares.\"\"\"\n\n");
    out.push_str(HEADER);
    out.push_str("from enum import StrEnum\n\n__all__ = [\n");
    let mut names: Vec<&str> = SET_DOCS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    for name in names {
        let _ = writeln!(out, "    \"{name}\",");
    }
    out.push_str("]\n");
    for ((name, rows), (_, doc)) in codes.sets().into_iter().zip(SET_DOCS) {
        let members = rows.iter().map(|row| (row.name.as_str(), row.doc.as_str()));
        members_of(&mut out, "reqtrail", name, doc, members);
    }
    out
}

/// The file of one built-in dialect's codes.
pub(crate) fn dialect(codes: &Codes, name: &str) -> Result<String, String> {
    let dialect = codes.dialect(name)?;
    let ty = &dialect.code_type;
    let own = dialect.sets.iter().map(|set| set.name.as_str());
    let mut names: Vec<&str> = own.chain([ty.as_str()]).collect();
    names.sort_unstable();
    let names = names.join("\", \"");
    let mut out = format!("\"\"\"The error codes of {}.\"\"\"\n\n", dialect.title);
    out.push_str(HEADER);
    let _ = write!(out, "from enum import StrEnum\n\n__all__ = [\"{names}\"]\n");
    let doc = format!(
        "An error code of {}. Codes that this release does not know stay plain strings.",
        dialect.title
    );
    let members = dialect
        .codes
        .iter()
        .map(|code| (code.name.as_str(), code.meaning.as_str()));
    let module = format!("reqtrail.{name}");
    members_of(&mut out, &module, ty, &doc, members);
    for set in &dialect.sets {
        let members = set.values.iter();
        let members = members.map(|value| (value.name.as_str(), value.doc.as_str()));
        members_of(&mut out, &module, &set.name, &set.doc, members);
    }
    Ok(out)
}

/// The file of the classes of API errors, and of the tables that find the class of an error.
pub(crate) fn categories(codes: &Codes) -> String {
    let mut out = String::from("\"\"\"The classes of API errors, one for each category.\"\"\"\n\n");
    out.push_str(HEADER);
    let mut kinds: Vec<&str> = codes.error_kinds.iter().filter_map(class).collect();
    kinds.sort_unstable();
    out.push_str(
        "from . import _exceptions as _e\nfrom ._exceptions import ApiError\n\n__all__ = [\n",
    );
    let mut own: Vec<&str> = codes
        .categories
        .iter()
        .filter_map(class)
        .filter(|name| !kinds.contains(name))
        .collect();
    own.sort_unstable();
    for name in &own {
        let _ = writeln!(out, "    \"{name}\",");
    }
    out.push_str("]\n");
    for category in &codes.categories {
        let Some(name) = class(category).filter(|name| own.contains(name)) else {
            continue;
        };
        let _ = write!(
            out,
            "\n\nclass {name}(ApiError):\n    \"\"\"{}\"\"\"\n\n    __module__ = \"reqtrail\"\n",
            category.doc
        );
    }
    out.push_str("\n\nBY_KIND: dict[str, type[_e.ReqtrailError]] = {\n");
    for kind in &codes.error_kinds {
        if let Some(class) = class(kind) {
            let _ = writeln!(out, "    \"{}\": _e.{class},", kind.name);
        }
    }
    out.push_str("}\n\nBY_CATEGORY: dict[str, type[ApiError]] = {\n");
    for category in &codes.categories {
        if let Some(class) = class(category) {
            let _ = writeln!(out, "    \"{}\": {class},", category.name);
        }
    }
    out.push_str("}\n");
    out
}

fn class(name: &Name) -> Option<&str> {
    name.class.as_deref()
}

fn members_of<'a>(
    out: &mut String,
    module: &str,
    ty: &str,
    doc: &str,
    members: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let _ = write!(
        out,
        "\n\nclass {ty}(StrEnum):\n    \"\"\"{doc}\"\"\"\n\n    __module__ = \"{module}\"\n"
    );
    for (name, doc) in members {
        let _ = write!(
            out,
            "\n    {} = {name:?}\n    \"\"\"{doc}\"\"\"\n",
            constant(name)
        );
    }
}

/// `not_found` as `NOT_FOUND`, `itemNotFound` as `ITEM_NOT_FOUND`.
fn constant(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
