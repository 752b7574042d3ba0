//! Parses the values of options in scenarios.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use reqtrail::http::StatusCode;
use reqtrail::{CustomDialect, Dialect, RetryBudget};
use serde_json::Value;

use crate::client::millis;
use crate::output::config;

/// Why an option of a scenario cannot be set.
#[derive(Debug)]
pub enum OptionError {
    /// The adapter or the library has no such option or value, so the scenario cannot be played.
    Unknown(String),
    /// The library refuses the value with this message.
    Refused(String),
}

impl OptionError {
    /// Returns the result of a call that the library refused.
    ///
    /// # Panics
    /// If it is not the library that refused: that ends the adapter.
    #[must_use]
    pub fn result(&self) -> Value {
        match self {
            Self::Refused(message) => config(message),
            Self::Unknown(what) => panic!("{what}"),
        }
    }
}

/// Parses a value; `None` for null.
pub(crate) fn nullable<T>(
    read: impl Fn(&str, &Value) -> Result<T, OptionError>,
    name: &str,
    value: &Value,
) -> Result<Option<T>, OptionError> {
    match value {
        Value::Null => Ok(None),
        value => read(name, value).map(Some),
    }
}

pub(crate) fn flag(name: &str, value: &Value) -> Result<bool, OptionError> {
    value
        .as_bool()
        .ok_or_else(|| expected(name, "true or false"))
}

pub(crate) fn count<T: TryFrom<u64>>(name: &str, value: &Value) -> Result<T, OptionError> {
    let read = value.as_u64().and_then(|number| number.try_into().ok());
    read.ok_or_else(|| expected(name, "a whole number"))
}

pub(crate) fn duration(name: &str, value: &Value) -> Result<Duration, OptionError> {
    value
        .as_f64()
        .map(millis)
        .ok_or_else(|| expected(name, "milliseconds"))
}

pub(crate) fn text(name: &str, value: &Value) -> Result<String, OptionError> {
    let read = value.as_str().map(str::to_owned);
    read.ok_or_else(|| expected(name, "text"))
}

/// Parses a word.
pub(crate) fn word<T: FromStr>(name: &str, value: &Value) -> Result<T, OptionError>
where
    T::Err: Display,
{
    let word = text(name, value)?;
    word.parse()
        .map_err(|error| OptionError::Refused(format!("{name}: {error}")))
}

/// Parses one text, or several.
pub(crate) fn texts(name: &str, value: &Value) -> Result<Vec<String>, OptionError> {
    match value {
        Value::Array(values) => values.iter().map(|value| text(name, value)).collect(),
        value => Ok(vec![text(name, value)?]),
    }
}

/// Parses one status, or several.
pub(crate) fn statuses(name: &str, value: &Value) -> Result<Vec<StatusCode>, OptionError> {
    let one = |value: &Value| {
        let status = StatusCode::from_u16(count(name, value)?);
        status.map_err(|_| expected(name, "statuses"))
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

pub(crate) fn pairs(name: &str, value: &Value) -> Result<Vec<(String, String)>, OptionError> {
    let object = value.as_object();
    let object = object.ok_or_else(|| expected(name, "an object"))?;
    let pair = |(key, value): (&String, &Value)| Ok((key.clone(), text(name, value)?));
    object.iter().map(pair).collect()
}

pub(crate) fn budget(name: &str, value: &Value) -> Result<RetryBudget, OptionError> {
    let mut budget = RetryBudget::default();
    for (key, value) in value.as_object().into_iter().flatten() {
        match key.as_str() {
            "capacity" => budget.capacity = count(name, value)?,
            "retry_cost" => budget.retry_cost = count(name, value)?,
            _ => return Err(expected(name, "capacity and retry_cost")),
        }
    }
    Ok(budget)
}

/// Parses the name of a built-in dialect, or the description of a custom one.
pub(crate) fn dialect(_name: &str, value: &Value) -> Result<Dialect, OptionError> {
    let read = match value.as_str() {
        Some(name) => name.parse(),
        None => CustomDialect::from_json(&value.to_string()).and_then(Dialect::custom),
    };
    read.map_err(|error| OptionError::Refused(error.to_string()))
}

fn expected(name: &str, wanted: &str) -> OptionError {
    OptionError::Unknown(format!("{name}: expected {wanted}"))
}
