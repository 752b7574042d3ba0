//! Input that cannot be sent: the request is refused before anything happens, and the mistake is named.

use std::time::Duration;

use reqtrail::{Client, ErrorKind, RequestBuilder, Secret, StopReason};

use crate::support::*;

type Request = RequestBuilder<Client>;
type Make = fn(&Client) -> Request;

/// A request, and what the error has to name.
const TABLE: &[(Make, &str)] = &[
    (|c| c.get("/x").header("X-A", "a\r\nX-Evil: 1"), "x-a"),
    (|c| c.get("/x").header("X-A", "a\nb"), "x-a"),
    (|c| c.get("/x").header("X-A", "a\rb"), "x-a"),
    (|c| c.get("/x").header("X-A", "a\0b"), "x-a"),
    (|c| c.get("/x").header("X A", "v"), "`X`"),
    (|c| c.get("/x").header("", "v"), "header name"),
    (|c| c.get("/x").header("X-A: b\r\nY", "v"), "header name"),
    (|c| c.get("/x").header("Host", "evil"), "host"),
    (
        |c| c.get("/x").header("Content-Length", "5"),
        "content-length",
    ),
    (
        |c| c.get("/x").header("Transfer-Encoding", "chunked"),
        "transfer-encoding",
    ),
    (|c| c.get("/x").header("Connection", "close"), "connection"),
    (
        |c| (0..40_000).fold(c.get("/x"), |r, n| r.header(format!("x-{n}"), "v")),
        "40000 header fields are given; expected at most 8192",
    ),
    (
        |c| (0..40_000).fold(c.get("/x"), |r, _| r.header("x-a", "v")),
        "40000 header fields",
    ),
    (|c| c.get("/x").idempotency_key("a\nb"), "idempotency-key"),
    (|c| c.get("/x").idempotency_key(""), "idempotency_key"),
    (|c| c.get("https://evil.example/x"), "path"),
    (|c| c.get("HTTPS://evil.example/x"), "path"),
    (|c| c.get("//evil.example/x"), "path"),
    (|c| c.get("///x"), "path"),
    (|c| c.get("x"), "path"),
    (|c| c.get(""), "path"),
    (
        |c| c.get(format!("/{}", "x".repeat(65_600))),
        "expected 65534 at most",
    ),
    (
        |c| c.get("/x").query("a", "é".repeat(20_000)),
        "the URL has 1200",
    ),
    (
        |c| c.request_link("GET", format!("/{}", "x".repeat(65_600))),
        "expected 65534 at most",
    ),
    (|c| c.get("/a\\b"), "\\"),
    (|c| c.get("/a%5Cb"), "backslash"),
    (|c| c.get("/a%5cb"), "backslash"),
    (|c| c.get("/a/../b"), "dot segment"),
    (|c| c.get("/a/./b"), "dot segment"),
    (|c| c.get("/.."), "dot segment"),
    (|c| c.get("/a/%2e%2E/b"), "dot segment"),
    (|c| c.get("/a/%2e/b"), "dot segment"),
    (|c| c.get("/a/.%2e"), "dot segment"),
    (|c| c.get("/a/..%2fb"), "dot segment"),
    (|c| c.get("/a?b=c"), "`?`"),
    (|c| c.get("/a#b"), "`#`"),
    (|c| c.get("/a\r\nb"), "control character"),
    (|c| c.get("/a\0"), "control character"),
    (|c| c.get("/a%zz"), "%"),
    (|c| c.get("/{id}"), "id"),
    (|c| c.get("/{id}/{other}").param("id", 1), "other"),
    (|c| c.get("/{id"), "brace"),
    (|c| c.get("/id}"), "brace"),
    (|c| c.get("/{}"), "brace"),
    (|c| c.get("/x").param("id", 1), "id"),
    (|c| c.get("/{id}").param("id", ""), "id"),
    (|c| c.get("/{id}").param("id", "."), "id"),
    (|c| c.get("/{id}").param("id", ".."), "id"),
    (|c| c.get("/{id}").secret_param("id", ".."), "id"),
    (|c| c.request("", "/x"), "method"),
    (|c| c.request("G ET", "/x"), "method"),
    (|c| c.request("GET\r\n", "/x"), "method"),
    (|c| c.request("CONNECT", "/x"), "CONNECT"),
    (|c| c.get("/x").max_attempts(0), "max_attempts"),
    (|c| c.get("/x").max_attempts(33), "max_attempts"),
    (|c| c.get("/x").timeout(Duration::ZERO), "timeout"),
    (
        |c| c.get("/x").attempt_timeout(Duration::ZERO),
        "attempt_timeout",
    ),
    (
        |c| c.get("/x").connect_timeout(Duration::ZERO),
        "connect_timeout",
    ),
    (
        |c| {
            c.post("/x")
                .json(&std::collections::HashMap::from([((1, 2), 3)]))
        },
        "JSON",
    ),
    (|c| c.request_link("GET", "x"), "link"),
    (
        |c| c.request_link("GET", "https://evil.example/x"),
        "https://evil.example",
    ),
    (
        |c| c.request_link("GET", "http://api.example/x"),
        "http://api.example",
    ),
    (
        |c| c.request_link("GET", "https://api.example:8443/x"),
        "8443",
    ),
    (
        |c| c.request_link("GET", "https://me:pw@api.example/x"),
        "user info",
    ),
    (
        |c| c.request_link("GET", "https://api.example/x").query("a", 1),
        "link",
    ),
    (
        |c| c.request_link("GET", "https://api.example/x").param("a", 1),
        "link",
    ),
];

fn unasked() -> Secret {
    panic!("the refresher is not asked")
}

#[tokio::test(start_paused = true)]
async fn invalid_requests_are_refused_before_they_are_sent() {
    for (index, (make, named)) in TABLE.iter().enumerate() {
        let refresher = || async { Ok(unasked()) };
        let fixture = with([], |b| b.token_refresher(refresher));
        let outcome = make(&fixture.client).send().await;
        let context = format!("row {index}, {named}");
        assert_eq!(
            end(&outcome),
            ("invalid_request", StopReason::NotRetryable),
            "{context}"
        );
        assert_eq!(fixture.wire.count(), 0, "{context}");
        assert_eq!(fixture.seen.words(), ["ended invalid_request"], "{context}");
        assert_eq!(fixture.seen.trail().to_json(), trail(&outcome).to_json());
        let error = error(outcome);
        let trail = error.trail().expect("a trail");
        assert_eq!(trail.attempts().len(), 0, "{context}");
        assert_eq!(trail.dialect(), "novavms");
        assert!(!error.may_have_been_sent());
        assert!((error.status(), error.code(), error.request_id()) == (None, None, None));
        let shown = error.to_string();
        assert!(shown.contains(named), "{context}: {shown}");
        for hidden in ["X-Evil", "pw@", "me:"] {
            assert!(!shown.contains(hidden), "{context}: {shown}");
        }
        assert!(!shown.contains(char::is_control), "{context}: {shown:?}");
        assert!(
            trail
                .report()
                .lines()
                .all(|line| line.chars().count() <= 100)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_may_have_as_many_headers_as_the_limit() {
    let fixture = with([reply(200)], |b| {
        (0..8192).fold(b, |b, n| b.default_header(format!("x-default-{n}"), "v"))
    });
    let request = fixture.client.get("/x");
    let request = (0..8192).fold(request, |r, n| r.header(format!("x-{n}"), "v"));
    request.send().await.expect("a response");
    let sent = &fixture.wire.log()[0].headers;
    assert!(sent.len() > 2 * 8192, "{} fields", sent.len());
    assert!(sent.contains_key("traceparent"));
    let builder = Client::novavms(BASE);
    let error = (0..8193)
        .fold(builder, |b, n| b.default_header(format!("x-{n}"), "v"))
        .build()
        .expect_err("too many");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.to_string().contains("default_header: 8193"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn unusual_but_valid_requests_are_sent() {
    let rows: [(Make, &str, &str); 14] = [
        (|c| c.get("/"), "GET", "/"),
        (|c| c.get("/x/"), "GET", "/x/"),
        (|c| c.get("/..."), "GET", "/..."),
        (|c| c.get("/a..b/.c"), "GET", "/a..b/.c"),
        (|c| c.get("/a:b@c"), "GET", "/a:b@c"),
        (|c| c.get("/a b/ä"), "GET", "/a%20b/%C3%A4"),
        (|c| c.get("/a%20b"), "GET", "/a%20b"),
        (
            |c| c.get("/{id}").param("id", "a/b?c#d%e"),
            "GET",
            "/a%2Fb%3Fc%23d%25e",
        ),
        (|c| c.get("/{id}").param("id", "..."), "GET", "/..."),
        (|c| c.get("/{id}").param("id", "\\"), "GET", "/%5C"),
        (|c| c.get("/{a}-{a}").param("a", 1), "GET", "/1-1"),
        (|c| c.request("get", "/x"), "GET", "/x"),
        (|c| c.request("PURGE", "/x"), "PURGE", "/x"),
        (
            |c| c.get("/x").query("a b", "c d&e=f+").query("a b", ""),
            "GET",
            "/x?a%20b=c%20d%26e%3Df%2B&a%20b=",
        ),
    ];
    for (make, method, path) in rows {
        let fixture = novavms([reply(200)]);
        make(&fixture.client).send().await.expect("a response");
        let sent = &fixture.wire.log()[0];
        assert_eq!(sent.method.as_str(), method);
        assert_eq!(sent.url.as_str(), format!("{BASE}{path}"));
    }
    // A parameter cannot leave the API's prefix, not even in escaped form.
    let fixture = novavms([reply(200)]);
    let outcome = fixture
        .client
        .get("/{id}")
        .param("id", "../../admin")
        .send()
        .await;
    match outcome {
        Ok(_) => assert!(
            fixture.wire.log()[0]
                .url
                .path()
                .starts_with("/api/v1/..%2F")
        ),
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidRequest),
    }
    let fixture = novavms([reply(200)]);
    let link = "https://api.example/other/prefix?cursor=abc#frag";
    let outcome = fixture.client.request_link("GET", link).send().await;
    assert_eq!(end(&outcome).0, "ok");
    let url = fixture.wire.log()[0].url.to_string();
    assert_eq!(url, "https://api.example/other/prefix?cursor=abc");
}

/// A caller's header replaces a default one, in any spelling.
#[tokio::test(start_paused = true)]
async fn headers_of_a_request_outrank_those_of_its_client() {
    let fixture = with([reply(200), reply(200)], |b| {
        b.default_header("X-Team", "a")
            .default_header("x-team", "b")
            .user_agent("my-app/1.2")
    });
    fixture.client.get("/x").send().await.expect("a response");
    let request = fixture.client.get("/x").header("X-TEAM", "c");
    request
        .header("user-agent", "mine")
        .send()
        .await
        .expect("a response");
    let log = fixture.wire.log();
    let teams: Vec<Vec<_>> = log
        .iter()
        .map(|s| s.headers.get_all("x-team").iter().collect())
        .collect();
    assert_eq!(teams, [vec!["a", "b"], vec!["c"]]);
    assert!(
        log[0]
            .header("user-agent")
            .is_some_and(|a| a.ends_with(" my-app/1.2"))
    );
    assert_eq!(log[1].header("user-agent"), Some("mine"));
}

/// The clock comes through the transport, also for a call that sends nothing.
#[tokio::test(start_paused = true)]
async fn a_refused_call_has_the_transports_time() {
    use reqtrail::Transport as _;
    let fixture = novavms([]);
    let refused = fixture.client.get("no path").send().await;
    let cancelled = reqtrail::CancelToken::new();
    cancelled.cancel();
    let request = fixture.client.get("/x").cancel_token(&cancelled);
    let now = fixture.wire.wall_clock();
    assert_eq!(trail(&request.send().await).started_at(), now);
    assert_eq!(trail(&refused).started_at(), now);
}
