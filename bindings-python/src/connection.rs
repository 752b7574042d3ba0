//! What signing in to a cloud gives.

use pyo3::prelude::*;
use reqtrail::openstack::Connection;

use crate::failure;
use crate::trail::RawTrail;

/// A cloud that has been signed in to.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawConnection(pub(crate) Connection);

/// When the token ends (in seconds since 1970), the project's ID and name, the user's, and the trail of the sign-in.
type SessionParts = (
    Option<f64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    RawTrail,
);

#[pymethods]
impl RawConnection {
    /// The URL of the compute API.
    fn endpoint(&self, py: Python<'_>) -> PyResult<String> {
        self.0
            .endpoint()
            .map_err(|error| failure::raised(py, error))
    }

    /// What Keystone answered; `None` without a sign-in.
    fn session(&self) -> Option<SessionParts> {
        let session = self.0.session()?;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let since = |end: std::time::SystemTime| end.duration_since(std::time::UNIX_EPOCH).ok();
        Some((
            session
                .expires_at()
                .and_then(since)
                .map(|end| end.as_secs_f64()),
            owned(session.project_id()),
            owned(session.project_name()),
            owned(session.user_id()),
            owned(session.user_name()),
            RawTrail(session.trail().clone()),
        ))
    }
}
