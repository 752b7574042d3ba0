use reqtrail::testing::script::{Body, Coding, Times};
use serde_json::{Value, json};

use super::*;

fn full() -> Value {
    json!({
        "format": 1, "name": "full", "about": "all keys", "needs": ["tls"],
        "client": {
            "dialect": {"name": "acme", "request_id_headers": ["X-A"],
                "auth": {"header": "Authorization", "prefix": "Bearer "},
                "error": {"code": "/c", "message": "/m", "request_id": "/r"},
                "codes": {"X": {"category": "quota", "retry": "never"}},
                "correlation_header": null,
                "rate_limit_headers": {"limit": "a", "remaining": "b", "reset": "c", "reset_is": "delta"}},
            "token": "t", "tokens": ["a", "b"], "max_attempts": 4, "base_delay_ms": 20, "max_delay_ms": 80,
            "max_retry_after_ms": 60000, "attempt_timeout_ms": 2000, "call_timeout_ms": 10000,
            "connect_timeout_ms": 1000, "retry_budget": {"capacity": 500, "retry_cost": 5},
            "max_body_bytes": 1, "max_redirects": 5, "microversion": "2.90", "service": "volume",
            "options": {"http1_only": true}, "traceparent": true,
            "base_path": "/api/v1"},
        "server": {"tls": false, "listen_after_ms": 0, "exchanges": [{
            "match": {"method": "GET", "target": "/x"}, "times": "always",
            "want": {"method": "GET", "target": {"$re": "^/"}, "headers": {"a": null, "b": "c", "d": {"$any": true}},
                "json": {"a": {"$any": true}}},
            "reply": {"delay_ms": 0, "status": 200,
                "headers": [["A", "b"], ["Date", {"http_date": {"offset_s": -2, "form": "asctime"}}],
                    ["E", {"epoch_s": 30}], ["Location", {"redirect": "other-origin:/path"}]],
                "json": null, "encoding": ["gzip", "gzip"], "framing": "chunked", "body_delay_ms": 0,
                "informational": [{"status": 103, "headers": [["Link", "x"]]}],
                "fault": "drip", "after": "close"}}]},
        "calls": [{
            "request": {"method": "GET", "path": "/c/{id}", "params": {"id": "a/b"}, "query": [["limit", "10"]],
                "headers": [["X-A", "b"]], "json": {"$anything": 1}, "idempotent": true, "idempotency_key": "k",
                "if_none_match": "e", "options": {}, "timeout_ms": 500, "cancel_after_ms": 100, "attempt_timeout_ms": 500, "max_attempts": 1,
                "parse": "json", "repeat": 3, "concurrency": 2},
            "expect": {"ok": {"status": 200, "headers": {"$has": [["X-A", "b"]]}}, "trail": {"attempts": []},
                "elapsed_ms": {"$max": 900}, "display_contains": ["x"], "server_saw": 2,
                "connections": {"$max": 2}}}]
    })
}

#[test]
fn every_key_of_the_format_is_known() {
    let scenario = Scenario::from_value(&full()).expect("a scenario");
    assert_eq!(scenario.client.base_path, "/api/v1");
    assert!(!scenario.client.given.contains_key("base_path"));
    assert_eq!(scenario.client.tokens, ["t", "a", "b"]);
    let exchange = &scenario.exchanges[0];
    assert_eq!(exchange.times, Times::Always);
    assert_eq!(exchange.reply.body, Body::Json(b"null".to_vec()));
    assert_eq!(exchange.reply.codings, [Coding::Gzip, Coding::Gzip]);
    assert_eq!(scenario.calls[0].repeat, 3);
    assert!(scenario.calls[0].brings("x-a"));
}

#[test]
fn an_unknown_key_is_found_wherever_it_is() {
    let places = [
        "",
        "/client",
        "/client/dialect",
        "/client/dialect/auth",
        "/client/dialect/error",
        "/client/dialect/codes/X",
        "/client/dialect/rate_limit_headers",
        "/client/retry_budget",
        "/server",
        "/server/exchanges/0",
        "/server/exchanges/0/match",
        "/server/exchanges/0/want",
        "/server/exchanges/0/want/headers/d",
        "/server/exchanges/0/want/json/a",
        "/server/exchanges/0/reply",
        "/server/exchanges/0/reply/headers/1/1",
        "/server/exchanges/0/reply/headers/1/1/http_date",
        "/server/exchanges/0/reply/informational/0",
        "/calls/0",
        "/calls/0/request",
        "/calls/0/expect",
        "/calls/0/expect/ok/headers",
        "/calls/0/expect/elapsed_ms",
    ];
    for place in places {
        let mut value = full();
        let at = value.pointer_mut(place).expect(place);
        at.as_object_mut()
            .expect(place)
            .insert("surprise".to_owned(), json!(1));
        let error = Scenario::from_value(&value).expect_err(place).to_string();
        assert!(error.contains("`surprise`"), "{place}: {error}");
    }
}

#[test]
fn an_unknown_operator_is_found_wherever_operators_are_allowed() {
    for (place, key) in [
        ("/server/exchanges/0/want", "target"),
        ("/server/exchanges/0/want/headers", "a"),
        ("/server/exchanges/0/want/json", "a"),
        ("/calls/0/expect", "elapsed_ms"),
        ("/calls/0/expect", "server_saw"),
        ("/calls/0/expect/ok", "status"),
        ("/calls/0/expect/trail", "attempts"),
    ] {
        let mut value = full();
        value.pointer_mut(place).expect(place)[key] = json!({"$near": 1});
        let error = Scenario::from_value(&value).expect_err(place).to_string();
        assert!(
            error.contains("unknown operator `$near`") && error.contains(key),
            "{place}: {error}"
        );
    }
}

#[test]
fn values_outside_the_format_are_refused() {
    for (place, key, bad, part) in [
        ("", "format", json!(2), "expected 1, got 2"),
        ("", "calls", json!({}), "an array"),
        ("/server/exchanges/0", "times", json!("twice"), "always"),
        (
            "/server/exchanges/0/reply",
            "fault",
            json!("explode"),
            "unknown `explode`",
        ),
        (
            "/server/exchanges/0/reply",
            "framing",
            json!("frame"),
            "unknown `frame`",
        ),
        (
            "/server/exchanges/0/reply",
            "after",
            json!("stay"),
            "unknown `stay`",
        ),
        (
            "/server/exchanges/0/reply",
            "encoding",
            json!("lzma"),
            "gzip, br, zstd",
        ),
        (
            "/server/exchanges/0/reply",
            "status",
            json!(99),
            "not a status",
        ),
        (
            "/server/exchanges/0/reply",
            "text",
            json!("a"),
            "more than one body",
        ),
        (
            "/server/exchanges/0/reply",
            "raw_base64",
            json!("*"),
            "not base64",
        ),
        (
            "/server/exchanges/0/want",
            "text",
            json!("a"),
            "more than one body",
        ),
        (
            "/server/exchanges/0/want/headers",
            "a",
            json!({"$same": "ok.status"}),
            "$same",
        ),
        ("/calls/0/request", "parse", json!("xml"), "unknown `xml`"),
        ("/calls/0/request", "params", json!({"id": 7}), "a string"),
        (
            "/calls/0/expect",
            "error",
            json!({}),
            "both `ok` and `error`",
        ),
    ] {
        let mut value = full();
        value.pointer_mut(place).expect(place)[key] = bad;
        let error = Scenario::from_value(&value).expect_err(key).to_string();
        assert!(error.contains(part), "{place}/{key}: {error}");
    }
}

#[test]
fn everything_optional_may_be_absent() {
    let value = json!({"format": 1, "name": "bare", "calls": [{"request": {}}]});
    let scenario = Scenario::from_value(&value).expect("a scenario");
    assert!(scenario.client.traceparent);
    assert_eq!(scenario.client.dialect, Dialect::Default);
    assert_eq!(scenario.calls[0].repeat, 1);
}
