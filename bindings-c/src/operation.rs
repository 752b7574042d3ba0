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
use crate::cloud::reqtrail_connection;
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

    /// The operation that reads the story of a resource. Its calls go to the connection's services.
    fn explaining(connection: &reqtrail_connection, what: &str) -> Self {
        let mut made = Self::new(OperationKind::ExplainResource, what, "");
        made.0.connection = Some(connection.connection().clone());
        made
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
    /// Makes an operation that reads the story of a server, a volume, a snapshot or an image over the services of a
    /// cloud, or of everything with a request's ID: what happened to it, why, and which request IDs to give to the
    /// operator. The caller frees *operation; the connection may be freed at once.
    ///
    /// `what` is a UUID, an exact name, or a request ID; with its kind and a slash in front, as in "volume/data", only
    /// that kind is searched for. The kinds are `server`, `volume`, `snapshot`, `image` and `request`. What a service
    /// does not show is a note of the story.
    ///
    /// Any client may run it; its calls go to the services of the connection, and the client's hooks see them. Errors of
    /// its run:
    /// those of a call if it cannot be read, with the trails of all calls. REQTRAIL_ERROR_API has the category
    /// `not_found` if no service has it, and `invalid` if several resources have the name;
    /// REQTRAIL_ERROR_INVALID_REQUEST is for a kind that is not known.
    fn reqtrail_operation_explain_resource(
        connection: &reqtrail_connection,
        what: text,
    ) makes operation: reqtrail_operation {
        reqtrail_operation::explaining(connection, what)
    }

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

    /// Runs an operation on this thread and waits for its end. The client is one for OpenStack's compute API; for
    /// `reqtrail_operation_follow_resource` and its variants, one for the service of the resource; and any client for
    /// `reqtrail_operation_explain_resource`.
    ///
    /// The caller frees *report and *error; a failed `follow` sets both. Errors: those of any call,
    /// REQTRAIL_ERROR_ACTION_FAILED, and a mistake that a setter has already returned.
    fn reqtrail_operation_run(
        client: &reqtrail_client,
        operation: &reqtrail_operation,
        report: out *mut reqtrail_report,
    ) fails {
        let inner = Arc::clone(&client.0);
        let job = operation.spec()?.into_job(&inner.client, &inner.hooks);
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
        let job = spec.into_job(&client.0.client, &client.0.hooks);
        start(client, cancel, Receiver::Report(callback), user_data, call, job);
    }
}
