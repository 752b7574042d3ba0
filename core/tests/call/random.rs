//! Random scripts: what holds for every call, whatever happens to it.

mod script;

use std::time::Duration;

use http::StatusCode;
use proptest::prelude::*;
use reqtrail::{Attempt, Cause, ErrorKind, Failure, Sent, StopReason, Trail};

use crate::support::*;
use script::{RandomCall, What, plan};

async fn play(plan: RandomCall) {
    let stories = plan.stories.clone();
    // The last story repeats for ever.
    let wire = ScriptedTransport::answering(move |number, _| {
        stories[number.min(stories.len() - 1)].exchange()
    });
    let fixture = built(wire, |b| {
        let b = b
            .jitter_seed(plan.seed)
            .max_attempts(plan.max_attempts)
            .max_redirects(plan.max_redirects)
            .timeout(ms(plan.timeout))
            .attempt_timeout(ms(plan.attempt_timeout));
        match plan.refreshes {
            None => b,
            Some((takes, works)) => b.token_refresher(move || async move {
                tokio::time::sleep(ms(takes)).await;
                if works {
                    Ok("sk_live_new")
                } else {
                    Err("no".into())
                }
            }),
        }
    });
    let token = reqtrail::CancelToken::new();
    let mut request = fixture
        .client
        .request(plan.method, "/x")
        .cancel_token(&token);
    if let Some(mark) = plan.mark {
        request = request.idempotent(mark);
    }
    let call = tokio::spawn(request.send());
    if let Some(at) = plan.cancel_at {
        let token = token.clone();
        tokio::spawn(async move {
            tokio::time::sleep(ms(at)).await;
            token.cancel();
        });
    }
    let outcome = call.await.expect("no panic");
    let elapsed = fixture.wire.elapsed();
    assert_eq!(fixture.wire.open(), 0, "no exchange is left open");
    let trail = trail(&outcome);
    let (kind, _) = end(&outcome);
    assert_ne!(kind, "internal");

    assert_told(&fixture.wire, trail);
    numbers_and_times(trail);
    limits(&plan, trail);
    facts(trail);
    safety(&plan, trail);
    ends(&plan, trail);
    assert!(
        elapsed <= ms(plan.timeout) + ms(1),
        "{elapsed:?} of {}",
        plan.timeout
    );
    if let Some(at) = plan.cancel_at {
        assert!(elapsed <= ms(at), "{elapsed:?}, cancelled at {at}");
    }
    assert_eq!(fixture.seen.trail().to_json(), trail.to_json());
    assert_eq!(fixture.seen.events().len(), 2 * trail.attempts().len() + 1);
    assert!(
        trail
            .report()
            .lines()
            .all(|line| line.chars().count() <= 100),
        "{trail}"
    );
    let count = fixture.wire.count();
    settle().await;
    assert_eq!(fixture.wire.count(), count, "nothing is sent afterwards");
}

/// Attempts follow each other, and the waits are what was decided.
fn numbers_and_times(trail: &Trail) {
    let mut due = Duration::ZERO;
    for (index, attempt) in trail.attempts().iter().enumerate() {
        assert_eq!(attempt.number() as usize, index + 1);
        assert!(
            attempt.started() >= due,
            "attempt {} is early",
            attempt.number()
        );
        // Tokio's clock counts whole milliseconds; a refresh is the one wait that nobody decided on.
        if attempt.cause() != Cause::Reauth {
            assert!(
                attempt.started() < due + ms(2),
                "attempt {} is late",
                attempt.number()
            );
        }
        assert_eq!(attempt.wait().is_some(), attempt.wait_reason().is_some());
        if let (Some(told), Some(wait)) = (attempt.retry_after(), attempt.wait()) {
            assert!(wait >= told, "earlier than told");
            assert!(told <= secs(60));
        }
        due = attempt.started() + attempt.elapsed() + attempt.wait().unwrap_or_default();
    }
    let ran = trail
        .last()
        .map(|a| a.started() + a.elapsed())
        .unwrap_or_default();
    assert!(trail.elapsed() >= ran);
}

/// The fields of every attempt fit together.
fn facts(trail: &Trail) {
    for attempt in trail.attempts() {
        let (sent, processed) = (attempt.sent(), attempt.processed());
        assert!(attempt.status().is_none() || processed == Some(true));
        assert!(sent != Sent::No || processed == Some(false));
        assert!(attempt.status().is_some() || attempt.failure().is_some());
        let reason = attempt.failure_reason();
        assert_eq!(reason.is_some(), attempt.failure().is_some());
        assert!(reason.is_none_or(|text| !text.is_empty() && text.chars().count() <= 200));
    }
}

fn limits(plan: &RandomCall, trail: &Trail) {
    let count = |cause| {
        trail
            .attempts()
            .iter()
            .filter(|a| a.cause() == cause)
            .count()
    };
    let counted = count(Cause::Initial) + count(Cause::Retry);
    assert!(counted <= plan.max_attempts as usize);
    assert!(count(Cause::Reauth) <= usize::from(plan.refreshes.is_some()));
    assert!(count(Cause::Redirect) <= plan.max_redirects as usize);
    assert!(count(Cause::Resend) <= RESENDS);
    if let Some(first) = trail.attempts().first() {
        assert_eq!(first.cause(), Cause::Initial);
        assert_eq!(count(Cause::Initial), 1);
    }
    let mut refused_before = false;
    for pair in trail.attempts().windows(2) {
        let wanted = match pair[1].cause() {
            Cause::Retry => pair[0].wait().is_some(),
            Cause::Reauth => {
                pair[0].status() == Some(StatusCode::UNAUTHORIZED) && pair[0].wait().is_none()
            }
            Cause::Redirect => {
                pair[0]
                    .status()
                    .is_some_and(|s| (301..=308).contains(&s.as_u16()))
                    && pair[0].wait().is_none()
            }
            Cause::Resend => {
                let waits = is(plan, &pair[0], Failure::RefusedStream) && refused_before;
                refused_before |= is(plan, &pair[0], Failure::RefusedStream);
                pair[0].processed() == Some(false)
                    && pair[0].sent() == Sent::Unknown
                    && pair[0].wait().is_some() == waits
            }
            other => panic!("attempt {} says {other}", pair[1].number()),
        };
        assert!(wanted, "{:?} before {}", pair[0], pair[1].cause());
    }
}

/// The most repetitions of what the server did not process.
const RESENDS: usize = 8;

/// Whether this failure ended the attempt.
fn is(plan: &RandomCall, attempt: &Attempt, wanted: Failure) -> bool {
    let number = attempt.number() as usize - 1;
    let story = &plan.stories[number.min(plan.stories.len() - 1)];
    attempt.failure() == Some(ErrorKind::Transport)
        && matches!(story.what, What::Broken(failure) if failure == wanted)
}

/// Whether the attempt ended with the server's guarantee not to have processed it.
fn vowed(plan: &RandomCall, attempt: &Attempt) -> bool {
    is(plan, attempt, Failure::Unprocessed) || is(plan, attempt, Failure::RefusedStream)
}

/// No request that must not be sent twice is repeated after an outcome that is not known.
fn safety(plan: &RandomCall, trail: &Trail) {
    for pair in trail.attempts().windows(2) {
        let method = pair[0].method().as_str();
        let safe = plan
            .mark
            .unwrap_or(matches!(method, "GET" | "HEAD" | "PUT" | "DELETE"));
        if safe || pair[1].cause() != Cause::Retry {
            continue;
        }
        let refused = pair[0].status() == Some(StatusCode::TOO_MANY_REQUESTS);
        assert!(
            refused || pair[0].sent() == Sent::No,
            "{:?} was repeated",
            pair[0]
        );
    }
}

/// The end is that of the last attempt.
fn ends(plan: &RandomCall, trail: &Trail) {
    let Some(last) = trail.last() else {
        assert_eq!(trail.stopped(), StopReason::Cancelled);
        return;
    };
    // A wait that was decided is not followed by an attempt only if it was cancelled, or if the timer rang so late that the
    // call's time was up: tokio's timers count whole milliseconds.
    let cut_short = [StopReason::Cancelled, StopReason::Deadline];
    assert!(last.wait().is_none() || cut_short.contains(&trail.stopped()));
    match trail.stopped() {
        StopReason::Succeeded => {
            assert!(
                matches!(last.status(), Some(StatusCode::OK | StatusCode::NO_CONTENT))
                    && last.failure().is_none()
            )
        }
        StopReason::Cancelled => assert!(plan.cancel_at.is_some()),
        StopReason::AttemptsExhausted => {
            let counted = |c| matches!(c, Cause::Initial | Cause::Retry);
            let causes = causes(trail);
            let count = causes.iter().filter(|c| counted(**c)).count();
            let resends = causes.iter().filter(|c| **c == Cause::Resend).count();
            if vowed(plan, last) {
                assert_eq!(resends, RESENDS);
            } else {
                assert_eq!(count, plan.max_attempts as usize);
            }
        }
        StopReason::RetryAfterTooLong => assert!(last.retry_after() > Some(secs(60))),
        StopReason::BudgetExhausted => panic!("one call cannot drain the budget"),
        _ => {}
    }
    let unknown = |kind| {
        matches!(
            kind,
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Cancelled
        )
    };
    let earlier = trail
        .attempts()
        .split_last()
        .map_or(&[][..], |(_, earlier)| earlier);
    let noted = trail
        .notes()
        .contains(&reqtrail::TrailNote::MayHaveSucceeded);
    if noted {
        assert!(
            earlier
                .iter()
                .any(|a| a.sent() != Sent::No && a.failure().is_some_and(unknown))
        );
    } else {
        let is = |a: &Attempt| {
            a.processed() != Some(false) && a.sent() != Sent::No && a.failure().is_some_and(unknown)
        };
        assert!(!earlier.iter().any(is), "{trail:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_faults_keep_every_rule_of_a_trail(plan in plan()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(play(plan));
    }
}
