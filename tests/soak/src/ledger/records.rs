//! The two sides of the comparison, each as small as it can be.

use std::time::{Duration, Instant};

use reqtrail::{Cause, ErrorKind, Outcome, Sent, StopReason, Trail};

use crate::planned_call::Verb;

/// A request ID of the soak's server, as a number from 1; 0 stands for any text that the server never gave.
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

/// A request in the server's log: it was read whole.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) span: u64,
    pub(crate) at: Instant,
    pub(crate) verb: Verb,
    /// The number of the token that it carried.
    pub(crate) token: u64,
    /// `None` if nothing is answered.
    pub(crate) answer: Option<Answer>,
    pub(crate) may_be_processed: bool,
}

/// What is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) id: Option<Tag>,
    /// The body alone names the ID.
    pub(crate) id_in_body: bool,
    /// The time that a retry has to wait.
    pub(crate) told: Duration,
}

/// An attempt as its trail shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
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
pub(crate) struct Story {
    pub(crate) call_id: String,
    pub(crate) outcome: Outcome,
    pub(crate) stopped: StopReason,
    pub(crate) attempts: Vec<Seen>,
}

impl Story {
    pub(crate) fn of(trail: &Trail) -> Self {
        let attempts = trail.attempts().iter().map(|attempt| Seen {
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
