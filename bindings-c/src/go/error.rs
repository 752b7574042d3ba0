//! Errors, as Go reads them.

use std::mem::zeroed;
use std::ptr::null;

use super::error_fields::reqtrail_go_error_fields;
use super::text::reqtrail_go_text;
use crate::codes::reqtrail_code;
use crate::error::{
    name, reqtrail_error, reqtrail_error_body, reqtrail_error_cause, reqtrail_error_headers,
    reqtrail_error_may_have_been_sent, reqtrail_error_rate_limit, reqtrail_error_request_id,
    reqtrail_error_trail,
};
use crate::headers::reqtrail_header;
use crate::rate_limit::reqtrail_rate_limit;
use crate::trail::{reqtrail_trail, reqtrail_trail_clone};

/// The fields of an error. Its texts are borrowed from the error; Go owns the trail.
#[repr(C)]
pub struct reqtrail_go_error {
    pub kind: reqtrail_code,
    pub kind_name: reqtrail_go_text,
    /// The one-line text and the message, with options in Go's spelling.
    pub display: reqtrail_go_text,
    pub message: reqtrail_go_text,
    pub cause: reqtrail_go_text,
    pub request_id: reqtrail_go_text,
    pub may_have_been_sent: bool,
    pub fields: reqtrail_go_error_fields,
    pub headers: *const reqtrail_header,
    pub header_count: usize,
    pub body: reqtrail_go_text,
    pub has_rate_limit: bool,
    pub rate_limit: reqtrail_rate_limit,
    pub trail: *mut reqtrail_trail,
}

impl reqtrail_go_error {
    pub(super) fn new(error: &reqtrail_error) -> Self {
        let handle = std::ptr::from_ref(error);
        // SAFETY: numbers, booleans and raw pointers may be zero, and the handle is valid.
        unsafe {
            let mut own: Self = zeroed();
            own.kind = error.code;
            own.kind_name = reqtrail_go_text::of(name(own.kind));
            let lengths = [&raw mut own.display.length, &raw mut own.message.length];
            let [display, message] = error.in_go(lengths);
            own.display.data = display.unwrap_or(null());
            own.message.data = message.unwrap_or(null());
            own.cause.data = reqtrail_error_cause(handle, &raw mut own.cause.length);
            own.request_id.data = reqtrail_error_request_id(handle, &raw mut own.request_id.length);
            own.may_have_been_sent = reqtrail_error_may_have_been_sent(handle);
            own.fields = reqtrail_go_error_fields::of(error.core());
            own.headers = reqtrail_error_headers(handle, &raw mut own.header_count);
            own.body.data = reqtrail_error_body(handle, &raw mut own.body.length).cast();
            own.has_rate_limit = reqtrail_error_rate_limit(handle, &raw mut own.rate_limit);
            own.trail = reqtrail_trail_clone(reqtrail_error_trail(handle));
            own
        }
    }
}
