//! The lane of the JavaScript loop, and how what it gets crosses: one call for a batch.

use std::cell::RefCell;
use std::collections::VecDeque;

use napi::bindgen_prelude::{Env, External, Float64ArraySlice, Object, Result};
use reqtrail::CancelReason;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::{Event, Lane, Mail, Mailbox};

use crate::items::{self, Items};
use crate::loop_handle::{LoopHandle, NotifyFunction};

/// How much mail shares a handle at most: as long as one item of it is in use, all are kept.
const BATCH: usize = 16;

/// A body from this size on ends a batch, for the same reason.
const LARGE_BODY: usize = 64 * 1024;

/// What `drain` writes as the tag of what is of no call.
const NO_CALL: f64 = -1.0;

/// What waits for the JavaScript loop.
pub(crate) struct Inbox {
    pub(crate) lane: Lane,
    /// What was taken from the lane and is not given out yet.
    taken: RefCell<VecDeque<Mail>>,
}

impl Inbox {
    /// Opens a lane of a mailbox. `notify` is called on the loop when something waits; `resource` says by `hasRef` that it keeps
    /// no process alive.
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

    /// Takes some mail, in order, and gives the handle of its contents. Writes to `out`: how much it is, whether there is
    /// more, then of each its tag and what it is.
    pub(crate) fn drain(&self, mut out: Float64ArraySlice<'_>) -> Option<External<Items>> {
        // SAFETY: the array is the caller's own, and no JavaScript runs while this function does.
        let out = unsafe { out.as_mut() };
        let mut taken = self.taken.borrow_mut();
        if taken.is_empty() {
            // The buffer goes to the lane and comes back.
            let mut mail = Vec::from(std::mem::take(&mut *taken));
            self.lane.take(&mut mail);
            *taken = mail.into();
        }
        let most = BATCH.min(out.len().saturating_sub(2) / 2);
        let mut batch = Vec::with_capacity(most.min(taken.len()));
        while batch.len() < most
            && let Some(Mail { tag, mut event, .. }) = taken.pop_front()
        {
            let Some(what) = items::what(&event) else {
                continue;
            };
            if let Event::Ended(Outcome::Call(Ok(response))) = &mut event {
                // It waits for the collector, and should not keep a whole read buffer for so long.
                response.compact();
            }
            let at = 2 + 2 * batch.len();
            out[at] = tag.map_or(NO_CALL, tag_number);
            out[at + 1] = what;
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

/// Why a signal was aborted.
pub(crate) fn reason(late: bool) -> CancelReason {
    if late {
        CancelReason::Deadline
    } else {
        CancelReason::Cancelled
    }
}

/// A tag as JavaScript has it: a number that stays whole for longer than a process lives.
#[expect(
    clippy::cast_precision_loss,
    reason = "tags are counted from 0, and no process makes so many calls"
)]
pub(crate) fn tag_number(tag: u64) -> f64 {
    tag as f64
}

/// A tag that JavaScript has from here.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it was made by `tag_number`"
)]
pub(crate) fn tag_of(number: f64) -> u64 {
    number as u64
}
