//! One attempt: an HTTP exchange of a call, or a connection that failed.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::codes::{Category, Cause, ErrorKind, RequestIdNote, Sent, WaitReason};
use crate::redact;
use crate::request_id::{RequestId, RequestIdSource};
use crate::surface::attempt::attempt_fields;
use crate::surface::record_methods;
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
    /// The server guaranteed that it did not process the request.
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

attempt_fields! { record_methods Attempt }

impl Attempt {
    /// The attempt's span in the call's trace.
    pub(crate) fn span(&self) -> SpanId {
        self.span_id
    }

    /// Returns [`remote_address`](Self::remote_address), under another name.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.remote_address()
    }

    /// Whether the request went to a connection that had served others before; `None` without a connection, and for a
    /// transport that does not report it.
    #[must_use]
    pub fn connection_is_reused(&self) -> Option<bool> {
        self.is_reused
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

/// A failure's reason as a trail shows it: on one line, and cut if it is too long.
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
