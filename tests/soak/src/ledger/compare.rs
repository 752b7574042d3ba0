//! Compares a call's trail with its requests in the log.

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason};

use super::records::{Answer, AttemptRecord, Row, TrailRecord};
use crate::checks::{Check, Findings};
use crate::client::ATTEMPT_TIME;
use crate::planned_call::{Ending, PlannedCall};

/// Compares a call. Returns how many requests the server read later than the order of the trail.
pub(super) fn compare(
    call: u64,
    plan: &PlannedCall,
    rows: &[Row],
    trail: &TrailRecord,
    findings: &mut Findings,
) -> u64 {
    let mut record = |check, ok: bool| {
        let what = || format!("call {call} ({plan:?}): the trail says {trail:?}, the log {rows:?}");
        findings.record(check, ok.then_some(()).ok_or_else(what));
    };
    for (place, row) in rows.iter().enumerate() {
        let shown = trail
            .attempts
            .iter()
            .filter(|attempt| attempt.span == row.span);
        let first = rows.iter().position(|other| other.span == row.span) == Some(place);
        record(Check::Logged, shown.count() == 1 && first);
    }
    for attempt in &trail.attempts {
        let row = rows.iter().find(|row| row.span == attempt.span);
        match attempt.sent {
            Sent::Yes => record(Check::SentYes, row.is_some()),
            Sent::No => record(Check::SentNo, row.is_none()),
            _ => {}
        }
        if row.is_some() || attempt.status.is_some() {
            record(
                Check::Own,
                row.is_some_and(|row| is_own(plan, attempt, row)),
            );
        }
        if row.is_some_and(|row| row.answer.is_some()) {
            record(Check::Answers, attempt.status.is_some() || gave_up(attempt));
        }
    }
    let (in_order, late) = order(rows, trail);
    record(Check::Order, in_order);
    if rows.iter().any(|row| !plan.may_repeat(row.verb)) {
        let unsafe_ones = rows.iter().filter(|row| !plan.may_repeat(row.verb));
        record(
            Check::Twice,
            unsafe_ones.filter(|row| row.may_be_processed).count() <= 1,
        );
    }
    for pair in trail.attempts.windows(2) {
        let row = |attempt: &AttemptRecord| rows.iter().find(|row| row.span == attempt.span);
        let (Some(before), Some(after)) = (row(&pair[0]), row(&pair[1])) else {
            continue;
        };
        if let Some(retry_after) = before.answer.map(|answer| answer.retry_after)
            && !retry_after.is_zero()
            && pair[0].status.is_some()
        {
            let waited = after.at.saturating_duration_since(before.at);
            record(Check::RetryAfter, waited >= retry_after);
        }
        if pair[1].cause == Cause::Reauth {
            let refused = pair[0].status == Some(401);
            record(Check::Token, refused && after.token > before.token);
        }
    }
    record(Check::Ends, fits(trail));
    late
}

/// Returns whether an attempt shows the response to its own request.
fn is_own(plan: &PlannedCall, attempt: &AttemptRecord, row: &Row) -> bool {
    if attempt.verb != Some(row.verb) {
        return false;
    }
    match (attempt.status, row.answer) {
        (None, _) => attempt.id.is_none(),
        (Some(_), None) => false,
        (Some(status), Some(answer)) => {
            status == answer.status
                && (attempt.id == answer.id || lost_with_body(plan, attempt, answer))
        }
    }
}

/// Returns whether the ID was lost because it was in a body that was cut off. An ID in a header cannot be lost.
fn lost_with_body(plan: &PlannedCall, attempt: &AttemptRecord, answer: Answer) -> bool {
    let time = match plan.ending {
        Ending::ShortAttempt(time) | Ending::Timeout(time) => time,
        _ => ATTEMPT_TIME,
    };
    // An error whose body stalls is still the API's error: only its time shows that it ended early.
    let ran_out = attempt.elapsed >= time.min(ATTEMPT_TIME);
    answer.id_in_body && attempt.id.is_none() && (gave_up(attempt) || ran_out)
}

/// Returns whether the client itself ended the attempt.
fn gave_up(attempt: &AttemptRecord) -> bool {
    matches!(
        attempt.failure,
        Some(ErrorKind::Timeout | ErrorKind::Cancelled)
    )
}

/// Returns whether the log has the attempts in the trail's order, and how many came late.
///
/// An attempt that follows a response must be logged after it. If an attempt was given up without a response, its
/// repetition may reach the server first. That is not a fault of the trail.
fn order(rows: &[Row], trail: &TrailRecord) -> (bool, u64) {
    let place = |attempt: &AttemptRecord| rows.iter().position(|row| row.span == attempt.span);
    let mut late = 0;
    let mut ok = true;
    for (index, attempt) in trail.attempts.iter().enumerate() {
        ok &= attempt.number as usize == index + 1;
        let Some(own) = place(attempt) else { continue };
        let overtaken = trail.attempts[index + 1..]
            .iter()
            .filter_map(place)
            .any(|later| later < own);
        if overtaken && attempt.status.is_some() {
            ok = false;
        }
        late += u64::from(overtaken);
    }
    (ok, late)
}

/// Returns whether the outcome matches the last attempt.
fn fits(trail: &TrailRecord) -> bool {
    let last = trail.attempts.last();
    let status = last.and_then(|attempt| attempt.status);
    let failure = last.and_then(|attempt| attempt.failure);
    let succeeded = status.is_some_and(|status| (200..300).contains(&status));
    let outcome_fits = match trail.outcome {
        Outcome::Ok => succeeded && failure.is_none(),
        Outcome::Error(ErrorKind::Api) => status.is_some() && !succeeded && failure.is_none(),
        // Both may also end a call during a wait, or before it sent anything.
        Outcome::Error(ErrorKind::Cancelled | ErrorKind::Timeout) => true,
        Outcome::Error(ErrorKind::Transport) => failure == Some(ErrorKind::Transport),
        Outcome::Error(ErrorKind::Redirect) => failure == Some(ErrorKind::Redirect),
        // A listening server on loopback refuses no connection. The other kinds would be faults of the soak or the client.
        Outcome::Error(_) => false,
    };
    let stop_fits = match trail.stopped {
        StopReason::Succeeded => trail.outcome == Outcome::Ok,
        StopReason::Cancelled => trail.outcome == Outcome::Error(ErrorKind::Cancelled),
        _ => !matches!(
            trail.outcome,
            Outcome::Ok | Outcome::Error(ErrorKind::Cancelled)
        ),
    };
    outcome_fits && stop_fits
}
