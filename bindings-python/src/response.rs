//! Responses. Each part becomes a Python object when the program first asks for it.

use pyo3::exceptions::{PyRecursionError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString};
use reqtrail::RequestId;

use crate::failure::{self, Raised};
use crate::header_pairs::header_pairs;
use crate::logging;
use crate::python::{Any, member};
use crate::trail::{RawTrail, python_trail};

/// A 2xx response with its whole body, or the 304 of a request with `if_none_match`.
#[pyclass(frozen, weakref, module = "reqtrail")]
pub(crate) struct Response {
    core: reqtrail::Response,
    headers: PyOnceLock<Py<PyAny>>,
    content: PyOnceLock<Py<PyBytes>>,
    text: PyOnceLock<Py<PyString>>,
    trail: PyOnceLock<Py<PyAny>>,
}

impl Response {
    pub(crate) fn new(core: reqtrail::Response) -> Self {
        Self {
            core,
            headers: PyOnceLock::new(),
            content: PyOnceLock::new(),
            text: PyOnceLock::new(),
            trail: PyOnceLock::new(),
        }
    }

    pub(crate) fn core(&self) -> &reqtrail::Response {
        &self.core
    }

    /// Makes the `DecodeError` of a body that Python's JSON reader refused.
    fn not_json(&self, py: Python<'_>, refused: PyErr) -> PyErr {
        // The core's error has the position, unless only Python's reader refuses the body.
        let error = match self.core.json::<serde_json::Value>() {
            Err(error) => error,
            Ok(_) => self.core.decode_error(
                "the body is not JSON that Python can read",
                Raised(refused.clone_ref(py)),
            ),
        };
        let error = failure::raised(py, error);
        error.set_cause(py, Some(refused));
        logging::failed(py, error)
    }
}

#[pymethods]
impl Response {
    /// The status.
    #[getter]
    fn status(&self) -> u16 {
        self.core.status().as_u16()
    }

    /// Whether the version that ``if_none_match`` named is still current: a 304, which has no body.
    #[getter]
    fn not_modified(&self) -> bool {
        self.core.not_modified()
    }

    /// The headers, without ``Content-Encoding`` and ``Content-Length`` if the body was decoded.
    #[getter]
    fn headers(&self, py: Python<'_>) -> PyResult<&Py<PyAny>> {
        self.headers.get_or_try_init(py, || {
            let make = member!(py, "reqtrail._response", "Headers")?;
            let headers = make.call1((header_pairs(self.core.headers()),))?;
            Ok(headers.unbind())
        })
    }

    /// The body, decoded.
    #[getter]
    fn content(&self, py: Python<'_>) -> &Py<PyBytes> {
        self.content
            .get_or_init(py, || PyBytes::new(py, self.core.bytes()).unbind())
    }

    /// The body as text. Raises :class:`DecodeError` for bytes that are not valid in its charset.
    ///
    /// The charset is that of ``Content-Type``, by the labels of the WHATWG Encoding Standard; UTF-8 if it has none or
    /// an unknown one. A byte-order mark is not part of the text.
    #[getter]
    fn text(&self, py: Python<'_>) -> PyResult<&Py<PyString>> {
        self.text.get_or_try_init(py, || match self.core.text() {
            Ok(text) => Ok(PyString::new(py, &text).unbind()),
            Err(error) => Err(logging::failed(py, failure::raised(py, error))),
        })
    }

    /// The body as JSON. Raises :class:`DecodeError`, with the trail, if it is not JSON.
    ///
    /// The body is read as UTF-8, whatever its charset; a byte-order mark at its start is skipped.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Any<'py>> {
        let decode = member!(py, "reqtrail._json", "decode")?;
        // Does not keep a copy that the program has not asked for.
        let body = match self.content.get(py) {
            Some(content) => content.bind(py).clone(),
            None => PyBytes::new(py, self.core.bytes()),
        };
        decode.call1((body,)).map_err(|raised| {
            let refused = raised.is_instance_of::<PyValueError>(py)
                || raised.is_instance_of::<PyRecursionError>(py);
            match refused {
                true => self.not_json(py, raised),
                false => raised,
            }
        })
    }

    /// The server's ID for the request that succeeded.
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.core.request_id().map(RequestId::as_str)
    }

    /// The rate limit that the response reported.
    #[getter]
    fn rate_limit<'py>(&self, py: Python<'py>) -> PyResult<Option<Any<'py>>> {
        static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let make = |limit| {
            MAKE.import(py, "reqtrail._records", "RateLimit")?
                .call_method1("_of", (failure::rate_limit(py, limit)?,))
        };
        self.core.rate_limit().map(make).transpose()
    }

    /// The microversion of the API that the server used, such as ``2.90``; ``None`` if the API has none.
    #[getter]
    fn microversion(&self) -> Option<&str> {
        self.core.microversion()
    }

    /// The call's trail.
    #[getter]
    fn trail(&self, py: Python<'_>) -> PyResult<&Py<PyAny>> {
        self.trail.get_or_try_init(py, || {
            python_trail(py, RawTrail(self.core.trail().clone())).map(Bound::unbind)
        })
    }

    fn __repr__(&self) -> String {
        let id = self.request_id().unwrap_or("None");
        format!("<Response {}, request ID {id}>", self.status())
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Any<'_>) -> Py<Self> {
        slf
    }
}
