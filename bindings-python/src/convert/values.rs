//! Two small values that requests take: a secret, and a cancel token.

use pyo3::PyTypeInfo as _;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::convert;
use crate::python::Any;

/// A text that is shown nowhere: not in reprs, logs, trails, reports or error texts.
#[pyclass(frozen, module = "reqtrail")]
pub(crate) struct Secret(pub(crate) reqtrail::Secret);

#[pymethods]
impl Secret {
    #[new]
    fn new(text: &Any<'_>) -> PyResult<Self> {
        convert::secret("a Secret's text", text).map(Self)
    }

    /// The text itself. Do not log it.
    fn expose(&self) -> &str {
        self.0.expose()
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }

    /// A secret equals a secret of the same text, and nothing else.
    fn __eq__(&self, other: &Bound<'_, Self>) -> bool {
        self.0 == other.get().0
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        // Python's own hash differs from process to process.
        (Self::type_object(py).name()?, self.0.expose())
            .into_pyobject(py)?
            .hash()
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Any<'_>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Secret cannot be pickled"))
    }
}

/// Cancels the calls it was given to: at once, from any thread, also in a wait or a body.
#[pyclass(frozen, module = "reqtrail")]
pub(crate) struct CancelToken(pub(crate) reqtrail::CancelToken);

#[pymethods]
impl CancelToken {
    #[new]
    fn new() -> Self {
        Self(reqtrail::CancelToken::new())
    }

    /// Cancels all calls that have the token.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Makes a token that is cancelled with this one. Cancelling it does not cancel this one.
    fn child(&self) -> Self {
        Self(self.0.child())
    }

    /// Whether the token is cancelled. It stays cancelled.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns itself: a copy cancels the same calls.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Any<'_>) -> Py<Self> {
        slf
    }

    fn __repr__(&self) -> &'static str {
        if self.cancelled() {
            "<CancelToken cancelled>"
        } else {
            "<CancelToken>"
        }
    }
}
