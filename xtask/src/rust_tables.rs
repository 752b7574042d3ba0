//! The Rust tables: one enum for each closed set, and one for each built-in dialect's codes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::codes::{Codes, Name, Retry};

const HEADER: &str =
    "// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// What each closed set is, for its doc comment.
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
        "Whether an attempt's request went out. `Unknown` decides like `Yes`, unless the server guaranteed that it did not process the request.",
    ),
    ("TrailNote", "What a reader of a whole trail should know."),
    (
        "RequestIdNote",
        "What was odd about an attempt's request ID.",
    ),
];

/// The file of the closed sets.
pub(crate) fn kinds(codes: &Codes) -> String {
    let mut out =
        String::from("//! The closed sets of names and numbers that every language shares.\n\n");
    out.push_str(HEADER);
    out.push_str("use crate::closed_set::closed_set;\n\n");
    for ((name, rows), (_, doc)) in codes.sets().into_iter().zip(SET_DOCS) {
        set(&mut out, name, doc, rows);
    }
    out
}

/// The file of the closed sets that only one dialect has.
pub(crate) fn own_sets(codes: &Codes, name: &str) -> Result<String, String> {
    let dialect = codes.dialect(name)?;
    let mut out = format!(
        "//! The closed sets of {} that every language shares.\n\n{HEADER}use crate::closed_set::closed_set;\n\n",
        dialect.title
    );
    for own in &dialect.sets {
        set(&mut out, &own.name, &own.doc, &own.values);
    }
    Ok(out)
}

fn set(out: &mut String, name: &str, doc: &str, rows: &[Name]) {
    // rustfmt does not touch what is within a macro call.
    let _ = write!(out, "closed_set! {{\n    /// {doc}\n    {name} {{\n");
    for row in rows {
        let _ = write!(
            out,
            "        /// {}\n        {} = {:?}, {};\n",
            row.doc,
            pascal(&row.name),
            row.name,
            row.number
        );
    }
    out.push_str("    }\n}\n\n");
}

/// The file of one built-in dialect's codes.
pub(crate) fn dialect(codes: &Codes, name: &str) -> Result<String, String> {
    let dialect = codes.dialect(name)?;
    let ty = &dialect.code_type;
    let mut out = format!("//! The error codes of {}.\n\n{HEADER}", dialect.title);
    let ruled = dialect
        .explained()
        .any(|c| !matches!(c.retry, Retry::ByStatus));
    let rows = if ruled {
        "{CodeEntry, DialectCodes, RetryRule}"
    } else {
        "{CodeEntry, DialectCodes}"
    };
    let _ = write!(
        out,
        "use crate::codes::Category;\nuse crate::dialect::{rows};\n\n"
    );
    let _ = write!(
        out,
        "/// An error code of {}. Codes that this release does not know keep their text in `Unknown`.\n#[derive(Clone, Debug, Eq, Hash, PartialEq)]\n#[non_exhaustive]\npub enum {ty} {{\n",
        dialect.title
    );
    for code in &dialect.codes {
        let _ = write!(out, "/// {}\n{},\n", code.meaning, pascal(&code.name));
    }
    let _ = write!(
        out,
        "/// A code that this release does not know, as the server wrote it.\nUnknown(String),\n}}\n\nimpl {ty} {{\n"
    );
    out.push_str("/// Returns the code of this canonical name; any other text is `Unknown`.\n#[must_use]\npub fn from_canonical(name: &str) -> Self {\nmatch name {\n");
    for code in &dialect.codes {
        let _ = writeln!(out, "{:?} => Self::{},", code.name, pascal(&code.name));
    }
    out.push_str("other => Self::Unknown(other.to_owned()),\n}\n}\n\n/// Returns the canonical name, or the raw text of an unknown code.\n#[must_use]\npub fn as_str(&self) -> &str {\nmatch self {\n");
    for code in &dialect.codes {
        let _ = writeln!(out, "Self::{} => {:?},", pascal(&code.name), code.name);
    }
    out.push_str("Self::Unknown(raw) => raw,\n}\n}\n\n/// Returns the number, which never changes between releases; 0 for an unknown code.\n#[must_use]\npub const fn number(&self) -> u32 {\nmatch self {\n");
    for code in &dialect.codes {
        let _ = writeln!(out, "Self::{} => {},", pascal(&code.name), code.number);
    }
    out.push_str("Self::Unknown(_) => 0,\n}\n}\n}\n\n");
    let _ = writeln!(out, "impl std::fmt::Display for {ty} {{");
    out.push_str("fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {\nf.write_str(self.as_str())\n}\n}\n\n");
    let _ = writeln!(
        out,
        "/// What is known of each code.\npub(crate) static CODES: DialectCodes = DialectCodes {{ name: {:?}, title: {:?}, documentation_url: {:?}, codes: &[",
        dialect.name, dialect.title, dialect.documentation_url,
    );
    for code in dialect.explained() {
        let retry = match code.retry {
            Retry::ByStatus => "None",
            Retry::Always => "Some(RetryRule::Always)",
            Retry::IfSafe => "Some(RetryRule::IfSafe)",
            Retry::Never => "Some(RetryRule::Never)",
        };
        let _ = writeln!(
            out,
            "CodeEntry {{ code: {:?}, aliases: &{:?}, status: {}, category: Category::{}, retry: {retry}, meaning: {:?}, fix: {:?}, documentation_url: {:?} }},",
            code.name,
            code.aliases,
            code.status,
            pascal(&code.category),
            code.meaning,
            code.hint,
            dialect.page_of(code),
        );
    }
    out.push_str("] };\n");
    Ok(out)
}

fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let (head, tail) = word.split_at(word.len().min(1));
            head.to_ascii_uppercase() + tail
        })
        .collect()
}

/// Formats Rust source with the toolchain's rustfmt, so that a generated file is also a formatted one.
pub(crate) fn format(text: &str) -> Result<String, String> {
    let fail =
        |e: std::io::Error| format!("rustfmt: {e}; install it with `rustup component add rustfmt`");
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(fail)?;
    }
    let output = child.wait_with_output().map_err(fail)?;
    if !output.status.success() {
        return Err("rustfmt refused the generated text".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}
