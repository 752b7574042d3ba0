//! Misuses of the library by the program.

use crate::codes::{
    REQTRAIL_ERROR_BAD_VALUE, REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER, reqtrail_code,
};

/// A misuse: its code, and what is right. A handle keeps its first misuse and reports it whenever it is used.
#[derive(Clone)]
pub(crate) struct Usage {
    pub(crate) code: reqtrail_code,
    pub(crate) message: String,
}

impl Usage {
    /// The same misuse, with the handle or setter that it is about in front.
    pub(crate) fn of(&self, what: &str) -> Self {
        Self {
            code: self.code,
            message: format!("{what}: {}", self.message),
        }
    }

    pub(crate) fn null(name: &str) -> Self {
        Self {
            code: REQTRAIL_ERROR_NULL_POINTER,
            message: format!("{name} is NULL and must not be"),
        }
    }

    pub(crate) fn not_utf8(name: &str) -> Self {
        Self {
            code: REQTRAIL_ERROR_NOT_UTF8,
            message: format!("{name} is not UTF-8 text"),
        }
    }

    pub(crate) fn bad_value(message: impl Into<String>) -> Self {
        Self {
            code: REQTRAIL_ERROR_BAD_VALUE,
            message: message.into(),
        }
    }
}
