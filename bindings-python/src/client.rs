//! The synchronous client.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::host::Job;
use reqtrail::openstack::Connection;
use reqtrail::{ClientBuilder, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure::guarded;
use crate::fork_safe::ForkSafe;
use crate::openstack;
use crate::outcome;
use crate::python::{Any, Dict};
use crate::recorder::RawRecorder;
use crate::refresh;
use crate::request::{self, Target};
use crate::watch::{self, Watcher, Watching};

/// The base class of the synchronous client. `_open` builds it, so a derived class may have its own constructor.
/// It has the public class's name because Python's own errors show it: `Client.get() missing …`.
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

    /// Runs a job on this thread; other Python threads run meanwhile.
    fn run<'py>(
        &self,
        py: Python<'py>,
        job: impl FnOnce(&blocking::Client, &Arc<Watcher>) -> PyResult<Job>,
    ) -> PyResult<Any<'py>> {
        guarded(py, || {
            let (client, watcher) = self.built()?.get(py)?;
            let job = job(&client, &watcher)?;
            let operation = matches!(job, Job::Operation(_));
            let watching = Watching::ask(py, Some(&watcher), operation);
            // Checks the request too, which does not need the interpreter that other threads wait for.
            let (outcome, interrupt) =
                watching.run(py, |interrupted| client.host().run(job, interrupted));
            outcome::finish(py, outcome::result(py, outcome), interrupt, operation)
        })
    }

    fn call<'py>(
        &self,
        method: &str,
        to: Target,
        target: &Any<'py>,
        options: Option<&Dict<'_>>,
    ) -> PyResult<Any<'py>> {
        self.run(target.py(), |_, _| {
            request::build(method, to, target, options)
        })
    }
}

#[pymethods]
impl RawClient {
    #[new]
    #[pyo3(signature = (*_args, **_options))]
    fn new(_args: &Bound<'_, PyTuple>, _options: Option<&Dict<'_>>) -> Self {
        Self(OnceLock::new())
    }

    /// Builds the client. A second call replaces and ends the first client.
    fn _open(&self, py: Python<'_>, base: &Any<'_>, options: &Dict<'_>) -> PyResult<()> {
        let config = Config::read(base, options)?;
        let built = guarded(py, || ForkSafe::new(py, config, Box::new(build)))?;
        if let Err(built) = self.0.set(built)
            && let Some(old) = self.0.get()
        {
            old.replace(built);
        }
        Ok(())
    }

    /// Makes a GET call.
    #[pyo3(signature = (path, **options))]
    fn get<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("GET", Target::Path, path, options)
    }

    /// Makes a POST call.
    #[pyo3(signature = (path, **options))]
    fn post<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("POST", Target::Path, path, options)
    }

    /// Makes a PUT call.
    #[pyo3(signature = (path, **options))]
    fn put<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("PUT", Target::Path, path, options)
    }

    /// Makes a PATCH call.
    #[pyo3(signature = (path, **options))]
    fn patch<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("PATCH", Target::Path, path, options)
    }

    /// Makes a DELETE call.
    #[pyo3(signature = (path, **options))]
    fn delete<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("DELETE", Target::Path, path, options)
    }

    /// Makes a HEAD call.
    #[pyo3(signature = (path, **options))]
    fn head<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("HEAD", Target::Path, path, options)
    }

    /// Makes an OPTIONS call.
    #[pyo3(signature = (path, **options))]
    fn options<'py>(&self, path: &Any<'py>, options: Option<&Dict<'_>>) -> PyResult<Any<'py>> {
        self.call("OPTIONS", Target::Path, path, options)
    }

    /// Makes a call with any method.
    ///
    /// ``path`` is a template such as ``/cameras/{id}``; trails show it unchanged, so put values in ``params`` and
    /// ``query``. A :class:`Secret` in ``params`` appears as ``{id}`` everywhere. :class:`RequestOptions` lists all
    /// options.
    #[pyo3(signature = (method, path, **options))]
    fn request<'py>(
        &self,
        method: &Any<'_>,
        path: &Any<'py>,
        options: Option<&Dict<'_>>,
    ) -> PyResult<Any<'py>> {
        let method = convert::string("method", method)?;
        self.call(&method, Target::Path, path, options)
    }

    /// Makes a call to a link that the API returned, such as a ``next`` URL. It must be on the client's origin.
    #[pyo3(signature = (method, link, **options))]
    fn request_link<'py>(
        &self,
        method: &Any<'_>,
        link: &Any<'py>,
        options: Option<&Dict<'_>>,
    ) -> PyResult<Any<'py>> {
        let method = convert::string("method", method)?;
        self.call(&method, Target::Link, link, options)
    }

    /// Runs, on this thread, the operation of the compute API that `what` names.
    fn _run<'py>(
        &self,
        what: &str,
        server: &Any<'py>,
        action: &Any<'_>,
        options: &Dict<'_>,
    ) -> PyResult<Any<'py>> {
        self.run(server.py(), |client, watcher| {
            let watched = |connection: Connection| connection.observer(Arc::clone(watcher));
            openstack::job(
                client,
                what,
                server,
                action,
                options,
                watched,
                watch::progress,
            )
        })
    }

    /// Replaces the credential. Calls that have begun keep theirs.
    fn set_token(&self, py: Python<'_>, token: &Any<'_>) -> PyResult<()> {
        self.built()?.set_token(py, token)
    }

    /// Closes the connections. Calls under way end as usual; later ones raise ``RuntimeError``.
    fn close(&self) {
        if let Some(built) = self.0.get() {
            built.close();
        }
    }

    fn _recorder(&self) -> PyResult<RawRecorder> {
        Ok(RawRecorder(self.built()?.recorder()))
    }

    /// The text for its `repr`.
    fn _describe(&self) -> String {
        let built = self.0.get();
        built.map_or_else(|| "not built".to_owned(), ForkSafe::describe)
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
