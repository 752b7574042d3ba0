//! Trails: reading them, and errors that carry them

use std::ffi::c_char;

use reqtrail::Trail;

use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::memory::hand_over;
use crate::text::{owned, text};
use crate::trail::reqtrail_trail;

export! {
    /// Makes the error of a response whose body a parser of the program's own refuses: kind REQTRAIL_ERROR_DECODE, with the
    /// trail, whose outcome is then `decode`. `what` says what is wrong; what the parser says, which may repeat values of
    /// the body, belongs in `cause`. The caller frees it; NULL if a text is not UTF-8.
    fn reqtrail_trail_decode_error(
        trail: *const reqtrail_trail,
        what: *const c_char,
        what_length: usize,
        cause: *const c_char,
        cause_length: usize,
    ) -> *mut reqtrail_error [trail] {
        let what = owned(what, what_length, "what").ok()?;
        let cause = owned(cause, cause_length, "cause").ok()?;
        let made = Fault::from(trail.core().decode_error(what, cause)).into_handle();
        Some(Box::into_raw(made))
    }

    /// Reads a trail that `reqtrail_trail_json` or a sibling in another language has written. The caller frees *trail, with
    /// `reqtrail_trail_free`. Errors: REQTRAIL_ERROR_DECODE says what is wrong.
    fn reqtrail_trail_from_json(
        json: *const c_char,
        json_length: usize,
        trail: *mut *mut reqtrail_trail,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [trail] reports [error] {
        let read = Trail::from_json(text(json, json_length, "json")?)?;
        hand_over(trail, reqtrail_trail::new(read));
        Ok(())
    }
}
