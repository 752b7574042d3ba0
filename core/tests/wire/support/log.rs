//! What a server saw, and whether trails say the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, Version};
use reqtrail::{Attempt, Sent, Trail};

/// A request that reached a server.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The server's connections are counted from 1.
    pub(crate) connection: usize,
    pub(crate) version: Version,
    pub(crate) method: Method,
    /// The request target as it came.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    /// The request ID that the server answered with, if it answered.
    pub(crate) answered: Option<String>,
}

impl Seen {
    /// The span ID of the request's `traceparent`.
    pub(crate) fn span(&self) -> &str {
        let value = self.headers.get("traceparent").map(|v| v.to_str());
        let text = value.expect("a traceparent").expect("text");
        text.split('-').nth(2).expect("a span ID")
    }
}

/// A server's requests in the order in which it saw them. Clones are one log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    /// Enters a request and returns its place, from 0.
    pub(crate) fn enter(&self, seen: Seen) -> usize {
        let mut rows = self.0.lock().expect("no panic");
        rows.push(seen);
        rows.len() - 1
    }

    /// Notes that the request is answered, before a byte of the answer leaves, and returns the answer's request ID.
    pub(crate) fn answer(&self, place: usize) -> String {
        let mut rows = self.0.lock().expect("no panic");
        let row = &mut rows[place];
        let id = format!("req_{}_{place}", row.connection);
        row.answered = Some(id.clone());
        id
    }

    /// All requests.
    pub(crate) fn rows(&self) -> Vec<Seen> {
        self.0.lock().expect("no panic").clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The connections that the requests came on, in order.
    pub(crate) fn connections(&self) -> Vec<usize> {
        self.rows().iter().map(|row| row.connection).collect()
    }
}

/// Each request of the log is one attempt of one trail, in order and with the same request ID; what a trail calls sent
/// is in the log, and what it calls unsent is not.
pub(crate) fn assert_agrees(log: &Log, trails: &[&Trail]) {
    let rows = log.rows();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        let twice = places.insert(row.span(), place);
        assert_eq!(twice, None, "a span is used once");
    }
    for trail in trails {
        let mut last = None;
        for attempt in trail.attempts() {
            let place = places.remove(attempt.span_id().as_str());
            check(attempt, place.map(|place| &rows[place]));
            if let Some(place) = place {
                assert!(last < Some(place), "out of order: {trail}");
                last = Some(place);
            }
        }
    }
    assert!(places.is_empty(), "in the log, but in no trail: {places:?}");
}

fn check(attempt: &Attempt, row: Option<&Seen>) {
    match (attempt.sent(), row) {
        (Sent::No, Some(row)) => panic!("called unsent, but seen: {row:?}"),
        (Sent::Yes, None) => panic!("called sent, but not seen: {attempt:?}"),
        (_, None) => {}
        (_, Some(row)) => {
            assert_eq!(attempt.method(), row.method);
            // An answer may be lost, or end before its ID; one that arrived has the ID that the server sent.
            if attempt.status().is_some() {
                let id = attempt.request_id().map(|id| id.as_str());
                assert_eq!(id, row.answered.as_deref(), "{attempt:?}");
            }
        }
    }
}
