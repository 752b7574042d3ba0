//! Finding calls by their IDs.
//!
//! Segments are searched as bytes: only what stands behind a name that ends with `_id` can be one of a call's IDs. A line is
//! read as JSON once such an ID is what was asked for.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use reqtrail::Trail;
use reqtrail::host::{IdKind, IdQuery};

use super::Folder;
use super::blocks::{Blocks, Line};
use super::found::{Content, Found, State};
use super::id::{self, Wanted, Words};
use super::line::{self, Record, Torn, What};
use super::open::Open;
use super::order::{Placed, newest_first};
use super::process::Writer;
use crate::exit::Failure;

/// How the name of each ID ends in the JSON of a trail.
const NAME: &[u8] = b"_id\"";

/// A call that was found, with what it was found by.
#[derive(Debug)]
struct Hit {
    number: usize,
    /// By a whole ID, not by its beginning.
    is_whole: bool,
    call: Placed,
}

impl Folder {
    /// As [`find`](Self::find), for several IDs at once: the calls for each of them.
    pub(crate) fn find_each(&self, queries: &[IdQuery]) -> Result<Vec<Vec<Found>>, Failure> {
        let mut hits = self.search(Wanted::Queries(queries))?;
        Ok((0..queries.len())
            .map(|number| {
                let of_query = hits.extract_if(.., |hit| hit.number == number);
                let (whole, begun): (Vec<_>, Vec<_>) = of_query.partition(|hit| hit.is_whole);
                let best = if whole.is_empty() { begun } else { whole };
                newest_first(best.into_iter().map(|hit| hit.call).collect())
            })
            .collect())
    }

    /// Finds the calls that have these IDs as they are, newest first: the calls for each of them.
    pub(crate) fn find_words<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Vec<Found>>, Failure> {
        let mut words = Words::default();
        let numbers: Vec<usize> = ids.into_iter().map(|id| words.add(id)).collect();
        let mut by_number: HashMap<usize, Vec<Placed>> = HashMap::new();
        for hit in self.search(Wanted::Words(&words))? {
            by_number.entry(hit.number).or_default().push(hit.call);
        }
        let found: HashMap<usize, Vec<Found>> = by_number
            .into_iter()
            .map(|(number, calls)| (number, newest_first(calls)))
            .collect();
        let of = |number| found.get(&number).cloned().unwrap_or_default();
        Ok(numbers.into_iter().map(of).collect())
    }

    fn search(&self, wanted: Wanted<'_>) -> Result<Vec<Hit>, Failure> {
        let mut tables = self.tables(Some(wanted))?;
        let processes = self.processes()?;
        let mut hits = Vec::new();
        for process in &processes {
            let is_alive = tables.is_alive(process);
            for segment in &process.segments {
                let each = |record: Record<'_>| match record.read(self, &process.stem, is_alive) {
                    Some(Read::Ended(seq, found)) => {
                        hits.extend(hits_of(wanted, &process.stem, Some(seq), &found));
                    }
                    Some(Read::Open(open)) => tables.open.push(open),
                    None => {}
                };
                let read = self.search_segment(&segment.path, is_alive, wanted, each);
                if let Err(error) = read {
                    self.skip_file(&segment.path, &error);
                }
            }
        }
        for open in self.without_ended(&processes, tables.open) {
            let stem = open.stem.clone();
            hits.extend(hits_of(wanted, &stem, None, &open.into_found()));
        }
        Ok(hits)
    }

    /// Reads the records of a segment that have a wanted ID, and counts torn lines.
    fn search_segment(
        &self,
        path: &Path,
        is_alive: bool,
        wanted: Wanted<'_>,
        mut each: impl FnMut(Record<'_>),
    ) -> io::Result<()> {
        each_block(path, |block, is_finished| {
            for bytes in lines(block) {
                if line::looks_torn(bytes) {
                    self.skip_torn(Line { bytes, is_finished }, is_alive);
                }
            }
            with_ids(block, wanted, |bytes| match line::read(bytes) {
                Ok(Some(record)) => each(record),
                Err(Torn) if !line::looks_torn(bytes) => {
                    self.skip_torn(Line { bytes, is_finished }, is_alive);
                }
                Ok(None) | Err(Torn) => {}
            });
        })
    }
}

/// What a record says of a call.
pub(super) enum Read {
    /// It has ended; the number is that of the record.
    Ended(u64, Found),
    Open(Open),
}

impl Record<'_> {
    /// Reads the call; `None` for a record of something else, or of a trail that cannot be read.
    pub(super) fn read(self, folder: &Folder, stem: &str, is_alive: bool) -> Option<Read> {
        let (service, host, pid) = (self.service.into_owned(), self.host.into_owned(), self.pid);
        match self.what {
            What::Call { trail: raw } => {
                let trail = Trail::from_json(raw.get()).map_err(|why| folder.skip_odd(&why));
                let trail = Box::new(trail.ok()?);
                let found = Found {
                    id: trail.call_id().to_string(),
                    matched: IdKind::Call,
                    state: State::Finished,
                    service,
                    host,
                    pid,
                    at: self.at,
                    content: Content::Finished {
                        trail,
                        raw: raw.get().to_owned(),
                    },
                };
                Some(Read::Ended(self.seq, found))
            }
            What::Opened(call) => Some(Read::Open(Open {
                stem: stem.to_owned(),
                writer: Writer { service, host, pid },
                is_alive,
                call,
            })),
            What::Closed | What::Lost { .. } | What::Other => None,
        }
    }
}

/// What of the wanted a call has: each once, by the ID that fits best.
fn hits_of(wanted: Wanted<'_>, stem: &str, seq: Option<u64>, found: &Found) -> Vec<Hit> {
    let ids = match &found.content {
        Content::Finished { trail, .. } => id::of_trail(trail),
        Content::Opened(call) => call.ids(),
    };
    let mut best: BTreeMap<usize, (bool, IdKind, &str)> = BTreeMap::new();
    for (kind, id) in &ids {
        wanted.matches(id, |number, is_whole| {
            let best = best.entry(number).or_insert((is_whole, *kind, id));
            if is_whole && !best.0 {
                *best = (is_whole, *kind, id);
            }
        });
    }
    let hit = |(number, (is_whole, matched, id)): (usize, (bool, IdKind, &str))| Hit {
        number,
        is_whole,
        call: Placed {
            stem: stem.to_owned(),
            seq,
            found: Found {
                id: id.to_owned(),
                matched,
                ..found.clone()
            },
        },
    };
    best.into_iter().map(hit).collect()
}

/// Calls `each` with every line of a file that has a wanted ID.
pub(super) fn lines_with(
    path: &Path,
    wanted: Wanted<'_>,
    mut each: impl FnMut(&[u8]),
) -> io::Result<()> {
    each_block(path, |block, _| with_ids(block, wanted, &mut each))
}

/// Calls `each` with every line of a file that has these bytes.
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

/// Calls `each` with the lines of a file, many at a time, and with whether they are finished.
fn each_block(path: &Path, mut each: impl FnMut(&[u8], bool)) -> io::Result<()> {
    let mut blocks = Blocks::new(path, 0);
    while blocks.advance()? {
        each(blocks.block(), true);
    }
    each(blocks.rest(), false);
    Ok(())
}

/// The lines of a block, without their newlines.
fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends =
        memchr_iter(b'\n', block).chain((block.last() != Some(&b'\n')).then_some(block.len()));
    ends.scan(0, |begin, end| {
        let line = &block[*begin..end];
        *begin = end + 1;
        Some(line)
    })
}

/// Calls `each` with every line of the block that has a wanted ID, or an ID that only JSON can read.
fn with_ids(block: &[u8], wanted: Wanted<'_>, mut each: impl FnMut(&[u8])) {
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

/// The line in which a byte of the block stands, and where it ends.
fn line_at(block: &[u8], at: usize) -> (&[u8], usize) {
    let begin = memrchr(b'\n', &block[..at]).map_or(0, |newline| newline + 1);
    let end = memchr(b'\n', &block[at..]).map_or(block.len(), |newline| at + newline);
    (&block[begin..end], end)
}

/// What stands behind a name: the text of its value, from after the quotation mark on. `None` for a value that is not text.
fn value(behind: &[u8]) -> Option<&[u8]> {
    behind
        .trim_ascii_start()
        .strip_prefix(b":")?
        .trim_ascii_start()
        .strip_prefix(b"\"")
}
