//! Requests: a method, a target and the options of one call.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::host::Job;
use reqtrail::{Attached, Request};

use crate::convert::values::Secret;
use crate::convert::{self, HeaderValue};

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

/// Where a request goes.
pub(crate) enum Target<'a, 'py> {
    /// A path template.
    Path(&'a Bound<'py, PyAny>),
    /// A link that the API gave out.
    Link(&'a Bound<'py, PyAny>),
}

/// Builds the call of a request; a name that is no option is a `TypeError`, as for any function.
pub(crate) fn build(
    method: &str,
    target: &Target<'_, '_>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Job> {
    let mut request = match target {
        Target::Path(path) => Request::new(method, convert::string("path", path)?),
        Target::Link(link) => Request::link(method, convert::string("link", link)?),
    };
    let mut attached = Attached::new();
    let Some(options) = options else {
        return Ok(Job::Call(request, attached));
    };
    if options.contains("json")? && options.get_item("content")?.is_some_and(|it| !it.is_none()) {
        return Err(PyTypeError::new_err(
            "a request has one body: expected `json` or `content`, not both",
        ));
    }
    for (name, value) in options.iter() {
        let name: &Bound<'_, PyString> = name.cast()?;
        match name.to_cow()?.as_ref() {
            "cancel" if value.is_none() => {}
            "cancel" => {
                if let Some(token) = convert::cancel_token(&value)? {
                    attached = attached.cancel_token(&token);
                }
            }
            name => request = option(request, name, &value)?,
        }
    }
    Ok(Job::Call(request, attached))
}

fn option(request: Request, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Request> {
    // `None` is the usual way to say that an option is not given; as a JSON body it is a value.
    if value.is_none() && name != "json" {
        return match OPTIONS.contains(&name) {
            true => Ok(request),
            false => Err(unknown(name)),
        };
    }
    Ok(match name {
        "params" => {
            let mut request = Some(request);
            convert::pairs(name, value, |key, value| {
                request = request.take().map(|b| param(b, key, &value)).transpose()?;
                Ok(())
            })?;
            request.ok_or_else(|| unknown(name))?
        }
        "query" => query(request, name, value)?,
        "headers" => {
            let mut all = Vec::new();
            convert::headers(name, value, |key, value| all.push((key, value)))?;
            all.into_iter()
                .fold(request, |request, (key, value)| match value {
                    HeaderValue::Text(text) => request.header(key, text),
                    HeaderValue::Secret(secret) => request.secret_header(key, secret),
                })
        }
        "json" => request.json_bytes(json(value)?),
        "content" => request.body(convert::bytes(name, value)?),
        "timeout" => request.timeout(convert::duration(name, value)?),
        "attempt_timeout" => request.attempt_timeout(convert::duration(name, value)?),
        "connect_timeout" => request.connect_timeout(convert::duration(name, value)?),
        "max_attempts" => request.max_attempts(convert::number(name, value)?),
        "idempotent" => request.idempotent(convert::flag(name, value)?),
        "idempotency_key" => request.idempotency_key(convert::text(name, value)?),
        "correlation_id" => request.correlation_id(convert::text(name, value)?),
        "microversion" => request.microversion(convert::text(name, value)?),
        "if_none_match" => request.if_none_match(convert::text(name, value)?),
        other => return Err(unknown(other)),
    })
}

fn param(request: Request, key: String, value: &Bound<'_, PyAny>) -> PyResult<Request> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(request.secret_param(key, secret.get().0.clone()));
    }
    let value =
        convert::text("params", value).map_err(|error| convert::of_key(value.py(), error, &key))?;
    Ok(request.param(key, value))
}

/// Adds query parameters, a list of values as that many of them. One that has `None` is left out.
fn query(request: Request, name: &str, value: &Bound<'_, PyAny>) -> PyResult<Request> {
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
        .fold(request, |request, (key, text)| request.query(key, text)))
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
