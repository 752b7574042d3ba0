//! The result of an attempt, as the loop sees it.

use std::time::Duration;

use http::Method;

use crate::call::plan::Hop;
use crate::call::redirect::{Verdict, judge};
use crate::cancel::CancelReason;
use crate::codes::{ErrorKind, Sent};
use crate::retry::decision::AttemptOutcome;
use crate::testing::by_hand::attempt::{DescribedAttempt, Failure};
use crate::testing::script::{Result, error_at};

/// The result of an attempt.
pub(super) struct Effect {
    pub(super) outcome: AttemptOutcome,
    pub(super) sent: Sent,
    /// The kind of the error if the call ends with it; `None` for a success.
    pub(super) kind: Option<ErrorKind>,
    /// Where a redirect leads.
    pub(super) next: Option<Box<Hop>>,
}

impl Effect {
    /// Returns what the loop sees of an attempt that sends `hop`.
    pub(super) fn of(
        attempt: &DescribedAttempt,
        hop: &Hop,
        max_retry_after: Duration,
    ) -> Result<Self> {
        if hop.method == Method::HEAD && attempt.has_body {
            let message = "an answer to HEAD has no body, and so neither code nor content, and nothing fails within it";
            return Err(error_at(&attempt.path, message));
        }
        let of = |kind, outcome, sent| Self {
            outcome,
            sent,
            kind: Some(kind),
            next: None,
        };
        let broken = AttemptOutcome::Broken;
        if let Some(failure) = attempt.failure.filter(|it| *it != Failure::Redirect) {
            return Ok(match failure {
                Failure::NoConnection | Failure::ConnectTimeout => {
                    of(ErrorKind::Connect, AttemptOutcome::NoConnection, Sent::No)
                }
                Failure::Tls => {
                    let outcome = AttemptOutcome::ConnectionRefused;
                    of(ErrorKind::Connect, outcome, Sent::No)
                }
                Failure::Timeout => of(ErrorKind::Timeout, broken, Sent::Unknown),
                Failure::Broken => of(ErrorKind::Transport, broken, Sent::Unknown),
                Failure::TooLarge => of(ErrorKind::TooLarge, AttemptOutcome::Unusable, Sent::Yes),
                Failure::Decode | Failure::Redirect => {
                    of(ErrorKind::Decode, AttemptOutcome::Unusable, Sent::Yes)
                }
                Failure::Cancelled => {
                    let outcome = AttemptOutcome::Cancelled(CancelReason::Cancelled);
                    of(ErrorKind::Cancelled, outcome, Sent::Unknown)
                }
            });
        }
        let Some(status) = attempt.status else {
            let message = "it has neither an answer nor a failure";
            return Err(error_at(&attempt.path, message));
        };
        if status.is_success() {
            return Ok(Self {
                outcome: AttemptOutcome::Success,
                sent: Sent::Yes,
                kind: None,
                next: None,
            });
        }
        let redirect = ErrorKind::Redirect;
        match judge(status, &attempt.headers, hop, 0, u32::MAX, &[]) {
            Verdict::Follow(_) if attempt.failure.is_some() => {
                let message = "its redirect is followed; expected a `Location` at another origin, or none in `headers`";
                Err(error_at(&attempt.path, message))
            }
            Verdict::Final if attempt.failure.is_some() => {
                let message = format!(
                    "{} is not a redirect; expected 301, 302, 303, 307 or 308",
                    status.as_u16()
                );
                Err(error_at(format!("{}.status", attempt.path), message))
            }
            Verdict::Follow(next) => {
                let is_late = attempt.retry_after > Some(max_retry_after);
                let mut effect = match is_late {
                    true => of(redirect, AttemptOutcome::LateRedirect, Sent::Yes),
                    false => of(redirect, AttemptOutcome::Redirect, Sent::Yes),
                };
                effect.next = Some(next);
                Ok(effect)
            }
            Verdict::Refuse(_) => Ok(of(redirect, AttemptOutcome::Unusable, Sent::Yes)),
            Verdict::Final => {
                let outcome = AttemptOutcome::Status(status.as_u16(), attempt.rule);
                Ok(of(ErrorKind::Api, outcome, Sent::Yes))
            }
        }
    }
}
