//! A client of the core that survives a fork: the child of a fork gets a new one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::blocking;

use crate::config::Config;
use crate::convert;
use crate::failure;
use crate::fork;

/// A client of the core, rebuilt in the child of a fork. `X` is what a face keeps beside it.
///
/// Its lock is taken by attached threads only, and never while they let go of the interpreter; so no thread can hold
/// it at a fork.
pub(crate) struct ForkSafe<X> {
    make: Make<X>,
    built: Mutex<Option<Built<X>>>,
}

/// Makes a client of its options.
type Make<X> =
    Box<dyn Fn(&Arc<Config>, Python<'_>) -> PyResult<(blocking::Client, X)> + Send + Sync>;

/// A client that is in use. Whoever is the last to let go of it ends it, which waits for its thread; that may want the
/// interpreter, which must be let go of meanwhile.
#[derive(Clone)]
pub(crate) struct Lent(Option<Arc<blocking::Client>>);

impl Lent {
    fn new(client: blocking::Client) -> Self {
        Self(Some(Arc::new(client)))
    }
}

impl std::ops::Deref for Lent {
    type Target = blocking::Client;

    fn deref(&self) -> &blocking::Client {
        let Some(client) = &self.0 else {
            unreachable!("it is there until it is dropped");
        };
        client
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(last) = self.0.take().and_then(Arc::into_inner) else {
            return;
        };
        let mut held = Some(last);
        let dropped = Python::try_attach(|py| {
            let last = held.take();
            py.detach(|| drop(last));
        });
        if dropped.is_none() {
            // The interpreter is going away, and its threads with it.
            std::mem::forget(held);
        }
    }
}

struct Built<X> {
    /// Its hooks are here and nowhere else: a client that is closed lets go of them, once its last call has ended.
    config: Arc<Config>,
    generation: u64,
    client: Lent,
    extra: X,
}

impl<X: Clone + Send> ForkSafe<X> {
    pub(crate) fn new(
        py: Python<'_>,
        config: Config,
        make: impl Fn(&Arc<Config>, Python<'_>) -> PyResult<(blocking::Client, X)>
        + Send
        + Sync
        + 'static,
    ) -> PyResult<Self> {
        let config = Arc::new(config);
        let (client, extra) = make(&config, py)?;
        let built = Built {
            config,
            generation: fork::generation(),
            client: Lent::new(client),
            extra,
        };
        Ok(Self {
            make: Box::new(make),
            built: Mutex::new(Some(built)),
        })
    }

    /// The client, made anew if this is a child of the process that made it.
    pub(crate) fn get(&self, py: Python<'_>) -> PyResult<(Lent, X)> {
        let now = fork::generation();
        let config = {
            let state = self.lock();
            let Some(built) = &*state else {
                return Err(PyRuntimeError::new_err("the client is closed"));
            };
            if built.generation == now {
                return Ok((built.client.clone(), built.extra.clone()));
            }
            Arc::clone(&built.config)
        };
        let (client, extra) = (self.make)(&config, py)?;
        let client = Lent::new(client);
        let mut state = self.lock();
        match &*state {
            Some(built) if built.generation != now => {}
            // Another thread was faster.
            Some(built) => return Ok((built.client.clone(), built.extra.clone())),
            None => return Err(PyRuntimeError::new_err("the client is closed")),
        }
        let old = state.replace(Built {
            config,
            generation: now,
            client: client.clone(),
            extra: extra.clone(),
        });
        // Its threads are not in this process, and its sockets are the parent's too.
        std::mem::forget(old);
        Ok((client, extra))
    }

    /// What there is, without making anything; `None` after a fork or once closed.
    pub(crate) fn peek(&self) -> Option<(Lent, X)> {
        let state = self.lock();
        let built = state.as_ref()?;
        (built.generation == fork::generation())
            .then(|| (built.client.clone(), built.extra.clone()))
    }

    /// What a `repr` says of it: its base URL and the name of its dialect, in the child of a fork too.
    pub(crate) fn describe(&self) -> String {
        match &*self.lock() {
            Some(Built { client, .. }) => {
                format!("{} dialect='{}'", client.base_url(), client.dialect())
            }
            None => "closed".to_owned(),
        }
    }

    /// Replaces the credential, also in the clients that are built later.
    pub(crate) fn set_token(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let token = convert::secret("token", token)?;
        let (client, _) = self.get(py)?;
        client
            .set_token(token.clone())
            .map_err(|error| failure::raised(py, error))?;
        if let Some(built) = &*self.lock() {
            built.config.keep_token(token);
        }
        Ok(())
    }

    /// Replaces the client with that of `other`. The old one ends.
    pub(crate) fn replace(&self, other: Self) {
        let new = other.lock().take();
        let old = std::mem::replace(&mut *self.lock(), new);
        end(old);
    }

    pub(crate) fn close(&self) {
        let old = self.lock().take();
        end(old);
    }

    /// Shows the collector the hooks. A client that is just being used shows nothing, which keeps it.
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

/// Ends a client. Where it is of the parent of a fork, or the interpreter is going away, it is left alone.
fn end<X>(built: Option<Built<X>>) {
    let Some(built) = built else { return };
    if built.generation != fork::generation() {
        std::mem::forget(built);
        return;
    }
    let mut held = Some(built);
    let dropped = Python::try_attach(|_| {
        let Some(Built {
            config,
            client,
            extra,
            ..
        }) = held.take()
        else {
            return;
        };
        drop(extra);
        drop(client);
        // Last, so that hooks are let go of by a thread that is attached.
        drop(config);
    });
    if dropped.is_none() {
        std::mem::forget(held);
    }
}
