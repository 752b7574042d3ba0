//! Token refreshers that are Python functions.

use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::oneshot;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use reqtrail::Secret;

use crate::board::Board;
use crate::config::Config;
use crate::convert;
use crate::failure;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls a refresher that blocks, on the thread that the core gave it.
pub(crate) fn call(config: &Config) -> Result<Secret, BoxError> {
    let called = Python::try_attach(|py| {
        let asked = || {
            // A reference of its own: the collector sees by it that somebody uses the function.
            let refresher = config.refresher.as_ref().map(|it| it.clone_ref(py));
            let refresher =
                refresher.ok_or_else(|| PyRuntimeError::new_err("there is no refresher"))?;
            let token = refresher.bind(py).call0()?;
            if token.hasattr("__await__")? {
                // Left alone it would complain of never having been awaited.
                token.call_method0("close").ok();
                return Err(PyTypeError::new_err(
                    "token_refresher gave an awaitable; expected text, or of an AsyncClient a coroutine function (`async def`)",
                ));
            }
            convert::secret("token_refresher", &token)
        };
        asked().map_err(|raised| failure::of_refresher(py, raised))
    });
    match called {
        Some(token) => token.map_err(Into::into),
        None => Err("the interpreter is going away".into()),
    }
}

/// An event loop is asked for a new token; it answers by `done` or `failed`, or leaves it to another loop.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawRefresh {
    answer: Mutex<Option<oneshot::Sender<Result<Secret, BoxError>>>>,
    board: Arc<Board>,
    port: u32,
}

impl RawRefresh {
    pub(crate) fn new(
        answer: oneshot::Sender<Result<Secret, BoxError>>,
        board: Arc<Board>,
        port: u32,
    ) -> Self {
        Self {
            answer: Mutex::new(Some(answer)),
            board,
            port,
        }
    }

    fn take(&self) -> Option<oneshot::Sender<Result<Secret, BoxError>>> {
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn answer(&self, result: Result<Secret, BoxError>) {
        if let Some(answer) = self.take() {
            // Whoever asked may be gone.
            let _ = answer.send(result);
        }
    }
}

#[pymethods]
impl RawRefresh {
    fn done(&self, token: &Bound<'_, PyAny>) -> PyResult<()> {
        let token = convert::secret("token_refresher", token)?;
        self.answer(Ok(token));
        Ok(())
    }

    fn failed(&self, error: Bound<'_, PyAny>) {
        let py = error.py();
        let raised = PyErr::from_value(error);
        self.answer(Err(failure::of_refresher(py, raised).into()));
    }

    /// This loop ends: another one is asked, if there is one.
    fn pass_on(&self) -> bool {
        let Some(answer) = self.take() else {
            return true;
        };
        let left = self.board.ask_another(self.port, answer);
        let passed = left.is_none();
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = left;
        passed
    }
}
