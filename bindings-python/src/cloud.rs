//! Clouds, and how to sign in to one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use reqtrail::openstack::Cloud;

use crate::connection::RawConnection;
use crate::convert;
use crate::failure::{self, guarded};
use crate::interrupt;
use crate::logging;
use crate::watch::{SignInLog, Watching};

/// What a program knows of a cloud.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawCloud(Cloud);

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
