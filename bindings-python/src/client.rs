//! The synchronous client, and what both clients share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use reqtrail::{ClientBuilder, Error, Observer, Response, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure::{self, guarded};
use crate::fork;
use crate::hooks::InlineHooks;
use crate::interrupt;
use crate::logging;
use crate::openstack::{self, RawReport};
use crate::refresh;
use crate::request;
use crate::response::{RawResponse, RawTrail};

/// A client of the core, rebuilt in the child of a fork. `X` is what a face keeps beside it.
///
/// Its lock is taken by attached threads only, and never while they let go of the interpreter; so no thread can hold
/// it at a fork.
pub(crate) struct Kept<X> {
    pub(crate) config: Arc<Config>,
    state: Mutex<Option<Built<X>>>,
}

pub(crate) struct Built<X> {
    generation: u64,
    pub(crate) client: blocking::Client,
    pub(crate) extra: X,
}

impl<X: Clone + Send> Kept<X> {
    pub(crate) fn new(
        py: Python<'_>,
        config: Config,
        make: impl FnOnce(&Arc<Config>, Python<'_>) -> PyResult<(blocking::Client, X)>,
    ) -> PyResult<Self> {
        let kept = Self {
            config: Arc::new(config),
            state: Mutex::new(None),
        };
        let (client, extra) = make(&kept.config, py)?;
        *kept.lock() = Some(Built {
            generation: fork::generation(),
            client,
            extra,
        });
        Ok(kept)
    }

    /// The client, made anew if this is a child of the process that made it.
    pub(crate) fn get(
        &self,
        py: Python<'_>,
        make: impl FnOnce(&Arc<Config>, Python<'_>) -> PyResult<(blocking::Client, X)>,
    ) -> PyResult<(blocking::Client, X)> {
        let now = fork::generation();
        {
            let state = self.lock();
            let Some(built) = &*state else {
                return Err(PyRuntimeError::new_err("the client is closed"));
            };
            if built.generation == now {
                return Ok((built.client.clone(), built.extra.clone()));
            }
        }
        let (client, extra) = make(&self.config, py)?;
        let mut state = self.lock();
        match &*state {
            Some(built) if built.generation != now => {}
            // Another thread was faster.
            Some(built) => return Ok((built.client.clone(), built.extra.clone())),
            None => return Err(PyRuntimeError::new_err("the client is closed")),
        }
        let old = state.replace(Built {
            generation: now,
            client: client.clone(),
            extra: extra.clone(),
        });
        // Its threads are not in this process, and its sockets are the parent's too.
        std::mem::forget(old);
        Ok((client, extra))
    }

    /// What there is, without making anything; `None` after a fork or once closed.
    pub(crate) fn peek(&self) -> Option<(blocking::Client, X)> {
        let state = self.lock();
        let built = state.as_ref()?;
        (built.generation == fork::generation())
            .then(|| (built.client.clone(), built.extra.clone()))
    }

    pub(crate) fn close(&self) {
        let old = self.lock().take();
        let Some(built) = old else { return };
        if built.generation != fork::generation() {
            std::mem::forget(built);
            return;
        }
        // Ending the client waits for its thread, which may want the interpreter for a hook.
        let mut built = Some(built);
        let dropped = Python::try_attach(|py| py.detach(|| drop(built.take())));
        if dropped.is_none() {
            std::mem::forget(built);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Built<X>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X> Drop for Kept<X> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(built) = state.take() else { return };
        if built.generation != fork::generation() {
            std::mem::forget(built);
            return;
        }
        struct Unchecked<B>(Option<B>);
        let mut held = Unchecked(Some(built));
        let dropped = Python::try_attach(|py| {
            let client = held.0.take();
            let Some(Built { client, extra, .. }) = client else {
                return;
            };
            drop(extra);
            py.detach(|| drop(client));
        });
        if dropped.is_none() {
            std::mem::forget(held.0.take());
        }
    }
}

/// The synchronous client.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawClient(Kept<()>);

#[pymethods]
impl RawClient {
    #[new]
    fn new(py: Python<'_>, base: &Bound<'_, PyAny>, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let config = Config::read(base, options)?;
        guarded(py, || Kept::new(py, config, build)).map(Self)
    }

    /// Makes a call on this thread; other Python threads run meanwhile.
    fn call(
        &self,
        py: Python<'_>,
        method: &str,
        target: &str,
        options: &Bound<'_, PyDict>,
        link: bool,
    ) -> PyResult<RawResponse> {
        guarded(py, || {
            let (client, ()) = self.0.get(py, build)?;
            logging::look(py);
            let request = request::build(&client, method, target, options, link)?;
            let signals = interrupt::on_main_thread(py);
            let result = py.detach(|| {
                let interrupted: Option<&dyn Fn() -> bool> = if signals {
                    Some(&interrupt::interrupted)
                } else {
                    None
                };
                // Prepared here: nothing of that needs the interpreter, which other threads wait for.
                client.host().call_blocking(request.prepare(), interrupted)
            });
            finish(py, result)
        })
    }

    /// Runs a flow of the compute API on this thread; `what` names it.
    fn run(
        &self,
        py: Python<'_>,
        what: &str,
        server_id: String,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<RawReport> {
        guarded(py, || {
            let (client, ()) = self.0.get(py, build)?;
            logging::look(py);
            let (flow, slot) = openstack::flow(&client, what, server_id, options)?;
            let signals = interrupt::on_main_thread(py);
            let ran = py.detach(|| {
                let interrupted: Option<&dyn Fn() -> bool> = if signals {
                    Some(&interrupt::interrupted)
                } else {
                    None
                };
                client.host().run_flow(flow, interrupted)
            });
            let outcome = match ran {
                Ok(()) => openstack::outcome(py, &slot),
                Err(error) => Err(failure::raised(py, error)),
            };
            match interrupt::take() {
                Some(interrupt) => Err(interrupt::caused_by(py, interrupt, outcome.err())),
                None => outcome,
            }
        })
    }

    fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let token = convert::secret("token", token)?;
        let (client, ()) = self.0.get(py, build)?;
        client
            .set_token(token.clone())
            .map_err(|error| failure::raised(py, error))?;
        self.0.config.keep_token(token);
        Ok(())
    }

    fn close(&self) {
        self.0.close();
    }

    /// What is safe to show of it; `None` once it is closed.
    fn describe(&self) -> Option<String> {
        self.0.peek().map(|(client, ())| format!("{client:?}"))
    }
}

fn build(config: &Arc<Config>, py: Python<'_>) -> PyResult<(blocking::Client, ())> {
    let refresher = config.refresher.as_ref().map(|it| it.clone_ref(py));
    let mut observers: Vec<Arc<dyn Observer>> = Vec::new();
    if config.on_attempt.is_some() || config.on_call.is_some() {
        observers.push(Arc::new(InlineHooks(Arc::clone(config))));
    }
    let client = config.build(py, observers, |mut builder: ClientBuilder| {
        if let Some(refresher) = refresher {
            builder = builder.token_refresher_blocking(move || refresh::call(&refresher));
        }
        builder
    })?;
    Ok((client, ()))
}

/// Gives the result of a call to the program, or what interrupted it.
fn finish(py: Python<'_>, result: Result<Response, Error>) -> PyResult<RawResponse> {
    if let Some(interrupt) = interrupt::take() {
        let trail = match &result {
            Ok(response) => Some(response.trail()),
            Err(error) => error.trail(),
        };
        if let Some(trail) = trail {
            let trail = thaw(py, RawTrail(trail.clone()))?;
            // An exception without room for attributes keeps none.
            let _ = interrupt.value(py).setattr("trail", trail);
        }
        return Err(interrupt);
    }
    result
        .map(RawResponse)
        .map_err(|error| failure::raised(py, error))
}

/// The Python half's trail.
pub(crate) fn thaw(py: Python<'_>, raw: RawTrail) -> PyResult<Bound<'_, PyAny>> {
    static MAKE: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
    MAKE.import(py, "reqtrail._mapping", "trail_of")?
        .call1((raw,))
}
