//! Converts events to the rows that hooks and log records are made from.

use std::time::UNIX_EPOCH;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use reqtrail::host::mailbox::{AttemptEvent, Event};

use crate::python::Any;
use crate::trail::RawTrail;

/// The kind of an event, and its content, as the Python half takes them.
pub(crate) type Row<'py> = (&'py Bound<'py, PyString>, Any<'py>);

/// Converts an event for the logger or a hook. Returns `None` if it is for neither.
pub(crate) fn row<'py>(py: Python<'py>, event: &Event) -> PyResult<Option<Row<'py>>> {
    Ok(Some(match event {
        Event::Attempt(event) => (intern!(py, "attempt"), attempt(py, event)?),
        Event::Call(trail) => {
            let raw = Bound::new(py, RawTrail(trail.clone()))?;
            (intern!(py, "call"), raw.into_any())
        }
        Event::Progress(json) => (intern!(py, "progress"), PyString::new(py, json).into_any()),
        Event::LogsDropped(count) => {
            let count = count.into_pyobject(py)?;
            (intern!(py, "dropped"), count.into_any())
        }
        _ => return Ok(None),
    }))
}

/// Converts an attempt: when it ended, in seconds since 1970, if it is to be logged; the fields of a `CallInfo`; and
/// the attempt, as JSON.
fn attempt<'py>(py: Python<'py>, event: &AttemptEvent) -> PyResult<Any<'py>> {
    let attempt = &event.attempt;
    let since = event.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let info = PyTuple::new(py, event.call().fields(attempt).map(|(_, text)| text))?;
    // Serialization cannot fail: an attempt has only plain fields.
    let json = serde_json::to_string(attempt).unwrap_or_default();
    let logged = event.for_log.then_some(since.as_secs_f64());
    Ok((logged, info, json).into_pyobject(py)?.into_any())
}
