//! OpenStack's server actions: what became of a 202, and the story of a server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionError, ActionRef, ActionReport, Compute, ExplainError, ServerStory,
};
use reqtrail::{Trail, blocking};

use crate::convert;
use crate::failure;
use crate::response::{RawResponse, RawTrail};
use crate::values::CancelToken;

/// What a flow gave.
pub(crate) enum Told {
    Action(Result<Box<ActionReport>, ActionError>),
    Story(Result<Box<ServerStory>, ExplainError>),
}

/// Where a flow leaves what it gave.
pub(crate) type Slot = Arc<Mutex<Option<Told>>>;

/// A report of the core: its data, its text, and the trails that it rests on.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawReport {
    #[pyo3(get)]
    json: String,
    #[pyo3(get)]
    report: String,
    trails: Vec<Trail>,
}

#[pymethods]
impl RawReport {
    #[getter]
    fn trails(&self) -> Vec<RawTrail> {
        self.trails.iter().cloned().map(RawTrail).collect()
    }
}

impl RawReport {
    fn of_action(report: &ActionReport) -> Self {
        Self {
            json: report.to_json(),
            report: report.report(),
            trails: report.trails.clone(),
        }
    }
}

/// Makes the flow that `what` names: `follow` or `explain`.
pub(crate) fn flow(
    client: &blocking::Client,
    what: &str,
    server_id: String,
    options: &Bound<'_, PyDict>,
) -> PyResult<(Flow, Slot)> {
    let slot = Slot::default();
    let filled = Arc::clone(&slot);
    let put = move |told| {
        *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    };
    let mut compute = Compute::new(client.clone());
    if let Some(version) = given(options, "microversion")? {
        compute = compute.microversion(convert::text("microversion", &version)?);
    }
    let cancel = match given(options, "cancel")? {
        Some(token) => Some(
            token
                .cast::<CancelToken>()
                .map_err(|_| convert::expected("cancel", "a CancelToken", &token))?
                .get()
                .0
                .clone(),
        ),
        None => None,
    };
    let flow = if what == "explain" {
        let mut explain = compute.explain(server_id);
        if let Some(limit) = given(options, "limit")? {
            explain = explain.limit(limit.extract()?);
        }
        if let Some(token) = &cancel {
            explain = explain.cancel_token(token);
        }
        explain.flow(move |outcome| put(Told::Story(outcome.map(Box::new))))
    } else {
        let action = given(options, "action")?
            .ok_or_else(|| PyTypeError::new_err("the action is missing"))?;
        let mut follow = compute.follow(server_id, action_ref(&action)?);
        let first = time(options, "poll_interval")?;
        let longest = time(options, "max_poll_interval")?;
        if first.is_some() || longest.is_some() {
            let first = first.unwrap_or(Duration::from_millis(500));
            follow = follow.poll_interval(first, longest.unwrap_or(Duration::from_secs(10)));
        }
        if let Some(deadline) = time(options, "deadline")? {
            follow = follow.deadline(deadline);
        }
        if let Some(settle) = time(options, "settle_time")? {
            follow = follow.settle_time(settle);
        }
        if let Some(token) = &cancel {
            follow = follow.cancel_token(token);
        }
        follow.flow(move |outcome| put(Told::Action(outcome.map(Box::new))))
    };
    Ok((flow, slot))
}

/// What a flow that has ended left in its slot.
pub(crate) fn outcome(py: Python<'_>, slot: &Slot) -> PyResult<RawReport> {
    let told = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match told {
        Some(Told::Action(Ok(report))) => Ok(RawReport::of_action(&report)),
        Some(Told::Action(Err(error))) => Err(raised(py, error)),
        Some(Told::Story(Ok(story))) => Ok(RawReport {
            json: story.to_json(),
            report: story.report(),
            trails: story.trails,
        }),
        Some(Told::Story(Err(error))) => Err(failure::raised(py, error.error)),
        None => Err(failure::panicked(py)),
    }
}

fn raised(py: Python<'_>, error: ActionError) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let display = error.to_string();
    let report = RawReport::of_action(error.report());
    let cause = match error {
        ActionError::Unfollowed { error, .. } => match failure::exception(py, error) {
            Ok(cause) => Some(cause),
            Err(failed) => return failed,
        },
        _ => None,
    };
    let made = MAKE
        .import(py, "reqtrail._openstack", "action_error")
        .and_then(|make| make.call1((display, report, cause)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

fn action_ref(action: &Bound<'_, PyAny>) -> PyResult<ActionRef> {
    if let Ok(response) = action.cast::<RawResponse>() {
        return Ok(ActionRef::from(&response.get().0));
    }
    let id: &Bound<'_, PyString> = action
        .cast()
        .map_err(|_| convert::expected("action", "a Response or a request ID", action))?;
    Ok(ActionRef::from(id.to_cow()?.into_owned()))
}

/// An option that is there and not `None`.
fn given<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(options.get_item(name)?.filter(|value| !value.is_none()))
}

fn time(options: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<Duration>> {
    given(options, name)?
        .map(|value| convert::duration(name, &value))
        .transpose()
}
