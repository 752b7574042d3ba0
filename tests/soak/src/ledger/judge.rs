//! The comparison of one call's trail with what the log has of it.

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason};

use super::records::{Answer, Row, Seen, Story};
use crate::checks::{Check, Findings};
use crate::client::ATTEMPT_TIME;
use crate::planned_call::{Ending, PlannedCall};

/// Judges a call; returns how many requests were read later than the trail's order has them.
pub(super) fn judge(
    call: u64,
    plan: &PlannedCall,
    rows: &[Row],
    story: &Story,
    findings: &mut Findings,
) -> u64 {
    let mut look = |check, ok: bool| {
        let what = || format!("call {call} ({plan:?}): the trail says {story:?}, the log {rows:?}");
        findings.look(check, ok.then_some(()).ok_or_else(what));
    };
    for (place, row) in rows.iter().enumerate() {
        let shown = story.attempts.iter().filter(|seen| seen.span == row.span);
        let first = rows.iter().position(|other| other.span == row.span) == Some(place);
        look(Check::Logged, shown.count() == 1 && first);
    }
    for seen in &story.attempts {
        let row = rows.iter().find(|row| row.span == seen.span);
        match seen.sent {
            Sent::Yes => look(Check::SentYes, row.is_some()),
            Sent::No => look(Check::SentNo, row.is_none()),
            _ => {}
        }
        if row.is_some() || seen.status.is_some() {
            look(Check::Own, row.is_some_and(|row| is_own(plan, seen, row)));
        }
        if row.is_some_and(|row| row.answer.is_some()) {
            look(Check::Answers, seen.status.is_some() || gave_up(seen));
        }
    }
    let (in_order, late) = order(rows, story);
    look(Check::Order, in_order);
    if rows.iter().any(|row| !plan.may_repeat(row.verb)) {
        let unsafe_ones = rows.iter().filter(|row| !plan.may_repeat(row.verb));
        look(
            Check::Twice,
            unsafe_ones.filter(|row| row.may_be_processed).count() <= 1,
        );
    }
    for pair in story.attempts.windows(2) {
        let row = |seen: &Seen| rows.iter().find(|row| row.span == seen.span);
        let (Some(before), Some(after)) = (row(&pair[0]), row(&pair[1])) else {
            continue;
        };
        if let Some(told) = before.answer.map(|answer| answer.told)
            && !told.is_zero()
            && pair[0].status.is_some()
        {
            let waited = after.at.saturating_duration_since(before.at);
            look(Check::Told, waited >= told);
        }
        if pair[1].cause == Cause::Reauth {
            let refused = pair[0].status == Some(401);
            look(Check::Token, refused && after.token > before.token);
        }
    }
    look(Check::Ends, fits(story));
    late
}

/// Whether an attempt shows what was answered to its own request.
fn is_own(plan: &PlannedCall, seen: &Seen, row: &Row) -> bool {
    if seen.verb != Some(row.verb) {
        return false;
    }
    match (seen.status, row.answer) {
        (None, _) => seen.id.is_none(),
        (Some(_), None) => false,
        (Some(status), Some(answer)) => {
            status == answer.status && (seen.id == answer.id || lost_with_body(plan, seen, answer))
        }
    }
}

/// An ID in a body can be cut off with it; the one in a header cannot.
fn lost_with_body(plan: &PlannedCall, seen: &Seen, answer: Answer) -> bool {
    let time = match plan.ending {
        Ending::Hurry(time) | Ending::Timeout(time) => time,
        _ => ATTEMPT_TIME,
    };
    // An error whose body stalls stays the API's error: its time alone shows that it ended early.
    let ran_out = seen.elapsed >= time.min(ATTEMPT_TIME);
    answer.id_in_body && seen.id.is_none() && (gave_up(seen) || ran_out)
}

/// Whether the client itself ended the attempt.
fn gave_up(seen: &Seen) -> bool {
    matches!(
        seen.failure,
        Some(ErrorKind::Timeout | ErrorKind::Cancelled)
    )
}

/// Whether the log has the attempts in the trail's order, and how many came late.
///
/// What follows an answer must be logged after it. An attempt that was given up without one can be overtaken on its
/// way to the server by its own repetition, which is no fault of the trail.
fn order(rows: &[Row], story: &Story) -> (bool, u64) {
    let place = |seen: &Seen| rows.iter().position(|row| row.span == seen.span);
    let mut late = 0;
    let mut ok = true;
    for (index, seen) in story.attempts.iter().enumerate() {
        ok &= seen.number as usize == index + 1;
        let Some(own) = place(seen) else { continue };
        let overtaken = story.attempts[index + 1..]
            .iter()
            .filter_map(place)
            .any(|later| later < own);
        if overtaken && seen.status.is_some() {
            ok = false;
        }
        late += u64::from(overtaken);
    }
    (ok, late)
}

/// Whether the outcome is what the last attempt gave.
fn fits(story: &Story) -> bool {
    let last = story.attempts.last();
    let status = last.and_then(|seen| seen.status);
    let failure = last.and_then(|seen| seen.failure);
    let succeeded = status.is_some_and(|status| (200..300).contains(&status));
    let outcome_fits = match story.outcome {
        Outcome::Ok => succeeded && failure.is_none(),
        Outcome::Error(ErrorKind::Api) => status.is_some() && !succeeded && failure.is_none(),
        // Both may also end a wait, or a call that sent nothing.
        Outcome::Error(ErrorKind::Cancelled | ErrorKind::Timeout) => true,
        Outcome::Error(ErrorKind::Transport) => failure == Some(ErrorKind::Transport),
        Outcome::Error(ErrorKind::Redirect) => failure == Some(ErrorKind::Redirect),
        // A loopback server that listens refuses no connection; the rest would be mistakes of soak or client.
        Outcome::Error(_) => false,
    };
    let stop_fits = match story.stopped {
        StopReason::Succeeded => story.outcome == Outcome::Ok,
        StopReason::Cancelled => story.outcome == Outcome::Error(ErrorKind::Cancelled),
        _ => !matches!(
            story.outcome,
            Outcome::Ok | Outcome::Error(ErrorKind::Cancelled)
        ),
    };
    outcome_fits && stop_fits
}
