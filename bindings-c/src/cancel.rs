//! Cancel tokens

use reqtrail::{CancelReason, CancelToken};

use crate::memory::free;

/// Cancels the calls it was given to. Any thread may use it at any time.
pub struct reqtrail_cancel_token(pub(crate) CancelToken);

export! {
    /// Makes a token that is not cancelled. The caller frees it.
    fn reqtrail_cancel_token_new() -> *mut reqtrail_cancel_token {
        Some(Box::into_raw(Box::new(reqtrail_cancel_token(CancelToken::new()))))
    }

    /// Cancels all calls that have the token, at once, also in a wait or a body; it stays cancelled. NULL is allowed.
    fn reqtrail_cancel_token_cancel(token: &reqtrail_cancel_token) { token.0.cancel(); }

    /// The same for a deadline of the program's own, which has passed: the calls end with REQTRAIL_ERROR_TIMEOUT, and
    /// their trails say that a deadline stopped them. Of both the one that comes first counts.
    fn reqtrail_cancel_token_expire(token: &reqtrail_cancel_token) { token.0.cancel_with(CancelReason::Deadline); }

    /// Returns whether the token was cancelled.
    fn reqtrail_cancel_token_is_cancelled(token: &reqtrail_cancel_token) -> bool { Some(token.0.is_cancelled()) }

    /// Frees a token; calls that have it are not cancelled by that. NULL is allowed.
    fn reqtrail_cancel_token_free(token: *mut reqtrail_cancel_token) { free(token); }
}
