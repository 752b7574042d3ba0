//! Converts errors of the core to Python's exceptions.

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::UNIX_EPOCH;

use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use reqtrail::host::{ErrorCause, ErrorRecord, FieldValue, Spelling, rate_limit_fields};
use reqtrail::{Category, Error, ErrorKind, RateLimit, RefreshError, Trail};

use crate::header_pairs::header_pairs;
use crate::python::{Any, member};
use crate::trail::RawTrail;

/// An exception of the program on its way through the core.
pub(crate) struct Raised(pub(crate) PyErr);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The exception's own text may hold anything; Python shows it as the cause.
        f.write_str("a Python function raised an exception")
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raised")
    }
}

impl StdError for Raised {}

/// Makes the error of a refresher that raised an exception. An exception of this library keeps its error kind.
pub(crate) fn of_refresher(py: Python<'_>, raised: PyErr) -> RefreshError {
    let value = raised.value(py);
    let text = |name: &str| -> Option<String> { value.getattr(name).ok()?.extract().ok() };
    let class = value.get_type().name();
    let class = class.map_or_else(|_| "exception".to_owned(), |name| name.to_string());
    let own = member!(py, "reqtrail._exceptions", "ReqtrailError");
    let is_own = own.is_ok_and(|own| value.is_instance(own).unwrap_or(false));
    let kind = text("kind").and_then(|kind| ErrorKind::from_name(&kind));
    let error = match kind.filter(|_| is_own) {
        Some(kind) => {
            let category = text("category").and_then(|category| Category::from_name(&category));
            let message = text("message").unwrap_or_default();
            let status = value.getattr("status").and_then(|status| status.extract());
            let what = match (status, text("code")) {
                (Ok(status), Some(code)) => format!("{} {code}", u16::to_string(&status)),
                (Ok(status), None) => status.to_string(),
                (Err(_), _) => kind.to_string(),
            };
            RefreshError::new(kind, category, format!("{what}: {message}"))
                .with_request_id(text("request_id"))
        }
        None => RefreshError::new(
            ErrorKind::Api,
            Some(Category::Authentication),
            // The text comes from the program; without it, the error does not show what to fix.
            format!("{class}: {value}"),
        ),
    };
    error.with_source(Raised(raised.clone_ref(py)))
}

/// Makes the exception of an error. The Python half makes it from the error's record.
pub(crate) fn exception(py: Python<'_>, error: Error) -> PyResult<Any<'_>> {
    let record = ErrorRecord::new(&error, Spelling::Python);
    let fields = PyDict::new(py);
    record.each(|name, value| match value {
        // The class has the default.
        FieldValue::Null => Ok(()),
        value => fields.set_item(PyString::intern(py, name), python_of(py, value)?),
    })?;
    let cause = cause(py, record);
    let dialect = error.trail().map(Trail::dialect);
    let trail = error.trail().cloned().map(RawTrail);
    member!(py, "reqtrail._mapping", "exception_of")?.call1((fields, dialect, trail, cause))
}

/// Converts the values of a rate limit.
pub(crate) fn rate_limit(py: Python<'_>, limit: RateLimit) -> PyResult<Any<'_>> {
    let values = rate_limit_fields(limit).map(|(_, value)| python_of(py, value));
    let values: Vec<_> = values.into_iter().collect::<PyResult<_>>()?;
    Ok(PyTuple::new(py, values)?.into_any())
}

/// Converts a field's value. Durations are in seconds, moments in seconds since 1970.
fn python_of<'py>(py: Python<'py>, value: FieldValue<'_>) -> PyResult<Any<'py>> {
    match value {
        FieldValue::Null => Ok(py.None().into_bound(py)),
        FieldValue::Bool(value) => value.into_bound_py_any(py),
        FieldValue::Number(value) => value.into_bound_py_any(py),
        FieldValue::Text(value) => value.into_bound_py_any(py),
        FieldValue::Duration(value) => value.as_secs_f64().into_bound_py_any(py),
        FieldValue::Count(value) => value.into_bound_py_any(py),
        FieldValue::Moment(value) => {
            let since = value.duration_since(UNIX_EPOCH).ok();
            since.map(|since| since.as_secs_f64()).into_bound_py_any(py)
        }
        FieldValue::RateLimit(value) => rate_limit(py, value),
        FieldValue::Headers(value) => header_pairs(value).into_bound_py_any(py),
        FieldValue::Bytes(value) => Ok(PyBytes::new(py, value).into_any()),
    }
}

/// Makes the cause of an error: an exception of the program, the error of another call such as a sign-in, or else the
/// reason why there was no new credential.
fn cause<'py>(py: Python<'py>, record: ErrorRecord<'_>) -> Option<Any<'py>> {
    match record.cause()? {
        ErrorCause::Raised(Raised(raised)) => Some(raised.value(py).clone().into_any()),
        ErrorCause::Call(other) => exception(py, other.clone()).ok(),
        ErrorCause::Text(text) => {
            let cause = PyRuntimeError::new_err(text);
            Some(cause.into_value(py).into_bound(py).into_any())
        }
    }
}

/// Makes the exception of an error, to be raised.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    exception(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

/// Runs the body of a function that Python called. A panic becomes an `InternalError`, never a `PanicException`.
pub(crate) fn guarded<T>(py: Python<'_>, run: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(panicked(py)))
}

/// Makes the error of a panic, which is a bug.
pub(crate) fn panicked(py: Python<'_>) -> PyErr {
    let make = member!(py, "reqtrail._mapping", "panicked");
    let made = make.and_then(|make| make.call1((ErrorKind::Internal.as_str(),)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}
