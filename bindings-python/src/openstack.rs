//! OpenStack's compute API: what servers and actions are, what became of a 202, and the story of a server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::host::Flow;
use reqtrail::openstack::{
    ActionError, ActionRef, ActionReport, Compute, ExplainError, Fetched, Follow, ServerHistory,
};
use reqtrail::{CancelToken, Error, Trail, blocking};
use serde::Serialize;

use crate::convert;
use crate::failure;
use crate::response::{RawTrail, Response};
use crate::watch;

/// What a flow gave.
pub(crate) enum Told {
    Read(Result<RawReport, Error>),
    Action(Result<Box<ActionReport>, ActionError>),
    Story(Result<Box<ServerHistory>, ExplainError>),
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

    /// A value that was read has no text of its own.
    fn of_read<V: Serialize>(read: &Fetched<V>) -> Self {
        Self {
            json: read.to_json(),
            report: String::new(),
            trails: vec![read.trail().clone()],
        }
    }
}

/// Makes the flow that `what` names: `server`, `action`, `actions`, `follow` or `explain`.
pub(crate) fn flow(
    client: &blocking::Client,
    what: &str,
    server_id: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
) -> PyResult<(Flow, Slot)> {
    let server_id = convert::string("server_id", server_id)?;
    let slot = Slot::default();
    let filled = Arc::clone(&slot);
    let put = move |told| {
        *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    };
    let mut compute = Compute::new(client.clone());
    if let Some(version) = text(options, "microversion")? {
        compute = compute.microversion(version);
    }
    let cancel = match given(options, "cancel")? {
        Some(token) => convert::cancel_token(&token)?.unwrap_or_default(),
        None => CancelToken::new(),
    };
    let flow = match what {
        "server" => compute
            .server(server_id)
            .flow(&cancel, move |read| put(told(read))),
        "action" => {
            let id = text(options, "request_id")?.unwrap_or_default();
            let read = compute.action(server_id, id);
            read.flow(&cancel, move |read| put(told(read)))
        }
        "actions" => {
            let mut list = compute.actions(server_id);
            if let Some(limit) = given(options, "limit")? {
                list = list.limit(convert::number("limit", &limit)?);
            }
            if let Some(marker) = text(options, "marker")? {
                list = list.marker(marker);
            }
            if let Some(time) = moment(options, "changes_since")? {
                list = list.changes_since(time);
            }
            if let Some(time) = moment(options, "changes_before")? {
                list = list.changes_before(time);
            }
            list.flow(&cancel, move |read| put(told(read)))
        }
        "explain" => {
            let mut explain = compute.explain(server_id).cancel_token(&cancel);
            if let Some(limit) = given(options, "limit")? {
                explain = explain.limit(convert::number("limit", &limit)?);
            }
            explain.flow(move |outcome| put(Told::Story(outcome.map(Box::new))))
        }
        _ => {
            let follow = follow(&compute, server_id, options)?.cancel_token(&cancel);
            follow.flow(move |outcome| put(Told::Action(outcome.map(Box::new))))
        }
    };
    Ok((flow, slot))
}

fn told<V: Serialize>(read: Result<Fetched<V>, Error>) -> Told {
    Told::Read(read.map(|read| RawReport::of_read(&read)))
}

fn follow(
    compute: &Compute<blocking::Client>,
    server_id: String,
    options: &Bound<'_, PyDict>,
) -> PyResult<Follow<blocking::Client>> {
    let action =
        given(options, "action")?.ok_or_else(|| PyTypeError::new_err("the action is missing"))?;
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
    if let Some(hook) = given(options, "on_progress")? {
        if !hook.is_callable() {
            return Err(convert::expected("on_progress", "a callable", &hook));
        }
        let hook = hook.unbind();
        follow = follow.on_progress(move |progress| watch::progress(&hook, progress.to_json()));
    }
    Ok(follow)
}

/// What a flow that has ended left in its slot.
pub(crate) fn outcome(py: Python<'_>, slot: &Slot) -> PyResult<RawReport> {
    let told = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match told {
        Some(Told::Read(read)) => read.map_err(|error| failure::raised(py, error)),
        Some(Told::Action(Ok(report))) => Ok(RawReport::of_action(&report)),
        Some(Told::Action(Err(error))) => Err(raised(py, error)),
        Some(Told::Story(Ok(story))) => Ok(RawReport {
            json: story.to_json(),
            report: story.report(),
            trails: story.trails,
        }),
        Some(Told::Story(Err(error))) => Err(unread(py, error)),
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

/// The exception of a story that could not be read, with the trails of all calls that were made for it.
fn unread(py: Python<'_>, error: ExplainError) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let display = error.to_string();
    let trails: Vec<RawTrail> = error.trails.into_iter().map(RawTrail).collect();
    let made = failure::exception(py, error.error).and_then(|cause| {
        MAKE.import(py, "reqtrail._openstack", "explain_error")?
            .call1((display, trails, cause))
    });
    made.map_or_else(|failed| failed, PyErr::from_value)
}

fn action_ref(action: &Bound<'_, PyAny>) -> PyResult<ActionRef> {
    if let Ok(response) = action.cast::<Response>() {
        return Ok(ActionRef::from(response.get().core()));
    }
    if !action.is_instance_of::<PyString>() {
        return Err(convert::expected(
            "action",
            "a Response or a request ID",
            action,
        ));
    }
    Ok(ActionRef::from(convert::string("action", action)?))
}

/// An option that is there and not `None`.
fn given<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(options.get_item(name)?.filter(|value| !value.is_none()))
}

fn text(options: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<String>> {
    given(options, name)?
        .map(|value| convert::text(name, &value))
        .transpose()
}

fn time(options: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<Duration>> {
    given(options, name)?
        .map(|value| convert::duration(name, &value))
        .transpose()
}

/// A point in time, which the Python half gives as seconds since 1970.
fn moment(options: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<SystemTime>> {
    let since = time(options, name)?;
    Ok(since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)))
}
