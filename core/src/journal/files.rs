//! The files of a journal: lines that are there before their caller goes on, in a folder that many processes share.
//!
//! * [`open`] gives the process's journal of a folder. It makes nothing before the first line.
//! * Each process has segments of its own, and an open-call table whose lock says that it lives (`table.rs`).
//! * A line is written by one write on the thread that has it (`process.rs`). Where that may hang, a queue and a thread
//!   take over.
//! * Whoever opens, or fills a segment, keeps the folder's limits (`limits.rs`).
//!
//! Nothing here knows what a line says. Nothing here fails: a journal that cannot be written warns once, counts what is
//! lost and goes on when it can.

mod folder;
mod inherited;
mod limits;
mod lock;
mod name;
mod open_files;
mod platform;
mod process;
mod segments;
mod table;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use crate::fork::{self, ForkSafe};
use platform::{Platform, System};
use process::Process;
use segments::Kind;

pub use folder::default_folder;
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(unused_imports, reason = "only readers need it")
)]
pub use lock::is_alive;
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(unused_imports, reason = "only readers need it")
)]
pub use name::{FileName, Part};
pub(crate) use table::Slot;
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(unused_imports, reason = "only readers need it")
)]
pub use table::{SLOT_BYTES, SLOTS};

/// How much a folder holds, unless it is told otherwise.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// What a journal is opened with.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the files are. It is made, 0700, where it is absent.
    pub(crate) folder: PathBuf,
    /// The program's name. File names have its first 40 characters, with `_` for those that they cannot have.
    pub(crate) service: String,
    /// How many bytes all files of the folder may have. Each living process may exceed it by one segment: an eighth of
    /// it, between 64 KiB and 8 MiB. The open-call tables of living processes, half a megabyte each, come on top.
    pub(crate) max_bytes: u64,
    /// How long a file stays after it was written last.
    pub(crate) max_age: Duration,
    /// On which thread records are written.
    pub(crate) sync: Sync,
    /// Whether each record, and each open call, is on the disk before its caller goes on: `fdatasync`.
    pub(crate) fsync: bool,
}

/// On which thread records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// The one that has the record, however long it takes. What cannot be written is lost.
    Always,
    /// The one that has the record; a thread of the journal's where the file system may hang, and for a minute after a
    /// write has taken over 50 ms or failed.
    Auto,
    /// A thread of the journal's.
    Never,
}

/// What the journal asks of those who know what its lines say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooks {
    /// Makes the line that says how many records are lost. The number is the line's `seq`.
    pub(crate) lost_line: fn(&Identity, u64, &Lost) -> Vec<u8>,
    /// Reports trouble: once when it begins, and no more than once in ten minutes. No lock is held.
    pub(crate) warn: fn(&str),
}

/// Records that no file will ever have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// How many.
    pub(crate) records: u64,
    /// When the first was lost.
    pub(crate) since: SystemTime,
}

/// Who writes a journal.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The program's name, as it was given.
    pub(crate) service: String,
    /// The host's name.
    pub(crate) host: String,
    /// The process's ID.
    pub(crate) pid: u32,
    /// When this process began its journal.
    pub(crate) start: SystemTime,
}

/// What a journal has done in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalStats {
    /// Records that are in a file.
    pub(crate) written: u64,
    /// The bytes of those records, newlines included.
    pub(crate) bytes: u64,
    /// Records that were dropped.
    pub(crate) lost: u64,
    /// Records that wait for the journal's thread.
    pub(crate) queued: u64,
    /// Whether records wait for that thread now.
    pub(crate) is_queueing: bool,
    /// The segment that is written to. `None` before the first record, and while a thread writes.
    pub(crate) segment: Option<PathBuf>,
}

/// A folder's journal in this process.
///
/// A child of a fork gets files of its own with its first line. Dropping it waits for what is queued, for a second at
/// most; so does the end of the process, if that calls `exit`.
#[derive(Debug)]
pub(crate) struct Journal {
    process: ForkSafe<Arc<Process>>,
}

/// The journals of this process, by their folder. The child of a fork begins without any, as its parent's list may be
/// locked by a thread that the child does not have; a journal that it inherits joins when it is first used.
type Registry = Mutex<Vec<(PathBuf, Weak<Journal>)>>;

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<ForkSafe<Registry>> = OnceLock::new();
    REGISTRY
        .get_or_init(|| {
            // SAFETY: the handler is a plain function that lives as long as the library. Failing costs only records that
            // wait at the process's end.
            unsafe { libc::atexit(flush_all) };
            ForkSafe::new(Registry::default(), Registry::default)
        })
        .get()
}

/// Waits for what is queued, when the process ends.
extern "C" fn flush_all() {
    let journals: Vec<_> = {
        let Ok(journals) = registry().try_lock() else {
            return;
        };
        journals.iter().map(|(_, weak)| weak.clone()).collect()
    };
    for journal in journals.iter().filter_map(Weak::upgrade) {
        journal.process.get().flush();
        // Dropping it here would close files that other threads still use.
        std::mem::forget(journal);
    }
}

/// Returns this process's journal of a folder: the one that other clients have, with its settings, or a new one.
///
/// It makes nothing yet, and it never fails.
pub(crate) fn open(settings: Settings, hooks: Hooks) -> Arc<Journal> {
    let folder = folder::canonical(&settings.folder);
    let settings = Settings {
        folder: folder.clone(),
        ..settings
    };
    let mut journals = registry().lock().unwrap_or_else(PoisonError::into_inner);
    let found = journals
        .iter()
        .find(|(of, _)| *of == folder)
        .and_then(|(_, journal)| journal.upgrade());
    if let Some(journal) = found {
        return journal;
    }
    journals.retain(|(_, journal)| journal.strong_count() > 0);
    let journal = Journal::new(settings, hooks, Arc::new(System));
    journals.push((folder, Arc::downgrade(&journal)));
    journal
}

impl Journal {
    fn new(settings: Settings, hooks: Hooks, platform: Arc<dyn Platform>) -> Arc<Self> {
        let settings = Arc::new(settings);
        Arc::new_cyclic(|journal: &Weak<Self>| {
            let first = fork::generation();
            let journal = journal.clone();
            let make = move || {
                if fork::generation() != first {
                    let mut journals = registry().lock().unwrap_or_else(PoisonError::into_inner);
                    journals.push((settings.folder.clone(), journal.clone()));
                }
                Arc::new(Process::new(
                    Identity::of_process(&settings.service, platform.wall()),
                    Arc::clone(&settings),
                    hooks,
                    Arc::clone(&platform),
                ))
            };
            Self {
                process: ForkSafe::new(make(), make),
            }
        })
    }

    /// Returns who writes: this process, also in the child of a fork.
    pub(crate) fn identity(&self) -> &Identity {
        &self.process.get().identity
    }

    /// Returns the next number of this process's records, from 0.
    pub(crate) fn next_seq(&self) -> u64 {
        self.process.get().next_seq()
    }

    /// Writes a line, to which it adds the newline. When it returns, a file has it; or it waits for the journal's thread,
    /// or is lost and counted, as [`Sync`] says.
    ///
    /// Notable lines are those that a flood of others must not push out of the folder.
    pub(crate) fn append(&self, line: &[u8], is_notable: bool) {
        let kind = if is_notable {
            Kind::Notable
        } else {
            Kind::Ordinary
        };
        self.process.get().append(line, kind);
    }

    /// Puts a text of one line and at most 511 bytes into the open-call table. It stays there, whatever becomes of the
    /// process, until the slot is dropped.
    ///
    /// Returns `None` if the table is full or cannot be made, or if writing to it may hang: a line has to say it.
    pub(crate) fn open_call(&self, text: &[u8]) -> Option<Slot> {
        self.process.get().open_call(text)
    }

    /// Returns what the journal has done in this process.
    pub(crate) fn stats(&self) -> JournalStats {
        self.process.get().stats()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.process.get().close();
    }
}

impl Identity {
    fn of_process(service: &str, start: SystemTime) -> Self {
        let host = nix::unistd::gethostname().unwrap_or_default();
        Self {
            service: service.to_owned(),
            host: host.to_string_lossy().into_owned(),
            pid: std::process::id(),
            start,
        }
    }
}

#[cfg(test)]
mod tests;
