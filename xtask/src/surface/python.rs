//! Python: the options as `TypedDict`s, records as dataclasses, and the properties of trails.

use std::fmt::Write as _;

use super::docs::{lines_of, wrapped};
use super::names::pascal;
use super::{Field, FieldKind, Group, Kind, Language, Record, Row, Shape, Surface};

pub(super) const HEADER: &str =
    "# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n";

/// The columns of a line.
const WIDTH: usize = 120;

/// The file of the options that are values.
pub(crate) fn options(surface: &Surface) -> String {
    let mut out = String::from("\"\"\"The options that are values.\"\"\"\n\n");
    out += HEADER;
    out += "import os\nfrom collections.abc import Callable, Iterable, Mapping, Sequence\nfrom typing import Any, TypedDict\n\n\
            from ._native import CancelToken, Secret\nfrom ._option_types import Headers, Query, RetryBudget, Seconds\n\
            from ._records import Attempt, CallInfo\nfrom ._trail import Trail\n\n\
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
        let others = group
            .by_hand
            .iter()
            .filter(|row| row.detail("python_type").is_some());
        for row in printed(group).chain(others) {
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
    if let Some(own) = row.detail("python_type") {
        return if own == "Any" {
            own.to_owned()
        } else {
            format!("{own} | None")
        };
    }
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
        Kind::Statuses => "int | Iterable[int]",
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

/// The file of the records of this library.
pub(crate) fn records(surface: &Surface) -> String {
    let mut out =
        String::from("\"\"\"Attempts, and what trails, hooks and responses have.\"\"\"\n\n");
    out += HEADER;
    out += "from collections.abc import Mapping\nfrom dataclasses import dataclass\nfrom datetime import UTC, datetime\n\
            from typing import Any, NamedTuple, Self\n\n";
    let sets = surface.word_sets().join(", ");
    let own = surface
        .records_of(false)
        .filter(|record| record.shape != Shape::Error);
    let own: Vec<&Record> = own.collect();
    let names = own.iter().map(|record| match record.shape {
        Shape::Lazy => "TrailFields".to_owned(),
        _ => pascal(record.name),
    });
    let mut names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    names.sort_unstable();
    let _ = writeln!(
        out,
        "from ._codes import {sets}\n\n__all__ = [{}]",
        names.join(", ")
    );
    for record in own {
        match record.shape {
            Shape::Lazy => lazy(&mut out, record),
            _ => whole(&mut out, record),
        }
    }
    out += "\n\ndef _seconds(millis: float | None) -> float | None:\n    return None if millis is None else millis / 1e3\n\n\n\
            def _moment(seconds: float | None) -> datetime | None:\n    try:\n        \
            return None if seconds is None else datetime.fromtimestamp(seconds, UTC)\n    \
            except (OverflowError, ValueError, OSError):\n        # Further away than a date can be.\n        \
            return datetime.max.replace(tzinfo=UTC)\n";
    out
}

/// The file of OpenStack's records.
pub(crate) fn openstack(surface: &Surface) -> String {
    let mut out =
        String::from("\"\"\"OpenStack's servers and server actions, as typed values.\"\"\"\n\n");
    out += HEADER;
    out += "import json\nfrom collections.abc import Mapping\nfrom dataclasses import dataclass\nfrom typing import Any, Self\n\n\
            from ._document import Document\nfrom ._native import RawReport\nfrom ._openstack_faults import Verdict\n\
            from ._trail import Trail\n\n__all__ = [\n";
    let mut names: Vec<String> = surface
        .records_of(true)
        .map(|record| pascal(record.name))
        .collect();
    names.sort_unstable();
    for name in names {
        let _ = writeln!(out, "    \"{name}\",");
    }
    out += "]\n";
    for record in surface.records_of(true) {
        whole(&mut out, record);
    }
    out
}

/// The fields of a class of errors.
pub(crate) fn error_fields(record: &Record) -> String {
    let mut out = String::new();
    for field in record.printed("python") {
        let (kind, default) = match &field.kind {
            FieldKind::Flag => (field.typed(Language::Python), "False"),
            FieldKind::Headers => (field.typed(Language::Python), "Headers()"),
            FieldKind::Bytes => (field.typed(Language::Python), "b\"\""),
            // A program can make an error by itself.
            _ => (
                field
                    .typed(Language::Python)
                    .trim_end_matches(" | None")
                    .to_owned()
                    + " | None",
                "None",
            ),
        };
        let _ = writeln!(out, "    {}: {kind} = {default}", field.name);
        docstring(&mut out, &Surface::field_doc(field, Language::Python), 4);
    }
    out
}

/// A record that is read at once.
fn whole(out: &mut String, record: &Record) {
    let class = pascal(record.name);
    let fields: Vec<&Field> = record.printed("python").collect();
    // Of texts alone.
    let is_tuple = record.name == "call_info";
    let (options, base) = match record.shape {
        Shape::Parts => ("", ""),
        Shape::Document => (", kw_only=True, repr=False", "(Document)"),
        _ => (", kw_only=True", ""),
    };
    let head = match is_tuple {
        true => format!("class {class}(NamedTuple):"),
        false => format!("@dataclass(frozen=True, slots=True{options})\nclass {class}{base}:"),
    };
    let _ = writeln!(out, "\n\n{head}");
    let mut doc = vec![record.doc.clone()];
    if record.shape == Shape::Document {
        doc[0] += " `str()` gives it as a text for a person.";
    }
    docstring(out, &doc, 4);
    *out += "\n";
    if record.is_openstack() {
        *out += "    __module__ = \"reqtrail.openstack\"\n\n";
    }
    for field in &fields {
        let default = match field.kind {
            FieldKind::Trail if field.is_optional => " = None",
            _ => "",
        };
        let _ = writeln!(
            out,
            "    {}: {}{default}",
            field.name,
            field.typed(Language::Python)
        );
        docstring(out, &Surface::field_doc(field, Language::Python), 4);
    }
    if is_tuple {
        return;
    }
    let trail = fields.iter().find(|field| field.kind == FieldKind::Trail);
    let (arguments, before, after) = match (record.shape, trail) {
        (Shape::Parts, _) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            (
                "parts: tuple[Any, ...]",
                format!("        {} = parts\n", names.join(", ")),
                "",
            )
        }
        (Shape::Document, _) => (
            "raw: RawReport",
            "        data = json.loads(raw.json)\n".to_owned(),
            "            _json=raw.json,\n            _report=raw.report,\n",
        ),
        (_, Some(trail)) if trail.is_optional => (
            "data: Mapping[str, Any], trail: Trail | None = None",
            String::new(),
            "",
        ),
        (_, Some(_)) => ("data: Mapping[str, Any], trail: Trail", String::new(), ""),
        _ => ("data: Mapping[str, Any]", String::new(), ""),
    };
    let _ = write!(
        out,
        "\n    @classmethod\n    def _of(cls, {arguments}) -> Self:\n{before}        return cls(\n"
    );
    for field in fields {
        let read = match (record.shape, &field.kind) {
            (Shape::Parts, FieldKind::Moment) => format!("_moment({})", field.name),
            (Shape::Parts, _) => field.name.clone(),
            _ => read(field, "data"),
        };
        let _ = writeln!(out, "            {}={read},", field.name);
    }
    let _ = writeln!(out, "{after}        )");
    if record.shape == Shape::Document {
        let said = match record.name {
            "action_report" => "request {self.request_id}: {self.verdict}",
            _ => "{len(self.actions)} actions",
        };
        let _ = writeln!(
            out,
            "\n    def __repr__(self) -> str:\n        return f\"<{class} server {{self.server_id}}, {said}>\""
        );
    }
}

/// A record whose fields are properties.
fn lazy(out: &mut String, record: &Record) {
    *out += "\n\nclass TrailFields:\n    \"\"\"What a trail has, besides its attempts.\"\"\"\n\n    __slots__ = ()\n\n\
             \x20   def _read(self) -> dict[str, Any]:\n        raise NotImplementedError\n";
    for field in &record.fields {
        if let FieldKind::Records(_) = field.kind {
            continue;
        }
        let kind = field.typed(Language::Python);
        let _ = writeln!(
            out,
            "\n    @property\n    def {}(self) -> {kind}:",
            field.name
        );
        docstring(out, &Surface::field_doc(field, Language::Python), 8);
        let read = read(field, "self._read()");
        let _ = writeln!(out, "        value: {kind} = {read}\n        return value");
    }
}

/// How a field is read out of the JSON's object.
fn read(field: &Field, data: &str) -> String {
    let given = format!("{data}[\"{}\"]", field.json);
    let value = match &field.kind {
        FieldKind::Duration if field.is_optional => return format!("_seconds({given})"),
        FieldKind::Duration => format!("{given} / 1e3"),
        FieldKind::Moment => format!("datetime.fromisoformat({given})"),
        FieldKind::Outcome => format!("\"ok\" if {given} == \"ok\" else ErrorKind({given})"),
        FieldKind::Word(set) => format!("{set}({given})"),
        FieldKind::Words(set) => format!("tuple({set}(word) for word in {given})"),
        FieldKind::Record(name) => format!("{}._of({given})", pascal(name)),
        FieldKind::Records(name) => format!("tuple({}._of(one) for one in {given})", pascal(name)),
        FieldKind::Trail => return "trail".to_owned(),
        FieldKind::Trails => return "tuple(Trail._of(trail) for trail in raw.trails)".to_owned(),
        FieldKind::Data => return "data".to_owned(),
        _ => return given,
    };
    match field.is_optional {
        true => format!("None if {given} is None else {value}"),
        false => value,
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
    // The quotes stand on the first line and, after one paragraph, on the last.
    let lines = lines_of(&text, WIDTH - indent - 6);
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
