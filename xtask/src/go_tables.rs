//! The Go table: a string type for each closed set and for each built-in dialect's codes, with a constant for each value.

use std::fmt::Write as _;

use crate::codes::{Codes, Name};

/// The line by which Go's tools know generated files.
const HEADER: &str =
    "// Code generated from schema/codes.json by `cargo run -p xtask -- codegen`; DO NOT EDIT.\n\n";

/// A closed set: its name in `codes.json`'s types, in Go, the prefix of its constants, whether its values are targets
/// of `errors.Is`, and what it is.
const SETS: [(&str, &str, &str, bool, &str); 8] = [
    (
        "ErrorKind",
        "Kind",
        "Kind",
        true,
        "says what went wrong with a call, the same in every language.",
    ),
    (
        "Category",
        "Category",
        "Category",
        true,
        "says what an API error means, across dialects.",
    ),
    (
        "StopReason",
        "StopReason",
        "Stop",
        false,
        "says why a call made no further attempt.",
    ),
    (
        "Cause",
        "Cause",
        "Cause",
        false,
        "says what caused an attempt.",
    ),
    (
        "WaitReason",
        "WaitReason",
        "Wait",
        false,
        "says why a call waited before its next attempt.",
    ),
    (
        "Sent",
        "Sent",
        "Sent",
        false,
        "says whether an attempt's request went out. Unknown decides like yes, unless the server guaranteed that it did not process the request.",
    ),
    (
        "TrailNote",
        "TrailNote",
        "Note",
        false,
        "is what a reader of a whole trail should know.",
    ),
    (
        "RequestIdNote",
        "RequestIDNote",
        "RequestID",
        false,
        "is what was odd about an attempt's request ID.",
    ),
];

/// The file of all tables.
pub(crate) fn tables(codes: &Codes) -> String {
    let mut out = format!("{HEADER}package reqtrail\n");
    for (name, rows) in codes.sets() {
        let Some((_, ty, prefix, target, doc)) = SETS.iter().find(|(set, ..)| *set == name) else {
            continue;
        };
        set(&mut out, ty, prefix, doc, rows);
        if *target {
            comparable(&mut out, ty);
        }
    }
    for dialect in &codes.dialects {
        if dialect.codes.is_empty() {
            continue;
        }
        let prefix = brand(&dialect.name);
        let ty = format!("{prefix}{}", short(&dialect.code_type));
        let _ = write!(
            out,
            "\n// {ty} is an error code of {}. A code that this release does not know is a [Code] all the same.\n\
             type {ty} string\n",
            dialect.title
        );
        let rows = dialect.codes.iter();
        constants(
            &mut out,
            &ty,
            prefix,
            rows.map(|code| (code.name.as_str(), code.meaning.as_str())),
        );
        comparable(&mut out, &ty);
        for own in &dialect.sets {
            let doc = format!("says {}", lowered(&own.doc));
            set(&mut out, &own.name, &own.name, &doc, &own.values);
        }
    }
    out
}

fn set(out: &mut String, ty: &str, prefix: &str, doc: &str, rows: &[Name]) {
    let _ = write!(out, "\n// {ty} {doc}\ntype {ty} string\n");
    let rows = rows.iter();
    constants(
        out,
        ty,
        prefix,
        rows.map(|row| (row.name.as_str(), row.doc.as_str())),
    );
}

fn constants<'a>(
    out: &mut String,
    ty: &str,
    prefix: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let _ = writeln!(out, "\n// The values of [{ty}].\nconst (");
    // An empty line between two keeps gofmt from aligning them.
    for (at, (name, doc)) in rows.enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let constant = format!("{prefix}{}", exported(name));
        let _ = write!(
            out,
            "\t// {constant}: {}\n\t{constant} {ty} = {name:?}\n",
            lowered(doc)
        );
    }
    out.push_str(")\n");
}

/// What makes a value a target of `errors.Is`.
fn comparable(out: &mut String, ty: &str) {
    let receiver = ty.chars().next().unwrap_or('v').to_ascii_lowercase();
    let _ = write!(
        out,
        "\n// Error makes it a target of [errors.Is].\nfunc ({receiver} {ty}) Error() string {{ return string({receiver}) }}\n"
    );
}

/// What a dialect's identifiers begin with.
fn brand(dialect: &str) -> &str {
    match dialect {
        "novavms" => "NovaVMS",
        "openstack" => "OpenStack",
        other => other,
    }
}

/// `ErrorCode` is `Code` behind a brand.
fn short(code_type: &str) -> &str {
    code_type.strip_prefix("Error").unwrap_or(code_type)
}

/// A sentence that goes on after a colon.
fn lowered(doc: &str) -> String {
    let mut chars = doc.chars();
    match (chars.next(), chars.clone().next()) {
        // Not a name such as `TLS` or `IDs`.
        (Some(first), Some(second)) if !second.is_ascii_uppercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => doc.to_owned(),
    }
}

/// `not_found` as `NotFound`, `itemNotFound` as `ItemNotFound`, `tls_unverified` as `TLSUnverified`.
fn exported(name: &str) -> String {
    name.split('_')
        .map(|word| match word {
            "api" | "tls" | "id" | "url" => word.to_ascii_uppercase(),
            _ => {
                let mut chars = word.chars();
                let first = chars.next().into_iter().flat_map(char::to_uppercase);
                first.chain(chars).collect()
            }
        })
        .collect()
}
