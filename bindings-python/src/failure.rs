//! Errors of the core as Python's exceptions.

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyBytes;
use reqtrail::{Category, Error, ErrorKind, RefreshError, RequestId};

use crate::parts::{self, RateLimitParts};
use crate::trail::RawTrail;

/// An exception of the program's own, on its way through the core.
pub(crate) struct Raised(pub(crate) PyErr);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its text may hold anything; Python shows it as the cause.
        f.write_str("a Python function raised an exception")
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raised")
    }
}

impl StdError for Raised {}

/// The error of a refresher that raised an exception. One of this library's own says what kind of error it is.
pub(crate) fn of_refresher(py: Python<'_>, raised: PyErr) -> RefreshError {
    let value = raised.value(py);
    let text = |name: &str| -> Option<String> { value.getattr(name).ok()?.extract().ok() };
    let class = value.get_type().name();
    let class = class.map_or_else(|_| "exception".to_owned(), |name| name.to_string());
    let is_own = py
        .import("reqtrail._exceptions")
        .and_then(|module| module.getattr("ReqtrailError"))
        .and_then(|own| value.is_instance(&own))
        .unwrap_or(false);
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
            // The text is the program's own, and without it nobody could tell what to mend.
            format!("{class}: {value}"),
        ),
    };
    error.with_source(Raised(raised.clone_ref(py)))
}

/// An error of the core, for the Python half to make an exception of.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawError(Error);

#[pymethods]
impl RawError {
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind().as_str()
    }

    #[getter]
    fn category(&self) -> Option<&'static str> {
        self.0.category().map(|category| category.as_str())
    }

    /// The one line that is enough for support.
    #[getter]
    fn display(&self) -> String {
        self.0.to_string()
    }

    /// The server's own text for an `api` error, reqtrail's for any other.
    #[getter]
    fn message(&self) -> Option<&str> {
        match self.0.api() {
            Some(api) => api.message(),
            None => Some(self.0.message()),
        }
    }

    #[getter]
    fn code(&self) -> Option<&str> {
        self.0.code()
    }

    #[getter]
    fn status(&self) -> Option<u16> {
        self.0.status()
    }

    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.0.request_id().map(RequestId::as_str)
    }

    #[getter]
    fn retry_after(&self) -> Option<f64> {
        self.0.retry_after().map(|wait| wait.as_secs_f64())
    }

    #[getter]
    fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent()
    }

    #[getter]
    fn trail(&self) -> Option<RawTrail> {
        self.0.trail().cloned().map(RawTrail)
    }

    #[getter]
    fn raw_code(&self) -> Option<&str> {
        self.0.api()?.raw_code()
    }

    #[getter]
    fn title(&self) -> Option<&str> {
        self.0.api()?.title()
    }

    #[getter]
    fn details(&self) -> Option<&str> {
        self.0.api()?.details()
    }

    #[getter]
    fn hint(&self) -> Option<&str> {
        self.0.api()?.hint()
    }

    #[getter]
    fn microversion(&self) -> Option<&str> {
        self.0.api()?.microversion()
    }

    #[getter]
    fn rate_limit(&self) -> Option<RateLimitParts> {
        self.0.api()?.rate_limit().map(parts::rate_limit)
    }

    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.0
            .api()
            .map(|api| parts::header_pairs(api.headers()))
            .unwrap_or_default()
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.0.api().map(|api| PyBytes::new(py, api.body()))
    }

    /// The body's text, where it is not the body as UTF-8.
    #[getter]
    fn own_text(&self) -> Option<String> {
        let api = self.0.api()?;
        let text = api.text();
        (text.as_bytes() != &api.body()[..]).then(|| text.into_owned())
    }

    /// The body's JSON, where it is not the text.
    #[getter]
    fn own_json(&self) -> Option<String> {
        let api = self.0.api()?;
        let json = api.json_text()?;
        (json != api.text()).then(|| json.into_owned())
    }

    /// What is behind it: an exception of the program's own, the error of another call, such as a sign-in, or else why
    /// there was no new credential.
    #[getter]
    fn cause(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let first = self.0.source()?;
        let mut source = Some(first);
        while let Some(error) = source {
            if let Some(Raised(raised)) = error.downcast_ref() {
                return Some(raised.value(py).clone().into_any().unbind());
            }
            if let Some(other) = error.downcast_ref::<Error>() {
                return exception(py, other.clone()).ok().map(Bound::unbind);
            }
            source = error.source();
        }
        if !self.0.is_api() {
            // What the wire said is in the text of the error already.
            return None;
        }
        let cause = PyRuntimeError::new_err(first.to_string());
        Some(cause.into_value(py).into_any())
    }

    fn __repr__(&self) -> String {
        format!("<RawError {}>", self.kind())
    }
}

/// The exception of an error.
pub(crate) fn exception<'py>(py: Python<'py>, error: Error) -> PyResult<Bound<'py, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    MAKE.import(py, "reqtrail._mapping", "exception_of")?
        .call1((RawError(error),))
}

/// The same, to be raised.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    match exception(py, error) {
        Ok(value) => PyErr::from_value(value),
        Err(failed) => failed,
    }
}

/// Runs what Python called. A panic becomes an `InternalError`, never a `PanicException`.
pub(crate) fn guarded<T>(py: Python<'_>, run: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(panicked(py)))
}

/// The error of a bug.
pub(crate) fn panicked(py: Python<'_>) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = MAKE
        .import(py, "reqtrail._mapping", "panicked")
        .and_then(|make| make.call1((ErrorKind::Internal.as_str(),)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}
