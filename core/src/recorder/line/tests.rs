use jsonschema::Validator;
use serde_json::json;

use super::*;

const SOURCE: LineSource<'_> = LineSource {
    policy: Some(JournalPolicy::Notable),
    service: "billing",
    host: "web-3",
    pid: 4711,
};

fn schema(name: &str) -> Validator {
    let path = format!("{}/../schema/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a schema");
    let schema = serde_json::from_str(&text).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// The record of the only line, which is of the schema.
fn read(out: &[u8]) -> Value {
    let text = std::str::from_utf8(out).expect("text");
    assert_eq!(text.find('\n'), Some(text.len() - 1), "one line: {text}");
    let value: Value = serde_json::from_str(text).expect("JSON");
    let errors: Vec<String> = schema("journal.schema.json")
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    if let Some(trail) = value["reqtrail"].get("trail") {
        assert!(schema("trail.schema.json").is_valid(trail), "{trail}");
    }
    value
}

fn stamp() -> Stamp {
    Stamp {
        seq: 3,
        monotonic_ms: 5000,
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_294_800_500),
    }
}

fn attempt(number: u32, details: &Value) -> Value {
    let mut attempt = json!({
        "number": number, "cause": if number == 1 { "initial" } else { "retry" }, "method": "POST",
        "span_id": format!("{number:016x}"), "url": "https://[::1]:8443/api/cameras/7?limit=10",
        "remote_address": "[::1]:8443", "status": null, "request_id": null, "request_id_source": null,
        "request_id_notes": [], "body_request_id": null, "error_code": null, "category": null,
        "failure": null, "failure_code": null, "failure_reason": null, "sent": "yes",
        "processed": true, "started_ms": f64::from(number) * 10.0, "elapsed_ms": 5,
        "retry_after_ms": null, "wait_ms": null, "wait_reason": null,
    });
    for (key, value) in details.as_object().expect("details") {
        attempt[key] = value.clone();
    }
    attempt
}

/// A trail with these attempts.
fn trail(outcome: &str, stopped: &str, attempts: &[Value]) -> Trail {
    let trail = json!({
        "schema": "reqtrail.trail/1", "client": "reqtrail/0.1.0", "call_id": "0193a0f2-7c3b-4d5e-8f60-718293a4b5c6",
        "trace_id": "0193a0f27c3b4d5e8f60718293a4b5c6", "dialect": "novavms", "service": null,
        "correlation_id": null, "method": "POST", "origin": "https://[::1]:8443",
        "path": "/cameras/{id}", "started_at": "2026-11-21T21:00:00.25Z", "elapsed_ms": 1500.5,
        "outcome": outcome, "stopped": stopped, "notes": [], "attempts": attempts,
    });
    Trail::from_json(&trail.to_string()).expect("a trail")
}

fn line_of(trail: &Trail, urls: JournalUrls) -> (Value, usize) {
    let mut out = Vec::new();
    call(&mut out, &SOURCE, stamp(), trail, urls);
    (read(&out), out.len())
}

fn refused() -> Trail {
    let first =
        json!({ "status": 503, "request_id": "req_1", "request_id_source": "header:x-request-id" });
    let last = json!({
        "status": 404, "request_id": "req_2", "request_id_source": "header:x-request-id",
        "error_code": "CAMERA_NOT_FOUND", "category": "not_found",
    });
    trail(
        "api",
        "not_retryable",
        &[attempt(1, &first), attempt(2, &last)],
    )
}

#[test]
fn a_call_stands_in_the_words_of_the_common_schema() {
    let trail = refused();
    let (line, _) = line_of(&trail, JournalUrls::Full);
    assert_eq!(line["@timestamp"], "2026-11-21T21:00:00.500Z");
    assert_eq!(line["message"], trail.one_line());
    assert_eq!(line["log"]["level"], "warn");
    assert_eq!(
        line["event"],
        json!({
            "kind": "event", "category": ["web"], "type": ["access", "error"], "outcome": "failure",
            "dataset": "reqtrail.call", "start": "2026-11-21T21:00:00.250Z",
            "end": "2026-11-21T21:00:01.750Z", "duration": 1_500_500_000,
        })
    );
    assert_eq!(
        line["http"],
        json!({ "request": { "method": "POST", "id": "req_2" }, "response": { "status_code": 404 } })
    );
    assert_eq!(
        line["url"],
        json!({ "domain": "::1", "path": "/cameras/{id}" })
    );
    assert_eq!(line["trace"]["id"], "0193a0f27c3b4d5e8f60718293a4b5c6");
    assert_eq!(line["error"]["code"], "CAMERA_NOT_FOUND");
    assert_eq!(line["error"]["type"], "api");
    assert_eq!(line["service"]["name"], "billing");
    assert_eq!(
        (&line["process"]["pid"], &line["host"]["name"]),
        (&json!(4711), &json!("web-3"))
    );
    let own = &line["reqtrail"];
    assert_eq!(
        (&own["record"], &own["seq"], &own["monotonic_ms"]),
        (&json!("call"), &json!(3), &json!(5000))
    );
    assert_eq!(own["request_ids"], json!(["req_1", "req_2"]));
    assert_eq!(
        own["trail"].to_string(),
        serde_json::to_value(&trail).expect("JSON").to_string()
    );
}

#[test]
fn what_nobody_knows_is_unknown() {
    let lost = json!({ "failure": "transport", "sent": "unknown", "processed": null });
    for (trail, outcome) in [
        (
            trail("ok", "succeeded", &[attempt(1, &json!({ "status": 200 }))]),
            "success",
        ),
        (
            trail("transport", "unsafe_to_retry", &[attempt(1, &lost)]),
            "unknown",
        ),
        (trail("invalid_request", "not_retryable", &[]), "failure"),
    ] {
        let (line, _) = line_of(&trail, JournalUrls::Full);
        assert_eq!(line["event"]["outcome"], outcome, "{trail}");
        assert_eq!(line.get("error").is_some(), outcome != "success");
    }
}

#[test]
fn urls_may_be_templates() {
    let (line, _) = line_of(&refused(), JournalUrls::Template);
    for attempt in line["reqtrail"]["trail"]["attempts"]
        .as_array()
        .expect("a list")
    {
        assert_eq!(attempt["url"], "https://[::1]:8443/cameras/{id}");
    }
    assert!(!line.to_string().contains("/cameras/7"), "{line}");
}

#[test]
fn a_long_record_loses_attempts_from_the_middle_and_says_so() {
    let reason = json!({ "failure": "transport", "failure_reason": "x".repeat(200), "sent": "no", "processed": false });
    let all: Vec<Value> = (1..=600).map(|number| attempt(number, &reason)).collect();
    let trail = trail("transport", "attempts_exhausted", &all);
    assert!(trail.to_json().len() > 300 * 1024);
    for urls in [JournalUrls::Full, JournalUrls::Template] {
        let (line, bytes) = line_of(&trail, urls);
        assert!(bytes <= cut::MOST_BYTES, "{bytes}");
        let own = &line["reqtrail"];
        let kept = own["trail"]["attempts"].as_array().expect("a list");
        let left_out = own["attempts_left_out"].as_u64().expect("a number");
        assert_eq!(kept.len() as u64 + left_out, 600);
        assert_eq!(
            (&kept[0]["number"], &kept[kept.len() - 1]["number"]),
            (&json!(1), &json!(600))
        );
        assert!(Trail::from_json(&own["trail"].to_string()).is_ok());
    }
}

#[test]
fn where_there_is_room_for_one_attempt_it_is_the_last() {
    let url = format!("https://[::1]:8443/{}", "x".repeat(150_000));
    let details = json!({ "failure": "transport", "failure_reason": "reset", "sent": "no", "processed": false, "url": url });
    let all: Vec<Value> = (1..=2).map(|number| attempt(number, &details)).collect();
    let trail = trail("transport", "attempts_exhausted", &all);
    let (line, bytes) = line_of(&trail, JournalUrls::Full);
    assert!(bytes <= cut::MOST_BYTES, "{bytes}");
    let own = &line["reqtrail"];
    assert_eq!(own["attempts_left_out"], 1);
    assert_eq!(own["trail"]["attempts"][0]["number"], 2);
}

fn opening() -> Opened {
    Opened {
        at: "2026-11-21T21:00:00.250Z".to_owned(),
        call_id: "0193a0f2-7c3b-4d5e-8f60-718293a4b5c6".to_owned(),
        trace_id: "0193a0f27c3b4d5e8f60718293a4b5c6".to_owned(),
        span_id: Some("00f067aa0ba902b7".to_owned()),
        correlation_id: None,
        method: "POST".to_owned(),
        path: "/cameras/{id}".to_owned(),
        origin: "https://api.example:8443".to_owned(),
        attempt: 1,
        api: "novavms".to_owned(),
    }
}

#[test]
fn a_call_that_is_about_to_be_sent_has_a_line() {
    let mut out = Vec::new();
    opened(&mut out, &SOURCE, stamp(), &opening());
    let line = read(&out);
    assert_eq!(line["event"]["outcome"], "unknown");
    assert_eq!(
        line["url"],
        json!({ "domain": "api.example", "path": "/cameras/{id}" })
    );
    assert_eq!(line["reqtrail"]["record"], "opened");
    assert_eq!(
        line["reqtrail"]["opened"],
        serde_json::to_value(opening()).expect("JSON")
    );
}

#[cfg(all(feature = "journal", unix))]
#[test]
fn calls_that_are_closed_and_records_that_are_lost_have_lines() {
    let mut out = Vec::new();
    closed(&mut out, &SOURCE, stamp(), &opening().call_id);
    let line = read(&out);
    assert_eq!(line["reqtrail"]["record"], "closed");
    assert_eq!(line["reqtrail"]["call_id"], opening().call_id);
    for since in [None, Some(stamp().at)] {
        out.clear();
        lost(&mut out, &SOURCE, stamp(), 12, since);
        let line = read(&out);
        assert_eq!(line["reqtrail"]["record"], "lost");
        assert_eq!(line["reqtrail"]["lost"]["records"], 12);
        assert_eq!(
            line["reqtrail"]["lost"].get("since").is_some(),
            since.is_some()
        );
    }
}

#[test]
fn a_line_that_lacks_what_its_record_needs_is_not_of_the_schema() {
    let (line, _) = line_of(&refused(), JournalUrls::Full);
    let validator = schema("journal.schema.json");
    for key in ["record", "seq", "call_id", "trail"] {
        let mut less = line.clone();
        less["reqtrail"]
            .as_object_mut()
            .expect("an object")
            .remove(key);
        assert!(!validator.is_valid(&less), "without `{key}`");
    }
    let mut other = line;
    other["reqtrail"]["record"] = "later".into();
    assert!(!validator.is_valid(&other));
}
