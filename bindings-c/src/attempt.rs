//! Attempts

use std::ffi::c_char;

use reqtrail::{Attempt, CallInfo, RequestId};

use crate::codes::reqtrail_code;
use crate::numbers::number;
use crate::numbers::{milliseconds, numbered};
use crate::text::Texts;

/// One HTTP exchange of a call. It belongs to its trail, or to the hook that is told of it; all threads may read it at
/// the same time.
pub struct reqtrail_attempt {
    attempt: Attempt,
    texts: Texts<10>,
}

numbered! { usize:
    METHOD SPAN_ID URL REQUEST_ID SOURCE BODY_REQUEST_ID ERROR_CODE JSON FAILURE_CODE FAILURE_REASON
}

impl reqtrail_attempt {
    pub(crate) fn new(attempt: Attempt) -> Self {
        Self {
            attempt,
            texts: Texts::default(),
        }
    }

    pub(crate) fn has_request_id(&self) -> bool {
        self.attempt.request_id().is_some()
    }

    pub(crate) unsafe fn request_id(&self, length: *mut usize) -> Option<*const c_char> {
        let id = || self.attempt.request_id().map(RequestId::as_str);
        // SAFETY: the caller's promise.
        unsafe { self.texts.give(REQUEST_ID, length, id) }
    }
}

/// The call that an attempt belongs to, as a hook is told of it.
pub struct reqtrail_call_info {
    call_id: String,
    dialect: String,
    method: String,
    path: String,
    correlation_id: Option<String>,
    service: Option<String>,
    log_line: String,
    texts: Texts<7>,
}

impl reqtrail_call_info {
    pub(crate) fn new(call: &CallInfo<'_>, attempt: &Attempt) -> Self {
        Self {
            call_id: call.call_id.to_string(),
            dialect: call.dialect.to_owned(),
            method: call.method.to_string(),
            path: call.path.to_owned(),
            correlation_id: call.correlation_id.map(str::to_owned),
            service: call.service.map(str::to_owned),
            log_line: call.log_line(attempt),
            texts: Texts::default(),
        }
    }
}

export! {
    /// Returns the attempt's place in the call, from 1.
    fn reqtrail_attempt_number(attempt: *const reqtrail_attempt) -> u32 [attempt] { Some(attempt.attempt.number()) }

    /// Returns why the attempt was made, a REQTRAIL_CAUSE_*.
    fn reqtrail_attempt_cause(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(number(attempt.attempt.cause().number()))
    }

    /// Returns the method that was sent; a redirect can have changed it.
    fn reqtrail_attempt_method(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(METHOD, length, || Some(attempt.attempt.method().as_str()))
    }

    /// Returns the parent-id of the attempt's traceparent: 16 hex digits.
    fn reqtrail_attempt_span_id(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(SPAN_ID, length, || Some(attempt.attempt.span_id()))
    }

    /// Returns the URL, with secret parameters as "{name}" and query values redacted.
    fn reqtrail_attempt_url(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(URL, length, || Some(attempt.attempt.url()))
    }

    /// Returns the response's status; 0 if no response arrived.
    fn reqtrail_attempt_status(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(i32::from(attempt.attempt.status()?.as_u16()))
    }

    /// Returns the server's ID of this request; NULL if it sent none.
    fn reqtrail_attempt_request_id(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.request_id(length)
    }

    /// Returns where the request ID was found, such as "header:x-request-id" or "body"; NULL if there is none.
    fn reqtrail_attempt_request_id_source(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        let source = || attempt.attempt.request_id_source().map(ToString::to_string);
        attempt.texts.give(SOURCE, length, source)
    }

    /// Returns how much was odd about the request ID.
    fn reqtrail_attempt_request_id_note_count(attempt: *const reqtrail_attempt) -> usize [attempt] {
        Some(attempt.attempt.request_id_notes().len())
    }

    /// Returns what was odd about it, from 0: a REQTRAIL_REQUEST_ID_NOTE_*; 0 beyond the last.
    fn reqtrail_attempt_request_id_note(attempt: *const reqtrail_attempt, index: usize) -> i32 [attempt] {
        Some(number(attempt.attempt.request_id_notes().get(index)?.number()))
    }

    /// Returns the ID that the body names, where it differs from the header's; else NULL.
    fn reqtrail_attempt_body_request_id(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        let id = || attempt.attempt.body_request_id().map(RequestId::as_str);
        attempt.texts.give(BODY_REQUEST_ID, length, id)
    }

    /// Returns the API's error code in its canonical spelling; NULL if there is none.
    fn reqtrail_attempt_error_code(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(ERROR_CODE, length, || attempt.attempt.error_code())
    }

    /// Returns what the API error means, a REQTRAIL_CATEGORY_*; 0 where the attempt is no API error.
    fn reqtrail_attempt_category(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(number(attempt.attempt.category()?.number()))
    }

    /// Returns what went wrong, a REQTRAIL_ERROR_*, where there was no whole, usable response; else REQTRAIL_OK.
    fn reqtrail_attempt_failure(attempt: *const reqtrail_attempt) -> reqtrail_code [attempt] {
        Some(number(attempt.attempt.failure()?.number()))
    }

    /// Returns the code that operators know the failure by, such as "ECONNREFUSED"; NULL where none fits.
    fn reqtrail_attempt_failure_code(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(FAILURE_CODE, length, || attempt.attempt.failure_code())
    }

    /// Returns the failure in words, one line of at most 200 characters without secrets; NULL if there was none.
    fn reqtrail_attempt_failure_reason(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(FAILURE_REASON, length, || attempt.attempt.failure_reason())
    }

    /// Returns whether the request went out, a REQTRAIL_SENT_*.
    fn reqtrail_attempt_sent(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(number(attempt.attempt.sent().number()))
    }

    /// Returns 1 if the server answered, -1 if nothing left or the server vowed that it did not process the request, and 0
    /// if nobody knows whether it did.
    fn reqtrail_attempt_processed(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(match attempt.attempt.processed() {
            Some(true) => 1,
            Some(false) => -1,
            None => 0,
        })
    }

    /// Returns when the attempt started, in milliseconds from the call's start.
    fn reqtrail_attempt_started_ms(attempt: *const reqtrail_attempt) -> f64 [attempt] {
        Some(milliseconds(attempt.attempt.started()))
    }

    /// Returns how long the attempt took, the body included, in milliseconds.
    fn reqtrail_attempt_elapsed_ms(attempt: *const reqtrail_attempt) -> f64 [attempt] {
        Some(milliseconds(attempt.attempt.elapsed()))
    }

    /// Returns the wait that the server asked for, in milliseconds; negative if it did not.
    fn reqtrail_attempt_retry_after_ms(attempt: *const reqtrail_attempt) -> f64 [attempt] {
        Some(milliseconds(attempt.attempt.retry_after()?))
    }

    /// Returns the wait that was decided on after this attempt, in milliseconds; negative if there was none.
    fn reqtrail_attempt_wait_ms(attempt: *const reqtrail_attempt) -> f64 [attempt] {
        Some(milliseconds(attempt.attempt.wait()?))
    }

    /// Returns what decided the wait, a REQTRAIL_WAIT_*; 0 if there was none.
    fn reqtrail_attempt_wait_reason(attempt: *const reqtrail_attempt) -> i32 [attempt] {
        Some(number(attempt.attempt.wait_reason()?.number()))
    }

    /// Returns all of it as JSON: an entry of the "attempts" of a trail's JSON.
    fn reqtrail_attempt_json(attempt: *const reqtrail_attempt, length: *mut usize)
    -> *const c_char [attempt] length [length] {
        attempt.texts.give(JSON, length, || serde_json::to_string(&attempt.attempt).ok())
    }

    /// Returns the call's own ID, as its trail will have it.
    fn reqtrail_call_info_call_id(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(0, length, || Some(&info.call_id))
    }

    /// Returns the name of the API's dialect.
    fn reqtrail_call_info_dialect(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(1, length, || Some(&info.dialect))
    }

    /// Returns the method that the caller asked for.
    fn reqtrail_call_info_method(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(2, length, || Some(&info.method))
    }

    /// Returns the path template.
    fn reqtrail_call_info_path(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(3, length, || Some(&info.path))
    }

    /// Returns what every attempt carries in the dialect's correlation header; NULL where the dialect has none.
    fn reqtrail_call_info_correlation_id(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(4, length, || info.correlation_id.as_ref())
    }

    /// Returns the service that is called, where one sign-in serves several, such as "compute"; else NULL.
    fn reqtrail_call_info_service(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(5, length, || info.service.as_ref())
    }

    /// Returns the line for a log that tells of the attempt, without secrets. For OpenStack it is the one that operators
    /// search logs for: "GET call to compute for URL used request id req-…".
    fn reqtrail_call_info_log_line(info: *const reqtrail_call_info, length: *mut usize)
    -> *const c_char [info] length [length] {
        info.texts.give(6, length, || Some(&info.log_line))
    }
}
