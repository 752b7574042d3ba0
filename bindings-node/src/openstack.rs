//! OpenStack's compute API: operations of the core.

use std::time::SystemTime;

use napi::bindgen_prelude::{Error, Result, Status};
use napi_derive::napi;
use reqtrail::blocking;
use reqtrail::host::Job;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::openstack::{
    ActionRef, Operation, OperationAttached, OperationKind, OperationOptions,
};

use crate::values::millis;

/// How an operation goes. Times are milliseconds.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RawOperationOptions {
    pub microversion: Option<String>,
    pub timeout_ms: Option<f64>,
    pub limit: Option<f64>,
    pub marker: Option<String>,
    /// Since 1970, as the next.
    pub changes_since: Option<f64>,
    pub changes_before: Option<f64>,
    /// Whether polls are reported.
    pub progress: Option<bool>,
    pub poll_interval_ms: Option<f64>,
    pub max_poll_interval_ms: Option<f64>,
    pub deadline_ms: Option<f64>,
    pub settle_time_ms: Option<f64>,
}

impl RawOperationOptions {
    fn into_core(self) -> OperationOptions {
        let mut options = OperationOptions::default();
        options.microversion = self.microversion;
        options.timeout = self.timeout_ms.map(millis);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it was checked to be whole, and no list is as long as the largest"
        )]
        let limit = self.limit.map(|limit| limit as u32);
        options.limit = limit;
        options.marker = self.marker;
        options.changes_since = self.changes_since.and_then(moment);
        options.changes_before = self.changes_before.and_then(moment);
        options.poll_interval = self.poll_interval_ms.map(millis);
        options.max_poll_interval = self.max_poll_interval_ms.map(millis);
        options.deadline = self.deadline_ms.map(millis);
        options.settle_time = self.settle_time_ms.map(millis);
        options
    }
}

/// Makes a job of the operation that `what` names. What each poll has shown goes to the mailbox.
pub(crate) fn job(
    client: &blocking::Client,
    what: &str,
    server_id: String,
    action: ActionRef,
    options: RawOperationOptions,
    mailbox: &Mailbox,
) -> Result<Job> {
    let unknown = || Error::new(Status::InvalidArg, format!("no operation is named {what}"));
    let kind = OperationKind::from_name(what).ok_or_else(unknown)?;
    let mut attached = OperationAttached::new();
    if options.progress == Some(true) {
        let mailbox = mailbox.clone();
        attached = attached.on_progress(move |progress| mailbox.progress(progress.to_json()));
    }
    let operation = Operation::new(kind, server_id, action).options(options.into_core());
    Ok(operation.into_job(client, attached))
}

fn moment(since: f64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(millis(since))
}
