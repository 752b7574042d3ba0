//! What responses and errors have in common, in the shape in which the TypeScript half takes it.

use std::time::UNIX_EPOCH;

use napi_derive::napi;
use reqtrail::RateLimit;
use reqtrail::http::HeaderMap;

/// Limit, remaining, and the time of the reset in milliseconds since 1970.
#[napi(object, object_from_js = false)]
pub struct RateLimitParts {
    pub limit: Option<f64>,
    pub remaining: Option<f64>,
    pub reset_at: Option<f64>,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript has no other numbers, and no such limits are given"
)]
pub(crate) fn rate_limit(limit: RateLimit) -> RateLimitParts {
    let reset = limit
        .reset_at
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    RateLimitParts {
        limit: limit.limit.map(|n| n as f64),
        remaining: limit.remaining.map(|n| n as f64),
        reset_at: reset.map(|since| since.as_secs_f64() * 1e3),
    }
}

/// Names and values in turn; a byte of a value is a character, as `Headers` wants it.
pub(crate) fn header_pairs(headers: &HeaderMap) -> Vec<String> {
    let mut out = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        out.push(name.as_str().to_owned());
        out.push(value.as_bytes().iter().map(|&b| char::from(b)).collect());
    }
    out
}
