//! Trails of the core. The Python half reads a field when the program asks for it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use reqtrail::Trail;

use crate::python::{Any, member};

/// A trail of the core.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawTrail(pub(crate) Trail);

#[pymethods]
impl RawTrail {
    /// Reads a trail's JSON.
    #[new]
    fn new(json: &str) -> PyResult<Self> {
        let trail = Trail::from_json(json);
        trail
            .map(Self)
            .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The JSON from which the Python half reads fields.
    fn read(&self) -> String {
        self.0.to_json()
    }

    fn report(&self) -> String {
        self.0.report()
    }

    fn __repr__(&self) -> &'static str {
        "<RawTrail>"
    }
}

/// Makes the Python half's trail.
pub(crate) fn python_trail(py: Python<'_>, raw: RawTrail) -> PyResult<Any<'_>> {
    member!(py, "reqtrail._trail", "Trail")?.call_method1("_of", (raw,))
}
