//! What the standard logger `reqtrail` wants, and how failed calls reach it. Attempts reach it through `watch` (calls on
//! the thread that makes them) and `lane` (event loops).

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Asks the logger whether it wants attempts. It is asked anew for each call, before the call begins, so that nothing is
/// built while the level is off.
pub(crate) fn wants_attempts(py: Python<'_>) -> bool {
    ask(py).unwrap_or(false)
}

fn ask(py: Python<'_>) -> PyResult<bool> {
    const DEBUG: u8 = 10;
    static ENABLED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static WANTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    // The logger caches this answer itself, and it is nearly always no.
    let enabled = ENABLED.import(py, "reqtrail._logging", "is_enabled_for")?;
    if !enabled.call1((DEBUG,))?.is_truthy()? {
        return Ok(false);
    }
    WANTS
        .import(py, "reqtrail._logging", "wants_attempts")?
        .call0()?
        .is_truthy()
}

/// Logs a call that failed, on the thread that made it, and returns what to raise: the error, or what a log handler raised
/// that is not an `Exception`.
pub(crate) fn failed(py: Python<'_>, error: PyErr) -> PyErr {
    static FAILED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let logged = FAILED
        .import(py, "reqtrail._logging", "failed")
        .and_then(|failed| failed.call1((error.value(py),)));
    logged.map_or_else(|raised| raised, |_| error)
}
