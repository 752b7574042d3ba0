//! What an operation of the compute API is, and how it is driven.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionError, ActionRef, ActionReport, Compute, ExplainError, Fetched, ServerHistory,
};
use reqtrail::{CancelToken, Error, blocking};
use serde::Serialize;

use crate::client::lock;
use crate::fault::{DeferredError, Fault};
use crate::hooks::{InCallbackGuard, UserData};
use crate::operation::reqtrail_progress_callback;
use crate::report::reqtrail_report;

/// What an operation is, and how it is done.
#[derive(Clone)]
pub(crate) struct OperationSpec {
    pub(crate) server_id: String,
    pub(crate) what: What,
    pub(crate) microversion: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) limit: Option<u32>,
    pub(crate) marker: Option<String>,
    pub(crate) since: Option<SystemTime>,
    pub(crate) before: Option<SystemTime>,
    pub(crate) poll: Option<(Duration, Duration)>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) settle: Option<Duration>,
    pub(crate) progress: Option<ProgressCallback>,
    pub(crate) cancel: CancelToken,
    pub(crate) fault: Option<DeferredError>,
}

#[derive(Clone)]
pub(crate) enum What {
    Server,
    Action(String),
    Actions,
    Follow(ActionRef),
    Explain,
}

#[derive(Clone)]
pub(crate) struct ProgressCallback(
    pub(crate) reqtrail_progress_callback,
    pub(crate) Arc<UserData>,
);

impl ProgressCallback {
    fn tell(&self, json: &str) {
        let Some(tell) = self.0 else { return };
        let text = format!("{json}\0");
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with a text that outlives it.
        unsafe { tell(text.as_ptr().cast(), json.len(), self.1.pointer()) };
    }
}

/// What an operation gave.
pub(crate) enum Told {
    Read(Result<reqtrail_report, Error>),
    Action(Result<Box<ActionReport>, ActionError>),
    Story(Result<Box<ServerHistory>, ExplainError>),
    /// It panicked before its end.
    Panicked,
    /// It was dropped before its end.
    Dropped,
}

/// Where an operation leaves what it gave.
pub(crate) type Slot = Arc<Mutex<Option<Told>>>;

impl Told {
    pub(crate) fn into_parts(self) -> (Option<Box<reqtrail_report>>, Option<Fault>) {
        match self {
            Self::Read(Ok(report)) => (Some(Box::new(report)), None),
            Self::Read(Err(error)) => (None, Some(error.into())),
            Self::Action(Ok(report)) => (Some(Box::new(reqtrail_report::of_action(&report))), None),
            Self::Action(Err(error)) => {
                let report = reqtrail_report::of_action(error.report());
                (Some(Box::new(report)), Some(Fault::Action(Box::new(error))))
            }
            Self::Story(Ok(story)) => (Some(Box::new(reqtrail_report::of_story(&story))), None),
            Self::Story(Err(error)) => (None, Some(Fault::Story(Box::new(error)))),
            Self::Panicked => (None, Some(Fault::Panicked)),
            Self::Dropped => (None, Some(Fault::Dropped)),
        }
    }
}

/// Fills a slot once, also if the work behind it is dropped.
struct Filler(Slot);

impl Filler {
    fn fill(&self, told: Told) {
        lock(&self.0).get_or_insert(told);
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.fill(if std::thread::panicking() {
            Told::Panicked
        } else {
            Told::Dropped
        });
    }
}

fn read<V: Serialize>(read: Result<Fetched<V>, Error>) -> Told {
    Told::Read(read.map(|read| reqtrail_report::of_read(&read)))
}

impl OperationSpec {
    /// An operation with the options that the core has by default.
    pub(crate) fn new(server_id: String, what: What) -> Self {
        Self {
            server_id,
            what,
            microversion: None,
            timeout: None,
            limit: None,
            marker: None,
            since: None,
            before: None,
            poll: None,
            deadline: None,
            settle: None,
            progress: None,
            cancel: CancelToken::new(),
            fault: None,
        }
    }

    /// Makes it ready to be driven, and says where it will leave what it gives.
    pub(crate) fn flow(self, client: &blocking::Client) -> (Flow, Slot) {
        let slot = Slot::default();
        let filler = Filler(Arc::clone(&slot));
        let flow = self.flow_to(client, move |told| filler.fill(told));
        (flow, slot)
    }

    pub(crate) fn flow_to(
        self,
        client: &blocking::Client,
        put: impl FnOnce(Told) + Send + 'static,
    ) -> Flow {
        let mut compute = Compute::new(client.clone());
        if let Some(version) = self.microversion {
            compute = compute.microversion(version);
        }
        let timeout = self.timeout;
        let timed = |request: reqtrail::RequestBuilder<blocking::Client>| match timeout {
            Some(time) => request.timeout(time),
            None => request,
        };
        let cancel = self.cancel;
        match self.what {
            What::Server => {
                let get = compute.server(self.server_id).request(timed);
                get.flow(&cancel, move |got| put(read(got)))
            }
            What::Action(id) => {
                let get = compute.action(self.server_id, id).request(timed);
                get.flow(&cancel, move |got| put(read(got)))
            }
            What::Actions => {
                let mut list = compute.actions(self.server_id).request(timed);
                if let Some(limit) = self.limit {
                    list = list.limit(limit);
                }
                if let Some(marker) = self.marker {
                    list = list.marker(marker);
                }
                if let Some(time) = self.since {
                    list = list.changes_since(time);
                }
                if let Some(time) = self.before {
                    list = list.changes_before(time);
                }
                list.flow(&cancel, move |got| put(read(got)))
            }
            What::Follow(action) => {
                let mut follow = compute.follow(self.server_id, action).cancel_token(&cancel);
                if let Some((first, longest)) = self.poll {
                    follow = follow.poll_interval(first, longest);
                }
                if let Some(deadline) = self.deadline {
                    follow = follow.deadline(deadline);
                }
                if let Some(settle) = self.settle {
                    follow = follow.settle_time(settle);
                }
                if let Some(progress) = self.progress {
                    follow = follow.on_progress(move |seen| progress.tell(&seen.to_json()));
                }
                follow.flow(move |ended| put(Told::Action(ended.map(Box::new))))
            }
            What::Explain => {
                let mut explain = compute.explain(self.server_id).cancel_token(&cancel);
                if let Some(limit) = self.limit {
                    explain = explain.limit(usize::try_from(limit).unwrap_or(usize::MAX));
                }
                explain.flow(move |told| put(Told::Story(told.map(Box::new))))
            }
        }
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
            let told = lock(&slot).take();
            Ended::of_operation(told).said()
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
