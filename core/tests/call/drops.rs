//! Dropping a call's future after any number of polls: its trail is finished once, and nothing more is sent.

use std::io::Write as _;

use reqtrail::{ErrorKind, Failure, Outcome as End, Sent, StopReason};

use crate::support::*;

type Story = fn() -> Fixture;

/// Calls that are pending in every place where a call can be pending.
pub(crate) fn stories() -> Vec<(&'static str, Story)> {
    vec![
        ("a slow success", || {
            novavms([reply(200).connects_in(ms(20)).after(ms(30)).body("x")])
        }),
        ("a body in pieces", || {
            novavms([reply(200)
                .body("a")
                .pause(ms(1))
                .body("b")
                .pause(ms(1))
                .body("c")])
        }),
        ("an error body in pieces", || {
            novavms([reply(404).body("{").pause(ms(1)).body("}").pause(ms(1))])
        }),
        ("backoff", || {
            novavms([reply(503), fails(Failure::Broken).sent(), reply(200)])
        }),
        ("retry-after", || {
            novavms([
                reply(429).header("retry-after", "20"),
                reply(200).after(ms(5)),
            ])
        }),
        ("a connect timeout", || {
            novavms([never(), reply(200).after(ms(5))])
        }),
        ("attempt timeouts", || {
            novavms([
                never().sent(),
                reply(200).body("x").stalled(),
                reply(200).after(ms(1)),
            ])
        }),
        ("the deadline", || {
            with([never().sent()], |b| b.timeout(secs(3)))
        }),
        ("redirects", || {
            let hop = || reply(307).after(ms(3)).header("location", "/y");
            novavms([hop(), hop(), reply(200).after(ms(3))])
        }),
        ("a refresh", || {
            with([reply(401).after(ms(2)), reply(200).after(ms(2))], |b| {
                b.token_refresher(|| async {
                    tokio::time::sleep(ms(50)).await;
                    Ok("sk_live_new")
                })
            })
        }),
        ("a failing refresh", || {
            with([reply(401).after(ms(2))], |b| {
                b.token_refresher(|| async {
                    tokio::time::sleep(ms(50)).await;
                    Err::<&str, _>("no".into())
                })
            })
        }),
        ("everything", || {
            let hop = reply(307).after(ms(3)).header("location", "/y");
            with(
                [
                    reply(503),
                    hop,
                    reply(401),
                    reply(503).body("x").pause(ms(4)),
                    reply(200),
                ],
                |b| {
                    b.token_refresher(|| async {
                        tokio::time::sleep(ms(5)).await;
                        Ok("sk_live_new")
                    })
                },
            )
        }),
        ("a panic", || {
            novavms([reply(503), super::failures::panics_late()])
        }),
    ]
}

/// Calls that are pending while they decode a body.
pub(crate) fn decoding() -> Vec<(&'static str, Story)> {
    vec![
        ("a body that takes long to decode", || {
            novavms([reply(200).header("content-encoding", "gzip").body(zeros())])
        }),
        ("an error body that takes long to decode", || {
            novavms([reply(404).header("content-encoding", "gzip").body(zeros())])
        }),
    ]
}

/// Two megabytes of zeros, compressed.
fn zeros() -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(&[0; 2 * 1024 * 1024]).expect("memory");
    writer.finish().expect("memory")
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_after_any_poll_has_a_trail() {
    for (name, story) in stories().into_iter().chain(decoding()) {
        let mut polls = 0;
        loop {
            let fixture = story();
            let done = polled_at_most(polls, fixture.client.get("/x").send()).await;
            let context = format!("{name}, {polls} polls");
            let finished = fixture.seen.trails();
            assert_eq!(
                fixture.wire.open(),
                0,
                "{context}: the exchange is given up"
            );
            let log = fixture.wire.log();
            settle().await;
            assert_eq!(
                fixture.wire.count(),
                log.len(),
                "{context}: nothing is sent afterwards"
            );
            assert_eq!(
                fixture.seen.trails().len(),
                finished.len(),
                "{context}: told once"
            );
            let Some(outcome) = done else {
                assert_eq!(finished.len(), polls.min(1), "{context}");
                if let Some(trail) = finished.first() {
                    assert_eq!(
                        trail.outcome(),
                        End::Error(ErrorKind::Cancelled),
                        "{context}"
                    );
                    assert_eq!(trail.stopped(), StopReason::Cancelled, "{context}");
                    assert_told(&fixture.wire, trail);
                    all_are_closed(&fixture.seen, &context);
                }
                polls += 1;
                assert!(polls < 500, "{name} has no end");
                continue;
            };
            assert_eq!(finished.len(), 1, "{context}");
            assert_eq!(
                finished[0].to_json(),
                trail(&outcome).to_json(),
                "{context}"
            );
            break;
        }
        assert!(polls > 1, "{name} never pends");
    }
}

/// Every attempt that was begun was also finished, before its call was.
fn all_are_closed(seen: &Seen, context: &str) {
    let words = seen.words();
    let (last, attempts) = words.split_last().expect("events");
    assert!(last.starts_with("ended"), "{context}: {words:?}");
    for (index, pair) in attempts.chunks(2).enumerate() {
        let number = index + 1;
        assert!(
            pair[0].starts_with(&format!("started {number} ")),
            "{context}: {words:?}"
        );
        assert!(
            pair.get(1)
                .is_some_and(|w| w.starts_with(&format!("finished {number} "))),
            "{context}: {words:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_keeps_what_was_known() {
    // Dropped in the body of the second attempt.
    let fixture = novavms([
        reply(503)
            .id("req_1")
            .body(r#"{"error":"service_unavailable"}"#),
        reply(200).id("req_2").body("x").stalled(),
    ]);
    let call = tokio::time::timeout(secs(5), fixture.client.get("/x").send());
    call.await.expect_err("it is dropped");
    let trail = fixture.seen.trail();
    assert_eq!(trail.request_ids(), ["req_1", "req_2"]);
    assert_eq!(statuses(&trail), [503, 200]);
    assert_eq!(
        trail.attempts()[0].error_code(),
        Some("service_unavailable")
    );
    let cancelled = Some(ErrorKind::Cancelled);
    assert_eq!(
        failures(&trail),
        [(None, Sent::Yes), (cancelled, Sent::Yes)]
    );
    assert_eq!(trail.elapsed(), secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_says_whether_its_request_left() {
    for (exchange, sent) in [
        (reply(200).connects_in(secs(3)), Sent::No),
        (reply(200).after(secs(3)), Sent::Unknown),
    ] {
        let fixture = novavms([exchange]);
        let call = tokio::time::timeout(secs(1), fixture.client.get("/x").send());
        call.await.expect_err("it is dropped");
        let trail = fixture.seen.trail();
        assert_eq!(failures(&trail), [(Some(ErrorKind::Cancelled), sent)]);
    }
}

/// A future that was never polled began no call.
#[tokio::test(start_paused = true)]
async fn a_call_that_was_never_polled_has_no_trail() {
    let fixture = novavms([]);
    drop(fixture.client.get("/x").send());
    settle().await;
    assert_eq!((fixture.seen.events().len(), fixture.wire.count()), (0, 0));
}

/// A runtime that ends drops its tasks. The next call that needs a refresh that was among them begins it again.
#[test]
fn a_refresh_that_ended_with_its_runtime_is_restarted() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime")
    };
    let first = runtime();
    let fixture = first.block_on(async {
        let fixture = with([reply(401), reply(401), reply(200)], |b| {
            b.token_refresher(|| async {
                tokio::time::sleep(secs(5)).await;
                Ok("sk_live_new")
            })
        });
        let call = tokio::time::timeout(secs(1), fixture.client.get("/x").send());
        call.await.expect_err("it is dropped");
        fixture
    });
    drop(first);
    let outcome = runtime().block_on(async { fixture.client.get("/x").send().await });
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded), "{outcome:?}");
}
