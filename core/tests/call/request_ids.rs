//! Where a request ID is found, and what is unusual about it.

use reqtrail::{Attempt, Failure};

use crate::support::*;

/// ID, source, notes and body ID of an attempt, as its JSON has them.
fn id_fields(attempt: &Attempt) -> (String, String, String, String) {
    let json = serde_json::to_value(attempt).expect("JSON");
    let text = |name: &str| match &json[name] {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(all) => {
            let words: Vec<&str> = all.iter().filter_map(|word| word.as_str()).collect();
            words.join(" ")
        }
        other => panic!("{name} is {other}"),
    };
    (
        text("request_id"),
        text("request_id_source"),
        text("request_id_notes"),
        text("body_request_id"),
    )
}

fn body(id: &str) -> String {
    serde_json::json!({"error": "not_found", "request_id": id}).to_string()
}

/// Header values, the body's ID, and what is noted about them.
type Row<'a> = (&'a [&'a [u8]], Option<&'a str>, [&'a str; 4]);

const HEADER: &str = "header:x-request-id";

#[tokio::test(start_paused = true)]
async fn the_request_id_of_an_error_comes_from_header_or_body() {
    let long = "x".repeat(300);
    let cut = "x".repeat(256);
    let rows: [Row<'_>; 14] = [
        (&[b"req_1"], None, ["req_1", HEADER, "", ""]),
        (&[b"req_1"], Some("req_1"), ["req_1", HEADER, "", ""]),
        (
            &[b"req_1"],
            Some("req_2"),
            ["req_1", HEADER, "body_mismatch", "req_2"],
        ),
        (&[b"req_1"], Some(""), ["req_1", HEADER, "", ""]),
        (&[], Some("req_2"), ["req_2", "body", "", ""]),
        (&[b""], Some("req_2"), ["req_2", "body", "", ""]),
        (&[], None, ["", "", "missing", ""]),
        (&[b""], Some(""), ["", "", "missing", ""]),
        (&[b"req_1", b"req_1"], None, ["req_1", HEADER, "", ""]),
        (
            &[b"req_1", b"req_2"],
            None,
            ["req_1", HEADER, "duplicate", ""],
        ),
        (&[b"", b"req_2"], None, ["req_2", HEADER, "", ""]),
        (
            &[b"a\xff\tb"],
            None,
            ["a\\xFF\\x09b", HEADER, "malformed", ""],
        ),
        (&[long.as_bytes()], None, [&cut, HEADER, "truncated", ""]),
        // An ID is opaque.
        (
            &[b"{not} an-ID, is it?"],
            None,
            ["{not} an-ID, is it?", HEADER, "", ""],
        ),
    ];
    for (values, named, wanted) in rows {
        let mut answer = values
            .iter()
            .fold(reply(404), |r, v| r.header("x-request-id", v));
        if let Some(id) = named {
            answer = answer.body(body(id));
        }
        let fixture = novavms([answer]);
        let outcome = fixture.client.get("/x").send().await;
        let attempt = &trail(&outcome).attempts()[0];
        let (id, source, notes, body_id) = id_fields(attempt);
        assert_eq!(
            [&*id, &*source, &*notes, &*body_id],
            wanted,
            "{values:?} {named:?}"
        );
        let error = error(outcome);
        assert_eq!(
            error
                .request_id()
                .map(ToString::to_string)
                .unwrap_or_default(),
            id
        );
        assert_eq!(
            error.to_string().contains("no request ID"),
            id.is_empty(),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_request_id_of_a_success_comes_from_its_header() {
    let fixture = novavms([
        reply(200).id("req_1").body(body("req_2")),
        reply(200).body(body("req_2")),
        reply(204),
    ]);
    let mut all = Vec::new();
    for _ in 0..3 {
        let response = fixture.client.get("/x").send().await.expect("a response");
        assert_eq!(response.request_id(), response.trail().request_id());
        all.push(id_fields(&response.trail().attempts()[0]));
    }
    let row = |texts: [&str; 4]| {
        let [a, b, c, d] = texts.map(str::to_owned);
        (a, b, c, d)
    };
    let missing = || row(["", "", "missing", ""]);
    assert_eq!(all, [row(["req_1", HEADER, "", ""]), missing(), missing()]);
}

#[tokio::test(start_paused = true)]
async fn attempts_that_fail_after_their_head_have_a_request_id() {
    let hop = reply(307).id("req_1").header("location", "/y");
    let cut = reply(200).id("req_2").body("half").cut();
    let stalled = reply(503).id("req_3").body("{").stalled();
    let fixture = novavms([
        hop,
        cut,
        stalled,
        fails(Failure::Broken).sent(),
        reply(200).id("req_5"),
    ]);
    let outcome = fixture.client.get("/x").send().await;
    let trail = trail(&outcome);
    assert_eq!(trail.request_ids(), ["req_1", "req_2", "req_3", "req_5"]);
    // What got no response has no ID, and none is missed.
    let (id, source, notes, _) = id_fields(&trail.attempts()[3]);
    assert_eq!([&*id, &*source, &*notes], ["", "", ""]);
}

#[tokio::test(start_paused = true)]
async fn a_dialect_may_have_several_headers() {
    let acme = r#"{"name": "acme", "request_id_headers": ["X-First", "X-Second"],
                   "error": {"request_id": "/meta/rid"}}"#;
    for (headers, wanted) in [
        (
            &[("x-second", "b"), ("x-first", "a")][..],
            ("a", "header:x-first", "duplicate"),
        ),
        (
            &[("x-second", "a"), ("x-first", "a")],
            ("a", "header:x-first", ""),
        ),
        (&[("x-second", "b")], ("b", "header:x-second", "")),
        (
            &[("x-second", "b"), ("x-first", "")],
            ("b", "header:x-second", ""),
        ),
        (&[("x-request-id", "c")], ("m", "body", "")),
    ] {
        let answer = headers.iter().fold(reply(404), |r, (n, v)| r.header(n, v));
        let fixture = with([answer.body(r#"{"meta":{"rid":"m"}}"#)], |b| {
            b.dialect(dialect(acme))
        });
        let outcome = fixture.client.get("/x").send().await;
        let (id, source, notes, _) = id_fields(&trail(&outcome).attempts()[0]);
        let notes = notes.replace("body_mismatch", "");
        assert_eq!((&*id, &*source, notes.trim()), wanted, "{headers:?}");
    }
}

/// A NovaVMS ID has the server's clock, and the report shows it.
#[tokio::test(start_paused = true)]
async fn the_report_shows_the_servers_clock() {
    let fixture = novavms([reply(404).id("req_01HK3Z9YF7W7E8PM5QKT9DYXWR")]);
    let error = error(fixture.client.get("/x").send().await);
    let report = error.trail().expect("a trail").report();
    // 2024-01-02T02:16:09.959Z
    assert!(report.contains("02:16:09.959"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_says_where_its_id_was_found() {
    let fixture = novavms([reply(404).id("req_1").body(body("req_2"))]);
    let error = error(fixture.client.get("/x").send().await);
    let attempt = error.trail().and_then(|t| t.last()).expect("an attempt");
    let source = attempt.request_id_source().map(ToString::to_string);
    assert_eq!(source.as_deref(), Some(HEADER));
    let other = attempt.body_request_id().map(|id| id.as_str());
    assert_eq!(other, Some("req_2"));
}
