//! The checks find what is wrong: each story here differs from an honest one in one thing.

use std::time::{Duration, Instant};

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason};

use super::{Answer, Ledger, Row, Seen, Story, Tag};
use crate::checks::Check;
use crate::planned_call::{Ending, PlannedCall, Verb};

/// A call that got a 503 and then a 200.
struct Tale {
    plan: PlannedCall,
    rows: Vec<Row>,
    story: Story,
}

impl Tale {
    fn honest(verb: Verb) -> Self {
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
                told: Duration::from_millis(if status == 503 { 5 } else { 0 }),
            }),
            may_be_processed: true,
        };
        let seen = |nth: u64, status, cause| Seen {
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
            story: Story {
                call_id: "c".to_owned(),
                outcome: Outcome::Ok,
                stopped: StopReason::Succeeded,
                attempts: vec![seen(1, 503, Cause::Initial), seen(2, 200, Cause::Retry)],
            },
        }
    }

    /// What the checks find after a change.
    fn judged(mut self, change: impl FnOnce(&mut Self)) -> Vec<Check> {
        change(&mut self);
        let ledger = Ledger::default();
        ledger.begin(7, self.plan);
        for row in self.rows {
            ledger.log(7, row, "2xx");
        }
        ledger.finished(7, self.story.clone());
        ledger.returned(7, Some(&self.story));
        ledger.close_all();
        ledger.findings().wrong()
    }
}

fn found(change: impl FnOnce(&mut Tale)) -> Vec<Check> {
    Tale::honest(Verb::Get).judged(change)
}

/// Turns an attempt into one of unknown outcome.
fn give_up(seen: &mut Seen, sent: Sent) {
    seen.sent = sent;
    seen.status = None;
    seen.id = None;
    seen.failure = Some(ErrorKind::Timeout);
}

#[test]
fn an_honest_call_passes() {
    assert_eq!(found(|_| {}), []);
}

#[test]
fn an_attempt_that_the_trail_lacks() {
    let lacks = found(|tale| {
        tale.story.attempts.remove(0);
        tale.story.attempts[0].number = 1;
    });
    assert_eq!(lacks, [Check::Logged]);
}

#[test]
fn an_attempt_that_was_never_made() {
    assert_eq!(
        found(|tale| {
            tale.rows.remove(0);
        }),
        [Check::SentYes, Check::Own]
    );
}

#[test]
fn a_request_that_was_sent_twice_under_one_span() {
    let again = found(|tale| tale.rows.push(tale.rows[0].clone()));
    assert_eq!(again, [Check::Logged]);
}

#[test]
fn an_attempt_that_says_no_and_was_sent() {
    let sent = found(|tale| give_up(&mut tale.story.attempts[0], Sent::No));
    assert_eq!(sent, [Check::SentNo]);
}

#[test]
fn an_unknown_one_may_be_logged_or_not() {
    let unknown = |tale: &mut Tale| give_up(&mut tale.story.attempts[0], Sent::Unknown);
    assert_eq!(found(unknown), []);
    assert_eq!(
        found(|tale| {
            unknown(tale);
            tale.rows.remove(0);
        }),
        []
    );
}

#[test]
fn swapped_ids_and_wrong_statuses() {
    let swapped = found(|tale| {
        let attempts = &mut tale.story.attempts;
        (attempts[0].id, attempts[1].id) = (attempts[1].id, attempts[0].id);
    });
    assert_eq!(swapped, [Check::Own]);
    assert_eq!(
        found(|tale| tale.story.attempts[0].status = Some(500)),
        [Check::Own]
    );
    assert_eq!(found(|tale| tale.story.attempts[0].id = None), [Check::Own]);
    assert_eq!(
        found(|tale| tale.story.attempts[0].verb = Some(Verb::Head)),
        [Check::Own]
    );
}

#[test]
fn an_answer_that_was_lost() {
    let lost = found(|tale| {
        give_up(&mut tale.story.attempts[0], Sent::Unknown);
        tale.story.attempts[0].failure = Some(ErrorKind::Transport);
    });
    assert_eq!(lost, [Check::Answers]);
}

#[test]
fn a_trail_in_another_order() {
    let turned = found(|tale| {
        tale.rows.swap(0, 1);
        tale.rows[0].at = tale.rows[1].at;
        tale.rows[1].answer.as_mut().expect("an answer").told = Duration::ZERO;
    });
    assert_eq!(turned, [Check::Order]);
    assert_eq!(
        found(|tale| tale.story.attempts[1].number = 1),
        [Check::Order]
    );
}

#[test]
fn a_post_that_may_have_been_processed_twice() {
    assert_eq!(Tale::honest(Verb::Post).judged(|_| {}), [Check::Twice]);
    let with_key = Tale::honest(Verb::Post).judged(|tale| tale.plan.key = true);
    assert_eq!(with_key, []);
    let refused = Tale::honest(Verb::Post).judged(|tale| tale.rows[0].may_be_processed = false);
    assert_eq!(refused, []);
    let forbidden = Tale::honest(Verb::Put).judged(|tale| tale.plan.idempotent = Some(false));
    assert_eq!(forbidden, [Check::Twice]);
}

#[test]
fn a_retry_that_came_too_early() {
    assert_eq!(
        found(|tale| tale.rows[1].at = tale.rows[0].at),
        [Check::Told]
    );
}

#[test]
fn a_refused_token_that_was_sent_again() {
    let again = |newer: u64| {
        found(|tale| {
            let answer = tale.rows[0].answer.as_mut().expect("an answer");
            (answer.status, answer.told) = (401, Duration::ZERO);
            tale.story.attempts[0].status = Some(401);
            tale.story.attempts[1].cause = Cause::Reauth;
            tale.rows[1].token += newer;
        })
    };
    assert_eq!(again(1), []);
    assert_eq!(again(0), [Check::Token]);
}

#[test]
fn an_outcome_that_does_not_fit() {
    let failed = found(|tale| tale.story.outcome = Outcome::Error(ErrorKind::Api));
    assert_eq!(failed, [Check::Ends]);
    assert_eq!(
        found(|tale| tale.story.stopped = StopReason::Deadline),
        [Check::Ends]
    );
    assert_eq!(
        found(|tale| tale.story.outcome = Outcome::Error(ErrorKind::Internal)),
        [Check::Ends]
    );
}

#[test]
fn calls_without_a_trail_or_with_two() {
    let tale = Tale::honest(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    ledger.close_all();
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);

    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    ledger.returned(1, None);
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);

    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    ledger.finished(1, tale.story.clone());
    ledger.finished(1, tale.story.clone());
    assert_eq!(ledger.findings().wrong(), [Check::OneTrail]);
}

#[test]
fn a_result_with_another_trail_than_the_observers() {
    let tale = Tale::honest(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    ledger.finished(1, tale.story.clone());
    let mut other = tale.story;
    other.call_id = "d".to_owned();
    ledger.returned(1, Some(&other));
    assert_eq!(ledger.findings().wrong(), [Check::Results]);
}

#[test]
fn a_request_after_its_call_was_over() {
    let tale = Tale::honest(Verb::Get);
    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    for row in &tale.rows {
        ledger.log(1, row.clone(), "2xx");
    }
    ledger.finished(1, tale.story.clone());
    ledger.returned(1, Some(&tale.story));
    ledger.log(1, tale.rows[0].clone(), "2xx");
    assert_eq!(ledger.findings().wrong(), [Check::Logged]);
}

#[test]
fn a_late_request_of_a_given_up_attempt_is_matched() {
    let mut tale = Tale::honest(Verb::Get);
    give_up(&mut tale.story.attempts[0], Sent::Unknown);
    let ledger = Ledger::default();
    ledger.begin(1, tale.plan);
    ledger.log(1, tale.rows[1].clone(), "2xx");
    ledger.finished(1, tale.story.clone());
    ledger.returned(1, Some(&tale.story));
    tale.rows[0].answer = None;
    ledger.log(1, tale.rows[0].clone(), "stall");
    ledger.close_all();
    assert_eq!(ledger.findings().wrong(), []);
    assert_eq!(ledger.figures().late, 1);
}
