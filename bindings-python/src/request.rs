//! Requests: a method, a target and the options of one call.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::{RequestBuilder, blocking};

use crate::convert::{self, HeaderValue};
use crate::values::Secret;

/// The options of a request, as the Python half lists them.
const OPTIONS: &[&str] = &[
    "params",
    "query",
    "headers",
    "json",
    "content",
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "max_attempts",
    "idempotent",
    "idempotency_key",
    "correlation_id",
    "microversion",
    "if_none_match",
    "cancel",
];

type Builder = RequestBuilder<blocking::Client>;

/// Where a request goes.
pub(crate) enum Target<'a, 'py> {
    /// A path template.
    Path(&'a Bound<'py, PyAny>),
    /// A link that the API gave out.
    Link(&'a Bound<'py, PyAny>),
}

/// Builds a request; a name that is no option is a `TypeError`, as for any function.
pub(crate) fn build(
    client: &blocking::Client,
    method: &str,
    target: &Target<'_, '_>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Builder> {
    let mut builder = match target {
        Target::Path(path) => client.request(method, &convert::string("path", path)?),
        Target::Link(link) => client.request_link(method, &convert::string("link", link)?),
    };
    let Some(options) = options else {
        return Ok(builder);
    };
    if options.contains("json")? && options.get_item("content")?.is_some_and(|it| !it.is_none()) {
        return Err(PyTypeError::new_err(
            "a request has one body: expected `json` or `content`, not both",
        ));
    }
    for (name, value) in options.iter() {
        let name: &Bound<'_, PyString> = name.cast()?;
        builder = option(builder, name.to_cow()?.as_ref(), &value)?;
    }
    Ok(builder)
}

fn option(builder: Builder, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Builder> {
    // `None` is the usual way to say that an option is not given; as a JSON body it is a value.
    if value.is_none() && name != "json" {
        return match OPTIONS.contains(&name) {
            true => Ok(builder),
            false => Err(unknown(name)),
        };
    }
    Ok(match name {
        "params" => {
            let mut builder = Some(builder);
            convert::pairs(name, value, |key, value| {
                builder = builder.take().map(|b| param(b, key, &value)).transpose()?;
                Ok(())
            })?;
            builder.ok_or_else(|| unknown(name))?
        }
        "query" => query(builder, name, value)?,
        "headers" => {
            let mut all = Vec::new();
            convert::headers(name, value, |key, value| all.push((key, value)))?;
            all.into_iter()
                .fold(builder, |builder, (key, value)| match value {
                    HeaderValue::Text(text) => builder.header(key, text),
                    HeaderValue::Secret(secret) => builder.secret_header(key, secret),
                })
        }
        "json" => builder.json_bytes(json(value)?),
        "content" => builder.body(convert::bytes(name, value)?),
        "timeout" => builder.timeout(convert::duration(name, value)?),
        "attempt_timeout" => builder.attempt_timeout(convert::duration(name, value)?),
        "connect_timeout" => builder.connect_timeout(convert::duration(name, value)?),
        "max_attempts" => builder.max_attempts(convert::number(name, value)?),
        "idempotent" => builder.idempotent(convert::flag(name, value)?),
        "idempotency_key" => builder.idempotency_key(convert::text(name, value)?),
        "correlation_id" => builder.correlation_id(convert::text(name, value)?),
        "microversion" => builder.microversion(convert::text(name, value)?),
        "if_none_match" => builder.if_none_match(convert::text(name, value)?),
        "cancel" => match convert::cancel_token(value)? {
            Some(token) => builder.cancel_token(&token),
            None => builder,
        },
        other => return Err(unknown(other)),
    })
}

fn param(builder: Builder, key: String, value: &Bound<'_, PyAny>) -> PyResult<Builder> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(builder.secret_param(key, secret.get().0.clone()));
    }
    let value =
        convert::text("params", value).map_err(|error| convert::of_key(value.py(), error, &key))?;
    Ok(builder.param(key, value))
}

/// Adds query parameters, a list of values as that many of them. One that has `None` is left out.
fn query(builder: Builder, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Builder> {
    let mut all = Vec::new();
    convert::pairs(name, value, |key, value| {
        convert::each_value(&value, |value| {
            if !value.is_none() {
                let text = convert::text(name, value)
                    .map_err(|error| convert::of_key(value.py(), error, &key))?;
                all.push((key.clone(), text));
            }
            Ok(())
        })
    })?;
    Ok(all
        .into_iter()
        .fold(builder, |builder, (key, text)| builder.query(key, text)))
}

/// Writes JSON with Python's own writer, which knows the program's types.
fn json(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    static ENCODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let text = ENCODE
        .import(value.py(), "reqtrail._json", "encode")?
        .call1((value,))?;
    convert::bytes("json", &text)
}

fn unknown(name: &str) -> PyErr {
    convert::unknown("a request", name, OPTIONS)
}
