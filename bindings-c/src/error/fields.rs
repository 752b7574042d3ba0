//! The fields of errors

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use crate::error::reqtrail_error;
use crate::numbers::{milliseconds, number};

/// The number of text fields.
pub(crate) const TEXTS: usize = 7;

export! {
    /// Returns what the API error of the last attempt means, a REQTRAIL_CATEGORY_*; 0 if there is none. For a look-up
    /// that found nothing or several resources, and for a call that had no credential to send, it says why.
    fn reqtrail_error_category(error: &reqtrail_error) -> i32 {
        Some(number(error.core()?.category()?.number()))
    }

    /// Returns the API's error code of the last attempt, in its canonical spelling; NULL if there is none.
    fn reqtrail_error_code(error: &reqtrail_error) -> text[0] {
        error.core()?.code()
    }

    /// Returns the status of the last attempt; 0 if there is none.
    fn reqtrail_error_status(error: &reqtrail_error) -> i32 {
        Some(i32::from(error.core()?.status()?.as_u16()))
    }

    /// Returns the wait that the server asked for in its last response; negative if there is none. In milliseconds.
    fn reqtrail_error_retry_after_ms(error: &reqtrail_error) -> f64 {
        Some(milliseconds(error.core()?.retry_after()?))
    }

    /// Returns the API's error code as the server wrote it; NULL if there is none.
    fn reqtrail_error_raw_code(error: &reqtrail_error) -> text[1] {
        error.api()?.raw_code()
    }

    /// Returns the heading of the server's text, if the API writes one; NULL if there is none. OpenStack's middleware
    /// writes one instead of a code.
    fn reqtrail_error_title(error: &reqtrail_error) -> text[2] {
        error.api()?.title()
    }

    /// Returns what the server says to operators, such as a stack trace; NULL if there is none. It is not meant for end
    /// users, and no error text, log or report repeats it.
    fn reqtrail_error_details(error: &reqtrail_error) -> text[3] {
        error.api()?.details()
    }

    /// Returns how to fix the cause of the code, if the dialect knows; NULL if there is none.
    fn reqtrail_error_hint(error: &reqtrail_error) -> text[4] {
        error.api()?.hint()
    }

    /// Returns the URL of the page that explains the code, or of the API's status page, if the dialect knows one; NULL
    /// if there is none. It never comes from the server.
    fn reqtrail_error_documentation_url(error: &reqtrail_error) -> text[5] {
        error.api()?.documentation_url()
    }

    /// Returns the version of the API that the server answered with, as in `2.90`; `NULL` if the API has no versions.
    fn reqtrail_error_microversion(error: &reqtrail_error) -> text[6] {
        error.api()?.microversion()
    }
}
