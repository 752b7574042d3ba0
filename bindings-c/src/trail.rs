//! Trails

mod fields;

use std::ffi::c_char;
use std::sync::OnceLock;

use reqtrail::Trail;

use crate::attempt::{reqtrail_attempt, reqtrail_attempt_request_id};
use crate::memory::free;
use crate::text::Texts;
use fields::TEXTS;

/// The record of one call: each attempt in order, and how the call ended. All threads may read it at the same time;
/// what its functions return is borrowed from it and lives as long as the trail.
pub struct reqtrail_trail {
    trail: Trail,
    attempts: OnceLock<Vec<reqtrail_attempt>>,
    pub(crate) texts: Texts<{ TEXTS + 2 }>,
}

/// The slots of texts that are not fields.
const JSON: usize = TEXTS;
const REPORT: usize = TEXTS + 1;

impl reqtrail_trail {
    pub(crate) fn new(trail: Trail) -> Self {
        Self {
            trail,
            attempts: OnceLock::new(),
            texts: Texts::default(),
        }
    }

    pub(crate) fn core(&self) -> &Trail {
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
    /// Returns the trail as JSON with the schema "reqtrail.trail/1", the same in every language.
    fn reqtrail_trail_json(trail: &reqtrail_trail) -> text[JSON] { Some(trail.trail.to_json()) }

    /// Returns the support report to paste into a ticket: plain text, at most 100 columns wide, without secrets.
    fn reqtrail_trail_report(trail: &reqtrail_trail) -> text[REPORT] { Some(trail.trail.report()) }

    /// Returns how many attempts the call made.
    fn reqtrail_trail_attempt_count(trail: &reqtrail_trail) -> usize { Some(trail.trail.attempts().len()) }

    /// Returns the attempt at an index, from 0, which is borrowed from the trail; NULL beyond the last.
    fn reqtrail_trail_attempt(trail: &reqtrail_trail, index: usize) -> *const reqtrail_attempt {
        trail.attempts().get(index).map(std::ptr::from_ref)
    }

    /// Returns the request ID of the last attempt, the one to give to support first; NULL if it has none.
    fn reqtrail_trail_request_id(trail: &reqtrail_trail, length: out? usize) -> *const c_char {
        let last = trail.attempts().last()?;
        Some(reqtrail_attempt_request_id(last, length))
    }

    /// Returns how many attempts have a request ID.
    fn reqtrail_trail_request_id_count(trail: &reqtrail_trail) -> usize { Some(trail.trail.request_ids().len()) }

    /// Returns the request ID at an index, from 0, in the order of the attempts; NULL beyond the last.
    fn reqtrail_trail_request_id_at(trail: &reqtrail_trail, index: usize, length: out? usize) -> *const c_char {
        let mut with_id = trail.attempts().iter().filter(|it| it.core().request_id().is_some());
        Some(reqtrail_attempt_request_id(with_id.nth(index)?, length))
    }

    /// Makes a trail that outlives the handle it was borrowed from. The caller frees it.
    fn reqtrail_trail_clone(trail: &reqtrail_trail) -> *mut reqtrail_trail {
        Some(Box::into_raw(Box::new(reqtrail_trail::new(trail.trail.clone()))))
    }

    /// Frees a trail that `reqtrail_trail_clone` or `reqtrail_trail_from_json` made; no other trail may be freed. NULL
    /// is allowed.
    fn reqtrail_trail_free(trail: *mut reqtrail_trail) { free(trail); }
}
