//! Events, as Go reads them: one record for each, whose texts are borrowed from handles.

use std::borrow::Cow;
use std::mem::zeroed;

use reqtrail::RequestId;
use reqtrail::host::Serving;
use reqtrail::host::mailbox::{AttemptEvent, Event, Mail};

use super::text::{borrowed, reqtrail_go_text};
use crate::codes::reqtrail_code;
use crate::ended::{Ended, raw};
use crate::error::reqtrail_error;
use crate::headers::reqtrail_header;
use crate::numbers::numbered;
use crate::rate_limit::reqtrail_rate_limit;
use crate::report::reqtrail_report;
use crate::response::reqtrail_response;
use crate::trail::reqtrail_trail;

numbered! { u8: ENDED ATTEMPT CALL PROGRESS REFRESH }

/// The result of a call or an operation.
#[repr(C)]
pub struct reqtrail_go_ended {
    pub code: reqtrail_code,
    /// Go frees these handles.
    pub response: *mut reqtrail_response,
    pub report: *mut reqtrail_report,
    pub error: *mut reqtrail_error,
    pub trail: *mut reqtrail_trail,
    /// These fields are borrowed from the response.
    pub status: i32,
    pub has_rate_limit: bool,
    pub body: reqtrail_go_text,
    pub request_id: reqtrail_go_text,
    pub microversion: reqtrail_go_text,
    pub headers: *const reqtrail_header,
    pub header_count: usize,
    pub rate_limit: reqtrail_rate_limit,
}

impl reqtrail_go_ended {
    pub(super) fn new(ended: Ended) -> Self {
        // SAFETY: numbers, booleans and raw pointers may be zero.
        let mut own: Self = unsafe { zeroed() };
        own.code = ended.code;
        (own.report, own.error) = (raw(ended.report), raw(ended.error));
        if let Some(handle) = ended.response {
            let response = handle.response();
            let rows = handle.headers().rows();
            own.trail = new_trail(response.trail().clone());
            own.status = i32::from(response.status().as_u16());
            own.body = reqtrail_go_text::of(response.bytes());
            own.request_id = borrowed(response.request_id().map(RequestId::as_str));
            own.microversion = borrowed(response.microversion());
            (own.headers, own.header_count) = (rows.as_ptr(), rows.len());
            if let Some(limit) = response.rate_limit() {
                own.has_rate_limit = true;
                own.rate_limit = reqtrail_rate_limit::of(limit);
            }
            own.response = Box::into_raw(handle);
        }
        own
    }
}

fn new_trail(trail: reqtrail::Trail) -> *mut reqtrail_trail {
    Box::into_raw(Box::new(reqtrail_trail::new(trail)))
}

/// Says on whose behalf a refresher runs.
pub struct reqtrail_go_serving(pub(super) Serving);

/// An event of a call or of the client.
#[repr(C)]
pub struct reqtrail_go_event {
    /// The tag of the call or operation; 0 for an event outside of calls.
    pub tag: u64,
    /// The kind of event: `REQTRAIL_GO_ENDED` and the like.
    pub what: u8,
    /// The number of a refresh.
    pub refresh: u64,
    /// On whose behalf the refresh runs; Go frees it with `reqtrail_go_serving_free`.
    pub serving: *mut reqtrail_go_serving,
    /// An attempt, or the JSON of a poll; Go frees it with `reqtrail_go_text_free`.
    pub text: reqtrail_go_text,
    /// The trail of a call that has ended; Go owns it.
    pub trail: *mut reqtrail_trail,
    pub ended: reqtrail_go_ended,
}

impl reqtrail_go_event {
    /// The record of an event; `None` for an event that Go does not know.
    pub(super) fn new(mail: Mail) -> Option<Self> {
        // SAFETY: numbers, booleans and raw pointers may be zero.
        let mut own: Self = unsafe { zeroed() };
        own.tag = mail.tag.unwrap_or(0);
        own.what = ENDED;
        match mail.event {
            Event::Ended(outcome) => own.ended = reqtrail_go_ended::new(Ended::new(outcome)),
            Event::Attempt(event) => {
                own.what = ATTEMPT;
                own.text = reqtrail_go_text::owned(texts(&event));
            }
            Event::Call(trail) => (own.what, own.trail) = (CALL, new_trail(trail)),
            Event::Progress(json) => {
                own.what = PROGRESS;
                own.text = reqtrail_go_text::owned(json);
            }
            Event::Refresh(asked) => {
                (own.what, own.refresh) = (REFRESH, asked.number);
                own.serving = Box::into_raw(Box::new(reqtrail_go_serving(asked.serving)));
            }
            _ => return None,
        }
        Some(own)
    }
}

/// The input of Go's attempt hook, separated by NULs: the fields of its call, and the attempt as JSON. The texts
/// contain no NUL, because a request cannot.
fn texts(event: &AttemptEvent) -> String {
    let call = event.call().fields(&event.attempt);
    let mut texts: Vec<Cow<'_, str>> = call.map(|(_, text)| text.unwrap_or_default()).into();
    texts.push(
        serde_json::to_string(&event.attempt)
            .unwrap_or_default()
            .into(),
    );
    texts.join("\0")
}
