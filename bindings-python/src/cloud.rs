//! Clouds, and what signing in to one gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use reqtrail::openstack::{Cloud, Connection};

use crate::convert;
use crate::failure::{self, guarded};
use crate::interrupt;
use crate::logging;
use crate::response::RawTrail;
use crate::watch::{SignInLog, Watching};

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

#[pymethods]
impl RawCloud {
    /// Reads a description: an entry of `clouds.yaml` as JSON.
    #[staticmethod]
    fn described(py: Python<'_>, json: &str) -> PyResult<Self> {
        guarded(py, || {
            Cloud::from_json(json)
                .map(Self)
                .map_err(|error| failure::raised(py, error))
        })
    }

    /// Finds the cloud of a name, or the one that the environment means.
    #[staticmethod]
    fn find(py: Python<'_>, name: &Bound<'_, PyAny>, region: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = |of: &str, value: &Bound<'_, PyAny>| match value.is_none() {
            true => Ok(None),
            false => convert::string(of, value).map(Some),
        };
        let (name, region) = (text("name", name)?, text("region_name", region)?);
        guarded(py, || {
            py.detach(|| Cloud::find(name.as_deref(), region.as_deref()))
                .map(Self)
                .map_err(|error| failure::raised(py, error))
        })
    }

    /// Signs in on this thread; other Python threads run meanwhile.
    fn connect(&self, py: Python<'_>, cancel: &Bound<'_, PyAny>) -> PyResult<RawConnection> {
        guarded(py, || {
            let token = convert::cancel_token(cancel)?.unwrap_or_default();
            let signing_in = Arc::new(AtomicBool::new(true));
            let cloud = self.0.clone().observer(SignInLog(Arc::clone(&signing_in)));
            let (connected, raised) = Watching::ask(py, None, false)
                .run(py, |interrupted| cloud.connect_hosted(&token, interrupted));
            signing_in.store(false, Ordering::Release);
            let connected = connected
                .map(RawConnection)
                .map_err(|error| failure::raised(py, error));
            match raised {
                Some(raised) => Err(interrupt::caused_by(py, raised, connected.err())),
                None => connected.map_err(|error| logging::failed(py, error)),
            }
        })
    }

    /// What is odd about the configuration without being wrong.
    fn notes(&self) -> Vec<String> {
        self.0.notes().to_vec()
    }

    /// Where it is signed in to, unless it is used without, and its region.
    fn describe(&self) -> (Option<String>, Option<String>) {
        let owned = |text: &str| text.to_owned();
        (
            self.0.auth_url().map(owned),
            self.0.region_name().map(owned),
        )
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
