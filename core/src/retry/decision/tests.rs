use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn facts(gave: Gave) -> Facts {
    Facts {
        gave,
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

fn verdict(facts: Facts) -> Result<(), StopReason> {
    match decide(&facts, || true) {
        Decision::Stop(why) => Err(why),
        _ => Ok(()),
    }
}

#[test]
fn the_table_of_safe_and_unsafe() {
    let rows = [
        (Gave::NoConnection, Sent::No, RETRIED, RETRIED),
        (Gave::ConnectionRefused, Sent::No, NEVER, NEVER),
        (Gave::Unprocessed, Sent::Unknown, RETRIED, RETRIED),
        (Gave::RefusedStream, Sent::Unknown, RETRIED, RETRIED),
        (Gave::Broken, Sent::Unknown, RETRIED, UNSAFE),
        (Gave::Broken, Sent::Yes, RETRIED, UNSAFE),
        (Gave::Broken, Sent::No, RETRIED, RETRIED),
        (Gave::Status(429, None), Sent::Yes, RETRIED, RETRIED),
        (Gave::Status(408, None), Sent::Yes, RETRIED, UNSAFE),
        (Gave::Status(500, None), Sent::Yes, RETRIED, UNSAFE),
        (Gave::Status(502, None), Sent::Yes, RETRIED, UNSAFE),
        (Gave::Status(503, None), Sent::Yes, RETRIED, UNSAFE),
        (Gave::Status(504, None), Sent::Yes, RETRIED, UNSAFE),
        (
            Gave::Status(502, Some(RetryRule::Never)),
            Sent::Yes,
            NEVER,
            NEVER,
        ),
        (
            Gave::Status(400, Some(RetryRule::Always)),
            Sent::Yes,
            RETRIED,
            RETRIED,
        ),
        (
            Gave::Status(400, Some(RetryRule::IfSafe)),
            Sent::Yes,
            RETRIED,
            UNSAFE,
        ),
        (Gave::Status(401, None), Sent::Yes, NEVER, NEVER),
        (Gave::Status(404, None), Sent::Yes, NEVER, NEVER),
        (Gave::Status(501, None), Sent::Yes, NEVER, NEVER),
        (Gave::Status(304, None), Sent::Yes, NEVER, NEVER),
        (Gave::Unusable, Sent::Yes, NEVER, NEVER),
    ];
    for (gave, sent, safe, risky) in rows {
        assert_eq!(
            verdict(Facts {
                sent,
                ..facts(gave)
            }),
            safe,
            "{gave:?} safe"
        );
        assert_eq!(
            verdict(Facts {
                sent,
                safe: false,
                ..facts(gave)
            }),
            risky,
            "{gave:?} unsafe"
        );
    }
}

#[test]
fn a_401_is_answered_by_one_new_token() {
    let refused = Facts {
        can_reauth: true,
        safe: false,
        attempts: 4,
        ..facts(Gave::Status(401, None))
    };
    assert_eq!(decide(&refused, || false), Decision::Reauth);
    assert_eq!(
        verdict(Facts {
            can_reauth: false,
            ..refused
        }),
        NEVER
    );
    let last = Facts {
        gave: Gave::Status(401, Some(RetryRule::Never)),
        ..refused
    };
    assert_eq!(verdict(last), NEVER);
}

#[test]
fn what_the_server_did_not_process_is_sent_again() {
    // Neither the attempts nor the budget are asked.
    let vowed = |gave| Facts {
        attempts: 4,
        safe: false,
        ..facts(gave)
    };
    let decided = |facts: Facts| decide(&facts, || false);
    let goaway = vowed(Gave::Unprocessed);
    let refused = vowed(Gave::RefusedStream);
    assert_eq!(decided(goaway), Decision::Resend(None));
    assert_eq!(decided(refused), Decision::Resend(None));
    let again = |facts| Facts {
        refused_before: true,
        resends: 7,
        ..facts
    };
    assert_eq!(decided(again(goaway)), Decision::Resend(None));
    let waited = Decision::Resend(Some(SECOND / 2));
    assert_eq!(decided(again(refused)), waited);
    assert_eq!(waited.wait(), Some((SECOND / 2, WaitReason::Backoff)));
    assert_eq!(waited.cause(), Some(Cause::Resend));
    let short = Facts {
        time_left: SECOND / 2,
        ..again(refused)
    };
    assert_eq!(decided(short), Decision::Stop(StopReason::Deadline));
    for facts in [goaway, refused] {
        let last = Facts {
            resends: MAX_RESENDS,
            time_left: Duration::ZERO,
            ..facts
        };
        let stop = Decision::Stop(StopReason::AttemptsExhausted);
        assert_eq!(decided(last), stop);
    }
}

#[test]
fn stops_come_in_their_order() {
    let mut facts = Facts {
        gave: Gave::Status(404, None),
        out_of_time: true,
        safe: false,
        attempts: 4,
        retry_after: Some(99 * SECOND),
        max_retry_after: 98 * SECOND,
        time_left: SECOND,
        ..facts(Gave::Success)
    };
    let stop = |facts: &Facts| match decide(facts, || false) {
        Decision::Stop(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(stop(&facts), StopReason::Deadline);
    facts.out_of_time = false;
    assert_eq!(stop(&facts), StopReason::NotRetryable);
    facts.gave = Gave::Status(503, None);
    assert_eq!(stop(&facts), StopReason::UnsafeToRetry);
    facts.safe = true;
    assert_eq!(stop(&facts), StopReason::AttemptsExhausted);
    facts.attempts = 3;
    assert_eq!(stop(&facts), StopReason::RetryAfterTooLong);
    facts.max_retry_after = 99 * SECOND;
    assert_eq!(stop(&facts), StopReason::Deadline);
    facts.time_left = 100 * SECOND;
    assert_eq!(stop(&facts), StopReason::BudgetExhausted);
    facts.gave = Gave::Cancelled(CancelReason::Cancelled);
    assert_eq!(stop(&facts), StopReason::Cancelled);
    facts.gave = Gave::Cancelled(CancelReason::Deadline);
    assert_eq!(stop(&facts), StopReason::Deadline);
}

#[test]
fn a_redirect_is_followed_no_earlier_than_told() {
    // Neither the attempts, nor the budget, nor the backoff are asked.
    let told = |retry_after| {
        let facts = Facts {
            retry_after,
            attempts: 4,
            safe: false,
            ..facts(Gave::Redirect)
        };
        decide(&facts, || false)
    };
    assert_eq!(told(None), Decision::Redirect(None));
    assert_eq!(told(None).wait(), None);
    let waited = told(Some(SECOND));
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
        told(Some(Duration::ZERO)),
        Decision::Redirect(Some(Duration::ZERO))
    );
    let late = |seconds| {
        let facts = Facts {
            retry_after: Some(seconds * SECOND),
            ..facts(Gave::LateRedirect)
        };
        verdict(facts)
    };
    assert_eq!(late(61), Err(StopReason::RetryAfterTooLong));
    assert_eq!(late(60), Err(StopReason::Deadline));
}

#[test]
fn of_two_equal_waits_the_servers_is_named() {
    let facts = Facts {
        retry_after: Some(SECOND / 2),
        jitter: 0.0,
        ..facts(Gave::Status(503, None))
    };
    assert_eq!(wait(&facts), (SECOND / 2, WaitReason::RetryAfter));
}

#[test]
fn the_longer_of_retry_after_and_backoff() {
    let with = |retry_after: Option<Duration>, backoff| match decide(
        &Facts {
            retry_after,
            backoff,
            ..facts(Gave::Status(503, None))
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

fn any_gave() -> impl Strategy<Value = Gave> {
    let rule = prop_oneof![
        Just(None),
        Just(Some(RetryRule::Always)),
        Just(Some(RetryRule::IfSafe)),
        Just(Some(RetryRule::Never))
    ];
    prop_oneof![
        Just(Gave::Success),
        Just(Gave::Redirect),
        Just(Gave::LateRedirect),
        Just(Gave::NoConnection),
        Just(Gave::ConnectionRefused),
        Just(Gave::Unprocessed),
        Just(Gave::RefusedStream),
        Just(Gave::Broken),
        Just(Gave::Unusable),
        Just(Gave::Cancelled(CancelReason::Cancelled)),
        Just(Gave::Cancelled(CancelReason::Deadline)),
        (100u16..600, rule).prop_map(|(status, rule)| Gave::Status(status, rule)),
    ]
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let millis = |max: u64| (0..max).prop_map(Duration::from_millis);
    (
        (
            any_gave(),
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
                (gave, sent, [out_of_time, safe, can_reauth, refused_before]),
                (attempts, max_attempts, resends),
                (retry_after, max_retry_after, backoff, jitter, time_left),
            )| Facts {
                gave,
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
    fn never_early_never_late_never_twice_when_unsafe(facts in any_facts(), budget in any::<bool>()) {
        let decision = decide(&facts, || budget);
        if let Decision::Resend(wait) = decision {
            prop_assert!(matches!(facts.gave, Gave::Unprocessed | Gave::RefusedStream));
            prop_assert!(facts.resends < MAX_RESENDS);
            prop_assert!(wait.unwrap_or_default() < facts.time_left);
            prop_assert!(wait.is_none_or(|wait| wait == facts.backoff));
        }
        if let Decision::Redirect(wait) = decision {
            prop_assert_eq!(facts.gave, Gave::Redirect);
            prop_assert_eq!(wait.is_some(), facts.retry_after.is_some());
            prop_assert!(wait >= facts.retry_after);
        }
        if let Decision::Retry(wait, _) = decision {
            prop_assert!(budget);
            prop_assert!(facts.attempts < facts.max_attempts);
            prop_assert!(wait >= facts.retry_after.unwrap_or_default());
            prop_assert!(wait >= facts.backoff);
            prop_assert!(wait < facts.time_left);
            let refused = matches!(facts.gave, Gave::Status(429, None) | Gave::Status(_, Some(RetryRule::Always)));
            prop_assert!(facts.safe || refused || facts.gave == Gave::NoConnection || facts.sent == Sent::No);
        }
    }
}
