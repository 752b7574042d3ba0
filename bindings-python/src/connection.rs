//! Connections: the result of signing in to a cloud.

use pyo3::prelude::*;
use reqtrail::openstack::Connection;

use crate::failure;
use crate::python::Any;
use crate::trail::{RawTrail, python_trail};

/// A cloud after the sign-in, and the service that its clients call.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawConnection(pub(crate) Connection);

#[pymethods]
impl RawConnection {
    /// The URL of the service.
    fn endpoint(&self, py: Python<'_>) -> PyResult<String> {
        self.0
            .endpoint()
            .map_err(|error| failure::raised(py, error))
    }

    /// Keystone's answer, as JSON, and the trail of the sign-in; `None` without a sign-in.
    fn session<'py>(&self, py: Python<'py>) -> PyResult<Option<(String, Any<'py>)>> {
        let Some(session) = self.0.session() else {
            return Ok(None);
        };
        let trail = python_trail(py, RawTrail(session.trail().clone()))?;
        Ok(Some((session.to_json(), trail)))
    }

    /// The connection for a client that makes no calls and drives an operation over the services.
    fn driver(&self) -> Self {
        Self(self.0.driver())
    }

    /// The endpoints of the catalog, as JSON.
    fn services(&self) -> String {
        self.0.services_json()
    }
}
