//! C: a function for each operation of OpenStack's compute API.

use std::fmt::Write as _;

use super::c::comment;
use super::sentences::lowered;
use super::{ActionBy, Language, Surface};

/// How an action is named: by what, its argument, and what becomes of it.
const BY: [[&str; 3]; 3] = [
    ["", "request_id: text", "request_id"],
    [
        "response",
        "response: &reqtrail_response",
        "response.response()",
    ],
    ["trail", "trail: &reqtrail_trail", "trail.core()"],
];

/// The module of the functions that make operations.
pub(crate) fn kinds(surface: &Surface) -> String {
    let mut functions = String::new();
    for operation in &surface.operations.all {
        let (name, kind) = (&operation.name, &operation.kind);
        let ways = match operation.action {
            None => &[["", "", "\"\""]],
            Some(ActionBy::RequestId) => &BY[..1],
            Some(ActionBy::Response) => &BY[..],
        };
        for [by, argument, action] in ways {
            let (mut doc, mut end) = (surface.operation_doc(operation, Language::C), String::new());
            if by.is_empty() {
                let does = lowered(&doc[0]);
                doc[0] = format!("Makes an operation that {does} The caller frees *operation.");
                let errors = operation.errors_said(error);
                doc.extend(errors.map(|said| format!("Errors: {said}.")));
            } else {
                end = format!("_{by}");
                doc = vec![format!(
                    "Makes what `reqtrail_operation_{name}` makes, by the {by} that came of the request; the report has its trail, \
                     too. The caller frees *operation; the {by} may be freed at once."
                )];
            }
            functions += "\n";
            comment(&mut functions, &doc);
            let server = operation.server.parameter();
            let comma = if argument.is_empty() { "" } else { ", " };
            let _ = write!(
                functions,
                "    fn reqtrail_operation_{name}{end}({server}: text{comma}{argument}) makes operation: reqtrail_operation {{\n        \
                 reqtrail_operation::new(OperationKind::{kind}, {server}, {action})\n    }}\n"
            );
        }
    }
    format!(
        "//! OpenStack: what makes operations\n\n\
         // Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.\n\n\
         use reqtrail::openstack::OperationKind;\n\n\
         use crate::operation::reqtrail_operation;\nuse crate::response::reqtrail_response;\n\
         use crate::trail::reqtrail_trail;\n\nexport! {{\n{}}}\n",
        functions.trim_start_matches('\n')
    )
}

/// An error in C: most are those of the call that failed.
fn error(name: &str) -> String {
    match name {
        "ActionFailedError" => "REQTRAIL_ERROR_ACTION_FAILED".to_owned(),
        _ => "that of a call".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_by_what_came_of_the_request_too() {
        let surface = crate::surface::read(&crate::root()).expect("the rows");
        let text = kinds(&surface);
        for function in [
            "reqtrail_operation_action(server_id: text, request_id: text)",
            "reqtrail_operation_follow(server_id: text, request_id: text)",
            "reqtrail_operation_follow_trail(server_id: text, trail: &reqtrail_trail)",
        ] {
            assert!(text.contains(function), "{function}: {text}");
        }
        assert!(!text.contains("reqtrail_operation_action_trail"));
        assert!(text.contains(
            "/// Errors: REQTRAIL_ERROR_ACTION_FAILED if the action failed, and that of a call if"
        ));
    }
}
