//! Events and spans of `tracing`: one span per call and per attempt, one event as each ends.
//!
//! Logging is by allow-list: only what is named here is ever logged. The target is always `reqtrail`.

use tracing::{Level, Span, field};

#[cfg(feature = "openstack")]
use super::CallInfo;
use super::{Observer, millis};
use crate::redact::one_line;
use crate::trail::{Attempt, Outcome};

/// The span of a call. It has no fields. Events name the call ID and everything else themselves, for subscribers that show
/// no spans; a line that shows both would repeat them.
pub(crate) fn call_span() -> Span {
    tracing::span!(target: "reqtrail", Level::INFO, "reqtrail.call")
}

/// The span of an attempt; what the response says is added by [`record_attempt`].
pub(crate) fn attempt_span(attempt: &Attempt) -> Span {
    tracing::span!(
        target: "reqtrail",
        Level::DEBUG,
        "reqtrail.attempt",
        attempt = attempt.number(),
        cause = attempt.cause().as_str(),
        status = field::Empty,
        code = field::Empty,
        request_id = field::Empty,
        failure = field::Empty,
        failure_code = field::Empty,
        failure_reason = field::Empty,
    )
}

/// Adds the attempt's result to its span.
pub(crate) fn record_attempt(span: &Span, attempt: &Attempt) {
    if span.is_disabled() {
        return;
    }
    if let Some(status) = attempt.status() {
        span.record("status", status.as_u16());
    }
    if let Some(code) = attempt.error_code() {
        span.record("code", &*one_line(code));
    }
    if let Some(id) = attempt.request_id() {
        span.record("request_id", id.as_str());
    }
    if let Some(failure) = attempt.failure() {
        span.record("failure", failure.as_str());
    }
    if let Some(code) = attempt.failure_code() {
        span.record("failure_code", code);
    }
    if let Some(reason) = attempt.failure_reason() {
        span.record("failure_reason", reason);
    }
}

/// Writes the events.
pub(crate) struct TracingEvents;

/// The event of an OpenStack attempt. Its message is the line that operators search clients' logs for.
#[cfg(feature = "openstack")]
fn openstack_attempt(call: &CallInfo<'_>, attempt: &Attempt) {
    tracing::debug!(
        target: "reqtrail",
        call_id = %call.call_id,
        global_request_id = call.correlation_id,
        attempt = attempt.number(),
        status = attempt.status().map(|status| status.as_u16()),
        code = attempt.error_code().map(one_line).as_deref(),
        failure = attempt.failure().map(|kind| kind.as_str()),
        failure_code = attempt.failure_code(),
        failure_reason = attempt.failure_reason(),
        sent = attempt.sent().as_str(),
        elapsed_ms = millis(attempt.elapsed()),
        wait_ms = attempt.wait().map(millis),
        "{}",
        call.log_line(attempt),
    );
}

impl Observer for TracingEvents {
    fn attempt_started(&self, event: &super::AttemptStarted<'_>) {
        let (call, number, cause) = (&event.call, event.number, event.cause);
        tracing::trace!(
            target: "reqtrail",
            call_id = %call.call_id,
            method = %call.method,
            path = call.path,
            attempt = number,
            cause = cause.as_str(),
            "attempt started"
        );
    }

    fn attempt_finished(&self, event: &super::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        #[cfg(feature = "openstack")]
        if call.dialect == crate::dialect::openstack::NAME {
            openstack_attempt(call, attempt);
            return;
        }
        tracing::debug!(
            target: "reqtrail",
            call_id = %call.call_id,
            method = %call.method,
            path = call.path,
            attempt = attempt.number(),
            status = attempt.status().map(|status| status.as_u16()),
            code = attempt.error_code().map(one_line).as_deref(),
            request_id = attempt.request_id().map(|id| id.as_str()),
            failure = attempt.failure().map(|kind| kind.as_str()),
            failure_code = attempt.failure_code(),
            failure_reason = attempt.failure_reason(),
            sent = attempt.sent().as_str(),
            elapsed_ms = millis(attempt.elapsed()),
            wait_ms = attempt.wait().map(millis),
            "attempt finished"
        );
    }

    fn call_finished(&self, event: &super::CallFinished<'_>) {
        let trail = event.trail;
        let last = trail.last();
        let code = last.and_then(Attempt::error_code).map(one_line);
        match trail.outcome() {
            Outcome::Ok => tracing::debug!(
                target: "reqtrail",
                call_id = %trail.call_id(),
                method = %trail.method(),
                path = trail.path(),
                status = last.and_then(Attempt::status).map(|status| status.as_u16()),
                request_id = trail.request_id().map(|id| id.as_str()),
                attempts = trail.attempts().len(),
                elapsed_ms = millis(trail.elapsed()),
                "call succeeded"
            ),
            Outcome::Error(kind) => tracing::warn!(
                target: "reqtrail",
                call_id = %trail.call_id(),
                method = %trail.method(),
                path = trail.path(),
                kind = kind.as_str(),
                status = last.and_then(Attempt::status).map(|status| status.as_u16()),
                code = code.as_deref(),
                request_id = trail.request_id().map(|id| id.as_str()),
                failure_code = last.and_then(Attempt::failure_code),
                failure_reason = last.and_then(Attempt::failure_reason),
                attempts = trail.attempts().len(),
                elapsed_ms = millis(trail.elapsed()),
                stopped = trail.stopped().as_str(),
                "call failed"
            ),
        }
    }
}
