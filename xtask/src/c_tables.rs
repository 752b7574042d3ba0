//! The C tables: a constant for each value of a closed set and for each built-in dialect's codes, and their names.

use std::fmt::Write as _;

use crate::codes::Codes;

const HEADER: &str =
    "// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// What a function returns besides the kinds of errors: misuse from 101 on, server actions from 201 on, scripts
/// from 301 on.
const OWN: [(&str, u32, &str); 7] = [
    ("null_pointer", 101, "A pointer is NULL that must not be."),
    ("not_utf8", 102, "A text is not UTF-8."),
    ("bad_value", 103, "A value is none that the function takes."),
    (
        "in_callback",
        104,
        "The function waits for a call, and a callback must not: the call may be waiting for the callback.",
    ),
    ("still_running", 105, "The call has not ended yet."),
    (
        "action_failed",
        201,
        "The server action that was followed has failed.",
    ),
    (
        "script_mismatch",
        301,
        "The calls were not as the script of a test has them.",
    ),
];

/// A closed set: its name in `codes.json`'s types, the prefix of its constants, the function of its names, and what
/// it is.
const SETS: [(&str, &str, &str); 7] = [
    (
        "Category",
        "CATEGORY",
        "What an API error means, across dialects.",
    ),
    (
        "StopReason",
        "STOPPED",
        "Why a call made no further attempt.",
    ),
    ("Cause", "CAUSE", "What caused an attempt."),
    (
        "WaitReason",
        "WAIT",
        "Why a call waited before its next attempt.",
    ),
    ("Sent", "SENT", "Whether an attempt's request went out."),
    (
        "TrailNote",
        "TRAIL_NOTE",
        "What a reader of a whole trail should know.",
    ),
    (
        "RequestIdNote",
        "REQUEST_ID_NOTE",
        "What was odd about an attempt's request ID.",
    ),
];

/// The file of all constants and of the tables of their names.
pub(crate) fn constants(codes: &Codes) -> String {
    let mut out = String::from("//! The numbers of the header, and their names.\n\n");
    out.push_str(HEADER);
    out.push_str(
        "#![allow(dead_code, reason = \"programs use them, not the library\")]\n\nuse std::ffi::CStr;\n\n/// What functions return: `REQTRAIL_OK`, or a `REQTRAIL_ERROR_*`.\npub type reqtrail_code = i32;\n\n",
    );
    let ok = ("REQTRAIL_OK".to_owned(), 0, "ok", "All went well.");
    let kinds = codes.error_kinds.iter().map(|kind| {
        let name = format!("REQTRAIL_ERROR_{}", constant(&kind.name));
        (name, kind.number, kind.name.as_str(), kind.doc.as_str())
    });
    let own = OWN.iter().map(|(name, number, doc)| {
        let constant = format!("REQTRAIL_ERROR_{}", constant(name));
        (constant, *number, *name, *doc)
    });
    let rows: Vec<_> = std::iter::once(ok).chain(kinds).chain(own).collect();
    table(&mut out, "CODES", "What functions return.", &rows);
    let sets = codes.sets();
    for (set, prefix, doc) in SETS {
        let names = sets.iter().find(|(name, _)| *name == set);
        let names = names.map(|(_, names)| *names).unwrap_or_default();
        let rows: Vec<_> = names
            .iter()
            .map(|row| {
                let name = format!("REQTRAIL_{prefix}_{}", constant(&row.name));
                (name, row.number, row.name.as_str(), row.doc.as_str())
            })
            .collect();
        table(&mut out, prefix, doc, &rows);
    }
    for dialect in &codes.dialects {
        let prefix = constant(&dialect.name);
        for set in &dialect.sets {
            let own = constant(&snake(&set.name));
            let rows: Vec<_> = set
                .values
                .iter()
                .map(|row| {
                    let name = format!("REQTRAIL_{own}_{}", constant(&row.name));
                    (name, row.number, row.name.as_str(), row.doc.as_str())
                })
                .collect();
            table(&mut out, &own, &set.doc, &rows);
        }
        for code in &dialect.codes {
            let _ = write!(
                out,
                "/// {}: `{}`. {}\npub const REQTRAIL_{prefix}_{}: i32 = {};\n",
                dialect.title,
                code.name,
                code.meaning,
                constant(&code.name),
                code.number
            );
        }
        out.push('\n');
    }
    out
}

fn table(out: &mut String, name: &str, doc: &str, rows: &[(String, u32, &str, &str)]) {
    for (constant, number, _, doc) in rows {
        let ty = if name == "CODES" {
            "reqtrail_code"
        } else {
            "i32"
        };
        let _ = write!(out, "/// {doc}\npub const {constant}: {ty} = {number};\n");
    }
    let _ = write!(
        out,
        "\n/// {doc}\npub(crate) const {name}_NAMES: &[(i32, &CStr)] = &[\n"
    );
    for (constant, _, text, _) in rows {
        let _ = writeln!(out, "({constant}, c{text:?}),");
    }
    out.push_str("];\n\n");
}

/// `TrailNote` as `trail_note`.
fn snake(name: &str) -> String {
    constant(name).to_ascii_lowercase()
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
