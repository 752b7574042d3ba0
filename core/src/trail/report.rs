//! The support report: the trail as a person reads it in a ticket.

use std::time::{Duration, SystemTime};

use super::{Attempt, Outcome, Trail, json};
use crate::codes::{Cause, RequestIdNote, Sent, StopReason, TrailNote, WaitReason};
use crate::redact;

/// The most columns of a line.
const WIDTH: usize = 100;

/// Writes the report: a headline, a line per attempt, then notes in words.
pub(super) fn write(trail: &Trail) -> String {
    let mut out = Lines::default();
    out.cells("", "  ", &headline(trail));
    out.cells("", "  ", &place(trail));
    let rows: Vec<[String; 5]> = trail.attempts().iter().map(|a| row(trail, a)).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    // Alignment serves the usual row; one very long cell must not push all others over the edge.
    widths[2] = widths[2].min(34);
    widths[3] = widths[3].min(40);
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .filter(|(_, width)| *width > 0)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        out.cells("", " ", &cells);
    }
    for note in notes(trail) {
        out.words("- ", &note);
    }
    out.finish()
}

fn headline(trail: &Trail) -> Vec<String> {
    let outcome = match (trail.outcome(), trail.last().and_then(Attempt::status)) {
        (Outcome::Ok, Some(status)) => format!("ok ({})", status.as_str()),
        (Outcome::Error(_), Some(_)) => {
            let last = trail.last().map(result).unwrap_or_default();
            format!("FAILED: {} ({last})", trail.outcome())
        }
        (Outcome::Ok, None) => "ok".to_owned(),
        (Outcome::Error(kind), None) => format!("FAILED: {kind}"),
    };
    let elapsed = span(trail.elapsed());
    let count = match trail.attempts().len() {
        0 => "nothing was sent".to_owned(),
        1 => format!("1 attempt in {elapsed}"),
        n => format!("{n} attempts in {elapsed}"),
    };
    vec![
        format!("{} {}", trail.method(), redact::one_line(trail.path())),
        redact::one_line(&outcome).into_owned(),
        count,
        format!("call {}", trail.call_id()),
    ]
}

fn place(trail: &Trail) -> Vec<String> {
    vec![
        format!(
            "{} at {}",
            redact::one_line(trail.dialect()),
            trail.origin()
        ),
        format!("started {}", json::rfc3339(trail.started_at())),
        format!("stopped: {}", trail.stopped()),
    ]
}

/// Number, time, result, request ID, and duration with what followed.
fn row(trail: &Trail, attempt: &Attempt) -> [String; 5] {
    let time = match attempt.request_id().and_then(|id| id.server_time()) {
        Some(server) => format!(" {}", clock(server)),
        None => {
            // A trail that was read from JSON may hold any number.
            let at = trail.started_at().checked_add(attempt.started());
            format!("~{}", clock(at.unwrap_or(trail.started_at())))
        }
    };
    let id = match (attempt.request_id(), attempt.status()) {
        (Some(id), _) => id.to_string(),
        (None, Some(_)) => "(no request ID)".to_owned(),
        (None, None) => "(no response)".to_owned(),
    };
    let mut then = span(attempt.elapsed());
    match attempt.cause() {
        Cause::Initial | Cause::Retry => {}
        Cause::Reauth => then.push_str(" (new token)"),
        Cause::Redirect => then.push_str(" (redirect)"),
        Cause::Resend => then.push_str(" (resent)"),
        Cause::Other(word) => then.push_str(&format!(" ({word})")),
    }
    if let Some(wait) = attempt.wait() {
        let reason = match attempt.wait_reason() {
            Some(WaitReason::RetryAfter) => "Retry-After",
            Some(WaitReason::Other(word)) => word.as_str(),
            Some(WaitReason::Backoff) | None => "backoff",
        };
        then.push_str(&format!("; wait {}: {reason}", span(wait)));
    }
    let result = redact::one_line(&result(attempt)).into_owned();
    [format!("{}.", attempt.number()), time, result, id, then]
}

/// Status and code, or what failed.
pub(crate) fn result(attempt: &Attempt) -> String {
    let mut out = String::with_capacity(32);
    let mut add = |part: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    };
    if let Some(status) = attempt.status() {
        add(status.as_str());
    }
    attempt.error_code().into_iter().for_each(&mut add);
    if let Some(kind) = attempt.failure() {
        add(kind.as_str());
        attempt.failure_code().into_iter().for_each(&mut add);
        if attempt.processed() == Some(false) {
            add(match attempt.sent() {
                Sent::No => "(not sent)",
                _ => "(not processed)",
            });
        }
    }
    out
}

fn notes(trail: &Trail) -> Vec<String> {
    let mut notes = Vec::new();
    if trail.outcome() != Outcome::Ok && !trail.attempts().is_empty() {
        notes.extend(stopped(trail.stopped()).map(str::to_owned));
    }
    // If nothing reached the server, its log has nothing to look for.
    let may_be_logged = trail.attempts().iter().any(|a| a.sent() != Sent::No);
    if let Some(id) = trail
        .correlation_id()
        .filter(|_| may_be_logged && trail.outcome() != Outcome::Ok)
    {
        notes.push(format!(
            "Every attempt carried the correlation ID {}; look for it in the service's log.",
            redact::one_line(id)
        ));
    }
    for note in trail.notes() {
        notes.push(
            match note {
                TrailNote::TlsUnverified => "This client does not verify TLS certificates, so another party may have answered.",
                TrailNote::ViaProxy => "The call went through a proxy.",
                TrailNote::Scripted => "A script answered the call, not a network.",
                TrailNote::Chaos => "The client injects faults (chaos): an attempt may have failed by chance, and not by the server's doing.",
                // An unknown word of a later release is better than nothing.
                TrailNote::Other(word) => word.as_str(),
                TrailNote::MayHaveSucceeded => "An earlier attempt reached the server or may have, and its outcome is unknown: it may have succeeded.",
            }
            .to_owned(),
        );
    }
    let numbers = |wanted: &dyn Fn(&Attempt) -> bool| -> Option<String> {
        let found: Vec<String> = trail
            .attempts()
            .iter()
            .filter(|a| wanted(a))
            .map(|a| a.number().to_string())
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    };
    notes.extend(failures(trail));
    let noted =
        |note: RequestIdNote| numbers(&move |a: &Attempt| a.request_id_notes().contains(&note));
    if let Some(n) = noted(RequestIdNote::Missing) {
        notes.push(format!("No request ID in the response of attempt {n}: usually a proxy or gateway answered in the server's place, or strips headers."));
    }
    for attempt in trail.attempts() {
        if let Some(body) = attempt.body_request_id() {
            notes.push(format!(
                "The body of attempt {} names another request ID: {body}",
                attempt.number()
            ));
        }
    }
    if let Some(n) = noted(RequestIdNote::AsSent) {
        notes.push(format!("The request ID of attempt {n} is the correlation ID that was sent: the service has no separate ID for a request, so search its log for the correlation ID."));
    }
    if let Some(n) = noted(RequestIdNote::Duplicate) {
        notes.push(format!(
            "The response of attempt {n} carries several differing request IDs; the first is shown."
        ));
    }
    if let Some(n) = noted(RequestIdNote::Truncated) {
        notes.push(format!(
            "The request ID of attempt {n} was longer than 256 bytes and is cut."
        ));
    }
    if let Some(n) = noted(RequestIdNote::Malformed) {
        notes.push(format!(
            "The request ID of attempt {n} holds unprintable bytes, shown as \\xNN."
        ));
    }
    for attempt in trail
        .attempts()
        .iter()
        .filter(|a| a.status().is_none() && a.processed() != Some(false))
    {
        let trace = if trail.0.opening.traced {
            format!(
                "; look for its traceparent: trace {}, span {}",
                trail.trace_id(),
                attempt.span_id()
            )
        } else {
            String::new()
        };
        notes.push(format!(
            "Attempt {} got no response, so it has no request ID{trace}.",
            attempt.number()
        ));
    }
    if !trail.attempts().is_empty() {
        notes.push(
            "Times are UTC: the server's, from its request ID, or with a ~ this client's."
                .to_owned(),
        );
    }
    notes
}

/// What went wrong, once for all attempts with the same failure.
fn failures(trail: &Trail) -> Vec<String> {
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for attempt in trail.attempts() {
        let Some(reason) = attempt.failure_reason() else {
            continue;
        };
        let number = attempt.number().to_string();
        match found.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, numbers)) => numbers.push(number),
            None => found.push((reason, vec![number])),
        }
    }
    found
        .into_iter()
        .map(|(reason, numbers)| {
            let plural = if numbers.len() == 1 { "" } else { "s" };
            let dot = if reason.ends_with(['.', '…']) {
                ""
            } else {
                "."
            };
            format!(
                "Attempt{plural} {} failed: {reason}{dot}",
                numbers.join(", ")
            )
        })
        .collect()
}

/// Why it was not repeated, in words; `None` for a word of a later release, which only the headline shows.
fn stopped(reason: StopReason) -> Option<&'static str> {
    Some(match reason {
        StopReason::Other(_) => return None,
        StopReason::Succeeded => "The call succeeded.",
        StopReason::NotRetryable => {
            "It was not repeated, because repeating such a request does not help."
        }
        StopReason::UnsafeToRetry => {
            "It was not repeated: the server may have acted on the request, and repeating it is not safe."
        }
        StopReason::AttemptsExhausted => {
            "It was not repeated again, because the allowed attempts were used up."
        }
        StopReason::RetryAfterTooLong => {
            "It was not repeated, because the server asked for a longer wait than the client allows."
        }
        StopReason::Deadline => {
            "It was not repeated, because the call's time was used up or the next wait did not fit in it."
        }
        StopReason::BudgetExhausted => {
            "It was not repeated, because the client's retry budget was empty."
        }
        StopReason::Cancelled => "The caller cancelled it.",
        StopReason::BodyNotReplayable => {
            "It was not repeated, because its body cannot be sent twice."
        }
    })
}

/// A duration for people.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        _ if seconds < 0.01 => format!("{:.1} ms", seconds * 1e3),
        _ if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        _ if seconds < 100.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.0} s"),
    }
}

/// The time of day of a date, UTC.
fn clock(time: SystemTime) -> String {
    let date = json::rfc3339(time);
    let clock = date.split_once('T').map_or("", |(_, clock)| clock);
    clock.trim_end_matches('Z').to_owned()
}

/// Lines of at most [`WIDTH`] columns.
#[derive(Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Writes cells in a row; those that do not fit go on indented lines below.
    pub(crate) fn cells(&mut self, indent: &str, gap: &str, cells: &[String]) {
        self.fill(indent, "      ", gap, cells.iter().map(String::as_str));
    }

    /// Writes a sentence as an item.
    pub(crate) fn words(&mut self, bullet: &str, text: &str) {
        self.fill(bullet, "  ", " ", text.split(' '));
    }

    fn fill<'a>(
        &mut self,
        first: &str,
        indent: &str,
        gap: &str,
        parts: impl Iterator<Item = &'a str>,
    ) {
        let mut line = first.to_owned();
        let mut used = line.len();
        let mut empty = true;
        for part in parts {
            // A trail that was read from JSON may hold anything anywhere.
            let part = &*redact::one_line(part);
            let width = part.trim_end().chars().count();
            if !empty && used + gap.len() + width > WIDTH {
                self.end(&line);
                line = indent.to_owned();
                used = indent.len();
                empty = true;
            }
            if !empty {
                line.push_str(gap);
                used += gap.len();
            }
            // A part that is longer than a whole line is broken anywhere, since losing a piece of an ID would be worse.
            for c in part.chars() {
                if used == WIDTH && c != ' ' {
                    self.end(&line);
                    line = indent.to_owned();
                    used = indent.len();
                }
                if used < WIDTH {
                    line.push(c);
                    used += 1;
                }
            }
            empty = false;
        }
        self.end(&line);
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn end(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests;
