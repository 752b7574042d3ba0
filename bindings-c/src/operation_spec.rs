//! An OpenStack operation with everything that its setters have set.

use std::sync::Arc;

use reqtrail::host::Job;
use reqtrail::openstack::{ActionRef, Connection, Operation, OperationAttached, OperationKind};
use reqtrail::{CancelToken, blocking};

use crate::hooks::{Hook, InCallbackGuard, UserData, reqtrail_progress_callback};
use crate::usage::Usage;

/// An operation with its options, its callback and its cancel token.
#[derive(Clone)]
pub(crate) struct OperationSpec {
    pub(crate) operation: Operation,
    /// The connection whose services it asks.
    pub(crate) connection: Option<Connection>,
    pub(crate) progress: Option<ProgressCallback>,
    pub(crate) cancel: CancelToken,
    pub(crate) fault: Option<Usage>,
}

#[derive(Clone)]
pub(crate) struct ProgressCallback(
    pub(crate) reqtrail_progress_callback,
    pub(crate) Arc<UserData>,
);

impl ProgressCallback {
    fn call(&self, json: &str) {
        let Some(function) = self.0 else { return };
        let text = format!("{json}\0");
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with a text that outlives it.
        unsafe { function(text.as_ptr().cast(), json.len(), self.1.pointer()) };
    }
}

impl OperationSpec {
    pub(crate) fn new(kind: OperationKind, server: String, action: impl Into<ActionRef>) -> Self {
        Self {
            operation: Operation::new(kind, server, action),
            connection: None,
            progress: None,
            cancel: CancelToken::new(),
            fault: None,
        }
    }

    /// Makes a job of it for a client with these hooks, and starts counting its time.
    pub(crate) fn into_job(self, client: &blocking::Client, hooks: &[Hook]) -> Job {
        let mut attached = OperationAttached::new().cancel_token(&self.cancel);
        if let Some(progress) = self.progress {
            attached = attached.on_progress(move |seen| progress.call(&seen.to_json()));
        }
        let operation = match self.connection {
            // Its calls go through other clients, which the hooks do not watch otherwise.
            Some(connection) => {
                let hooks = hooks.iter().cloned();
                (self.operation).connection(&hooks.fold(connection, Connection::observer))
            }
            None => self.operation,
        };
        operation.into_job(client, attached)
    }
}
