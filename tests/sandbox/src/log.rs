//! The server's log: each request it saw, in order of arrival.

use std::collections::VecDeque;
use std::time::Duration;

use http::request::Parts;
use serde::Serialize;

use crate::clock::rfc3339;

/// How many requests the log keeps. It drops the oldest first.
const CAPACITY: usize = 100_000;

/// One request that reached the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The place in the order of arrival, from 1.
    pub number: u64,
    /// When the request arrived, RFC 3339 in UTC.
    pub time: String,
    /// The request's method.
    pub method: String,
    /// The request's path without its query.
    pub path: String,
    /// The request's query, if it has one.
    pub query: Option<String>,
    /// The status of the response; `None` if no response was sent, or not yet.
    pub status: Option<u16>,
    /// The ID that the server gave the request, even if the client never saw it. `None` if the proxy
    /// in front responded, because the request then never reached the API.
    pub request_id: Option<String>,
    /// The request's `traceparent` header: its parent ID is the span ID of the attempt.
    pub traceparent: Option<String>,
    /// The name of the incident that the request met, if any.
    pub incident: Option<String>,
}

impl LoggedRequest {
    /// Returns the trace ID of the `traceparent`, the same for all attempts of a call.
    pub fn trace_id(&self) -> Option<&str> {
        self.traceparent.as_deref()?.split('-').nth(1)
    }

    /// Returns the parent ID of the `traceparent`, which is the attempt's span ID.
    pub fn span_id(&self) -> Option<&str> {
        self.traceparent.as_deref()?.split('-').nth(2)
    }
}

/// The log itself.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<LoggedRequest>,
    arrived: u64,
}

impl RequestLog {
    /// Logs a request that arrives, and returns its number.
    pub(crate) fn arrive(&mut self, head: &Parts, now: Duration, request_id: &str) -> u64 {
        self.arrived += 1;
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        let traceparent = head.headers.get("traceparent");
        self.entries.push_back(LoggedRequest {
            number: self.arrived,
            time: rfc3339(now),
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            status: None,
            request_id: Some(request_id.to_owned()),
            traceparent: traceparent.map(|value| String::from_utf8_lossy(value.as_bytes()).into()),
            incident: None,
        });
        self.arrived
    }

    /// Completes the entry of a request, if the log still has it.
    pub(crate) fn amend(&mut self, number: u64, change: impl FnOnce(&mut LoggedRequest)) {
        // Numbers have no gaps, so an entry's index follows from the number of the first entry.
        let first = self.entries.front().map_or(number, |entry| entry.number);
        let index = number
            .checked_sub(first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            change(entry);
        }
    }

    /// Removes all entries. The numbers continue.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Returns a copy of the entries.
    pub(crate) fn to_vec(&self) -> Vec<LoggedRequest> {
        self.entries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Parts {
        let request = http::Request::get("/api/v1/events?limit=2").header(
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        );
        request.body(()).expect("a valid request").into_parts().0
    }

    #[test]
    fn an_entry_is_complete_and_can_be_amended() {
        let mut log = RequestLog::default();
        log.arrive(&head(), Duration::ZERO, "req_1");
        let second = log.arrive(&head(), Duration::ZERO, "req_2");
        log.amend(second, |entry| entry.status = Some(200));
        let entries = log.to_vec();
        assert_eq!((entries[0].status, entries[1].status), (None, Some(200)));
        assert_eq!(entries[1].path, "/api/v1/events");
        assert_eq!(entries[1].query.as_deref(), Some("limit=2"));
        assert_eq!(
            entries[1].trace_id(),
            Some("4bf92f3577b34da6a3ce929d0e0e4736")
        );
        assert_eq!(entries[1].span_id(), Some("00f067aa0ba902b7"));
    }

    #[test]
    fn a_full_log_drops_the_oldest_and_ignores_late_responses_to_them() {
        let mut log = RequestLog::default();
        for _ in 0..=CAPACITY {
            log.arrive(&head(), Duration::ZERO, "req");
        }
        log.amend(1, |entry| entry.status = Some(500));
        log.amend(2, |entry| entry.status = Some(200));
        let entries = log.to_vec();
        assert_eq!(entries.len(), CAPACITY);
        assert_eq!((entries[0].number, entries[0].status), (2, Some(200)));
        log.clear();
        log.amend(3, |entry| entry.status = Some(200));
        assert!(log.to_vec().is_empty());
    }
}
