//! OpenStack's server actions: what became of a 202, and the story of a server.

use std::sync::{Arc, Mutex, PoisonError};

use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionError, ActionRef, ActionReport, Compute, ExplainError, ServerStory,
};
use reqtrail::{Error, Trail, blocking};

use napi_derive::napi;

use crate::config::millis;
use crate::items::Item;

/// What a flow gave.
pub(crate) enum Told {
    Action(Result<Box<ActionReport>, ActionError>),
    Story(Result<Box<ServerStory>, ExplainError>),
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
    let flow = follow.flow(move |outcome| put(Told::Action(outcome.map(Box::new))));
    (flow, slot)
}

/// Makes the flow that tells a server's story.
pub(crate) fn explain(
    client: &blocking::Client,
    server_id: String,
    options: &FlowOptions,
) -> (Flow, Slot) {
    let (slot, put) = slot();
    let mut explain = compute(client, options).explain(server_id);
    if let Some(limit) = options.limit {
        explain = explain.limit(limit as usize);
    }
    let flow = explain.flow(move |outcome| put(Told::Story(outcome.map(Box::new))));
    (flow, slot)
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
        Told::Story(Err(failed)) => return Some(Item::Error(failed.error)),
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
