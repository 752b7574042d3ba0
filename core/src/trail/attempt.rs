//! One attempt: an HTTP exchange of a call, or a connection that failed.

use std::time::Duration;

use http::Method;

use crate::codes::{Category, Cause, ErrorKind, RequestIdNote, Sent, WaitReason};
use crate::request_id::{RequestId, RequestIdSource};
use crate::trace_context::SpanId;

/// One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(super) number: u32,
    pub(super) cause: Cause,
    pub(super) method: Method,
    pub(super) span_id: SpanId,
    pub(super) url: String,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<RequestId>,
    pub(super) request_id_source: Option<RequestIdSource>,
    pub(super) request_id_notes: Vec<RequestIdNote>,
    pub(super) body_request_id: Option<RequestId>,
    pub(super) error_code: Option<String>,
    pub(super) category: Option<Category>,
    pub(super) failure: Option<ErrorKind>,
    /// The server said that it did not process the request.
    pub(super) unprocessed: bool,
    pub(super) sent: Sent,
    pub(super) started: Duration,
    pub(super) elapsed: Duration,
    pub(super) retry_after: Option<Duration>,
    pub(super) wait: Option<Duration>,
    pub(super) wait_reason: Option<WaitReason>,
}

impl Attempt {
    /// The attempt's place in the call, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Why the attempt was made.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The method that was sent; a redirect can have changed it.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The parent-id of the attempt's `traceparent`: 16 hex digits.
    #[must_use]
    pub fn span_id(&self) -> String {
        self.span_id.to_string()
    }

    /// The URL, with secret parameters as `{name}` and query values redacted.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The response's status, if a response arrived.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The server's ID of this request.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        self.request_id.as_ref()
    }

    /// Where the request ID was found.
    #[must_use]
    pub fn request_id_source(&self) -> Option<&RequestIdSource> {
        self.request_id_source.as_ref()
    }

    /// What was odd about the request ID.
    #[must_use]
    pub fn request_id_notes(&self) -> &[RequestIdNote] {
        &self.request_id_notes
    }

    /// The ID that the body names, where it differs from the header's.
    #[must_use]
    pub fn body_request_id(&self) -> Option<&RequestId> {
        self.body_request_id.as_ref()
    }

    /// The API's error code, in its canonical spelling.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// What the API error means; `None` where the attempt is no API error.
    #[must_use]
    pub fn category(&self) -> Option<Category> {
        self.category
    }

    /// What went wrong, where there was no whole, usable response.
    #[must_use]
    pub fn failure(&self) -> Option<ErrorKind> {
        self.failure
    }

    /// Whether the request went out.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// When the attempt started, counted from the call's start.
    #[must_use]
    pub fn started(&self) -> Duration {
        self.started
    }

    /// How long the attempt took, the body included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The wait that the server asked for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The wait that was decided on after this attempt.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.wait
    }

    /// What decided the wait.
    #[must_use]
    pub fn wait_reason(&self) -> Option<WaitReason> {
        self.wait_reason
    }

    /// Whether the server may have acted on the request although no response says so.
    pub(crate) fn outcome_unknown(&self) -> bool {
        self.sent != Sent::No
            && !self.unprocessed
            && matches!(
                self.failure,
                Some(ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Cancelled)
            )
    }
}
