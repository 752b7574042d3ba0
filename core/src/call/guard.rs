//! Ensures that every call's trail is closed and reported, however the call ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime};

use tracing::Span;

use super::keeper::CallEntry;
use super::shared::Shared;
use crate::call_id::CallId;
use crate::codes::{Cause, ErrorKind, Sent, StopReason, WaitReason};
use crate::observe::{self, AttemptFinished, AttemptStarted, CallFinished, CallInfo};
use crate::trace_context::SpanId;
use crate::trail::{Failed, Opening, Outcome, Trail, TrailWriter};
use crate::transport::{SentMark, Transport, WireRequest};

/// The reason of an attempt that the caller ended.
pub(super) const CANCELLED: &str = "cancelled by the caller";

/// Owns the trail of a call under way. A call that is dropped is closed as cancelled.
pub(super) struct Guard<'a, T: Transport> {
    shared: &'a Shared,
    transport: &'a T,
    pub(super) writer: TrailWriter,
    entry: CallEntry,
    /// The mark of the last attempt.
    sent: Option<SentMark>,
    /// When the last attempt ended.
    attempt_end: Option<Instant>,
    /// When the call ended, if that is already known.
    end: Option<Instant>,
    told: bool,
}

impl<'a, T: Transport> Guard<'a, T> {
    pub(super) fn new(shared: &'a Shared, transport: &'a T, opening: Opening) -> Self {
        Self {
            shared,
            transport,
            writer: TrailWriter::new(opening),
            entry: CallEntry::default(),
            sent: None,
            attempt_end: None,
            end: None,
            told: false,
        }
    }

    /// Opens an attempt and returns its span.
    pub(super) fn attempt_started(
        &mut self,
        now: Instant,
        cause: Cause,
        span_id: SpanId,
        url: String,
        request: &WireRequest,
        may_repeat: bool,
    ) -> Span {
        self.sent = Some(request.sent.clone());
        self.writer
            .begin(now, cause, request.method.clone(), span_id, url);
        let (number, span) = match self.writer.last() {
            Some(attempt) => (attempt.number(), observe::attempt_span(attempt)),
            None => (0, Span::none()),
        };
        self.entry
            .sending(&self.shared.keeper, &self.writer, &request.sent, may_repeat);
        let event = AttemptStarted {
            call: info(&self.writer),
            number,
            cause,
        };
        self.shared.observers.each(|o| o.attempt_started(&event));
        span
    }

    /// Closes the attempt.
    pub(super) fn attempt_ended(&mut self, span: &Span) {
        let now = clock(self.transport);
        self.attempt_end = Some(now);
        if let Some((remote, is_reused)) = self.sent.as_ref().and_then(SentMark::noted_connection) {
            self.writer.connected(remote, is_reused);
        }
        self.writer.end(now);
        if let Some(attempt) = self.writer.last() {
            observe::record_attempt(span, attempt);
        }
    }

    /// Notes the wait, if one follows, and reports the closed attempt to the observers.
    pub(super) fn attempt_finished(&mut self, wait: Option<(Duration, WaitReason)>) {
        if let Some((wait, reason)) = wait {
            self.writer.wait(wait, reason);
        }
        if let Some(attempt) = self.writer.last() {
            let event = AttemptFinished {
                call: info(&self.writer),
                attempt,
            };
            self.shared.observers.each(|o| o.attempt_finished(&event));
        }
    }

    /// Notes that the call waits for a new token.
    pub(super) fn refreshing(&mut self) {
        self.entry.refreshing(&self.shared.keeper, &self.writer);
    }

    /// Notes that the call waits before its next attempt.
    pub(super) fn waiting(&mut self, until: Instant) {
        self.entry.waiting(&self.shared.keeper, until);
    }

    /// Notes that the call ends with the attempt that has just ended.
    pub(super) fn ends_with_attempt(&mut self) {
        self.end = self.attempt_end;
    }

    /// Closes the trail and notifies the observers. `reason` says what ended an attempt that is still open: only a drop
    /// and a panic leave one.
    pub(super) fn finish(&mut self, outcome: Outcome, stopped: StopReason, reason: &str) -> Trail {
        if self.writer.is_open() {
            if let Outcome::Error(kind) = outcome {
                self.writer.failed(Failed {
                    kind,
                    sent: self.sent.as_ref().map_or(Sent::No, sent),
                    unprocessed: false,
                    code: None,
                    reason,
                });
            }
            self.writer.end(clock(self.transport));
            self.attempt_finished(None);
        }
        let end = self.end.unwrap_or_else(|| clock(self.transport));
        let trail = self.writer.finish(end, outcome, stopped);
        self.told = true;
        self.entry.ended(&self.shared.keeper, &trail);
        self.shared
            .observers
            .each(|o| o.call_finished(&CallFinished { trail: &trail }));
        trail
    }
}

impl<T: Transport> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if !self.told {
            let cancelled = Outcome::Error(ErrorKind::Cancelled);
            self.finish(cancelled, StopReason::Cancelled, CANCELLED);
        }
    }
}

/// The time, also if the transport's clock panics: a second panic during a panic would abort the process.
pub(crate) fn clock<T: Transport>(transport: &T) -> Instant {
    catch_unwind(AssertUnwindSafe(|| transport.now())).unwrap_or_else(|_| Instant::now())
}

/// The date, also if the transport's calendar panics: it is read before a call has a trail.
pub(super) fn wall_clock<T: Transport>(transport: &T) -> SystemTime {
    catch_unwind(AssertUnwindSafe(|| transport.wall_clock())).unwrap_or_else(|_| SystemTime::now())
}

/// Whether a request without a response went out.
pub(super) fn sent(mark: &SentMark) -> Sent {
    // Even a request that was written to the socket as a whole may never have been read.
    if mark.is_marked() {
        Sent::Unknown
    } else {
        Sent::No
    }
}

fn info(writer: &TrailWriter) -> CallInfo<'_> {
    let opening = writer.opening();
    CallInfo {
        call_id: CallId::new(opening.call_id),
        dialect: &opening.dialect,
        service: opening.service.as_deref(),
        method: &opening.method,
        path: &opening.path,
        correlation_id: opening.correlation_id.as_deref(),
    }
}
