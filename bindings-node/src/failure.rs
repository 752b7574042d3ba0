//! Errors of the core as the parts that the TypeScript half makes error objects of.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use napi::bindgen_prelude::{BufferSlice, Env, External, Result};
use napi_derive::napi;
use reqtrail::{ApiError, CancelReason, Category, Error, ErrorKind, RefreshError, RequestId};

use crate::items::{Item, Items};
use crate::parts::{self, RateLimitParts};

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Something that a JavaScript function threw, on its way through the core. The value itself stays with JavaScript, under
/// this number.
pub(crate) struct Thrown(pub(crate) u32);

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its text may hold anything; Node shows it as the cause.
        f.write_str("a JavaScript function threw an error")
    }
}

impl fmt::Debug for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thrown")
    }
}

impl StdError for Thrown {}

/// Why a refresher gave no token; `kind`, `category` and the request ID are those of an error of this library.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RefreshFailure {
    /// The number of what it threw.
    pub thrown: u32,
    pub message: String,
    pub kind: Option<String>,
    pub category: Option<String>,
    pub request_id: Option<String>,
}

pub(crate) fn of_refresher(failure: RefreshFailure) -> RefreshError {
    let (kind, category) = match failure.kind.as_deref().and_then(ErrorKind::from_name) {
        Some(kind) => (
            kind,
            failure.category.as_deref().and_then(Category::from_name),
        ),
        None => (ErrorKind::Api, Some(Category::Authentication)),
    };
    RefreshError::new(kind, category, failure.message)
        .with_request_id(failure.request_id)
        .with_source(Thrown(failure.thrown))
}

/// An error; `display` is the one line that is enough for support, `reason` the server's own text if it is the API's error.
#[napi(object, object_from_js = false)]
pub struct ErrorParts<'env> {
    pub kind: &'static str,
    pub display: String,
    pub reason: Option<String>,
    pub category: Option<&'static str>,
    pub code: Option<String>,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    pub retry_after_ms: Option<f64>,
    pub may_have_been_sent: bool,
    /// The program ended the call: it cancelled, or a deadline that it keeps itself passed.
    pub by_caller: bool,
    pub has_trail: bool,
    /// The number of what a JavaScript function threw and what is behind the error.
    pub thrown: Option<u32>,
    /// The error that is behind it, if it is one of a call: that of a sign-in, for one.
    pub source: Option<External<Items>>,
    /// If it is neither, why there was no new credential.
    pub source_text: Option<String>,
    pub api: Option<ApiParts<'env>>,
}

/// What only an API's answer has.
#[napi(object, object_from_js = false)]
pub struct ApiParts<'env> {
    pub dialect: Option<String>,
    pub raw_code: Option<String>,
    pub title: Option<String>,
    pub details: Option<String>,
    pub hint: Option<String>,
    pub microversion: Option<String>,
    pub rate_limit: Option<RateLimitParts>,
    /// Names and values in turn.
    pub headers: Vec<String>,
    pub body: BufferSlice<'env>,
    /// The body's text, where it is not the body as UTF-8.
    pub text: Option<String>,
    /// The body's JSON, where it is not the text.
    pub json: Option<String>,
}

pub(crate) fn parts(env: Env, error: &Error) -> Result<ErrorParts<'static>> {
    let reason = match error.api() {
        Some(api) => api.message(),
        None => Some(error.message()),
    };
    Ok(ErrorParts {
        kind: error.kind().as_str(),
        display: error.to_string(),
        reason: reason.map(str::to_owned),
        category: error.category().map(|category| category.as_str()),
        code: error.code().map(str::to_owned),
        status: error.status(),
        request_id: error.request_id().map(RequestId::as_str).map(str::to_owned),
        retry_after_ms: error.retry_after().map(|wait| wait.as_secs_f64() * 1e3),
        may_have_been_sent: error.may_have_been_sent(),
        by_caller: error.is_cancelled() || sources(error).any(|source| source.is::<CancelReason>()),
        has_trail: error.trail().is_some(),
        thrown: sources(error)
            .find_map(|source| source.downcast_ref())
            .map(|Thrown(number)| *number),
        source: sources(error)
            .find_map(|source| source.downcast_ref::<Error>())
            .map(|source| Items::of(Item::Error(source.clone()))),
        source_text: source_text(error),
        api: error
            .api()
            .map(|api| api_parts(env, error, api))
            .transpose()?,
    })
}

/// What the wire said is in the text of the error already; an API's error does not say why there was no new credential.
fn source_text(error: &Error) -> Option<String> {
    let known = sources(error).any(|source| source.is::<Thrown>() || source.is::<Error>());
    let first = error.source().filter(|_| error.is_api() && !known)?;
    Some(first.to_string())
}

fn api_parts(env: Env, error: &Error, api: &ApiError) -> Result<ApiParts<'static>> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(ApiParts {
        dialect: error.trail().map(|trail| trail.dialect().to_owned()),
        raw_code: owned(api.raw_code()),
        title: owned(api.title()),
        details: owned(api.details()),
        hint: owned(api.hint()),
        microversion: owned(api.microversion()),
        rate_limit: api.rate_limit().map(parts::rate_limit),
        headers: parts::header_pairs(api.headers()),
        body: BufferSlice::copy_from(&env, api.body())?,
        text: (api.text().as_bytes() != &api.body()[..]).then(|| api.text().into_owned()),
        json: api
            .json_text()
            .filter(|json| *json != api.text())
            .map(Cow::into_owned),
    })
}

fn sources<'a>(error: &'a Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| {
        // Copied out, for what it points to lives longer than the closure's own reference.
        let error: &'a (dyn StdError + 'static) = *error;
        error.source()
    })
}
