//! The statistics of a recorder, and the calls under way.

use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::trail::rfc3339;

/// A call under way.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InFlightCall {
    /// The call's own random ID, as its trail will show it.
    pub call_id: String,
    /// The W3C trace ID that its attempts carry: 32 hex digits.
    pub trace_id: String,
    /// The value that every attempt carries in the dialect's correlation header.
    pub correlation_id: Option<String>,
    /// The name of the API's dialect.
    pub dialect: String,
    /// The service that is called, if one sign-in serves several.
    pub service: Option<String>,
    /// The method that the caller asked for.
    pub method: String,
    /// The path template, as in `/cameras/{id}`. A very long one is cut.
    pub path: String,
    /// The number of the attempt that is under way or was the last; 0 before the first.
    pub attempt: u32,
    /// The current phase: `refreshing` (it waits for a new token), `connecting`, `resolving`, `proxy`, `tls`, `stream`
    /// (it waits until the connection takes another stream), `sending`, `waiting` (for the response's head), `reading`,
    /// `decoding`, or `backoff` (it waits before the next attempt).
    pub phase: String,
    /// How much longer it waits before the next attempt, in milliseconds.
    pub retry_in_ms: Option<u64>,
    /// Whether the server may have seen the request of the last attempt.
    pub may_have_been_sent: bool,
    /// When the call started, by this machine's clock.
    #[serde(serialize_with = "moment")]
    pub started_at: SystemTime,
    /// How long it has been under way, in milliseconds.
    pub age_ms: u64,
}

/// What a recorder holds, and what it left out.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecorderStats {
    /// How many failed calls are kept.
    pub failed: u64,
    /// How many notable calls are kept: slow, or with several attempts.
    pub notable: u64,
    /// How many other calls are kept.
    pub recent: u64,
    /// How many bytes all of these take.
    pub bytes: u64,
    /// How many calls are under way.
    pub in_flight: u64,
    /// How many calls that were not notable were left out because other threads were storing theirs at that moment.
    pub skipped: u64,
    /// What the journal wrote; `None` if the client has none.
    #[cfg(feature = "journal")]
    pub journal: Option<JournalStats>,
}

/// What this process wrote into a journal, for all of its clients.
#[cfg(feature = "journal")]
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalStats {
    /// The folder.
    pub folder: String,
    /// How many records were written.
    pub records: u64,
    /// How many bytes these take.
    pub bytes: u64,
    /// How many records are waiting to be written.
    pub queued: u64,
    /// How many records were lost, because the disk was full or too slow.
    pub lost: u64,
}

fn moment<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at))
}
