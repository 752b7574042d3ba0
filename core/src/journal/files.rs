//! The files of a journal: lines that are written before their caller continues, in a folder that many processes share.
//!
//! * [`open`] returns the process's journal of a folder. It creates nothing before the first line.
//! * Each process has its own segments, and an open-call table whose lock shows that it is alive (`table.rs`).
//! * The thread that has a line writes it by one write (`process.rs`). If that may hang, a queue and a thread take
//!   over.
//! * A process that opens or fills a segment enforces the folder's limits (`limits.rs`).
//!
//! This module does not know the content of lines, and it never fails: a journal that cannot be written warns once,
//! counts what is lost and continues when it can.

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
use process::ProcessJournal;
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

/// How many bytes a folder holds by default.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// The settings of a journal.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The folder of the files. If it is missing, it is made with the mode 0700.
    pub(crate) folder: PathBuf,
    /// The program's name. File names have its first 40 characters, with `_` for those that are not allowed there.
    pub(crate) service: String,
    /// How many bytes all files of the folder may have. Each living process may exceed it by one segment: an eighth of
    /// it, between 64 KiB and 8 MiB. The open-call tables of living processes, half a megabyte each, are not included.
    pub(crate) max_bytes: u64,
    /// How long a file is kept after its last write.
    pub(crate) max_age: Duration,
    /// Which thread writes records.
    pub(crate) sync: Sync,
    /// Whether each record, and each open call, is on the disk before its caller continues (`fdatasync`).
    pub(crate) fsync: bool,
}

/// Which thread writes records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// The thread that has the record, however long it takes. Records that cannot be written are lost.
    Always,
    /// The thread that has the record; the journal's thread if the file system may hang, and for a minute after a write
    /// has taken over 50 ms or failed.
    Auto,
    /// The journal's thread.
    Never,
}

/// What the journal needs from the code that knows the content of its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooks {
    /// Makes the line that says how many records are lost. The number is the line's `seq`.
    pub(crate) lost_line: fn(&Identity, u64, &Lost) -> Vec<u8>,
    /// Reports a failure: when it begins, and at most once in ten minutes. No lock is held.
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

/// The writer of a journal.
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

/// The statistics of a journal in this process.
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
/// A child of a fork gets its own files with its first line. Dropping it waits for the queue, for a second at most; so
/// does the end of the process, if that calls `exit`.
#[derive(Debug)]
pub(crate) struct Journal {
    process: ForkSafe<Arc<ProcessJournal>>,
}

/// The journals of this process, by their folder. The child of a fork begins without any, as its parent's list may be
/// locked by a thread that the child does not have; a journal that it inherits joins when it is first used.
type Registry = Mutex<Vec<(PathBuf, Weak<Journal>)>>;

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<ForkSafe<Registry>> = OnceLock::new();
    REGISTRY
        .get_or_init(|| {
            // SAFETY: the handler is a plain function that lives as long as the library. A failure only costs records
            // that are queued at the process's end.
            unsafe { libc::atexit(flush_all) };
            ForkSafe::new(Registry::default(), Registry::default)
        })
        .get()
}

/// Waits for the queue when the process ends.
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
/// It creates nothing yet, and it never fails.
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
                Arc::new(ProcessJournal::new(
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

    /// Returns the identity of this process, also in the child of a fork.
    pub(crate) fn identity(&self) -> &Identity {
        &self.process.get().identity
    }

    /// Returns the next number of this process's records, from 0.
    pub(crate) fn next_seq(&self) -> u64 {
        self.process.get().next_seq()
    }

    /// Writes a line and a newline. When it returns, the line is in a file, or it waits for the journal's thread, or it
    /// is lost and counted, depending on [`Sync`].
    ///
    /// Notable lines are not pushed out of the folder by a flood of others.
    pub(crate) fn append(&self, line: &[u8], is_notable: bool) {
        let kind = if is_notable {
            Kind::Notable
        } else {
            Kind::Ordinary
        };
        self.process.get().append(line, kind);
    }

    /// Puts a one-line text of at most 511 bytes into the open-call table. It stays there until the slot is dropped,
    /// even if the process is killed.
    ///
    /// Returns `None` if the table is full or cannot be made, or if writing to it may hang: a line has to be written
    /// instead.
    pub(crate) fn open_call(&self, text: &[u8]) -> Option<Slot> {
        self.process.get().open_call(text)
    }

    /// Returns the statistics of the journal in this process.
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
