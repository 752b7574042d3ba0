//! The JavaScript loop's lane, whose mail crosses in batches: one native call each.

use std::cell::RefCell;
use std::collections::VecDeque;

use napi::bindgen_prelude::{Env, External, Float64ArraySlice, Object, Result};
use reqtrail::CancelReason;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::{Event, Lane, Mail, Mailbox};

use crate::items::{self, Items};
use crate::loop_handle::{LoopHandle, NotifyFunction};

/// The maximum number of items that share a handle. All of them are kept as long as one is in use.
const BATCH: usize = 16;

/// The size from which a body ends a batch, for the same reason.
const LARGE_BODY: usize = 64 * 1024;

/// The tag that `drain` writes for items that belong to no call.
const NO_CALL: f64 = -1.0;

/// The mailbox of the JavaScript loop: its lane, and mail that it has not taken yet.
pub(crate) struct LoopMailbox {
    pub(crate) lane: Lane,
    /// Mail taken from the lane that `drain` has not returned yet.
    taken: RefCell<VecDeque<Mail>>,
}

impl LoopMailbox {
    /// Opens a lane of a mailbox. `notify` is called on the loop when mail waits; `hasRef` of `resource` says that it
    /// does not keep the process alive.
    pub(crate) fn open(
        env: &Env,
        mailbox: &Mailbox,
        notify: &NotifyFunction<'_>,
        resource: &Object<'_>,
    ) -> Result<Self> {
        let handle = LoopHandle::new(env, notify, resource)?;
        Ok(Self {
            lane: mailbox.open_lane(move || handle.notify()),
            taken: RefCell::default(),
        })
    }

    /// Takes some mail, in order, and returns the handle of its items. Writes to `out` the number of items and whether
    /// there are more, then the tag and the code of each item.
    pub(crate) fn drain(&self, mut out: Float64ArraySlice<'_>) -> Option<External<Items>> {
        // SAFETY: the array is the caller's own, and no JavaScript runs while this function does.
        let out = unsafe { out.as_mut() };
        let mut taken = self.taken.borrow_mut();
        if taken.is_empty() {
            // Lends the buffer to the lane.
            let mut mail = Vec::from(std::mem::take(&mut *taken));
            self.lane.take(&mut mail);
            *taken = mail.into();
        }
        let most = BATCH.min(out.len().saturating_sub(2) / 2);
        let mut batch = Vec::with_capacity(most.min(taken.len()));
        while batch.len() < most
            && let Some(Mail { tag, mut event, .. }) = taken.pop_front()
        {
            let Some(code) = items::code(&event) else {
                continue;
            };
            if let Event::Ended(Outcome::Call(Ok(response))) = &mut event {
                // The response lives until it is collected, and should not keep a whole read buffer that long.
                response.compact();
            }
            let at = 2 + 2 * batch.len();
            out[at] = tag.map_or(NO_CALL, tag_number);
            out[at + 1] = code;
            let large = items::weight(&event) >= LARGE_BODY;
            batch.push(Some(event));
            if large {
                break;
            }
        }
        if batch.is_empty() {
            return None;
        }
        out[0] = tag_number(batch.len() as u64);
        out[1] = if taken.is_empty() { 0.0 } else { 1.0 };
        Some(Items::handle(batch))
    }
}

/// Converts the reason why a signal was aborted.
pub(crate) fn reason(late: bool) -> CancelReason {
    if late {
        CancelReason::Deadline
    } else {
        CancelReason::Cancelled
    }
}

/// Converts a tag to a JavaScript number, which stays exact for longer than a process lives.
#[expect(
    clippy::cast_precision_loss,
    reason = "tags are counted from 0, and no process makes so many calls"
)]
pub(crate) fn tag_number(tag: u64) -> f64 {
    tag as f64
}

/// Converts a tag back from a JavaScript number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it was made by `tag_number`"
)]
pub(crate) fn tag_of(number: f64) -> u64 {
    number as u64
}
