//! Clouds, and signing in to one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use reqtrail::host::{Owner, Spelling};
use reqtrail::openstack::{Cloud, Connection, ServiceOptions};
use reqtrail::{CancelToken, Error};

use crate::connection::RawConnection;
use crate::convert;
use crate::failure::{self, guarded};
use crate::outcome;
use crate::python::Any;
use crate::watch::{SignInLog, Watching};

/// The description of a cloud, before signing in.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawCloud(Cloud);

impl RawCloud {
    fn of(py: Python<'_>, cloud: Result<Cloud, Error>) -> PyResult<Self> {
        cloud.map(Self).map_err(|error| failure::raised(py, error))
    }
}

#[pymethods]
impl RawCloud {
    /// Returns the error text for option names that are not valid, if there are any.
    #[staticmethod]
    fn unknown(names: Vec<String>) -> Option<String> {
        Owner::unknown_of_cloud(&names, Spelling::Python)
    }

    /// Reads a description: an entry of `clouds.yaml` as JSON.
    #[staticmethod]
    fn described(py: Python<'_>, json: &str) -> PyResult<Self> {
        guarded(py, || Self::of(py, Cloud::from_json(json)))
    }

    /// Finds the cloud with this name, or the one that the environment selects.
    #[staticmethod]
    fn find(py: Python<'_>, name: &Any<'_>, region: &Any<'_>) -> PyResult<Self> {
        let text = |of: &str, value: &Any<'_>| match value.is_none() {
            true => Ok(None),
            false => convert::string(of, value).map(Some),
        };
        let (name, region) = (text("name", name)?, text("region_name", region)?);
        guarded(py, || {
            let found = py.detach(|| Cloud::find(name.as_deref(), region.as_deref()));
            Self::of(py, found)
        })
    }

    /// Signs in on this thread; other Python threads run meanwhile.
    fn connect<'py>(&self, py: Python<'py>, cancel: &Any<'py>) -> PyResult<Any<'py>> {
        guarded(py, || {
            let cloud = self.0.clone();
            connect_on_this_thread(py, cancel, |log, token, interrupted| {
                cloud.observer(log).connect_hosted(token, interrupted)
            })
        })
    }

    /// Finds a service, on this thread. It may ask the service for its versions; other Python threads run meanwhile.
    #[staticmethod]
    fn service<'py>(
        py: Python<'py>,
        connection: &Bound<'py, RawConnection>,
        service: &Any<'py>,
        interface: &Any<'py>,
        region: &Any<'py>,
        cancel: &Any<'py>,
    ) -> PyResult<Any<'py>> {
        let service = convert::string("service", service)?;
        let mut options = ServiceOptions::new();
        if !interface.is_none() {
            options = options.interface(convert::string("interface", interface)?);
        }
        if !region.is_none() {
            options = options.region(convert::string("region", region)?);
        }
        guarded(py, || {
            let connection = connection.get().0.clone();
            connect_on_this_thread(py, cancel, |log, token, interrupted| {
                let connection = connection.observer(log);
                connection.service_hosted(&service, &options, token, interrupted)
            })
        })
    }

    /// Notes on what is unusual in the configuration but not wrong.
    fn notes(&self) -> &[String] {
        self.0.notes()
    }

    /// The URL for signing in, if the cloud has one, and its region.
    fn describe(&self) -> (Option<&str>, Option<&str>) {
        (self.0.auth_url(), self.0.region_name())
    }
}

/// Makes a connection with calls on this thread, and logs them.
fn connect_on_this_thread<'py>(
    py: Python<'py>,
    cancel: &Any<'py>,
    make: impl FnOnce(SignInLog, &CancelToken, Option<&dyn Fn() -> bool>) -> Result<Connection, Error>
    + Send,
) -> PyResult<Any<'py>> {
    let token = match cancel.is_none() {
        true => CancelToken::new(),
        false => convert::cancel_token(cancel)?,
    };
    let is_making = Arc::new(AtomicBool::new(true));
    let log = SignInLog(Arc::clone(&is_making));
    let (made, interrupt) =
        Watching::ask(py, None, false).run(py, |interrupted| make(log, &token, interrupted));
    is_making.store(false, Ordering::Release);
    let made = match made {
        Ok(connection) => Bound::new(py, RawConnection(connection)).map(Bound::into_any),
        Err(error) => Err(failure::raised(py, error)),
    };
    outcome::finish(py, made, interrupt, true)
}
