//! OpenStack's server actions: what became of a 202, and the story of a server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionError, ActionRef, ActionReport, Compute, ExplainError, Fetched, ServerHistory,
};
use reqtrail::{CancelToken, Error, Trail, blocking};
use serde::Serialize;

use napi_derive::napi;

use crate::config::millis;
use crate::items::Item;

/// What a flow gave.
pub(crate) enum Told {
    Read(Result<ReportParts, Error>),
    Action(Result<Box<ActionReport>, ActionError>),
    Story(Result<Box<ServerHistory>, ExplainError>),
}

/// Where a flow leaves what it gave.
pub(crate) type Slot = Arc<Mutex<Option<Told>>>;

/// A report of the core: its data, its text, the trails that it rests on, and why the flow failed, if it did.
#[derive(Default)]
pub(crate) struct ReportParts {
    pub(crate) json: String,
    pub(crate) report: String,
    pub(crate) trails: Vec<Trail>,
    pub(crate) failed: Option<String>,
    pub(crate) cause: Option<Error>,
}

/// How a flow goes. Times are milliseconds.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct FlowOptions {
    pub microversion: Option<String>,
    pub limit: Option<u32>,
    pub marker: Option<String>,
    /// Since 1970, as the next.
    pub changes_since: Option<f64>,
    pub changes_before: Option<f64>,
    /// Whether polls are told of.
    pub progress: Option<bool>,
    pub poll_interval_ms: Option<f64>,
    pub max_poll_interval_ms: Option<f64>,
    pub deadline_ms: Option<f64>,
    pub settle_time_ms: Option<f64>,
}

fn compute(client: &blocking::Client, options: &FlowOptions) -> Compute<blocking::Client> {
    let compute = Compute::new(client.clone());
    match &options.microversion {
        Some(version) => compute.microversion(version),
        None => compute,
    }
}

/// Makes the flow that follows an action.
pub(crate) fn follow(
    client: &blocking::Client,
    server_id: String,
    action: ActionRef,
    options: &FlowOptions,
    tell: impl Fn(String) + Send + 'static,
) -> (Flow, Slot) {
    let (slot, put) = slot();
    let mut follow = compute(client, options).follow(server_id, action);
    if options.poll_interval_ms.is_some() || options.max_poll_interval_ms.is_some() {
        follow = follow.poll_interval(
            millis(options.poll_interval_ms.unwrap_or(500.0)),
            millis(options.max_poll_interval_ms.unwrap_or(10_000.0)),
        );
    }
    if let Some(deadline) = options.deadline_ms {
        follow = follow.deadline(millis(deadline));
    }
    if let Some(settle) = options.settle_time_ms {
        follow = follow.settle_time(millis(settle));
    }
    if options.progress == Some(true) {
        follow = follow.on_progress(move |progress| tell(progress.to_json()));
    }
    let flow = follow.flow(move |outcome| put(Told::Action(outcome.map(Box::new))));
    (flow, slot)
}

/// Makes the flow that reads what `what` names: `server`, `action`, `actions`, or the server's story, `explain`.
pub(crate) fn look(
    client: &blocking::Client,
    what: &str,
    server_id: String,
    request_id: String,
    options: FlowOptions,
) -> (Flow, Slot) {
    let (slot, put) = slot();
    let compute = compute(client, &options);
    // Each flow has a token of its own, by which its tag cancels it.
    let cancel = CancelToken::new();
    let flow = match what {
        "server" => compute
            .server(server_id)
            .flow(&cancel, move |read| put(told(read))),
        "action" => compute
            .action(server_id, request_id)
            .flow(&cancel, move |read| put(told(read))),
        "actions" => {
            let mut list = compute.actions(server_id);
            if let Some(limit) = options.limit {
                list = list.limit(limit);
            }
            if let Some(marker) = options.marker {
                list = list.marker(marker);
            }
            if let Some(time) = options.changes_since.and_then(moment) {
                list = list.changes_since(time);
            }
            if let Some(time) = options.changes_before.and_then(moment) {
                list = list.changes_before(time);
            }
            list.flow(&cancel, move |read| put(told(read)))
        }
        _ => {
            let mut explain = compute.explain(server_id);
            if let Some(limit) = options.limit {
                explain = explain.limit(limit as usize);
            }
            explain.flow(move |outcome| put(Told::Story(outcome.map(Box::new))))
        }
    };
    (flow, slot)
}

/// A value that was read has no text of its own.
fn told<V: Serialize>(read: Result<Fetched<V>, Error>) -> Told {
    Told::Read(read.map(|read| ReportParts {
        json: read.to_json(),
        trails: vec![read.trail().clone()],
        ..ReportParts::default()
    }))
}

fn moment(since: f64) -> Option<SystemTime> {
    let since: Duration = millis(since);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn slot() -> (Slot, impl FnOnce(Told) + Send + 'static) {
    let slot = Slot::default();
    let filled = Arc::clone(&slot);
    let put = move |told| *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    (slot, put)
}

/// What a flow that has ended left in its slot; `None` if it panicked.
pub(crate) fn outcome(slot: &Slot) -> Option<Item> {
    let told = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    let parts = match told? {
        Told::Read(Ok(parts)) => parts,
        Told::Read(Err(error)) => return Some(Item::Error(error)),
        Told::Action(Ok(report)) => of_action(&report),
        Told::Action(Err(failed)) => {
            let mut parts = of_action(failed.report());
            parts.failed = Some(failed.to_string());
            if let ActionError::Unfollowed { error, .. } = failed {
                parts.cause = Some(error);
            }
            parts
        }
        Told::Story(Ok(story)) => ReportParts {
            json: story.to_json(),
            report: story.report(),
            trails: story.trails,
            ..ReportParts::default()
        },
        Told::Story(Err(failed)) => ReportParts {
            failed: Some(failed.to_string()),
            trails: failed.trails,
            cause: Some(failed.error),
            ..ReportParts::default()
        },
    };
    Some(Item::Report(Box::new(parts)))
}

fn of_action(report: &ActionReport) -> ReportParts {
    ReportParts {
        json: report.to_json(),
        report: report.report(),
        trails: report.trails.clone(),
        ..ReportParts::default()
    }
}
