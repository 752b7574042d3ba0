//! Responses and trails of the core; the Python half reads what a program asks for, when it asks.

use std::borrow::Cow;
use std::time::UNIX_EPOCH;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use reqtrail::http::HeaderMap;
use reqtrail::{RateLimit, RequestId, Response, Trail};

use crate::failure::{self, Raised};
use crate::logging;

/// Limit, remaining, and the time of the reset in seconds since 1970.
pub(crate) type RateLimitParts = (Option<u64>, Option<u64>, Option<f64>);

/// A response of the core.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawResponse(pub(crate) Response);

#[pymethods]
impl RawResponse {
    #[getter]
    fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        header_pairs(self.0.headers())
    }

    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.bytes())
    }

    #[getter]
    fn not_modified(&self) -> bool {
        self.0.not_modified()
    }

    /// The body as text; a `DecodeError` if it is none.
    #[getter]
    fn text(&self, py: Python<'_>) -> PyResult<Cow<'_, str>> {
        self.0
            .text()
            .map_err(|error| logging::failed(py, failure::raised(py, error)))
    }

    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.0.request_id().map(RequestId::as_str)
    }

    #[getter]
    fn microversion(&self) -> Option<&str> {
        self.0.microversion()
    }

    #[getter]
    fn rate_limit(&self) -> Option<RateLimitParts> {
        self.0.rate_limit().map(rate_limit)
    }

    #[getter]
    fn trail(&self) -> RawTrail {
        RawTrail(self.0.trail().clone())
    }

    /// The `DecodeError` of a body that Python's JSON reader refused with `cause`.
    fn not_json<'py>(&self, cause: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = cause.py();
        // The core says where it goes wrong, unless only Python's reader minds.
        let error = match self.0.json::<serde_json::Value>() {
            Err(error) => error,
            Ok(_) => self.0.unusable(
                "the body is not JSON that Python can read",
                Raised(PyErr::from_value(cause)),
            ),
        };
        let error = failure::exception(py, error)?;
        let raised = logging::failed(py, PyErr::from_value(error.clone()));
        match raised.value(py).is(&error) {
            true => Ok(error),
            false => Err(raised),
        }
    }

    fn __repr__(&self) -> String {
        format!("<RawResponse {}>", self.status())
    }
}

/// A trail of the core.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawTrail(pub(crate) Trail);

#[pymethods]
impl RawTrail {
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn report(&self) -> String {
        self.0.report()
    }

    fn __repr__(&self) -> &'static str {
        "<RawTrail>"
    }
}

pub(crate) fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

pub(crate) fn rate_limit(limit: RateLimit) -> RateLimitParts {
    let reset = limit
        .reset_at
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    (
        limit.limit,
        limit.remaining,
        reset.map(|since| since.as_secs_f64()),
    )
}
