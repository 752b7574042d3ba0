//! Calls

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use reqtrail::host::Job;
use reqtrail::{CancelReason, CancelToken};

use crate::client::{CALLBACK_TAG, Inner, reqtrail_client};
use crate::codes::{REQTRAIL_ERROR_IN_CALLBACK, REQTRAIL_ERROR_STILL_RUNNING, reqtrail_code};
use crate::ended::{Ended, raw};
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::hooks::InCallbackGuard;
use crate::lock::lock;
use crate::memory::free;
use crate::report::reqtrail_report;
use crate::request::reqtrail_request;
use crate::response::reqtrail_response;

/// A started call or operation. All threads may use it at the same time; one thread frees it.
pub struct reqtrail_call_handle {
    state: Arc<State>,
    cancel: CancelToken,
}

/// Receives the result of a started call, exactly once, even if the call was cancelled. `code` is REQTRAIL_OK with a
/// response, or another code with an error; the callee frees either. `call` is the handle that `reqtrail_call_start`
/// made, which may be freed here, or NULL if the caller asked for none.
///
/// It runs on a thread of the library and must not block, because other calls of the client wait for it. When it runs,
/// the library no longer uses the call or the client; after it returns, the library no longer uses `user_data`.
pub type reqtrail_call_callback = Option<
    unsafe extern "C" fn(
        call: *mut reqtrail_call_handle,
        code: reqtrail_code,
        response: *mut reqtrail_response,
        error: *mut reqtrail_error,
        user_data: *mut c_void,
    ),
>;

/// Receives the result of a started operation, as a `reqtrail_call_callback` receives that of a call. There may be both
/// a report and an error; the callee frees both.
pub type reqtrail_report_callback = Option<
    unsafe extern "C" fn(
        call: *mut reqtrail_call_handle,
        code: reqtrail_code,
        report: *mut reqtrail_report,
        error: *mut reqtrail_error,
        user_data: *mut c_void,
    ),
>;

/// The callback that receives a result.
#[derive(Clone, Copy)]
pub(crate) enum Receiver {
    Call(reqtrail_call_callback),
    Report(reqtrail_report_callback),
}

#[derive(Default)]
struct State {
    /// The result, set once the callback has returned. It lacks the handles that the callback received.
    ended: Mutex<Option<Ended>>,
    changed: Condvar,
}

/// Delivers a result exactly once, even if the work behind it is dropped.
pub(crate) struct Completion {
    state: Arc<State>,
    handle: *mut reqtrail_call_handle,
    receiver: Option<Receiver>,
    user_data: *mut c_void,
    inner: Option<Arc<Inner>>,
}

// SAFETY: the header says that the callback gets both pointers on a thread of the library.
unsafe impl Send for Completion {}

impl Completion {
    fn deliver(&mut self, ended: Ended) {
        let Some(receiver) = self.receiver.take() else {
            return;
        };
        // The client must be released before the callback runs, because the program may free everything in it.
        self.inner = None;
        let code = ended.code;
        let mut left = Ended::of_code(code);
        let in_callback = InCallbackGuard::enter();
        match receiver {
            Receiver::Call(Some(function)) => {
                let (response, error) = (raw(ended.response), raw(ended.error));
                // SAFETY: the program's function; it owns the handles from now on.
                unsafe { function(self.handle, code, response, error, self.user_data) };
            }
            Receiver::Report(Some(function)) => {
                let (report, error) = (raw(ended.report), raw(ended.error));
                // SAFETY: as above.
                unsafe { function(self.handle, code, report, error, self.user_data) };
            }
            Receiver::Call(None) | Receiver::Report(None) => left = ended,
        }
        drop(in_callback);
        *lock(&self.state.ended) = Some(left);
        self.state.changed.notify_all();
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        // Work is dropped by a bug, by a client that ends with its thread, or if no thread can drive it.
        self.deliver(Ended::failed(Fault::of_drop()));
    }
}

/// Starts a job. `cancel` is the token that its handle cancels.
pub(crate) unsafe fn start(
    client: &reqtrail_client,
    cancel: CancelToken,
    receiver: Receiver,
    user_data: *mut c_void,
    out: *mut *mut reqtrail_call_handle,
    job: Job,
) {
    // The callback may free the handle, on another thread, before this returns.
    let inner = Arc::clone(&client.0);
    let state = Arc::<State>::default();
    let mut handle = null_mut();
    if !out.is_null() {
        let state = Arc::clone(&state);
        handle = Box::into_raw(Box::new(reqtrail_call_handle { state, cancel }));
        // SAFETY: not NULL, and the rest is the caller's promise.
        unsafe { out.write(handle) };
    }
    let mut completion = Completion {
        state,
        handle,
        receiver: Some(receiver),
        user_data,
        inner: Some(Arc::clone(&inner)),
    };
    let done = Box::new(move |outcome| completion.deliver(Ended::new(outcome)));
    inner.client.host().start(job, CALLBACK_TAG, done);
}

impl reqtrail_call_handle {
    /// Waits for the end, without a limit if the time is negative. The first to wait receives the handles.
    fn wait(&self, timeout_ms: i64) -> Result<Ended, Fault> {
        let is_running = |ended: &mut Option<Ended>| ended.is_none();
        let changed = &self.state.changed;
        let mut ended = lock(&self.state.ended);
        if ended.is_none() && InCallbackGuard::is_active() {
            let why = "a callback cannot wait for a call: the call may wait for the callback";
            return Err(Fault::usage(REQTRAIL_ERROR_IN_CALLBACK, why));
        }
        ended = match u64::try_from(timeout_ms).map(Duration::from_millis) {
            Err(_) => changed
                .wait_while(ended, is_running)
                .unwrap_or_else(PoisonError::into_inner),
            Ok(time) => {
                let waited = changed.wait_timeout_while(ended, time, is_running);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        match &mut *ended {
            Some(ended) => Ok(std::mem::replace(ended, Ended::of_code(ended.code))),
            None => {
                let why = "the call has not ended within the time; wait again or cancel it";
                Err(Fault::usage(REQTRAIL_ERROR_STILL_RUNNING, why))
            }
        }
    }
}

export! {
    /// Makes a call on this thread and waits for its end. Many threads may call through one client at the same time.
    ///
    /// Exactly one of *response and *error is set, and the caller frees it. Errors: the kinds REQTRAIL_ERROR_API to
    /// REQTRAIL_ERROR_INTERNAL, each with the call's trail; a mistake that a setter has already returned, without a
    /// trail.
    fn reqtrail_call(client: &reqtrail_client, request: &reqtrail_request, response: out *mut reqtrail_response) fails {
        let inner = Arc::clone(&client.0);
        let outcome = inner.client.host().run(request.job(None)?, None);
        Ended::new(outcome).hand_over(response, null_mut())?;
    }

    /// Starts a call and returns at once. `callback` receives the result, exactly once, unless this function fails. It
    /// may be NULL; then `reqtrail_call_wait` returns the result.
    ///
    /// `call` may be NULL for a call that nobody waits for or cancels; otherwise the caller frees *call, at any time.
    /// Errors: REQTRAIL_ERROR_NULL_POINTER, and a mistake that a setter of the request has already returned; all others
    /// go to the callback.
    fn reqtrail_call_start(
        client: &reqtrail_client,
        request: &reqtrail_request,
        callback: reqtrail_call_callback,
        user_data: *mut c_void,
        call: out? *mut reqtrail_call_handle,
    ) fails {
        let cancel = request.own_token();
        let job = request.job(Some(&cancel))?;
        start(client, cancel, Receiver::Call(callback), user_data, call, job);
    }

    /// Cancels a started call or operation. It ends at once, with REQTRAIL_ERROR_CANCELLED and its trail, or with the
    /// result that it already had. The callback still runs. May be called several times, from any thread, and with
    /// NULL.
    fn reqtrail_call_cancel(call: &reqtrail_call_handle) { call.cancel.cancel(); }

    /// Like `reqtrail_call_cancel`, for a deadline of the program that has passed: the result is
    /// REQTRAIL_ERROR_TIMEOUT.
    fn reqtrail_call_expire(call: &reqtrail_call_handle) { call.cancel.cancel_with(CancelReason::Deadline); }

    /// Returns whether a started call or operation has ended and its callback has returned.
    fn reqtrail_call_is_done(call: &reqtrail_call_handle) -> bool { Some(lock(&call.state.ended).is_some()) }

    /// Waits until a started call has ended and its callback has returned, at most `timeout_ms` milliseconds, or
    /// without a limit if that is negative. Returns the call's code.
    ///
    /// If the call has no callback, the first wait sets *response or *error, which the caller frees. A later wait on a
    /// call that failed sets *error to an error without a trail, which the caller frees too. `response` may be NULL; a
    /// response is then freed. Errors: REQTRAIL_ERROR_STILL_RUNNING; REQTRAIL_ERROR_IN_CALLBACK if a callback waits for
    /// a call that has not ended; otherwise those of the call.
    fn reqtrail_call_wait(call: &reqtrail_call_handle, timeout_ms: i64, response: out? *mut reqtrail_response) fails {
        call.wait(timeout_ms)?.hand_over(response, null_mut())?;
    }

    /// Like `reqtrail_call_wait`, for a started operation. Its result is a report; *report and *error may both be set.
    fn reqtrail_call_wait_report(
        call: &reqtrail_call_handle,
        timeout_ms: i64,
        report: out? *mut reqtrail_report,
    ) fails {
        call.wait(timeout_ms)?.hand_over(null_mut(), report)?;
    }

    /// Frees the handle of a call, also within the call's own callback. A call under way continues, and its callback
    /// runs. NULL is allowed.
    fn reqtrail_call_free(call: *mut reqtrail_call_handle) { free(call); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_work_reports_why() {
        let words = |end: fn(Completion)| {
            let state = Arc::<State>::default();
            end(Completion {
                state: Arc::clone(&state),
                handle: null_mut(),
                receiver: Some(Receiver::Call(None)),
                user_data: null_mut(),
                inner: None,
            });
            let ended = lock(&state.ended).take();
            ended
                .and_then(|end| end.error)
                .expect("an error")
                .display
                .clone()
        };
        assert!(words(drop).contains("the call did not end"));
        let panics = |completion| {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                let _completion = completion;
                panic!("on purpose");
            }));
        };
        assert!(words(panics).contains("reqtrail panicked"));
    }
}
