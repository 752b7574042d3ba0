//! What hooks and log records are made of.

use reqtrail::{Attempt, CallInfo};

/// The call that an attempt belongs to, as owned parts.
#[derive(Clone)]
pub(crate) struct CallParts {
    call_id: String,
    dialect: String,
    method: String,
    path: String,
    correlation_id: Option<String>,
    service: Option<String>,
    log_line: String,
}

/// What a `CallInfo` of Python is made of.
pub(crate) type CallTuple = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
);

impl CallParts {
    pub(crate) fn of(call: &CallInfo<'_>, attempt: &Attempt) -> Self {
        Self {
            call_id: call.call_id.to_string(),
            dialect: call.dialect.to_owned(),
            method: call.method.to_string(),
            path: call.path.to_owned(),
            correlation_id: call.correlation_id.map(str::to_owned),
            service: call.service.map(str::to_owned),
            log_line: call.log_line(attempt),
        }
    }

    pub(crate) fn into_tuple(self) -> CallTuple {
        (
            self.call_id,
            self.dialect,
            self.method,
            self.path,
            self.correlation_id,
            self.service,
            self.log_line,
        )
    }
}

/// An attempt as JSON; there is nothing in it that could fail to be written.
pub(crate) fn attempt_json(attempt: &Attempt) -> String {
    serde_json::to_string(attempt).unwrap_or_default()
}
