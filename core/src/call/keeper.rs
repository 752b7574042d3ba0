//! Keeps the trails of a client's calls: in memory, and on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crate::fork::ForkSafe;
#[cfg(all(feature = "journal", unix))]
use crate::journal::{ClientJournal, OpenCall};
use crate::recorder::{Flight, Memory};
use crate::trail::late::Keeper;
use crate::trail::{Trail, TrailWriter};
use crate::transport::SentMark;

/// The stores of a client's calls.
#[derive(Debug)]
pub(crate) struct CallKeeper {
    /// The recorder's memory, unless an option turns it off.
    pub(crate) memory: Option<Arc<ForkSafe<Memory>>>,
    /// The journal, if an option or the environment asks for one.
    #[cfg(all(feature = "journal", unix))]
    pub(crate) journal: Option<Arc<ClientJournal>>,
}

/// The entries of a call in the recorder and in the journal.
#[derive(Debug, Default)]
pub(super) struct CallEntry {
    flight: Flight,
    #[cfg(all(feature = "journal", unix))]
    open: OpenCall,
}

/// No failure here affects the call.
impl CallEntry {
    /// Notes that an attempt is about to be sent, and whether its request may be repeated.
    pub(super) fn sending(
        &mut self,
        keeper: &CallKeeper,
        trail: &TrailWriter,
        sent: &SentMark,
        may_repeat: bool,
    ) {
        if let Some(memory) = &keeper.memory {
            contained(|| memory.get().sending(&mut self.flight, trail, sent));
        }
        #[cfg(all(feature = "journal", unix))]
        if !may_repeat && let Some(journal) = &keeper.journal {
            contained(|| journal.sending(&mut self.open, trail));
        }
        #[cfg(not(all(feature = "journal", unix)))]
        let _ = may_repeat;
    }

    /// Notes that the call waits for a new token.
    pub(super) fn refreshing(&mut self, keeper: &CallKeeper, trail: &TrailWriter) {
        if let Some(memory) = &keeper.memory {
            contained(|| memory.get().refreshing(&mut self.flight, trail));
        }
    }

    /// Notes that the call waits before its next attempt.
    pub(super) fn waiting(&mut self, keeper: &CallKeeper, until: Instant) {
        if let Some(memory) = &keeper.memory {
            contained(|| memory.get().waiting(&mut self.flight, until));
        }
    }

    /// Notes that the call has ended. Its record is on disk before its caller, or an observer, knows the result.
    pub(super) fn ended(&mut self, keeper: &CallKeeper, trail: &Trail) {
        #[cfg(all(feature = "journal", unix))]
        if let Some(journal) = &keeper.journal {
            contained(|| journal.ended(&mut self.open, trail));
        }
        // Done even if the journal failed: a call that is over must not be listed as under way.
        if let Some(memory) = &keeper.memory {
            contained(|| memory.get().ended(&mut self.flight, trail));
        }
    }
}

impl Keeper for CallKeeper {
    fn keep_changed(&self, trail: &Trail) {
        CallEntry::default().ended(self, trail);
    }
}

/// Does work whose failure must not harm a call.
fn contained(work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!(target: "reqtrail", "the recorder or the journal panicked; the call goes on");
    }
}
