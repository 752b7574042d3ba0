//! The synchronous client.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::{ClientBuilder, Error, Response, blocking};

use crate::config::Config;
use crate::failure::{self, guarded};
use crate::fork_safe::ForkSafe;
use crate::interrupt;
use crate::logging;
use crate::openstack::{self, RawReport};
use crate::refresh::{self, Asker};
use crate::request;
use crate::response::{RawResponse, RawTrail};
use crate::watch::{Watcher, Watching};

/// The synchronous client.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawClient(ForkSafe<Arc<Watcher>>);

#[pymethods]
impl RawClient {
    #[new]
    fn new(py: Python<'_>, base: &Bound<'_, PyAny>, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let config = Config::read(base, options)?;
        guarded(py, || ForkSafe::new(py, config, build)).map(Self)
    }

    /// Makes a call on this thread; other Python threads run meanwhile.
    fn call(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        link: bool,
    ) -> PyResult<RawResponse> {
        guarded(py, || {
            let (client, watcher) = self.0.get(py, build)?;
            let request = request::build(&client, method, target, options, link)?;
            let watching = Watching::ask(py, Some(&watcher), false);
            let (result, raised) = watching.run(py, |interrupted| {
                // Prepared here: nothing of that needs the interpreter, which other threads wait for.
                client.host().call_blocking(request.prepare(), interrupted)
            });
            finish(py, result, raised)
        })
    }

    /// Runs a flow of the compute API on this thread; `what` names it.
    fn run(
        &self,
        py: Python<'_>,
        what: &str,
        server_id: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<RawReport> {
        guarded(py, || {
            let (client, watcher) = self.0.get(py, build)?;
            let (flow, slot) = openstack::flow(&client, what, server_id, options)?;
            let watching = Watching::ask(py, Some(&watcher), options.contains("on_progress")?);
            let (ran, raised) =
                watching.run(py, |interrupted| client.host().run_flow(flow, interrupted));
            let outcome = match ran {
                Ok(()) => openstack::outcome(py, &slot),
                Err(error) => Err(failure::raised(py, error)),
            };
            match raised {
                Some(raised) => Err(interrupt::caused_by(py, raised, outcome.err())),
                None => outcome.map_err(|error| logging::failed(py, error)),
            }
        })
    }

    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.set_token(py, token, build)
    }

    fn close(&self) {
        self.0.close();
    }

    /// Its base URL and the name of its dialect; `None` once it is closed.
    fn describe(&self) -> Option<(String, String)> {
        self.0.describe()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.traverse(&visit)
    }

    fn __clear__(&self) {
        self.0.close();
    }
}

fn build(config: &Arc<Config>, py: Python<'_>) -> PyResult<(blocking::Client, Arc<Watcher>)> {
    let watcher = Arc::new(Watcher::new(Arc::clone(config)));
    let refresher = Arc::clone(config);
    let client = config.build(py, Arc::clone(&watcher) as _, |builder: ClientBuilder| {
        if refresher.refresher.is_none() {
            return builder;
        }
        builder.token_refresher_blocking_in_context(refresh::context, move |context| {
            refresh::call(&refresher, &Asker::Context(context))
        })
    })?;
    Ok((client, watcher))
}

/// Gives the result of a call to the program, or what is to be raised after it.
fn finish(
    py: Python<'_>,
    result: Result<Response, Error>,
    raised: Option<PyErr>,
) -> PyResult<RawResponse> {
    if let Some(raised) = raised {
        let trail = match &result {
            Ok(response) => Some(response.trail()),
            Err(error) => error.trail(),
        };
        if let Some(trail) = trail {
            let trail = thaw(py, RawTrail(trail.clone()))?;
            // An exception without room for attributes keeps none.
            let _ = raised.value(py).setattr("trail", trail);
        }
        return Err(raised);
    }
    result
        .map(RawResponse)
        .map_err(|error| logging::failed(py, failure::raised(py, error)))
}

/// The Python half's trail.
pub(crate) fn thaw(py: Python<'_>, raw: RawTrail) -> PyResult<Bound<'_, PyAny>> {
    static MAKE: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
    MAKE.import(py, "reqtrail._mapping", "trail_of")?
        .call1((raw,))
}
