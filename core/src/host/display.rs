//! What reports say of an attempt, for tables of many calls.

use std::time::Duration;

use crate::trail::{Attempt, report};

/// Returns what an attempt came to, as in `503 server_busy` or `connect ECONNREFUSED (not sent)`.
#[must_use]
pub fn attempt_result(attempt: &Attempt) -> String {
    report::result(attempt)
}

/// Returns how long something took, as in `12 ms` or `1.25 s`.
#[must_use]
pub fn span(duration: Duration) -> String {
    report::span(duration)
}
