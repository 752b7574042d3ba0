//! The three timeouts: of connecting, of an attempt, of a call.

use http::StatusCode;
use reqtrail::{Client, ErrorKind, RequestBuilder, Sent, StopReason};

use crate::support::*;

type Request = RequestBuilder<Client>;

/// Endless silent exchanges, with or without the request having left.
fn silence(sent: bool) -> ScriptedTransport {
    ScriptedTransport::answering(move |_, _| if sent { never().sent() } else { never() })
}

/// One attempt at a silent server: how it ended, and after how many milliseconds.
async fn one(sent: bool, request: impl FnOnce(Request) -> Request) -> (&'static str, Sent, u128) {
    let fixture = built(silence(sent), |b| b);
    let outcome = request(fixture.client.get("/x").max_attempts(1))
        .send()
        .await;
    assert_eq!(fixture.wire.open(), 0);
    let trail = trail(&outcome);
    let attempt = trail.last().expect("an attempt");
    assert_eq!(attempt.elapsed(), trail.elapsed());
    assert_eq!(
        attempt.failure().map(ErrorKind::as_str),
        Some(end(&outcome).0)
    );
    (end(&outcome).0, attempt.sent(), trail.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn the_default_timeouts_apply() {
    assert_eq!(one(false, |r| r).await, ("connect", Sent::No, 5000));
    assert_eq!(one(true, |r| r).await, ("timeout", Sent::Unknown, 10_000));
    // All attempts together: sixty seconds.
    let fixture = built(silence(true), |b| b.max_attempts(32));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("timeout", StopReason::Deadline));
    assert_eq!(trail(&outcome).elapsed(), secs(60));
    assert_told(&fixture.wire, trail(&outcome));
}

#[tokio::test(start_paused = true)]
async fn timeouts_can_be_set_on_a_request() {
    assert_eq!(
        one(false, |r| r.connect_timeout(ms(70))).await,
        ("connect", Sent::No, 70)
    );
    assert_eq!(
        one(true, |r| r.connect_timeout(ms(70))).await,
        ("timeout", Sent::Unknown, 10_000)
    );
    assert_eq!(
        one(true, |r| r.attempt_timeout(ms(300))).await,
        ("timeout", Sent::Unknown, 300)
    );
    // A connection may not take longer than its attempt.
    assert_eq!(
        one(false, |r| r.attempt_timeout(ms(300))).await,
        ("timeout", Sent::No, 300)
    );
    assert_eq!(
        one(true, |r| r.timeout(ms(800))).await,
        ("timeout", Sent::Unknown, 800)
    );
    assert_eq!(
        one(false, |r| r.timeout(ms(800))).await,
        ("timeout", Sent::No, 800)
    );
    // A call's timeout above the attempt's default raises that too, but not what the request itself sets.
    assert_eq!(
        one(true, |r| r.timeout(secs(25))).await,
        ("timeout", Sent::Unknown, 25_000)
    );
    let both = |r: Request| r.timeout(secs(25)).attempt_timeout(secs(4));
    assert_eq!(one(true, both).await, ("timeout", Sent::Unknown, 4000));
    assert_eq!(
        one(false, |r| r.timeout(secs(25))).await,
        ("connect", Sent::No, 5000)
    );
}

#[tokio::test(start_paused = true)]
async fn timeouts_can_be_set_on_a_client() {
    let fixture = built(silence(true), |b| {
        b.attempt_timeout(secs(1)).max_attempts(1)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(trail(&outcome).elapsed(), secs(1));
    let fixture = built(silence(false), |b| {
        b.connect_timeout(secs(2)).max_attempts(1)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(trail(&outcome).elapsed(), secs(2));
    let fixture = built(silence(true), |b| b.timeout(secs(3)).max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("timeout", StopReason::Deadline));
    assert_eq!(trail(&outcome).elapsed(), secs(3));
    // A longer timeout of the whole call is the timeout of its attempts too, unless they have their own.
    for (timeout, attempt, ends) in [
        (Some(25), None, 25),
        (Some(60), None, 60),
        (None, None, 10),
        (Some(25), Some(4), 4),
    ] {
        let fixture = built(silence(true), |b| {
            let b = b.max_attempts(1);
            let b = timeout.into_iter().fold(b, |b, t| b.timeout(secs(t)));
            attempt
                .into_iter()
                .fold(b, |b, t| b.attempt_timeout(secs(t)))
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(trail(&outcome).elapsed(), secs(ends), "{timeout:?}");
    }
}

/// The time to connect ends when the request leaves; a slow answer does not count.
#[tokio::test(start_paused = true)]
async fn the_connect_timeout_bounds_the_connection_only() {
    for exchange in [
        reply(200).connects_in(ms(4900)).after(secs(4)),
        reply(200).after(secs(9)),
        reply(200)
            .connects_in(ms(4900))
            .body("a")
            .pause(secs(5))
            .body("b"),
        reply(404)
            .connects_in(ms(4900))
            .body("a")
            .pause(secs(5))
            .body("b"),
    ] {
        let fixture = novavms([exchange]);
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(trail(&outcome).attempts().len(), 1, "{outcome:?}");
        assert_eq!(trail(&outcome).attempts()[0].failure(), None, "{outcome:?}");
    }
    let fixture = with([reply(200).connects_in(ms(5100))], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).0, "connect");
    assert!(!error(outcome).may_have_been_sent());
}

#[tokio::test(start_paused = true)]
async fn the_attempt_timeout_includes_the_body() {
    // Ten seconds, of which the head took four.
    let slow = || {
        let mut exchange = reply(200).after(secs(4));
        for _ in 0..20 {
            exchange = exchange.body("x").pause(ms(900));
        }
        exchange
    };
    let fixture = with([slow()], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("timeout", StopReason::AttemptsExhausted));
    let attempt = trail(&outcome).last().expect("an attempt");
    assert_eq!(
        (attempt.status(), attempt.sent()),
        (Some(StatusCode::OK), Sent::Yes)
    );
    assert_eq!(attempt.elapsed(), secs(10));

    let fixture = novavms([slow()]);
    let outcome = fixture
        .client
        .get("/x")
        .attempt_timeout(secs(30))
        .send()
        .await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(outcome.expect("a response").bytes().len(), 20);
}

/// What is left of the call bounds the attempts, the waits and the refresh.
#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_call_bounds_attempts_and_waits() {
    let slow = |status| reply(status).after(ms(700));
    let stories: Vec<(&str, Vec<Exchange>)> = vec![
        ("attempts", vec![slow(503), slow(503), slow(503), slow(503)]),
        ("silence after a retry", vec![slow(503), never().sent()]),
        ("a connection after a retry", vec![slow(503), never()]),
        (
            "redirects",
            (0..5).map(|_| slow(307).header("location", "/y")).collect(),
        ),
        ("a body", vec![slow(200).body("x").stalled()]),
        ("an error body", vec![slow(503).body("x").stalled()]),
        (
            "waits",
            (0..9)
                .map(|_| reply(503).header("retry-after", "0.4"))
                .collect(),
        ),
    ];
    for (name, script) in stories {
        let fixture = with(script, |b| {
            b.timeout(secs(2)).max_attempts(9).base_delay(ms(100))
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome).1, StopReason::Deadline, "{name}");
        assert!(trail(&outcome).elapsed() <= secs(2), "{name}");
        assert!(fixture.wire.elapsed() <= ms(2001), "{name}");
        assert_eq!(fixture.wire.open(), 0, "{name}");
        assert_told(&fixture.wire, trail(&outcome));
    }
}

/// A redirect that arrives as the call's time runs out is not followed: nothing is sent after the deadline.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_no_time_is_left() {
    let hop = reply(307).header("location", "/y").after(secs(2));
    let fixture = with([hop, reply(200)], |b| b.timeout(secs(2)));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(fixture.wire.count(), 1, "{:?}", trail(&outcome));
    assert_eq!(trail(&outcome).stopped(), StopReason::Deadline);
}

/// A wait fits only if an attempt fits after it, also where the clock rounds the wait up.
#[tokio::test(start_paused = true)]
async fn no_attempt_begins_at_the_deadline() {
    for seed in 0..300 {
        let wire = ScriptedTransport::answering(|_, _| reply(503));
        let fixture = built(wire, |b| {
            b.jitter_seed(seed)
                .timeout(ms(10))
                .base_delay(ms(4))
                .max_attempts(9)
        });
        let outcome = fixture.client.get("/x").send().await;
        for sent in fixture.wire.log() {
            assert!(sent.at < ms(10), "seed {seed}: {:?}", trail(&outcome));
        }
    }
}
