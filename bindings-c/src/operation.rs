//! OpenStack: operations
//!
//! Reads of servers and their actions, actions followed to their end, and servers explained.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use reqtrail::CancelToken;
use reqtrail::openstack::{ActionRef, OperationKind};

use crate::call::{Receiver, reqtrail_call_handle, reqtrail_report_callback, start};
use crate::cancel::reqtrail_cancel_token;
use crate::client::reqtrail_client;
use crate::ended::Ended;
use crate::export::Settable;
use crate::fault::Fault;
use crate::hooks::{UserData, reqtrail_free_callback, reqtrail_progress_callback};
use crate::memory::free;
use crate::numbers::time;
use crate::operation_spec::{OperationSpec, ProgressCallback};
use crate::report::reqtrail_report;
use crate::response::reqtrail_response;
use crate::trail::reqtrail_trail;
use crate::usage::Usage;

/// An operation on a server: a read, or something made of several calls and the waits between them. It may be used any
/// number of times, also at the same time, as long as nothing sets an option meanwhile.
pub struct reqtrail_operation(OperationSpec);

impl Settable for reqtrail_operation {
    fn keep(&mut self, kept: Usage) {
        self.0.fault.get_or_insert(kept);
    }
}

impl reqtrail_operation {
    fn new(kind: OperationKind, server: &str, action: impl Into<ActionRef>) -> Self {
        Self(OperationSpec::new(kind, server.to_owned(), action))
    }

    pub(crate) fn spec(&self) -> Result<OperationSpec, Fault> {
        match &self.0.fault {
            Some(kept) => Err(kept.clone().into()),
            None => Ok(self.0.clone()),
        }
    }

    /// Refuses an option that the operation does not have.
    fn only(&self, name: &str) -> Result<(), Fault> {
        if self.0.kind().has(name.trim_end_matches("_ms")) {
            return Ok(());
        }
        Err(Fault::bad_value(format!(
            "{name} is no option of this operation"
        )))
    }
}

export! {
    /// Makes an operation that reads a server, its fault included. The caller frees *operation.
    fn reqtrail_operation_server(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Server, server_id, "")
    }

    /// Makes an operation that reads an action of a server, by the local ID of the request that started it. The caller
    /// frees *operation.
    fn reqtrail_operation_action(server_id: text, request_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Action, server_id, request_id)
    }

    /// Makes an operation that lists a server's actions, newest first, without their steps. The caller frees *operation.
    fn reqtrail_operation_actions(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Actions, server_id, "")
    }

    /// Makes an operation that follows what a request started until it has ended, by the request's local ID. `server_id`
    /// is the server's UUID, or its exact name, which is looked up first. The caller frees *operation.
    ///
    /// It succeeds with a report, whose verdict may be unknown. REQTRAIL_ERROR_ACTION_FAILED: the action failed; other
    /// codes: it could not be followed to its end. The report is there in all cases.
    fn reqtrail_operation_follow(server_id: text, request_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, request_id)
    }

    /// Makes an operation that follows what a request started, by the request's response, whose trail the report then
    /// has. The caller frees *operation; the response may be freed at once.
    fn reqtrail_operation_follow_response(
        server_id: text,
        response: &reqtrail_response,
    ) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, response.response())
    }

    /// The same by the trail of that request's response. The caller frees *operation; the trail may be freed at once.
    fn reqtrail_operation_follow_trail(server_id: text, trail: &reqtrail_trail) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Follow, server_id, trail.core())
    }

    /// Makes an operation that tells the story of a server: its actions, newest first, each with its request ID, its
    /// outcome and its steps, and the server's fault. `server_id` is the server's UUID, or its exact name, which is looked
    /// up first. The caller frees *operation.
    fn reqtrail_operation_explain(server_id: text) makes operation: reqtrail_operation {
        reqtrail_operation::new(OperationKind::Explain, server_id, "")
    }

    /// Frees an operation; what was started of it goes on. NULL is allowed.
    fn reqtrail_operation_free(operation: *mut reqtrail_operation) { free(operation); }

    /// Asks for this microversion, such as "2.90", in the place of the client's, or of "latest".
    fn reqtrail_operation_microversion(operation: &mut reqtrail_operation, version: text) sets {
        operation.0.options.microversion = Some(version.to_owned());
    }

    /// Lets a token cancel the operation; it may be freed at once.
    fn reqtrail_operation_cancel_token(operation: &mut reqtrail_operation, token: *const reqtrail_cancel_token) sets {
        operation.0.cancel = token.as_ref().map_or_else(CancelToken::new, |token| token.0.clone());
    }

    /// Sets the time of a read's call. Not for `follow`, which has a deadline, nor for `explain`.
    fn reqtrail_operation_timeout_ms(operation: &mut reqtrail_operation, timeout: u64) sets {
        operation.only("timeout_ms")?;
        operation.0.options.timeout = Some(Duration::from_millis(timeout));
    }

    /// Sets how many actions are listed or told at most.
    fn reqtrail_operation_limit(operation: &mut reqtrail_operation, actions: u32) sets {
        operation.only("limit")?;
        operation.0.options.limit = Some(actions);
    }

    /// Lists actions after the one of this request ID; from microversion 2.58.
    fn reqtrail_operation_marker(operation: &mut reqtrail_operation, request_id: text) sets {
        operation.only("marker")?;
        operation.0.options.marker = Some(request_id.to_owned());
    }

    /// Lists only actions that changed at this time or later, in seconds since 1970; from microversion 2.58.
    fn reqtrail_operation_changes_since(operation: &mut reqtrail_operation, unix_seconds: f64) sets {
        operation.only("changes_since")?;
        operation.0.options.changes_since = Some(time(unix_seconds)?);
    }

    /// Lists only actions that changed at this time or earlier, in seconds since 1970; from microversion 2.66.
    fn reqtrail_operation_changes_before(operation: &mut reqtrail_operation, unix_seconds: f64) sets {
        operation.only("changes_before")?;
        operation.0.options.changes_before = Some(time(unix_seconds)?);
    }

    /// Sets the first wait between two polls of a `follow` and the longest, half a second and 10 seconds by default.
    fn reqtrail_operation_poll_interval_ms(operation: &mut reqtrail_operation, first: u64, longest: u64) sets {
        operation.only("poll_interval_ms")?;
        operation.0.options.poll_interval = Some(Duration::from_millis(first));
        operation.0.options.max_poll_interval = Some(Duration::from_millis(longest));
    }

    /// Sets how long an action is followed, ten minutes by default. One that still runs then is reported as unknown.
    fn reqtrail_operation_deadline_ms(operation: &mut reqtrail_operation, deadline: u64) sets {
        operation.only("deadline_ms")?;
        operation.0.options.deadline = Some(Duration::from_millis(deadline));
    }

    /// Sets how long a state that decides nothing has to stay the same before it is taken for the end of an action,
    /// 3 seconds by default.
    fn reqtrail_operation_settle_time_ms(operation: &mut reqtrail_operation, settle: u64) sets {
        operation.only("settle_time_ms")?;
        operation.0.options.settle_time = Some(Duration::from_millis(settle));
    }

    /// Sets what is told after every poll of a `follow`.
    ///
    /// `free_user_data` may be NULL; else it gets `user_data` when the operation and all that was started of it are gone.
    fn reqtrail_operation_on_progress(
        operation: &mut reqtrail_operation,
        tell: reqtrail_progress_callback,
        user_data: *mut c_void,
        free_user_data: reqtrail_free_callback,
    ) sets {
        let progress = ProgressCallback(tell, UserData::new(user_data, free_user_data));
        operation.only("on_progress")?;
        operation.0.progress = Some(progress);
    }

    /// Carries an operation out on this thread and waits for its end. The client is one of OpenStack's compute API.
    ///
    /// The caller frees *report and *error; a failed `follow` sets both. Errors: those of any call,
    /// REQTRAIL_ERROR_ACTION_FAILED, and a mistake that a setter has returned already.
    fn reqtrail_operation_run(
        client: &reqtrail_client,
        operation: &reqtrail_operation,
        report: out *mut reqtrail_report,
    ) fails {
        let inner = Arc::clone(&client.0);
        let job = operation.spec()?.into_job(&inner.client);
        let outcome = inner.client.host().run(job, None);
        Ended::new(outcome).give(std::ptr::null_mut(), report)?;
    }

    /// Starts an operation and returns at once; `callback`, `user_data` and `call` are those of `reqtrail_call_start`, and
    /// `reqtrail_call_wait_report` gives the result where there is no callback.
    fn reqtrail_operation_start(
        client: &reqtrail_client,
        operation: &reqtrail_operation,
        callback: reqtrail_report_callback,
        user_data: *mut c_void,
        call: out? *mut reqtrail_call_handle,
    ) fails {
        let mut spec = operation.spec()?;
        // A token of its own: the program's may be shared by others, which cancelling this must not end.
        spec.cancel = spec.cancel.child();
        let cancel = spec.cancel.clone();
        let job = spec.into_job(&client.0.client);
        start(client, cancel, Receiver::Report(callback), user_data, call, job);
    }
}
