//! The fields of errors, as Go reads them

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::{ApiError, Error};

use super::text::{borrowed, reqtrail_go_text};
use crate::numbers::milliseconds;

/// The fields of an error; its texts are borrowed from it.
#[repr(C)]
pub struct reqtrail_go_error_fields {
    pub category: reqtrail_go_text,
    pub code: reqtrail_go_text,
    pub status: i32,
    pub retry_after_ms: f64,
    pub raw_code: reqtrail_go_text,
    pub title: reqtrail_go_text,
    pub details: reqtrail_go_text,
    pub hint: reqtrail_go_text,
    pub documentation_url: reqtrail_go_text,
    pub microversion: reqtrail_go_text,
}

impl reqtrail_go_error_fields {
    pub(super) fn of(error: Option<&Error>) -> Self {
        let api = error.and_then(Error::api);
        Self {
            category: borrowed(error.and_then(Error::category).map(|word| word.as_str())),
            code: borrowed(error.and_then(Error::code)),
            status: error
                .and_then(Error::status)
                .map_or(0, |status| status.as_u16().into()),
            retry_after_ms: error
                .and_then(Error::retry_after)
                .map_or(-1.0, milliseconds),
            raw_code: borrowed(api.and_then(ApiError::raw_code)),
            title: borrowed(api.and_then(ApiError::title)),
            details: borrowed(api.and_then(ApiError::details)),
            hint: borrowed(api.and_then(ApiError::hint)),
            documentation_url: borrowed(api.and_then(ApiError::documentation_url)),
            microversion: borrowed(api.and_then(ApiError::microversion)),
        }
    }
}
