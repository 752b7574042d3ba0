//! The two sides of the comparison, each as small as possible.

use std::time::{Duration, Instant};

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason, Trail};

use crate::planned_call::Verb;

/// A request ID of the soak's server as a number, from 1. 0 is any text that is not an ID of this server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Tag(pub(crate) u64);

impl Tag {
    pub(crate) fn parse(text: &str) -> Self {
        let digits = text.strip_prefix("rq_").filter(|digits| digits.len() == 16);
        let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        Self(number.unwrap_or(0))
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rq_{:016x}", self.0)
    }
}

/// A request in the server's log. The server has read all of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) span: u64,
    pub(crate) at: Instant,
    pub(crate) verb: Verb,
    /// The number of the request's token.
    pub(crate) token: u64,
    /// `None` if the server does not respond.
    pub(crate) answer: Option<Answer>,
    pub(crate) may_be_processed: bool,
}

/// A response in the server's log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) id: Option<Tag>,
    /// Whether only the body contains the ID.
    pub(crate) id_in_body: bool,
    /// How long a retry has to wait.
    pub(crate) retry_after: Duration,
}

/// An attempt of a trail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AttemptRecord {
    pub(crate) number: u32,
    pub(crate) span: u64,
    pub(crate) verb: Option<Verb>,
    pub(crate) cause: Cause,
    pub(crate) sent: Sent,
    pub(crate) status: Option<u16>,
    pub(crate) id: Option<Tag>,
    pub(crate) failure: Option<ErrorKind>,
    pub(crate) elapsed: Duration,
}

/// A finished trail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TrailRecord {
    pub(crate) call_id: String,
    pub(crate) outcome: Outcome,
    pub(crate) stopped: StopReason,
    pub(crate) attempts: Vec<AttemptRecord>,
}

impl TrailRecord {
    pub(crate) fn of(trail: &Trail) -> Self {
        let attempts = trail.attempts().iter().map(|attempt| AttemptRecord {
            number: attempt.number(),
            span: u64::from_str_radix(&attempt.span_id(), 16).unwrap_or(0),
            verb: Verb::from_name(attempt.method().as_str()),
            cause: attempt.cause(),
            sent: attempt.sent(),
            status: attempt.status().map(|status| status.as_u16()),
            id: attempt.request_id().map(|id| Tag::parse(id.as_str())),
            failure: attempt.failure(),
            elapsed: attempt.elapsed(),
        });
        Self {
            call_id: trail.call_id().to_string(),
            outcome: trail.outcome(),
            stopped: trail.stopped(),
            attempts: attempts.collect(),
        }
    }
}
