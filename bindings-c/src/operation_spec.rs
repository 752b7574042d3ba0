//! An operation of the compute API with all that its setters have said.

use std::sync::{Arc, Mutex};

use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionRef, Operation, OperationAttached, OperationKind, OperationOptions, OperationReport,
};
use reqtrail::{CancelToken, Error, blocking};

use crate::client::lock;
use crate::fault::{DeferredError, Fault};
use crate::hooks::{InCallbackGuard, UserData};
use crate::operation::reqtrail_progress_callback;

/// What an operation is, how it is done, and what is attached to its runs.
#[derive(Clone)]
pub(crate) struct OperationSpec {
    operation: Operation,
    pub(crate) options: OperationOptions,
    pub(crate) progress: Option<ProgressCallback>,
    pub(crate) cancel: CancelToken,
    pub(crate) fault: Option<DeferredError>,
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

/// How an operation ended. The fault stands for what has no report at all.
pub(crate) type OperationEnd = Result<OperationReport, Fault>;

/// Where an operation leaves its end.
pub(crate) type Slot = Arc<Mutex<Option<OperationEnd>>>;

/// Fills a slot once, also if the work behind it is dropped.
struct Filler(Slot);

impl Filler {
    fn fill(&self, end: OperationEnd) {
        lock(&self.0).get_or_insert(end);
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.fill(Err(Fault::of_drop()));
    }
}

impl OperationSpec {
    /// An operation with the options that the core has by default.
    pub(crate) fn new(kind: OperationKind, server: String, action: impl Into<ActionRef>) -> Self {
        Self {
            operation: Operation::new(kind, server, action),
            options: OperationOptions::default(),
            progress: None,
            cancel: CancelToken::new(),
            fault: None,
        }
    }

    pub(crate) fn kind(&self) -> OperationKind {
        self.operation.kind()
    }

    /// Makes it ready to be driven, and says where it will leave its end.
    pub(crate) fn flow(self, client: &blocking::Client) -> (Flow, Slot) {
        let slot = Slot::default();
        let filler = Filler(Arc::clone(&slot));
        let flow = self.flow_to(client, move |end| filler.fill(end.map_err(Fault::from)));
        (flow, slot)
    }

    pub(crate) fn flow_to(
        self,
        client: &blocking::Client,
        put: impl FnOnce(Result<OperationReport, Error>) + Send + 'static,
    ) -> Flow {
        let mut attached = OperationAttached::new().cancel_token(&self.cancel);
        if let Some(progress) = self.progress {
            attached = attached.on_progress(move |seen| progress.call(&seen.to_json()));
        }
        self.operation
            .options(self.options)
            .flow(client, attached, put)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ended::Ended;

    #[test]
    fn work_that_is_dropped_leaves_true_words() {
        let words = |end: fn(Filler)| {
            let slot = Slot::default();
            end(Filler(Arc::clone(&slot)));
            let end = lock(&slot).take();
            Ended::of_operation(end).said()
        };
        assert!(words(drop).contains("was dropped before its end"));
        let panics = |filler| {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                let _filler = filler;
                panic!("on purpose");
            }));
        };
        assert!(words(panics).contains("reqtrail panicked"));
    }
}
