//! Trails: reading them, and errors that carry them

use reqtrail::Trail;

use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::trail::reqtrail_trail;

export! {
    /// Makes the error of a response whose body the program's own parser refuses: kind REQTRAIL_ERROR_DECODE, with the
    /// trail, whose outcome is then `decode`. `what` says what is wrong. The parser's message, which may repeat values
    /// of the body, belongs in `cause`. The caller frees the error. Returns NULL if a text is not UTF-8.
    fn reqtrail_trail_decode_error(trail: &reqtrail_trail, what: text, cause: text) -> *mut reqtrail_error {
        let made = Fault::from(trail.core().decode_error(what, cause)).into_handle();
        Some(Box::into_raw(made))
    }

    /// Reads a trail that `reqtrail_trail_json` or its counterpart in another language has written. The caller frees
    /// *trail with `reqtrail_trail_free`. Errors: REQTRAIL_ERROR_DECODE says what is wrong.
    fn reqtrail_trail_from_json(json: text) makes trail: reqtrail_trail {
        reqtrail_trail::new(Trail::from_json(json)?)
    }
}
