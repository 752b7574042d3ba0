//! The synchronous client.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::{ClientBuilder, Error, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure::{self, guarded};
use crate::fork_safe::ForkSafe;
use crate::interrupt;
use crate::logging;
use crate::openstack::{self, RawReport};
use crate::refresh;
use crate::request::{self, Target};
use crate::response::Response;
use crate::trail::{RawTrail, thaw};
use crate::watch::{self, Watcher, Watching};

/// The base of the synchronous client. `_open` builds it, so that a class that derives from the client may have its
/// own constructor. Its name is the one that programs know, since Python's own errors show it: `Client.get() missing …`.
#[pyclass(
    frozen,
    subclass,
    weakref,
    name = "Client",
    module = "reqtrail._native"
)]
pub(crate) struct RawClient(OnceLock<ForkSafe<Arc<Watcher>>>);

impl RawClient {
    fn built(&self) -> PyResult<&ForkSafe<Arc<Watcher>>> {
        self.0.get().ok_or_else(|| {
            PyRuntimeError::new_err("the client is not built; call `super().__init__(base_url, …)`")
        })
    }

    /// Makes a call on this thread; other Python threads run meanwhile.
    fn call(
        &self,
        py: Python<'_>,
        method: Cow<'_, str>,
        target: &Target<'_, '_>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        guarded(py, || {
            let (client, watcher) = self.built()?.get(py)?;
            let job = request::build(&method, target, options)?;
            let watching = Watching::ask(py, Some(&watcher), false);
            let (result, raised) = watching.run(py, |interrupted| {
                // Checked in there: nothing of that needs the interpreter, which other threads wait for.
                client.host().run(job, interrupted).into_call()
            });
            finish(py, result, raised)
        })
    }
}

#[pymethods]
impl RawClient {
    #[new]
    #[pyo3(signature = (*_args, **_options))]
    fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Bound<'_, PyDict>>) -> Self {
        Self(OnceLock::new())
    }

    /// Builds the client. A second call replaces the first client, which ends.
    fn _open(
        &self,
        py: Python<'_>,
        base: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let config = Config::read(base, options)?;
        let built = guarded(py, || ForkSafe::new(py, config, build))?;
        if let Err(built) = self.0.set(built)
            && let Some(old) = self.0.get()
        {
            old.replace(built);
        }
        Ok(())
    }

    /// Makes a GET call.
    #[pyo3(signature = (path, **options))]
    fn get(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "GET".into(), &Target::Path(path), options)
    }

    /// Makes a POST call.
    #[pyo3(signature = (path, **options))]
    fn post(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "POST".into(), &Target::Path(path), options)
    }

    /// Makes a PUT call.
    #[pyo3(signature = (path, **options))]
    fn put(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "PUT".into(), &Target::Path(path), options)
    }

    /// Makes a PATCH call.
    #[pyo3(signature = (path, **options))]
    fn patch(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "PATCH".into(), &Target::Path(path), options)
    }

    /// Makes a DELETE call.
    #[pyo3(signature = (path, **options))]
    fn delete(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "DELETE".into(), &Target::Path(path), options)
    }

    /// Makes a HEAD call.
    #[pyo3(signature = (path, **options))]
    fn head(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "HEAD".into(), &Target::Path(path), options)
    }

    /// Makes an OPTIONS call.
    #[pyo3(signature = (path, **options))]
    fn options(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        self.call(py, "OPTIONS".into(), &Target::Path(path), options)
    }

    /// Makes a call with any method.
    ///
    /// ``path`` is a template such as ``/cameras/{id}``; trails show it as it is, so values belong in ``params`` and
    /// ``query``. A value in ``params`` that is a :class:`Secret` stays ``{id}`` everywhere. :class:`RequestOptions` has all
    /// options.
    #[pyo3(signature = (method, path, **options))]
    fn request(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        let method = convert::string("method", method)?.into();
        self.call(py, method, &Target::Path(path), options)
    }

    /// Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin.
    #[pyo3(signature = (method, link, **options))]
    fn request_link(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        link: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Response> {
        let method = convert::string("method", method)?.into();
        self.call(py, method, &Target::Link(link), options)
    }

    /// Runs the operation of the compute API that `what` names on this thread.
    fn _run(
        &self,
        py: Python<'_>,
        what: &str,
        server: &Bound<'_, PyAny>,
        action: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<RawReport> {
        guarded(py, || {
            let (client, watcher) = self.built()?.get(py)?;
            let job = openstack::job(&client, what, server, action, options, watch::progress)?;
            let watching = Watching::ask(py, Some(&watcher), options.contains("on_progress")?);
            let (outcome, raised) =
                watching.run(py, |interrupted| client.host().run(job, interrupted));
            let outcome = openstack::report(py, outcome);
            match raised {
                Some(raised) => Err(interrupt::caused_by(py, raised, outcome.err())),
                None => outcome.map_err(|error| logging::failed(py, error)),
            }
        })
    }

    /// Puts a new credential in place of the old one. Calls that have begun keep theirs.
    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        self.built()?.set_token(py, token)
    }

    /// Closes the connections. Calls under way end as usual; later ones raise ``RuntimeError``.
    fn close(&self) {
        if let Some(built) = self.0.get() {
            built.close();
        }
    }

    /// What its `repr` says of it.
    fn _describe(&self) -> String {
        self.0
            .get()
            .map_or_else(|| "not built".to_owned(), ForkSafe::describe)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.get().map_or(Ok(()), |built| built.traverse(&visit))
    }

    fn __clear__(&self) {
        self.close();
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
            refresh::call(&refresher, |refresher| match context {
                Some(context) => context
                    .bind(refresher.py())
                    .call_method1("run", (refresher,)),
                None => refresher.call0(),
            })
        })
    })?;
    Ok((client, watcher))
}

/// Gives the result of a call to the program, or what is to be raised after it.
fn finish(
    py: Python<'_>,
    result: Result<reqtrail::Response, Error>,
    raised: Option<PyErr>,
) -> PyResult<Response> {
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
        .map(Response::new)
        .map_err(|error| logging::failed(py, failure::raised(py, error)))
}
