//! Attempts

mod fields;

use reqtrail::{Attempt, CallInfo};

use crate::text::Texts;
use fields::TEXTS;
pub use fields::reqtrail_attempt_request_id;

/// One HTTP exchange of a call. It belongs to its trail, or to the hook that is told of it; all threads may read it at
/// the same time.
pub struct reqtrail_attempt {
    attempt: Attempt,
    pub(crate) texts: Texts<{ TEXTS + 1 }>,
}

impl reqtrail_attempt {
    pub(crate) fn new(attempt: Attempt) -> Self {
        Self {
            attempt,
            texts: Texts::default(),
        }
    }

    pub(crate) fn core(&self) -> &Attempt {
        &self.attempt
    }
}

/// The call that an attempt belongs to, as a hook is told of it.
pub struct reqtrail_call_info<'a> {
    call: &'a CallInfo<'a>,
    attempt: &'a Attempt,
    texts: Texts<7>,
}

impl<'a> reqtrail_call_info<'a> {
    pub(crate) fn new(call: &'a CallInfo<'a>, attempt: &'a Attempt) -> Self {
        Self {
            call,
            attempt,
            texts: Texts::default(),
        }
    }
}

export! {
    /// Returns all of it as JSON: an entry of the "attempts" of a trail's JSON.
    fn reqtrail_attempt_json(attempt: &reqtrail_attempt) -> text[TEXTS] { serde_json::to_string(&attempt.attempt).ok() }

    /// Returns the call's own ID, as its trail will have it.
    fn reqtrail_call_info_call_id(info: &reqtrail_call_info) -> text[0] { Some(info.call.call_id.to_string()) }

    /// Returns the name of the API's dialect.
    fn reqtrail_call_info_dialect(info: &reqtrail_call_info) -> text[1] { Some(info.call.dialect) }

    /// Returns the method that the caller asked for.
    fn reqtrail_call_info_method(info: &reqtrail_call_info) -> text[2] { Some(info.call.method.as_str()) }

    /// Returns the path template.
    fn reqtrail_call_info_path(info: &reqtrail_call_info) -> text[3] { Some(info.call.path) }

    /// Returns what every attempt carries in the dialect's correlation header; NULL where the dialect has none.
    fn reqtrail_call_info_correlation_id(info: &reqtrail_call_info) -> text[4] { info.call.correlation_id }

    /// Returns the service that is called, where one sign-in serves several, such as "compute"; else NULL.
    fn reqtrail_call_info_service(info: &reqtrail_call_info) -> text[5] { info.call.service }

    /// Returns the line for a log that tells of the attempt, without secrets. For OpenStack it is the one that operators
    /// search logs for: "GET call to compute for URL used request id req-…".
    fn reqtrail_call_info_log_line(info: &reqtrail_call_info) -> text[6] { Some(info.call.log_line(info.attempt)) }
}
