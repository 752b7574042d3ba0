//! Requests: a method, a target and the options of one call.

use napi::bindgen_prelude::{Either, Uint8ArraySlice};
use napi_derive::napi;
use reqtrail::{RequestBuilder, blocking};

use crate::config::millis;

/// The options that few calls have. Times are milliseconds.
#[napi(object, object_to_js = false)]
pub struct RawOptions {
    /// The names of the parameters whose values are shown nowhere.
    pub secret_params: Option<Vec<String>>,
    /// The places of the headers whose values are secrets, counted from 0.
    pub secret_headers: Option<Vec<u32>>,
    /// The body is JSON.
    pub json: Option<bool>,
    pub timeout_ms: Option<f64>,
    pub attempt_timeout_ms: Option<f64>,
    pub connect_timeout_ms: Option<f64>,
    pub max_attempts: Option<u32>,
    pub idempotent: Option<bool>,
    pub idempotency_key: Option<String>,
    pub correlation_id: Option<String>,
    pub microversion: Option<String>,
    pub if_none_match: Option<String>,
}

pub(crate) type Builder = RequestBuilder<blocking::Client>;

/// Begins a request. Pairs are names and values in turn.
pub(crate) fn build(
    client: &blocking::Client,
    method: &str,
    target: &str,
    link: bool,
    params: Option<Vec<String>>,
    query: Option<Vec<String>>,
    headers: Option<Vec<String>>,
    body: Option<Either<String, Uint8ArraySlice<'_>>>,
    options: Option<RawOptions>,
) -> Builder {
    let mut b = if link {
        client.request_link(method, target)
    } else {
        client.request(method, target)
    };
    let given = options.as_ref();
    let secret = given.and_then(|options| options.secret_params.as_deref());
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
    let secret = given.and_then(|options| options.secret_headers.as_deref());
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
        b = if given.and_then(|options| options.json) == Some(true) {
            b.json_bytes(body)
        } else {
            b.body(body)
        };
    }
    match options {
        Some(options) => with_options(b, options),
        None => b,
    }
}

fn with_options(mut b: Builder, options: RawOptions) -> Builder {
    if let Some(time) = options.timeout_ms {
        b = b.timeout(millis(time));
    }
    if let Some(time) = options.attempt_timeout_ms {
        b = b.attempt_timeout(millis(time));
    }
    if let Some(time) = options.connect_timeout_ms {
        b = b.connect_timeout(millis(time));
    }
    if let Some(attempts) = options.max_attempts {
        b = b.max_attempts(attempts);
    }
    if let Some(idempotent) = options.idempotent {
        b = b.idempotent(idempotent);
    }
    if let Some(key) = options.idempotency_key {
        b = b.idempotency_key(key);
    }
    if let Some(id) = options.correlation_id {
        b = b.correlation_id(id);
    }
    if let Some(version) = options.microversion {
        b = b.microversion(version);
    }
    if let Some(tag) = options.if_none_match {
        b = b.if_none_match(tag);
    }
    b
}

fn pairs(flat: Option<Vec<String>>) -> impl Iterator<Item = (String, String)> {
    let mut flat = flat.unwrap_or_default().into_iter();
    std::iter::from_fn(move || Some((flat.next()?, flat.next()?)))
}
