//! Python values as the core wants them.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyBytes, PyDelta, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};

use crate::values::Secret;

/// Seconds, or a `timedelta`.
pub(crate) fn duration(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let refused = || {
        PyValueError::new_err(format!(
            "{name} is {value}; expected seconds, 0 or more, or a timedelta"
        ))
    };
    if value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>() {
        let seconds: f64 = value.extract().map_err(|_| refused())?;
        return Duration::try_from_secs_f64(seconds).map_err(|_| refused());
    }
    if !value.is_instance_of::<PyDelta>() {
        return Err(expected(name, "seconds or a timedelta", value));
    }
    value.extract().map_err(|_| refused())
}

/// A whole number.
pub(crate) fn number<'py, N>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<N>
where
    N: for<'a> FromPyObject<'a, 'py>,
{
    if !value.is_instance_of::<PyInt>() {
        return Err(expected(name, "a whole number", value));
    }
    value.extract().map_err(|_| {
        PyValueError::new_err(format!(
            "{name} is out of range; expected a whole number, 0 or more"
        ))
    })
}

/// A credential or another secret: a text, or a `Secret`.
pub(crate) fn secret(name: &str, value: &Bound<'_, PyAny>) -> PyResult<reqtrail::Secret> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().0.clone());
    }
    let text: &Bound<'_, PyString> = value
        .cast()
        .map_err(|_| expected(name, "str or Secret", value))?;
    Ok(text.to_cow()?.as_ref().into())
}

/// A path: a text, or an object that `os.fspath` turns into one.
pub(crate) fn path(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    value
        .extract()
        .map_err(|_| expected(name, "str or os.PathLike", value))
}

/// The text of a parameter, a header or a query value. `None` is refused: it is sooner a mistake than the text "None".
pub(crate) fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_none() {
        return Err(expected(name, "a value; leave out what has none", value));
    }
    if value.is_instance_of::<PyBool>() {
        return Ok(if value.is_truthy()? { "true" } else { "false" }.to_owned());
    }
    if let Ok(text) = value.cast::<PyString>() {
        // Not `str(value)`, which is the member's name for an enum that derives from `str`.
        return Ok(text.to_cow()?.into_owned());
    }
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().0.expose().to_owned());
    }
    // Bytes, generators, sets, mappings: their `str()` is of no use to a server.
    if value.try_iter().is_ok() {
        return Err(expected(
            name,
            "a single value such as text or a number",
            value,
        ));
    }
    Ok(value.str()?.to_cow()?.into_owned())
}

/// The pairs of a mapping, or of an iterable of pairs.
pub(crate) fn pairs<'py>(
    name: &str,
    value: &Bound<'py, PyAny>,
    mut each: impl FnMut(String, Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let key = |key: &Bound<'py, PyAny>| -> PyResult<String> {
        let text: &Bound<'py, PyString> = key
            .cast()
            .map_err(|_| expected(name, "keys that are text", key))?;
        Ok(text.to_cow()?.into_owned())
    };
    if let Ok(dict) = value.cast::<PyDict>() {
        for (k, v) in dict.iter() {
            each(key(&k)?, v)?;
        }
        return Ok(());
    }
    let items = match value.cast::<PyMapping>() {
        Ok(mapping) => mapping.items()?.into_any(),
        Err(_) if value.is_instance_of::<PyString>() => {
            return Err(expected(name, "a mapping or pairs", value));
        }
        Err(_) => value.clone(),
    };
    for pair in items.try_iter()? {
        let pair: Vec<Bound<'py, PyAny>> = pair?
            .extract()
            .map_err(|_| expected(name, "a mapping or pairs", value))?;
        let [k, v] =
            <[_; 2]>::try_from(pair).map_err(|_| expected(name, "a mapping or pairs", value))?;
        each(key(&k)?, v)?;
    }
    Ok(())
}

/// One value, or the values of a list or a tuple.
pub(crate) fn each_value<'py>(
    value: &Bound<'py, PyAny>,
    mut each: impl FnMut(&Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        for one in value.try_iter()? {
            each(&one?)?;
        }
        return Ok(());
    }
    each(value)
}

/// Bytes of a `bytes`, a `str`, or anything that has a buffer.
pub(crate) fn bytes(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if value.is_instance_of::<PyInt>() {
        return Err(expected(name, "bytes or str", value));
    }
    // `bytes(n)` of a number would be n zeros, hence the look before.
    static BYTES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = BYTES
        .import(value.py(), "builtins", "memoryview")?
        .call1((value,))
        .map_err(|_| expected(name, "bytes or str", value))?;
    let made = made.call_method0("tobytes")?;
    Ok(made.cast::<PyBytes>()?.as_bytes().to_vec())
}

pub(crate) fn expected(name: &str, what: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let given = value
        .get_type()
        .name()
        .map_or_else(|_| "another type".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{name}: expected {what}, not {given}"))
}
