//! Short names for Python's types, and a macro that looks up members of its modules.

use pyo3::prelude::*;
use pyo3::types::PyDict;

pub(crate) type Any<'py> = Bound<'py, PyAny>;
pub(crate) type Dict<'py> = Bound<'py, PyDict>;

/// Looks up a member of a module, once.
macro_rules! member {
    ($py:expr, $module:literal, $name:literal) => {{
        static FOUND: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
        FOUND.import($py, $module, $name)
    }};
}
pub(crate) use member;
