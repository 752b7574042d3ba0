//! Reads segments in blocks of whole lines: forward to search them, backward for the newest lines.
//!
//! It opens the file again for each block, because a folder may have more files than a process may have open.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memchr::{memchr, memrchr};

/// The bytes of one read: few enough to stay in a processor's cache during the search.
const BLOCK: usize = 256 * 1024;

/// Reads `count` bytes at an offset, or fewer at the end of the file.
fn read_at(path: &Path, offset: u64, count: u64, into: &mut Vec<u8>) -> io::Result<usize> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    file.take(count).read_to_end(into)
}

/// Reads a file in blocks of whole lines.
#[derive(Debug)]
pub(super) struct Blocks {
    path: PathBuf,
    /// The block, followed by the beginning of the next one.
    buffer: Vec<u8>,
    /// The length of the block.
    block: usize,
    /// The offset in the file of the buffer's first byte.
    offset: u64,
}

impl Blocks {
    pub(super) fn new(path: &Path, offset: u64) -> Self {
        Self {
            path: path.to_owned(),
            buffer: Vec::new(),
            block: 0,
            offset,
        }
    }

    /// Advances to the next block. `false` at the end of the file, where [`rest`](Self::rest) may hold one more line.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.block);
        self.offset += self.block as u64;
        self.block = 0;
        loop {
            let begin = self.buffer.len();
            let at = self.offset + begin as u64;
            self.buffer.reserve(BLOCK + 1);
            if read_at(&self.path, at, BLOCK as u64, &mut self.buffer)? == 0 {
                return Ok(false);
            }
            if let Some(last) = memrchr(b'\n', &self.buffer[begin..]) {
                self.block = begin + last + 1;
                return Ok(true);
            }
        }
    }

    /// Returns the block: whole lines, each with its newline.
    pub(super) fn block(&self) -> &[u8] {
        &self.buffer[..self.block]
    }

    /// Returns what follows the last newline, once [`advance`](Self::advance) has reached the end.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.block..]
    }

    /// Returns the offset in the file of the line after the block.
    pub(super) fn position(&self) -> u64 {
        self.offset + self.block as u64
    }
}

/// A line of a segment, without its newline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether the line ends with a newline. If not, it is being written, or its writer died.
    pub(super) is_finished: bool,
}

impl<'a> Line<'a> {
    pub(super) fn finished(bytes: &'a [u8]) -> Self {
        let is_finished = true;
        Self { bytes, is_finished }
    }

    pub(super) fn unfinished(bytes: &'a [u8]) -> Self {
        let is_finished = false;
        Self { bytes, is_finished }
    }
}

/// Reads the lines of a file from an offset on.
#[derive(Debug)]
pub(super) struct Forward {
    blocks: Blocks,
    /// The unread part of the block.
    left: Range<usize>,
    has_ended: bool,
}

impl Forward {
    pub(super) fn new(path: &Path, offset: u64) -> Self {
        Self {
            blocks: Blocks::new(path, offset),
            left: 0..0,
            has_ended: false,
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        if self.left.is_empty() && !self.has_ended {
            self.has_ended = !self.blocks.advance()?;
            self.left = 0..self.blocks.block().len();
            if self.has_ended && !self.blocks.rest().is_empty() {
                return Ok(Some(Line::unfinished(self.blocks.rest())));
            }
        }
        if self.left.is_empty() {
            return Ok(None);
        }
        let rest = &self.blocks.block()[self.left.clone()];
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        self.left.start += end + 1;
        Ok(Some(Line::finished(&rest[..end])))
    }

    /// Returns the offset after the last finished line that was returned.
    pub(super) fn position(&self) -> u64 {
        self.blocks.position() - self.left.len() as u64
    }
}

/// Reads the lines of a file from its end.
#[derive(Debug)]
pub(super) struct Backward {
    path: PathBuf,
    /// The end of a line whose beginning is not read yet, then whole lines.
    buffer: Vec<u8>,
    /// The unread whole lines in the buffer.
    left: Range<usize>,
    /// The offset in the file of the buffer's first byte.
    offset: u64,
}

impl Backward {
    /// Opens the whole file, or its first `length` bytes.
    pub(super) fn open(path: &Path, length: Option<u64>) -> io::Result<Self> {
        let whole = path.metadata()?.len();
        Ok(Self {
            path: path.to_owned(),
            buffer: Vec::new(),
            left: 0..0,
            offset: length.unwrap_or(whole).min(whole),
        })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        while self.left.is_empty() {
            if self.offset == 0 {
                return Ok(None);
            }
            self.refill()?;
        }
        let lines = &self.buffer[self.left.clone()];
        let (text, is_finished) = match lines.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (lines, false),
        };
        let begin = memrchr(b'\n', text).map_or(0, |at| at + 1);
        let bytes = &text[begin..];
        self.left.end = self.left.start + begin;
        Ok(Some(Line { bytes, is_finished }))
    }

    /// Reads the bytes before the buffer: at least as many as the buffer has of an incomplete line, so that a long line is copied
    /// only a few times.
    fn refill(&mut self) -> io::Result<()> {
        let count = self.offset.min(BLOCK.max(self.left.start) as u64);
        self.offset -= count;
        let mut buffer = Vec::with_capacity(count as usize + 1 + self.left.start);
        read_at(&self.path, self.offset, count, &mut buffer)?;
        if buffer.len() as u64 != count {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        buffer.extend_from_slice(&self.buffer[..self.left.start]);
        let begin = match self.offset {
            0 => 0,
            _ => memchr(b'\n', &buffer).map_or(buffer.len(), |at| at + 1),
        };
        self.left = begin..buffer.len();
        self.buffer = buffer;
        Ok(())
    }
}

/// Returns the length of the file without an unfinished last line.
pub(super) fn finished_length(path: &Path) -> io::Result<u64> {
    let mut lines = Backward::open(path, None)?;
    let whole = lines.offset;
    Ok(match lines.next()? {
        Some(line) if !line.is_finished => whole - line.bytes.len() as u64,
        _ => whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(line: Line<'_>) -> (Vec<u8>, bool) {
        (line.bytes.to_vec(), line.is_finished)
    }

    #[test]
    fn lines_are_the_same_in_both_directions() {
        let folder = std::env::temp_dir().join(format!("reqtrail-blocks-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("lines");
        let long = "x".repeat(BLOCK * 2 + 17);
        let fits = "y".repeat(BLOCK - 1);
        let many = "0123456789abcdef\n".repeat(40_000);
        for (text, finished) in [
            (String::new(), 0),
            ("\n".to_owned(), 1),
            ("a".to_owned(), 0),
            ("a\n\nbc\nd".to_owned(), 6),
            (format!("{fits}\n{fits}\n"), 2 * BLOCK as u64),
            (format!("{long}\nb\n{long}"), BLOCK as u64 * 2 + 20),
            (format!("{many}{long}\n"), 680_000 + BLOCK as u64 * 2 + 18),
        ] {
            std::fs::write(&path, &text).expect("a file");
            let mut expected: Vec<(Vec<u8>, bool)> = text
                .split_inclusive('\n')
                .map(|line| match line.strip_suffix('\n') {
                    Some(line) => (line.into(), true),
                    None => (line.into(), false),
                })
                .collect();
            let mut forward = Forward::new(&path, 0);
            let mut found = Vec::new();
            while let Some(line) = forward.next().expect("reads") {
                found.push(owned(line));
            }
            assert!(found == expected, "forward");
            assert_eq!(forward.position(), finished);
            assert_eq!(finished_length(&path).expect("reads"), finished);
            let mut backward = Backward::open(&path, None).expect("opens");
            let mut found = Vec::new();
            while let Some(line) = backward.next().expect("reads") {
                found.push(owned(line));
            }
            expected.reverse();
            assert!(found == expected, "backward");
        }
        std::fs::remove_dir_all(&folder).expect("removes");
    }
}
