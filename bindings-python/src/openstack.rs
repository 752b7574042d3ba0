//! Operations of OpenStack's compute API, and their reports.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use reqtrail::host::{Job, Outcome, Spelling};
use reqtrail::openstack::{
    ActionRef, Connection, Operation, OperationAttached, OperationFailure, OperationKind,
    OperationReport,
};
use reqtrail::{Trail, blocking};

use crate::config::{self, Hook};
use crate::connection::RawConnection;
use crate::convert;
use crate::failure;
use crate::options::set_value;
use crate::python::{Any, Dict, member};
use crate::response::Response;
use crate::trail::RawTrail;

/// A report of the core: its data, its text, and the trails of its calls.
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

/// Makes the job of the operation that `what` names. `action` is the connection for an operation that asks its services;
/// `watched` adds the observer of those calls. `publish` gets the hook and what a poll has shown, as JSON.
pub(crate) fn job(
    client: &blocking::Client,
    what: &str,
    server: &Any<'_>,
    action: &Any<'_>,
    options: &Dict<'_>,
    watched: impl FnOnce(Connection) -> Connection,
    publish: impl Fn(&Hook, String) + Send + 'static,
) -> PyResult<Job> {
    let kind = OperationKind::from_name(what)
        .ok_or_else(|| PyValueError::new_err(format!("there is no operation `{what}`")))?;
    let mut names = kind.parameters().iter();
    let server = convert::string(names.next().copied().unwrap_or_default(), server)?;
    let named = names.next().map(|name| action_ref(name, action));
    let named = named.transpose()?.unwrap_or_else(|| "".into());
    let mut operation = Operation::new(kind, server, named);
    if let Ok(connection) = action.cast::<RawConnection>() {
        operation = operation.connection(&watched(connection.get().0.clone()));
    }
    let mut attached = OperationAttached::new();
    let mut hook = None;
    for (name, value) in options.iter() {
        let name: &Bound<'_, PyString> = name.cast()?;
        let name = name.to_cow()?;
        match name.as_ref() {
            // Options that are not values are only here.
            name @ ("cancel" | "on_progress") if kind.has(name) && value.is_none() => {}
            "cancel" if kind.has("cancel") => {
                attached = attached.cancel_token(&convert::cancel_token(&value)?);
            }
            "on_progress" if kind.has("on_progress") => {
                hook = config::hook("on_progress", &value)?;
            }
            name => {
                let found = kind.find(name, Spelling::Python);
                let option = found.map_err(PyTypeError::new_err)?;
                set_value(option, &value, |id, value| operation.set(id, value))?;
            }
        }
    }
    if let Some(hook) = hook {
        attached = attached.on_progress(move |progress| publish(&hook, progress.to_json()));
    }
    Ok(operation.into_job(client, attached))
}

/// Returns the report of an operation, or the exception of one that failed.
pub(crate) fn report(py: Python<'_>, outcome: Outcome) -> PyResult<RawReport> {
    match outcome.into_output() {
        Ok(report) => raw_report(py, report),
        Err(error) => Err(failure::raised(py, error)),
    }
}

fn raw_report(py: Python<'_>, report: OperationReport) -> PyResult<RawReport> {
    let raw = RawReport {
        json: report.json,
        report: report.text.unwrap_or_default(),
        trails: report.trails,
    };
    let Some(failure) = report.failure else {
        return Ok(raw);
    };
    let failed = failure.kind().as_str();
    let OperationFailure { message, cause, .. } = failure;
    let cause = cause
        .map(|error| failure::exception(py, error))
        .transpose()?;
    let made = member!(py, "reqtrail._openstack", "operation_error")?.call1((
        report.kind.as_str(),
        failed,
        message,
        raw,
        cause,
    ))?;
    Err(PyErr::from_value(made))
}

/// Reads what identifies an action: its request ID or, for `action` and `accepted`, the request's response.
fn action_ref(name: &str, given: &Any<'_>) -> PyResult<ActionRef> {
    if !matches!(name, "action" | "accepted") {
        return Ok(convert::string(name, given)?.into());
    }
    if let Ok(response) = given.cast::<Response>() {
        return Ok(response.get().core().into());
    }
    if !given.is_instance_of::<PyString>() {
        return Err(convert::expected(name, "a Response or a request ID", given));
    }
    Ok(convert::string(name, given)?.into())
}
