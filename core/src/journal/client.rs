//! What a client writes into its journal, and when.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::files::{self, Slot};
use super::opened::{self, SlotText};
use crate::recorder::line::{self, LineSource, Stamp};
use crate::recorder::{JournalPolicy, JournalStats, JournalUrls, is_notable};
use crate::trail::{Outcome, Trail, TrailWriter};

/// A client's handle of a journal.
#[derive(Debug)]
pub(crate) struct ClientJournal {
    pub(super) files: Arc<files::Journal>,
    pub(super) folder: PathBuf,
    pub(super) policy: JournalPolicy,
    pub(super) slow: Duration,
    pub(super) urls: JournalUrls,
}

/// What the journal holds about a call that may have been sent and has not ended.
#[derive(Debug, Default)]
pub(crate) enum OpenCall {
    /// Nothing.
    #[default]
    Unsaid,
    /// A slot of the open-call table.
    Slot(Slot),
    /// A line, which another one revokes.
    Line,
}

impl ClientJournal {
    /// Notes that an attempt is about to be sent that must not be sent twice. The journal then has the request even if the
    /// process is killed.
    pub(crate) fn sending(&self, open: &mut OpenCall, trail: &TrailWriter) {
        let text = SlotText::of(trail);
        let line = |out: &mut Vec<u8>, source: &LineSource<'_>, stamp| {
            line::opened(out, source, stamp, &opened::of(trail));
        };
        match open {
            OpenCall::Slot(slot) => slot.update(&text),
            OpenCall::Line => self.append(false, line),
            OpenCall::Unsaid => match self.files.open_call(&text) {
                Some(slot) => *open = OpenCall::Slot(slot),
                None => {
                    *open = OpenCall::Line;
                    self.append(false, line);
                }
            },
        }
    }

    /// Writes the record of a call that has ended, if the policy keeps it, and revokes what was noted about it before.
    pub(crate) fn ended(&self, open: &mut OpenCall, trail: &Trail) {
        let has_failed = trail.outcome() != Outcome::Ok;
        let is_notable = has_failed || is_notable(trail, self.slow);
        let is_kept = match self.policy {
            JournalPolicy::Failed => has_failed,
            JournalPolicy::Notable => is_notable,
            JournalPolicy::All => true,
        };
        if is_kept {
            self.append(is_notable, |out, source, stamp| {
                line::call(out, source, stamp, trail, self.urls);
            });
        }
        // The record is written before the slot is blanked, so that in between the call is known twice rather than not
        // at all.
        match std::mem::take(open) {
            OpenCall::Line if !is_kept => self.append(false, |out, source, stamp| {
                line::closed(out, source, stamp, &trail.call_id().to_string());
            }),
            OpenCall::Slot(slot) => drop(slot),
            OpenCall::Line | OpenCall::Unsaid => {}
        }
    }

    /// What the journal has done in this process, for all clients.
    pub(crate) fn stats(&self) -> JournalStats {
        let stats = self.files.stats();
        JournalStats {
            folder: self.folder.to_string_lossy().into_owned(),
            records: stats.written,
            bytes: stats.bytes,
            queued: stats.queued,
            lost: stats.lost,
        }
    }

    fn append(&self, is_notable: bool, write: impl FnOnce(&mut Vec<u8>, &LineSource<'_>, Stamp)) {
        let identity = self.files.identity();
        let mut out = LINE.try_with(Cell::take).unwrap_or_default();
        out.clear();
        write(
            &mut out,
            &source(identity, Some(self.policy)),
            Stamp::now(self.files.next_seq()),
        );
        // The files add it, after any unfinished line.
        out.pop();
        self.files.append(&out, is_notable);
        if out.capacity() <= MOST_KEPT_BYTES {
            // A thread that is ending has no buffer.
            let _ = LINE.try_with(|line| line.set(out));
        }
    }
}

thread_local! {
    /// A thread's buffer for a line. Allocating one for each line would cost half as much as writing it.
    static LINE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A buffer is freed if it has become larger than this.
const MOST_KEPT_BYTES: usize = 64 * 1024;

/// The line that says how many records are lost.
pub(super) fn lost_line(identity: &files::Identity, seq: u64, lost: &files::Lost) -> Vec<u8> {
    let mut out = Vec::new();
    let since = Some(lost.since);
    line::lost(
        &mut out,
        &source(identity, None),
        Stamp::now(seq),
        lost.records,
        since,
    );
    out.pop();
    out
}

fn source(identity: &files::Identity, policy: Option<JournalPolicy>) -> LineSource<'_> {
    LineSource {
        service: &identity.service,
        host: &identity.host,
        pid: identity.pid,
        policy,
    }
}
