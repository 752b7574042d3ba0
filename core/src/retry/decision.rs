//! The decision after an attempt: one pure function of what happened and what is left.

use std::time::Duration;

use crate::cancel::CancelReason;
use crate::codes::{Cause, Sent, StopReason, WaitReason};
use crate::dialect::RetryRule;

/// The most jitter that is added to a Retry-After.
const MAX_JITTER: Duration = Duration::from_secs(1);

/// The precision of timers.
const TIMER_STEP: Duration = Duration::from_millis(1);

/// The most `resend` attempts of a call. A server that does not process it more often than that will not serve it.
pub(crate) const MAX_RESENDS: u32 = 8;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AttemptOutcome {
    /// A usable 2xx response.
    Success,
    /// A redirect that is followed.
    Redirect,
    /// A redirect that the server wants to be followed later than is allowed.
    LateRedirect,
    /// A final status outside 2xx, with the rule of its code, if the dialect has one.
    Status(u16, Option<RetryRule>),
    /// No connection: DNS, refused, unreachable, connect timeout.
    NoConnection,
    /// No connection, and another try would not make one: a TLS handshake that failed, a proxy that refused.
    ConnectionRefused,
    /// The server closes the connection and guarantees that it did not process the request (HTTP/2 GOAWAY).
    Unprocessed,
    /// The server accepts no further stream and guarantees that it did not process the request (HTTP/2 REFUSED_STREAM).
    RefusedStream,
    /// The attempt timed out, the connection broke, or a 2xx body was cut short.
    Broken,
    /// A response that cannot be used, and would not be better the next time.
    Unusable,
    /// The caller cancelled, or its own deadline passed.
    Cancelled(CancelReason),
}

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryInput {
    pub(crate) outcome: AttemptOutcome,
    pub(crate) sent: Sent,
    /// The call's own time ended the attempt.
    pub(crate) out_of_time: bool,
    /// The request may be sent twice.
    pub(crate) safe: bool,
    /// The client has a refresher that this call has not used yet.
    pub(crate) can_reauth: bool,
    /// Attempts that count against the maximum, this one included.
    pub(crate) attempts: u32,
    pub(crate) max_attempts: u32,
    /// Attempts so far whose cause was that the server guaranteed not to have processed the previous one.
    pub(crate) resends: u32,
    /// An earlier attempt of the call met a refused stream.
    pub(crate) refused_before: bool,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) max_retry_after: Duration,
    /// The drawn backoff.
    pub(crate) backoff: Duration,
    /// A draw from [0, 1) for the jitter on a Retry-After.
    pub(crate) jitter: f64,
    pub(crate) time_left: Duration,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    /// Repeat the request now, with a new credential.
    Reauth,
    /// Follow the redirect: now, or no earlier than the server said.
    Redirect(Option<Duration>),
    /// Repeat the request after a wait.
    Retry(Duration, WaitReason),
    /// Repeat the request that the server did not process: now, or after a backoff.
    Resend(Option<Duration>),
    /// End the call.
    Stop(StopReason),
}

impl Decision {
    /// The cause of the next attempt.
    pub(crate) fn cause(self) -> Option<Cause> {
        match self {
            Self::Reauth => Some(Cause::Reauth),
            Self::Redirect(_) => Some(Cause::Redirect),
            Self::Retry(..) => Some(Cause::Retry),
            Self::Resend(_) => Some(Cause::Resend),
            Self::Stop(_) => None,
        }
    }

    /// The wait before the next attempt, and what decided it.
    pub(crate) fn wait(self) -> Option<(Duration, WaitReason)> {
        match self {
            Self::Retry(wait, reason) => Some((wait, reason)),
            Self::Resend(Some(wait)) => Some((wait, WaitReason::Backoff)),
            Self::Redirect(Some(wait)) => Some((wait, WaitReason::RetryAfter)),
            Self::Resend(None) | Self::Reauth | Self::Redirect(None) | Self::Stop(_) => None,
        }
    }
}

/// Decides what comes next. `withdraw` takes a retry from the budget; it is called last, and only for a retry that
/// everything else allows.
pub(crate) fn decide(input: &RetryInput, withdraw: impl FnOnce() -> bool) -> Decision {
    match input.outcome {
        AttemptOutcome::Success => return Decision::Stop(StopReason::Succeeded),
        AttemptOutcome::Cancelled(reason) => return Decision::Stop(reason.stopped()),
        _ if input.out_of_time => return Decision::Stop(StopReason::Deadline),
        // RFC 9110 §10.2.3: the least wait before the redirected request. It is not a retry and has no backoff.
        AttemptOutcome::Redirect => {
            return Decision::Redirect(
                input
                    .retry_after
                    .map(|asked_wait| jittered(asked_wait, input)),
            );
        }
        AttemptOutcome::LateRedirect => {
            let is_too_long = input
                .retry_after
                .is_some_and(|asked_wait| asked_wait > input.max_retry_after);
            return Decision::Stop(if is_too_long {
                StopReason::RetryAfterTooLong
            } else {
                StopReason::Deadline
            });
        }
        // A new credential fixes a refused one, whatever else the code's rule says.
        AttemptOutcome::Status(401, rule) if input.can_reauth && rule != Some(RetryRule::Never) => {
            return Decision::Reauth;
        }
        // A GOAWAY ends the connection, so the next attempt uses another one.
        AttemptOutcome::Unprocessed => return resend(input, None),
        // One refusal can be a race with the server's limit on streams; a second one is a busy server.
        AttemptOutcome::RefusedStream => {
            return resend(input, input.refused_before.then_some(input.backoff));
        }
        _ => {}
    }
    match repeatable(input) {
        RetryRule::Never => return Decision::Stop(StopReason::NotRetryable),
        RetryRule::IfSafe if !input.safe => return Decision::Stop(StopReason::UnsafeToRetry),
        RetryRule::IfSafe | RetryRule::Always => {}
    }
    if input.attempts >= input.max_attempts {
        return Decision::Stop(StopReason::AttemptsExhausted);
    }
    if input
        .retry_after
        .is_some_and(|asked_wait| asked_wait > input.max_retry_after)
    {
        return Decision::Stop(StopReason::RetryAfterTooLong);
    }
    let (wait, reason) = wait(input);
    if wait >= input.time_left {
        return Decision::Stop(StopReason::Deadline);
    }
    if !withdraw() {
        return Decision::Stop(StopReason::BudgetExhausted);
    }
    Decision::Retry(wait, reason)
}

/// Repeats a request that the server guaranteed not to have processed. Any method is then safe to repeat. Since the server
/// decides, this uses neither the attempts nor the budget.
fn resend(input: &RetryInput, wait: Option<Duration>) -> Decision {
    if input.resends >= MAX_RESENDS {
        return Decision::Stop(StopReason::AttemptsExhausted);
    }
    if wait.unwrap_or_default() >= input.time_left {
        return Decision::Stop(StopReason::Deadline);
    }
    Decision::Resend(wait)
}

/// Whether a repetition could help, and for whom.
fn repeatable(input: &RetryInput) -> RetryRule {
    match input.outcome {
        AttemptOutcome::NoConnection => RetryRule::Always,
        // Nothing left the client, so nothing can happen twice.
        AttemptOutcome::Broken if input.sent == Sent::No => RetryRule::Always,
        AttemptOutcome::Broken => RetryRule::IfSafe,
        AttemptOutcome::Status(_, Some(rule)) => rule,
        // The server refused the request before acting on it (RFC 6585 §4).
        AttemptOutcome::Status(429, None) => RetryRule::Always,
        AttemptOutcome::Status(408 | 500 | 502..=504, None) => RetryRule::IfSafe,
        AttemptOutcome::Status(_, None)
        | AttemptOutcome::ConnectionRefused
        | AttemptOutcome::Unusable => RetryRule::Never,
        // Already decided above.
        AttemptOutcome::Success
        | AttemptOutcome::Redirect
        | AttemptOutcome::LateRedirect
        | AttemptOutcome::Cancelled(_)
        | AttemptOutcome::Unprocessed
        | AttemptOutcome::RefusedStream => RetryRule::Never,
    }
}

/// The wait before a retry: at least what the server asked for, and at least the backoff.
fn wait(input: &RetryInput) -> (Duration, WaitReason) {
    let Some(asked_wait) = input.retry_after else {
        return (input.backoff, WaitReason::Backoff);
    };
    let asked_wait = jittered(asked_wait, input);
    if input.backoff > asked_wait {
        (input.backoff, WaitReason::Backoff)
    } else {
        (asked_wait, WaitReason::RetryAfter)
    }
}

/// The wait that the server asked for, plus some jitter, so that not all clients return at once.
fn jittered(asked_wait: Duration, input: &RetryInput) -> Duration {
    let jitter = asked_wait
        .mul_f64(0.2)
        .min(MAX_JITTER)
        .mul_f64(input.jitter.clamp(0.0, 1.0));
    // Jitter must not prevent a retry that would fit, nor use up the time that the retry needs; and timers round up.
    let room = input
        .time_left
        .saturating_sub(asked_wait.saturating_add(TIMER_STEP))
        / 2;
    asked_wait + jitter.min(room)
}

#[cfg(test)]
mod tests;
