//! Token refreshers that are Python functions.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use reqtrail::host::Serving;
use reqtrail::host::mailbox::Answer;

use crate::config::Config;
use crate::convert;
use crate::failure;
use crate::python::{Any, member};

/// The clients that a refresh is for. A context variable holds them while the refresher works, so that a call by one of
/// them that would wait for this refresh is refused. Tasks that the refresher leaves behind have the variable too;
/// `end` makes it ineffective for them.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawServing {
    clients: Serving,
    over: AtomicBool,
}

impl RawServing {
    pub(crate) fn new(clients: Serving) -> Self {
        Self {
            clients,
            over: AtomicBool::new(false),
        }
    }

    /// Submits a call on behalf of the refresh, if there is one that has not ended.
    pub(crate) fn within<O>(serving: Option<&Bound<'_, Self>>, submit: impl FnOnce() -> O) -> O {
        match serving.map(Bound::get) {
            Some(serving) if !serving.over.load(Ordering::Relaxed) => {
                serving.clients.within(submit)
            }
            _ => submit(),
        }
    }
}

#[pymethods]
impl RawServing {
    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Copies the context of this thread, for a refresh that one of its calls begins. Attaching here cannot deadlock: calls
/// run detached, and no attached thread waits for them.
pub(crate) fn context() -> Option<Py<PyAny>> {
    let copied = Python::try_attach(|py| {
        let copy = member!(py, "contextvars", "copy_context")?;
        PyResult::Ok(copy.call0()?.unbind())
    });
    // Without it the refresher still makes a token.
    copied.and_then(Result::ok)
}

/// Calls a blocking refresher through `ask`, on the thread that the core has given it.
pub(crate) fn call(
    config: &Config,
    ask: impl for<'py> FnOnce(Any<'py>) -> PyResult<Any<'py>>,
) -> Answer {
    let called = Python::try_attach(|py| {
        let asked = || {
            // A separate reference shows the collector that the function is in use.
            let refresher = config.refresher.as_ref().map(|it| it.bind(py).clone());
            let refresher =
                refresher.ok_or_else(|| PyRuntimeError::new_err("there is no refresher"))?;
            let token = ask(refresher)?;
            if token.hasattr("__await__")? {
                // Otherwise Python warns that the coroutine was never awaited.
                token.call_method0("close").ok();
                return Err(PyTypeError::new_err(
                    "token_refresher returned an awaitable; expected str or Secret; only an AsyncClient takes a coroutine function",
                ));
            }
            convert::secret("token_refresher", &token)
        };
        asked().map_err(|raised| failure::of_refresher(py, raised))
    });
    Ok(called.ok_or("the interpreter is shutting down")??.into())
}
