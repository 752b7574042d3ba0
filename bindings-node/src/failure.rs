//! Converts errors of the core to the records from which the TypeScript half makes error objects.

use std::error::Error as StdError;
use std::fmt;
use std::time::UNIX_EPOCH;

use napi::Property;
use napi::bindgen_prelude::{BufferSlice, Env, JsObjectValue as _, Object, Result, ToNapiValue};
use napi_derive::napi;
use reqtrail::host::{ErrorCause, ErrorRecord, FieldValue, Spelling, rate_limit_fields};
use reqtrail::{Category, Error, ErrorKind, RateLimit, RefreshError};

use crate::header_pairs::header_pairs;
use crate::items::Items;

/// A value that a JavaScript function threw, on its way through the core. JavaScript keeps the value itself under this
/// number.
#[derive(Debug)]
pub(crate) struct Thrown(pub(crate) u32);

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value's own text may hold anything; Node shows it as the cause.
        f.write_str("a JavaScript function threw an error")
    }
}

impl StdError for Thrown {}

/// Why a refresher returned no token. An error of this library has `kind`, `category` and the request ID.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RefreshFailure {
    /// The number of the value that it threw.
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

/// Makes an object of an error's record. Its properties are those of the TypeScript half's error, and those from which
/// it makes the trail and the cause. Fields that the error does not have are omitted.
pub(crate) fn record<'env>(env: &'env Env, error: &Error) -> Result<Object<'env>> {
    let record = ErrorRecord::new(error, Spelling::Node);
    let mut properties = Vec::new();
    record.each(|name, value| {
        properties.extend(property(env, name, value)?);
        Ok::<_, napi::Error>(())
    })?;
    properties.push(own_property(env, "byCaller", record.is_by_caller())?);
    properties.push(own_property(env, "hasTrail", error.trail().is_some())?);
    match record.cause() {
        // The number of the value that a JavaScript function threw.
        Some(ErrorCause::Raised(Thrown(number))) => {
            properties.push(own_property(env, "thrown", *number)?);
        }
        Some(ErrorCause::Call(other)) => {
            let other = Items::error(other.clone());
            properties.push(own_property(env, "source", other)?);
        }
        Some(ErrorCause::Text(text)) => properties.push(own_property(env, "sourceText", text)?),
        None => {}
    }
    let mut object = Object::new(env)?;
    // Defines instead of assigning: a program may have put setters or read-only values on `Object.prototype`.
    object.define_properties(&properties)?;
    Ok(object)
}

/// Makes a property of a field, with its name in JavaScript. Durations are in milliseconds. Returns `None` for null.
fn property(env: &Env, name: &str, value: FieldValue<'_>) -> Result<Option<Property>> {
    let name = match name {
        // JavaScript's `Error` has its own one-line `message`.
        "message" => "reason".to_owned(),
        name => camel(name),
    };
    match value {
        FieldValue::Null => return Ok(None),
        FieldValue::Bool(value) => own_property(env, &name, value),
        FieldValue::Text(value) => own_property(env, &name, &*value),
        FieldValue::Duration(_) => own_property(env, &(name + "Ms"), number(&value)),
        FieldValue::RateLimit(value) => own_property(env, &name, rate_limit(env, value)?),
        FieldValue::Headers(value) => own_property(env, &name, header_pairs(value)),
        FieldValue::Bytes(value) => own_property(env, &name, BufferSlice::copy_from(env, value)?),
        FieldValue::Number(_) | FieldValue::Count(_) | FieldValue::Moment(_) => {
            own_property(env, &name, number(&value))
        }
    }
    .map(Some)
}

/// Makes an object of a rate limit, in the shape of its JSON.
pub(crate) fn rate_limit(env: &Env, limit: RateLimit) -> Result<Object<'_>> {
    let fields =
        rate_limit_fields(limit).map(|(name, value)| own_property(env, name, number(&value)));
    let fields: Vec<Property> = fields.into_iter().collect::<Result<_>>()?;
    let mut object = Object::new(env)?;
    object.define_properties(&fields)?;
    Ok(object)
}

/// Converts a value to a number; `None` if it is not one. Durations are in milliseconds, moments in milliseconds since
/// 1970.
#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript has no other numbers, and limits are not that large"
)]
fn number(value: &FieldValue<'_>) -> Option<f64> {
    match value {
        FieldValue::Number(value) => Some(f64::from(*value)),
        FieldValue::Count(value) => Some(*value as f64),
        FieldValue::Duration(value) => Some(value.as_secs_f64() * 1e3),
        FieldValue::Moment(value) => {
            let since = value.duration_since(UNIX_EPOCH).ok()?;
            Some(since.as_secs_f64() * 1e3)
        }
        _ => None,
    }
}

fn own_property(env: &Env, name: &str, value: impl ToNapiValue) -> Result<Property> {
    Property::new()
        .with_utf8_name(name)?
        .with_napi_value(env, value)
}

/// Converts a name to JavaScript's spelling: `request_id` becomes `requestId`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}
