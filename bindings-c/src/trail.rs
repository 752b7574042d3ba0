//! Trails

use std::ffi::c_char;
use std::sync::OnceLock;

use reqtrail::{ErrorKind, Outcome, Trail};

use crate::attempt::reqtrail_attempt;
use crate::codes::{REQTRAIL_ERROR_INTERNAL, REQTRAIL_OK, reqtrail_code};
use crate::memory::free;
use crate::numbers::{milliseconds, seconds};
use crate::numbers::{number, numbered};
use crate::text::Texts;

/// The record of one call: each request that went out, in order, and how the call ended. All threads may read it at the
/// same time; what it gives is borrowed from it and lives as long as the trail.
pub struct reqtrail_trail {
    trail: Trail,
    attempts: OnceLock<Vec<reqtrail_attempt>>,
    texts: Texts<10>,
}

numbered! { usize:
    JSON REPORT CALL_ID TRACE_ID DIALECT METHOD ORIGIN PATH CORRELATION_ID SERVICE
}

impl reqtrail_trail {
    pub(crate) fn new(trail: Trail) -> Self {
        Self {
            trail,
            attempts: OnceLock::new(),
            texts: Texts::default(),
        }
    }

    pub(crate) fn trail(&self) -> &Trail {
        &self.trail
    }

    fn attempts(&self) -> &[reqtrail_attempt] {
        self.attempts.get_or_init(|| {
            let attempts = self.trail.attempts().iter();
            attempts.cloned().map(reqtrail_attempt::new).collect()
        })
    }
}

export! {
    /// Returns the trail as JSON of the schema "reqtrail.trail/1", the same in every language.
    fn reqtrail_trail_json(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(JSON, length, || Some(trail.trail.to_json()))
    }

    /// Returns the support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets.
    fn reqtrail_trail_report(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(REPORT, length, || Some(trail.trail.report()))
    }

    /// Returns the call's own random ID, a UUID.
    fn reqtrail_trail_call_id(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(CALL_ID, length, || Some(trail.trail.call_id().to_string()))
    }

    /// Returns the W3C trace ID that every attempt's traceparent carried: 32 hex digits.
    fn reqtrail_trail_trace_id(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(TRACE_ID, length, || Some(trail.trail.trace_id()))
    }

    /// Returns the name of the API's dialect.
    fn reqtrail_trail_dialect(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(DIALECT, length, || Some(trail.trail.dialect()))
    }

    /// Returns the service that was called, where one sign-in serves several, such as "compute"; else NULL.
    fn reqtrail_trail_service(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(SERVICE, length, || trail.trail.service())
    }

    /// Returns the method that the caller asked for.
    fn reqtrail_trail_method(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(METHOD, length, || Some(trail.trail.method().as_str()))
    }

    /// Returns scheme, host and port of the API.
    fn reqtrail_trail_origin(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(ORIGIN, length, || Some(trail.trail.origin()))
    }

    /// Returns the path template, such as "/cameras/{id}".
    fn reqtrail_trail_path(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(PATH, length, || Some(trail.trail.path()))
    }

    /// Returns what every attempt carried in the dialect's correlation header, for OpenStack the global request ID; NULL
    /// where the dialect has none.
    fn reqtrail_trail_correlation_id(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        trail.texts.give(CORRELATION_ID, length, || trail.trail.correlation_id())
    }

    /// Returns when the call started, in seconds since 1970 by this machine's clock.
    fn reqtrail_trail_started_at(trail: *const reqtrail_trail) -> f64 [trail] { seconds(trail.trail.started_at()) }

    /// Returns how long the call took, all attempts and waits included, in milliseconds.
    fn reqtrail_trail_elapsed_ms(trail: *const reqtrail_trail) -> f64 [trail] {
        Some(milliseconds(trail.trail.elapsed()))
    }

    /// Returns how the call ended: REQTRAIL_OK, or a REQTRAIL_ERROR_*. Of a trail that a later release has written, an error
    /// of a kind that this one does not know is REQTRAIL_ERROR_INTERNAL.
    fn reqtrail_trail_outcome(trail: *const reqtrail_trail) -> reqtrail_code [trail] {
        Some(match trail.trail.outcome() {
            Outcome::Ok => REQTRAIL_OK,
            // A kind of a later release has no number here, and 0 is a success.
            Outcome::Error(ErrorKind::Other(_)) => REQTRAIL_ERROR_INTERNAL,
            Outcome::Error(kind) => number(kind.number()),
        })
    }

    /// Returns why no further attempt was made, a REQTRAIL_STOPPED_*.
    fn reqtrail_trail_stopped(trail: *const reqtrail_trail) -> i32 [trail] {
        Some(number(trail.trail.stopped().number()))
    }

    /// Returns how many notes the trail has.
    fn reqtrail_trail_note_count(trail: *const reqtrail_trail) -> usize [trail] { Some(trail.trail.notes().len()) }

    /// Returns a note, from 0: a REQTRAIL_TRAIL_NOTE_*; 0 beyond the last.
    fn reqtrail_trail_note(trail: *const reqtrail_trail, index: usize) -> i32 [trail] {
        Some(number(trail.trail.notes().get(index)?.number()))
    }

    /// Returns how many attempts the call made.
    fn reqtrail_trail_attempt_count(trail: *const reqtrail_trail) -> usize [trail] {
        Some(trail.trail.attempts().len())
    }

    /// Returns an attempt, from 0, which is the trail's own; NULL beyond the last.
    fn reqtrail_trail_attempt(trail: *const reqtrail_trail, index: usize) -> *const reqtrail_attempt [trail] {
        trail.attempts().get(index).map(std::ptr::from_ref)
    }

    /// Returns the request ID of the last attempt, the one to give to support first; NULL if it has none.
    fn reqtrail_trail_request_id(trail: *const reqtrail_trail, length: *mut usize)
    -> *const c_char [trail] length [length] {
        let last = trail.attempts().last()?;
        last.request_id(length)
    }

    /// Returns how many attempts have a request ID.
    fn reqtrail_trail_request_id_count(trail: *const reqtrail_trail) -> usize [trail] {
        Some(trail.trail.request_ids().len())
    }

    /// Returns the request ID of one of them, from 0, in order; NULL beyond the last.
    fn reqtrail_trail_request_id_at(trail: *const reqtrail_trail, index: usize, length: *mut usize)
    -> *const c_char [trail] length [length] {
        let mut with_id = trail.attempts().iter().filter(|it| it.has_request_id());
        with_id.nth(index)?.request_id(length)
    }

    /// Makes a trail that outlives what it was borrowed from. The caller frees it.
    fn reqtrail_trail_clone(trail: *const reqtrail_trail) -> *mut reqtrail_trail [trail] {
        Some(Box::into_raw(Box::new(reqtrail_trail::new(trail.trail.clone()))))
    }

    /// Frees a trail that `reqtrail_trail_clone` or `reqtrail_trail_from_json` made, and no other. NULL is allowed.
    fn reqtrail_trail_free(trail: *mut reqtrail_trail) [] { free(trail); }
}
