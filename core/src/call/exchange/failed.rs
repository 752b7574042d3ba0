//! Handles attempts without a complete, usable response: in the record, for the decision, and in words.

use std::borrow::Cow;
use std::time::Duration;

use super::{AttemptResult, Exchange};
use crate::call::attempt_timeout::Ended;
use crate::call::timeout_text::{self, Limit, Waited};
use crate::call::{End, guard};
use crate::cancel::CancelReason;
use crate::codes::{ErrorKind, Sent};
use crate::redact::one_line;
use crate::retry::decision::AttemptOutcome;
use crate::trail::{Failed, TrailWriter};
use crate::transport::{Failure, Phase, SentMark, Transport, TransportError};

impl<T: Transport> Exchange<'_, T> {
    /// Handles a connection that failed, before the response or within it.
    pub(super) fn broken(
        &self,
        error: TransportError,
        retry_after: Option<Duration>,
        writer: &mut TrailWriter,
        mark: &SentMark,
    ) -> AttemptResult {
        let answered = is_answered(writer);
        let (kind, outcome, sent) = match error.failure() {
            // After the head, a failing connection does not change that the server has acted.
            _ if answered => (ErrorKind::Transport, AttemptOutcome::Broken, Sent::Yes),
            // A transport that marked the request as sent has sent it, whatever it says now: the mark wins.
            Failure::Connect | Failure::Unusable | Failure::Tls | Failure::ProxyRefused
                if mark.is_marked() && !error.is_unread() =>
            {
                (ErrorKind::Transport, AttemptOutcome::Broken, Sent::Unknown)
            }
            Failure::Connect => (ErrorKind::Connect, AttemptOutcome::NoConnection, Sent::No),
            Failure::Unusable | Failure::Tls | Failure::ProxyRefused => (
                ErrorKind::Connect,
                AttemptOutcome::ConnectionRefused,
                Sent::No,
            ),
            Failure::Unprocessed => (
                ErrorKind::Transport,
                AttemptOutcome::Unprocessed,
                guard::sent(mark),
            ),
            Failure::RefusedStream => (
                ErrorKind::Transport,
                AttemptOutcome::RefusedStream,
                guard::sent(mark),
            ),
            Failure::HeadersTooLarge => (ErrorKind::TooLarge, AttemptOutcome::Unusable, Sent::Yes),
            Failure::Broken => (
                ErrorKind::Transport,
                AttemptOutcome::Broken,
                guard::sent(mark),
            ),
        };
        let message = self.redactor.text(&error.to_string()).into_owned();
        let code = error.code().map(|code| self.redactor.text(code));
        writer.failed(Failed {
            kind,
            sent,
            unprocessed: matches!(
                outcome,
                AttemptOutcome::Unprocessed | AttemptOutcome::RefusedStream
            ),
            code: code.map(|code| one_line(&code).into_owned().into()),
            reason: &message,
        });
        let end = match self.is_clean(&error) {
            true => End::error(kind, message).caused_by(error),
            false => End::error(kind, message),
        };
        AttemptResult::new(outcome, sent, end).with_retry_after(retry_after)
    }

    /// Whether neither an error nor its causes repeat a credential that the peer echoed.
    fn is_clean(&self, error: &TransportError) -> bool {
        let mut texts = vec![format!("{error:?}"), error.to_string()];
        let mut next = error.cause();
        while let Some(cause) = next {
            texts.push(cause.to_string());
            next = cause.source();
        }
        let clean = |text: &String| matches!(self.redactor.text(text), Cow::Borrowed(_));
        texts.iter().all(clean)
    }

    /// Handles a timeout: the time to connect, the attempt's, or the call's.
    pub(super) fn timed_out(
        &self,
        writer: &mut TrailWriter,
        retry_after: Option<Duration>,
        mark: &SentMark,
    ) -> AttemptResult {
        let sent = sent(writer, mark);
        let now = guard::clock(self.transport);
        let phase = phase(sent, mark);
        let ended = self.timing.ended_by(now, phase.is_connected());
        let reason = self.late(phase, mark, self.timing.limit(ended, now));
        let (kind, outcome, code) = match ended {
            Ended::Connect => (
                ErrorKind::Connect,
                AttemptOutcome::NoConnection,
                Some("ETIMEDOUT"),
            ),
            Ended::Attempt | Ended::Call => (ErrorKind::Timeout, AttemptOutcome::Broken, None),
        };
        writer.failed(Failed {
            kind,
            sent,
            unprocessed: false,
            code: code.map(Cow::Borrowed),
            reason: &reason,
        });
        AttemptResult::new(outcome, sent, End::error(kind, reason))
            .with_retry_after(retry_after)
            .with_out_of_time(ended == Ended::Call)
    }

    /// Handles a cancellation, or the caller's own deadline.
    pub(super) fn cancelled(
        &self,
        why: CancelReason,
        writer: &mut TrailWriter,
        mark: &SentMark,
    ) -> AttemptResult {
        let sent = sent(writer, mark);
        let reason = match why {
            CancelReason::Cancelled => guard::CANCELLED.to_owned(),
            CancelReason::Deadline => {
                mark.note_timeout();
                let limit = Limit::of_caller(self.timing.started, guard::clock(self.transport));
                self.late(phase(sent, mark), mark, limit)
            }
        };
        writer.failed(Failed {
            kind: why.kind(),
            sent,
            unprocessed: false,
            code: None,
            reason: &reason,
        });
        let end = End::error(why.kind(), reason).because_of(why);
        AttemptResult::new(AttemptOutcome::Cancelled(why), sent, end)
    }

    /// Returns what had not happened when the time ran out, without secrets.
    fn late(&self, phase: Phase, mark: &SentMark, limit: Limit) -> String {
        let (peer, host) = (mark.peer(), self.plan.hop.host());
        let waited = Waited {
            phase,
            peer: peer.as_deref(),
            host: &host,
        };
        let reason = timeout_text::reason(&waited, limit);
        self.redactor.text(&reason).into_owned()
    }
}

/// Whether the request of an attempt that ended early went out.
fn sent(writer: &TrailWriter, mark: &SentMark) -> Sent {
    if is_answered(writer) {
        Sent::Yes
    } else {
        guard::sent(mark)
    }
}

/// What an attempt was doing when it ended early.
fn phase(sent: Sent, mark: &SentMark) -> Phase {
    match mark.phase() {
        // A transport that does not report its phases.
        phase if sent != Sent::No && !phase.is_connected() => Phase::Waiting,
        phase => phase,
    }
}

/// Handles a received response that cannot be used; another one would not be better.
pub(super) fn failed(writer: &mut TrailWriter, kind: ErrorKind, message: String) -> AttemptResult {
    writer.failed(Failed {
        kind,
        sent: Sent::Yes,
        unprocessed: false,
        code: None,
        reason: &message,
    });
    AttemptResult::new(
        AttemptOutcome::Unusable,
        Sent::Yes,
        End::error(kind, message),
    )
}

pub(super) fn too_large(writer: &mut TrailWriter, limit: u64) -> AttemptResult {
    let message = format!("the body is larger than the limit of {limit} bytes (max_body_bytes)");
    failed(writer, ErrorKind::TooLarge, message)
}

/// Whether a response head has arrived.
fn is_answered(writer: &TrailWriter) -> bool {
    writer.last().is_some_and(|a| a.status().is_some())
}
