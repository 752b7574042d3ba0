//! Converts Python values to the core's. Errors name the option and the key, what came, and what is right; they never
//! show a value that may be a secret.

pub(crate) mod values;

use std::fmt::Display;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use pyo3::PyTypeInfo as _;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDateTime, PyDelta, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString,
    PyTuple,
};
use reqtrail::host::Value;

use values::{CancelToken, Secret};

use crate::python::{Any, member};

/// Reads seconds, or a `timedelta`. An infinite number of seconds means no limit.
pub(crate) fn duration(name: &str, value: &Any<'_>) -> PyResult<Duration> {
    let refused = || {
        PyValueError::new_err(format!(
            "{name} is {value}; expected seconds, 0 or more, a timedelta, or math.inf for no limit"
        ))
    };
    let number = value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>();
    // `True` is an int, but never means a second.
    if number && !value.is_instance_of::<PyBool>() {
        let seconds: f64 = value.extract().map_err(|_| refused())?;
        if seconds == f64::INFINITY {
            return Ok(Duration::MAX);
        }
        return Duration::try_from_secs_f64(seconds).map_err(|_| refused());
    }
    if !value.is_instance_of::<PyDelta>() {
        return Err(expected(name, "seconds or a timedelta", value));
    }
    value.extract().map_err(|_| refused())
}

/// Reads a `datetime` that has a time zone. Times before 1970 become its beginning.
pub(crate) fn moment(name: &str, value: &Any<'_>) -> PyResult<SystemTime> {
    if !value.is_instance_of::<PyDateTime>() {
        return Err(expected(name, "a datetime", value));
    }
    if value.getattr("tzinfo")?.is_none() {
        return Err(PyValueError::new_err(format!(
            "{name}: expected a datetime with a time zone, as datetime.now(UTC) has it"
        )));
    }
    let seconds: f64 = value.call_method0("timestamp")?.extract()?;
    let since = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default();
    Ok(SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH))
}

/// Whether it is a whole number: an `int` that is not a `bool`.
pub(crate) fn is_whole(value: &Any<'_>) -> bool {
    value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>()
}

/// Reads a whole number from 0 to `most`.
pub(crate) fn number(name: &str, value: &Any<'_>, most: u64) -> PyResult<u64> {
    if !is_whole(value) {
        return Err(expected(name, "a whole number", value));
    }
    let number = value.extract().ok().filter(|number| *number <= most);
    number.ok_or_else(|| {
        PyValueError::new_err(format!(
            "{name} is out of range ({value}); expected a whole number from 0 to {most}"
        ))
    })
}

/// Reads `True` or `False`.
pub(crate) fn flag(name: &str, value: &Any<'_>) -> PyResult<bool> {
    value
        .extract()
        .map_err(|_| expected(name, "True or False", value))
}

/// Reads a credential or another secret: a text, or a `Secret`.
pub(crate) fn secret(name: &str, value: &Any<'_>) -> PyResult<reqtrail::Secret> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().0.clone());
    }
    let Ok(text) = value.cast::<PyString>() else {
        // The text never has the value, not even a number's.
        let given = type_name(value);
        return Err(PyTypeError::new_err(format!(
            "{name}: expected str or Secret, not {given}"
        )));
    };
    Ok(utf8(name, text)?.into())
}

/// Reads a path: a text, or an object that `os.fspath` turns into one.
pub(crate) fn path(name: &str, value: &Any<'_>) -> PyResult<PathBuf> {
    value
        .extract()
        .map_err(|_| expected(name, "str or os.PathLike", value))
}

/// Reads a cancel token.
pub(crate) fn cancel_token(value: &Any<'_>) -> PyResult<reqtrail::CancelToken> {
    let token = value.cast::<CancelToken>();
    let token = token.map_err(|_| expected("cancel", "a CancelToken", value))?;
    Ok(token.get().0.clone())
}

/// Reads a `str`, and nothing else.
pub(crate) fn string(name: &str, value: &Any<'_>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => utf8(name, text),
        Err(_) => Err(expected(name, "str", value)),
    }
}

/// Returns the text of a `str`. Refuses lone surrogates, because Python's own error for them would repeat the text.
fn utf8(name: impl Display, text: &Bound<'_, PyString>) -> PyResult<String> {
    match text.to_cow() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(PyValueError::new_err(format!(
            "{name} has a lone surrogate, which UTF-8 cannot hold; expected text without any"
        ))),
    }
}

/// Returns the text of a parameter, a header or a query value. Refuses `None`, which rarely means the text "None".
pub(crate) fn text(name: &str, value: &Any<'_>) -> PyResult<String> {
    if value.is_none() {
        return Err(expected(
            name,
            "a value (omit the key if there is none)",
            value,
        ));
    }
    if value.is_instance_of::<PyBool>() {
        return Ok(if value.is_truthy()? { "true" } else { "false" }.to_owned());
    }
    if let Ok(text) = value.cast::<PyString>() {
        // Not `str(value)`, which is the member's name for an enum that derives from `str`.
        return utf8(name, text);
    }
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().0.expose().to_owned());
    }
    if value.is_instance_of::<PyInt>() {
        // An enum that derives from `int` comes here too; its `str()` may be its member's name.
        let digits = PyInt::type_object(value.py()).call_method1("__repr__", (value,))?;
        return utf8(name, digits.cast()?);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value();
        if !float.is_finite() {
            return Err(not_finite(name, value));
        }
        // Python's own text of a large or small number has an exponent, which few servers read.
        let whole = if float.fract() == 0.0 { ".0" } else { "" };
        return Ok(format!("{float}{whole}"));
    }
    if value.is_instance(member!(value.py(), "enum", "Enum")?)? {
        return text(name, &value.getattr("value")?);
    }
    // The `str()` of bytes, generators, sets and mappings means nothing to a server.
    if value.try_iter().is_ok() {
        return Err(expected(
            name,
            "a single value such as text or a number",
            value,
        ));
    }
    other_text(name, value)
}

/// Returns the text of a value of one of Python's other types, or of the program's own type.
fn other_text(name: &str, value: &Any<'_>) -> PyResult<String> {
    let py = value.py();
    // A `datetime` is a `date` too; with a time zone, its ISO form is that of RFC 3339.
    if value.is_instance(member!(py, "datetime", "date")?)? {
        return utf8(name, value.call_method0("isoformat")?.cast()?);
    }
    if value.is_instance(member!(py, "decimal", "Decimal")?)? {
        if !value.call_method0("is_finite")?.is_truthy()? {
            return Err(not_finite(name, value));
        }
        return utf8(name, value.call_method1("__format__", ("f",))?.cast()?);
    }
    // The inherited `str()` is a name or an address in memory.
    let inherited = PyAny::type_object(py).getattr("__str__")?;
    if value.get_type().getattr("__str__")?.is(&inherited) {
        return Err(expected(
            name,
            "a value that has a text (`__str__`), such as text or a number",
            value,
        ));
    }
    utf8(name, &value.str()?)
}

fn not_finite(name: &str, value: &Any<'_>) -> PyErr {
    PyValueError::new_err(format!("{name} is {value}; expected a finite number"))
}

/// The value of a header or of a path parameter.
pub(crate) enum TextOrSecret {
    Text(String),
    /// Redacted wherever the server repeats it.
    Secret(reqtrail::Secret),
}

impl From<TextOrSecret> for Value {
    fn from(value: TextOrSecret) -> Self {
        match value {
            TextOrSecret::Text(text) => Self::Text(text),
            TextOrSecret::Secret(secret) => Self::Secret(secret),
        }
    }
}

/// Reads the value of a key of `name`.
pub(crate) fn text_or_secret(name: &str, key: &str, value: &Any<'_>) -> PyResult<TextOrSecret> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(TextOrSecret::Secret(secret.get().0.clone()));
    }
    text_of_key(name, key, value).map(TextOrSecret::Text)
}

/// Returns the text of a key of `name`. Its error names the key too.
pub(crate) fn text_of_key(name: &str, key: &str, value: &Any<'_>) -> PyResult<String> {
    text(name, value).inspect_err(|error| {
        let py = value.py();
        let class = error.get_type(py);
        // An exception that the value itself raised may have other arguments.
        if class.is(PyTypeError::type_object(py)) || class.is(PyValueError::type_object(py)) {
            let error = error.value(py);
            let _ = error.setattr("args", (format!("{error} (key {key:?})"),));
        }
    })
}

/// Adds the headers of a mapping or of pairs. A list of values adds one header for each.
pub(crate) fn headers<T>(
    name: &str,
    given: &Any<'_>,
    mut to: T,
    add: impl Fn(T, String, TextOrSecret) -> T,
) -> PyResult<T> {
    for (key, value) in pairs(name, given)? {
        for value in values_of(&value)? {
            to = add(to, key.clone(), text_or_secret(name, &key, &value?)?);
        }
    }
    Ok(to)
}

/// Reads the pairs of a mapping, or of an iterable of pairs.
pub(crate) fn pairs<'py>(name: &str, value: &Any<'py>) -> PyResult<Vec<(String, Any<'py>)>> {
    let key = |key: &Any<'py>| match key.cast::<PyString>() {
        Ok(text) => utf8(format_args!("a key of {name}"), text),
        Err(_) => Err(expected(format_args!("a key of {name}"), "str", key)),
    };
    if let Ok(dict) = value.cast::<PyDict>() {
        return dict.iter().map(|(k, v)| Ok((key(&k)?, v))).collect();
    }
    let refused = || expected(name, "a mapping, or pairs of a name and a value", value);
    let items = match value.cast::<PyMapping>() {
        Ok(mapping) => mapping.items()?.into_any(),
        Err(_) if value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() => {
            return Err(refused());
        }
        Err(_) => value.clone(),
    };
    let items = items.try_iter().map_err(|_| refused())?.enumerate();
    let pair_of = |(number, pair): (usize, PyResult<Any<'py>>)| {
        let pair = pair?;
        let refused = || expected(format_args!("{name}[{number}]"), "a pair", &pair);
        // A text of two characters is a sequence of two, but not a pair.
        if pair.is_instance_of::<PyString>() {
            return Err(refused());
        }
        let both: Vec<Any<'py>> = pair.extract().map_err(|_| refused())?;
        let [k, v] = <[_; 2]>::try_from(both).map_err(|_| refused())?;
        Ok((key(&k)?, v))
    };
    items.map(pair_of).collect()
}

/// Iterates over the values of a list or a tuple, or over the single value.
pub(crate) fn values_of<'py>(
    value: &Any<'py>,
) -> PyResult<impl Iterator<Item = PyResult<Any<'py>>>> {
    let several = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let several = several.then(|| value.try_iter()).transpose()?;
    let one = several.is_none().then(|| Ok(value.clone()));
    Ok(several.into_iter().flatten().chain(one))
}

/// Reads the bytes of a `bytes`, a `str`, or any object with a buffer.
pub(crate) fn bytes(name: &str, value: &Any<'_>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(utf8(name, text)?.into_bytes());
    }
    let made = member!(value.py(), "builtins", "memoryview")?
        .call1((value,))
        .map_err(|_| expected(name, "bytes or str", value))?;
    let made = made.call_method0("tobytes")?;
    Ok(made.cast::<PyBytes>()?.as_bytes().to_vec())
}

/// The error of a value of the wrong type.
pub(crate) fn expected(name: impl Display, what: &str, value: &Any<'_>) -> PyErr {
    let mut given = type_name(value);
    // The value of another type may be long, or a secret.
    if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        given = format!("{given} ({value})");
    }
    PyTypeError::new_err(format!("{name}: expected {what}, not {given}"))
}

fn type_name(value: &Any<'_>) -> String {
    let name = value.get_type().name();
    name.map_or_else(|_| "another type".to_owned(), |name| name.to_string())
}
