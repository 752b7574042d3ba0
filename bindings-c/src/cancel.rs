//! Cancel tokens

use reqtrail::{CancelReason, CancelToken};

use crate::memory::free;

/// Cancels the calls that it is attached to. Any thread may use it at any time.
pub struct reqtrail_cancel_token(pub(crate) CancelToken);

export! {
    /// Makes a token that is not cancelled. The caller frees it.
    fn reqtrail_cancel_token_new() -> *mut reqtrail_cancel_token {
        Some(Box::into_raw(Box::new(reqtrail_cancel_token(CancelToken::new()))))
    }

    /// Cancels all calls that have the token at once, even during a wait or a body. The token stays cancelled. NULL is
    /// allowed.
    fn reqtrail_cancel_token_cancel(token: &reqtrail_cancel_token) { token.0.cancel(); }

    /// Ends all calls that have the token at once, because a deadline of the program has passed: the calls end with
    /// REQTRAIL_ERROR_TIMEOUT, and their trails say that a deadline stopped them. If a token is both cancelled and
    /// expired, the first of the two counts.
    fn reqtrail_cancel_token_expire(token: &reqtrail_cancel_token) { token.0.cancel_with(CancelReason::Deadline); }

    /// Returns whether the token is cancelled.
    fn reqtrail_cancel_token_is_cancelled(token: &reqtrail_cancel_token) -> bool { Some(token.0.is_cancelled()) }

    /// Frees a token without cancelling the calls that have it. NULL is allowed.
    fn reqtrail_cancel_token_free(token: *mut reqtrail_cancel_token) { free(token); }
}
