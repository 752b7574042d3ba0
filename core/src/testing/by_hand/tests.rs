//! What is worked out of a description, and what is refused.

use serde_json::{Value, json};

use super::*;
use crate::testing::script::Script;

fn played(description: Value) -> Played {
    let played = read(&description).unwrap_or_else(|error| panic!("{description}: {error}"));
    // What comes out is a script.
    let script = Script::from_json(&played.script.to_string()).expect("a script");
    assert_eq!(script.exchanges.len(), replies(&played).len());
    played
}

fn replies(played: &Played) -> Vec<Value> {
    let exchanges = played.script["exchanges"].as_array().expect("exchanges");
    exchanges.iter().map(|it| it["reply"].clone()).collect()
}

fn refused(description: Value) -> String {
    match read(&description) {
        Ok(played) => panic!("{description} is played as {played:?}"),
        Err(error) => error.to_string(),
    }
}

/// Outcome and reason.
fn ends(played: &Played) -> (&str, &str) {
    let kind = played.kind.map_or("ok", |kind| kind.as_str());
    (kind, played.stopped.as_str())
}

fn of(attempts: Value) -> Value {
    json!({"attempts": attempts})
}

#[test]
fn a_response_is_one_attempt() {
    let played = played(json!({
        "response": {"json": {"id": 7}, "elapsed_ms": 12, "request_id": "req_1", "headers": [["X-A", "b"]]},
        "path": "/cameras/{id}", "params": {"id": 7}, "query": [["limit", "10"]],
    }));
    assert_eq!(
        played.script,
        json!({"schema": "reqtrail.script/1", "exchanges": [{"reply": {
            "status": 200, "json": {"id": 7}, "delay_ms": 12, "request_id": "req_1", "headers": [["X-A", "b"]],
        }}]})
    );
    assert_eq!(played.client, json!({"dialect": "novavms"}));
    assert_eq!(
        played.request,
        json!({"method": "GET", "path": "/cameras/{id}", "params": {"id": "7"}, "query": [["limit", "10"]]})
    );
    assert_eq!(ends(&played), ("ok", "succeeded"));
}

#[test]
fn an_id_is_made_unless_one_is_given() {
    for (row, id) in [
        (json!({}), json!("auto")),
        (json!({"request_id": null}), Value::Null),
        (json!({"request_id": "r"}), json!("r")),
    ] {
        let played = played(json!({"response": row}));
        assert_eq!(replies(&played)[0].get("request_id"), Some(&id));
    }
    let named = played(json!({"response": {"headers": [["x-REQUEST-id", "r"]]}}));
    assert_eq!(replies(&named)[0].get("request_id"), None);
}

#[test]
fn an_error_is_a_code_or_a_kind() {
    for (error, ending) in [
        (
            json!({"code": "rate_limited", "retry_after": 60}),
            ("api", "attempts_exhausted"),
        ),
        (
            json!({"code": "not_found", "message": "m", "kind": "api"}),
            ("api", "not_retryable"),
        ),
        (
            json!({"code": "webhook_delivery_failed"}),
            ("api", "not_retryable"),
        ),
        (json!({"status": 500}), ("api", "attempts_exhausted")),
        (
            json!({"status": 302, "headers": [["Location", "https://other.example/"]]}),
            ("redirect", "not_retryable"),
        ),
        (
            json!({"kind": "connect"}),
            ("connect", "attempts_exhausted"),
        ),
        (
            json!({"failure": "connect", "failure_code": "CERT_HAS_EXPIRED"}),
            ("connect", "not_retryable"),
        ),
        (
            json!({"kind": "timeout"}),
            ("timeout", "attempts_exhausted"),
        ),
        (
            json!({"kind": "transport"}),
            ("transport", "attempts_exhausted"),
        ),
        (json!({"kind": "too_large"}), ("too_large", "not_retryable")),
        (json!({"kind": "decode"}), ("decode", "not_retryable")),
        (json!({"kind": "redirect"}), ("redirect", "not_retryable")),
        (json!({"kind": "cancelled"}), ("cancelled", "cancelled")),
        (
            json!({"kind": "invalid_request"}),
            ("invalid_request", "not_retryable"),
        ),
        (json!({"kind": "config"}), ("config", "not_retryable")),
    ] {
        let played = played(json!({"error": error}));
        assert_eq!(ends(&played), ending, "{error}");
    }
}

#[test]
fn a_failure_is_the_fault_that_makes_it() {
    for (row, reply) in [
        (
            json!({"failure": "connect"}),
            json!({"fault": "connect_refused"}),
        ),
        (
            json!({"failure": "connect", "failure_code": "ENOTFOUND", "elapsed_ms": 3}),
            json!({"fault": "dns", "delay_ms": 3}),
        ),
        (
            json!({"failure": "connect", "failure_code": "ETIMEDOUT"}),
            json!({"fault": "connect_timeout"}),
        ),
        (
            json!({"failure": "connect", "failure_code": "CERT_HAS_EXPIRED"}),
            json!({"fault": "tls"}),
        ),
        (
            json!({"failure": "timeout", "elapsed_ms": 200}),
            json!({"fault": "stall"}),
        ),
        (
            json!({"failure": "transport", "failure_code": "ECONNRESET"}),
            json!({"fault": "reset"}),
        ),
        (
            json!({"failure": "transport", "failure_code": null}),
            json!({"fault": "close"}),
        ),
        (
            json!({"failure": "transport", "failure_code": null, "status": 200, "text": "abc"}),
            json!({"fault": "cut_body", "status": 200, "text": "abc", "request_id": "auto"}),
        ),
        (
            json!({"failure": "timeout", "status": 206, "request_id": null}),
            json!({"fault": "stall_body", "status": 206, "text": "cut short", "request_id": null}),
        ),
        (
            json!({"failure": "too_large"}),
            json!({"status": 200, "fill": {"byte": "x", "count": 1025}, "request_id": "auto"}),
        ),
        (
            json!({"failure": "decode", "status": 201, "headers": [["X-A", "b"]]}),
            json!({"status": 201, "text": "not compressed", "request_id": "auto",
                "headers": [["X-A", "b"], ["Content-Encoding", "gzip"]]}),
        ),
        (
            json!({"failure": "redirect"}),
            json!({"status": 307, "request_id": "auto", "headers": [["Location", "https://other.example/"]]}),
        ),
    ] {
        let played = played(of(json!([row])));
        assert_eq!(replies(&played), [reply], "{row}");
    }
    let large = played(of(json!([{"failure": "too_large"}])));
    assert_eq!(large.client["max_body_bytes"], 1024);
}

#[test]
fn as_many_attempts_are_allowed_as_there_are() {
    let down = json!({"code": "service_unavailable"});
    for count in [1, 3, 32] {
        let played = played(of(Value::Array(vec![down.clone(); count])));
        assert_eq!(ends(&played), ("api", "attempts_exhausted"));
        assert_eq!(played.client["max_attempts"], count);
    }
    let error = refused(of(Value::Array(vec![down; 33])));
    assert_eq!(error, "attempts[32]: max_attempts is 33; expected 1 to 32");
    // The usual maximum is enough, or not.
    let mut rows = vec![json!({"status": 503}); 3];
    rows.push(json!({"status": 200}));
    assert_eq!(
        played(of(rows.clone().into())).client.get("max_attempts"),
        None
    );
    rows.insert(0, json!({"status": 429}));
    let played = played(of(rows.into()));
    assert_eq!(played.client["max_attempts"], 5);
    assert_eq!(ends(&played), ("ok", "succeeded"));
}

#[test]
fn a_post_is_repeated_where_the_rules_say_so() {
    let post = |rows: Value, more: Value| {
        let mut description = json!({"method": "POST", "attempts": rows});
        for (key, value) in more.as_object().expect("an object") {
            description[key] = value.clone();
        }
        description
    };
    let ok = json!({"status": 200});
    for first in [json!({"status": 429}), json!({"failure": "connect"})] {
        played(post(json!([first, ok]), json!({})));
    }
    for first in [
        json!({"status": 503}),
        json!({"failure": "timeout"}),
        json!({"failure": "transport"}),
    ] {
        let rows = json!([first, ok]);
        for more in [json!({"idempotent": true}), json!({"idempotency_key": "k"})] {
            let played = played(post(rows.clone(), more.clone()));
            for (key, value) in more.as_object().expect("an object") {
                assert_eq!(&played.request[key], value);
            }
        }
        let error = refused(post(rows.clone(), json!({})));
        assert!(
            error.starts_with("attempts[1]: no attempt follows attempts[0]: a POST"),
            "{error}"
        );
        assert!(
            error.contains("`unsafe_to_retry`") && error.contains("`idempotent`"),
            "{error}"
        );
        let alone = played(post(json!([first]), json!({})));
        assert_eq!(alone.stopped, StopReason::UnsafeToRetry);
    }
    let unsafe_get = json!({"idempotent": false, "attempts": [{"status": 503}, ok]});
    assert!(refused(unsafe_get).contains("a GET"));
}

#[test]
fn nothing_follows_what_is_final() {
    for (first, rule) in [
        (json!({"status": 200}), "a 2xx ends the call (`succeeded`)"),
        (json!({"status": 404}), "404 is final (`not_retryable`)"),
        (json!({"status": 304}), "304 is final"),
        (
            json!({"code": "webhook_delivery_failed"}),
            "502 is final with this code",
        ),
        (
            json!({"code": "invalid_credentials"}),
            "401 is final with this code",
        ),
        (
            json!({"failure": "decode"}),
            "such a failure is final (`not_retryable`)",
        ),
        (json!({"failure": "redirect"}), "such a failure is final"),
        (
            json!({"failure": "cancelled"}),
            "was cancelled (`cancelled`)",
        ),
        (
            json!({"failure": "connect", "failure_code": "CERT_HAS_EXPIRED"}),
            "such a failure is final",
        ),
        (
            json!({"status": 503, "retry_after": 61}),
            "longer than `max_retry_after`, 60 s (`retry_after_too_long`)",
        ),
        (
            json!({"status": 503, "headers": [["Retry-After", "61"]]}),
            "`retry_after_too_long`",
        ),
    ] {
        let error = refused(of(json!([first, {"status": 200}])));
        assert!(
            error.starts_with("attempts[1]: no attempt follows attempts[0]: "),
            "{error}"
        );
        assert!(error.contains(rule), "{first}: {error}");
    }
}

#[test]
fn a_longer_wait_is_allowed_by_name() {
    let rows = json!([{"status": 503, "retry_after": 90}, {"status": 200}]);
    let played = played(json!({"max_retry_after": 120, "attempts": rows}));
    assert_eq!(played.client["max_retry_after_ms"], 120_000);
    // The call has time for it.
    assert!(
        played.client["timeout_ms"].as_u64() > Some(91_000),
        "{}",
        played.client
    );
    assert_eq!(played.client["attempt_timeout_ms"], 10_000);
}

#[test]
fn a_401_that_goes_on_had_its_token_refreshed() {
    let rows = json!([{"code": "invalid_token"}, {"status": 200}]);
    let once = played(of(rows));
    assert_eq!(
        once.client["tokens"],
        json!(["first-token", "second-token"])
    );
    let alone = played(of(json!([{"code": "invalid_token"}])));
    assert_eq!(alone.client.get("tokens"), None);
    assert_eq!(ends(&alone), ("api", "not_retryable"));
    let twice = played(of(
        json!([{"status": 503}, {"status": 401}, {"status": 401}]),
    ));
    assert_eq!(ends(&twice), ("api", "not_retryable"));
    assert_eq!(twice.client.get("max_attempts"), None);
    let error = refused(of(
        json!([{"status": 401}, {"status": 401}, {"status": 200}]),
    ));
    assert!(
        error.contains("attempts[2]") && error.contains("refreshed once"),
        "{error}"
    );
}

#[test]
fn redirects_follow_the_loops_own_rules() {
    let to = |status: u16, place: &str| json!({"status": status, "headers": [["Location", place]]});
    let ok = json!({"status": 200});
    played(of(json!([to(307, "/there"), ok])));
    played(json!({"method": "POST", "attempts": [to(303, "/there"), {"status": 503}, ok]}));
    let error =
        refused(json!({"method": "POST", "attempts": [to(307, "/there"), {"status": 503}, ok]}));
    assert!(
        error.starts_with("attempts[2]") && error.contains("a POST"),
        "{error}"
    );
    for first in [to(302, "https://other.example/"), json!({"status": 302})] {
        let error = refused(of(json!([first, ok])));
        assert!(error.contains("302 is final"), "{error}");
    }
    let error = refused(json!({"method": "POST", "attempts": [to(301, "/there"), ok]}));
    assert!(error.contains("301 is final"), "{error}");
    // One too many.
    let many = played(of(json!([to(307, "/a"), to(307, "/b"), to(307, "/c")])));
    assert_eq!(ends(&many), ("redirect", "not_retryable"));
    assert_eq!(many.client["max_redirects"], 2);
    let mut seven = vec![to(307, "/a"); 7];
    seven.push(ok.clone());
    assert_eq!(played(of(seven.into())).client["max_redirects"], 7);
    let error = refused(of(
        json!([{"failure": "redirect", "headers": [["Location", "/a"]]}]),
    ));
    assert!(error.contains("is followed"), "{error}");
    let mut late = to(307, "/a");
    late["retry_after"] = json!(61);
    assert_eq!(
        ends(&played(of(json!([late])))),
        ("redirect", "retry_after_too_long")
    );
}

#[test]
fn timeouts_of_a_call_are_alike() {
    let two = played(of(json!([
        {"failure": "timeout", "elapsed_ms": 200}, {"failure": "timeout"}, {"status": 200, "elapsed_ms": 199},
    ])));
    assert_eq!(two.client["attempt_timeout_ms"], 200);
    let error = refused(of(json!([
        {"failure": "timeout", "elapsed_ms": 200}, {"failure": "timeout", "elapsed_ms": 300},
    ])));
    assert!(
        error.starts_with("attempts[1].elapsed_ms: found 300"),
        "{error}"
    );
    let error = refused(of(json!([
        {"status": 503, "elapsed_ms": 200}, {"failure": "timeout", "elapsed_ms": 200},
    ])));
    assert!(
        error.starts_with("attempts[0].elapsed_ms: found 200; expected less than 200"),
        "{error}"
    );
    let error = refused(of(json!([{"failure": "timeout", "elapsed_ms": 0}])));
    assert!(error.contains("above 0"), "{error}");
    // What takes long has time.
    let long = played(of(json!([{"status": 200, "elapsed_ms": 70_000}])));
    assert_eq!(long.client["attempt_timeout_ms"], 71_000);
    assert_eq!(long.client["timeout_ms"], 71_000);
    let connects = played(of(
        json!([{"failure": "connect", "failure_code": "ETIMEDOUT", "elapsed_ms": 12_000}]),
    ));
    assert_eq!(connects.client["connect_timeout_ms"], 12_000);
    assert_eq!(connects.client["attempt_timeout_ms"], 13_000);
    let error = refused(of(json!([
        {"failure": "connect", "failure_code": "ETIMEDOUT", "elapsed_ms": 300}, {"failure": "timeout", "elapsed_ms": 300},
    ])));
    assert!(error.contains("the first to be shorter"), "{error}");
}

#[test]
fn a_call_stops_for_the_reason_that_is_named() {
    let stops = |rows: Value, why: &str| json!({"attempts": rows, "stopped": why});
    let down = json!({"status": 503});
    let budget = played(stops(json!([down, down, down]), "budget_exhausted"));
    assert_eq!(
        budget.client["retry_budget"],
        json!({"capacity": 2, "retry_cost": 1})
    );
    assert_eq!(budget.client.get("max_attempts"), None);
    let four = played(stops(json!([down, down, down, down]), "budget_exhausted"));
    assert_eq!(four.client["max_attempts"], 5);

    let waits = |seconds: f64| json!({"status": 503, "retry_after": seconds, "elapsed_ms": 10});
    let long = played(stops(
        json!([waits(1.0), waits(30.0)]),
        "retry_after_too_long",
    ));
    assert_eq!(long.client["max_retry_after_ms"], 29_999);
    let error = refused(stops(
        json!([waits(30.0), waits(30.0)]),
        "retry_after_too_long",
    ));
    assert!(
        error.starts_with("stopped: `retry_after_too_long`: an earlier"),
        "{error}"
    );

    let late = played(stops(json!([waits(30.0)]), "deadline"));
    assert_eq!(late.client["timeout_ms"], 11);
    assert_eq!(ends(&late), ("api", "deadline"));
    // 1 s, jitter of 0.2 s, and both attempts, or a longer backoff: what is left is known to within the draw.
    let later = played(stops(json!([waits(1.0), waits(30.0)]), "deadline"));
    assert_eq!(later.client["timeout_ms"], 1_221);
    let error = refused(stops(json!([waits(1.0), waits(0.1)]), "deadline"));
    assert!(error.contains("expected a longer one"), "{error}");

    let cancelled = played(stops(json!([down, waits(30.0)]), "cancelled"));
    assert_eq!(
        cancelled.request["cancel"],
        json!({"attempt": 2, "after_ms": 15_010})
    );
    assert_eq!(ends(&cancelled), ("cancelled", "cancelled"));
    for why in ["retry_after_too_long", "deadline", "cancelled"] {
        let error = refused(stops(json!([down]), why));
        assert!(error.contains("expected a `retry_after` in it"), "{error}");
    }
    for (rows, why) in [
        (json!([{"status": 404}]), "deadline"),
        (json!([{"status": 200}]), "cancelled"),
        (json!([down]), "not_retryable"),
        (json!([down]), "succeeded"),
        (json!([{"failure": "cancelled"}]), "deadline"),
    ] {
        let error = refused(stops(rows, why));
        assert!(error.starts_with(&format!("stopped: `{why}`: ")), "{error}");
    }
    assert!(refused(stops(json!([down]), "bored")).contains("attempts_exhausted"));
}

#[test]
fn the_calls_own_time_may_end_its_last_attempt() {
    let stops = |rows: Value| json!({"attempts": rows, "stopped": "deadline"});
    let one = played(stops(json!([{"failure": "timeout", "elapsed_ms": 300}])));
    assert_eq!(one.client["timeout_ms"], 300);
    assert_eq!(one.client["attempt_timeout_ms"], 10_000);
    assert_eq!(ends(&one), ("timeout", "deadline"));
    let usual = played(stops(json!([{"failure": "timeout"}])));
    assert_eq!(usual.client["timeout_ms"], 10_000);
    assert_eq!(usual.client["attempt_timeout_ms"], 11_000);
    // A wait of at most 0.5 s before it.
    let two = played(stops(
        json!([{"status": 503, "elapsed_ms": 20}, {"failure": "timeout"}]),
    ));
    assert_eq!(two.client["timeout_ms"], 10_520);
    assert_eq!(two.client["attempt_timeout_ms"], 11_500);
    let error = refused(stops(
        json!([{"status": 503}, {"failure": "timeout", "elapsed_ms": 5}]),
    ));
    assert!(
        error.starts_with("attempts[1].elapsed_ms: the waits before it are random"),
        "{error}"
    );
    let error = refused(stops(
        json!([{"failure": "timeout", "elapsed_ms": 200}, {"failure": "timeout"}]),
    ));
    assert!(error.contains("less than the 200 ms"), "{error}");
}

#[test]
fn a_cancel_says_in_which_attempt() {
    let played = played(of(
        json!([{"status": 503}, {"failure": "cancelled", "elapsed_ms": 12}]),
    ));
    assert_eq!(
        played.request["cancel"],
        json!({"attempt": 2, "after_ms": 12})
    );
    assert_eq!(replies(&played)[1], json!({"fault": "stall"}));
}

#[test]
fn beside_attempts_an_error_says_how_they_end() {
    let with = |rows: Value, error: Value| json!({"attempts": rows, "error": error});
    let rows = json!([{"failure": "timeout"}, {"code": "rate_limited"}]);
    played(with(
        rows.clone(),
        json!({"kind": "api", "code": "rate_limited"}),
    ));
    // Codes are compared as the dialect reads them.
    played(with(
        json!([{"code": "validation_error"}]),
        json!({"code": "validation_failed"}),
    ));
    let error = refused(with(rows.clone(), json!({"kind": "timeout"})));
    assert_eq!(
        error,
        "error.kind: the call ends as `api`, not as `timeout`"
    );
    let error = refused(with(rows.clone(), json!({"code": "not_found"})));
    assert!(
        error.contains("with the code `rate_limited`, not with `not_found`"),
        "{error}"
    );
    let error = refused(with(rows, json!({"status": 429})));
    assert!(error.starts_with("error.status: unknown key"), "{error}");
}

#[test]
fn a_description_is_read_strictly() {
    for (description, text) in [
        (
            json!({}),
            "expected one of `attempts`, `response` and `error`",
        ),
        (
            json!({"response": {}, "error": {"kind": "timeout"}}),
            "expected one of",
        ),
        (json!({"attempts": []}), "attempts: it is empty"),
        (
            json!({"schema": "reqtrail.by_hand/2", "response": {}}),
            "schema: expected \"reqtrail.by_hand/1\"",
        ),
        (json!({"reply": {}}), "reply: unknown key `reply`"),
        (json!({"attempts": [{}]}), "attempts[0]: it says neither"),
        (
            json!({"attempts": [{"json": {}}]}),
            "attempts[0]: it says neither",
        ),
        (
            json!({"attempts": [{"state": 200}]}),
            "attempts[0].state: unknown key",
        ),
        (
            json!({"attempts": [{"status": 100}]}),
            "attempts[0].status: 100",
        ),
        (
            json!({"attempts": [{"status": 404, "message": "m"}]}),
            "attempts[0].message: `message` needs `code`",
        ),
        (
            json!({"attempts": [{"code": "not_found", "json": {}}]}),
            "attempts[0].code: `code` and a body exclude each other",
        ),
        (
            json!({"attempts": [{"code": "brand_new"}]}),
            "attempts[0].status: it is missing",
        ),
        (
            json!({"attempts": [{"code": "not_found", "status": 200}]}),
            "attempts[0].status: 200",
        ),
        (
            json!({"attempts": [{"failure": "bored"}]}),
            "attempts[0].failure: expected one of connect",
        ),
        (
            json!({"attempts": [{"failure_code": "EPIPE"}]}),
            "attempts[0].failure_code: it needs `failure`",
        ),
        (
            json!({"attempts": [{"failure": "timeout", "failure_code": "EPIPE"}]}),
            "is made with no code",
        ),
        (
            json!({"attempts": [{"failure": "connect", "failure_code": "EPIPE"}]}),
            "is made with ECONNREFUSED",
        ),
        (
            json!({"attempts": [{"failure": "connect", "status": 200}]}),
            "attempts[0].status: without a connection",
        ),
        (
            json!({"attempts": [{"failure": "timeout", "status": 503}]}),
            "503 is the API's answer",
        ),
        (
            json!({"attempts": [{"failure": "timeout", "retry_after": 1}]}),
            "attempts[0].retry_after: it needs `status`",
        ),
        (
            json!({"attempts": [{"failure": "timeout", "request_id": "r"}]}),
            "attempts[0].request_id: it needs `status`",
        ),
        (
            json!({"attempts": [{"status": 503, "retry_after": -1}]}),
            "attempts[0].retry_after: expected seconds",
        ),
        (
            json!({"response": {"status": 404}}),
            "response: it is an error of the kind `api`",
        ),
        (
            json!({"error": {"status": 200}}),
            "error: its answer is a success",
        ),
        (
            json!({"error": {"kind": "timeout", "failure": "connect"}}),
            "error.kind: the call ends as `connect`",
        ),
        (
            json!({"error": {"kind": "internal"}}),
            "error.kind: no script",
        ),
        (json!({"error": {"kind": "api"}}), "error: it says neither"),
        (
            json!({"error": {"kind": "bored"}}),
            "error.kind: expected one of api",
        ),
        (
            json!({"error": {"kind": "config", "status": 404}}),
            "error: a call that is not made",
        ),
        (json!({"method": "G T", "response": {}}), "method: \"G T\""),
        (json!({"path": "/cameras/{id}", "response": {}}), "path: "),
        (json!({"path": "/../x", "response": {}}), "path: "),
        (json!({"params": {"id": []}, "response": {}}), "params.id: "),
        (
            json!({"dialect": "acme", "response": {}}),
            "dialect: `acme` is not built in",
        ),
        (
            json!({"dialect": {"title": "acme"}, "response": {}}),
            "dialect: ",
        ),
        (
            json!({"max_retry_after": -1, "response": {}}),
            "max_retry_after: ",
        ),
        (
            json!({"method": "HEAD", "error": {"code": "not_found"}}),
            "error: an answer to HEAD",
        ),
        (
            json!({"method": "HEAD", "error": {"kind": "decode"}}),
            "error: an answer to HEAD",
        ),
        (
            json!({"error": {"code": "not_found", "status": 304}}),
            "error.status: an answer with 304 has no body",
        ),
        (json!([]), "an object"),
    ] {
        let error = refused(description.clone());
        assert!(error.contains(text), "{description}: {error}");
    }
}

#[test]
fn each_dialect_judges_its_own_answers() {
    let acme = json!({
        "name": "acme", "error": {"code": "/code"},
        "codes": {"BUSY": {"category": "conflict", "retry": "if_safe"}, "GONE": {"category": "unavailable", "retry": "never"}},
    });
    let rows =
        json!([{"code": "BUSY"}, {"status": 409, "json": {"code": "BUSY"}}, {"code": "GONE"}]);
    let own = played(json!({"dialect": acme, "attempts": rows}));
    assert_eq!(ends(&own), ("api", "not_retryable"));
    assert_eq!(own.client["dialect"], acme);
    // Without a dialect a code has no status.
    let error = refused(json!({"dialect": null, "error": {"code": "BUSY"}}));
    assert!(error.starts_with("error.status: "), "{error}");
    let common = played(json!({"dialect": null, "error": {"code": "BUSY", "status": 409}}));
    assert_eq!(common.client["dialect"], Value::Null);
    #[cfg(feature = "openstack")]
    {
        let full = json!({"code": "overLimit", "retry_after": 0});
        let quota = played(json!({"dialect": "openstack", "error": full}));
        assert_eq!(ends(&quota), ("api", "not_retryable"));
    }
}

mod play;
