//! Operations as jobs of a host.

use super::{Operation, OperationReport};
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::host::{Job, Work};
use crate::openstack::compute::OperationAttached;

impl Operation {
    /// Makes a job of it for a [`Host`](crate::host::Host), whose output is an [`OperationReport`]. It begins here: a read
    /// does not send a token that is set later. The error of an outcome is that of a read, which has nothing to report, or
    /// says why the operation could not be driven.
    pub fn into_job(self, client: &blocking::Client, mut attached: OperationAttached) -> Job {
        // A token of its own: the caller's may be shared by others, which ending this must not end.
        let own = attached.cancel.as_ref();
        let own = own.map_or_else(CancelToken::new, CancelToken::child);
        attached.cancel = Some(own.clone());
        let kind = self.kind;
        // Without the client: work that waits must not keep its own host.
        let bound = self.on(client.clone(), attached).begin().over(());
        Job::Operation(Work::new(&own, move |client: Client| async move {
            OperationReport::new(kind, bound.over(client).send().await)
        }))
    }
}
