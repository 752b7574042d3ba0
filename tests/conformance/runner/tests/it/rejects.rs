//! The runner rejects an adapter that reports anything wrong.

use serde_json::{Value, json};

use super::failures;
use super::fixture::{Fault, FixtureAdapter};

/// Two calls: a success, then an error whose body names another ID than its header.
pub(crate) fn scenario() -> Value {
    json!({
        "format": 1, "name": "two-calls",
        "client": {"dialect": "novavms", "token": "s3cr3t-token"},
        "server": {"exchanges": [
            {"want": {"headers": {"authorization": "Bearer s3cr3t-token"}},
             "reply": {"headers": [["X-Request-Id", "a"]], "json": {"token": "s3cr3t-token"}}},
            {"reply": {"status": 404, "headers": [["X-Request-Id", "b"]],
                "json": {"error": "not_found", "message": "none", "request_id": "c"}}}
        ]},
        "calls": [
            {"request": {"method": "GET", "path": "/a"},
             "expect": {"ok": {"status": 200}, "server_saw": 1, "connections": 1}},
            {"request": {"method": "GET", "path": "/b"},
             "expect": {"error": {"request_id": {"$same": "trail.attempts[0].request_id"}},
                "server_saw": 1}}
        ]
    })
}

/// The same without span IDs, so that requests are matched by order.
pub(crate) fn by_order() -> Value {
    let mut scenario = scenario();
    scenario["client"]["traceparent"] = json!(false);
    scenario
}

fn caught(scenario: &Value, fault: Fault, at: &str) {
    let found = failures(scenario, &mut FixtureAdapter::with_fault(fault));
    assert!(
        found.iter().any(|failure| failure.contains(at)),
        "expected a failure with {at:?}, found {found:#?}"
    );
}

fn rejected(fault: fn(&mut Value), at: &str) {
    caught(&scenario(), Fault::Answer(fault), at);
}

/// The trail of a call.
fn trail(answer: &mut Value, call: usize) -> &mut Value {
    let outcome = if call == 0 { "ok" } else { "error" };
    &mut answer["results"][call][outcome]["trail"]
}

/// The only attempt of a call.
fn attempt(answer: &mut Value, call: usize) -> &mut Value {
    &mut trail(answer, call)["attempts"][0]
}

/// Inserts an attempt without a response before the call's own.
pub(crate) fn failed_before(answer: &mut Value, change: fn(&mut Value)) {
    let mut extra = attempt(answer, 0).clone();
    for key in ["status", "request_id", "request_id_source"] {
        extra[key] = Value::Null;
    }
    extra["failure"] = json!("connect");
    extra["failure_reason"] = json!("refused");
    extra["sent"] = json!("no");
    extra["processed"] = json!(false);
    extra["span_id"] = json!("eeeeeeeeeeeeeeee");
    extra["elapsed_ms"] = json!(0.0);
    change(&mut extra);
    let attempts = trail(answer, 0)["attempts"].as_array_mut();
    let attempts = attempts.expect("attempts");
    attempts[0]["number"] = json!(2);
    attempts.insert(0, extra);
}

#[test]
fn about_request_ids() {
    rejected(
        |answer| attempt(answer, 0)["request_id"] = json!("z"),
        "calls[0].trail.attempts[0].request_id: expected \"a\", as sent, got \"z\"",
    );
    rejected(
        |answer| attempt(answer, 0)["request_id"] = Value::Null,
        "attempts[0].request_id: expected \"a\"",
    );
    rejected(
        |answer| attempt(answer, 1)["request_id"] = json!("c"),
        "calls[1].trail.attempts[0].request_id",
    );
    rejected(
        |answer| attempt(answer, 1)["body_request_id"] = Value::Null,
        "calls[1].trail.attempts[0].body_request_id: expected \"c\"",
    );
}

#[test]
fn about_which_attempts_there_were() {
    rejected(
        |answer| trail(answer, 0)["attempts"] = json!([]),
        "request 1: no attempt of any trail is GET /a",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["sent"] = json!("yes")),
        "attempts[0].sent: yes, but the server logged no such request",
    );
    rejected(
        |answer| attempt(answer, 0)["sent"] = json!("no"),
        "attempts[0].sent: no, but the server logged request 1",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["status"] = json!(200)),
        "attempts[0].status: 200, but there is no logged request",
    );
    caught(
        &scenario(),
        Fault::ExtraRequest,
        "no exchange wanted GET /b",
    );
    caught(
        &scenario(),
        Fault::ExtraRequest,
        "server_saw: expected 1, got 2",
    );
}

#[test]
fn about_the_order() {
    rejected(
        |answer| {
            let results = answer["results"].as_array_mut().expect("results");
            let (first, second) = results.split_at_mut(1);
            let (first, second) = (&mut first[0]["ok"], &mut second[0]["error"]);
            std::mem::swap(
                &mut first["trail"]["attempts"],
                &mut second["trail"]["attempts"],
            );
        },
        "was logged as request 1, before request 2 of an earlier attempt",
    );
}

#[test]
fn about_status_and_failure() {
    rejected(
        |answer| attempt(answer, 0)["status"] = json!(201),
        "attempts[0].status: expected 200, as sent to request 1, got 201",
    );
    rejected(
        |answer| attempt(answer, 0)["status"] = Value::Null,
        "attempts[0].failure: null, although there is no status",
    );
    rejected(
        |answer| trail(answer, 1)["outcome"] = json!("transport"),
        "calls[1].trail.outcome: expected api, got transport",
    );
}

#[test]
fn about_what_was_processed() {
    rejected(
        |answer| attempt(answer, 0)["processed"] = Value::Null,
        "attempts[0].processed: expected true, as there is a status, got null",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["processed"] = json!(true)),
        "attempts[0].processed: expected false, as nothing was sent, got true",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["failure_reason"] = Value::Null),
        "attempts[0].failure_reason: expected exactly if there is a failure",
    );
    rejected(
        |answer| attempt(answer, 0)["failure_reason"] = json!("why?"),
        "attempts[0].failure_reason: ",
    );
}

#[test]
fn about_numbers_and_times() {
    rejected(
        |answer| attempt(answer, 0)["number"] = json!(2),
        "attempts[0].number: expected 1, got 2",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["elapsed_ms"] = json!(50)),
        "attempts[1].started_ms: expected at least 50",
    );
    rejected(
        |answer| failed_before(answer, |extra| extra["wait_ms"] = json!(50)),
        "attempts[1].started_ms: expected at least 50",
    );
    rejected(
        |answer| attempt(answer, 0)["elapsed_ms"] = json!(1e6),
        "trail.elapsed_ms: expected at least 1000000",
    );
}

#[test]
fn about_call_ids() {
    rejected(
        |answer| {
            let id = trail(answer, 0)["call_id"].clone();
            trail(answer, 1)["call_id"] = id;
        },
        "calls[1].trail.call_id: another call has",
    );
    rejected(
        |answer| trail(answer, 0)["call_id"] = json!("6f2c1d3e-0a1b-1c2d-8e3f-000102030405"),
        "calls[0].trail.call_id: expected a UUIDv4",
    );
    caught(
        &scenario(),
        Fault::Headers(|headers| {
            let id = "req-00000000-0000-4000-8000-000000000000".to_owned();
            headers.push(("X-Openstack-Request-Id".to_owned(), id));
        }),
        "request 1.x-openstack-request-id: expected req-",
    );
}

#[test]
fn about_trace_headers() {
    caught(
        &scenario(),
        Fault::Headers(|headers| headers.retain(|(name, _)| name != "traceparent")),
        "request 1: expected a valid traceparent, got none",
    );
    caught(
        &scenario(),
        Fault::Headers(|headers| headers[1].1.replace_range(3..4, "f")),
        "request 1.traceparent: expected its trail's trace ID",
    );
    caught(
        &scenario(),
        Fault::Headers(|headers| headers[1].1.replace_range(36..52, "dddddddddddddddd")),
        "request 2: an earlier one had span dddddddddddddddd too",
    );
    rejected(
        |answer| {
            let span = attempt(answer, 0)["span_id"].clone();
            attempt(answer, 1)["span_id"] = span;
        },
        "calls[1].trail.attempts[0].span_id: another attempt has",
    );
}

#[test]
fn about_secrets() {
    rejected(
        |answer| answer["results"][1]["error"]["message"] = json!("got s3cr3t-token"),
        "calls[1].error.message: a secret leaked",
    );
    rejected(
        |answer| attempt(answer, 0)["url"] = json!("http://h/?t=s3cr3t-token"),
        "calls[0].ok.trail.attempts[0].url: a secret leaked",
    );
    rejected(
        |answer| answer["results"][0]["ok"]["s3cr3t-token"] = json!(1),
        "a secret leaked into a key",
    );
}

#[test]
fn about_the_shape() {
    rejected(
        |answer| attempt(answer, 0)["surprise"] = json!(1),
        "calls[0].trail.attempts.0: violates the schema",
    );
    rejected(
        |answer| {
            drop(
                trail(answer, 0)
                    .as_object_mut()
                    .expect("a trail")
                    .remove("notes"),
            )
        },
        "\"notes\" is a required property",
    );
    // The published schema accepts more; this release's trails have to match it strictly.
    rejected(
        |answer| {
            let attempt = attempt(answer, 0).as_object_mut();
            drop(attempt.expect("an attempt").remove("failure_code"));
        },
        "\"failure_code\" is a required property",
    );
    rejected(
        |answer| trail(answer, 0)["surprise"] = json!(1),
        "calls[0].trail: violates the schema",
    );
    rejected(
        |answer| trail(answer, 0)["stopped"] = json!("bored"),
        "calls[0].trail.stopped: violates the schema",
    );
    rejected(
        |answer| *trail(answer, 1) = Value::Null,
        "calls[1].trail: null, which only a `config` error may have",
    );
    rejected(
        |answer| drop(answer["results"].as_array_mut().expect("results").pop()),
        "results: expected 2 results, got 1",
    );
    rejected(
        |answer| answer["results"][0] = json!({}),
        "calls[0]: expected either `ok` or `error`",
    );
    rejected(
        |answer| {
            let error = answer["results"][1]["error"].as_object_mut();
            error.expect("an error").remove("code");
        },
        "calls[1].error: `code` is missing",
    );
}

#[test]
fn without_span_ids() {
    let scenario = by_order();
    let fault = |fault, at| caught(&scenario, Fault::Answer(fault), at);
    fault(
        |answer| trail(answer, 0)["attempts"] = json!([]),
        "attempts: expected attempts that fit the 2 logged requests",
    );
    fault(
        |answer| attempt(answer, 0)["status"] = json!(201),
        "attempts: expected attempts that fit",
    );
    fault(
        |answer| failed_before(answer, |extra| extra["sent"] = json!("yes")),
        "attempts: expected attempts that fit",
    );
    fault(
        |answer| attempt(answer, 1)["request_id"] = json!("z"),
        "calls[1].trail.attempts[0].request_id: expected \"b\"",
    );
}
