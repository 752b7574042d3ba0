//! The trail: every HTTP attempt of a call, in order, with how the call ended.

mod attempt;
mod json;
pub(crate) mod read;
mod recorder;
pub(crate) mod report;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Method;
use smallvec::SmallVec;

use crate::call_id::CallId;
use crate::codes::{ErrorKind, StopReason, TrailNote};
use crate::request_id::RequestId;

pub use attempt::Attempt;
pub(crate) use recorder::{Failed, Opening, Recorder};

/// The record of one logical call: each request that went out, in order, and how the call ended.
///
/// A trail is on every [`Response`](crate::Response) and on every [`Error`](crate::Error) of a call, whatever
/// happened on the wire. Its [`Display`](fmt::Display) is the support report. Cloning is cheap.
#[derive(Clone)]
pub struct Trail(Arc<Data>);

#[derive(Clone, Debug)]
struct Data {
    /// What wrote the trail, where that is not this release.
    client: Option<Box<str>>,
    opening: Opening,
    elapsed: Duration,
    outcome: Outcome,
    stopped: StopReason,
    /// Most calls need one.
    attempts: SmallVec<[Attempt; 1]>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a call either gives its response or an error"
)]
pub enum Outcome {
    /// With a usable 2xx response.
    Ok,
    /// With an error of this kind.
    Error(ErrorKind),
}

impl Outcome {
    /// Returns `ok` or the error kind's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error(kind) => kind.as_str(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Trail {
    /// The call's own random ID, made before the first attempt.
    #[must_use]
    pub fn call_id(&self) -> CallId {
        CallId::new(self.0.opening.call_id)
    }

    /// The W3C trace ID that every attempt's `traceparent` carried: 32 hex digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.0.opening.trace_id.to_string()
    }

    /// The name of the API's dialect.
    #[must_use]
    pub fn dialect(&self) -> &str {
        &self.0.opening.dialect
    }

    /// The service that was called, where one sign-in serves several: for OpenStack its type, as in `compute`.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.0.opening.service.as_deref()
    }

    /// The method that the caller asked for.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.opening.method
    }

    /// Scheme, host and port of the API.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.opening.origin
    }

    /// The path template, as in `/cameras/{id}`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.opening.path
    }

    /// What every attempt carried in the dialect's correlation header: for OpenStack the global request ID, `req-` and
    /// the call ID unless the caller gave another. It is in the logs of every service on the way.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.opening.correlation_id.as_deref()
    }

    /// When the call started, by this machine's clock.
    #[must_use]
    pub fn started_at(&self) -> SystemTime {
        self.0.opening.started_at
    }

    /// How long the call took, all attempts and waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How the call ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Why no further attempt was made.
    #[must_use]
    pub fn stopped(&self) -> StopReason {
        self.0.stopped
    }

    /// What a reader of the trail should know.
    #[must_use]
    pub fn notes(&self) -> &[TrailNote] {
        &self.0.opening.notes
    }

    /// The attempts, in the order in which they went out.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// The last attempt; `None` if nothing was sent.
    #[must_use]
    pub fn last(&self) -> Option<&Attempt> {
        self.0.attempts.last()
    }

    /// The request IDs of all attempts that have one, in order.
    #[must_use]
    pub fn request_ids(&self) -> Vec<&RequestId> {
        self.0
            .attempts
            .iter()
            .filter_map(Attempt::request_id)
            .collect()
    }

    /// The request ID of the last attempt: the one to give to support first.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        self.last().and_then(Attempt::request_id)
    }

    /// The trail as JSON of the schema `reqtrail.trail/1`, the same in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and fixed keys only: there is nothing in it that could fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets.
    #[must_use]
    pub fn report(&self) -> String {
        report::write(self)
    }

    /// A copy of a call that ends with `kind`, where its attempts did what they were to do but their answers are not what was
    /// asked for.
    #[cfg(feature = "openstack")]
    pub(crate) fn refused_with(&self, kind: ErrorKind) -> Self {
        let mut data = Data::clone(&self.0);
        data.outcome = Outcome::Error(kind);
        data.stopped = StopReason::NotRetryable;
        Self(Arc::new(data))
    }

    /// A copy that ends with `kind`: the body turned out to be unusable after the call had returned it.
    pub(crate) fn ended_with(&self, kind: ErrorKind, reason: &str) -> Self {
        let mut data = Data::clone(&self.0);
        data.outcome = Outcome::Error(kind);
        data.stopped = StopReason::NotRetryable;
        if let Some(last) = data.attempts.last_mut() {
            last.failure = Some(kind);
            last.failure_reason = Some(attempt::reason(reason));
        }
        Self(Arc::new(data))
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail")
            .field("call_id", &self.call_id())
            .field("method", self.method())
            .field("path", &self.path())
            .field("outcome", &self.outcome())
            .field("stopped", &self.stopped())
            .field("notes", &self.notes())
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}
