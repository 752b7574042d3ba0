//! Builds requests from a method, a target and the options of one call.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use reqtrail::host::{Job, Owner, RequestOptions};
use reqtrail::{Attached, Request};

use crate::convert::{self, TextOrSecret};
use crate::options::Group;
use crate::python::{Any, Dict, member};

const OPTIONS: Group = Group {
    owner: Owner::Request,
    values: RequestOptions::OPTIONS,
    by_hand: &["params", "query", "headers", "json", "content", "cancel"],
};

/// What a target is: a path template, or a link that the API returned.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Path,
    Link,
}

/// Builds the job of a request. An unknown option name is a `TypeError`, as for any function.
pub(crate) fn build(
    method: &str,
    to: Target,
    target: &Any<'_>,
    given: Option<&Dict<'_>>,
) -> PyResult<Job> {
    let mut request = match to {
        Target::Path => Request::new(method, convert::string("path", target)?),
        Target::Link => Request::link(method, convert::string("link", target)?),
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
            // Only here is `None` a value.
            "json" => request = request.json_bytes(json(&value)?),
            name if value.is_none() && OPTIONS.by_hand.contains(&name) => {}
            "cancel" => attached = attached.cancel_token(&convert::cancel_token(&value)?),
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
fn params(mut request: Request, given: &Any<'_>) -> PyResult<Request> {
    for (key, value) in convert::pairs("params", given)? {
        request = match convert::text_or_secret("params", &key, &value)? {
            TextOrSecret::Text(text) => request.param(key, text),
            TextOrSecret::Secret(secret) => request.secret_param(key, secret),
        };
    }
    Ok(request)
}

/// Adds query parameters. A list of values adds one parameter for each; `None` adds none.
fn query(mut request: Request, given: &Any<'_>) -> PyResult<Request> {
    for (key, value) in convert::pairs("query", given)? {
        for value in convert::values_of(&value)? {
            let value = value?;
            if !value.is_none() {
                let text = convert::text_of_key("query", &key, &value)?;
                request = request.query(key.as_str(), text);
            }
        }
    }
    Ok(request)
}

fn headers(request: Request, given: &Any<'_>) -> PyResult<Request> {
    convert::headers(
        "headers",
        given,
        request,
        |request, key, value| match value {
            TextOrSecret::Text(text) => request.header(key, text),
            TextOrSecret::Secret(secret) => request.secret_header(key, secret),
        },
    )
}

/// Writes JSON with Python's own writer, which knows the program's types.
fn json(value: &Any<'_>) -> PyResult<Vec<u8>> {
    let text = member!(value.py(), "reqtrail._json", "encode")?.call1((value,))?;
    convert::bytes("json", &text)
}
