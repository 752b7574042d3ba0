//! Rate limits

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::RateLimit;

use crate::memory::FfiDefault;
use crate::numbers::{count, seconds};

/// What a response said about the caller's rate limit. It is information, not permission: do not pace requests by
/// these numbers, and wait as long as an error's `retry_after` says.
#[repr(C)]
#[derive(Debug)]
pub struct reqtrail_rate_limit {
    /// How many requests the server's window allows; negative if there is none.
    pub limit: i64,
    /// How many requests are left in the window; negative if there is none.
    pub remaining: i64,
    /// When the window or bucket is full again, in UTC, in seconds since 1970; negative if there is none.
    pub reset_at: f64,
}

impl reqtrail_rate_limit {
    pub(crate) fn of(limit: RateLimit) -> Self {
        Self {
            limit: limit.limit.and_then(count).unwrap_or(-1),
            remaining: limit.remaining.and_then(count).unwrap_or(-1),
            reset_at: limit.reset_at.and_then(seconds).unwrap_or(-1.0),
        }
    }
}

impl FfiDefault for reqtrail_rate_limit {
    /// The rate limit of a response that reports none.
    const FFI_DEFAULT: Self = Self {
        limit: -1,
        remaining: -1,
        reset_at: -1.0,
    };
}
