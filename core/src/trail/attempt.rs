//! One attempt: an HTTP exchange of a call, or a connection that failed.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::codes::{Category, Cause, ErrorKind, RequestIdNote, Sent, WaitReason};
use crate::redact;
use crate::request_id::{RequestId, RequestIdSource};
use crate::trace_context::SpanId;

/// The most characters of a failure's reason.
const REASON_CHARS: usize = 200;

/// One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(super) number: u32,
    pub(super) cause: Cause,
    pub(super) method: Method,
    pub(super) span_id: SpanId,
    pub(super) url: String,
    pub(super) status: Option<StatusCode>,
    pub(super) request_id: Option<RequestId>,
    pub(super) request_id_source: Option<RequestIdSource>,
    pub(super) request_id_notes: Vec<RequestIdNote>,
    pub(super) body_request_id: Option<RequestId>,
    pub(super) error_code: Option<String>,
    pub(super) category: Option<Category>,
    pub(super) failure: Option<ErrorKind>,
    pub(super) failure_code: Option<Cow<'static, str>>,
    pub(super) failure_reason: Option<Box<str>>,
    /// The server vowed that it did not process the request.
    pub(super) unprocessed: bool,
    pub(super) sent: Sent,
    pub(super) started: Duration,
    pub(super) elapsed: Duration,
    pub(super) retry_after: Option<Duration>,
    pub(super) wait: Option<Duration>,
    pub(super) wait_reason: Option<WaitReason>,
    pub(super) remote: Option<SocketAddr>,
    pub(super) is_reused: Option<bool>,
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
    pub fn status(&self) -> Option<StatusCode> {
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

    /// The code that operators know the failure by, as in `ECONNREFUSED`, `ENOTFOUND` or `CERT_HAS_EXPIRED`; `None` where
    /// none fits.
    #[must_use]
    pub fn failure_code(&self) -> Option<&str> {
        self.failure_code.as_deref()
    }

    /// The failure in words: one line of at most 200 characters, without secrets, that names the peer or the proxy where
    /// they are known. A timeout names its limit.
    #[must_use]
    pub fn failure_reason(&self) -> Option<&str> {
        self.failure_reason.as_deref()
    }

    /// Whether the request went out.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Whether the server processed the request. `Some(true)`: it answered. `Some(false)`: nothing left the client, or the
    /// server vowed that it did not process the request, and it may be sent again whatever its method is. `None`: nobody
    /// knows.
    #[must_use]
    pub fn processed(&self) -> Option<bool> {
        match self.sent {
            Sent::Yes => Some(true),
            Sent::No => Some(false),
            Sent::Unknown => self.unprocessed.then_some(false),
            Sent::Other(_) if self.unprocessed => Some(false),
            Sent::Other(_) => self.status.map(|_| true),
        }
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

    /// The address of the server or proxy that the request went to; `None` without a connection, over a Unix socket, and
    /// for a transport that does not say. It is for diagnosis in the program, and not a part of the trail's JSON.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// Whether the request went to a connection that had served others before; `None` without a connection, and for a
    /// transport that does not say.
    #[must_use]
    pub fn connection_is_reused(&self) -> Option<bool> {
        self.is_reused
    }

    /// What decided the wait.
    #[must_use]
    pub fn wait_reason(&self) -> Option<WaitReason> {
        self.wait_reason
    }

    /// Whether the server may have acted on the request although no response says so.
    pub(crate) fn outcome_unknown(&self) -> bool {
        self.processed() != Some(false)
            && matches!(
                self.failure,
                Some(ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Cancelled)
            )
    }
}

/// A failure's reason as a trail shows it: on one line, and cut where it is too long.
pub(super) fn reason(text: &str) -> Box<str> {
    let line = redact::one_line(text);
    match line.char_indices().nth(REASON_CHARS) {
        None => line.into(),
        Some(_) => {
            let kept: String = line.chars().take(REASON_CHARS - 1).collect();
            format!("{kept}…").into()
        }
    }
}
