//! Waits that the server asks for.

use std::time::{Duration, SystemTime};

use reqtrail::{StopReason, WaitReason};

use crate::support::*;

fn unavailable(value: &str) -> Exchange {
    reply(503).header("retry-after", value)
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_a_minute_takes_no_real_time() {
    let real = std::time::Instant::now();
    let fixture = with([unavailable("59"), reply(200)], |b| b.timeout(secs(300)));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let first = &trail(&outcome).attempts()[0];
    assert_eq!(first.wait_reason(), Some(WaitReason::RetryAfter));
    assert_eq!(first.retry_after(), Some(secs(59)));
    assert!(fixture.wire.elapsed() >= secs(59));
    assert!(real.elapsed() < secs(5), "the clock is not the real one");
}

/// Never earlier than asked for, and at most a fifth or a second later.
#[tokio::test(start_paused = true)]
async fn waits_are_never_shorter_than_retry_after() {
    let mut latest = Duration::ZERO;
    for seed in 0..40 {
        for (value, millis) in [
            ("0", 0),
            ("0.25", 250),
            ("2", 2000),
            ("9.5", 9500),
            ("60", 60_000),
        ] {
            let wire = ScriptedTransport::playing([unavailable(value), reply(200)]);
            let fixture = built(wire, |b| {
                b.jitter_seed(seed)
                    .timeout(secs(600))
                    .base_delay(Duration::ZERO)
            });
            let outcome = fixture.client.get("/x").send().await;
            let wait = trail(&outcome).attempts()[0].wait().expect("a wait");
            let most = ms(millis) + ms(millis / 5).min(secs(1));
            assert!((ms(millis)..=most).contains(&wait), "{value}: {wait:?}");
            latest = latest.max(wait - ms(millis));
            let at = fixture.wire.log()[1].at;
            assert!(at >= wait && at < wait + ms(2), "{value}: {at:?}");
        }
    }
    assert!(
        latest > ms(800),
        "callers with the same Retry-After spread out: {latest:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_longer_backoff_outranks_what_the_server_says() {
    let mut longest = Duration::ZERO;
    for seed in 0..40 {
        let wire = ScriptedTransport::playing([unavailable("1"), reply(200)]);
        let fixture = built(wire, |b| b.jitter_seed(seed).base_delay(secs(8)));
        let outcome = fixture.client.get("/x").send().await;
        let first = &trail(&outcome).attempts()[0];
        let wait = first.wait().expect("a wait");
        assert!(wait >= secs(1) && wait <= secs(8), "{wait:?}");
        if wait > ms(1200) {
            assert_eq!(first.wait_reason(), Some(WaitReason::Backoff));
        }
        longest = longest.max(wait);
    }
    assert!(longest > secs(2), "the backoff was drawn: {longest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_that_is_too_long_ends_the_call_at_once() {
    for (value, limit, why) in [
        ("61", None, StopReason::RetryAfterTooLong),
        ("60.001", None, StopReason::RetryAfterTooLong),
        ("3", Some(secs(2)), StopReason::RetryAfterTooLong),
        ("1", Some(Duration::ZERO), StopReason::RetryAfterTooLong),
        (
            "99999999999999999999999999",
            None,
            StopReason::RetryAfterTooLong,
        ),
        (
            "99999999999999999999999999",
            Some(Duration::MAX),
            StopReason::Deadline,
        ),
        ("60", None, StopReason::Deadline),
        ("59.999", None, StopReason::Succeeded),
        ("0", Some(Duration::ZERO), StopReason::Succeeded),
    ] {
        let fixture = with([unavailable(value), reply(200)], |b| match limit {
            Some(limit) => b.max_retry_after(limit).base_delay(Duration::ZERO),
            None => b.base_delay(Duration::ZERO),
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(trail(&outcome).stopped(), why, "{value}");
        if let Err(error) = outcome {
            assert_eq!(fixture.wire.elapsed(), Duration::ZERO, "{value}: at once");
            assert!(
                error.retry_after() >= Some(secs(1)),
                "{value}: the error has it"
            );
            let last = error
                .trail()
                .and_then(|t| t.last().cloned())
                .expect("an attempt");
            assert_eq!((last.wait(), last.wait_reason()), (None, None), "{value}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_deadline_ends_the_call_at_once() {
    // Eight of ten seconds are gone when the server asks for three more.
    let late = |value| unavailable(value).after(secs(8));
    let fixture = with([late("3")], |b| b.timeout(secs(10)));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::Deadline));
    assert_eq!(fixture.wire.elapsed(), secs(8), "without waiting");
    assert_eq!(error(outcome).retry_after(), Some(secs(3)));

    // Jitter does not cost a retry that fits.
    for seed in 0..20 {
        let wire = ScriptedTransport::playing([late("1.9"), reply(200)]);
        let fixture = built(wire, |b| {
            b.timeout(secs(10))
                .jitter_seed(seed)
                .base_delay(Duration::ZERO)
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    }
}

#[tokio::test(start_paused = true)]
async fn every_error_carries_what_the_server_said() {
    for (status, headers, wanted) in [
        (429, &[("retry-after", "7")][..], Some(secs(7))),
        (404, &[("retry-after", "7")], Some(secs(7))),
        (503, &[("retry-after-ms", "1500")], Some(ms(1500))),
        (
            503,
            &[("retry-after", "1"), ("retry-after-ms", "2500")],
            Some(ms(2500)),
        ),
        (
            503,
            &[("retry-after", "3"), ("retry-after", "2")],
            Some(secs(3)),
        ),
        (503, &[("retry-after", "soon")], None),
        (503, &[("retry-after", "-1")], None),
        (503, &[("retry-after", "1, 2")], Some(secs(2))),
        (503, &[("retry-after", "1,2")], None),
        (503, &[("retry-after", "")], None),
        (503, &[("retry-after", "\t5 ")], Some(secs(5))),
        (503, &[], None),
    ] {
        let answer = headers
            .iter()
            .fold(reply(status), |r, (name, value)| r.header(name, value));
        let fixture = with([answer], |b| b.max_attempts(1));
        let error = error(fixture.client.get("/x").send().await);
        assert_eq!(error.retry_after(), wanted, "{status} {headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn dates_are_read_against_the_servers_own_clock() {
    const DATE: &str = "Sat, 21 Nov 2026 21:00:00 GMT";
    let in_20_seconds = [
        "Sat, 21 Nov 2026 21:00:20 GMT",
        "Saturday, 21-Nov-26 21:00:20 GMT",
        "Sat Nov 21 21:00:20 2026",
    ];
    let offsets: [i64; 3] = [0, 3600 * 24 * 365, -3600 * 24 * 365];
    for value in in_20_seconds {
        for offset in offsets {
            let fixture = with([unavailable(value).header("date", DATE), reply(200)], |b| {
                b.base_delay(Duration::ZERO)
            });
            let shift = secs(offset.unsigned_abs());
            let wall = fixture.wall();
            fixture.wire.set_wall_clock(if offset < 0 {
                wall - shift
            } else {
                wall + shift
            });
            let outcome = fixture.client.get("/x").send().await;
            let first = &trail(&outcome).attempts()[0];
            assert_eq!(first.retry_after(), Some(secs(20)), "{value}, {offset}");
            assert!(fixture.wire.elapsed() >= secs(20));
        }
        // Without a Date the local clock is used.
        let fixture = with([unavailable(value), reply(200)], |b| {
            b.base_delay(Duration::ZERO)
        });
        fixture.wire.set_wall_clock(fixture.wall() + secs(15));
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(trail(&outcome).attempts()[0].retry_after(), Some(secs(5)));
    }
    // A time that has passed is now.
    let fixture = with(
        [
            unavailable(DATE).header("date", in_20_seconds[0]),
            reply(200),
        ],
        |b| b.base_delay(Duration::ZERO),
    );
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(
        trail(&outcome).attempts()[0].retry_after(),
        Some(Duration::ZERO)
    );
    assert_eq!(fixture.wire.elapsed(), Duration::ZERO);
}

/// A success that breaks off can ask for a wait, too.
#[tokio::test(start_paused = true)]
async fn a_cut_success_is_not_repeated_before_its_retry_after() {
    let cut = reply(200).header("retry-after", "5").body("half").cut();
    let fixture = novavms([cut, reply(200)]);
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert!(fixture.wire.elapsed() >= secs(5));
}

impl Fixture {
    /// What the calendar says.
    fn wall(&self) -> SystemTime {
        use reqtrail::Transport as _;
        self.wire.wall_clock()
    }
}
