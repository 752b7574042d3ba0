//! Trails of the core; the Python half reads what a program asks for, when it asks.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use reqtrail::Trail;

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

/// The Python half's trail.
pub(crate) fn thaw(py: Python<'_>, raw: RawTrail) -> PyResult<Bound<'_, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    MAKE.import(py, "reqtrail._mapping", "trail_of")?
        .call1((raw,))
}
