//! Redirects: each hop an attempt, never to another origin.

use http::Method;
use reqtrail::{Cause, Failure, StopReason};

use crate::support::*;

fn to(status: u16, location: &str) -> Exchange {
    reply(status).header("location", location)
}

fn urls(wire: &ScriptedTransport) -> Vec<String> {
    wire.log().iter().map(|sent| sent.url.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_hop_is_an_attempt() {
    let fixture = novavms([
        to(302, "/api/v1/b").id("req_1"),
        to(307, "c?page=2").id("req_2"),
        to(308, "https://api.example/d").id("req_3"),
        reply(200).id("req_4"),
    ]);
    let outcome = fixture.client.get("/a").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let trail = trail(&outcome);
    assert_told(&fixture.wire, trail);
    assert_eq!(statuses(trail), [302, 307, 308, 200]);
    let wanted = [
        Cause::Initial,
        Cause::Redirect,
        Cause::Redirect,
        Cause::Redirect,
    ];
    assert_eq!(causes(trail), wanted);
    assert!(
        trail
            .attempts()
            .iter()
            .all(|a| a.wait().is_none() && a.failure().is_none())
    );
    assert_eq!(trail.request_ids(), ["req_1", "req_2", "req_3", "req_4"]);
    let wanted = ["/api/v1/a", "/api/v1/b", "/api/v1/c?page=2", "/d"];
    let wanted = wanted.map(|path| format!("https://api.example{path}"));
    assert_eq!(urls(&fixture.wire), wanted);
    let shown: Vec<&str> = trail.attempts().iter().map(|a| a.url()).collect();
    assert_eq!(shown, wanted);
    // The same origin gets the same credential.
    let bearer = format!("Bearer {TOKEN}");
    assert!(
        fixture
            .wire
            .headers("authorization")
            .iter()
            .all(|h| *h == bearer)
    );
    assert_eq!(fixture.wire.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_keeps_or_drops_method_and_body_by_its_status() {
    // Status, method asked for, method and body of the hop; none where it is refused.
    type Row = (u16, &'static str, Option<(&'static str, bool)>);
    let rows: [Row; 17] = [
        (301, "GET", Some(("GET", true))),
        (302, "HEAD", Some(("HEAD", true))),
        (301, "POST", None),
        (302, "POST", None),
        (301, "PUT", None),
        (302, "DELETE", None),
        (301, "OPTIONS", None),
        (303, "POST", Some(("GET", false))),
        (303, "PUT", Some(("GET", false))),
        (303, "DELETE", Some(("GET", false))),
        (303, "GET", Some(("GET", false))),
        (303, "HEAD", Some(("HEAD", false))),
        (307, "POST", Some(("POST", true))),
        (308, "PATCH", Some(("PATCH", true))),
        (307, "DELETE", Some(("DELETE", true))),
        (308, "GET", Some(("GET", true))),
        (307, "HEAD", Some(("HEAD", true))),
    ];
    for (status, method, wanted) in rows {
        let fixture = novavms([to(status, "/b"), reply(200)]);
        let request = fixture.client.request(method, "/a");
        let outcome = request.header("X-Mine", "1").json(&[1]).send().await;
        let Some((next, body)) = wanted else {
            assert_eq!(
                end(&outcome),
                ("redirect", StopReason::NotRetryable),
                "{status} {method}"
            );
            assert_eq!(fixture.wire.count(), 1);
            continue;
        };
        let sent = &fixture.wire.log()[1];
        assert_eq!(sent.method.as_str(), next, "{status} {method}");
        assert_eq!(sent.body.is_empty(), !body, "{status} {method}");
        assert_eq!(
            sent.header("content-type").is_some(),
            body,
            "{status} {method}"
        );
        assert_eq!(sent.header("x-mine"), Some("1"));
        assert_eq!(trail(&outcome).attempts()[1].method().as_str(), next);
        assert_eq!(
            trail(&outcome).method().as_str(),
            method,
            "what was asked for"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_is_not_followed() {
    for location in [
        "https://other.example/x",
        "https://api.example:8443/x",
        "http://api.example/x",
        "//other.example/x",
        "https://api.example.evil.example/",
        "https://api.example@evil.example/",
        "ftp://api.example/x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "javascript:alert(1)",
    ] {
        for (status, method) in [(301, "GET"), (303, "POST"), (307, "POST"), (308, "DELETE")] {
            let fixture = novavms([to(status, location).id("req_1")]);
            let outcome = fixture.client.request(method, "/a").send().await;
            assert_eq!(
                end(&outcome),
                ("redirect", StopReason::NotRetryable),
                "{location}"
            );
            assert_told(&fixture.wire, trail(&outcome));
            assert_eq!(fixture.wire.count(), 1, "{location}");
            let error = error(outcome);
            assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
            assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_1"));
            assert!(error.api().is_none());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_without_a_usable_location_is_returned() {
    let rows: [fn() -> Exchange; 8] = [
        || reply(302),
        || to(302, ""),
        || to(302, "https://["),
        || reply(302).header("location", b"/\xff"),
        || to(300, "/b"),
        || to(304, "/b"),
        || to(305, "/b"),
        || to(306, "/b"),
    ];
    for exchange in rows {
        let fixture = novavms([exchange().body(r#"{"error":"moved"}"#)]);
        let outcome = fixture.client.get("/a").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
        assert_eq!(error(outcome).code(), Some("moved"));
    }
    // A Location on another status means nothing here.
    let fixture = novavms([to(201, "/b")]);
    assert!(fixture.client.post("/a").send().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn max_redirects_limits_the_hops() {
    for (limit, hops) in [(None, 5), (Some(0), 0), (Some(1), 1), (Some(9), 9)] {
        let wire = ScriptedTransport::answering(|number, _| to(307, &format!("/{number}")));
        let fixture = built(wire, |b| match limit {
            Some(limit) => b.max_redirects(limit).max_attempts(1),
            None => b.max_attempts(1),
        });
        let outcome = fixture.client.get("/a").send().await;
        assert_eq!(
            end(&outcome),
            ("redirect", StopReason::NotRetryable),
            "{limit:?}"
        );
        assert_eq!(fixture.wire.count(), hops + 1, "{limit:?}");
        assert_told(&fixture.wire, trail(&outcome));
        let shown = error(outcome).to_string();
        let wanted = format!("more than {hops} redirects; max_redirects is the limit");
        assert!(shown.contains(&wanted), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn max_redirects_and_max_attempts_count_separately() {
    let hop = || to(307, "/b");
    let fixture = novavms([
        hop(),
        reply(503),
        hop(),
        reply(503),
        hop(),
        reply(503),
        hop(),
        hop(),
        reply(200),
    ]);
    let outcome = fixture.client.get("/a").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    // One call has one allowance of hops, however often it is retried.
    let fixture = novavms([
        hop(),
        hop(),
        reply(503),
        hop(),
        hop(),
        reply(503),
        hop(),
        hop(),
    ]);
    let outcome = fixture.client.get("/a").send().await;
    assert_eq!(end(&outcome), ("redirect", StopReason::NotRetryable));
}

#[tokio::test(start_paused = true)]
async fn a_retry_repeats_the_hop_that_failed() {
    let fixture = novavms([
        to(303, "/b"),
        fails(Failure::Broken).sent(),
        to(307, "/c"),
        reply(503),
        reply(200),
    ]);
    let outcome = fixture.client.post("/a").json(&[1]).send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let log = fixture.wire.log();
    let lines: Vec<String> = log
        .iter()
        .map(|s| format!("{} {}", s.method, s.url.path()))
        .collect();
    assert_eq!(
        lines,
        ["POST /api/v1/a", "GET /b", "GET /b", "GET /c", "GET /c"]
    );
    let wanted = [
        Cause::Initial,
        Cause::Redirect,
        Cause::Retry,
        Cause::Redirect,
        Cause::Retry,
    ];
    assert_eq!(causes(trail(&outcome)), wanted);
    assert!(log[1..].iter().all(|sent| sent.body.is_empty()));
}

/// The attempt's own method decides about safety, unless the caller set it.
#[tokio::test(start_paused = true)]
async fn a_retry_is_safe_by_the_method_of_its_hop() {
    for (status, mark, wanted) in [
        (303, None, StopReason::Succeeded),
        (307, None, StopReason::UnsafeToRetry),
        (303, Some(false), StopReason::UnsafeToRetry),
        (307, Some(true), StopReason::Succeeded),
    ] {
        let fixture = novavms([to(status, "/b"), reply(503), reply(200)]);
        let mut request = fixture.client.post("/a");
        if let Some(mark) = mark {
            request = request.idempotent(mark);
        }
        let outcome = request.send().await;
        assert_eq!(trail(&outcome).stopped(), wanted, "{status} {mark:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn user_info_and_fragment_of_a_location_are_dropped() {
    let fixture = novavms([to(302, "https://me:pw@api.example/b#frag"), reply(200)]);
    let outcome = fixture.client.get("/a").send().await;
    assert_eq!(urls(&fixture.wire)[1], "https://api.example/b");
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(fixture.wire.headers("authorization")[1], bearer);
    assert!(!trail(&outcome).to_json().contains("pw"));
}

/// The body of a redirect is not read, and does not hold up the call.
#[tokio::test(start_paused = true)]
async fn the_body_of_a_followed_redirect_is_not_waited_for() {
    let fixture = novavms([to(302, "/b").body("moved").stalled(), reply(200)]);
    let outcome = fixture.client.get("/a").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(fixture.wire.elapsed(), secs(0));
    assert_eq!(fixture.wire.log()[1].method, Method::GET);
    assert_eq!(fixture.wire.open(), 0);
}
