//! Short names for Python's objects, and what is looked up in its modules.

use pyo3::prelude::*;
use pyo3::types::PyDict;

pub(crate) type Any<'py> = Bound<'py, PyAny>;
pub(crate) type Dict<'py> = Bound<'py, PyDict>;

/// Looks a module's member up, once.
macro_rules! member {
    ($py:expr, $module:literal, $name:literal) => {{
        static FOUND: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
        FOUND.import($py, $module, $name)
    }};
}
pub(crate) use member;
