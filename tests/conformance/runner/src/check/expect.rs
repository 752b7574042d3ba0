//! Checks the expectations of the scenario.

use std::collections::HashMap;

use reqtrail::testing::script::{Objects, Pattern, Scope, shown};
use serde_json::Value;

use super::correlation::Correlation;
use super::view::PlayedCall;
use crate::failure::{Failure, compare};
use crate::scenario::{Expect, Outcome, Scenario, lower_names};

pub(super) fn check(
    scenario: &Scenario,
    played: &[PlayedCall<'_>],
    correlation: &Correlation,
    opened: &HashMap<usize, usize>,
    out: &mut Vec<Failure>,
) {
    for played in played {
        check_result(played, out);
    }
    for (index, call) in scenario.calls.iter().enumerate() {
        let saw = correlation.requests_of(index);
        let opened = opened.get(&index).copied().unwrap_or(0);
        let Expect {
            server_saw,
            connections,
            ..
        } = &call.expect;
        check_count(index, "server_saw", server_saw.as_ref(), saw, out);
        check_count(index, "connections", connections.as_ref(), opened, out);
    }
}

fn check_result(played: &PlayedCall<'_>, out: &mut Vec<Failure>) {
    let expect = &played.call.expect;
    let scope = Scope {
        objects: Objects::Subset,
        root: Some(played.result),
    };
    if let Some((outcome, pattern)) = &expect.outcome {
        let path = format!("{}.{}", played.path, outcome.key());
        match played.result.get(outcome.key()) {
            None => out.push(Failure::new(path, other_outcome(played.result))),
            Some(value) if *outcome == Outcome::Ok => {
                let mut value = value.clone();
                if let Some(headers) = value.get_mut("headers") {
                    lower_names(headers);
                }
                compare(pattern, Some(&value), scope, &path, out);
            }
            Some(value) => compare(pattern, Some(value), scope, &path, out),
        }
    }
    if let Some(pattern) = &expect.trail {
        compare(pattern, played.trail, scope, &played.trail_path(), out);
    }
    if let Some(pattern) = &expect.elapsed_ms {
        let elapsed = played.trail.and_then(|trail| trail.get("elapsed_ms"));
        let path = format!("{}.elapsed_ms", played.path);
        compare(pattern, elapsed, scope, &path, out);
    }
    let display = played.result.pointer("/error/display");
    for part in &expect.display_contains {
        let path = format!("{}.error.display", played.path);
        match part {
            Pattern::String(part) => {
                let text = display.and_then(Value::as_str);
                if !text.is_some_and(|text| text.contains(part.as_str())) {
                    let expected = format!("a text with {part:?}");
                    out.push(Failure::differs(path, expected, shown(display)));
                }
            }
            operator => compare(operator, display, scope, &path, out),
        }
    }
}

/// Checks what the server counted for one call, including its repetitions.
fn check_count(
    index: usize,
    key: &str,
    pattern: Option<&Pattern>,
    count: usize,
    out: &mut Vec<Failure>,
) {
    if let Some(pattern) = pattern {
        let scope = Scope {
            objects: Objects::Subset,
            root: None,
        };
        let path = format!("calls[{index}].{key}");
        compare(pattern, Some(&count.into()), scope, &path, out);
    }
}

/// Describes the other outcome, so that the message contains the reason.
fn other_outcome(result: &Value) -> String {
    match (result.get("error"), result.get("ok")) {
        (Some(error), _) => format!(
            "expected success, got the error {}: {}",
            shown(error.get("kind")),
            shown(error.get("display")),
        ),
        (_, Some(ok)) => format!("expected an error, got status {}", shown(ok.get("status"))),
        _ => "expected a result, got neither `ok` nor `error`".to_owned(),
    }
}
