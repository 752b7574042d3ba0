//! The TypeScript half reads of an item what a program asks for, when it asks.

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
use crate::items::{Items, error_of, wrong};
use crate::parts::header_pairs;

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

/// The body as text, or the error if it holds bytes that its charset does not have.
#[napi(catch_unwind)]
pub fn response_text(items: Handle<'_>, index: u32) -> Result<Either<String, External<Items>>> {
    Ok(match items.response(index)?.text() {
        Ok(text) => Either::A(text.into_owned()),
        Err(error) => Either::B(Items::error(error)),
    })
}

/// The body as a reader of JSON wants it; `null` if it is not UTF-8.
#[napi(catch_unwind)]
pub fn response_json_text(items: Handle<'_>, index: u32) -> Result<Option<&str>> {
    Ok(items.response(index)?.json_text().ok())
}

#[napi(catch_unwind)]
pub fn response_bytes(env: Env, items: Handle<'_>, index: u32) -> Result<BufferSlice<'static>> {
    BufferSlice::copy_from(&env, items.response(index)?.bytes())
}

/// The error of a body that JavaScript's JSON reader refused.
#[napi(catch_unwind)]
pub fn response_not_json(items: Handle<'_>, index: u32) -> Result<External<Items>> {
    let response = items.response(index)?;
    // The core says where it goes wrong, unless only JavaScript's reader minds.
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

/// The item's trail alone: whoever keeps it keeps no body, and nothing of the other items of a batch.
#[napi(catch_unwind)]
pub fn own_trail(items: Handle<'_>, index: u32) -> Result<External<Items>> {
    Ok(Items::trails([items.trail(index)?.clone()]))
}

/// Reads the JSON of a trail, or says what is wrong with it.
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
    let error = error_of(items.get(index)?).ok_or_else(|| wrong("the item is not an error"))?;
    failure::record(env, error)
}

/// The number of calls whose trails a report rests on comes with it; they are read one by one from `report_trails`.
#[napi(object, object_from_js = false)]
pub struct RawReport {
    pub json: String,
    pub report: String,
    /// The trails, as items of a handle of their own.
    pub trails: External<Items>,
    pub trail_count: u32,
    /// If the operation failed: its text, what went wrong, and the error that is behind it, if it is one of a call.
    pub failed: Option<String>,
    pub kind: Option<&'static str>,
    pub cause: Option<External<Items>>,
}

impl RawReport {
    /// What one call has read.
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
        return Err(wrong("the item is not an output"));
    };
    output.take().map_err(|error| wrong(&error.to_string()))
}

/// Takes an attempt with its call, or what a poll has shown, as JSON.
#[napi(catch_unwind)]
pub fn take_json(items: &mut External<Items>, index: u32) -> Result<String> {
    match items.take(index)? {
        Event::Attempt(event) => Ok(attempt_json(&event)),
        Event::Progress(json) => Ok(json),
        _ => Err(wrong("the item is not JSON")),
    }
}

/// Takes a question for a token. A call on its behalf that would wait for the answer is refused.
#[napi(catch_unwind)]
pub fn take_refresh(items: &mut External<Items>, index: u32) -> Result<External<RefreshRequest>> {
    match items.take(index)? {
        Event::Refresh(asked) => Ok(External::new(asked)),
        _ => Err(wrong("the item is not a refresh")),
    }
}

/// An attempt and its call. There is nothing in them that could fail to be written.
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
