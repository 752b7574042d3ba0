//! Python: the options as `TypedDict`s, attempts as a dataclass, and the properties of trails.

use std::fmt::Write as _;

use super::docs::wrapped;
use super::{Field, FieldKind, Group, Kind, Language, Record, Row, Surface};

pub(super) const HEADER: &str =
    "# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The columns of a line.
const WIDTH: usize = 120;

/// The file of the options that are values.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = String::from("\"\"\"The options that are values.\"\"\"\n\n");
    out += HEADER;
    out += "import os\nfrom collections.abc import Sequence\nfrom typing import TypedDict\n\n\
            from ._native import Secret\nfrom ._option_types import Headers, RetryBudget, Seconds\n\n\
            __all__ = [\"ClientValues\", \"RequestValues\"]\n";
    for group in &surface.groups {
        let (class, doc) = match group.name {
            "client" => (
                "ClientValues",
                "The options of a client that are values. What is left out, or `None`, keeps its default.",
            ),
            _ => (
                "RequestValues",
                "The options of a request that are values. `None` leaves one out.",
            ),
        };
        let _ = write!(
            out,
            "\n\nclass {class}(TypedDict, total=False):\n    \"\"\"{doc}\"\"\"\n\n",
            doc = code(doc)
        );
        for row in printed(group) {
            let name = row.spelt(Language::Python);
            let _ = writeln!(out, "    {name}: {}", annotation(row));
            docstring(&mut out, &surface.doc(row, Language::Python), 4);
        }
    }
    out
}

/// The options that Python takes by name; the dialect is an argument.
fn printed(group: &Group) -> impl Iterator<Item = &Row> {
    group.options.iter().filter(|row| row.kind != Kind::Dialect)
}

pub(super) fn annotation(row: &Row) -> String {
    let value = match row.kind {
        Kind::Flag => "bool",
        Kind::Count => "int",
        Kind::Duration => "Seconds",
        Kind::Moment => "datetime",
        Kind::Text | Kind::Dialect | Kind::ByHand => "str",
        Kind::Secret => "str | Secret",
        Kind::Path => "str | os.PathLike[str]",
        Kind::Texts => "str | Sequence[str]",
        Kind::Pems => "str | bytes | Sequence[str | bytes]",
        Kind::Headers => "Headers",
        Kind::RetryBudget => "RetryBudget",
    };
    format!("{value} | None")
}

/// The file of what `help()` shows: docstrings of fields are for editors, and are not there when a program runs.
pub(crate) fn help(surface: &Surface) -> String {
    let mut out = String::from("\"\"\"What ``help()`` shows of the options.\"\"\"\n\n");
    out += HEADER;
    out += "__all__ = [\"CLIENT\", \"REQUEST\"]\n";
    for group in &surface.groups {
        let _ = write!(
            out,
            "\n{name} = \"\"\"The options of a {group}. What is left out, or ``None``, keeps its default{unless}.\n",
            name = group.name.to_uppercase(),
            group = group.name,
            unless = match group.options.iter().any(|row| row.is_null_a_value) {
                true => ", unless ``None`` turns it off",
                false => "",
            },
        );
        for row in printed(group).chain(&group.by_hand) {
            let typed = match row.kind {
                Kind::ByHand => String::new(),
                _ => format!(": {}", annotation(row)),
            };
            let _ = writeln!(out, "\n{}{typed}", row.spelt(Language::Python));
            for paragraph in surface.doc(row, Language::Python) {
                for line in wrapped(&code(&paragraph), 100) {
                    let _ = writeln!(out, "    {line}");
                }
            }
        }
        out += "\"\"\"\n";
    }
    out
}

/// The file of attempts and of the fields of trails.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out = String::from("\"\"\"Attempts, and what trails have.\"\"\"\n\n");
    out += HEADER;
    out += "from collections.abc import Mapping\nfrom dataclasses import dataclass\nfrom datetime import datetime\n\
            from typing import Any, Self\n\n";
    let sets = surface.word_sets();
    let _ = writeln!(
        out,
        "from ._codes import {}\n\n__all__ = [\"Attempt\", \"TrailFields\"]\n",
        sets.join(", ")
    );
    for record in &surface.records {
        match record.name {
            "attempt" => attempt(&mut out, record),
            _ => trail(&mut out, record),
        }
    }
    out += "\n\ndef _seconds(millis: float | None) -> float | None:\n    return None if millis is None else millis / 1e3\n";
    out
}

fn attempt(out: &mut String, record: &Record) {
    *out += "\n@dataclass(frozen=True, slots=True, kw_only=True)\nclass Attempt:\n";
    let mut doc = record.doc.clone();
    doc.push("Times are in seconds.".to_owned());
    docstring(out, &doc, 4);
    *out += "\n";
    for field in &record.fields {
        let _ = writeln!(out, "    {}: {}", field.name, typed(field));
        docstring(out, &Surface::field_doc(field, Language::Python), 4);
    }
    *out += "\n    @classmethod\n    def _of(cls, data: Mapping[str, Any]) -> Self:\n        return cls(\n";
    for field in &record.fields {
        let _ = writeln!(out, "            {}={},", field.name, read(field, "data"));
    }
    *out += "        )\n\n\n";
}

fn trail(out: &mut String, record: &Record) {
    *out += "class TrailFields:\n    \"\"\"What a trail has, besides its attempts.\"\"\"\n\n    __slots__ = ()\n\n\
             \x20   def _read(self) -> dict[str, Any]:\n        raise NotImplementedError\n";
    for field in &record.fields {
        if let FieldKind::Records(_) = field.kind {
            continue;
        }
        let _ = write!(
            out,
            "\n    @property\n    def {}(self) -> {}:\n",
            field.name,
            typed(field)
        );
        docstring(out, &Surface::field_doc(field, Language::Python), 8);
        let _ = writeln!(
            out,
            "        value: {} = {}",
            typed(field),
            read(field, "self._read()")
        );
        *out += "        return value\n";
    }
}

fn typed(field: &Field) -> String {
    let value = match &field.kind {
        FieldKind::Text => "str".to_owned(),
        FieldKind::Outcome => "str".to_owned(),
        FieldKind::Number => "int".to_owned(),
        FieldKind::Flag => "bool".to_owned(),
        FieldKind::Duration => "float".to_owned(),
        FieldKind::Moment => "datetime".to_owned(),
        FieldKind::Word(set) => set.clone(),
        FieldKind::Words(set) => format!("tuple[{set}, ...]"),
        FieldKind::Records(_) => "tuple[Attempt, ...]".to_owned(),
    };
    match field.is_optional {
        true => format!("{value} | None"),
        false => value,
    }
}

/// How a field is read out of the JSON's object.
fn read(field: &Field, data: &str) -> String {
    let given = format!("{data}[\"{}\"]", field.json);
    match (&field.kind, field.is_optional) {
        (FieldKind::Duration, true) => format!("_seconds({given})"),
        (FieldKind::Duration, false) => format!("{given} / 1e3"),
        (FieldKind::Moment, _) => format!("datetime.fromisoformat({given})"),
        (FieldKind::Outcome, _) => {
            format!("\"ok\" if {given} == \"ok\" else ErrorKind({given})")
        }
        (FieldKind::Word(set), true) => {
            format!("None if {given} is None else {set}({given})")
        }
        (FieldKind::Word(set), false) => format!("{set}({given})"),
        (FieldKind::Words(set), _) => format!("tuple({set}(word) for word in {given})"),
        _ => given,
    }
}

/// Writes paragraphs as a docstring.
pub(super) fn docstring(out: &mut String, paragraphs: &[String], indent: usize) {
    let pad = " ".repeat(indent);
    let text: Vec<String> = paragraphs.iter().map(|paragraph| code(paragraph)).collect();
    if let [only] = &text[..]
        && indent + only.chars().count() + 6 <= WIDTH
    {
        let _ = writeln!(out, "{pad}\"\"\"{only}\"\"\"");
        return;
    }
    let several = text.len() > 1;
    let mut lines = Vec::new();
    for (at, paragraph) in text.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        // The quotes stand on the first line and, after one paragraph, on the last.
        lines.extend(wrapped(paragraph, WIDTH - indent - 6));
    }
    let _ = write!(out, "{pad}\"\"\"");
    for (at, line) in lines.iter().enumerate() {
        let pad = if at == 0 || line.is_empty() { "" } else { &pad };
        let end = if at + 1 == lines.len() { "" } else { "\n" };
        let _ = write!(out, "{pad}{line}{end}");
    }
    if several {
        let _ = write!(out, "\n{pad}");
    }
    *out += "\"\"\"\n";
}

/// Code stands between two backticks each, as docstrings have it; links stand for themselves.
fn code(text: &str) -> String {
    text.replace('`', "``")
}
