//! Options that are values: finds them by name, and converts them by the kind of value that they take.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyMapping;
use reqtrail::host::{Kind, OptionError, OptionSpec, Owner, Spelling, Value};

use crate::convert::{
    bytes, duration, expected, flag, headers, is_whole, moment, number, pairs, path, secret,
    string, values_of,
};
use crate::failure;
use crate::python::Any;

/// The options of a client or of a request.
pub(crate) struct Group {
    pub(crate) owner: Owner,
    pub(crate) values: &'static [OptionSpec],
    /// The options that are not values.
    pub(crate) by_hand: &'static [&'static str],
}

impl Group {
    /// Sets an option that is a value; `set` is the core's function for it. An unknown name is a `TypeError`, as for
    /// any function.
    pub(crate) fn set(
        &self,
        name: &str,
        value: &Any<'_>,
        set: impl FnOnce(u16, Value) -> Result<(), OptionError>,
    ) -> PyResult<()> {
        let Some(option) = self.values.iter().find(|option| option.name == name) else {
            let values = self.values.iter().map(|option| option.name);
            let known: Vec<_> = values.chain(self.by_hand.iter().copied()).collect();
            let unknown = self.owner.unknown(name, &known, Spelling::Python);
            return Err(PyTypeError::new_err(unknown));
        };
        set_value(option, value, set)
    }
}

/// Sets an option; `set` is the core's function for it.
pub(crate) fn set_value(
    option: &OptionSpec,
    value: &Any<'_>,
    set: impl FnOnce(u16, Value) -> Result<(), OptionError>,
) -> PyResult<()> {
    match set(option.id, value_of(option, value)?) {
        Ok(()) => Ok(()),
        Err(OptionError::WrongType {
            option,
            expected,
            got,
        }) => Err(PyTypeError::new_err(format!(
            "{option}: expected {expected}, not {got}"
        ))),
        Err(invalid) => Err(failure::raised(value.py(), invalid.into())),
    }
}

/// Converts the value of an option. `None` is the core's null, which means "not given" to most options.
fn value_of(option: &OptionSpec, value: &Any<'_>) -> PyResult<Value> {
    let name = option.name;
    if value.is_none() {
        return Ok(Value::Null);
    }
    Ok(match option.kind {
        Kind::Flag => Value::Flag(flag(name, value)?),
        Kind::Count(most) => Value::Integer(number(name, value, most)?.into()),
        Kind::Duration => Value::Duration(duration(name, value)?),
        Kind::Moment => Value::Moment(moment(name, value)?),
        Kind::Text => Value::Text(string(name, value)?),
        Kind::Secret => Value::Secret(secret(name, value)?),
        Kind::Path => match path(name, value)?.into_os_string().into_string() {
            Ok(text) => Value::Text(text),
            Err(other) => Value::Bytes(other.into_encoded_bytes()),
        },
        Kind::Texts => list(value, |one| string(name, one).map(Value::Text))?,
        Kind::Pems => list(value, |one| bytes(name, one).map(Value::Bytes))?,
        Kind::Statuses => statuses(name, value)?,
        Kind::Headers => {
            let all = headers(name, value, Vec::new(), |mut all, key, value| {
                all.push((key, value.into()));
                all
            });
            Value::Pairs(all?)
        }
        // The Python half writes a description as JSON.
        Kind::Dialect => Value::Text(string(name, value)?),
        Kind::RetryBudget => budget(name, value)?,
        _ => return Err(expected(name, "a value of a known kind", value)),
    })
}

/// Converts one value, or several, to a list.
fn list(value: &Any<'_>, read: impl Fn(&Any<'_>) -> PyResult<Value>) -> PyResult<Value> {
    let all = values_of(value)?.map(|one| read(&one?));
    all.collect::<PyResult<_>>().map(Value::List)
}

/// Reads one status, or an iterable of several, such as a `set` or a `range`.
fn statuses(name: &str, value: &Any<'_>) -> PyResult<Value> {
    let status = |one: &Any<'_>| match one.extract::<i64>() {
        Ok(number) if is_whole(one) => Ok(Value::Integer(number.into())),
        // The core checks which numbers are statuses.
        _ => Err(expected(name, "an HTTP status such as 404", one)),
    };
    match value.try_iter() {
        Ok(all) => all
            .map(|one| status(&one?))
            .collect::<PyResult<_>>()
            .map(Value::List),
        Err(_) => status(value),
    }
}

fn budget(name: &str, value: &Any<'_>) -> PyResult<Value> {
    if value.cast::<PyMapping>().is_err() {
        let wanted = "None, or a mapping with `capacity` and `retry_cost`";
        return Err(expected(name, wanted, value));
    }
    let both = pairs(name, value)?.into_iter().map(|(key, value)| {
        let number = number(&format!("{name}.{key}"), &value, u32::MAX.into())?;
        Ok((key, Value::Integer(number.into())))
    });
    both.collect::<PyResult<_>>().map(Value::Pairs)
}
