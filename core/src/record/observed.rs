//! What happened in one exchange, before secrets are removed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// What a recording has to know about a client.
#[derive(Debug)]
pub(crate) struct Api {
    /// The path of the base URL, without a slash at its end.
    pub(crate) base_path: String,
    /// Query parameters that are shown in addition to the default ones.
    pub(crate) shown_query: Vec<String>,
    /// Whether the client decodes content codings.
    pub(crate) decompress: bool,
}

/// One exchange as it happened.
#[derive(Debug)]
pub(super) struct ObservedExchange {
    pub(super) api: Arc<Api>,
    pub(super) method: Method,
    pub(super) origin: String,
    /// Path and query, as the request line has them.
    pub(super) target: String,
    /// The body of the request, if it is JSON.
    pub(super) json: Option<Value>,
    /// The UUIDs of the request that no reply had before: the program made them.
    pub(super) made: Vec<Uuid>,
    /// The fault, in the words of a script.
    pub(super) fault: Option<&'static str>,
    pub(super) reply: Option<Answer>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// When the head arrived.
    pub(super) at: SystemTime,
    pub(super) delay: Duration,
    /// From the head to the end of the body.
    pub(super) body_delay: Duration,
    pub(super) body: Received,
}

/// A body as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// What was kept of it, still coded.
    pub(super) bytes: Vec<u8>,
    /// How long it was.
    pub(super) length: u64,
}

/// The longest body that is kept.
pub(super) const LONGEST_BODY: usize = 1024 * 1024;

impl Received {
    pub(super) fn push(&mut self, data: &[u8]) {
        self.length += data.len() as u64;
        let room = LONGEST_BODY - self.bytes.len();
        self.bytes.extend_from_slice(&data[..data.len().min(room)]);
    }

    /// Its length, if it is longer than what is kept.
    pub(super) fn cut_length(&self) -> Option<u64> {
        (self.length > self.bytes.len() as u64).then_some(self.length)
    }
}
