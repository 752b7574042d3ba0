//! The texts of reports about an attempt, for tables of many calls.

use std::time::Duration;

use crate::trail::{Attempt, report};

/// Returns the result of an attempt, as in `503 server_busy` or `connect ECONNREFUSED (not sent)`.
#[must_use]
pub fn attempt_result(attempt: &Attempt) -> String {
    report::result(attempt)
}

/// Returns how long something took, as in `12 ms` or `1.25 s`.
#[must_use]
pub fn span(duration: Duration) -> String {
    report::span(duration)
}
