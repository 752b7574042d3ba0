//! The trail: every HTTP attempt of a call, in order, with how the call ended.

mod attempt;
mod json;
pub(crate) mod late;
mod one_line;
pub(crate) mod read;
pub(crate) mod report;
mod size;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::Method;
use smallvec::SmallVec;

use crate::call_id::CallId;
use crate::codes::{ErrorKind, StopReason, TrailNote};
#[cfg(feature = "openstack")]
use crate::dialect::openstack::Asked;
use crate::json::quick;
use crate::request_id::RequestId;
use crate::surface::record_methods;
use crate::surface::trail::trail_fields;

pub use attempt::Attempt;
use json::CLIENT;
#[cfg(all(feature = "journal", unix))]
pub(crate) use json::rfc3339_bytes;
pub(crate) use json::{Rfc3339, rfc3339};
pub(crate) use writer::{Failed, Opening, TrailWriter};

/// The record of one logical call: each request that went out, in order, and how the call ended.
///
/// A trail is on every [`Response`](crate::Response) and on every [`Error`](crate::Error) of a call, whatever
/// happened on the wire. Its [`Display`](fmt::Display) is the support report. Cloning is cheap.
#[derive(Clone)]
pub struct Trail(Arc<Data>);

#[derive(Clone, Debug)]
struct Data {
    /// The library that wrote the trail, if that is not this release.
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

trail_fields! { record_methods Trail }

impl Trail {
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
        // It only has strings, numbers and fixed keys, so writing cannot fail.
        quick::text(self)
    }

    /// The support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets.
    #[must_use]
    pub fn report(&self) -> String {
        report::write(self)
    }

    /// What the request asked a volume for, if this process sent it.
    #[cfg(feature = "openstack")]
    pub(crate) fn asked(&self) -> Option<Asked> {
        self.0.opening.asked
    }

    /// A copy of the trail that ends with `kind`, for a call whose attempts succeeded but whose responses are not what was
    /// asked for.
    #[cfg(feature = "openstack")]
    pub(crate) fn refused_with(&self, kind: ErrorKind) -> Self {
        let mut data = Data::clone(&self.0);
        data.outcome = Outcome::Error(kind);
        data.stopped = StopReason::NotRetryable;
        Self(Arc::new(data))
    }

    /// A copy of the trail that ends with `kind`, because the body turned out to be unusable after the call had
    /// returned it.
    pub(crate) fn ended_with(&self, kind: ErrorKind, reason: &str) -> Self {
        let mut data = Data::clone(&self.0);
        data.outcome = Outcome::Error(kind);
        data.stopped = StopReason::NotRetryable;
        if let Some(last) = data.attempts.last_mut() {
            last.failure = Some(kind);
            last.failure_reason = Some(attempt::reason(reason));
        }
        let changed = Self(Arc::new(data));
        late::changed(&changed);
        changed
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
