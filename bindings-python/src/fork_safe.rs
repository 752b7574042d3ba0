//! A client of the core that survives a fork: the child of a fork gets a new one.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::{Secret, blocking};

use crate::config::Config;
use crate::convert;
use crate::failure;
use crate::fork;
use crate::logging;
use crate::python::Any;
use crate::recorder::CurrentRecorder;

/// A client of the core, rebuilt in the child of a fork. `X` is what its Python class keeps with it.
///
/// Only attached threads take its lock, and they stay attached while they hold it; so no thread can hold it at a fork.
pub(crate) struct ForkSafe<X> {
    make: Make<X>,
    built: Mutex<Option<Built<X>>>,
    /// Outlives the client when that is closed.
    recorder: Arc<CurrentRecorder>,
}

/// Makes a client from its options.
pub(crate) type Make<X> =
    Box<dyn Fn(&Arc<Config>, Python<'_>) -> PyResult<(blocking::Client, X)> + Send + Sync>;

/// A client that is in use. The last owner ends it by dropping it, which waits for the client's thread. That thread may
/// want the interpreter, so the owner detaches from it meanwhile.
pub(crate) struct SharedClient(Option<blocking::Client>);

impl Deref for SharedClient {
    type Target = blocking::Client;

    fn deref(&self) -> &blocking::Client {
        let Some(client) = &self.0 else {
            unreachable!("the client is present until the drop");
        };
        client
    }
}

impl Drop for SharedClient {
    fn drop(&mut self) {
        drop_attached(self.0.take(), |py, client| py.detach(|| drop(client)));
    }
}

/// A client that has been built. Its fields are dropped in this order; an attached thread drops the hooks, which the
/// options hold.
struct Built<X> {
    extra: X,
    client: Arc<SharedClient>,
    generation: u64,
    /// The token that the program has set since.
    token: Option<Secret>,
    /// The only place that holds the hooks: a closed client releases them when its last call has ended.
    config: Arc<Config>,
}

impl<X: Clone> Built<X> {
    fn new(make: &Make<X>, config: Arc<Config>, py: Python<'_>) -> PyResult<Self> {
        let (client, extra) = make(&config, py)?;
        for warning in client.warnings() {
            logging::note(py, warning)?;
        }
        Ok(Self {
            extra,
            client: Arc::new(SharedClient(Some(client))),
            generation: fork::generation(),
            token: None,
            config,
        })
    }

    fn is_of_this_process(&self) -> bool {
        self.generation == fork::generation()
    }

    fn share(&self) -> (Arc<SharedClient>, X) {
        (Arc::clone(&self.client), self.extra.clone())
    }
}

impl<X: Clone + Send> ForkSafe<X> {
    pub(crate) fn new(py: Python<'_>, config: Config, make: Make<X>) -> PyResult<Self> {
        let built = Built::new(&make, Arc::new(config), py)?;
        Ok(Self {
            recorder: CurrentRecorder::new(built.client.recorder()),
            make,
            built: Mutex::new(Some(built)),
        })
    }

    /// The recorder of the client's calls. It works after the client is closed.
    pub(crate) fn recorder(&self) -> Arc<CurrentRecorder> {
        Arc::clone(&self.recorder)
    }

    /// Returns the client. Builds a new one if this process is a child of the one that built it.
    pub(crate) fn get(&self, py: Python<'_>) -> PyResult<(Arc<SharedClient>, X)> {
        let closed = || PyRuntimeError::new_err("the client is closed; create another one");
        let (config, token) = match &*self.lock() {
            Some(built) if built.is_of_this_process() => return Ok(built.share()),
            Some(built) => (Arc::clone(&built.config), built.token.clone()),
            None => return Err(closed()),
        };
        let mut new = Built::new(&self.make, config, py)?;
        if let Some(token) = token {
            let kept = new.client.set_token(token.clone());
            kept.map_err(|error| failure::raised(py, error))?;
            new.token = Some(token);
        }
        let mut state = self.lock();
        match &*state {
            // Another thread was faster.
            Some(built) if built.is_of_this_process() => Ok(built.share()),
            Some(_) => {
                let shared = new.share();
                self.recorder.set(new.client.recorder());
                // The old client's threads do not exist in this process, and the parent uses its sockets.
                std::mem::forget(state.replace(new));
                Ok(shared)
            }
            None => Err(closed()),
        }
    }

    /// Returns the client without building one; `None` after a fork and once closed.
    pub(crate) fn peek(&self) -> Option<(Arc<SharedClient>, X)> {
        let state = self.lock();
        let built = state.as_ref().filter(|built| built.is_of_this_process());
        built.map(Built::share)
    }

    /// The text for a `repr`: its base URL and the name of its dialect. Works in the child of a fork too.
    pub(crate) fn describe(&self) -> String {
        match &*self.lock() {
            Some(Built { client, .. }) => {
                format!("{} dialect='{}'", client.base_url(), client.dialect())
            }
            None => "closed".to_owned(),
        }
    }

    /// Replaces the credential, also in clients that are built later.
    pub(crate) fn set_token(&self, py: Python<'_>, token: &Any<'_>) -> PyResult<()> {
        let token = convert::secret("token", token)?;
        let (client, _) = self.get(py)?;
        client
            .set_token(token.clone())
            .map_err(|error| failure::raised(py, error))?;
        if let Some(built) = &mut *self.lock() {
            built.token = Some(token);
        }
        Ok(())
    }

    /// Replaces the client with that of `other`. The old one ends.
    pub(crate) fn replace(&self, other: Self) {
        self.recorder.set(other.recorder.get());
        let new = other.lock().take();
        let old = std::mem::replace(&mut *self.lock(), new);
        end(old);
    }

    pub(crate) fn close(&self) {
        let old = self.lock().take();
        end(old);
    }

    /// Shows the collector the hooks. A client whose lock is taken shows none, so the collector keeps it.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.built.try_lock().as_deref() {
            Ok(Some(built)) => built.config.traverse(visit),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Built<X>>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X> Drop for ForkSafe<X> {
    fn drop(&mut self) {
        let state = self.built.get_mut().unwrap_or_else(PoisonError::into_inner);
        end(state.take());
    }
}

/// Ends a client. Leaks one that the parent of a fork built.
fn end<X>(built: Option<Built<X>>) {
    match built {
        Some(built) if built.generation != fork::generation() => std::mem::forget(built),
        built => drop_attached(built, |_, built| drop(built)),
    }
}

/// Drops the value on an attached thread. Leaks it when the interpreter is shutting down.
fn drop_attached<T>(mut held: Option<T>, end: impl FnOnce(Python<'_>, T)) {
    if held.is_none() {
        return;
    }
    if Python::try_attach(|py| held.take().map(|held| end(py, held))).is_none() {
        std::mem::forget(held);
    }
}
