//! Which requests may be sent twice: marks and idempotency keys.

use reqtrail::{Client, Failure, RequestBuilder, Sent, StopReason, TrailNote};

use crate::support::*;

type Request = RequestBuilder<Client>;

#[tokio::test(start_paused = true)]
async fn an_explicit_mark_outranks_the_method_and_the_key() {
    type Change = fn(Request) -> Request;
    let rows: [(&str, Change, bool); 8] = [
        ("POST", |r| r, false),
        ("POST", |r| r.idempotent(true), true),
        ("PATCH", |r| r.idempotent(true), true),
        ("POST", |r| r.idempotency_key("k"), true),
        ("POST", |r| r.header("Idempotency-Key", "k"), true),
        ("GET", |r| r.idempotent(false), false),
        ("PUT", |r| r.idempotent(false), false),
        ("POST", |r| r.idempotency_key("k").idempotent(false), false),
    ];
    for (index, (method, change, safe)) in rows.into_iter().enumerate() {
        for broken in [reply(503), fails(Failure::Broken).sent(), never().sent()] {
            let fixture = novavms([broken, reply(200)]);
            let outcome = change(fixture.client.request(method, "/x")).send().await;
            let wanted = if safe {
                StopReason::Succeeded
            } else {
                StopReason::UnsafeToRetry
            };
            assert_eq!(trail(&outcome).stopped(), wanted, "row {index}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_sent_verbatim_and_the_same_on_every_attempt() {
    let key = "Order 4711/\"ä\"=";
    let fixture = with(
        [
            fails(Failure::Broken).sent(),
            reply(401),
            reply(307).header("location", "/y"),
            reply(503),
            reply(201),
        ],
        |b| b.token_refresher(|| async { Ok("sk_live_new") }),
    );
    let outcome = fixture.client.post("/x").idempotency_key(key).send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let log = fixture.wire.log();
    assert_eq!(log.len(), 5);
    for sent in log {
        let values: Vec<&[u8]> = sent
            .headers
            .get_all("idempotency-key")
            .iter()
            .map(http::HeaderValue::as_bytes)
            .collect();
        assert_eq!(values, [key.as_bytes()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_never_invented() {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for mark in [None, Some(true), Some(false)] {
            let fixture = novavms([reply(429), reply(200)]);
            let mut request = fixture.client.request(method, "/x");
            if let Some(mark) = mark {
                request = request.idempotent(mark);
            }
            request.send().await.expect("a response");
            assert_eq!(fixture.wire.headers("idempotency-key"), ["", ""]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_keys_name_is_the_dialects() {
    let dialect = dialect(r#"{"name": "acme", "idempotency_header": "X-Once"}"#);
    let fixture = with([reply(503), reply(200)], |b| b.dialect(dialect));
    let outcome = fixture.client.post("/x").idempotency_key("k").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(fixture.wire.headers("x-once"), ["k", "k"]);
    assert_eq!(fixture.wire.headers("idempotency-key"), ["", ""]);
}

/// What an attempt says of its request, and whether the trail warns that an earlier attempt may have succeeded.
#[tokio::test(start_paused = true)]
async fn the_failure_decides_sent_and_may_have_succeeded() {
    type Row = (&'static str, fn() -> Exchange, Sent, bool);
    let rows: [Row; 11] = [
        ("refused", || fails(Failure::Connect), Sent::No, false),
        ("TLS", || fails(Failure::Tls), Sent::No, false),
        ("connect timeout", never, Sent::No, false),
        ("broken unsent", || fails(Failure::Broken), Sent::No, false),
        (
            "broken",
            || fails(Failure::Broken).sent(),
            Sent::Unknown,
            true,
        ),
        ("silence", || never().sent(), Sent::Unknown, true),
        ("cut body", || reply(200).body("x").cut(), Sent::Yes, true),
        (
            "stalled body",
            || reply(200).body("x").stalled(),
            Sent::Yes,
            true,
        ),
        ("refused by the server", || reply(429), Sent::Yes, false),
        ("unavailable", || reply(503), Sent::Yes, false),
        ("404", || reply(404), Sent::Yes, false),
    ];
    for (name, exchange, sent, noted) in rows {
        // As the last attempt: the error itself says so.
        let fixture = with([exchange()], |b| b.max_attempts(1));
        let error = error(fixture.client.get("/x").send().await);
        let trail = error.trail().expect("a trail");
        assert_eq!(trail.attempts()[0].sent(), sent, "{name}");
        assert_eq!(trail.notes(), [], "{name}");
        assert_eq!(error.may_have_been_sent(), sent != Sent::No, "{name}");
        // As an earlier one.
        let fixture = novavms([exchange(), reply(200)]);
        let Ok(response) = fixture.client.get("/x").send().await else {
            continue;
        };
        let wanted: &[TrailNote] = if noted {
            &[TrailNote::MayHaveSucceeded]
        } else {
            &[]
        };
        assert_eq!(response.trail().notes(), wanted, "{name}");
        let report = response.trail().report();
        let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            report.contains("may have succeeded"),
            noted,
            "{name}: {report}"
        );
    }
}

/// The server's guarantee that it did not process a request leaves nothing unknown.
#[tokio::test(start_paused = true)]
async fn an_unprocessed_request_cannot_have_succeeded() {
    let fixture = novavms([fails(Failure::Unprocessed).sent(), reply(201)]);
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(trail(&outcome).notes(), []);
}

/// Whether the server processed a request, as far as the trail knows.
#[tokio::test(start_paused = true)]
async fn processed_says_whether_the_server_acted() {
    type Row = (fn() -> Exchange, Sent, Option<bool>);
    let rows: [Row; 9] = [
        (|| fails(Failure::Connect), Sent::No, Some(false)),
        (never, Sent::No, Some(false)),
        (|| fails(Failure::Broken).sent(), Sent::Unknown, None),
        (|| never().sent(), Sent::Unknown, None),
        (
            || fails(Failure::Unprocessed).sent(),
            Sent::Unknown,
            Some(false),
        ),
        (
            || fails(Failure::RefusedStream).sent(),
            Sent::Unknown,
            Some(false),
        ),
        (
            || fails(Failure::HeadersTooLarge).sent(),
            Sent::Yes,
            Some(true),
        ),
        (|| reply(503), Sent::Yes, Some(true)),
        (
            || reply(200).header("content-length", "9").body("x").cut(),
            Sent::Yes,
            Some(true),
        ),
    ];
    for (index, (exchange, sent, processed)) in rows.into_iter().enumerate() {
        let fixture = built(ScriptedTransport::answering(move |_, _| exchange()), |b| {
            b.max_attempts(1)
        });
        let outcome = fixture.client.get("/x").send().await;
        let attempt = trail(&outcome).last().expect("an attempt");
        let got = (attempt.sent(), attempt.processed());
        assert_eq!(got, (sent, processed), "row {index}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_and_headers_are_the_same_on_every_attempt() {
    let fixture = novavms([reply(429), fails(Failure::Connect), reply(429), reply(200)]);
    fixture
        .client
        .post("/x")
        .query("q", "a b&c")
        .header("X-Mine", "1")
        .header("X-Mine", "2")
        .json(&serde_json::json!({"a": 1}))
        .send()
        .await
        .expect("a response");
    for sent in fixture.wire.log() {
        assert_eq!(&sent.body[..], br#"{"a":1}"#);
        assert_eq!(sent.header("content-type"), Some("application/json"));
        assert_eq!(sent.headers.get_all("x-mine").iter().count(), 2);
        assert_eq!(
            sent.url.as_str(),
            "https://api.example/api/v1/x?q=a%20b%26c"
        );
        assert_eq!(
            sent.header("authorization"),
            Some(&*format!("Bearer {TOKEN}"))
        );
        assert!(
            sent.header("user-agent")
                .is_some_and(|a| a.starts_with("reqtrail/"))
        );
    }
}
