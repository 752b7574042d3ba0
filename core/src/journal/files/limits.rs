//! The limits of a folder: which files are removed so that it neither grows nor ages beyond them.
//!
//! Only files of a journal's names are counted or removed, and never what a living process may still write to.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::dir::Dir;
use nix::fcntl::OFlag;

use super::folder::Folder;
use super::lock::{LockResult, is_locked, try_exclusive, unlock};
use super::name::{FileName, Part};
use super::segments::Kind;
use super::table::SLOT_BYTES;

/// How far in the future a file may have been written. Clocks are set back by minutes; beyond this, one of the two
/// clocks was far off, and the time means nothing.
const CLOCK_STEP: Duration = Duration::from_secs(24 * 60 * 60);

/// The smallest share of the limit that a file counts as, so that short-lived processes do not fill a folder with so
/// many files that listing them takes long.
const SMALLEST_SHARE: u64 = 4096;

/// What a folder may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_bytes: u64,
    pub(super) max_age: Duration,
}

/// Whether the limits were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitsCheck {
    Yes,
    /// Another process is checking them at this moment.
    NotNow,
}

/// Removes files that are too old or too many: first ordinary segments, as long as they take more than a quarter of the
/// limit, then notable ones and the tables of dead processes, the oldest first in both. A table without calls is
/// removed as soon as its process is dead.
///
/// # Errors
/// If the folder cannot be listed.
pub(super) fn enforce(folder: &Folder, limits: Limits, now: SystemTime) -> io::Result<LimitsCheck> {
    let lock = File::from(folder.reopen()?);
    // Without locks of folders, two processes may remove the same files, which does no harm.
    if matches!(try_exclusive(&lock), Ok(LockResult::No)) {
        return Ok(LimitsCheck::NotNow);
    }
    let result = files(folder, limits, now).map(|files| remove(folder, limits, now, files));
    unlock(&lock);
    result.map(|()| LimitsCheck::Yes)
}

/// A file of the folder.
#[derive(Debug)]
struct JournalFile {
    name: String,
    bytes: u64,
    written: Written,
    kind: Kind,
    is_removable: bool,
}

/// When a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    /// One of the two clocks is far off. The file is removed before others, but not because of its age.
    Unknown,
    At(SystemTime),
}

fn files(folder: &Folder, limits: Limits, now: SystemTime) -> io::Result<Vec<JournalFile>> {
    let mut listed = Vec::new();
    // The highest numbers of each process are those of the segments that it may write to.
    let mut open: HashMap<String, [u32; 2]> = HashMap::new();
    let mut list = Dir::from_fd(folder.reopen()?)?;
    for entry in list.iter() {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().ok().and_then(FileName::parse) else {
            continue;
        };
        if let Part::Segment(number) = name.part {
            let highest = &mut open.entry(name.stem()).or_default()[number as usize % 2];
            *highest = number.max(*highest);
        }
        listed.push(name);
    }
    drop(list);

    let mut alive: HashMap<String, bool> = HashMap::new();
    let mut found = Vec::with_capacity(listed.len());
    for name in listed {
        let file = name.to_string();
        let Some(about) = folder.about_file(&file) else {
            continue;
        };
        let stem = name.stem();
        let is_alive = *alive
            .entry(stem.clone())
            .or_insert_with(|| is_alive(folder, &name));
        if name.part == Part::Table && is_alive {
            // It does not count, since small limits would have room for nothing else.
            continue;
        }
        let (kind, is_removable) = match name.part {
            Part::Table => (Kind::Notable, !is_alive),
            Part::Segment(number) => {
                let is_open = open
                    .get(&stem)
                    .is_some_and(|highest| highest[number as usize % 2] == number);
                (Kind::of_segment(number), !is_alive || !is_open)
            }
        };
        if is_removable && name.part == Part::Table && is_blank(folder, &file) {
            let _ = folder.remove(&file);
            continue;
        }
        let size = u64::try_from(about.st_size).unwrap_or(0);
        found.push(JournalFile {
            name: file,
            bytes: size.max(limits.max_bytes / SMALLEST_SHARE),
            written: written(about.st_mtime, name.start_ms, now),
            kind,
            is_removable,
        });
    }
    Ok(found)
}

/// Returns whether a process may still write to its files. One without a table is dead; one whose state is unknown counts
/// as alive.
fn is_alive(folder: &Folder, name: &FileName) -> bool {
    let table = name.sibling(Part::Table).to_string();
    match folder.open_file(&table, OFlag::O_RDONLY) {
        Ok(table) => is_locked(&File::from(table)).unwrap_or(true),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Returns whether a table has no call in it.
fn is_blank(folder: &Folder, table: &str) -> bool {
    let read = || {
        let mut slots = Vec::new();
        File::from(folder.open_file(table, OFlag::O_RDONLY)?).read_to_end(&mut slots)?;
        io::Result::Ok(slots)
    };
    let is_free = |slot: &[u8]| matches!(slot.first(), Some(b' ' | 0));
    read().is_ok_and(|slots| slots.chunks(SLOT_BYTES).all(is_free))
}

/// Returns when a file was written, by its own time or else by the one in its name.
fn written(seconds: i64, start_ms: u64, now: SystemTime) -> Written {
    let latest = now.checked_add(CLOCK_STEP).unwrap_or(now);
    let modified = u64::try_from(seconds).map_or(Some(UNIX_EPOCH), |seconds| {
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    });
    let started = UNIX_EPOCH.checked_add(Duration::from_millis(start_ms));
    [modified, started]
        .into_iter()
        .flatten()
        .find(|time| *time <= latest)
        .map_or(Written::Unknown, |time| Written::At(time.min(now)))
}

fn remove(folder: &Folder, limits: Limits, now: SystemTime, mut files: Vec<JournalFile>) {
    let is_too_old = |file: &JournalFile| match file.written {
        Written::Unknown => false,
        Written::At(time) => now
            .duration_since(time)
            .is_ok_and(|age| age > limits.max_age),
    };
    let total_of = |files: &[JournalFile], kind| -> u64 {
        let of_kind = files.iter().filter(|file| file.kind == kind);
        of_kind.fold(0, |sum, file| sum.saturating_add(file.bytes))
    };
    files.retain(|file| {
        let goes = file.is_removable && is_too_old(file);
        !goes || !removes(folder, file)
    });
    let mut ordinary_bytes = total_of(&files, Kind::Ordinary);
    let mut bytes = ordinary_bytes.saturating_add(total_of(&files, Kind::Notable));
    // The next file to remove is the last.
    files.retain(|file| file.is_removable);
    files.sort_by(|a, b| (b.written, &b.name).cmp(&(a.written, &a.name)));
    let (mut ordinary, mut notable): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.kind == Kind::Ordinary);
    while bytes > limits.max_bytes {
        let first = if ordinary_bytes > limits.max_bytes / 4 {
            ordinary.pop().or_else(|| notable.pop())
        } else {
            notable.pop().or_else(|| ordinary.pop())
        };
        let Some(file) = first else {
            return;
        };
        if removes(folder, &file) {
            bytes -= file.bytes;
            if file.kind == Kind::Ordinary {
                ordinary_bytes -= file.bytes;
            }
        }
    }
}

/// Removes a file. Returns whether it is gone.
fn removes(folder: &Folder, file: &JournalFile) -> bool {
    match folder.remove(&file.name) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
