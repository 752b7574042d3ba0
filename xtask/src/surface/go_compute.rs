//! Go: the operations of OpenStack's compute API as methods of `Compute`, and their options.

use std::fmt::Write as _;

use super::go::{HEADER, comment, lowered};
use super::go_options::{encoder, fields, numbers};
use super::names::{camel, pascal};
use super::{ActionBy, Kind, Language, Operation, OptionSet, Row, Surface};

/// What is a field of `Compute`, or the context's.
const ELSEWHERE: [&str; 3] = ["microversion", "timeout", "cancel"];

/// The file.
pub(crate) fn compute(surface: &Surface) -> String {
    let operations = &surface.operations;
    let mut out = format!("{HEADER}\nimport (\n\t\"context\"\n\t\"time\"\n)\n");
    numbers(&mut out, &operations.options);
    for set in &operations.sets {
        options(&mut out, surface, set);
    }
    for operation in &operations.all {
        method(&mut out, surface, operation);
    }
    out
}

/// The options of a set that Go has no other place for.
fn rows<'a>(surface: &'a Surface, set: &'a OptionSet) -> Vec<&'a Row> {
    let rows = surface.operations.rows(set);
    rows.filter(|row| !ELSEWHERE.contains(&row.name.as_str()))
        .collect()
}

fn options(out: &mut String, surface: &Surface, set: &OptionSet) {
    let rows = rows(surface, set);
    if rows.is_empty() {
        return;
    }
    let name = format!("{}Options", set.name);
    let says = lowered(&set.doc.join(" "));
    let doc = format!("{name} say {says} The zero value of a field stands for its default.");
    *out += "\n";
    comment(out, &doc, 0);
    let _ = writeln!(out, "type {name} struct {{");
    fields(out, surface, &rows);
    *out += "}\n";
    let values = rows.into_iter().filter(|row| row.kind != Kind::ByHand);
    let values: Vec<&Row> = values.collect();
    let (group, of) = (&surface.operations.options, lowered(&set.name));
    encoder(out, group, &values, [&of, &name, "KindInvalidRequest"]);
}

fn method(out: &mut String, surface: &Surface, operation: &Operation) {
    let (id, record, set) = (operation.id, &operation.record, &operation.set);
    let name = pascal(&operation.name);
    let server = Language::Go.parameter(operation.server.parameter());
    let mut doc = surface.operation_doc(operation, Language::Go);
    doc[0] = format!("{name} {}", lowered(&doc[0]));
    doc.extend(error(operation));
    *out += "\n";
    for (at, paragraph) in doc.iter().enumerate() {
        *out += if at > 0 { "//\n" } else { "" };
        comment(out, &paragraph.replace('`', ""), 0);
    }
    let rows = rows(surface, surface.operations.set_of(operation));
    let (typed, given) = match rows.is_empty() {
        true => (String::new(), ""),
        false => (format!(", options {set}Options"), ", options"),
    };
    let results = format!("(*{record}, error)");
    let head = |method: &str, parameters: &str| {
        format!(
            "func (c *Compute) {method}(ctx context.Context, {server}{parameters}{typed}) {results} {{\n"
        )
    };
    let mut started = "nil";
    *out += &match operation.action {
        None => head(&name, " string"),
        Some(ActionBy::RequestId) => head(&name, ", requestID string"),
        Some(ActionBy::Response) => {
            started = "started";
            let own = camel(&operation.name);
            format!(
                "{}\tif started == nil {{\n\t\treturn nil, invalidRequest(\"the response to {own} is nil\", nil)\n\t}}\n\
                 \treturn c.{own}(ctx, {server}, started.RequestID, started.Trail{given})\n}}\n\n\
                 // {name}ID is {name} by the request's ID alone.\n\
                 {}\treturn c.{own}(ctx, {server}, requestID, nil{given})\n}}\n\n{}",
                head(&name, " string, started *Response"),
                head(&format!("{name}ID"), ", requestID string"),
                head(&own, ", requestID string, started *Trail"),
            )
        }
    };
    let action = operation.action.map_or("\"\"", |_| "requestID");
    let _ = writeln!(out, "\ts := operation({id}, {server}, {action})");
    if !rows.is_empty() {
        let _ = write!(
            out,
            "\tif err := s.{}Options(&options); err != nil {{\n\t\treturn nil, err\n\t}}\n",
            lowered(set)
        );
    }
    let progress = match rows.iter().any(|row| row.name == "on_progress") {
        true => "options.OnProgress",
        false => "nil",
    };
    let _ = match operation.is_report() {
        true => writeln!(
            out,
            "\treturn {}Of(c.run(ctx, s, {started}, {progress}))\n}}",
            lowered(record)
        ),
        false => writeln!(
            out,
            "\treturn fetched(ctx, c, s, func(it *{record}) **Trail {{ return &it.Trail }})\n}}"
        ),
    };
}

/// What its error is. An error of Go says itself which of several it is.
fn error(operation: &Operation) -> Option<String> {
    let (name, _) = operation.errors.first()?;
    let when: Vec<&str> = operation
        .errors
        .iter()
        .map(|(_, when)| when.as_str())
        .collect();
    Some(format!(
        "Its error is an [*{}] if {}.",
        name.replace("Failed", ""),
        when.join(", or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_context_or_compute_has_is_no_field() {
        let surface = crate::surface::read(&crate::root()).expect("the rows");
        let text = compute(&surface);
        assert!(text.contains(
            "func (c *Compute) Server(ctx context.Context, serverID string) (*Server, error) {"
        ));
        assert!(!text.contains("type ReadOptions") && !text.contains("\tTimeout"));
        assert!(text.contains("if o.Deadline < 0 && o.Deadline != NoLimit {"));
        assert!(text.contains("// Its error is an [*ActionError] if the action failed, or a poll"));
    }
}
