//! Python: the operations of OpenStack's compute API as methods of `Compute` and `AsyncCompute`, and their options.

use std::fmt::Write as _;

use super::operations::ABOUT;
use super::python::{HEADER, annotation, docstring};
use super::{Kind, Language, Operation, Row, Surface};

/// The file.
pub(crate) fn compute(surface: &Surface) -> String {
    let operations = &surface.operations;
    let records = operations.records();
    let records: Vec<&str> = records.iter().map(|one| one.record.as_str()).collect();
    let mut records = [&records[..], &["Progress"]].concat();
    records.sort_unstable();
    let sets = operations
        .sets
        .iter()
        .map(|set| format!("{}Options", set.name));
    let mut all: Vec<String> = sets
        .chain(["AsyncCompute".to_owned(), "Compute".to_owned()])
        .collect();
    all.sort_unstable();
    let mut out = format!(
        "\"\"\"OpenStack's compute API through either client: its operations, and their options.\"\"\"\n\n{HEADER}\
         from collections.abc import Callable\nfrom datetime import datetime\nfrom typing import TypedDict, Unpack\n\n\
         from ._native import CancelToken, Response\nfrom ._openstack_records import {}\n\
         from ._operations import AsyncOperations, Operations, read\nfrom ._option_types import Seconds\n\n\
         __all__ = [{}]\n",
        records.join(", "),
        all.iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", "),
    );
    for set in &operations.sets {
        let _ = write!(
            out,
            "\n\nclass {}Options(TypedDict, total=False):\n",
            set.name
        );
        let mut doc = set.doc.clone();
        doc[0] += " What is left out, or `None`, keeps its default.";
        docstring(&mut out, &doc, 4);
        out += "\n";
        for row in operations.rows(set) {
            let _ = writeln!(out, "    {}: {}", row.spelt(Language::Python), typed(row));
            docstring(&mut out, &surface.doc(row, Language::Python), 4);
        }
    }
    for (class, base, client, begin, wait) in [
        ("Compute", "Operations", "a `Client`", "def", ""),
        (
            "AsyncCompute",
            "AsyncOperations",
            "an `AsyncClient`",
            "async def",
            "await ",
        ),
    ] {
        let _ = write!(out, "\n\nclass {class}({base}):\n");
        let mut doc = ABOUT.map(str::to_owned);
        let through = format!(", through {client}.");
        doc[0].replace_range(doc[0].len() - 1.., &through);
        docstring(&mut out, &doc, 4);
        out += "\n    __module__ = \"reqtrail.openstack\"\n    __slots__ = ()\n";
        for operation in &operations.all {
            method(&mut out, surface, operation, begin, wait);
        }
    }
    out
}

fn typed(row: &Row) -> String {
    match (row.kind, row.name.as_str()) {
        (Kind::ByHand, "cancel") => "CancelToken | None".to_owned(),
        (Kind::ByHand, _) => "Callable[[Progress], object] | None".to_owned(),
        _ => annotation(row),
    }
}

fn method(out: &mut String, surface: &Surface, operation: &Operation, begin: &str, wait: &str) {
    let Operation {
        name, record, set, ..
    } = operation;
    let parameters = operation.parameters();
    let parameters = parameters.iter().map(|parameter| match *parameter {
        "action" => ", action: Response | str".to_owned(),
        plain => format!(", {plain}: str"),
    });
    let _ = writeln!(
        out,
        "\n    {begin} {name}(self{}, **options: Unpack[{set}Options]) -> {record}:",
        parameters.collect::<String>()
    );
    let mut doc = surface.operation_doc(operation, Language::Python);
    if let Some(errors) = operation.errors_said(|error| format!("`{error}`")) {
        doc.push(format!("Raises {errors}."));
    }
    docstring(out, &doc, 8);
    let server = operation.server.parameter();
    let action = operation.action.map_or("None", |by| by.key());
    let run = format!("{wait}self._run(\"{name}\", {server}, {action}, options)");
    let given = match operation.is_report() {
        true => run,
        false => format!("*read({run})"),
    };
    let _ = writeln!(out, "        return {record}._of({given})");
}
