//! Attempts

mod call_info;
mod fields;

use reqtrail::{Attempt, CallInfo};

use crate::text::Texts;
use fields::TEXTS;
pub use fields::reqtrail_attempt_request_id;

/// One HTTP exchange of a call. It belongs to its trail, or to the hook that gets it. All threads may read it at the same
/// time.
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

/// The call that an attempt belongs to, as a hook gets it.
pub struct reqtrail_call_info<'a> {
    call: &'a CallInfo<'a>,
    attempt: &'a Attempt,
    pub(crate) texts: Texts<{ call_info::TEXTS }>,
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
}
