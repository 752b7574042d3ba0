//! The fields of trails

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use crate::codes::reqtrail_code;
use crate::numbers::{milliseconds, number, outcome, seconds};
use crate::trail::reqtrail_trail;

/// The number of text fields.
pub(crate) const TEXTS: usize = 9;

export! {
    /// Returns the library that wrote the trail, and its version, as in `reqtrail/0.1.0`.
    fn reqtrail_trail_client(trail: &reqtrail_trail) -> text[0] {
        Some(trail.core().client())
    }

    /// Returns the call's own random ID, made before the first attempt.
    fn reqtrail_trail_call_id(trail: &reqtrail_trail) -> text[1] {
        Some(trail.core().call_id().to_string())
    }

    /// Returns the W3C trace ID that every attempt's `traceparent` carried: 32 hex digits.
    fn reqtrail_trail_trace_id(trail: &reqtrail_trail) -> text[2] {
        Some(trail.core().trace_id().to_string())
    }

    /// Returns the value that every attempt carried in the dialect's correlation header; NULL if there is none. For
    /// OpenStack it is the global request ID, which is `req-` and the call ID unless the caller set another. It appears
    /// in the logs of every service on the way.
    fn reqtrail_trail_correlation_id(trail: &reqtrail_trail) -> text[3] {
        trail.core().correlation_id()
    }

    /// Returns the name of the API's dialect.
    fn reqtrail_trail_dialect(trail: &reqtrail_trail) -> text[4] {
        Some(trail.core().dialect())
    }

    /// Returns the service that was called, if one sign-in serves several; NULL if there is none. For OpenStack it is
    /// the service type, as in `compute`.
    fn reqtrail_trail_service(trail: &reqtrail_trail) -> text[5] {
        trail.core().service()
    }

    /// Returns the method that the caller asked for.
    fn reqtrail_trail_method(trail: &reqtrail_trail) -> text[6] {
        Some(trail.core().method().to_string())
    }

    /// Returns scheme, host and port of the API.
    fn reqtrail_trail_origin(trail: &reqtrail_trail) -> text[7] {
        Some(trail.core().origin())
    }

    /// Returns the path template, as in `/cameras/{id}`.
    fn reqtrail_trail_path(trail: &reqtrail_trail) -> text[8] {
        Some(trail.core().path())
    }

    /// Returns when the call started, by this machine's clock, in seconds since 1970.
    fn reqtrail_trail_started_at(trail: &reqtrail_trail) -> f64 {
        seconds(trail.core().started_at())
    }

    /// Returns how long the call took, including all attempts and waits. In milliseconds.
    fn reqtrail_trail_elapsed_ms(trail: &reqtrail_trail) -> f64 {
        Some(milliseconds(trail.core().elapsed()))
    }

    /// Returns how the call ended, REQTRAIL_OK or a REQTRAIL_ERROR_*.
    fn reqtrail_trail_outcome(trail: &reqtrail_trail) -> reqtrail_code {
        Some(outcome(trail.core().outcome()))
    }

    /// Returns why no further attempt was made, a REQTRAIL_STOPPED_*.
    fn reqtrail_trail_stopped(trail: &reqtrail_trail) -> i32 {
        Some(number(trail.core().stopped().number()))
    }

    /// Returns how many entries `reqtrail_trail_note` has.
    fn reqtrail_trail_note_count(trail: &reqtrail_trail) -> usize {
        Some(trail.core().notes().len())
    }

    /// Returns an entry, from 0, of what a reader of the trail should know: a REQTRAIL_TRAIL_NOTE_*; 0 beyond the last.
    fn reqtrail_trail_note(trail: &reqtrail_trail, index: usize) -> i32 {
        Some(number(trail.core().notes().get(index)?.number()))
    }
}
