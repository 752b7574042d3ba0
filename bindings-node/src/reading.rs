//! Reads parts of items for the TypeScript half, when the program asks for them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use napi::bindgen_prelude::{BufferSlice, Either, Env, External, Object, Result};
use napi_derive::napi;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::{AttemptEvent, Event, RefreshRequest};
use reqtrail::openstack::OperationReport;
use reqtrail::{Attempt, RequestId, Trail};
use serde::Serialize;

use crate::failure;
use crate::header_pairs::header_pairs;
use crate::items::{Items, error_of, invalid};

type Handle<'a> = &'a External<Items>;

#[napi(catch_unwind)]
pub fn response_headers(items: Handle<'_>, index: u32) -> Result<Vec<String>> {
    Ok(header_pairs(items.response(index)?.headers()))
}

#[napi(catch_unwind)]
pub fn response_request_id(items: Handle<'_>, index: u32) -> Result<Option<&str>> {
    let id = items.response(index)?.request_id();
    Ok(id.map(RequestId::as_str))
}

/// The body as text, or the error if it has bytes that are not valid in its charset.
#[napi(catch_unwind)]
pub fn response_text(items: Handle<'_>, index: u32) -> Result<Either<String, External<Items>>> {
    Ok(match items.response(index)?.text() {
        Ok(text) => Either::A(text.into_owned()),
        Err(error) => Either::B(Items::error(error)),
    })
}

/// The body as text for a JSON reader; `null` if it is not UTF-8.
#[napi(catch_unwind)]
pub fn response_json_text(items: Handle<'_>, index: u32) -> Result<Option<&str>> {
    Ok(items.response(index)?.json_text().ok())
}

#[napi(catch_unwind)]
pub fn response_bytes(env: Env, items: Handle<'_>, index: u32) -> Result<BufferSlice<'static>> {
    BufferSlice::copy_from(&env, items.response(index)?.bytes())
}

/// Makes the error of a body that JavaScript's JSON reader refused.
#[napi(catch_unwind)]
pub fn response_not_json(items: Handle<'_>, index: u32) -> Result<External<Items>> {
    let response = items.response(index)?;
    // The core's error has the position, unless only JavaScript's reader refuses the body.
    let error = match response.json::<serde_json::Value>() {
        Err(error) => error,
        Ok(_) => response.decode_error(
            "the body is not JSON that JavaScript can read",
            "JSON.parse refused it",
        ),
    };
    Ok(Items::error(error))
}

#[napi(catch_unwind, ts_return_type = "RateLimitJson | null")]
pub fn response_rate_limit<'env>(
    env: &'env Env,
    items: Handle<'_>,
    index: u32,
) -> Result<Option<Object<'env>>> {
    let limit = items.response(index)?.rate_limit();
    limit
        .map(|limit| failure::rate_limit(env, limit))
        .transpose()
}

#[napi(catch_unwind)]
pub fn response_microversion(items: Handle<'_>, index: u32) -> Result<Option<&str>> {
    Ok(items.response(index)?.microversion())
}

/// Returns a handle of only the item's trail, which keeps neither a body nor the batch's other items alive.
#[napi(catch_unwind)]
pub fn own_trail(items: Handle<'_>, index: u32) -> Result<External<Items>> {
    Ok(Items::trails([items.trail(index)?.clone()]))
}

/// Reads the JSON of a trail. Returns the error text if it is not valid.
#[napi(catch_unwind)]
pub fn trail_from_json(json: String) -> Either<External<Items>, String> {
    match Trail::from_json(&json) {
        Ok(trail) => Either::A(Items::trails([trail])),
        Err(error) => Either::B(error.message().to_owned()),
    }
}

#[napi(catch_unwind)]
pub fn trail_json(items: Handle<'_>, index: u32) -> Result<String> {
    Ok(items.trail(index)?.to_json())
}

#[napi(catch_unwind)]
pub fn trail_report(items: Handle<'_>, index: u32) -> Result<String> {
    Ok(items.trail(index)?.report())
}

#[napi(catch_unwind, ts_return_type = "ErrorRecord")]
pub fn error_record<'env>(env: &'env Env, items: Handle<'_>, index: u32) -> Result<Object<'env>> {
    let error = error_of(items.get(index)?).ok_or_else(|| invalid("the item is not an error"))?;
    failure::record(env, error)
}

/// A report, and the trails of its calls, which are read one by one.
#[napi(object, object_from_js = false)]
pub struct RawReport {
    pub json: String,
    pub report: String,
    /// The trails, as items of a separate handle.
    pub trails: External<Items>,
    pub trail_count: u32,
    /// If the operation failed: the error's text, its kind, and the error of the call that caused it, if there is one.
    pub failed: Option<String>,
    pub kind: Option<&'static str>,
    pub cause: Option<External<Items>>,
}

impl RawReport {
    /// Makes the report of a read, which is one call.
    pub(crate) fn read(json: String, trail: Trail) -> Self {
        Self {
            json,
            report: String::new(),
            trails: Items::trails([trail]),
            trail_count: 1,
            failed: None,
            kind: None,
            cause: None,
        }
    }
}

/// Takes the report of an operation, once.
#[napi(catch_unwind)]
pub fn take_report(items: &mut External<Items>, index: u32) -> Result<RawReport> {
    let report: Box<OperationReport> = Box::new(take_output(items, index)?);
    let trails = report.trails;
    let kind = report.failure.as_ref().map(|own| own.kind().as_str());
    let (failed, cause) = report
        .failure
        .map(|failure| (failure.message, failure.cause))
        .unzip();
    Ok(RawReport {
        json: report.json,
        report: report.text.unwrap_or_default(),
        trail_count: u32::try_from(trails.len()).unwrap_or(u32::MAX),
        trails: Items::trails(trails),
        failed,
        kind,
        cause: cause.flatten().map(Items::error),
    })
}

pub(crate) fn take_output<O: 'static>(items: &mut Items, index: u32) -> Result<O> {
    let Event::Ended(Outcome::Operation(Ok(output))) = items.take(index)? else {
        return Err(invalid("the item is not an output"));
    };
    output.take().map_err(|error| invalid(&error.to_string()))
}

/// Takes an attempt with its call, or the progress of an operation, as JSON.
#[napi(catch_unwind)]
pub fn take_json(items: &mut External<Items>, index: u32) -> Result<String> {
    match items.take(index)? {
        Event::Attempt(event) => Ok(attempt_json(&event)),
        Event::Progress(json) => Ok(json),
        _ => Err(invalid("the item is not JSON")),
    }
}

/// Takes a request for a token. A call on its behalf that would wait for the answer is refused.
#[napi(catch_unwind)]
pub fn take_refresh(items: &mut External<Items>, index: u32) -> Result<External<RefreshRequest>> {
    match items.take(index)? {
        Event::Refresh(asked) => Ok(External::new(asked)),
        _ => Err(invalid("the item is not a refresh")),
    }
}

/// Returns the JSON of an attempt and its call. Serialization cannot fail: they have only plain fields.
fn attempt_json(event: &AttemptEvent) -> String {
    let reported = Reported {
        call: event.call().fields(&event.attempt).into(),
        attempt: &event.attempt,
    };
    serde_json::to_string(&reported).unwrap_or_default()
}

#[derive(Serialize)]
struct Reported<'a> {
    call: BTreeMap<&'static str, Option<Cow<'a, str>>>,
    attempt: &'a Attempt,
}
