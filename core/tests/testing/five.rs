//! What programs test most.

use std::time::Duration;

use reqtrail::testing::{Mock, error_reply, failure, reply};
use reqtrail::{Client, CustomDialect, Dialect, ErrorKind, Secret, StopReason, TrailNote};
use serde_json::json;

#[tokio::test]
async fn a_mock_answers_a_call() {
    let mock = Mock::new();
    mock.get("/cameras/{id}")
        .replies(reply(200).json(&json!({"id": 7})));
    let client = mock.client().build().expect("a client");
    let response = client
        .get("/cameras/{id}")
        .param("id", 7)
        .await
        .expect("a response");
    assert_eq!(
        response.json::<serde_json::Value>().expect("JSON"),
        json!({"id": 7})
    );
    assert!(
        response
            .request_id()
            .expect("an ID")
            .as_str()
            .starts_with("req_01")
    );
    assert_eq!(response.trail().notes(), [TrailNote::Scripted]);
    assert_eq!(mock.requests()[0].path(), "/cameras/7");
}

#[tokio::test]
async fn a_mock_answers_with_a_rate_limit_then_a_success() {
    let mock = Mock::new();
    mock.get("/cameras")
        .replies(error_reply("rate_limited").retry_after(60))
        .then(reply(200));
    let client = mock.client().build().expect("a client");
    let began = std::time::Instant::now();
    let error = client
        .get("/cameras")
        .await
        .expect_err("max_retry_after is 60 s, and the call has 60 s");
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(began.elapsed() < Duration::from_secs(5));
    let response = client.get("/cameras").await.expect("a response");
    assert_eq!(response.status(), 200);
}

#[test]
fn blocking_calls_move_the_time_themselves() {
    let mock = Mock::new();
    mock.get("/cameras")
        .replies(error_reply("rate_limited").retry_after(50))
        .then(reply(200));
    let client = mock.client().build_blocking().expect("a client");
    let response = client.get("/cameras").send().expect("a response");
    assert_eq!(response.trail().attempts().len(), 2);
    assert!(mock.elapsed() >= Duration::from_secs(50));
    assert!(mock.elapsed() < Duration::from_secs(52));
}

#[tokio::test]
async fn a_timeout_is_not_repeated() {
    let mock = Mock::new();
    mock.post("/cameras/{id}/trigger").fails("timeout");
    let client = mock.client().build().expect("a client");
    let error = client
        .post("/cameras/{id}/trigger")
        .param("id", 7)
        .await
        .expect_err("no answer");
    assert!(error.is_timeout() && error.may_have_been_sent());
    assert_eq!(mock.requests().len(), 1);
    assert_eq!(
        error.trail().expect("a trail").stopped(),
        StopReason::UnsafeToRetry
    );
    assert_eq!(mock.elapsed(), Duration::from_secs(10));
}

#[tokio::test]
async fn a_mock_answers_401_until_the_token_is_refreshed() {
    let mock = Mock::new();
    mock.get("/cameras")
        .with_header("authorization", "Bearer old")
        .replies(error_reply("token_expired").status(401));
    mock.get("/cameras")
        .with_header("authorization", "Bearer new")
        .replies(reply(200));
    let client = mock
        .client()
        .token("old")
        .token_refresher(|| async { Ok(Secret::from("new")) })
        .build()
        .expect("a client");
    let response = client.get("/cameras").await.expect("a response");
    assert_eq!(response.trail().attempts().len(), 2);
    mock.check().expect("as wanted");
}

#[test]
fn a_mock_plays_faults_of_the_connection() {
    for (word, kind) in [
        ("connect", ErrorKind::Connect),
        ("connect_timeout", ErrorKind::Connect),
        ("dns", ErrorKind::Connect),
        ("tls", ErrorKind::Connect),
        ("reset", ErrorKind::Transport),
        ("close", ErrorKind::Transport),
        ("timeout", ErrorKind::Timeout),
    ] {
        let mock = Mock::new();
        mock.get("/x").replies(failure(word).always());
        let client: reqtrail::blocking::Client = mock.client().build_blocking().expect("a client");
        let error = client.get("/x").send().expect_err(word);
        assert_eq!(error.kind(), kind, "{word}: {error}");
    }
}

#[tokio::test]
async fn an_unexpected_request_fails_the_test() {
    let mock = Mock::new();
    mock.get("/cameras/{id}").replies(reply(200));
    let client: Client = mock.client().build().expect("a client");
    let error = client
        .post("/cameras/7")
        .await
        .expect_err("nothing takes it");
    assert_eq!(error.kind(), ErrorKind::Connect);
    let text = error.to_string();
    assert!(
        text.contains("exchange 0 (GET /cameras/{id})")
            && text.contains("expected \"GET\", got \"POST\""),
        "{text}"
    );
    let unmet = mock.check().expect_err("two problems");
    assert_eq!(unmet.problems().len(), 2, "{unmet}");
}

#[tokio::test]
async fn used_up_exchanges_are_named_before_unused_ones() {
    let mock = Mock::new();
    mock.post("/a").fails("connect");
    mock.get("/b").replies(reply(200).optional());
    let client = mock.client().build().expect("a client");
    // A connection that was refused is tried again, and finds nothing.
    let error = client.post("/a").await.expect_err("nothing is left");
    let text = "no exchange is left for POST /a; exchange 0 (POST /a) was used once already";
    assert!(error.to_string().contains(text), "{error}");
    let unmet = mock.check().expect_err("a problem");
    assert!(unmet.to_string().starts_with(text), "{unmet}");
}

#[test]
fn a_mocks_trails_are_the_same_in_each_run() {
    let trail = || {
        let mock = Mock::new();
        mock.get("/x").replies(reply(503).times(2)).then(reply(200));
        let client = mock.client().build_blocking().expect("a client");
        client
            .get("/x")
            .send()
            .expect("a response")
            .trail()
            .to_json()
    };
    assert_eq!(trail(), trail());
    assert!(trail().contains("2026-01-01T00:00:00"), "{}", trail());
}

#[tokio::test]
async fn a_repeated_problem_is_reported_once() {
    let mock = Mock::new();
    let client = mock.client().build().expect("a client");
    for _ in 0..5 {
        client.get("/cameras").await.expect_err("nothing takes it");
    }
    let unmet = mock.check().expect_err("a problem");
    assert_eq!(unmet.problems().len(), 1, "{unmet}");
    assert!(unmet.to_string().ends_with("(5 times)"), "{unmet}");
}

#[tokio::test]
async fn a_reply_may_bring_the_header_of_its_own_dialect() {
    let dialect = r#"{"name": "shop", "request_id_headers": ["X-Shop"]}"#;
    let dialect = CustomDialect::from_json(dialect)
        .and_then(Dialect::custom)
        .expect("a dialect");
    let mock = Mock::new();
    mock.get("/a")
        .replies(reply(200).header("X-Shop", "mine"))
        .then(reply(200));
    let client = mock.client().dialect(dialect).build().expect("a client");
    let id = |response: reqtrail::Response| response.request_id().map(ToString::to_string);
    assert_eq!(
        id(client.get("/a").await.expect("a response")).as_deref(),
        Some("mine")
    );
    let made = id(client.get("/a").await.expect("a response")).expect("a made one");
    assert_ne!(made, "mine");
}

#[tokio::test]
async fn clients_of_one_mock_have_connections_of_their_own() {
    let mock = Mock::new();
    mock.get("/a").replies(reply(200).times(3));
    let (one, other) = (
        mock.client().build().expect("a client"),
        mock.client().build().expect("a client"),
    );
    let is_reused = async |client: &Client| {
        let response = client.get("/a").await.expect("a response");
        response.trail().attempts()[0].connection_is_reused()
    };
    assert_eq!(is_reused(&one).await, Some(false));
    assert_eq!(is_reused(&other).await, Some(false));
    assert_eq!(is_reused(&one).await, Some(true));
}
