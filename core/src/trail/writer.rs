//! Writes the trail of a call under way. It writes before each request goes out, so that nothing that was sent can be
//! missing.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{Method, StatusCode};
use smallvec::SmallVec;

use super::attempt::{self, Attempt};
use super::late::KeeperNumber;
use super::{Data, Outcome, Trail};
use crate::codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
#[cfg(feature = "openstack")]
use crate::dialect::openstack::Asked;
use crate::redact::Redactor;
use crate::request_id::{Reading, RequestId};
use crate::trace_context::{SpanId, TraceId};

/// What is known of a call before its first attempt.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) call_id: uuid::Uuid,
    pub(crate) trace_id: TraceId,
    /// The attempts carry a `traceparent`.
    pub(crate) traced: bool,
    pub(crate) dialect: Arc<str>,
    /// The called service, if one sign-in serves several.
    pub(crate) service: Option<Arc<str>>,
    pub(crate) method: Method,
    pub(crate) origin: Arc<str>,
    pub(crate) path: String,
    /// What every attempt carries in the dialect's correlation header.
    pub(crate) correlation_id: Option<Box<str>>,
    pub(crate) notes: Vec<TrailNote>,
    pub(crate) started_at: SystemTime,
    pub(crate) started: Instant,
    /// The keeper of the trail.
    pub(crate) keeper: KeeperNumber,
    /// What the request asked a volume for. It serves following the operation, and no trail shows it.
    #[cfg(feature = "openstack")]
    pub(crate) asked: Option<Asked>,
}

impl Opening {
    /// Removes the secrets from what the caller wrote, such as a token in the path.
    pub(crate) fn hide(&mut self, redactor: &Redactor) {
        if let Cow::Owned(clean) = redactor.url(&self.path) {
            self.path = clean;
        }
        if let Cow::Owned(clean) = redactor.url(&self.origin) {
            self.origin = clean.into();
        }
        let id = self.correlation_id.as_deref();
        if let Some(Cow::Owned(clean)) = id.map(|id| redactor.text(id)) {
            self.correlation_id = Some(clean.into());
        }
    }
}

/// Why an attempt returned no complete, usable response.
#[derive(Debug)]
pub(crate) struct Failed<'a> {
    pub(crate) kind: ErrorKind,
    /// Whether the request was sent, if no response head arrived.
    pub(crate) sent: Sent,
    /// The server guaranteed that it did not process the request.
    pub(crate) unprocessed: bool,
    pub(crate) code: Option<Cow<'static, str>>,
    /// The reason in words, without secrets.
    pub(crate) reason: &'a str,
}

/// Writes one trail, in its final allocation.
#[derive(Debug)]
pub(crate) struct TrailWriter {
    /// Not shared until the trail is closed.
    pub(super) data: Arc<Data>,
    /// The last attempt has not ended yet.
    open: bool,
}

impl TrailWriter {
    pub(crate) fn new(opening: Opening) -> Self {
        Self {
            data: Arc::new(Data {
                client: None,
                opening,
                elapsed: Duration::ZERO,
                outcome: Outcome::Ok,
                stopped: StopReason::Succeeded,
                attempts: SmallVec::new(),
            }),
            open: false,
        }
    }

    pub(crate) fn opening(&self) -> &Opening {
        &self.data.opening
    }

    /// Removes a secret that has become known from what is already written.
    pub(crate) fn hide(&mut self, redactor: &Redactor) {
        if let Some(data) = Arc::get_mut(&mut self.data) {
            data.opening.hide(redactor);
            for attempt in &mut data.attempts {
                if let Cow::Owned(clean) = redactor.url(&attempt.url) {
                    attempt.url = clean;
                }
            }
        }
    }

    /// Opens an attempt, before anything of it is sent.
    pub(crate) fn begin(
        &mut self,
        now: Instant,
        cause: Cause,
        method: Method,
        span_id: SpanId,
        url: String,
    ) {
        self.open = true;
        let started = now.saturating_duration_since(self.data.opening.started);
        let Some(data) = Arc::get_mut(&mut self.data) else {
            return;
        };
        data.attempts.push(Attempt {
            number: u32::try_from(data.attempts.len() + 1).unwrap_or(u32::MAX),
            cause,
            method,
            span_id,
            url,
            status: None,
            request_id: None,
            request_id_source: None,
            request_id_notes: Vec::new(),
            body_request_id: None,
            error_code: None,
            category: None,
            failure: None,
            failure_code: None,
            failure_reason: None,
            unprocessed: false,
            sent: Sent::No,
            started,
            elapsed: Duration::ZERO,
            retry_after: None,
            wait: None,
            wait_reason: None,
            remote: None,
            is_reused: None,
        });
    }

    /// Notes that a response head arrived.
    pub(crate) fn answered(
        &mut self,
        status: StatusCode,
        id: Reading,
        retry_after: Option<Duration>,
    ) {
        let id = self.compared(id);
        self.with_last(|attempt| {
            attempt.status = Some(status);
            attempt.sent = Sent::Yes;
            attempt.retry_after = retry_after;
            attempt.set_id(id);
        });
    }

    /// Notes what the error body says, including the ID, which may be only there.
    pub(crate) fn decoded(&mut self, id: Reading, code: Option<String>, category: Category) {
        let id = self.compared(id);
        self.with_last(|attempt| {
            attempt.set_id(id);
            attempt.error_code = code;
            attempt.category = Some(category);
        });
    }

    /// Compares the response's ID with the correlation ID. A service that uses the correlation ID as its request ID (as
    /// Glance does) returns the same ID for all attempts, which identifies none of them.
    fn compared(&self, mut reading: Reading) -> Reading {
        let sent = self.data.opening.correlation_id.as_deref();
        if sent.is_some() && reading.id.as_ref().map(RequestId::as_str) == sent {
            reading.notes.push(RequestIdNote::AsSent);
        }
        reading
    }

    /// Notes that there was no complete, usable response.
    pub(crate) fn failed(&mut self, failed: Failed<'_>) {
        self.with_last(|attempt| {
            attempt.failure = Some(failed.kind);
            attempt.failure_code = failed.code;
            attempt.failure_reason = Some(attempt::reason(failed.reason));
            if attempt.status.is_none() {
                attempt.sent = failed.sent;
                attempt.unprocessed = failed.unprocessed;
            }
        });
    }

    /// Notes the connection that the request went to.
    pub(crate) fn connected(&mut self, remote: Option<SocketAddr>, is_reused: Option<bool>) {
        self.with_last(|attempt| {
            attempt.remote = remote;
            attempt.is_reused = is_reused;
        });
    }

    /// Ends the attempt; the wait is noted when it is decided, before it begins.
    pub(crate) fn end(&mut self, now: Instant) {
        let started = self.data.opening.started;
        self.open = false;
        self.with_last(|attempt| {
            attempt.elapsed = now
                .saturating_duration_since(started)
                .saturating_sub(attempt.started);
        });
    }

    /// Notes the wait before the next attempt.
    pub(crate) fn wait(&mut self, wait: Duration, reason: WaitReason) {
        self.with_last(|attempt| {
            attempt.wait = Some(wait);
            attempt.wait_reason = Some(reason);
        });
    }

    /// The attempt that is under way, if there is one.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) fn last(&self) -> Option<&Attempt> {
        self.data.attempts.last()
    }

    /// Closes the trail. Nothing is written to it any more.
    pub(crate) fn finish(&mut self, now: Instant, outcome: Outcome, stopped: StopReason) -> Trail {
        if let Some(data) = Arc::get_mut(&mut self.data) {
            let earlier = data
                .attempts
                .split_last()
                .map_or(&[][..], |(_, earlier)| earlier);
            if earlier.iter().any(Attempt::outcome_unknown) {
                data.opening.notes.push(TrailNote::MayHaveSucceeded);
            }
            data.elapsed = now.saturating_duration_since(data.opening.started);
            data.outcome = outcome;
            data.stopped = stopped;
        }
        Trail(Arc::clone(&self.data))
    }

    fn with_last(&mut self, change: impl FnOnce(&mut Attempt)) {
        let data = Arc::get_mut(&mut self.data);
        if let Some(attempt) = data.and_then(|data| data.attempts.last_mut()) {
            change(attempt);
        }
    }
}

impl Attempt {
    fn set_id(&mut self, reading: Reading) {
        self.request_id = reading.id;
        self.request_id_source = reading.source;
        self.request_id_notes = reading.notes;
        self.body_request_id = reading.body_id;
    }
}
