//! The waits between attempts that the server says nothing about.

use std::time::Duration;

use reqtrail::{Attempt, ClientBuilder, StopReason, WaitReason};

use crate::support::*;

/// The waits of a call that never succeeds.
async fn waits(options: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Vec<Duration> {
    let wire = ScriptedTransport::answering(|_, _| reply(503));
    let fixture = built(wire, |b| options(b.max_attempts(8).timeout(secs(3600))));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::AttemptsExhausted));
    let trail = trail(&outcome);
    let (last, waiting) = trail.attempts().split_last().expect("attempts");
    assert_eq!((last.wait(), last.wait_reason()), (None, None));
    for attempt in waiting {
        assert_eq!(attempt.wait_reason(), Some(WaitReason::Backoff));
    }
    // What was decided is what was waited, to the resolution of tokio's clock.
    for (at, attempt) in fixture.wire.log()[1..].iter().zip(waiting) {
        let due = attempt.started() + attempt.elapsed() + attempt.wait().expect("a wait");
        assert!(
            at.at >= due && at.at < due + ms(2),
            "{:?} for {due:?}",
            at.at
        );
    }
    waiting.iter().filter_map(Attempt::wait).collect()
}

#[tokio::test(start_paused = true)]
async fn backoff_bounds_double_up_to_the_maximum() {
    let bounds = [500, 1000, 2000, 4000, 8000, 8000, 8000].map(ms);
    let mut longest = [Duration::ZERO; 7];
    let mut shortest = [Duration::MAX; 7];
    for seed in 0..60 {
        let drawn = waits(|b| b.jitter_seed(seed)).await;
        for (index, wait) in drawn.into_iter().enumerate() {
            assert!(wait <= bounds[index], "wait {index} is {wait:?}");
            longest[index] = longest[index].max(wait);
            shortest[index] = shortest[index].min(wait);
        }
    }
    // Full jitter: the draws come near both ends.
    for (index, bound) in bounds.into_iter().enumerate() {
        assert!(
            longest[index] > bound.mul_f64(0.85),
            "wait {index}: {:?}",
            longest[index]
        );
        assert!(
            shortest[index] < bound.mul_f64(0.15),
            "wait {index}: {:?}",
            shortest[index]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_seed_makes_backoff_repeatable() {
    let first = waits(|b| b.jitter_seed(42)).await;
    assert_eq!(first, waits(|b| b.jitter_seed(42)).await);
    assert_ne!(first, waits(|b| b.jitter_seed(43)).await);
}

#[tokio::test(start_paused = true)]
async fn backoff_base_and_maximum_are_options() {
    for seed in 0..20 {
        let drawn = waits(|b| b.jitter_seed(seed).base_delay(ms(10)).max_delay(ms(15))).await;
        assert!(drawn[0] <= ms(10));
        assert!(drawn.iter().all(|wait| *wait <= ms(15)), "{drawn:?}");
        let none = waits(|b| b.jitter_seed(seed).base_delay(Duration::ZERO)).await;
        assert!(none.iter().all(Duration::is_zero), "{none:?}");
        let over = waits(|b| b.jitter_seed(seed).base_delay(secs(9)).max_delay(secs(1))).await;
        assert!(over.iter().all(|wait| *wait <= secs(1)), "{over:?}");
    }
}

/// Options at the ends of what a duration can say make no panic.
#[tokio::test(start_paused = true)]
async fn the_longest_durations_do_not_overflow() {
    for seed in 0..20 {
        let told = reply(503).header("retry-after", "9".repeat(40));
        let fixture = with([told], |b| {
            b.jitter_seed(seed)
                .base_delay(Duration::MAX)
                .max_delay(Duration::MAX)
                .max_retry_after(Duration::MAX)
                .timeout(Duration::MAX)
                .attempt_timeout(Duration::MAX)
                .connect_timeout(Duration::MAX)
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::Deadline));
        let json = trail(&outcome).to_json();
        assert!(
            serde_json::from_str::<serde_json::Value>(&json).is_ok(),
            "{json}"
        );
        assert!(
            trail(&outcome)
                .report()
                .lines()
                .all(|line| line.chars().count() <= 100)
        );
    }
}

/// A backoff that does not fit ends the call at once, and not after it.
#[tokio::test(start_paused = true)]
async fn a_backoff_has_to_fit_in_the_time_left() {
    let mut stopped = 0;
    for seed in 0..20 {
        let wire = ScriptedTransport::playing([reply(503).after(ms(900)), reply(200)]);
        let fixture = built(wire, |b| b.jitter_seed(seed).timeout(secs(1)));
        let outcome = fixture.client.get("/x").send().await;
        match end(&outcome) {
            ("api", StopReason::Deadline) => {
                stopped += 1;
                assert_eq!(trail(&outcome).elapsed(), ms(900));
            }
            other => assert_eq!(other, ("ok", StopReason::Succeeded)),
        }
    }
    assert!(
        stopped > 10,
        "four in five draws are longer than what is left: {stopped}"
    );
}
