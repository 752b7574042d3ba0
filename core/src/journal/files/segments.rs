//! The files that records are appended to: one open file for each kind of record, closed when it is full.
//!
//! Notable records and others have separate segments, with odd and even numbers, so that the limits can spare the
//! former without reading either.

use std::io;

use nix::fcntl::OFlag;
use nix::sys::stat::fstat;

use super::folder::Folder;
use super::inherited::OwnFile;
use super::name::{FileName, Part};
use super::platform::Platform;

/// The largest segment, if the folder's limit has room for eight of them.
pub(super) const LARGEST: u64 = 8 << 20;
/// The smallest.
const SMALLEST: u64 = 64 << 10;

/// A line's buffer is freed if it has become larger than this.
const BUFFER: usize = 64 << 10;

/// Which of the two open segments a record goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The limits remove it last.
    Notable,
    /// All others.
    Ordinary,
}

impl Kind {
    pub(super) fn of_segment(number: u32) -> Self {
        if number % 2 == 1 {
            Self::Notable
        } else {
            Self::Ordinary
        }
    }
}

/// Why a record was not written.
#[derive(Debug)]
pub(super) enum WriteError {
    /// The files are no longer in their folder, so writing to them would have no effect.
    Removed,
    /// No file may become so large.
    TooLarge,
    Io(io::Error),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The open segments of a process.
#[derive(Debug)]
pub(super) struct Segments {
    /// The name of any file of the process.
    name: FileName,
    /// How many bytes all open segments may have together. A process exceeds the folder's limit by no more than that.
    bound: u64,
    notable: Segment,
    ordinary: Segment,
    buffer: Vec<u8>,
    fsync: bool,
}

#[derive(Debug)]
struct Segment {
    /// The number of the open file, or else of the last one.
    number: u32,
    file: Option<OwnFile>,
    size: u64,
    /// Whether it ends in the middle of a line.
    is_torn: bool,
}

/// The result of a write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) bytes: u64,
    /// Whether a segment was closed, so that the limits have to be checked.
    pub(super) has_closed: bool,
}

impl Segments {
    pub(super) fn new(name: FileName, bound: u64, fsync: bool) -> Self {
        // Its first segments are 1 and 2.
        let segment = |number| Segment {
            number,
            file: None,
            size: 0,
            is_torn: false,
        };
        Self {
            name,
            bound,
            // Two before the first, as numbers go in steps of two.
            notable: segment(u32::MAX),
            ordinary: segment(0),
            buffer: Vec::new(),
            fsync,
        }
    }

    /// Returns the name of the segment that was written to last, among those that are open.
    pub(super) fn current(&self) -> Option<String> {
        let open = [&self.notable, &self.ordinary];
        let open = open.into_iter().filter(|segment| segment.file.is_some());
        let latest = open.max_by_key(|segment| segment.number)?;
        Some(self.segment_name(latest.number))
    }

    /// Appends a line by one write, and a newline before it if the line before was cut short.
    pub(super) fn write(
        &mut self,
        platform: &dyn Platform,
        folder: &Folder,
        line: &[u8],
        kind: Kind,
    ) -> Result<Written, WriteError> {
        if line.len() as u64 + 2 > file_limit() {
            return Err(WriteError::TooLarge);
        }
        let has_closed = self.make_room(folder, line.len() as u64 + 2);
        self.open(folder, kind)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let segment = self.segment(kind);
        let result = segment.append(platform, line, &mut buffer);
        if buffer.capacity() > BUFFER {
            buffer = Vec::new();
        }
        self.buffer = buffer;
        let bytes = match result {
            Ok(bytes) => bytes,
            Err(error) => {
                if !is_full(&error) {
                    // Whatever is wrong with this file, another one may work.
                    self.segment(kind).close();
                }
                return Err(error.into());
            }
        };
        let fsync = self.fsync;
        let Some(file) = &self.segment(kind).file else {
            unreachable!("it was written to");
        };
        // Not std's `metadata`, whose system call costs twice as much.
        if fstat(&**file).is_ok_and(|status| status.st_nlink == 0) {
            return Err(WriteError::Removed);
        }
        if fsync {
            file.sync_data()?;
        }
        Ok(Written { bytes, has_closed })
    }

    /// Returns whether a line would go to an existing segment.
    pub(super) fn is_open(&mut self, kind: Kind) -> bool {
        self.segment(kind).file.is_some()
    }

    fn segment(&mut self, kind: Kind) -> &mut Segment {
        match kind {
            Kind::Notable => &mut self.notable,
            Kind::Ordinary => &mut self.ordinary,
        }
    }

    /// Closes the larger segment while a line would make all of them together too large. Returns whether it closed one.
    fn make_room(&mut self, folder: &Folder, length: u64) -> bool {
        let mut has_closed = false;
        while self.notable.size + self.ordinary.size > 0
            && self.notable.size + self.ordinary.size + length > self.bound
        {
            let larger = if self.notable.size >= self.ordinary.size {
                Kind::Notable
            } else {
                Kind::Ordinary
            };
            self.segment(larger).close();
            // The segment with the highest number counts as open, and is not removed. If this fails, the next write
            // reports it.
            let _ = self.open(folder, larger);
            has_closed = true;
        }
        has_closed
    }

    /// Makes a segment if none is open.
    fn open(&mut self, folder: &Folder, kind: Kind) -> Result<(), WriteError> {
        if self.segment(kind).file.is_some() {
            return Ok(());
        }
        let number = self.segment(kind).number.wrapping_add(2);
        let name = self.segment_name(number);
        let segment = self.segment(kind);
        // Counted even if it fails, so that an unavailable name is not tried twice.
        segment.number = number;
        let file = folder
            .create(&name, OFlag::O_WRONLY | OFlag::O_APPEND)
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => WriteError::Removed,
                _ => WriteError::Io(error),
            })?;
        segment.file = Some(OwnFile::register(file.into())?);
        Ok(())
    }

    fn segment_name(&self, number: u32) -> String {
        self.name.sibling(Part::Segment(number)).to_string()
    }
}

impl Segment {
    fn append(
        &mut self,
        platform: &dyn Platform,
        line: &[u8],
        buffer: &mut Vec<u8>,
    ) -> io::Result<u64> {
        let Some(file) = &self.file else {
            unreachable!("it was opened");
        };
        buffer.clear();
        if self.is_torn {
            buffer.push(b'\n');
        }
        buffer.extend_from_slice(line);
        buffer.push(b'\n');
        let taken = loop {
            match platform.append(file, buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.size += taken as u64;
        if taken > 0 {
            self.is_torn = taken < buffer.len() && (taken > 1 || !self.is_torn);
        }
        if taken < buffer.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(taken as u64)
    }

    fn close(&mut self) {
        self.file = None;
        self.size = 0;
        self.is_torn = false;
    }
}

/// Returns whether only room is missing, so that another file would not help.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Returns how many bytes a process's open segments may have together in a folder of this limit: an eighth of it, between
/// 64 KiB and 8 MiB, and no more than the system lets a file have. Beyond that limit a signal would kill the process.
pub(super) fn bound(max_bytes: u64) -> u64 {
    (max_bytes / 8).clamp(SMALLEST, LARGEST).min(file_limit())
}

/// Returns the largest size that this process may give a file.
pub(super) fn file_limit() -> u64 {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: there is room for the answer.
    if unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } != 0 {
        return u64::MAX;
    }
    if limit.rlim_cur == libc::RLIM_INFINITY {
        return u64::MAX;
    }
    #[allow(
        clippy::unnecessary_cast,
        reason = "some systems have another type for it"
    )]
    let limit = limit.rlim_cur as u64;
    limit
}
