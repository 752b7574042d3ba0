use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn input(outcome: AttemptOutcome) -> RetryInput {
    RetryInput {
        outcome,
        sent: Sent::Yes,
        out_of_time: false,
        safe: true,
        can_reauth: false,
        attempts: 1,
        max_attempts: 4,
        resends: 0,
        refused_before: false,
        retry_after: None,
        max_retry_after: 60 * SECOND,
        backoff: SECOND / 2,
        jitter: 0.5,
        time_left: 60 * SECOND,
    }
}

const RETRIED: Result<(), StopReason> = Ok(());
const NEVER: Result<(), StopReason> = Err(StopReason::NotRetryable);
const UNSAFE: Result<(), StopReason> = Err(StopReason::UnsafeToRetry);

fn verdict(input: RetryInput) -> Result<(), StopReason> {
    match decide(&input, || true) {
        Decision::Stop(why) => Err(why),
        _ => Ok(()),
    }
}

#[test]
fn the_table_of_safe_and_unsafe() {
    let rows = [
        (AttemptOutcome::NoConnection, Sent::No, RETRIED, RETRIED),
        (AttemptOutcome::ConnectionRefused, Sent::No, NEVER, NEVER),
        (AttemptOutcome::Unprocessed, Sent::Unknown, RETRIED, RETRIED),
        (
            AttemptOutcome::RefusedStream,
            Sent::Unknown,
            RETRIED,
            RETRIED,
        ),
        (AttemptOutcome::Broken, Sent::Unknown, RETRIED, UNSAFE),
        (AttemptOutcome::Broken, Sent::Yes, RETRIED, UNSAFE),
        (AttemptOutcome::Broken, Sent::No, RETRIED, RETRIED),
        (
            AttemptOutcome::Status(429, None),
            Sent::Yes,
            RETRIED,
            RETRIED,
        ),
        (
            AttemptOutcome::Status(408, None),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (
            AttemptOutcome::Status(500, None),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (
            AttemptOutcome::Status(502, None),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (
            AttemptOutcome::Status(503, None),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (
            AttemptOutcome::Status(504, None),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (
            AttemptOutcome::Status(502, Some(RetryRule::Never)),
            Sent::Yes,
            NEVER,
            NEVER,
        ),
        (
            AttemptOutcome::Status(400, Some(RetryRule::Always)),
            Sent::Yes,
            RETRIED,
            RETRIED,
        ),
        (
            AttemptOutcome::Status(400, Some(RetryRule::IfSafe)),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (AttemptOutcome::Status(401, None), Sent::Yes, NEVER, NEVER),
        (AttemptOutcome::Status(404, None), Sent::Yes, NEVER, NEVER),
        (AttemptOutcome::Status(501, None), Sent::Yes, NEVER, NEVER),
        (AttemptOutcome::Status(304, None), Sent::Yes, NEVER, NEVER),
        (AttemptOutcome::Unusable, Sent::Yes, NEVER, NEVER),
    ];
    for (outcome, sent, safe, risky) in rows {
        assert_eq!(
            verdict(RetryInput {
                sent,
                ..input(outcome)
            }),
            safe,
            "{outcome:?} safe"
        );
        assert_eq!(
            verdict(RetryInput {
                sent,
                safe: false,
                ..input(outcome)
            }),
            risky,
            "{outcome:?} unsafe"
        );
    }
}

#[test]
fn a_401_is_answered_by_one_new_token() {
    let refused = RetryInput {
        can_reauth: true,
        safe: false,
        attempts: 4,
        ..input(AttemptOutcome::Status(401, None))
    };
    assert_eq!(decide(&refused, || false), Decision::Reauth);
    assert_eq!(
        verdict(RetryInput {
            can_reauth: false,
            ..refused
        }),
        NEVER
    );
    let last = RetryInput {
        outcome: AttemptOutcome::Status(401, Some(RetryRule::Never)),
        ..refused
    };
    assert_eq!(verdict(last), NEVER);
}

#[test]
fn what_the_server_did_not_process_is_sent_again() {
    // Neither the attempts nor the budget are asked.
    let vowed = |outcome| RetryInput {
        attempts: 4,
        safe: false,
        ..input(outcome)
    };
    let decided = |input: RetryInput| decide(&input, || false);
    let goaway = vowed(AttemptOutcome::Unprocessed);
    let refused = vowed(AttemptOutcome::RefusedStream);
    assert_eq!(decided(goaway), Decision::Resend(None));
    assert_eq!(decided(refused), Decision::Resend(None));
    let again = |input| RetryInput {
        refused_before: true,
        resends: 7,
        ..input
    };
    assert_eq!(decided(again(goaway)), Decision::Resend(None));
    let waited = Decision::Resend(Some(SECOND / 2));
    assert_eq!(decided(again(refused)), waited);
    assert_eq!(waited.wait(), Some((SECOND / 2, WaitReason::Backoff)));
    assert_eq!(waited.cause(), Some(Cause::Resend));
    let short = RetryInput {
        time_left: SECOND / 2,
        ..again(refused)
    };
    assert_eq!(decided(short), Decision::Stop(StopReason::Deadline));
    for input in [goaway, refused] {
        let last = RetryInput {
            resends: MAX_RESENDS,
            time_left: Duration::ZERO,
            ..input
        };
        let stop = Decision::Stop(StopReason::AttemptsExhausted);
        assert_eq!(decided(last), stop);
    }
}

#[test]
fn stops_come_in_their_order() {
    let mut input = RetryInput {
        outcome: AttemptOutcome::Status(404, None),
        out_of_time: true,
        safe: false,
        attempts: 4,
        retry_after: Some(99 * SECOND),
        max_retry_after: 98 * SECOND,
        time_left: SECOND,
        ..input(AttemptOutcome::Success)
    };
    let stop = |input: &RetryInput| match decide(input, || false) {
        Decision::Stop(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(stop(&input), StopReason::Deadline);
    input.out_of_time = false;
    assert_eq!(stop(&input), StopReason::NotRetryable);
    input.outcome = AttemptOutcome::Status(503, None);
    assert_eq!(stop(&input), StopReason::UnsafeToRetry);
    input.safe = true;
    assert_eq!(stop(&input), StopReason::AttemptsExhausted);
    input.attempts = 3;
    assert_eq!(stop(&input), StopReason::RetryAfterTooLong);
    input.max_retry_after = 99 * SECOND;
    assert_eq!(stop(&input), StopReason::Deadline);
    input.time_left = 100 * SECOND;
    assert_eq!(stop(&input), StopReason::BudgetExhausted);
    input.outcome = AttemptOutcome::Cancelled(CancelReason::Cancelled);
    assert_eq!(stop(&input), StopReason::Cancelled);
    input.outcome = AttemptOutcome::Cancelled(CancelReason::Deadline);
    assert_eq!(stop(&input), StopReason::Deadline);
}

#[test]
fn a_redirect_is_followed_no_earlier_than_its_retry_after() {
    // Neither the attempts, nor the budget, nor the backoff are asked.
    let decided = |retry_after| {
        let input = RetryInput {
            retry_after,
            attempts: 4,
            safe: false,
            ..input(AttemptOutcome::Redirect)
        };
        decide(&input, || false)
    };
    assert_eq!(decided(None), Decision::Redirect(None));
    assert_eq!(decided(None).wait(), None);
    let waited = decided(Some(SECOND));
    assert_eq!(
        waited,
        Decision::Redirect(Some(Duration::from_millis(1100)))
    );
    assert_eq!(
        waited.wait(),
        Some((Duration::from_millis(1100), WaitReason::RetryAfter))
    );
    assert_eq!(waited.cause(), Some(Cause::Redirect));
    assert_eq!(
        decided(Some(Duration::ZERO)),
        Decision::Redirect(Some(Duration::ZERO))
    );
    let late = |seconds| {
        let input = RetryInput {
            retry_after: Some(seconds * SECOND),
            ..input(AttemptOutcome::LateRedirect)
        };
        verdict(input)
    };
    assert_eq!(late(61), Err(StopReason::RetryAfterTooLong));
    assert_eq!(late(60), Err(StopReason::Deadline));
}

#[test]
fn of_two_equal_waits_the_servers_is_named() {
    let input = RetryInput {
        retry_after: Some(SECOND / 2),
        jitter: 0.0,
        ..input(AttemptOutcome::Status(503, None))
    };
    assert_eq!(wait(&input), (SECOND / 2, WaitReason::RetryAfter));
}

#[test]
fn the_longer_of_retry_after_and_backoff() {
    let with = |retry_after: Option<Duration>, backoff| match decide(
        &RetryInput {
            retry_after,
            backoff,
            ..input(AttemptOutcome::Status(503, None))
        },
        || true,
    ) {
        Decision::Retry(wait, reason) => (wait, reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(with(None, SECOND), (SECOND, WaitReason::Backoff));
    assert_eq!(
        with(Some(2 * SECOND), SECOND),
        (Duration::from_millis(2200), WaitReason::RetryAfter)
    );
    assert_eq!(
        with(Some(Duration::ZERO), SECOND),
        (SECOND, WaitReason::Backoff)
    );
    // At most a second of jitter.
    assert_eq!(
        with(Some(50 * SECOND), SECOND),
        (Duration::from_millis(50_500), WaitReason::RetryAfter)
    );
}

fn any_outcome() -> impl Strategy<Value = AttemptOutcome> {
    let rule = prop_oneof![
        Just(None),
        Just(Some(RetryRule::Always)),
        Just(Some(RetryRule::IfSafe)),
        Just(Some(RetryRule::Never))
    ];
    prop_oneof![
        Just(AttemptOutcome::Success),
        Just(AttemptOutcome::Redirect),
        Just(AttemptOutcome::LateRedirect),
        Just(AttemptOutcome::NoConnection),
        Just(AttemptOutcome::ConnectionRefused),
        Just(AttemptOutcome::Unprocessed),
        Just(AttemptOutcome::RefusedStream),
        Just(AttemptOutcome::Broken),
        Just(AttemptOutcome::Unusable),
        Just(AttemptOutcome::Cancelled(CancelReason::Cancelled)),
        Just(AttemptOutcome::Cancelled(CancelReason::Deadline)),
        (100u16..600, rule).prop_map(|(status, rule)| AttemptOutcome::Status(status, rule)),
    ]
}

fn any_input() -> impl Strategy<Value = RetryInput> {
    let millis = |max: u64| (0..max).prop_map(Duration::from_millis);
    (
        (
            any_outcome(),
            prop_oneof![Just(Sent::No), Just(Sent::Yes), Just(Sent::Unknown)],
            any::<[bool; 4]>(),
        ),
        (1u32..40, 1u32..33, 0u32..10),
        (
            prop::option::of(millis(100_000)),
            millis(100_000),
            millis(9_000),
            0.0..1.0f64,
            millis(100_000),
        ),
    )
        .prop_map(
            |(
                (outcome, sent, [out_of_time, safe, can_reauth, refused_before]),
                (attempts, max_attempts, resends),
                (retry_after, max_retry_after, backoff, jitter, time_left),
            )| RetryInput {
                outcome,
                sent,
                out_of_time,
                safe,
                can_reauth,
                attempts,
                max_attempts,
                resends,
                refused_before,
                retry_after,
                max_retry_after,
                backoff,
                jitter,
                time_left,
            },
        )
}

proptest! {
    #[test]
    fn never_early_never_late_never_twice_when_unsafe(input in any_input(), budget in any::<bool>()) {
        let decision = decide(&input, || budget);
        if let Decision::Resend(wait) = decision {
            prop_assert!(matches!(input.outcome, AttemptOutcome::Unprocessed | AttemptOutcome::RefusedStream));
            prop_assert!(input.resends < MAX_RESENDS);
            prop_assert!(wait.unwrap_or_default() < input.time_left);
            prop_assert!(wait.is_none_or(|wait| wait == input.backoff));
        }
        if let Decision::Redirect(wait) = decision {
            prop_assert_eq!(input.outcome, AttemptOutcome::Redirect);
            prop_assert_eq!(wait.is_some(), input.retry_after.is_some());
            prop_assert!(wait >= input.retry_after);
        }
        if let Decision::Retry(wait, _) = decision {
            prop_assert!(budget);
            prop_assert!(input.attempts < input.max_attempts);
            prop_assert!(wait >= input.retry_after.unwrap_or_default());
            prop_assert!(wait >= input.backoff);
            prop_assert!(wait < input.time_left);
            let refused = matches!(input.outcome, AttemptOutcome::Status(429, None) | AttemptOutcome::Status(_, Some(RetryRule::Always)));
            prop_assert!(input.safe || refused || input.outcome == AttemptOutcome::NoConnection || input.sent == Sent::No);
        }
    }
}
