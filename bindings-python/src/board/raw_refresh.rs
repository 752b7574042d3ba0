//! An event loop that is asked for a token.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use reqtrail::Secret;

use super::Board;
use crate::convert;
use crate::failure;
use crate::refresh::{Answer, BoxError, RawServing};

/// An event loop is asked for a new token; it answers by `done` or `failed`, or leaves it to another loop.
#[pyclass(frozen, module = "reqtrail._native")]
pub(crate) struct RawRefresh {
    answer: Mutex<Option<Answer>>,
    /// The context of the call that asks, where another loop knew it.
    #[pyo3(get)]
    context: Option<Py<PyAny>>,
    #[pyo3(get)]
    serving: Py<RawServing>,
    board: Arc<Board>,
    port: u32,
}

impl RawRefresh {
    pub(crate) fn new(
        py: Python<'_>,
        answer: Answer,
        context: Option<Py<PyAny>>,
        board: Arc<Board>,
        port: u32,
    ) -> PyResult<Self> {
        let serving = Py::new(py, RawServing::new(answer.serving.clone()))?;
        Ok(Self {
            answer: Mutex::new(Some(answer)),
            context,
            serving,
            board,
            port,
        })
    }

    fn take(&self) -> Option<Answer> {
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn answer(&self, result: Result<Secret, BoxError>) {
        if let Some(answer) = self.take() {
            // Whoever asked may be gone.
            let _ = answer.sender.send(result);
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

    /// This loop ends: another one is asked, if there is one, for the same call's context.
    fn pass_on(&self, context: Py<PyAny>) -> bool {
        let Some(answer) = self.take() else {
            return true;
        };
        let left = self.board.ask_another(self.port, answer, context);
        let passed = left.is_none();
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = left;
        passed
    }
}
