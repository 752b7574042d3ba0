//! An answer's results by call, parsed as far as the checks need it.

use reqtrail::testing::script::shown;
use serde_json::Value;

use crate::failure::Failure;
use crate::scenario::{Call, Scenario};

/// One result with its call.
#[derive(Debug)]
pub(crate) struct PlayedCall<'a> {
    pub(crate) call_index: usize,
    pub(crate) call: &'a Call,
    /// `calls[0]`, or `calls[0].results[2]` if the call is repeated.
    pub(crate) path: String,
    pub(crate) result: &'a Value,
    pub(crate) trail: Option<&'a Value>,
    pub(crate) attempts: Vec<AttemptView<'a>>,
}

/// An attempt. A field of the wrong type counts as absent here; the schema reports it.
#[derive(Debug)]
pub(crate) struct AttemptView<'a> {
    pub(crate) path: String,
    pub(crate) number: Option<u64>,
    pub(crate) span_id: Option<&'a str>,
    pub(crate) status: Option<u64>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) body_request_id: Option<&'a str>,
    pub(crate) failure: Option<&'a str>,
    pub(crate) failure_reason: Option<&'a str>,
    pub(crate) sent: Option<&'a str>,
    pub(crate) processed: Option<bool>,
    pub(crate) started_ms: Option<f64>,
    pub(crate) elapsed_ms: Option<f64>,
    pub(crate) wait_ms: f64,
}

impl PlayedCall<'_> {
    /// Returns the path of the trail, for messages.
    pub(crate) fn trail_path(&self) -> String {
        format!("{}.trail", self.path)
    }

    pub(crate) fn trail_text(&self, key: &str) -> Option<&str> {
        self.trail?.get(key)?.as_str()
    }
}

/// Pairs the results with their calls, in order. A repeated call has several results.
pub(super) fn played<'a>(
    scenario: &'a Scenario,
    answer: &'a Value,
) -> Result<Vec<PlayedCall<'a>>, Failure> {
    let results = answer
        .get("results")
        .and_then(Value::as_array)
        .ok_or_else(|| Failure::differs("results", "an array", shown(answer.get("results"))))?;
    let wanted: usize = scenario.calls.iter().map(|call| call.repeat).sum();
    if results.len() != wanted {
        let expected = format!("{wanted} results");
        return Err(Failure::differs("results", expected, results.len()));
    }
    let mut results = results.iter();
    let mut played = Vec::new();
    for (call_index, call) in scenario.calls.iter().enumerate() {
        for (turn, result) in results.by_ref().take(call.repeat).enumerate() {
            let path = if call.repeat == 1 {
                format!("calls[{call_index}]")
            } else {
                format!("calls[{call_index}].results[{turn}]")
            };
            let trail = trail_of(result).filter(|trail| !trail.is_null());
            let attempts = attempts(trail, &path);
            played.push(PlayedCall {
                call_index,
                call,
                path,
                result,
                trail,
                attempts,
            });
        }
    }
    Ok(played)
}

/// Returns the trail of a success or an error.
pub(crate) fn trail_of(result: &Value) -> Option<&Value> {
    result
        .get("ok")
        .or_else(|| result.get("error"))?
        .get("trail")
}

fn attempts<'a>(trail: Option<&'a Value>, path: &str) -> Vec<AttemptView<'a>> {
    let attempts = trail.and_then(|trail| trail.get("attempts")?.as_array());
    let attempts = attempts.into_iter().flatten().enumerate();
    attempts
        .map(|(index, attempt)| {
            let text = |key| attempt.get(key).and_then(Value::as_str);
            let number = |key| attempt.get(key).and_then(Value::as_f64);
            AttemptView {
                path: format!("{path}.trail.attempts[{index}]"),
                number: attempt.get("number").and_then(Value::as_u64),
                span_id: text("span_id"),
                status: attempt.get("status").and_then(Value::as_u64),
                request_id: text("request_id"),
                body_request_id: text("body_request_id"),
                failure: text("failure"),
                failure_reason: text("failure_reason"),
                sent: text("sent"),
                processed: attempt.get("processed").and_then(Value::as_bool),
                started_ms: number("started_ms"),
                elapsed_ms: number("elapsed_ms"),
                wait_ms: number("wait_ms").unwrap_or(0.0),
            }
        })
        .collect()
}
