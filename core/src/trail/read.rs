//! A trail that was written as JSON, read again: for its report, and for what else a trail can tell.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderName, Method};
use serde::Deserialize;

use super::{Attempt, Data, Opening, Outcome, Trail};
use crate::codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
use crate::request_id::{RequestId, RequestIdSource};
use crate::trace_context::{SpanId, TraceId};

/// The trail as its JSON has it. Fields that it does not know are passed over.
#[derive(Deserialize)]
struct TrailJson {
    schema: String,
    call_id: String,
    trace_id: String,
    correlation_id: Option<Box<str>>,
    dialect: String,
    service: Option<String>,
    method: String,
    origin: String,
    path: String,
    started_at: String,
    elapsed_ms: f64,
    outcome: String,
    stopped: String,
    notes: Vec<String>,
    attempts: Vec<AttemptJson>,
}

#[derive(Deserialize)]
struct AttemptJson {
    number: u32,
    cause: String,
    method: String,
    span_id: String,
    url: String,
    status: Option<u16>,
    request_id: Option<String>,
    request_id_source: Option<String>,
    #[serde(default)]
    request_id_notes: Vec<String>,
    body_request_id: Option<String>,
    error_code: Option<String>,
    category: Option<String>,
    failure: Option<String>,
    failure_code: Option<String>,
    failure_reason: Option<Box<str>>,
    sent: String,
    processed: Option<bool>,
    started_ms: f64,
    elapsed_ms: f64,
    retry_after_ms: Option<f64>,
    wait_ms: Option<f64>,
    wait_reason: Option<String>,
}

/// Reads a trail; else says what is wrong.
pub(super) fn trail(text: &str) -> Result<Trail, String> {
    let json: TrailJson = serde_json::from_str(text)
        .map_err(|e| format!("the text is not the JSON of a trail: {}", shape(&e)))?;
    if json.schema != "reqtrail.trail/1" {
        return Err(format!(
            "the trail has the schema `{}`; expected `reqtrail.trail/1`",
            json.schema.escape_debug()
        ));
    }
    let call_id = uuid::Uuid::try_parse(&json.call_id).map_err(|_| bad("call_id"))?;
    let started_at: jiff::Timestamp = json.started_at.parse().map_err(|_| bad("started_at"))?;
    let outcome = match json.outcome.as_str() {
        "ok" => Outcome::Ok,
        kind => Outcome::Error(ErrorKind::from_name(kind).ok_or_else(|| bad("outcome"))?),
    };
    let attempts: Result<_, String> = json.attempts.into_iter().map(attempt).collect();
    Ok(Trail(Arc::new(Data {
        opening: Opening {
            call_id,
            trace_id: TraceId::read(&json.trace_id).ok_or_else(|| bad("trace_id"))?,
            traced: true,
            dialect: json.dialect.into(),
            service: json.service.map(Into::into),
            method: method(&json.method)?,
            origin: json.origin.into(),
            path: json.path,
            correlation_id: json.correlation_id,
            // A later release may know more of them.
            notes: names(&json.notes, TrailNote::from_name),
            started_at: SystemTime::from(started_at),
            started: Instant::now(),
        },
        elapsed: time(json.elapsed_ms),
        outcome,
        stopped: StopReason::from_name(&json.stopped).ok_or_else(|| bad("stopped"))?,
        attempts: attempts?,
    })))
}

fn attempt(json: AttemptJson) -> Result<Attempt, String> {
    let sent = Sent::from_name(&json.sent).ok_or_else(|| bad("sent"))?;
    Ok(Attempt {
        number: json.number,
        cause: Cause::from_name(&json.cause).ok_or_else(|| bad("cause"))?,
        method: method(&json.method)?,
        span_id: SpanId::read(&json.span_id).ok_or_else(|| bad("span_id"))?,
        url: json.url,
        status: json.status,
        request_id: json.request_id.map(RequestId::new),
        request_id_source: json.request_id_source.as_deref().and_then(source),
        request_id_notes: names(&json.request_id_notes, RequestIdNote::from_name),
        body_request_id: json.body_request_id.map(RequestId::new),
        error_code: json.error_code,
        category: json.category.as_deref().and_then(Category::from_name),
        failure: json.failure.as_deref().and_then(ErrorKind::from_name),
        failure_code: json.failure_code.map(Cow::Owned),
        failure_reason: json.failure_reason,
        unprocessed: sent == Sent::Unknown && json.processed == Some(false),
        sent,
        started: time(json.started_ms),
        elapsed: time(json.elapsed_ms),
        retry_after: json.retry_after_ms.map(time),
        wait: json.wait_ms.map(time),
        wait_reason: json.wait_reason.as_deref().and_then(WaitReason::from_name),
        remote: None,
        is_reused: None,
    })
}

fn bad(field: &str) -> String {
    format!("the trail's `{field}` is not one that this release can read")
}

/// What serde says without the values that it may repeat.
fn shape(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or of another type",
        _ => "it is not JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

fn method(text: &str) -> Result<Method, String> {
    Method::from_bytes(text.as_bytes()).map_err(|_| bad("method"))
}

fn names<T>(names: &[String], known: fn(&str) -> Option<T>) -> Vec<T> {
    names.iter().filter_map(|name| known(name)).collect()
}

fn source(text: &str) -> Option<RequestIdSource> {
    match text.strip_prefix("header:") {
        Some(name) => HeaderName::try_from(name).ok().map(RequestIdSource::Header),
        None => (text == "body").then_some(RequestIdSource::Body),
    }
}

/// Milliseconds; what no time can be is none, or the longest.
fn time(milliseconds: f64) -> Duration {
    if milliseconds.is_nan() || milliseconds <= 0.0 {
        return Duration::ZERO;
    }
    // To the microsecond, as it was written.
    Duration::try_from_secs_f64((milliseconds * 1e3).round() / 1e6).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Trail;

    const WRITTEN: &str = concat!(
        r#"{"schema":"reqtrail.trail/1","client":"reqtrail/"#,
        env!("CARGO_PKG_VERSION"),
        r#"","call_id":"6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f","trace_id":"6f2c1a9e4b574c3d9e520a1b2c3d4e5f","#,
        r#""correlation_id":null,"dialect":"novavms","service":null,"method":"POST","origin":"https://api.example","#,
        r#""path":"/cameras/{id}","started_at":"2026-11-21T21:00:00.123Z","elapsed_ms":4210.4,"outcome":"transport","#,
        r#""stopped":"unsafe_to_retry","notes":["may_have_succeeded"],"attempts":[{"number":1,"cause":"initial","#,
        r#""method":"POST","span_id":"00f067aa0ba902b7","url":"https://api.example/cameras/7","status":503,"#,
        r#""request_id":"req_a","request_id_source":"header:x-request-id","request_id_notes":["duplicate"],"#,
        r#""body_request_id":"req_b","error_code":"busy","category":"unavailable","failure":null,"failure_code":null,"#,
        r#""failure_reason":null,"sent":"yes","processed":true,"started_ms":0,"elapsed_ms":12.125,"#,
        r#""retry_after_ms":2000,"wait_ms":2000,"wait_reason":"retry_after"},{"number":2,"cause":"retry","method":"POST","#,
        r#""span_id":"00f067aa0ba902b8","url":"https://api.example/cameras/7","status":null,"request_id":null,"#,
        r#""request_id_source":null,"request_id_notes":[],"body_request_id":null,"error_code":null,"category":null,"#,
        r#""failure":"transport","failure_code":"ECONNRESET","failure_reason":"reset by api.example","sent":"unknown","#,
        r#""processed":false,"started_ms":2012.2,"elapsed_ms":3.5,"retry_after_ms":null,"wait_ms":null,"#,
        r#""wait_reason":null}]}"#
    );

    #[test]
    fn what_was_written_is_read() {
        let trail = Trail::from_json(WRITTEN).expect("a trail");
        assert_eq!(trail.to_json(), WRITTEN);
        assert!(trail.report().contains("ECONNRESET"));
    }

    #[test]
    fn times_that_no_clock_has_are_shown_all_the_same() {
        for number in ["1e300", "1e18"] {
            let text = WRITTEN.replace("2012.2", number).replace("4210.4", number);
            let trail = Trail::from_json(&text).expect("a trail");
            assert!(trail.report().contains("ECONNRESET"));
            assert!(!trail.to_string().is_empty());
        }
    }

    #[test]
    fn what_a_later_release_adds_is_passed_over() {
        let later = WRITTEN
            .replace(r#""notes":["#, r#""later":[1],"notes":["later","#)
            .replace(r#""service":null,"#, "")
            .replace("header:x-request-id", "later");
        let trail = Trail::from_json(&later).expect("a trail");
        assert_eq!(trail.notes().len(), 1);
        assert_eq!(trail.request_ids().len(), 1);
    }

    #[test]
    fn what_is_no_trail_is_refused_without_its_values() {
        for (from, to, says) in [
            ("trail/1", "trail/2", "expected `reqtrail.trail/1`"),
            (
                "\"transport\",\"stopped\"",
                "\"hush\",\"stopped\"",
                "`outcome`",
            ),
            ("unsafe_to_retry", "hush", "`stopped`"),
            ("\"number\":1", "\"number\":\"hush\"", "of another type"),
            ("2026-11-21T", "hush", "`started_at`"),
            ("6f2c1a9e-", "hush", "`call_id`"),
            ("00f067aa0ba902b7", "hush", "`span_id`"),
        ] {
            assert!(WRITTEN.contains(from), "{from}");
            let error = Trail::from_json(&WRITTEN.replace(from, to)).expect_err(from);
            let text = error.to_string();
            assert!(text.contains(says) && !text.contains("hush"), "{text}");
        }
        for text in ["", "{}", "[]", "null", "\"hush\""] {
            assert!(Trail::from_json(text).is_err());
        }
    }
}
