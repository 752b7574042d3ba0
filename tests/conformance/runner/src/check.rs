//! Compares what the adapter reports with the server's log and the scenario's expectations.

mod connections;
mod correlation;
mod expect;
mod ids;
mod orderly;
mod schema;
mod shape;
mod view;

use std::collections::HashSet;

use serde_json::Value;

use crate::failure::Failure;
use crate::scenario::Scenario;
use crate::server::log::Row;
pub(crate) use schema::Schema;
pub(crate) use view::trail_of;

/// The result of the checks.
#[derive(Debug)]
pub(crate) struct CheckResult {
    pub(crate) failures: Vec<Failure>,
    /// Whether an attempt that may have been sent has no request yet. The request may still be on its way.
    pub(crate) incomplete: bool,
}

/// Makes all checks of a scenario: its own expectations, and those of every scenario.
pub(crate) fn check_all(
    scenario: &Scenario,
    answer: &Value,
    rows: &[Row],
    connections: &[String],
    schema: &Schema,
    earlier_calls: &HashSet<String>,
) -> CheckResult {
    let mut out = Vec::new();
    check_requests(rows, &mut out);
    let played = match view::played(scenario, answer) {
        Ok(played) => played,
        Err(failure) => {
            out.push(failure);
            return CheckResult {
                failures: out,
                incomplete: false,
            };
        }
    };
    for played in &played {
        shape::check(played, &mut out);
        schema.check(played, &mut out);
        orderly::check(played, &mut out);
    }
    orderly::check_call_ids(&played, earlier_calls, &mut out);
    let correlation = correlation::correlate(scenario, &played, rows, &mut out);
    correlation::check_attempts(scenario, &played, rows, &correlation, &mut out);
    correlation::check_headers(&played, rows, &correlation, &mut out);
    let opened = connections::of_calls(&played, rows, connections, &correlation);
    expect::check(scenario, &played, &correlation, &opened, &mut out);
    CheckResult {
        incomplete: correlation.is_incomplete(&played),
        failures: out,
    }
}

/// Returns the call IDs of an answer. They have to be unique among all calls of a run.
pub(crate) fn call_ids(answer: &Value) -> impl Iterator<Item = String> {
    let results = answer.get("results").and_then(Value::as_array);
    results
        .into_iter()
        .flatten()
        .filter_map(|result| trail_of(result)?.get("call_id")?.as_str())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Checks that an exchange wanted every request, in the form that it has.
fn check_requests(rows: &[Row], out: &mut Vec<Failure>) {
    for (index, row) in rows.iter().enumerate() {
        let path = format!("request {}", index + 1);
        if row.exchange.is_none() {
            let where_to = if row.other_origin {
                " at the other origin"
            } else {
                ""
            };
            let (method, target) = (&row.request.method, &row.request.target);
            let message = format!("no exchange wanted {method} {target}{where_to}");
            out.push(Failure::new(&path, message));
        }
        out.extend(
            row.problems
                .iter()
                .map(|problem| problem.clone().below(&path)),
        );
    }
}
