//! What lines say, in each level and format.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::entry::{Cap, Entry, Level, level_of};
use super::settings::read;
use super::{Format, MAX_LINE, line};
use crate::codes::Cause;
use crate::observe::{AttemptFinished, AttemptStarted, CallInfo};
use crate::trail::{Attempt, Trail, read as read_trail};

const CALL: &str = "6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f";

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_640_714_123)
}

fn attempt(change: &Value) -> Value {
    let mut attempt = json!({
        "number": 1, "cause": "initial", "method": "POST", "span_id": "00f067aa0ba902b7",
        "url": "https://api.example:8443/v1/cameras/7?sig=[redacted]", "status": 503, "request_id": "req_a",
        "error_code": "service_unavailable", "category": "unavailable", "sent": "yes", "processed": true,
        "started_ms": 0, "elapsed_ms": 12.125, "wait_ms": 2000, "wait_reason": "retry_after",
    });
    merge(&mut attempt, change);
    attempt
}

fn trail(change: &Value, attempts: &[Value]) -> Trail {
    let mut trail = json!({
        "schema": "reqtrail.trail/1", "call_id": CALL, "trace_id": "6f2c1a9e4b574c3d9e520a1b2c3d4e5f",
        "dialect": "novavms", "method": "POST", "origin": "https://api.example:8443", "path": "/cameras/{id}",
        "started_at": "2026-11-21T21:00:00.123Z", "elapsed_ms": 2012.5, "outcome": "api",
        "stopped": "unsafe_to_retry", "notes": [], "attempts": attempts,
    });
    merge(&mut trail, change);
    read_trail::trail(&trail.to_string()).expect("a trail")
}

fn merge(into: &mut Value, change: &Value) {
    for (key, value) in change.as_object().expect("an object") {
        into[key] = value.clone();
    }
}

fn info(trail: &Trail) -> CallInfo<'_> {
    CallInfo {
        call_id: trail.call_id(),
        dialect: trail.dialect(),
        method: trail.method(),
        path: trail.path(),
        correlation_id: trail.correlation_id(),
        service: trail.service(),
    }
}

fn attempt_line(format: Format, trail: &Trail, attempt: &Attempt) -> String {
    let event = AttemptFinished {
        call: info(trail),
        attempt,
    };
    line(format, now(), &|cap| Entry::attempt(&event, cap))
}

fn started_line(format: Format, trail: &Trail) -> String {
    let event = AttemptStarted {
        call: info(trail),
        number: 2,
        cause: Cause::Retry,
    };
    line(format, now(), &|cap| Entry::started(&event, cap))
}

fn call_line(format: Format, trail: &Trail) -> String {
    line(format, now(), &|cap| Entry::call(trail, cap))
}

/// A call that was repeated, and then met a lost connection.
fn retried() -> Trail {
    let second = attempt(&json!({
        "number": 2, "cause": "retry", "status": null, "request_id": null, "error_code": null, "category": null,
        "failure": "transport", "failure_code": "ECONNRESET", "failure_reason": "reset by \"api.example\"",
        "sent": "unknown", "processed": null, "started_ms": 2012.2, "elapsed_ms": 3.5, "wait_ms": null,
        "wait_reason": null,
    }));
    trail(
        &json!({"outcome": "transport"}),
        &[attempt(&json!({})), second],
    )
}

fn openstack() -> Trail {
    let only = attempt(&json!({
        "url": "http://nova.example:8774/v2.1/servers/7/action", "status": 202, "error_code": null, "category": null,
        "request_id": "req-58552ee2-cd12-457c-bb57-60275f53b0ac", "wait_ms": null, "wait_reason": null,
    }));
    trail(
        &json!({
            "dialect": "openstack", "service": "compute", "path": "/servers/{id}/action", "outcome": "ok",
            "stopped": "succeeded", "correlation_id": format!("req-{CALL}"), "origin": "http://nova.example:8774",
        }),
        &[only],
    )
}

#[test]
fn an_attempt_as_text() {
    let trail = retried();
    let [first, second] = trail.attempts() else {
        panic!("two attempts");
    };
    assert_eq!(
        attempt_line(Format::Text, &trail, first),
        format!(
            "2026-11-25T21:05:14.123Z INFO reqtrail POST /cameras/{{id}} attempt 1: 503, request ID req_a call_id={CALL} \
             attempt=1 cause=initial status=503 code=service_unavailable sent=yes elapsed_ms=12.125 wait_ms=2000 \
             wait_reason=retry_after\n"
        )
    );
    assert_eq!(
        attempt_line(Format::Text, &trail, second),
        format!(
            "2026-11-25T21:05:14.123Z INFO reqtrail POST /cameras/{{id}} attempt 2: transport, request ID - call_id={CALL} \
             attempt=2 cause=retry failure=transport failure_code=ECONNRESET \
             failure_reason=\"reset by \\\"api.example\\\"\" sent=unknown elapsed_ms=3.5\n"
        )
    );
}

#[test]
fn an_attempt_of_openstack_is_the_line_of_operators() {
    let trail = openstack();
    assert_eq!(
        attempt_line(Format::Text, &trail, &trail.attempts()[0]),
        format!(
            "2026-11-25T21:05:14.123Z INFO reqtrail POST call to compute for \
             http://nova.example:8774/v2.1/servers/7/action used request id req-58552ee2-cd12-457c-bb57-60275f53b0ac \
             call_id={CALL} global_request_id=req-{CALL} service=compute attempt=1 cause=initial status=202 \
             elapsed_ms=12.125\n"
        )
    );
}

#[test]
fn other_events_as_text() {
    let text = |line: String| line.replacen("2026-11-25T21:05:14.123Z ", "", 1);
    assert_eq!(
        text(started_line(Format::Text, &retried())),
        format!(
            "DEBUG reqtrail POST /cameras/{{id}} attempt 2 started call_id={CALL} attempt=2 cause=retry\n"
        )
    );
    assert_eq!(
        text(call_line(Format::Text, &retried())),
        format!(
            "WARN reqtrail POST /cameras/{{id}} failed: transport ECONNRESET, request ID req_a call_id={CALL} \
             kind=transport failure_code=ECONNRESET failure_reason=\"reset by \\\"api.example\\\"\" sent=unknown \
             attempts=2 elapsed_ms=2012.5 stopped=unsafe_to_retry\n"
        )
    );
    let refused = trail(&json!({}), &[attempt(&json!({"wait_ms": null}))]);
    assert_eq!(
        text(call_line(Format::Text, &refused)),
        format!(
            "WARN reqtrail POST /cameras/{{id}} failed: 503 service_unavailable, request ID req_a call_id={CALL} \
             kind=api status=503 code=service_unavailable sent=yes attempts=1 elapsed_ms=2012.5 \
             stopped=unsafe_to_retry\n"
        )
    );
    let nothing_sent = trail(
        &json!({"outcome": "config", "stopped": "not_retryable"}),
        &[],
    );
    assert_eq!(
        text(call_line(Format::Text, &nothing_sent)),
        format!(
            "WARN reqtrail POST /cameras/{{id}} failed: config call_id={CALL} kind=config attempts=0 elapsed_ms=2012.5 \
             stopped=not_retryable\n"
        )
    );
    assert_eq!(
        text(call_line(Format::Text, &openstack())),
        format!(
            "DEBUG reqtrail POST /servers/{{id}}/action succeeded: 202, request ID \
             req-58552ee2-cd12-457c-bb57-60275f53b0ac call_id={CALL} global_request_id=req-{CALL} service=compute \
             status=202 attempts=1 elapsed_ms=2012.5 stopped=succeeded\n"
        )
    );
    let warning = line(Format::Text, now(), &|cap| {
        Entry::warning("odd\nthings", cap)
    });
    assert_eq!(text(warning), "WARN reqtrail odd\\nthings\n");
    for (count, wanted) in [(1, "1 log line was lost"), (7, "7 log lines were lost")] {
        let lost = line(Format::Text, now(), &|_| Entry::lost(count));
        assert_eq!(
            text(lost),
            format!("WARN reqtrail {wanted}: stderr was not writable\n")
        );
    }
}

fn object(line: &str) -> Value {
    let mut value: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(value["process"]["pid"], std::process::id());
    let object = value.as_object_mut().expect("an object");
    object.remove("process");
    assert_eq!(
        object.remove("@timestamp"),
        Some(json!("2026-11-25T21:05:14.123Z"))
    );
    assert!(object.remove("ecs").is_some());
    value
}

#[test]
fn an_attempt_as_json() {
    let trail = retried();
    assert_eq!(
        object(&attempt_line(Format::Json, &trail, &trail.attempts()[0])),
        json!({
            "message": "POST /cameras/{id} attempt 1: 503, request ID req_a",
            "log": {"level": "info"},
            "event": {
                "kind": "event", "category": ["web"], "type": ["access", "error"], "outcome": "failure",
                "dataset": "reqtrail.attempt", "duration": 12_125_000,
            },
            "http": {"request": {"method": "POST", "id": "req_a"}, "response": {"status_code": 503}},
            "url": {"domain": "api.example", "path": "/cameras/{id}"},
            "error": {"code": "service_unavailable", "type": "api"},
            "reqtrail": {
                "record": "attempt", "call_id": CALL, "request_ids": ["req_a"], "dialect": "novavms", "attempt": 1,
                "cause": "initial", "sent": "yes", "wait_ms": 2000.0, "wait_reason": "retry_after",
            },
        })
    );
    assert_eq!(
        object(&started_line(Format::Json, &trail)),
        json!({
            "message": "POST /cameras/{id} attempt 2 started",
            "log": {"level": "debug"},
            "event": {"kind": "event", "category": ["web"], "type": ["info"], "dataset": "reqtrail.attempt"},
            "http": {"request": {"method": "POST"}},
            "url": {"path": "/cameras/{id}"},
            "reqtrail": {
                "record": "attempt_started", "call_id": CALL, "dialect": "novavms", "attempt": 2, "cause": "retry",
            },
        })
    );
}

#[test]
fn calls_as_json() {
    assert_eq!(
        object(&call_line(Format::Json, &retried())),
        json!({
            "message": "POST /cameras/{id} failed: transport ECONNRESET, request ID req_a",
            "log": {"level": "warn"},
            "event": {
                "kind": "event", "category": ["web"], "type": ["access", "error"], "outcome": "failure",
                "dataset": "reqtrail.call", "start": "2026-11-21T21:00:00.123Z", "end": "2026-11-21T21:00:02.135Z",
                "duration": 2_012_500_000,
            },
            "http": {"request": {"method": "POST", "id": "req_a"}},
            "url": {"domain": "api.example", "path": "/cameras/{id}"},
            "trace": {"id": "6f2c1a9e4b574c3d9e520a1b2c3d4e5f"},
            "error": {"type": "transport", "message": "reset by \"api.example\""},
            "reqtrail": {
                "record": "call", "call_id": CALL, "request_ids": ["req_a"], "dialect": "novavms", "attempts": 2,
                "sent": "unknown", "failure_code": "ECONNRESET", "stopped": "unsafe_to_retry",
            },
        })
    );
    let nova = object(&call_line(Format::Json, &openstack()));
    assert_eq!(nova["event"]["outcome"], "success");
    assert_eq!(nova["event"]["type"], json!(["access"]));
    assert_eq!(nova["reqtrail"]["service"], "compute");
    assert_eq!(nova["reqtrail"]["correlation_id"], format!("req-{CALL}"));
    assert_eq!(nova.get("error"), None);
    let lost = object(&line(Format::Json, now(), &|_| Entry::lost(3)));
    assert_eq!(lost["reqtrail"], json!({"record": "lost", "lost": 3}));
}

#[test]
fn the_variables_are_read_in_any_case() {
    for (level, format, wanted) in [
        ("", "json", (None, Format::Text)),
        (" off ", "", (None, Format::Text)),
        ("DEBUG", "", (Some(Level::Debug), Format::Text)),
        ("Info", "JSON", (Some(Level::Info), Format::Json)),
        (" warn", " text ", (Some(Level::Warn), Format::Text)),
    ] {
        let (read_level, read_format, warnings) = read(level, format);
        assert_eq!((read_level, read_format), wanted, "{level} {format}");
        assert_eq!(warnings, [None, None], "{level} {format}");
    }
}

#[test]
fn what_is_none_of_the_values_is_reported_and_ignored() {
    let (read_level, read_format, [level, format]) = read("verbose\n", "xml");
    assert_eq!((read_level, read_format), (None, Format::Text));
    assert_eq!(
        level.as_deref(),
        Some(
            "REQTRAIL_LOG is ignored: `verbose\\n` is not a valid value; expected debug, info, warn or off"
        )
    );
    assert_eq!(
        format.as_deref(),
        Some("REQTRAIL_LOG_FORMAT is ignored: `xml` is not a valid value; expected text or json")
    );
    let (read_level, read_format, [level, _]) = read("info", "xml");
    assert_eq!((read_level, read_format), (Some(Level::Info), Format::Text));
    assert_eq!(level, None);
}

/// A text of any length that may hold anything.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,40}",
        ".{0,200}",
        "\\PC{0,20}",
        proptest::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
        ("[\"\\\\\n\u{1b}\u{2028}\u{202e}é🦀]{1,8}", 1_usize..2000)
            .prop_map(|(text, times)| text.repeat(times)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever a server says, a line is one line that a pipe takes whole.
    #[test]
    fn a_line_is_one_line_that_is_not_too_long(
        texts in proptest::collection::vec(any_text(), 8),
        many in 0_usize..12,
        ok in any::<bool>(),
        service in any::<bool>(),
    ) {
        let only = attempt(&json!({
            "url": texts[0], "error_code": texts[1], "failure_code": texts[2], "failure_reason": texts[3],
            "failure": "transport", "request_id": format!("req_{}", "a".repeat(250)),
        }));
        let trail = trail(
            &json!({
                "path": texts[4], "correlation_id": texts[5], "dialect": texts[6], "origin": texts[0],
                "service": service.then_some(&texts[7]), "outcome": if ok { "ok" } else { "transport" },
            }),
            &vec![only; many + 1],
        );
        for format in [Format::Text, Format::Json] {
            for line in [
                attempt_line(format, &trail, &trail.attempts()[0]),
                started_line(format, &trail),
                call_line(format, &trail),
                line(format, now(), &|cap: Cap| Entry::warning(&texts[0], cap)),
            ] {
                prop_assert!(line.len() <= MAX_LINE, "{} bytes", line.len());
                let inner = line.strip_suffix('\n').expect("an end");
                prop_assert_eq!(&*crate::redact::one_line(inner), inner);
                if format == Format::Json {
                    prop_assert!(serde_json::from_str::<Value>(inner).is_ok(), "{}", inner);
                } else {
                    prop_assert!(inner.contains("reqtrail"), "{}", inner);
                }
            }
        }
        let level = if ok { Level::Debug } else { Level::Warn };
        prop_assert_eq!(level_of(&trail), level);
    }
}
