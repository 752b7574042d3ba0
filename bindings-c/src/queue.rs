//! The completion queue
//!
//! For event loops and other languages: a program submits calls under its own tags, and one notification says that
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

/// Is called when results wait to be taken: once, until results are taken. It runs on a thread of the library, must not
/// block and must not call the library. It typically writes to an eventfd or a pipe.
pub type reqtrail_notify_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A result that was taken from the queue. The program frees the handles.
#[repr(C)]
#[derive(Debug)]
pub struct reqtrail_done {
    /// The tag that the call or operation was submitted under.
    pub tag: u64,
    /// REQTRAIL_OK, or why it failed.
    pub code: reqtrail_code,
    /// 1 for a call, 2 for an operation.
    pub kind: i32,
    /// The response of a call that succeeded, else NULL.
    pub response: *mut reqtrail_response,
    /// The report of an operation, else NULL.
    pub report: *mut reqtrail_report,
    /// The error of a call or an operation that failed, else NULL.
    pub error: *mut reqtrail_error,
}

/// Reserves a tag. A tag stays in use until its result is taken.
fn reserve(client: &reqtrail_client, tag: u64) -> Result<(), Fault> {
    let why = match tag {
        CALLBACK_TAG => "tag is UINT64_MAX, which is reserved; expected a lower number",
        _ if lock(&client.0.tags).insert(tag) => return Ok(()),
        _ => "tag is in use: expected one whose result has been taken, or a new one",
    };
    Err(Fault::bad_value(why))
}

export! {
    /// Starts a call; its result is queued under `tag`. A tag is in use until its result is taken, and UINT64_MAX is
    /// not a valid tag. Any thread may submit, also right after it has taken results.
    ///
    /// Errors: REQTRAIL_ERROR_NULL_POINTER, REQTRAIL_ERROR_BAD_VALUE for a tag that is in use or not valid, and a
    /// mistake that a setter of the request has already returned. Nothing is queued then.
    fn reqtrail_client_submit(client: &reqtrail_client, request: &reqtrail_request, tag: u64) fails {
        let inner = &client.0;
        let job = request.job(None)?;
        reserve(client, tag)?;
        inner.client.host().submit_for(&inner.inbox.lane, job, tag);
    }

    /// Starts an operation; its result is queued under `tag`, as for a call. Errors: those of `reqtrail_client_submit`.
    fn reqtrail_client_submit_operation(client: &reqtrail_client, operation: &reqtrail_operation, tag: u64) fails {
        let inner = &client.0;
        let spec = operation.spec()?;
        reserve(client, tag)?;
        let job = spec.into_job(&inner.client, &inner.hooks);
        inner.client.host().submit_for(&inner.inbox.lane, job, tag);
    }

    /// Cancels the call or operation with a tag. Returns false if none with that tag is under way. The result is still
    /// queued.
    fn reqtrail_client_cancel(client: &reqtrail_client, tag: u64) -> bool {
        Some(tag != CALLBACK_TAG && client.0.client.host().cancel(tag))
    }

    /// Like `reqtrail_client_cancel`, for a deadline of the program that has passed: the result is
    /// REQTRAIL_ERROR_TIMEOUT.
    fn reqtrail_client_expire(client: &reqtrail_client, tag: u64) -> bool {
        Some(tag != CALLBACK_TAG && client.0.client.host().cancel_with(tag, CancelReason::Deadline))
    }

    /// Sets the function that is called when results wait to be taken. It replaces the function that was set before;
    /// NULL sets none. The function is called at once if results already wait. Must not be called from within a
    /// notification.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once the client is freed or another function is
    /// set, or at once if this function fails.
    fn reqtrail_client_set_notify(
        client: &reqtrail_client,
        notify: reqtrail_notify_callback,
        user_data: kept,
    ) fails {
        let notify = notify.map(|function| -> Notify { Box::new(move || function(user_data.pointer())) });
        client.0.inbox.set_notify(notify);
    }

    /// Takes up to `capacity` results into an array of that many entries, and returns how many it took. After a
    /// notification, call it until it returns less than `capacity`: only then does a new result notify again.
    ///
    /// Several threads may take at the same time. Returns 0 if `done` is NULL.
    fn reqtrail_client_take_done(client: &reqtrail_client, done: *mut reqtrail_done, capacity: usize) -> usize {
        let capacity = if done.is_null() { 0 } else { capacity };
        let mut count = 0;
        for mail in client.0.inbox.take(capacity) {
            // Hooks of C run on the driving thread, so other events do not come here.
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
