//! Asks the standard logger `reqtrail` what it wants, and passes failed calls to it. Attempts reach it through `watch`
//! (calls on the thread that makes them) and `lane` (event loops).

use pyo3::prelude::*;

use crate::python::member;

/// Asks the logger whether it wants attempts. Each call asks before it begins, so nothing is built while the level is
/// off.
pub(crate) fn wants_attempts(py: Python<'_>) -> bool {
    ask(py).unwrap_or(false)
}

fn ask(py: Python<'_>) -> PyResult<bool> {
    const DEBUG: u8 = 10;
    // Asked first because the logger caches this answer, which is nearly always no.
    let enabled = member!(py, "reqtrail._logging", "is_enabled_for")?;
    if !enabled.call1((DEBUG,))?.is_truthy()? {
        return Ok(false);
    }
    let wants = member!(py, "reqtrail._logging", "wants_attempts")?;
    wants.call0()?.is_truthy()
}

/// Logs something unusual that is not an error.
pub(crate) fn note(py: Python<'_>, text: &str) -> PyResult<()> {
    member!(py, "reqtrail._logging", "note")?.call1((text,))?;
    Ok(())
}

/// Logs a failed call on the thread that made it. Returns the exception to raise: the error, or what a log handler
/// raised that is not an `Exception`.
pub(crate) fn failed(py: Python<'_>, error: PyErr) -> PyErr {
    let log = member!(py, "reqtrail._logging", "failed");
    let logged = log.and_then(|log| log.call1((error.value(py),)));
    logged.map_or_else(|raised| raised, |_| error)
}
