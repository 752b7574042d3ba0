//! The fields of attempts

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use crate::attempt::reqtrail_attempt;
use crate::codes::reqtrail_code;
use crate::numbers::{milliseconds, number, three_way};

/// The number of text fields.
pub(crate) const TEXTS: usize = 10;

export! {
    /// Returns the number of the attempt within the call, from 1.
    fn reqtrail_attempt_number(attempt: &reqtrail_attempt) -> u32 {
        Some(attempt.core().number())
    }

    /// Returns why the attempt was made, a REQTRAIL_CAUSE_*.
    fn reqtrail_attempt_cause(attempt: &reqtrail_attempt) -> i32 {
        Some(number(attempt.core().cause().number()))
    }

    /// Returns the method that was sent; a redirect may have changed it.
    fn reqtrail_attempt_method(attempt: &reqtrail_attempt) -> text[0] {
        Some(attempt.core().method().to_string())
    }

    /// Returns the parent-id of the attempt's `traceparent`: 16 hex digits.
    fn reqtrail_attempt_span_id(attempt: &reqtrail_attempt) -> text[1] {
        Some(attempt.core().span_id().to_string())
    }

    /// Returns the URL, with secret parameters as `{name}` and query values redacted.
    fn reqtrail_attempt_url(attempt: &reqtrail_attempt) -> text[2] {
        Some(attempt.core().url())
    }

    /// Returns the address and port that the request's connection led to, as in `10.0.0.7:443` or `[::1]:443`: the
    /// server's or a proxy's. `NULL` without a connection, over a Unix socket, and for a transport that does not report
    /// it.
    fn reqtrail_attempt_remote_address(attempt: &reqtrail_attempt) -> text[3] {
        attempt.core().remote_address().map(|it| it.to_string())
    }

    /// Returns the response's status, if a response arrived; 0 if there is none.
    fn reqtrail_attempt_status(attempt: &reqtrail_attempt) -> i32 {
        Some(i32::from(attempt.core().status()?.as_u16()))
    }

    /// Returns the server's ID of this request; NULL if there is none.
    fn reqtrail_attempt_request_id(attempt: &reqtrail_attempt) -> text[4] {
        attempt.core().request_id().map(ToString::to_string)
    }

    /// Returns where the request ID was found; NULL if there is none.
    fn reqtrail_attempt_request_id_source(attempt: &reqtrail_attempt) -> text[5] {
        attempt.core().request_id_source().map(ToString::to_string)
    }

    /// Returns how many entries `reqtrail_attempt_request_id_note` has.
    fn reqtrail_attempt_request_id_note_count(attempt: &reqtrail_attempt) -> usize {
        Some(attempt.core().request_id_notes().len())
    }

    /// Returns an entry, from 0, of what was unusual about the request ID: a REQTRAIL_REQUEST_ID_NOTE_*; 0 beyond the
    /// last.
    fn reqtrail_attempt_request_id_note(attempt: &reqtrail_attempt, index: usize) -> i32 {
        Some(number(attempt.core().request_id_notes().get(index)?.number()))
    }

    /// Returns the request ID in the body, if it differs from the header's; NULL if there is none.
    fn reqtrail_attempt_body_request_id(attempt: &reqtrail_attempt) -> text[6] {
        attempt.core().body_request_id().map(ToString::to_string)
    }

    /// Returns the API's error code, in its canonical spelling; NULL if there is none.
    fn reqtrail_attempt_error_code(attempt: &reqtrail_attempt) -> text[7] {
        attempt.core().error_code()
    }

    /// Returns what the API error means, a REQTRAIL_CATEGORY_*; `0` if the attempt is not an API error.
    fn reqtrail_attempt_category(attempt: &reqtrail_attempt) -> i32 {
        Some(number(attempt.core().category()?.number()))
    }

    /// Returns what went wrong, if there was no complete, usable response, a REQTRAIL_ERROR_*; REQTRAIL_OK if there is
    /// none.
    fn reqtrail_attempt_failure(attempt: &reqtrail_attempt) -> reqtrail_code {
        Some(number(attempt.core().failure()?.number()))
    }

    /// Returns the well-known code of the failure, as in `ECONNREFUSED`, `ENOTFOUND` or `CERT_HAS_EXPIRED`; `NULL` if
    /// none fits.
    fn reqtrail_attempt_failure_code(attempt: &reqtrail_attempt) -> text[8] {
        attempt.core().failure_code()
    }

    /// Returns the failure in words: one line of at most 200 characters, without secrets; NULL if there is none. It
    /// names the peer or the proxy if known. A timeout names its limit.
    fn reqtrail_attempt_failure_reason(attempt: &reqtrail_attempt) -> text[9] {
        attempt.core().failure_reason()
    }

    /// Returns whether the request went out, a REQTRAIL_SENT_*.
    fn reqtrail_attempt_sent(attempt: &reqtrail_attempt) -> i32 {
        Some(number(attempt.core().sent().number()))
    }

    /// Returns whether the server processed the request. 1: it answered. -1: nothing left the client, or the server
    /// guaranteed that it did not process the request; it may be sent again whatever its method is. `0`: unknown.
    fn reqtrail_attempt_processed(attempt: &reqtrail_attempt) -> i32 {
        Some(three_way(attempt.core().processed()))
    }

    /// Returns when the attempt started, relative to the start of the call. In milliseconds.
    fn reqtrail_attempt_started_ms(attempt: &reqtrail_attempt) -> f64 {
        Some(milliseconds(attempt.core().started()))
    }

    /// Returns how long the attempt took, including the body. In milliseconds.
    fn reqtrail_attempt_elapsed_ms(attempt: &reqtrail_attempt) -> f64 {
        Some(milliseconds(attempt.core().elapsed()))
    }

    /// Returns the wait that the server asked for; negative if there is none. In milliseconds.
    fn reqtrail_attempt_retry_after_ms(attempt: &reqtrail_attempt) -> f64 {
        Some(milliseconds(attempt.core().retry_after()?))
    }

    /// Returns the wait that was chosen after this attempt; negative if there is none. In milliseconds.
    fn reqtrail_attempt_wait_ms(attempt: &reqtrail_attempt) -> f64 {
        Some(milliseconds(attempt.core().wait()?))
    }

    /// Returns what decided the wait, a REQTRAIL_WAIT_*; 0 if there is none.
    fn reqtrail_attempt_wait_reason(attempt: &reqtrail_attempt) -> i32 {
        Some(number(attempt.core().wait_reason()?.number()))
    }
}
