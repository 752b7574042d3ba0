//! Searches segments as bytes.
//!
//! Only the value of a name that ends with `_id` can be an ID of a call. A caller parses a line as JSON only if such a value is
//! a wanted ID.

use std::io;
use std::path::Path;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::blocks::Blocks;
use super::id::WantedIds;

/// The end of the name of every ID in the JSON of a trail.
const NAME: &[u8] = b"_id\"";

/// Calls `each` with every line of a file that contains a wanted ID.
pub(super) fn lines_with(
    path: &Path,
    wanted: WantedIds<'_>,
    mut each: impl FnMut(&[u8]),
) -> io::Result<()> {
    each_block(path, |block, _| with_ids(block, wanted, &mut each))
}

/// Calls `each` with every line of a file that contains these bytes.
pub(super) fn lines_containing(
    path: &Path,
    bytes: &[u8],
    mut each: impl FnMut(&[u8]),
) -> io::Result<()> {
    let finder = Finder::new(bytes);
    each_block(path, |block, _| {
        let mut from = 0;
        while let Some(at) = finder.find(&block[from..]) {
            let (line, end) = line_at(block, from + at);
            each(line);
            from = end;
        }
    })
}

/// Calls `each` with blocks of a file's lines, and with whether the lines are finished.
pub(super) fn each_block(path: &Path, mut each: impl FnMut(&[u8], bool)) -> io::Result<()> {
    let mut blocks = Blocks::new(path, 0);
    while blocks.advance()? {
        each(blocks.block(), true);
    }
    each(blocks.rest(), false);
    Ok(())
}

/// Returns the lines of a block, without their newlines.
pub(super) fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends =
        memchr_iter(b'\n', block).chain((block.last() != Some(&b'\n')).then_some(block.len()));
    ends.scan(0, |begin, end| {
        let line = &block[*begin..end];
        *begin = end + 1;
        Some(line)
    })
}

/// Calls `each` with every line of the block that contains a wanted ID, or an ID with escapes, which only JSON can read.
pub(super) fn with_ids(block: &[u8], wanted: WantedIds<'_>, mut each: impl FnMut(&[u8])) {
    let finder = Finder::new(NAME);
    let mut from = 0;
    while let Some(at) = finder.find(&block[from..]) {
        from += at + NAME.len();
        let Some(value) = value(&block[from..]) else {
            continue;
        };
        let is_candidate = match memchr2(b'"', b'\\', value) {
            Some(end) if value[end] == b'"' => {
                std::str::from_utf8(&value[..end]).is_ok_and(|id| wanted.has(id))
            }
            escaped => escaped.is_some(),
        };
        if is_candidate {
            let (line, end) = line_at(block, from);
            each(line);
            from = end;
        }
    }
}

/// Returns the line that contains the byte at `at`, and the offset of its end.
fn line_at(block: &[u8], at: usize) -> (&[u8], usize) {
    let begin = memrchr(b'\n', &block[..at]).map_or(0, |newline| newline + 1);
    let end = memchr(b'\n', &block[at..]).map_or(block.len(), |newline| at + newline);
    (&block[begin..end], end)
}

/// Returns the block from the first character of the value on, given what follows a name. `None` if the value is not a string.
fn value(after_name: &[u8]) -> Option<&[u8]> {
    after_name
        .trim_ascii_start()
        .strip_prefix(b":")?
        .trim_ascii_start()
        .strip_prefix(b"\"")
}
