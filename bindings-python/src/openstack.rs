//! OpenStack's compute API: operations of the core, and their reports.

use std::time::SystemTime;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::host::{Job, Outcome};
use reqtrail::openstack::{
    ActionRef, Operation, OperationAttached, OperationFailure, OperationKind, OperationOptions,
    OperationReport,
};
use reqtrail::{Trail, blocking};

use crate::config::Hook;
use crate::convert;
use crate::failure;
use crate::response::Response;
use crate::trail::RawTrail;

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

/// Makes a job of the operation that `what` names. `publish` gets what a poll has shown, as JSON, and the hook for it.
pub(crate) fn job(
    client: &blocking::Client,
    what: &str,
    server_id: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
    publish: impl Fn(&Hook, String) + Send + 'static,
) -> PyResult<Job> {
    let server_id = convert::string("server_id", server_id)?;
    let kind = OperationKind::from_name(what)
        .ok_or_else(|| PyValueError::new_err(format!("there is no operation `{what}`")))?;
    let action = match options.get_item("action")? {
        Some(action) if action.is_none() => {
            return Err(PyTypeError::new_err("the action is missing"));
        }
        Some(action) => action_ref(&action)?,
        None => option(options, "request_id", convert::text)?
            .unwrap_or_default()
            .into(),
    };
    let operation = Operation::new(kind, server_id, action).options(read_options(options)?);
    Ok(operation.into_job(client, attached(options, publish)?))
}

fn read_options(given: &Bound<'_, PyDict>) -> PyResult<OperationOptions> {
    let mut options = OperationOptions::default();
    options.microversion = option(given, "microversion", convert::text)?;
    options.timeout = option(given, "timeout", convert::duration)?;
    let limit =
        |name: &str, value: &Bound<'_, PyAny>| convert::number(name, value, u32::MAX.into());
    options.limit = option(given, "limit", limit)?.and_then(|limit| limit.try_into().ok());
    options.marker = option(given, "marker", convert::text)?;
    options.changes_since = moment(given, "changes_since")?;
    options.changes_before = moment(given, "changes_before")?;
    options.poll_interval = option(given, "poll_interval", convert::duration)?;
    options.max_poll_interval = option(given, "max_poll_interval", convert::duration)?;
    options.deadline = option(given, "deadline", convert::duration)?;
    options.settle_time = option(given, "settle_time", convert::duration)?;
    Ok(options)
}

fn attached(
    options: &Bound<'_, PyDict>,
    publish: impl Fn(&Hook, String) + Send + 'static,
) -> PyResult<OperationAttached> {
    let mut attached = OperationAttached::new();
    if let Some(token) = option(options, "cancel", |_, token| convert::cancel_token(token))? {
        attached = attached.cancel_token(&token.unwrap_or_default());
    }
    if let Some(hook) = given(options, "on_progress")? {
        if !hook.is_callable() {
            return Err(convert::expected("on_progress", "a callable", &hook));
        }
        let hook = Hook::new(hook.unbind());
        attached = attached.on_progress(move |progress| publish(&hook, progress.to_json()));
    }
    Ok(attached)
}

/// The report of an operation, or the exception of one that failed.
pub(crate) fn report(py: Python<'_>, outcome: Outcome) -> PyResult<RawReport> {
    match outcome.into_output() {
        Ok(report) => raw_report(py, report),
        Err(error) => Err(failure::raised(py, error)),
    }
}

fn raw_report(py: Python<'_>, report: OperationReport) -> PyResult<RawReport> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let raw = RawReport {
        json: report.json,
        report: report.text.unwrap_or_default(),
        trails: report.trails,
    };
    let Some(OperationFailure { message, cause, .. }) = report.failure else {
        return Ok(raw);
    };
    let cause = cause
        .map(|error| failure::exception(py, error))
        .transpose()?;
    let made = MAKE
        .import(py, "reqtrail._openstack", "operation_error")?
        .call1((report.kind.as_str(), message, raw, cause))?;
    Err(PyErr::from_value(made))
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

/// The value of an option, if it is there.
fn option<'py, T>(
    options: &Bound<'py, PyDict>,
    name: &str,
    read: impl FnOnce(&str, &Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    given(options, name)?
        .map(|value| read(name, &value))
        .transpose()
}

/// A point in time, which the Python half gives as seconds since 1970.
fn moment(options: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<SystemTime>> {
    let since = option(options, name, convert::duration)?;
    Ok(since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)))
}
