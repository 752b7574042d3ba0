//! The trail as JSON: every field, null where it has no value.

use reqtrail::{Failure, TransportError};
use serde_json::{Value, json};

use crate::support::*;

/// The keys in the order of the contract, except those that trail and attempt share.
const ORDER: [&str; 34] = [
    "schema",
    "client",
    "call_id",
    "trace_id",
    "correlation_id",
    "dialect",
    "service",
    "method",
    "origin",
    "path",
    "started_at",
    "elapsed_ms",
    "outcome",
    "stopped",
    "notes",
    "attempts",
    "number",
    "cause",
    "span_id",
    "url",
    "remote_address",
    "status",
    "request_id",
    "request_id_source",
    "request_id_notes",
    "body_request_id",
    "error_code",
    "category",
    "failure",
    "failure_code",
    "failure_reason",
    "sent",
    "processed",
    "started_ms",
];

/// A connection that the server's machine refuses.
fn refused() -> Exchange {
    let what = "connection refused by 192.0.2.7:443";
    let error = TransportError::new(Failure::Connect, what).with_code("ECONNREFUSED");
    fails_with(error)
}

#[tokio::test(start_paused = true)]
async fn a_trails_json_has_every_field() {
    let fixture = with(
        [
            reply(503)
                .after(ms(12))
                .id("req_1")
                .header("retry-after", "2")
                .body(r#"{"error":"service_unavailable","request_id":"req_other"}"#),
            refused().after(ms(1)),
        ],
        |b| b.max_attempts(2).jitter_seed(1).base_delay(ms(0)),
    );
    let request = fixture.client.post("/cameras/{id}/trigger").param("id", 7);
    let request = request
        .query("limit", 5)
        .query("q", "x")
        .idempotency_key("k");
    let error = error(request.send().await);
    let trail = error.trail().expect("a trail");
    let got: Value = serde_json::from_str(&trail.to_json()).expect("JSON");
    let millis = |time: std::time::Duration| json!(time.as_secs_f64() * 1000.0);
    let (first, second) = (&trail.attempts()[0], &trail.attempts()[1]);
    let url = "https://api.example/api/v1/cameras/7/trigger?limit=5&q=[redacted]";
    let attempts = json!([
            {
                "number": 1,
                "cause": "initial",
                "method": "POST",
                "span_id": first.span_id(),
                "url": url,
                "remote_address": null,
                "status": 503,
                "request_id": "req_1",
                "request_id_source": "header:x-request-id",
                "request_id_notes": ["body_mismatch"],
                "body_request_id": "req_other",
                "error_code": "service_unavailable",
                "category": "unavailable",
                "failure": null,
                "failure_code": null,
                "failure_reason": null,
                "sent": "yes",
                "processed": true,
                "started_ms": 0.0,
                "elapsed_ms": 12.0,
                "retry_after_ms": 2000.0,
                "wait_ms": null,
                "wait_reason": "retry_after",
            },
            {
                "number": 2,
                "cause": "retry",
                "method": "POST",
                "span_id": second.span_id(),
                "url": url,
                "remote_address": null,
                "status": null,
                "request_id": null,
                "request_id_source": null,
                "request_id_notes": [],
                "body_request_id": null,
                "error_code": null,
                "category": null,
                "failure": "connect",
                "failure_code": "ECONNREFUSED",
                "failure_reason": "connection refused by 192.0.2.7:443",
                "sent": "no",
                "processed": false,
                "started_ms": millis(second.started()),
                "elapsed_ms": 1.0,
                "retry_after_ms": null,
                "wait_ms": null,
                "wait_reason": null,
            },
    ]);
    let wanted = json!({
        "schema": "reqtrail.trail/1",
        "client": format!("reqtrail/{}", reqtrail::VERSION),
        "call_id": trail.call_id(),
        "trace_id": trail.trace_id(),
        "correlation_id": null,
        "dialect": "novavms",
        "service": null,
        "method": "POST",
        "origin": "https://api.example",
        "path": "/cameras/{id}/trigger",
        "started_at": "2026-11-21T21:00:00.000Z",
        "elapsed_ms": millis(trail.elapsed()),
        "outcome": "connect",
        "stopped": "attempts_exhausted",
        "notes": [],
        "attempts": attempts,
    });
    let text = trail.to_json();
    let places = ORDER.map(|key| text.find(&format!("\"{key}\":")));
    assert!(places.is_sorted() && places[0].is_some(), "{text}");
    let mut got = floats(got);
    // Written to the microsecond, so it is compared as a number.
    let wait = got["attempts"][0]["wait_ms"].take();
    let decided = first.wait().expect("a wait").as_secs_f64() * 1000.0;
    assert!((wait.as_f64().expect("a number") - decided).abs() < 0.002);
    assert_eq!(got, floats(wanted));
}

/// Whole milliseconds are written as integers, which are the same numbers.
fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(all) => all.into_iter().map(floats).collect(),
        Value::Object(all) => all.into_iter().map(|(name, v)| (name, floats(v))).collect(),
        other => other,
    }
}

#[tokio::test(start_paused = true)]
async fn enums_are_serialised_by_their_names() {
    let hop = || reply(307).header("location", "/y");
    let fixture = with(
        [hop(), reply(401), fails(Failure::Broken).sent(), reply(200)],
        |b| {
            b.token_refresher(|| async { Ok("sk_live_new") })
                .danger_accept_invalid_certs(true)
        },
    );
    let response = fixture.client.get("/x").send().await.expect("a response");
    let got: Value = serde_json::from_str(&response.trail().to_json()).expect("JSON");
    assert_eq!(
        (&got["outcome"], &got["stopped"]),
        (&json!("ok"), &json!("succeeded"))
    );
    assert_eq!(
        got["notes"],
        json!(["tls_unverified", "may_have_succeeded"])
    );
    let of = |field: &str| -> Vec<Value> {
        let attempts = got["attempts"].as_array().expect("attempts");
        attempts.iter().map(|a| a[field].clone()).collect()
    };
    assert_eq!(of("cause"), ["initial", "redirect", "reauth", "retry"]);
    assert_eq!(of("sent"), ["yes", "yes", "unknown", "yes"]);
    assert_eq!(of("number"), [1, 2, 3, 4]);
    assert_eq!(
        of("failure"),
        [json!(null), json!(null), json!("transport"), json!(null)]
    );
    assert_eq!(of("wait_reason")[2], json!("backoff"));
}

#[tokio::test(start_paused = true)]
async fn a_trail_displays_as_its_report() {
    let fixture = novavms([reply(503).id("req_1"), reply(200).id("req_2")]);
    let outcome = fixture.client.get("/x").send().await;
    let trail = trail(&outcome);
    assert_eq!(trail.request_id().map(|id| id.as_str()), Some("req_2"));
    assert_eq!(trail.to_string(), trail.report());
    let debug = format!("{trail:?}");
    assert!(
        debug.contains(&trail.call_id().to_string()) && debug.contains("req_1"),
        "{debug}"
    );
}

#[tokio::test(start_paused = true)]
async fn whole_milliseconds_are_integers() {
    let fixture = with(
        [
            reply(503).header("retry-after-ms", "2.5"),
            reply(503).header("retry-after", "2"),
            reply(200).header("retry-after", "99999999999999999999"),
        ],
        |b| b.jitter_seed(1),
    );
    let outcome = fixture.client.get("/x").send().await;
    let json = trail(&outcome).to_json();
    for part in [
        r#""retry_after_ms":2.5,"#,
        r#""retry_after_ms":2000,"#,
        // A saturated one is what a 64-bit reader can still take.
        &format!(r#""retry_after_ms":{},"#, u64::MAX / 1000),
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
}
