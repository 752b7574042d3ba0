//! What happened in calls, as the TypeScript half takes it, and the tags by which it knows them.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use reqtrail::CancelReason;

use crate::board::Event;
use crate::items::{Item, Items};

/// Something that happened: an attempt or what a poll has shown as JSON, a call's trail as an item, or the number of a refresh.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct RawEvent {
    /// The tag of the call, or of the flow, that it is of, or that asks for a token; a sign-in has none.
    pub tag: Option<f64>,
    pub attempt: Option<String>,
    pub progress: Option<String>,
    pub call: Option<External<Items>>,
    pub refresh: Option<u32>,
}

impl RawEvent {
    pub(crate) fn of(event: Event) -> Self {
        match event {
            Event::Attempt(tag, json) => Self {
                tag: tag.map(from_number),
                attempt: Some(json),
                ..Self::default()
            },
            Event::Call(tag, trail) => Self {
                tag: tag.map(from_number),
                call: Some(Items::of(Item::Trail(trail))),
                ..Self::default()
            },
            Event::Progress(tag, json) => Self {
                tag: Some(from_number(tag)),
                progress: Some(json),
                ..Self::default()
            },
            Event::Refresh(tag, number) => Self {
                tag: tag.map(from_number),
                refresh: Some(number),
                ..Self::default()
            },
        }
    }
}

/// Why a signal was aborted.
pub(crate) fn reason(late: bool) -> CancelReason {
    if late {
        CancelReason::Deadline
    } else {
        CancelReason::Cancelled
    }
}

/// Tags are counted from 1 in JavaScript, and stay whole for longer than a process lives.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number that JavaScript has counted"
)]
pub(crate) fn number(tag: f64) -> u64 {
    tag as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a whole number that JavaScript has counted"
)]
pub(crate) fn from_number(number: u64) -> f64 {
    number as f64
}
