//! Builds requests from a method, a target and the options of one call.

use napi::bindgen_prelude::{Either, Uint8ArraySlice};
use napi_derive::napi;
use reqtrail::host::{OptionError, RequestOptions};
use reqtrail::{RequestBuilder, blocking};

use crate::values::{self, RawValues};

/// Options that few calls have. They share one argument, because each argument costs every call.
#[napi(object, object_to_js = false)]
pub struct RawExtras {
    /// What the body is: 1 for JSON, 2 for a form.
    pub body_kind: Option<u32>,
    /// The names of the parameters whose values are secrets.
    pub secret_params: Option<Vec<String>>,
    /// The positions of the headers whose values are secrets, counted from 0.
    pub secret_headers: Option<Vec<u32>>,
}

/// The media type of a form, as `fetch` sends it.
const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

pub(crate) type Builder = RequestBuilder<blocking::Client>;

/// Begins a request. Pairs are passed as names and values in turn.
pub(crate) fn build(
    client: &blocking::Client,
    method: &str,
    target: &str,
    link: bool,
    params: Option<Vec<String>>,
    query: Option<Vec<String>>,
    headers: Option<Vec<String>>,
    body: Option<Either<String, Uint8ArraySlice<'_>>>,
    extras: Option<RawExtras>,
) -> Builder {
    let mut b = if link {
        client.request_link(method, target)
    } else {
        client.request(method, target)
    };
    let extras = extras.as_ref();
    let secret = extras.and_then(|extras| extras.secret_params.as_deref());
    for (name, value) in pairs(params) {
        b = if secret.is_some_and(|secret| secret.contains(&name)) {
            b.secret_param(name, value)
        } else {
            b.param(name, value)
        };
    }
    for (name, value) in pairs(query) {
        b = b.query(name, value);
    }
    let secret = extras.and_then(|extras| extras.secret_headers.as_deref());
    for (place, (name, value)) in (0..).zip(pairs(headers)) {
        b = if secret.is_some_and(|secret| secret.contains(&place)) {
            b.secret_header(name, value)
        } else {
            b.header(name, value)
        };
    }
    if let Some(body) = body {
        let body = match body {
            Either::A(text) => text.into_bytes(),
            Either::B(bytes) => bytes.to_vec(),
        };
        b = match extras.and_then(|extras| extras.body_kind) {
            Some(1) => b.json_bytes(body),
            Some(_) => b.typed_body(body, FORM.into()),
            None => b.body(body),
        };
    }
    b
}

/// Sets the options that are values.
pub(crate) fn set(builder: &mut Builder, values: RawValues) -> Result<(), OptionError> {
    values::set(values, RequestOptions::OPTIONS, |id, value| {
        builder.set(id, value)
    })
}

fn pairs(flat: Option<Vec<String>>) -> impl Iterator<Item = (String, String)> {
    let mut flat = flat.unwrap_or_default().into_iter();
    std::iter::from_fn(move || Some((flat.next()?, flat.next()?)))
}
