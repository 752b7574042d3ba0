//! OpenStack: operations
//!
//! Read servers and their actions, follow actions to their end, and explain servers.

mod kinds;
mod values;

use std::ffi::c_void;
use std::sync::Arc;

use reqtrail::CancelToken;
use reqtrail::host::{OptionError, Value};
use reqtrail::openstack::{ActionRef, OperationKind};

use crate::call::{Receiver, reqtrail_call_handle, reqtrail_report_callback, start};
use crate::cancel::reqtrail_cancel_token;
use crate::client::reqtrail_client;
use crate::ended::Ended;
use crate::export::Settable;
use crate::fault::Fault;
use crate::hooks::{UserData, reqtrail_free_callback, reqtrail_progress_callback};
use crate::memory::free;
use crate::operation_spec::{OperationSpec, ProgressCallback};
use crate::report::reqtrail_report;
use crate::usage::Usage;

/// An operation on a server: one read, or several calls with waits between them. It may be used any number of times,
/// also at the same time, as long as nothing sets an option meanwhile.
pub struct reqtrail_operation(OperationSpec);

impl Settable for reqtrail_operation {
    fn keep(&mut self, kept: Usage) {
        self.0.fault.get_or_insert(kept);
    }
}

impl reqtrail_operation {
    pub(crate) fn new(kind: OperationKind, server: &str, action: impl Into<ActionRef>) -> Self {
        Self(OperationSpec::new(kind, server.to_owned(), action))
    }

    pub(crate) fn spec(&self) -> Result<OperationSpec, Fault> {
        match &self.0.fault {
            Some(kept) => Err(kept.clone().into()),
            None => Ok(self.0.clone()),
        }
    }

    /// Sets a value option by its number.
    pub(crate) fn option(&mut self, id: u16, value: Value) -> Result<(), Fault> {
        let set = self.0.operation.set(id, value);
        set.map_err(|error| match error {
            // The operation does not have this option.
            OptionError::Invalid { message, .. } => Fault::bad_value(message),
            other => other.into(),
        })
    }
}

export! {
    /// Frees an operation; runs that were started continue. NULL is allowed.
    fn reqtrail_operation_free(operation: *mut reqtrail_operation) { free(operation); }

    /// Sets a token that cancels the operation. The token may be freed at once.
    fn reqtrail_operation_cancel_token(operation: &mut reqtrail_operation, token: *const reqtrail_cancel_token) sets {
        operation.0.cancel = token.as_ref().map_or_else(CancelToken::new, |token| token.0.clone());
    }

    /// Sets the function that is called after every poll of a `follow`.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once the operation is freed and all its runs
    /// have ended, or at once if this function fails.
    fn reqtrail_operation_on_progress(
        operation: &mut reqtrail_operation,
        tell: reqtrail_progress_callback,
        user_data: kept,
    ) sets {
        let progress = ProgressCallback(tell, user_data);
        let kind = operation.0.operation.kind();
        if !kind.has("on_progress") {
            let text = format!("the operation `{kind}` does not have this option");
            return Err(Fault::bad_value(text));
        }
        operation.0.progress = Some(progress);
    }

    /// Runs an operation on this thread and waits for its end. The client must be one for OpenStack's compute API.
    ///
    /// The caller frees *report and *error; a failed `follow` sets both. Errors: those of any call,
    /// REQTRAIL_ERROR_ACTION_FAILED, and a mistake that a setter has already returned.
    fn reqtrail_operation_run(
        client: &reqtrail_client,
        operation: &reqtrail_operation,
        report: out *mut reqtrail_report,
    ) fails {
        let inner = Arc::clone(&client.0);
        let job = operation.spec()?.into_job(&inner.client);
        let outcome = inner.client.host().run(job, None);
        Ended::new(outcome).hand_over(std::ptr::null_mut(), report)?;
    }

    /// Starts an operation and returns at once. `callback`, `user_data` and `call` are as in `reqtrail_call_start`;
    /// `reqtrail_call_wait_report` returns the result if there is no callback.
    fn reqtrail_operation_start(
        client: &reqtrail_client,
        operation: &reqtrail_operation,
        callback: reqtrail_report_callback,
        user_data: *mut c_void,
        call: out? *mut reqtrail_call_handle,
    ) fails {
        let mut spec = operation.spec()?;
        // A child token, because cancelling this operation must not end others that share the program's token.
        spec.cancel = spec.cancel.child();
        let cancel = spec.cancel.clone();
        let job = spec.into_job(&client.0.client);
        start(client, cancel, Receiver::Report(callback), user_data, call, job);
    }
}
