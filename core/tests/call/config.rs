//! Clients that cannot be built: the error names the option, what was given, and what is accepted.

use std::time::Duration;

use reqtrail::{Client, ClientBuilder, CustomDialect, Dialect, ErrorKind};

use crate::support::*;

fn novavms_at(base: &str) -> ClientBuilder {
    Client::novavms(base)
}

/// Options, and what the error has to say about them.
type Row = (fn() -> ClientBuilder, &'static [&'static str]);

const TABLE: &[Row] = &[
    #[cfg(all(feature = "journal", unix))]
    (
        || novavms_at("https://api.example").journal(""),
        &["journal", "empty", "expected", "folder"],
    ),
    #[cfg(all(feature = "journal", unix))]
    (
        || novavms_at("https://api.example").journal_max_bytes(5),
        &["journal_max_bytes", "5", "expected", "1048576"],
    ),
    #[cfg(all(feature = "journal", unix))]
    (
        || novavms_at("https://api.example").journal_max_age(Duration::ZERO),
        &["journal_max_age", "0", "expected"],
    ),
    (|| novavms_at(""), &["base_url", "expected"]),
    (|| novavms_at("api.example"), &["base_url", "expected"]),
    (|| novavms_at("/api"), &["base_url", "expected"]),
    (
        || novavms_at("ftp://api.example"),
        &["base_url", "ftp", "http or https"],
    ),
    (
        || novavms_at("file:///etc"),
        &["base_url", "file", "http or https"],
    ),
    (|| novavms_at("https://"), &["base_url"]),
    (
        || novavms_at("https://me:pw@api.example"),
        &["base_url", "user info", "token"],
    ),
    (
        || novavms_at("https://me@api.example"),
        &["base_url", "user info"],
    ),
    (
        || novavms_at("https://api.example/?a=b"),
        &["base_url", "query", "expected"],
    ),
    (
        || novavms_at("https://api.example/#a"),
        &["base_url", "fragment", "expected"],
    ),
    (
        || novavms_at(BASE).max_attempts(0),
        &["max_attempts", "0", "1 to 32"],
    ),
    (
        || novavms_at(BASE).max_attempts(33),
        &["max_attempts", "33", "1 to 32"],
    ),
    (
        || novavms_at(BASE).timeout(Duration::ZERO),
        &["timeout", "0", "expected"],
    ),
    (
        || novavms_at(BASE).http2_ping_interval(Some(Duration::ZERO)),
        &["http2_ping_interval", "0", "expected"],
    ),
    (
        || novavms_at(BASE).http2_ping_timeout(Duration::ZERO),
        &["http2_ping_timeout", "0", "expected"],
    ),
    (
        || novavms_at(BASE).attempt_timeout(Duration::ZERO),
        &["attempt_timeout", "0", "expected"],
    ),
    (
        || novavms_at(BASE).connect_timeout(Duration::ZERO),
        &["connect_timeout", "0", "expected"],
    ),
    (
        || novavms_at(BASE).token(""),
        &["token", "empty", "expected"],
    ),
    (
        || novavms_at(BASE).token("a\r\nb"),
        &["token", "control character", "expected"],
    ),
    (
        || novavms_at(BASE).user_agent("a\nb"),
        &["user_agent", "expected"],
    ),
    (
        || novavms_at(BASE).default_header("X A", "v"),
        &["default_header", "`X`"],
    ),
    (
        || novavms_at(BASE).default_header("X-A", "a\nb"),
        &["default_header", "x-a"],
    ),
    (
        || novavms_at(BASE).default_header("Host", "h"),
        &["default_header", "host"],
    ),
];

#[tokio::test(start_paused = true)]
async fn a_wrong_option_is_named() {
    for (index, (options, said)) in TABLE.iter().enumerate() {
        let wire = ScriptedTransport::playing([]);
        let error = match options().build_with(wire.clone()) {
            Ok(_) => panic!("row {index} was accepted: {said:?}"),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::Config, "row {index}");
        assert!(error.trail().is_none() && error.api().is_none() && error.request_ids().is_empty());
        let shown = error.to_string();
        for part in *said {
            assert!(shown.contains(part), "row {index}: {part} in {shown}");
        }
        assert!(
            !shown.contains("pw") && !shown.contains(char::is_control),
            "{shown:?}"
        );
        assert_eq!(wire.count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn base_urls_are_joined_with_paths() {
    for (base, url) in [
        ("https://h", "https://h/a"),
        ("https://h/", "https://h/a"),
        ("https://h/api/v1", "https://h/api/v1/a"),
        ("https://h/api/v1/", "https://h/api/v1/a"),
        ("http://H:8080//", "http://h:8080/a"),
        ("https://h:443", "https://h/a"),
        ("http://[::1]:80/p", "http://[::1]/p/a"),
    ] {
        let wire = ScriptedTransport::playing([reply(200)]);
        let client = Client::builder(base)
            .build_with(wire.clone())
            .expect("a client");
        let response = client.get("/a").send().await.expect("a response");
        assert_eq!(wire.log()[0].url.as_str(), url, "{base}");
        assert_eq!(response.trail().attempts()[0].url(), url, "{base}");
        assert!(url.starts_with(response.trail().origin()), "{base}");
        assert_eq!(response.trail().path(), "/a");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dialect_decides_how_the_token_goes_out() {
    let acme = r#"{"name": "acme", "auth": {"header": "X-Api-Key"}}"#;
    let wire = ScriptedTransport::playing([reply(200)]);
    let builder = Client::builder(BASE).dialect(dialect(acme)).token("t0k3n");
    let client = builder.build_with(wire.clone()).expect("a client");
    let response = client.get("/a").send().await.expect("a response");
    assert_eq!(wire.headers("x-api-key"), ["t0k3n"]);
    assert_eq!(wire.headers("authorization"), [""]);
    assert!(wire.log()[0].headers["x-api-key"].is_sensitive());
    assert_eq!(response.trail().dialect(), "acme");
    // None at all where there is none.
    let wire = ScriptedTransport::playing([reply(200)]);
    let client = Client::builder(BASE)
        .build_with(wire.clone())
        .expect("a client");
    client.get("/a").send().await.expect("a response");
    assert_eq!(wire.headers("authorization"), [""]);
}

#[tokio::test(start_paused = true)]
async fn the_codes_of_a_custom_dialect_decide_category_and_retry() {
    let acme = r#"{
        "name": "acme",
        "error": {"code": "/e/code", "message": "/e/text"},
        "codes": {
            "AGAIN": {"category": "rate_limited", "retry": "always"},
            "MAYBE": {"category": "unavailable", "retry": "if_safe"},
            "NEVER": {"category": "quota", "retry": "never"},
            "17": {"retry": "always"}
        }
    }"#;
    let rows = [
        (400, "\"AGAIN\"", "POST", "succeeded", "rate_limited"),
        (400, "\"MAYBE\"", "GET", "succeeded", "unavailable"),
        (400, "\"MAYBE\"", "POST", "unsafe_to_retry", "unavailable"),
        (503, "\"NEVER\"", "GET", "not_retryable", "quota"),
        (429, "\"NEVER\"", "GET", "not_retryable", "quota"),
        (400, "17", "POST", "succeeded", "invalid"),
        // Custom codes match exactly; what is not listed is decided by its status.
        (400, "\"again\"", "GET", "not_retryable", "invalid"),
        (503, "\"NEWS\"", "GET", "succeeded", "unavailable"),
    ];
    for (status, code, method, why, category) in rows {
        let body = format!(r#"{{"e":{{"code":{code},"text":"why"}}}}"#);
        let fixture = with([reply(status).body(body), reply(200)], |b| {
            b.dialect(dialect(acme))
        });
        let outcome = fixture.client.request(method, "/x").send().await;
        let trail = trail(&outcome);
        assert_eq!(trail.stopped().as_str(), why, "{code} {method}");
        let first = &trail.attempts()[0];
        assert_eq!(
            first.category().map(|c| c.as_str()),
            Some(category),
            "{code}"
        );
        assert_eq!(first.error_code(), Some(code.trim_matches('"')));
    }
    assert!(Dialect::custom(CustomDialect::new("openstack")).is_err());
}
