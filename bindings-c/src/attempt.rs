//! Attempts

mod call_info;
mod fields;

use reqtrail::{Attempt, CallInfo};

use crate::text::Texts;
use fields::TEXTS;
pub use fields::reqtrail_attempt_request_id;

/// One HTTP exchange of a call. It is borrowed from its trail, or lent to a hook. All threads may read it at the same
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

/// The call that an attempt belongs to, as a hook receives it.
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
    /// Returns the whole attempt as JSON: an entry of "attempts" in a trail's JSON.
    fn reqtrail_attempt_json(attempt: &reqtrail_attempt) -> text[TEXTS] { serde_json::to_string(&attempt.attempt).ok() }
}
