//! What the standard logger `reqtrail` wants, and how failed calls reach it. Attempts reach it through `watch` (calls on
//! the thread that makes them) and `lane` (event loops).

use pyo3::prelude::*;

use crate::python::member;

/// Asks the logger whether it wants attempts. It is asked anew for each call, before the call begins, so that nothing is
/// built while the level is off.
pub(crate) fn wants_attempts(py: Python<'_>) -> bool {
    ask(py).unwrap_or(false)
}

fn ask(py: Python<'_>) -> PyResult<bool> {
    const DEBUG: u8 = 10;
    // The logger caches this answer itself, and it is nearly always no.
    let enabled = member!(py, "reqtrail._logging", "is_enabled_for")?;
    if !enabled.call1((DEBUG,))?.is_truthy()? {
        return Ok(false);
    }
    let wants = member!(py, "reqtrail._logging", "wants_attempts")?;
    wants.call0()?.is_truthy()
}

/// Logs what is odd without being an error.
pub(crate) fn note(py: Python<'_>, text: &str) -> PyResult<()> {
    member!(py, "reqtrail._logging", "note")?.call1((text,))?;
    Ok(())
}

/// Logs a call that failed, on the thread that made it, and returns what to raise: the error, or what a log handler raised
/// that is not an `Exception`.
pub(crate) fn failed(py: Python<'_>, error: PyErr) -> PyErr {
    let log = member!(py, "reqtrail._logging", "failed");
    let logged = log.and_then(|log| log.call1((error.value(py),)));
    logged.map_or_else(|raised| raised, |_| error)
}
