//! A line for log collectors: one JSON object by the Elastic Common Schema, nested, with reqtrail's own fields below
//! `reqtrail`.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::entry::Entry;
use crate::trail::rfc3339;

/// The release of the schema whose fields are used, the same as in lines of a journal.
const ECS_VERSION: &str = "8.17";

/// Writes the line, without its end. Fields without a value are left out.
pub(super) fn render(entry: &Entry, now: SystemTime) -> String {
    let ended = entry.succeeded.is_some();
    let failed = entry.succeeded == Some(false);
    let is_exchange = entry.method.is_some();
    let outcome = entry
        .succeeded
        .map(|ok| if ok { "success" } else { "failure" });
    let end = entry.started_at.zip(entry.elapsed);
    let end = end.and_then(|(start, elapsed)| start.checked_add(elapsed));
    let kinds = match (ended, failed) {
        (false, _) => vec!["info"],
        (true, false) => vec!["access"],
        (true, true) => vec!["access", "error"],
    };
    let duration = |duration: Option<Duration>| {
        let nanos = duration.map(|duration| u64::try_from(duration.as_nanos()));
        value(nanos.map(|nanos| nanos.unwrap_or(u64::MAX)))
    };
    let millis = |duration: Option<Duration>| value(duration.map(crate::observe::millis));
    let dataset = match entry.record {
        "call" => "reqtrail.call",
        "attempt" | "attempt_started" => "reqtrail.attempt",
        _ => "reqtrail.log",
    };
    let ids = (!entry.request_ids.is_empty()).then(|| entry.request_ids.clone());
    let line = object([
        ("@timestamp", value(Some(rfc3339(now)))),
        ("ecs", object([("version", value(Some(ECS_VERSION)))])),
        ("message", value(Some(&*entry.message))),
        (
            "log",
            object([("level", value(Some(entry.level.as_str())))]),
        ),
        (
            "event",
            object([
                ("kind", value(Some("event"))),
                ("category", value(is_exchange.then(|| vec!["web"]))),
                ("type", value(is_exchange.then_some(kinds))),
                ("outcome", value(outcome)),
                ("dataset", value(Some(dataset))),
                ("start", value(entry.started_at.map(rfc3339))),
                ("end", value(end.map(rfc3339))),
                ("duration", duration(entry.elapsed)),
            ]),
        ),
        (
            "http",
            object([
                (
                    "request",
                    object([
                        ("method", value(entry.method.as_deref())),
                        ("id", value(entry.request_ids.last().map(String::as_str))),
                    ]),
                ),
                ("response", object([("status_code", value(entry.status))])),
            ]),
        ),
        (
            "url",
            object([
                ("domain", value(entry.domain.as_deref())),
                ("path", value(entry.path.as_deref())),
            ]),
        ),
        ("trace", object([("id", value(entry.trace_id.as_deref()))])),
        (
            "error",
            object([
                ("code", value(entry.code.as_deref())),
                ("type", value(entry.kind)),
                ("message", value(entry.failure_reason.as_deref())),
            ]),
        ),
        (
            "process",
            object([("pid", value(Some(std::process::id())))]),
        ),
        (
            "reqtrail",
            object([
                ("record", value(Some(entry.record))),
                ("call_id", value(entry.call_id.as_deref())),
                ("correlation_id", value(entry.correlation_id.as_deref())),
                ("request_ids", value(ids)),
                ("dialect", value(entry.dialect.as_deref())),
                ("service", value(entry.service.as_deref())),
                ("attempt", value(entry.attempt)),
                ("attempts", value(entry.attempts)),
                ("cause", value(entry.cause)),
                ("sent", value(entry.sent)),
                ("failure_code", value(entry.failure_code.as_deref())),
                ("wait_ms", millis(entry.wait)),
                ("wait_reason", value(entry.wait_reason)),
                ("stopped", value(entry.stopped)),
                ("lost", value(entry.lost)),
            ]),
        ),
    ]);
    line.unwrap_or_default().to_string()
}

fn value(value: Option<impl Into<Value>>) -> Option<Value> {
    value.map(Into::into)
}

/// An object of the fields that have a value; `None` if none has.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Option<Value> {
    let fields: Map<String, Value> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    (!fields.is_empty()).then_some(Value::Object(fields))
}
