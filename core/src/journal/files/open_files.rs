//! The open files of one process: the folder, the table whose lock shows that the process is alive, and the segments.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use nix::errno::Errno;

use super::folder::{FileSystem, Folder};
use super::limits::{self, Limits, LimitsCheck};
use super::name::FileName;
use super::platform::Platform;
use super::segments::{self, Kind, Segments, WriteError};
use super::table::{Slot, Table};
use super::{Identity, Settings};

/// How often the limits are checked without a segment being full.
const LIMITS_PERIOD: Duration = Duration::from_secs(60 * 60);

/// How often it is checked whether the table is still in its folder.
const TABLE_PERIOD: Duration = Duration::from_secs(1);

/// How many random names are tried.
const NAMES: u32 = 8;

#[derive(Debug)]
pub(super) struct OpenFiles {
    folder: Arc<Folder>,
    table: Arc<Table>,
    segments: Segments,
    limits: Limits,
    /// When the limits were last checked. `None` if that is due.
    limits_kept: Option<Instant>,
    /// When it was last checked whether the table still exists.
    table_looked: Instant,
}

impl OpenFiles {
    /// Opens the folder and makes the table. Segments are made when there is something to write.
    pub(super) fn open(
        settings: &Settings,
        identity: &Identity,
        platform: &dyn Platform,
    ) -> io::Result<Self> {
        let folder = Folder::open(&settings.folder)?;
        let since_1970 = identity
            .start
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let start_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        let mut tries = 0;
        let (name, table) = loop {
            let random = crate::random::bytes(platform.now());
            let name = FileName::new(
                &identity.service,
                &identity.host,
                identity.pid,
                start_ms,
                random,
            );
            tries += 1;
            match Table::create(&folder, name.to_string(), settings.fsync) {
                Ok(table) => break (name, table),
                Err(error)
                    if tries < NAMES
                        && matches!(
                            error.raw_os_error().map(Errno::from_raw),
                            Some(Errno::EEXIST | Errno::EAGAIN)
                        ) => {}
                Err(error) => return Err(error),
            }
        };
        let bound = segments::bound(settings.max_bytes);
        let mut files = Self {
            folder: Arc::new(folder),
            table: Arc::new(table),
            segments: Segments::new(name, bound, settings.fsync),
            limits: Limits {
                max_bytes: settings.max_bytes,
                max_age: settings.max_age,
            },
            limits_kept: None,
            table_looked: platform.now(),
        };
        files.keep_limits(platform, platform.now());
        Ok(files)
    }

    pub(super) fn file_system(&self) -> FileSystem {
        self.folder.kind()
    }

    /// Returns the table in which calls are opened.
    pub(super) fn table(&self, now: Instant) -> OpenTable {
        OpenTable {
            folder: Arc::clone(&self.folder),
            table: Arc::clone(&self.table),
            made: now,
            looked: AtomicU64::new(0),
        }
    }

    /// Returns whether the files were removed from their folder.
    pub(super) fn is_removed(&self) -> bool {
        self.table.is_removed()
    }

    pub(super) fn segment_path(&self) -> Option<PathBuf> {
        let name = self.segments.current()?;
        Some(self.folder.path().join(name))
    }

    /// Appends a line. Returns how many bytes that took.
    pub(super) fn write(
        &mut self,
        platform: &dyn Platform,
        line: &[u8],
        kind: Kind,
    ) -> Result<u64, WriteError> {
        let now = platform.now();
        let is_due = now.saturating_duration_since(self.table_looked) >= TABLE_PERIOD;
        if is_due || !self.segments.is_open(kind) {
            self.table_looked = now;
            // Without its table the process looks dead.
            if self.is_removed() {
                return Err(WriteError::Removed);
            }
        }
        let written = self.segments.write(platform, &self.folder, line, kind)?;
        if written.has_closed {
            self.limits_kept = None;
        }
        Ok(written.bytes)
    }

    /// Enforces the limits of the folder, if a segment was closed or this was not done for an hour.
    pub(super) fn keep_limits(&mut self, platform: &dyn Platform, now: Instant) {
        let is_kept = self
            .limits_kept
            .is_some_and(|kept| now.saturating_duration_since(kept) < LIMITS_PERIOD);
        if is_kept {
            return;
        }
        // A folder that cannot be listed now may be listed later. The next record only tries again if another process
        // was at it.
        let looked = limits::enforce(&self.folder, self.limits, platform.wall());
        if !matches!(looked, Ok(LimitsCheck::NotNow)) {
            self.limits_kept = Some(now);
        }
    }
}

impl Drop for OpenFiles {
    fn drop(&mut self) {
        // Segments without a table are those of a process that has ended.
        if self.table.is_blank() {
            let _ = self.folder.remove(self.table.name());
        }
    }
}

/// The table for threads that open calls.
#[derive(Debug)]
pub(super) struct OpenTable {
    folder: Arc<Folder>,
    table: Arc<Table>,
    made: Instant,
    /// When it was last checked whether it still exists, in milliseconds since it was made.
    looked: AtomicU64,
}

impl OpenTable {
    pub(super) fn open(&self, now: Instant, text: &[u8]) -> Option<Slot> {
        self.table.open(&self.folder, now, text)
    }

    pub(super) fn set_slow(&self, is_slow: bool) {
        self.table.set_slow(is_slow);
    }

    pub(super) fn blank_left(&self) {
        self.table.blank_left();
    }

    /// Returns whether the table has been removed. It checks at most once a second.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.made).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        let looked = self.looked.load(Ordering::Relaxed);
        let is_due = u128::from(since.saturating_sub(looked)) >= TABLE_PERIOD.as_millis();
        if !is_due {
            return false;
        }
        self.looked.store(since, Ordering::Relaxed);
        self.table.is_removed()
    }
}
