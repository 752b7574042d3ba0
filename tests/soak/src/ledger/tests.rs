//! The checks find faults: each example here differs from a valid one in one point.

use std::time::{Duration, Instant};

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason};

use super::{Answer, AttemptRecord, Ledger, Row, Tag, TrailRecord};
use crate::checks::Check;
use crate::planned_call::{Ending, PlannedCall, Verb};

/// An example of a call, with a 503 and then a 200.
struct Example {
    plan: PlannedCall,
    rows: Vec<Row>,
    trail: TrailRecord,
}

impl Example {
    fn valid(verb: Verb) -> Self {
        let start = Instant::now();
        let row = |nth: u64, status| Row {
            span: 100 + nth,
            at: start + Duration::from_millis(10 * nth),
            verb,
            token: 1,
            answer: Some(Answer {
                status,
                id: Some(Tag(200 + nth)),
                id_in_body: false,
                retry_after: Duration::from_millis(if status == 503 { 5 } else { 0 }),
            }),
            may_be_processed: true,
        };
        let attempt = |nth: u64, status, cause| AttemptRecord {
            number: nth as u32,
            span: 100 + nth,
            verb: Some(verb),
            cause,
            sent: Sent::Yes,
            status: Some(status),
            id: Some(Tag(200 + nth)),
            failure: None,
            elapsed: Duration::from_millis(1),
        };
        Self {
            plan: PlannedCall {
                verb,
                key: false,
                idempotent: None,
                body: 0,
                max_attempts: None,
                ending: Ending::Natural,
            },
            rows: vec![row(1, 503), row(2, 200)],
            trail: TrailRecord {
                call_id: "c".to_owned(),
                outcome: Outcome::Ok,
                stopped: StopReason::Succeeded,
                attempts: vec![
                    attempt(1, 503, Cause::Initial),
                    attempt(2, 200, Cause::Retry),
                ],
            },
        }
    }

    /// Returns the checks that fail after a change.
    fn findings_after(mut self, change: impl FnOnce(&mut Self)) -> Vec<Check> {
        change(&mut self);
        let ledger = Ledger::default();
        ledger.begin(7, self.plan);
        for row in self.rows {
            ledger.log(7, row, "2xx");
        }
        ledger.finished(7, self.trail.clone());
        ledger.returned(7, Some(&self.trail));
        ledger.close_all();
        ledger.findings().wrong()
    }
}

fn found(change: impl FnOnce(&mut Example)) -> Vec<Check> {
    Example::valid(Verb::Get).findings_after(change)
}

/// Changes an attempt to one with an unknown outcome.
fn give_up(attempt: &mut AttemptRecord, sent: Sent) {
    attempt.sent = sent;
    attempt.status = None;
    attempt.id = None;
    attempt.failure = Some(ErrorKind::Timeout);
}

#[test]
fn a_valid_call_passes() {
    assert_eq!(found(|_| {}), []);
}

#[test]
fn a_request_without_an_attempt_is_found() {
    let lacks = found(|example| {
        example.trail.attempts.remove(0);
        example.trail.attempts[0].number = 1;
    });
    assert_eq!(lacks, [Check::Logged]);
}

#[test]
fn an_attempt_without_a_request_is_found() {
    assert_eq!(
        found(|example| {
            example.rows.remove(0);
        }),
        [Check::SentYes, Check::Own]
    );
}

#[test]
fn two_requests_with_one_span_are_found() {
    let again = found(|example| example.rows.push(example.rows[0].clone()));
    assert_eq!(again, [Check::Logged]);
}

#[test]
fn a_request_of_an_attempt_that_says_not_sent_is_found() {
    let sent = found(|example| give_up(&mut example.trail.attempts[0], Sent::No));
    assert_eq!(sent, [Check::SentNo]);
}

#[test]
fn an_attempt_that_says_unknown_may_be_logged_or_not() {
    let unknown = |example: &mut Example| give_up(&mut example.trail.attempts[0], Sent::Unknown);
    assert_eq!(found(unknown), []);
    assert_eq!(
        found(|example| {
            unknown(example);
            example.rows.remove(0);
        }),
        []
    );
}

#[test]
fn swapped_ids_and_wrong_statuses_are_found() {
    let swapped = found(|example| {
        let attempts = &mut example.trail.attempts;
        (attempts[0].id, attempts[1].id) = (attempts[1].id, attempts[0].id);
    });
    assert_eq!(swapped, [Check::Own]);
    assert_eq!(
        found(|example| example.trail.attempts[0].status = Some(500)),
        [Check::Own]
    );
    assert_eq!(
        found(|example| example.trail.attempts[0].id = None),
        [Check::Own]
    );
    assert_eq!(
        found(|example| example.trail.attempts[0].verb = Some(Verb::Head)),
        [Check::Own]
    );
}

#[test]
fn a_lost_response_is_found() {
    let lost = found(|example| {
        give_up(&mut example.trail.attempts[0], Sent::Unknown);
        example.trail.attempts[0].failure = Some(ErrorKind::Transport);
    });
    assert_eq!(lost, [Check::Answers]);
}

#[test]
fn a_trail_in_another_order_is_found() {
    let turned = found(|example| {
        example.rows.swap(0, 1);
        example.rows[0].at = example.rows[1].at;
        example.rows[1]
            .answer
            .as_mut()
            .expect("an answer")
            .retry_after = Duration::ZERO;
    });
    assert_eq!(turned, [Check::Order]);
    assert_eq!(
        found(|example| example.trail.attempts[1].number = 1),
        [Check::Order]
    );
}

#[test]
fn a_post_that_may_have_been_processed_twice_is_found() {
    assert_eq!(
        Example::valid(Verb::Post).findings_after(|_| {}),
        [Check::Twice]
    );
    let with_key = Example::valid(Verb::Post).findings_after(|example| example.plan.key = true);
    assert_eq!(with_key, []);
    let refused = Example::valid(Verb::Post)
        .findings_after(|example| example.rows[0].may_be_processed = false);
    assert_eq!(refused, []);
    let forbidden =
        Example::valid(Verb::Put).findings_after(|example| example.plan.idempotent = Some(false));
    assert_eq!(forbidden, [Check::Twice]);
}

#[test]
fn a_retry_before_its_retry_after_is_found() {
    assert_eq!(
        found(|example| example.rows[1].at = example.rows[0].at),
        [Check::RetryAfter]
    );
}

#[test]
fn a_refused_token_that_is_sent_again_is_found() {
    let again = |newer: u64| {
        found(|example| {
            let answer = example.rows[0].answer.as_mut().expect("an answer");
            (answer.status, answer.retry_after) = (401, Duration::ZERO);
            example.trail.attempts[0].status = Some(401);
            example.trail.attempts[1].cause = Cause::Reauth;
            example.rows[1].token += newer;
        })
    };
    assert_eq!(again(1), []);
    assert_eq!(again(0), [Check::Token]);
}

#[test]
fn an_outcome_that_does_not_match_is_found() {
    let failed = found(|example| example.trail.outcome = Outcome::Error(ErrorKind::Api));
    assert_eq!(failed, [Check::Ends]);
    assert_eq!(
        found(|example| example.trail.stopped = StopReason::Deadline),
        [Check::Ends]
    );
    assert_eq!(
        found(|example| example.trail.outcome = Outcome::Error(ErrorKind::Internal)),
        [Check::Ends]
    );
}

#[test]
fn calls_without_a_trail_or_with_two_are_found() {
    let example = Example::valid(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    ledger.close_all();
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);

    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    ledger.returned(1, None);
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);

    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    ledger.finished(1, example.trail.clone());
    ledger.finished(1, example.trail.clone());
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);
}

#[test]
fn a_result_with_another_trail_than_the_observer_is_found() {
    let example = Example::valid(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    ledger.finished(1, example.trail.clone());
    let mut other = example.trail;
    other.call_id = "d".to_owned();
    ledger.returned(1, Some(&other));
    assert_eq!(ledger.findings().wrong(), [Check::Results]);
}

#[test]
fn a_request_after_the_end_of_its_call_is_found() {
    let example = Example::valid(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    for row in &example.rows {
        ledger.log(1, row.clone(), "2xx");
    }
    ledger.finished(1, example.trail.clone());
    ledger.returned(1, Some(&example.trail));
    ledger.log(1, example.rows[0].clone(), "2xx");
    assert_eq!(ledger.findings().wrong(), [Check::Logged]);
}

#[test]
fn a_late_request_of_a_given_up_attempt_is_matched() {
    let mut example = Example::valid(Verb::Get);
    give_up(&mut example.trail.attempts[0], Sent::Unknown);
    let ledger = Ledger::default();
    ledger.begin(1, example.plan);
    ledger.log(1, example.rows[1].clone(), "2xx");
    ledger.finished(1, example.trail.clone());
    ledger.returned(1, Some(&example.trail));
    example.rows[0].answer = None;
    ledger.log(1, example.rows[0].clone(), "stall");
    ledger.close_all();
    assert_eq!(ledger.findings().wrong(), []);
    assert_eq!(ledger.figures().late, 1);
}
