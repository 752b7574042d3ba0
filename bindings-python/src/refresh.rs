//! Token refreshers that are Python functions.

use std::sync::{Mutex, PoisonError};

use futures_channel::oneshot;
use pyo3::prelude::*;
use reqtrail::Secret;

use crate::convert;
use crate::failure::Raised;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls a refresher that blocks, on the thread that the core gave it.
pub(crate) fn call(refresher: &Py<PyAny>) -> Result<Secret, BoxError> {
    let called = Python::try_attach(|py| {
        let token = refresher.bind(py).call0()?;
        convert::secret("token_refresher", &token)
    });
    match called {
        Some(token) => token.map_err(|error| Raised(error).into()),
        None => Err("the interpreter is going away".into()),
    }
}

/// An event loop is asked for a new token; it answers by `done` or `failed`.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawRefresh(Mutex<Option<oneshot::Sender<Result<Secret, BoxError>>>>);

impl RawRefresh {
    pub(crate) fn new(answer: oneshot::Sender<Result<Secret, BoxError>>) -> Self {
        Self(Mutex::new(Some(answer)))
    }

    fn answer(&self, result: Result<Secret, BoxError>) {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(answer) = answer {
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
        self.answer(Err(Raised(PyErr::from_value(error)).into()));
    }
}
