//! The program's hooks.

use std::sync::Arc;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use reqtrail::{Attempt, CallInfo, Observer, Trail};

use crate::config::Config;
use crate::interrupt;
use crate::response::RawTrail;

/// The call that an attempt belongs to, as owned parts.
#[derive(Clone)]
pub(crate) struct CallParts {
    call_id: String,
    dialect: String,
    method: String,
    path: String,
    correlation_id: Option<String>,
    service: Option<String>,
    log_line: String,
}

/// What a `CallInfo` of Python is made of.
pub(crate) type CallTuple = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
);

impl CallParts {
    pub(crate) fn of(call: &CallInfo<'_>, attempt: &Attempt) -> Self {
        Self {
            call_id: call.call_id.to_string(),
            dialect: call.dialect.to_owned(),
            method: call.method.to_string(),
            path: call.path.to_owned(),
            correlation_id: call.correlation_id.map(str::to_owned),
            service: call.service.map(str::to_owned),
            log_line: call.log_line(attempt),
        }
    }

    pub(crate) fn into_tuple(self) -> CallTuple {
        (
            self.call_id,
            self.dialect,
            self.method,
            self.path,
            self.correlation_id,
            self.service,
            self.log_line,
        )
    }
}

/// An attempt as JSON; there is nothing in it that could fail to be written.
pub(crate) fn attempt_json(attempt: &Attempt) -> String {
    serde_json::to_string(attempt).unwrap_or_default()
}

/// Calls the hooks of a synchronous client on the thread that makes the call, as things happen.
pub(crate) struct InlineHooks(pub(crate) Arc<Config>);

impl InlineHooks {
    fn tell(hook: &Py<PyAny>, call: impl FnOnce(Python<'_>) -> PyResult<()>) {
        // `None`: the interpreter is going away.
        let _ = Python::try_attach(|py| {
            let Err(error) = call(py) else { return };
            if error.is_instance_of::<PyException>(py) {
                error.write_unraisable(py, Some(hook.bind(py)));
            } else {
                interrupt::raise_after_call(error);
            }
        });
    }
}

impl Observer for InlineHooks {
    fn attempt_finished(&self, call: &CallInfo<'_>, attempt: &Attempt) {
        let Some(hook) = &self.0.on_attempt else {
            return;
        };
        Self::tell(hook, |py| {
            static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
            let parts = CallParts::of(call, attempt).into_tuple();
            TELL.import(py, "reqtrail._mapping", "tell_attempt")?
                .call1((hook, parts, attempt_json(attempt)))
                .map(drop)
        });
    }

    fn call_finished(&self, trail: &Trail) {
        let Some(hook) = &self.0.on_call else { return };
        Self::tell(hook, |py| {
            static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
            TELL.import(py, "reqtrail._mapping", "tell_call")?
                .call1((hook, RawTrail(trail.clone())))
                .map(drop)
        });
    }
}
