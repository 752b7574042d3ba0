//! Clouds, and what signing in to one gives.

use pyo3::prelude::*;
use reqtrail::openstack::{Cloud, Connection};

use crate::failure::{self, guarded};
use crate::interrupt;
use crate::logging::{self, LogSink};
use crate::response::RawTrail;
use crate::values::CancelToken;

/// What a program knows of a cloud.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawCloud(Cloud);

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

impl RawCloud {
    /// The log has the sign-ins, and the calls of the clients that come of them.
    fn watched(cloud: Cloud) -> Self {
        Self(cloud.observer(LogSink))
    }
}

#[pymethods]
impl RawCloud {
    /// Reads a description: an entry of `clouds.yaml` as JSON.
    #[staticmethod]
    fn described(py: Python<'_>, json: &str) -> PyResult<Self> {
        guarded(py, || {
            Cloud::from_json(json)
                .map(Self::watched)
                .map_err(|error| failure::raised(py, error))
        })
    }

    /// Finds the cloud of a name, or the one that the environment means.
    #[staticmethod]
    fn find(py: Python<'_>, name: Option<&str>, region: Option<&str>) -> PyResult<Self> {
        guarded(py, || {
            py.detach(|| Cloud::find(name, region))
                .map(Self::watched)
                .map_err(|error| failure::raised(py, error))
        })
    }

    /// Signs in on this thread; other Python threads run meanwhile.
    fn connect(&self, py: Python<'_>, cancel: Option<&CancelToken>) -> PyResult<RawConnection> {
        guarded(py, || {
            logging::look(py);
            let signals = interrupt::on_main_thread(py);
            let token = cancel.map_or_else(reqtrail::CancelToken::new, |token| token.0.clone());
            let connected = py.detach(|| {
                let interrupted: Option<&dyn Fn() -> bool> = if signals {
                    Some(&interrupt::interrupted)
                } else {
                    None
                };
                self.0.connect_hosted(&token, interrupted)
            });
            let connected = connected
                .map(RawConnection)
                .map_err(|error| failure::raised(py, error));
            match interrupt::take() {
                Some(interrupt) => Err(interrupt::caused_by(py, interrupt, connected.err())),
                None => connected,
            }
        })
    }

    /// What is odd about the configuration without being wrong.
    fn notes(&self) -> Vec<String> {
        self.0.notes().to_vec()
    }

    /// What is safe to show of it.
    fn describe(&self) -> String {
        format!("{:?}", self.0)
    }
}

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
