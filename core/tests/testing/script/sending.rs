//! How a request is held against an exchange, and what of a reply is made when it is sent.

use std::time::{Duration, SystemTime};

use reqtrail::testing::script::{Difference, Moment, RequestView};
use serde_json::json;

use super::{exchange, reply};

#[test]
fn a_request_is_matched_with_an_exchange() {
    let exchange = exchange(json!({
        "match": {"method": "POST", "path": "/cameras/{id}"},
        "want": {"headers": {"X-A": "1, 2", "x-b": null}, "json": {"name": {"$re": "^Lob"}}}
    }));
    let request = RequestView {
        method: "GET",
        target: "/api/cameras?x=1",
        headers: &[("x-a", b"1"), ("X-A", b"2"), ("x-b", b"\xff")],
        body: b"{\"name\": \"Hall\", \"more\": 1}",
    };
    let shown = |differences: Vec<Difference>| {
        let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
        shown
    };
    assert!(!exchange.fits(&request, "/api"));
    assert_eq!(
        shown(exchange.differences(&request, "/api")),
        [
            "match.method: expected \"POST\", got \"GET\"",
            "match.path: expected \"/cameras/{id}\", got \"/api/cameras?x=1\"",
        ]
    );
    assert_eq!(
        shown(exchange.want.differences(&request)),
        [
            "want.headers.x-b: expected null, got \"ÿ\"",
            "want.json.name: expected a string that matches /^Lob/, got \"Hall\"",
            "want.json.more: expected nothing, got 1",
        ]
    );
    let right = RequestView {
        method: "POST",
        target: "/api/cameras/7?x=1",
        headers: &[("x-a", b"1, 2")],
        body: b"{\"name\": \"Lobby\"}",
    };
    assert!(exchange.fits(&right, "/api"));
    assert!(!exchange.fits(&right, ""));
    assert!(exchange.want.differences(&right).is_empty());
    let unreadable = RequestView {
        body: b"\xff",
        ..right
    };
    let differences = exchange.want.differences(&unreadable);
    assert_eq!(
        (&*differences[0].path, &*differences[0].expected),
        ("want.json", "JSON")
    );
    assert!(differences[0].got.starts_with("a body that is not JSON"));
}

#[test]
fn headers_are_rendered_when_they_are_sent() {
    let reply = reply(json!({
        "headers": [["Date", {"http_date": {"offset_s": 60, "form": "imf"}}], ["A", {"epoch_s": -1}],
            ["B", {"redirect": "/b?c"}], ["C", {"redirect": "other-origin:/d"}],
            ["D", {"http_date": {"offset_s": i64::MAX}}]],
        "json": {"a": 1}, "encoding": ["gzip", "br"], "after": "close"
    }));
    let at = Moment {
        now: SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_999),
        origin: "https://api.example",
        other_origin: "https://other.example",
    };
    let head: Vec<String> = (reply.head(12, &at).into_iter())
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(&value)))
        .collect();
    assert_eq!(
        head,
        [
            "Date: Thu, 01 Jan 2026 00:01:00 GMT",
            "A: 1767225599",
            "B: https://api.example/b?c",
            "C: https://other.example/d",
            "D: Fri, 31 Dec 9999 23:59:59 GMT",
            "Content-Type: application/json",
            "Content-Encoding: gzip, br",
            "Content-Length: 12",
            "Connection: close",
        ]
    );
    assert_eq!(&*reply.plain_body(), b"{\"a\":1}");
}

#[test]
fn some_statuses_have_no_body() {
    let at = Moment {
        now: SystemTime::UNIX_EPOCH,
        origin: "",
        other_origin: "",
    };
    let empty = reply(json!({"status": 204, "json": 1}));
    assert!(empty.head(1, &at).is_empty());
    assert!(!empty.sends_body("GET"));
    let head = reply(json!({"text": "abc"}));
    assert!(head.sends_body("GET") && !head.sends_body("HEAD"));
    assert_eq!(
        head.head(3, &at),
        [("Content-Length".to_owned(), b"3".to_vec())]
    );
    let by_hand = reply(json!({"text": "abc", "headers": [["content-length", "9"]]}));
    assert_eq!(by_hand.head(3, &at).len(), 1);
}
