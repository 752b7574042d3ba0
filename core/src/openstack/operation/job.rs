//! Operations as jobs of a host.

use super::{Operation, OperationReport};
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::host::{Job, Work};
use crate::openstack::compute::OperationAttached;

impl Operation {
    /// Makes a job of the operation for a [`Host`](crate::host::Host); its output is an [`OperationReport`]. It begins
    /// here: a read does not use a token that is set later. The error of an outcome is that of a read, which has nothing
    /// to report, or says why the operation could not be driven.
    pub fn into_job(self, client: &blocking::Client, mut attached: OperationAttached) -> Job {
        // A separate token: others may share the caller's, and ending this must not end them.
        let own = attached.cancel.as_ref();
        let own = own.map_or_else(CancelToken::new, CancelToken::child);
        attached.cancel = Some(own.clone());
        let kind = self.kind;
        // Without the client, since waiting work must not keep its own host alive.
        let bound = self.on(client.clone(), attached).begin().over(());
        Job::Operation(Work::new(&own, move |client: Client| async move {
            OperationReport::new(kind, bound.over(client).send().await)
        }))
    }
}
