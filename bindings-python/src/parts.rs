//! What responses and errors have in common, in the shape in which the Python half takes it.

use std::time::UNIX_EPOCH;

use reqtrail::RateLimit;
use reqtrail::http::HeaderMap;

/// Limit, remaining, and the time of the reset in seconds since 1970.
pub(crate) type RateLimitParts = (Option<u64>, Option<u64>, Option<f64>);

pub(crate) fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

pub(crate) fn rate_limit(limit: RateLimit) -> RateLimitParts {
    let reset = limit
        .reset_at
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    (
        limit.limit,
        limit.remaining,
        reset.map(|since| since.as_secs_f64()),
    )
}
