//! TypeScript: the operations of OpenStack's compute API as methods of `Compute`, and their options.

use std::fmt::Write as _;

use super::names::camel;
use super::node::{HEADER, comment, kind, typed};
use super::operations::ABOUT;
use super::{Kind, Language, Operation, Row, Surface};

/// The file.
pub(crate) fn compute(surface: &Surface) -> String {
    let operations = &surface.operations;
    let records = operations.records();
    let types = records.iter().map(|one| format!("type {}", one.record));
    let readers = records.iter().map(|one| reader(one));
    let imported: Vec<String> = types
        .chain(["type Progress".to_owned()])
        .chain(readers)
        .collect();
    let mut out = format!(
        "/** OpenStack's compute API: its operations, and their options. */\n\n{HEADER}\
         import {{ type Client, driverOf }} from \"./client.js\";\n\
         import {{\n  {},\n}} from \"./openstack-records.js\";\n\
         import {{ type OptionTable, operate }} from \"./operations.js\";\n\
         import type {{ Signal }} from \"./platform.js\";\nimport type {{ Response }} from \"./response.js\";\n",
        imported.join(",\n  "),
    );
    for set in &operations.sets {
        out += "\n";
        let mut doc = set.doc.clone();
        doc[0] += " What is left out keeps its default.";
        comment(&mut out, &doc, 0);
        let _ = writeln!(out, "export interface {}Options {{", set.name);
        for row in operations.rows(set) {
            comment(&mut out, &surface.doc(row, Language::Node), 2);
            let name = row.spelt(Language::Node);
            let _ = writeln!(out, "  {name}?: {} | null | undefined;", type_of(row));
        }
        let _ = write!(
            out,
            "}}\n\nconst {}: OptionTable = {{\n",
            set.name.to_uppercase()
        );
        for row in operations.rows(set) {
            let name = row.spelt(Language::Node);
            let _ = match row.id {
                Some(id) => writeln!(
                    out,
                    "  {name}: [{id}, \"{}\", {}],",
                    kind(row.kind),
                    row.is_null_a_value
                ),
                None => writeln!(out, "  {name}: \"{name}\","),
            };
        }
        out += "};\n";
    }
    out += "\n";
    let mut doc = ABOUT.map(str::to_owned);
    doc[0].replace_range(doc[0].len() - 1.., ", through a {@link Client}.");
    comment(&mut out, &doc, 0);
    out += "export class Compute {\n  /** The client that makes the calls. */\n  readonly client: Client;\n\n\
            \x20 constructor(client: Client) {\n    driverOf(client);\n    this.client = client;\n  }\n";
    for operation in &operations.all {
        method(&mut out, surface, operation);
    }
    out + "}\n"
}

fn type_of(row: &Row) -> &'static str {
    match (row.kind, row.name.as_str()) {
        (Kind::ByHand, "cancel") => "Signal",
        (Kind::ByHand, _) => "((progress: Progress) => void)",
        _ => typed(row),
    }
}

/// The function that makes the record.
fn reader(operation: &Operation) -> String {
    let (first, rest) = operation.record.split_at(1);
    let end = if operation.is_report() { "Of" } else { "Read" };
    format!("{}{rest}{end}", first.to_lowercase())
}

fn method(out: &mut String, surface: &Surface, operation: &Operation) {
    let Operation {
        name, record, set, ..
    } = operation;
    *out += "\n";
    let mut doc = surface.operation_doc(operation, Language::Node);
    if let Some(errors) = operation.errors_said(|error| format!("{{@link {error}}}")) {
        doc.push(format!("@throws {errors}."));
    }
    comment(out, &doc, 2);
    let method = camel(name);
    let parameters = operation.parameters();
    let typed = parameters.iter().map(|parameter| match *parameter {
        "action" => "action: Response | string".to_owned(),
        plain => format!("{}: string", Language::Node.parameter(plain)),
    });
    let typed: Vec<String> = typed
        .chain([format!("options: {set}Options = {{}}")])
        .collect();
    let named = parameters
        .iter()
        .map(|parameter| Language::Node.parameter(parameter));
    let _ = write!(
        out,
        "  async {method}({}): Promise<{record}> {{\n    const above = Compute.prototype.{method};\n    const given = {{ {} }};\n\
         \x20   return {}(await operate(this.client, \"{name}\", given, options, {}, above));\n  }}\n",
        typed.join(", "),
        named.collect::<Vec<_>>().join(", "),
        reader(operation),
        set.to_uppercase(),
    );
}
