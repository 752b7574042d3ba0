//! Correlates trails with the server's log: finds the request of each attempt.

use std::collections::{HashMap, HashSet};

use super::ids;
use super::view::{AttemptView, PlayedCall};
use crate::failure::Failure;
use crate::scenario::Scenario;
use crate::server::log::Row;

mod by_order;

/// The requests of the attempts.
#[derive(Debug, Default)]
pub(super) struct Correlation {
    /// The request, by result and attempt.
    rows: HashMap<(usize, usize), usize>,
    /// The number of requests, by call.
    counts: HashMap<usize, usize>,
    /// The call, by request.
    calls: HashMap<usize, usize>,
}

impl Correlation {
    pub(super) fn requests_of(&self, call_index: usize) -> usize {
        self.counts.get(&call_index).copied().unwrap_or(0)
    }

    /// Returns whether an attempt that may have been sent has no request.
    pub(super) fn is_incomplete(&self, played: &[PlayedCall<'_>]) -> bool {
        played.iter().enumerate().any(|(result, played)| {
            let mut attempts = played.attempts.iter().enumerate();
            attempts.any(|(index, attempt)| {
                attempt.sent != Some("no") && self.row(result, index).is_none()
            })
        })
    }

    fn row(&self, result: usize, attempt: usize) -> Option<usize> {
        self.rows.get(&(result, attempt)).copied()
    }

    /// Returns the call of a request.
    pub(super) fn call_of(&self, row: usize) -> Option<usize> {
        self.calls.get(&row).copied()
    }

    fn insert(&mut self, (result, attempt): (usize, usize), call: usize, row: usize) {
        self.rows.insert((result, attempt), row);
        self.calls.insert(row, call);
        *self.counts.entry(call).or_default() += 1;
    }
}

/// Finds each attempt's request: by span ID, or by order if the scenario turns `traceparent` off.
pub(super) fn correlate(
    scenario: &Scenario,
    played: &[PlayedCall<'_>],
    rows: &[Row],
    out: &mut Vec<Failure>,
) -> Correlation {
    if scenario.client.traceparent {
        by_span(played, rows, out)
    } else {
        by_order::correlate(scenario, played, rows, out)
    }
}

fn by_span(played: &[PlayedCall<'_>], rows: &[Row], out: &mut Vec<Failure>) -> Correlation {
    let mut attempts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (result, played) in played.iter().enumerate() {
        for (index, attempt) in played.attempts.iter().enumerate() {
            let Some(span) = attempt.span_id else {
                continue;
            };
            if attempts.insert(span, (result, index)).is_some() {
                let path = format!("{}.span_id", attempt.path);
                out.push(Failure::new(
                    path,
                    format!("another attempt has {span} too"),
                ));
            }
        }
    }
    let mut correlation = Correlation::default();
    let mut seen = HashSet::new();
    for (index, row) in rows.iter().enumerate() {
        let path = format!("request {}", index + 1);
        let Some((trace, span)) = &row.trace else {
            let got = row.request.header("traceparent");
            let got = got.unwrap_or_else(|| "none".to_owned());
            out.push(Failure::differs(path, "a valid traceparent", got));
            continue;
        };
        if !seen.insert(span) {
            out.push(Failure::new(
                &path,
                format!("an earlier one had span {span} too"),
            ));
        }
        let Some(&(result, attempt)) = attempts.get(span.as_str()) else {
            let (method, target) = (&row.request.method, &row.request.target);
            let message = format!("no attempt of any trail is {method} {target} (span {span})");
            out.push(Failure::new(path, message));
            continue;
        };
        let played = &played[result];
        correlation.insert((result, attempt), played.call_index, index);
        let trail = played.trail_text("trace_id").unwrap_or_default();
        if trail != trace {
            let path = format!("{path}.traceparent");
            let expected = format!("its trail's trace ID {trail}");
            out.push(Failure::differs(path, expected, trace));
        }
    }
    check_order(played, &correlation, out);
    correlation
}

/// Checks that attempts are in the order of the log, except for those of concurrent calls.
fn check_order(played: &[PlayedCall<'_>], correlation: &Correlation, out: &mut Vec<Failure>) {
    let mut reached: Option<usize> = None;
    let mut floor: Option<usize> = None;
    let mut call = None;
    for (result, played) in played.iter().enumerate() {
        if call != Some(played.call_index) {
            call = Some(played.call_index);
            floor = reached;
        }
        for (index, attempt) in played.attempts.iter().enumerate() {
            let Some(row) = correlation.row(result, index) else {
                continue;
            };
            let after = if played.call.concurrency > 1 {
                floor
            } else {
                reached
            };
            if let Some(after) = after.filter(|after| row < *after) {
                let message = format!(
                    "was logged as request {}, before request {} of an earlier attempt",
                    row + 1,
                    after + 1
                );
                out.push(Failure::new(&attempt.path, message));
            }
            reached = reached.max(Some(row));
        }
    }
}

/// Compares each attempt with its request: whether it was sent, the status, the IDs.
pub(super) fn check_attempts(
    scenario: &Scenario,
    played: &[PlayedCall<'_>],
    rows: &[Row],
    correlation: &Correlation,
    out: &mut Vec<Failure>,
) {
    for (result, played) in played.iter().enumerate() {
        let dialect = played.trail_text("dialect").unwrap_or_default();
        for (index, attempt) in played.attempts.iter().enumerate() {
            if attempt.status.is_none() && attempt.failure.is_none() {
                let message = "null, although there is no status";
                out.push(Failure::new(format!("{}.failure", attempt.path), message));
            }
            if attempt.failure.is_some() != attempt.failure_reason.is_some() {
                let path = format!("{}.failure_reason", attempt.path);
                let message = "expected exactly if there is a failure";
                out.push(Failure::new(path, message));
            }
            let row = correlation.row(result, index).map(|row| (row, &rows[row]));
            check_sent(attempt, row.map(|(row, _)| row), out);
            check_status(attempt, row, out);
            check_processed(attempt, out);
            let sent = row.and_then(|(_, row)| row.sent.as_ref());
            if let Some(sent) = sent.filter(|sent| !sent.raw && attempt.status.is_some()) {
                let whole = attempt.failure.is_none();
                let readings = ids::readings(&scenario.client, dialect, sent, whole);
                check_id(
                    attempt,
                    "request_id",
                    attempt.request_id,
                    &readings.request_id,
                    out,
                );
                let (got, expected) = (attempt.body_request_id, &readings.body_request_id);
                check_id(attempt, "body_request_id", got, expected, out);
            } else if attempt.status.is_none() && attempt.request_id.is_some() {
                let path = format!("{}.request_id", attempt.path);
                let got = attempt.request_id.unwrap_or_default();
                out.push(Failure::differs(path, "null, as there is no response", got));
            }
        }
    }
}

/// Checks that an attempt with a status was processed, and that one that was not sent was not.
fn check_processed(attempt: &AttemptView<'_>, out: &mut Vec<Failure>) {
    let (expected, why) = match (attempt.status, attempt.sent) {
        (Some(_), _) => (true, "there is a status"),
        (None, Some("no")) => (false, "nothing was sent"),
        _ => return,
    };
    if attempt.processed != Some(expected) {
        let path = format!("{}.processed", attempt.path);
        let got = attempt
            .processed
            .map_or("null", |processed| if processed { "true" } else { "false" });
        out.push(Failure::differs(path, format!("{expected}, as {why}"), got));
    }
}

fn check_sent(attempt: &AttemptView<'_>, row: Option<usize>, out: &mut Vec<Failure>) {
    let path = format!("{}.sent", attempt.path);
    match (attempt.sent, row) {
        (Some("yes"), None) => {
            out.push(Failure::new(
                path,
                "yes, but the server logged no such request",
            ));
        }
        (Some("no"), Some(row)) => {
            let message = format!("no, but the server logged request {}", row + 1);
            out.push(Failure::new(path, message));
        }
        _ => {}
    }
}

fn check_status(attempt: &AttemptView<'_>, row: Option<(usize, &Row)>, out: &mut Vec<Failure>) {
    let Some(status) = attempt.status else { return };
    let path = format!("{}.status", attempt.path);
    let Some((number, row)) = row else {
        out.push(Failure::new(
            path,
            format!("{status}, but there is no logged request"),
        ));
        return;
    };
    let number = number + 1;
    match &row.sent {
        Some(sent) if sent.raw => {}
        Some(sent) if sent.status.map(u64::from) == Some(status) => {}
        Some(sent) => {
            let sent = sent.status.unwrap_or_default();
            let expected = format!("{sent}, as sent to request {number}");
            out.push(Failure::differs(path, expected, status));
        }
        None => {
            let expected = format!("null, as nothing was sent to request {number}");
            out.push(Failure::differs(path, expected, status));
        }
    }
}

fn check_id(
    attempt: &AttemptView<'_>,
    key: &str,
    got: Option<&str>,
    readings: &[Option<String>],
    out: &mut Vec<Failure>,
) {
    if readings.iter().any(|reading| reading.as_deref() == got) {
        return;
    }
    let show = |id: Option<&str>| id.map_or_else(|| "null".to_owned(), |id| format!("{id:?}"));
    let mut expected: Vec<_> = readings.iter().map(|id| show(id.as_deref())).collect();
    expected.dedup();
    let path = format!("{}.{key}", attempt.path);
    let expected = format!("{}, as sent", expected.join(" or "));
    out.push(Failure::differs(path, expected, show(got)));
}

/// Checks that every `X-Openstack-Request-Id` comes from the call ID, unless the caller set one.
pub(super) fn check_headers(
    played: &[PlayedCall<'_>],
    rows: &[Row],
    correlation: &Correlation,
    out: &mut Vec<Failure>,
) {
    for (result, played) in played.iter().enumerate() {
        if played.call.brings("x-openstack-request-id") {
            continue;
        }
        let Some(call_id) = played.trail_text("call_id") else {
            continue;
        };
        let expected = format!("req-{call_id}");
        for index in 0..played.attempts.len() {
            let Some(row) = correlation.row(result, index) else {
                continue;
            };
            let got = rows[row].request.header("x-openstack-request-id");
            if let Some(got) = got.filter(|got| *got != expected) {
                let path = format!("request {}.x-openstack-request-id", row + 1);
                out.push(Failure::differs(path, &expected, got));
            }
        }
    }
}
