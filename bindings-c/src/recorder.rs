//! The recorder
//!
//! The last calls of a client, found by any of their IDs, and its calls under way.

mod values;

use std::ffi::c_char;

use reqtrail::host::Value;
use reqtrail::{RecentFilter, Recorder, Trail};

use crate::export::Settable;
use crate::fault::Fault;
use crate::memory::{free, put};
use crate::trail::reqtrail_trail;
use crate::usage::Usage;

/// Keeps the trails of a client's last calls in memory, and knows its calls under way. An option turns it off; it then
/// holds nothing. All threads may use it at the same time, also while calls are under way.
///
/// It keeps up to 64 failed calls, 64 notable ones (slow, or with several attempts) and 64 others, in at most 1 MiB per
/// client and 16 MiB per process. Successes never displace failures.
pub struct reqtrail_recorder(pub(crate) Recorder);

/// Selects some of the calls that a recorder keeps; a new filter selects all. It may be used any number of times, also
/// at the same time, as long as nothing changes it meanwhile.
#[derive(Default)]
pub struct reqtrail_recent_filter {
    filter: RecentFilter,
    fault: Option<Usage>,
}

impl Settable for reqtrail_recent_filter {
    fn keep(&mut self, kept: Usage) {
        self.fault.get_or_insert(kept);
    }
}

impl reqtrail_recent_filter {
    /// Sets an option by its number.
    pub(crate) fn option(&mut self, id: u16, value: Value) -> Result<(), Fault> {
        Ok(self.filter.set(id, value)?)
    }

    fn read(&self) -> Result<&RecentFilter, Fault> {
        match &self.fault {
            Some(kept) => Err(kept.clone().into()),
            None => Ok(&self.filter),
        }
    }
}

/// Trails that a recorder found, the newest first. All threads may read the list at the same time; its trails are
/// borrowed from it and live until it is freed.
pub struct reqtrail_trails(Vec<reqtrail_trail>);

impl reqtrail_trails {
    pub(crate) fn new(found: Vec<Trail>) -> Self {
        Self(found.into_iter().map(reqtrail_trail::new).collect())
    }
}

/// A text that the caller frees. All threads may read it at the same time.
pub struct reqtrail_text {
    /// The text and a NUL.
    bytes: Vec<u8>,
}

impl reqtrail_text {
    fn boxed(text: String) -> *mut Self {
        let mut bytes = text.into_bytes();
        bytes.push(0);
        Box::into_raw(Box::new(Self { bytes }))
    }
}

export! {
    /// Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID.
    ///
    /// If no call has this ID, it finds the calls with an ID that begins with `id`, which then has at least 6
    /// characters. UUIDs match with and without dashes, in any case. Calls under way are not found. The caller frees
    /// *trails, which is empty if nothing was found.
    fn reqtrail_recorder_find(recorder: &reqtrail_recorder, id: text) makes trails: reqtrail_trails {
        reqtrail_trails::new(recorder.0.find(id))
    }

    /// Finds the kept calls that match a filter, or all of them if it is NULL. The caller frees *trails.
    ///
    /// Errors: a mistake that a setter of the filter has already returned.
    fn reqtrail_recorder_recent(
        recorder: &reqtrail_recorder,
        filter: *const reqtrail_recent_filter,
    ) makes trails: reqtrail_trails {
        let found = match filter.as_ref() {
            Some(filter) => recorder.0.recent(filter.read()?),
            None => recorder.0.recent(&RecentFilter::default()),
        };
        reqtrail_trails::new(found)
    }

    /// Returns the calls under way as a JSON array, the oldest first, each with its IDs, method, path template,
    /// attempt, phase and age (docs/c/recorder.md). The caller frees it.
    fn reqtrail_recorder_in_flight(recorder: &reqtrail_recorder) -> *mut reqtrail_text {
        Some(reqtrail_text::boxed(serde_json::to_string(&recorder.0.in_flight()).ok()?))
    }

    /// Returns as a JSON object what the recorder holds and what it had to drop, and under "journal" what the journal
    /// wrote, null without a journal. The caller frees it.
    fn reqtrail_recorder_stats(recorder: &reqtrail_recorder) -> *mut reqtrail_text {
        Some(reqtrail_text::boxed(serde_json::to_string(&recorder.0.stats()).ok()?))
    }

    /// Returns how many calls are under way.
    fn reqtrail_recorder_in_flight_count(recorder: &reqtrail_recorder) -> u64 { Some(recorder.0.stats().in_flight) }

    /// Returns how many failed calls are kept, at most 64.
    fn reqtrail_recorder_failed_count(recorder: &reqtrail_recorder) -> u64 { Some(recorder.0.stats().failed) }

    /// Returns how many records the journal has lost because the disk was full or too slow; 0 without a journal.
    fn reqtrail_recorder_lost_count(recorder: &reqtrail_recorder) -> u64 { Some(recorder.0.stats().journal?.lost) }

    /// Returns all kept calls as JSON Lines, the oldest first, and the calls under way at the end. Each line is as in a
    /// journal (schema/journal.schema.json). The caller frees it.
    fn reqtrail_recorder_dump(recorder: &reqtrail_recorder) -> *mut reqtrail_text {
        Some(reqtrail_text::boxed(recorder.0.dump()))
    }

    /// Makes a recorder that outlives the client that it was borrowed from. The caller frees it.
    fn reqtrail_recorder_clone(recorder: &reqtrail_recorder) -> *mut reqtrail_recorder {
        Some(Box::into_raw(Box::new(reqtrail_recorder(recorder.0.clone()))))
    }

    /// Frees a recorder that `reqtrail_recorder_clone` made; no other recorder may be freed. NULL is allowed.
    fn reqtrail_recorder_free(recorder: *mut reqtrail_recorder) { free(recorder); }

    /// Makes a filter that selects all kept calls. The caller frees it.
    fn reqtrail_recent_filter_new() -> *mut reqtrail_recent_filter {
        Some(Box::into_raw(Box::default()))
    }

    /// Frees a filter. NULL is allowed.
    fn reqtrail_recent_filter_free(filter: *mut reqtrail_recent_filter) { free(filter); }

    /// Returns how many trails were found.
    fn reqtrail_trails_count(trails: &reqtrail_trails) -> usize { Some(trails.0.len()) }

    /// Returns the trail at an index, from 0, which is borrowed from the list; NULL beyond the last.
    fn reqtrail_trails_at(trails: &reqtrail_trails, index: usize) -> *const reqtrail_trail {
        trails.0.get(index).map(std::ptr::from_ref)
    }

    /// Frees the list and all that was borrowed from it. NULL is allowed.
    fn reqtrail_trails_free(trails: *mut reqtrail_trails) { free(trails); }

    /// Returns the characters of a text, with a NUL after them.
    fn reqtrail_text_data(text: &reqtrail_text, length: out? usize) -> *const c_char {
        put(length, text.bytes.len() - 1);
        Some(text.bytes.as_ptr().cast())
    }

    /// Frees a text. NULL is allowed.
    fn reqtrail_text_free(text: *mut reqtrail_text) { free(text); }
}
