//! The completion queue
//!
//! For event loops and other languages: calls are submitted under the program's own tags, and one notification says that
//! results wait to be taken.

use std::ffi::c_void;

use reqtrail::CancelReason;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::Event;

use crate::client::{CALLBACK_TAG, reqtrail_client};
use crate::codes::reqtrail_code;
use crate::ended::{Ended, raw};
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::hooks::{UserData, reqtrail_free_callback};
use crate::inbox::Notify;
use crate::lock::lock;
use crate::operation::reqtrail_operation;
use crate::report::reqtrail_report;
use crate::request::reqtrail_request;
use crate::response::reqtrail_response;

/// Is told that results wait to be taken: once, until somebody takes some. It runs on a thread of the library, must not
/// block and must not call the library; writing to an eventfd or a pipe is what it is for.
pub type reqtrail_notify_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A result that was taken from the queue. The handles are the taker's to free.
#[repr(C)]
#[derive(Debug)]
pub struct reqtrail_done {
    /// What the call or operation was submitted under.
    pub tag: u64,
    /// REQTRAIL_OK, or what went wrong.
    pub code: reqtrail_code,
    /// 1 for a call, 2 for an operation.
    pub kind: i32,
    /// The response of a call that went well, else NULL.
    pub response: *mut reqtrail_response,
    /// The report of an operation, else NULL.
    pub report: *mut reqtrail_report,
    /// Why it failed, else NULL.
    pub error: *mut reqtrail_error,
}

/// Takes a tag into use; that of a result which nobody has taken yet is still in use.
fn reserve(client: &reqtrail_client, tag: u64) -> Result<(), Fault> {
    let why = match tag {
        CALLBACK_TAG => "tag is UINT64_MAX, which the library keeps for itself",
        _ if lock(&client.0.tags).insert(tag) => return Ok(()),
        _ => "tag is in use: expected one whose result has been taken, or a new one",
    };
    Err(Fault::bad_value(why))
}

export! {
    /// Starts a call; its result is queued under `tag`. A tag is in use until its result is taken, and UINT64_MAX is none.
    /// Any thread may submit, also right after it has taken results.
    ///
    /// Errors: REQTRAIL_ERROR_NULL_POINTER, REQTRAIL_ERROR_BAD_VALUE for a tag that is in use or none, and a mistake that a setter of the
    /// request has returned already. Nothing is queued then.
    fn reqtrail_client_submit(client: &reqtrail_client, request: &reqtrail_request, tag: u64) fails {
        let inner = &client.0;
        let job = request.job(None)?;
        reserve(client, tag)?;
        inner.client.host().submit_for(&inner.inbox.lane, job, tag);
    }

    /// Starts an operation; its result is queued under `tag`, as that of a call is. Errors: as for a call.
    fn reqtrail_client_submit_operation(client: &reqtrail_client, operation: &reqtrail_operation, tag: u64) fails {
        let inner = &client.0;
        let spec = operation.spec()?;
        reserve(client, tag)?;
        let job = spec.into_job(&inner.client);
        inner.client.host().submit_for(&inner.inbox.lane, job, tag);
    }

    /// Cancels what was submitted under a tag; false if nothing of that tag is under way. Its result is queued all the
    /// same.
    fn reqtrail_client_cancel(client: &reqtrail_client, tag: u64) -> bool {
        Some(tag != CALLBACK_TAG && client.0.client.host().cancel(tag))
    }

    /// The same for a deadline of the program's own, which has passed: the result is REQTRAIL_ERROR_TIMEOUT.
    fn reqtrail_client_expire(client: &reqtrail_client, tag: u64) -> bool {
        Some(tag != CALLBACK_TAG && client.0.client.host().cancel_with(tag, CancelReason::Deadline))
    }

    /// Sets what is told when results wait to be taken, in the place of what was set before; NULL: nobody. It is told at
    /// once if some wait already. Not to be called from within a notification.
    ///
    /// `free_user_data` may be NULL; else it gets `user_data` when the client is gone or another function was set, and
    /// at once where this function fails.
    fn reqtrail_client_set_notify(
        client: &reqtrail_client,
        notify: reqtrail_notify_callback,
        user_data: kept,
    ) fails {
        let notify = notify.map(|function| -> Notify { Box::new(move || function(user_data.pointer())) });
        client.0.inbox.set_notify(notify);
    }

    /// Takes up to `capacity` results into an array of that many entries, and returns how many it took. After a
    /// notification take until it returns less than `capacity`: then, and not before, a new result notifies anew.
    ///
    /// Any thread may take, also several at the same time. 0 also if `done` is NULL.
    fn reqtrail_client_take_done(client: &reqtrail_client, done: *mut reqtrail_done, capacity: usize) -> usize {
        let capacity = if done.is_null() { 0 } else { capacity };
        let mut count = 0;
        for mail in client.0.inbox.take(capacity) {
            // Hooks are told where things happen.
            let (Some(tag), Event::Ended(outcome)) = (mail.tag, mail.event) else { continue };
            lock(&client.0.tags).remove(&tag);
            let kind = if matches!(outcome, Outcome::Call(_)) { 1 } else { 2 };
            let ended = Ended::new(outcome);
            let row = reqtrail_done {
                tag,
                code: ended.code,
                kind,
                response: raw(ended.response),
                report: raw(ended.report),
                error: raw(ended.error),
            };
            done.add(count).write(row);
            count += 1;
        }
        Some(count)
    }
}
