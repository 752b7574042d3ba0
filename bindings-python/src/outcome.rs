//! What a job gives the program: a response, a report, or an exception.

use pyo3::prelude::*;
use reqtrail::host::Outcome;

use crate::failure;
use crate::logging;
use crate::openstack;
use crate::python::Any;
use crate::response::Response;

/// The response of a call, or the report of an operation.
pub(crate) fn result(py: Python<'_>, outcome: Outcome) -> PyResult<Any<'_>> {
    Ok(match outcome {
        Outcome::Call(Ok(response)) => Bound::new(py, Response::new(response))?.into_any(),
        Outcome::Call(Err(error)) => return Err(failure::raised(py, error)),
        operation => Bound::new(py, openstack::report(py, operation)?)?.into_any(),
    })
}

/// Ends what ran on a thread of the program; a failure is logged there. An interrupt that is to be raised instead gets the
/// trail of the call that was cut short and, where there were `several` calls, what they ended with as its cause.
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
        // An exception without room for attributes keeps none.
        let _ = interrupt.value(py).setattr("trail", trail);
    }
    if let (true, Err(error)) = (several, result) {
        interrupt.set_cause(py, Some(error));
    }
    Err(interrupt)
}
