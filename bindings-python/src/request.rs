//! Requests: a method, a target and the options of one call.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use reqtrail::host::{Job, Owner, RequestOptions};
use reqtrail::{Attached, Request};

use crate::convert::{self, TextOrSecret};
use crate::options::Group;

const OPTIONS: Group = Group {
    owner: Owner::Request,
    values: RequestOptions::OPTIONS,
    by_hand: &["params", "query", "headers", "json", "content", "cancel"],
};

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
    given: Option<&Bound<'_, PyDict>>,
) -> PyResult<Job> {
    let mut request = match target {
        Target::Path(path) => Request::new(method, convert::string("path", path)?),
        Target::Link(link) => Request::link(method, convert::string("link", link)?),
    };
    let mut attached = Attached::new();
    let Some(given) = given else {
        return Ok(Job::Call(request, attached));
    };
    if given.contains("json")? && given.get_item("content")?.is_some_and(|it| !it.is_none()) {
        return Err(PyTypeError::new_err(
            "a request has one body: expected `json` or `content`, not both",
        ));
    }
    for (name, value) in given.iter() {
        let name: &Bound<'_, PyString> = name.cast()?;
        match name.to_cow()?.as_ref() {
            "cancel" => {
                if let Some(token) = convert::cancel_token(&value)? {
                    attached = attached.cancel_token(&token);
                }
            }
            // Unlike elsewhere, `None` is a value.
            "json" => request = request.json_bytes(json(&value)?),
            name if value.is_none() && OPTIONS.by_hand.contains(&name) => {}
            "content" => request = request.body(convert::bytes("content", &value)?),
            "params" => request = params(request, &value)?,
            "query" => request = query(request, &value)?,
            "headers" => request = headers(request, &value)?,
            name => OPTIONS.set(name, &value, |id, value| request.set(id, value))?,
        }
    }
    Ok(Job::Call(request, attached))
}

/// Adds the values of the path's parameters.
fn params(request: Request, value: &Bound<'_, PyAny>) -> PyResult<Request> {
    let mut all = Vec::new();
    convert::pairs("params", value, |key, value| {
        let value = convert::text_or_secret("params", &key, &value)?;
        all.push((key, value));
        Ok(())
    })?;
    let add = |request: Request, (key, value)| match value {
        TextOrSecret::Text(text) => request.param(key, text),
        TextOrSecret::Secret(secret) => request.secret_param(key, secret),
    };
    Ok(all.into_iter().fold(request, add))
}

/// Adds query parameters, a list of values as that many of them. One that has `None` is left out.
fn query(request: Request, value: &Bound<'_, PyAny>) -> PyResult<Request> {
    let mut all = Vec::new();
    convert::pairs("query", value, |key, value| {
        convert::each_value(&value, |value| {
            if !value.is_none() {
                let text = convert::text("query", value);
                let text = text.map_err(|error| convert::of_key(value.py(), error, &key))?;
                all.push((key.clone(), text));
            }
            Ok(())
        })
    })?;
    let add = |request: Request, (key, text)| request.query(key, text);
    Ok(all.into_iter().fold(request, add))
}

fn headers(request: Request, value: &Bound<'_, PyAny>) -> PyResult<Request> {
    let mut all = Vec::new();
    convert::headers("headers", value, |key, value| all.push((key, value)))?;
    let add = |request: Request, (key, value)| match value {
        TextOrSecret::Text(text) => request.header(key, text),
        TextOrSecret::Secret(secret) => request.secret_header(key, secret),
    };
    Ok(all.into_iter().fold(request, add))
}

/// Writes JSON with Python's own writer, which knows the program's types.
fn json(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    static ENCODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let text = ENCODE
        .import(value.py(), "reqtrail._json", "encode")?
        .call1((value,))?;
    convert::bytes("json", &text)
}
