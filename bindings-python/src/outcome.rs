//! The outcome of a job as the program gets it: a response, a report, or an exception.

use pyo3::prelude::*;
use reqtrail::host::Outcome;

use crate::failure;
use crate::logging;
use crate::openstack;
use crate::python::Any;
use crate::response::Response;

/// Returns the response of a call, or the report of an operation.
pub(crate) fn result(py: Python<'_>, outcome: Outcome) -> PyResult<Any<'_>> {
    Ok(match outcome {
        Outcome::Call(Ok(response)) => Bound::new(py, Response::new(response))?.into_any(),
        Outcome::Call(Err(error)) => return Err(failure::raised(py, error)),
        operation => Bound::new(py, openstack::report(py, operation)?)?.into_any(),
    })
}

/// Ends a job that ran on a thread of the program, and logs a failure there. An interrupt replaces the result: it gets
/// the trail of the call that it cut short and, after `several` calls, their error as its cause.
pub(crate) fn finish<'py>(
    py: Python<'py>,
    result: PyResult<Any<'py>>,
    interrupt: Option<PyErr>,
    several: bool,
) -> PyResult<Any<'py>> {
    let Some(interrupt) = interrupt else {
        return result.map_err(|error| logging::failed(py, error));
    };
    let ended = match &result {
        Ok(value) => value,
        Err(error) => error.value(py).as_any(),
    };
    if let Ok(trail) = ended.getattr("trail") {
        // Fails for an exception that takes no attributes.
        let _ = interrupt.value(py).setattr("trail", trail);
    }
    if let (true, Err(error)) = (several, result) {
        interrupt.set_cause(py, Some(error));
    }
    Err(interrupt)
}
