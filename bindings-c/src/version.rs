//! Versions and names.

use std::ffi::{CStr, c_char};

use crate::codes::{
    CATEGORY_NAMES, CAUSE_NAMES, CODES_NAMES, REQUEST_ID_NOTE_NAMES, SENT_NAMES, STOPPED_NAMES,
    TRAIL_NOTE_NAMES, VERDICT_NAMES, WAIT_NAMES, reqtrail_code,
};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

fn name(names: &[(i32, &'static CStr)], number: i32) -> Option<*const c_char> {
    let found = names.iter().find(|(own, _)| *own == number)?;
    Some(found.1.as_ptr())
}

export! {
    /// Returns the version of the library that the program runs with, such as "0.1.0". Compare it with
    /// REQTRAIL_VERSION, the version of the header. The text is static.
    fn reqtrail_version() -> *const c_char { Some(VERSION.as_ptr().cast()) }

    /// Returns the name of a code that a function returned: "ok", the kind of an error as in every language ("api",
    /// "timeout", ...), or the name of a misuse. NULL for a number that is not a code. The text is static.
    fn reqtrail_code_name(code: reqtrail_code) -> *const c_char { name(CODES_NAMES, code) }

    /// Returns the name of a REQTRAIL_CATEGORY_*, such as "not_found"; NULL for another number. The text is static.
    fn reqtrail_category_name(category: i32) -> *const c_char { name(CATEGORY_NAMES, category) }

    /// Returns the name of a REQTRAIL_STOPPED_*, such as "attempts_exhausted"; NULL for another number. The text is
    /// static.
    fn reqtrail_stopped_name(stopped: i32) -> *const c_char { name(STOPPED_NAMES, stopped) }

    /// Returns the name of a REQTRAIL_CAUSE_*, such as "retry"; NULL for another number. The text is static.
    fn reqtrail_cause_name(cause: i32) -> *const c_char { name(CAUSE_NAMES, cause) }

    /// Returns the name of a REQTRAIL_WAIT_*, such as "backoff"; NULL for another number. The text is static.
    fn reqtrail_wait_name(reason: i32) -> *const c_char { name(WAIT_NAMES, reason) }

    /// Returns the name of a REQTRAIL_SENT_*, such as "yes"; NULL for another number. The text is static.
    fn reqtrail_sent_name(sent: i32) -> *const c_char { name(SENT_NAMES, sent) }

    /// Returns the name of a REQTRAIL_TRAIL_NOTE_*, such as "via_proxy"; NULL for another number. The text is static.
    fn reqtrail_trail_note_name(note: i32) -> *const c_char { name(TRAIL_NOTE_NAMES, note) }

    /// Returns the name of a REQTRAIL_REQUEST_ID_NOTE_*, such as "missing"; NULL for another number. The text is
    /// static.
    fn reqtrail_request_id_note_name(note: i32) -> *const c_char { name(REQUEST_ID_NOTE_NAMES, note) }

    /// Returns the name of a REQTRAIL_VERDICT_*, such as "succeeded"; NULL for another number. The text is static.
    fn reqtrail_verdict_name(verdict: i32) -> *const c_char { name(VERDICT_NAMES, verdict) }
}
