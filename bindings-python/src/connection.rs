//! What signing in to a cloud gives.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use reqtrail::openstack::Connection;

use crate::failure;
use crate::python::Dict;
use crate::trail::{RawTrail, thaw};

/// A cloud that has been signed in to.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawConnection(pub(crate) Connection);

#[pymethods]
impl RawConnection {
    /// The URL of the compute API.
    fn endpoint(&self, py: Python<'_>) -> PyResult<String> {
        self.0
            .endpoint()
            .map_err(|error| failure::raised(py, error))
    }

    /// What Keystone answered, as the fields of a `Session`; `None` without a sign-in.
    fn session<'py>(&self, py: Python<'py>) -> PyResult<Option<Dict<'py>>> {
        let Some(session) = self.0.session() else {
            return Ok(None);
        };
        let fields = PyDict::new(py);
        fields.set_item("expires_at", session.expires_at())?;
        fields.set_item("project_id", session.project_id())?;
        fields.set_item("project_name", session.project_name())?;
        fields.set_item("user_id", session.user_id())?;
        fields.set_item("user_name", session.user_name())?;
        fields.set_item("trail", thaw(py, RawTrail(session.trail().clone()))?)?;
        Ok(Some(fields))
    }
}
