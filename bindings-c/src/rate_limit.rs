//! Rate limits

use reqtrail::RateLimit;

use crate::memory::FfiDefault;
use crate::numbers::seconds;

/// What a server said about the caller's rate limit. It is a report, not a licence: wait as long as `retry_after` says.
#[repr(C)]
#[derive(Debug)]
pub struct reqtrail_rate_limit {
    /// Requests allowed in the server's window; negative if it does not say.
    pub limit: i64,
    /// Requests left in the window; negative if it does not say.
    pub remaining: i64,
    /// When the window is full again, in seconds since 1970; negative if it does not say.
    pub reset_at: f64,
}

impl reqtrail_rate_limit {
    pub(crate) fn of(limit: RateLimit) -> Self {
        let number =
            |value: Option<u64>| value.map_or(-1, |v| i64::try_from(v).unwrap_or(i64::MAX));
        Self {
            limit: number(limit.limit),
            remaining: number(limit.remaining),
            reset_at: limit.reset_at.and_then(seconds).unwrap_or(-1.0),
        }
    }
}

impl FfiDefault for reqtrail_rate_limit {
    /// What a server says that says nothing.
    const FFI_DEFAULT: Self = Self {
        limit: -1,
        remaining: -1,
        reset_at: -1.0,
    };
}
