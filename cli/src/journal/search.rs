//! Finding calls by their IDs.
//!
//! Segments are searched as bytes: only what stands behind a name that ends with `_id` can be one of a call's IDs. A line is
//! read as JSON once such an ID is what was asked for.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use jiff::Timestamp;
use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use reqtrail::Trail;

use super::blocks::{Blocks, Line};
use super::id::{self, IdKind, Wanted, Words};
use super::line::{self, Record, What};
use super::open::{self, Open};
use super::process::Process;
use super::{Content, Folder, Found, IdQuery, State};
use crate::exit::Failure;

/// How the name of each ID ends in the JSON of a trail.
const NAME: &[u8] = b"_id\"";

/// A call that was found, with what it was found by.
#[derive(Debug)]
struct Hit {
    number: usize,
    /// By a whole ID, not by its beginning.
    is_whole: bool,
    /// Its place among the records of its process; `None` for a call without a record.
    seq: Option<u64>,
    stem: String,
    found: Found,
}

impl Folder {
    /// As [`find`](Self::find), for several IDs at once: the calls for each of them.
    pub(crate) fn find_each(&self, queries: &[IdQuery]) -> Result<Vec<Vec<Found>>, Failure> {
        let mut hits = self.search(Wanted::Queries(queries))?;
        Ok((0..queries.len())
            .map(|number| {
                let of_query = hits.extract_if(.., |hit| hit.number == number);
                let (whole, begun): (Vec<_>, Vec<_>) = of_query.partition(|hit| hit.is_whole);
                newest_first(if whole.is_empty() { begun } else { whole })
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
        let mut by_number: HashMap<usize, Vec<Hit>> = HashMap::new();
        for hit in self.search(Wanted::Words(&words))? {
            by_number.entry(hit.number).or_default().push(hit);
        }
        let found: HashMap<usize, Vec<Found>> = by_number
            .into_iter()
            .map(|(number, hits)| (number, newest_first(hits)))
            .collect();
        let of = |number| found.get(&number).cloned().unwrap_or_default();
        Ok(numbers.into_iter().map(of).collect())
    }

    fn search(&self, wanted: Wanted<'_>) -> Result<Vec<Hit>, Failure> {
        let mut open = Vec::new();
        let mut alive = HashMap::new();
        // Tables first: what ends while they are read has its record by the time that the segments are.
        for process in self.processes()? {
            let calls = self.slots(&process);
            let is_alive = process.is_alive();
            alive.insert(process.stem.clone(), is_alive);
            for call in calls {
                let is_wanted = id::of_opened(&call).iter().any(|(_, id)| wanted.has(id));
                if is_wanted {
                    open.push(Open {
                        stem: process.stem.clone(),
                        writer: process.writer(),
                        state: open::state(is_alive),
                        call,
                    });
                }
            }
        }
        let processes = self.processes()?;
        let mut hits = Vec::new();
        for process in &processes {
            let is_alive = alive.get(&process.stem).copied();
            let is_alive = is_alive.unwrap_or_else(|| process.is_alive());
            for segment in &process.segments {
                let read = self.search_segment(&segment.path, is_alive, wanted, |record| {
                    let read = record.read(self, &process.stem, is_alive);
                    match read {
                        Some(Read::Ended(seq, found)) => {
                            hits.extend(hits_of(wanted, &process.stem, Some(seq), &found));
                        }
                        Some(Read::Open(call)) => open.push(call),
                        None => {}
                    }
                });
                if let Err(error) = read {
                    self.skip_file(&segment.path, &error);
                }
            }
        }
        for open in self.without_ended(&processes, open) {
            let found = Found {
                id: String::new(),
                matched: IdKind::Call,
                state: open.state,
                at: open.call.at,
                content: open.content(),
                service: open.writer.service,
                host: open.writer.host,
                pid: open.writer.pid,
            };
            hits.extend(hits_of(wanted, &open.stem, None, &found));
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
        let torn = |line: Line<'_>| {
            // A line without an end is being written, while its writer lives.
            if line.is_finished || !is_alive {
                self.skip_torn();
            }
        };
        search_blocks(path, wanted, torn, |line| match line::read(line.bytes) {
            Ok(Some(record)) => each(record),
            Ok(None) => {}
            Err(line::Torn) if line::looks_torn(line.bytes) => {}
            Err(line::Torn) => torn(line),
        })
    }
}

/// What a record says of a call.
pub(super) enum Read {
    Ended(u64, Found),
    Open(Open),
}

impl Record<'_> {
    /// Reads the call; `None` for a record of something else, or of a trail that cannot be read.
    pub(super) fn read(self, folder: &Folder, stem: &str, is_alive: bool) -> Option<Read> {
        match self.what {
            What::Call { trail: raw } => {
                let raw = raw.get();
                let trail = Trail::from_json(raw).map_err(|why| folder.skip_odd(&why));
                let trail = Box::new(trail.ok()?);
                let raw = raw.to_owned();
                Some(Read::Ended(
                    self.seq,
                    Found {
                        id: trail.call_id().to_string(),
                        matched: IdKind::Call,
                        state: State::Finished,
                        service: self.service.into_owned(),
                        host: self.host.into_owned(),
                        pid: self.pid,
                        at: self.at,
                        content: Content::Finished { trail, raw },
                    },
                ))
            }
            What::Opened(call) => Some(Read::Open(Open {
                stem: stem.to_owned(),
                writer: super::process::Writer {
                    service: self.service.into_owned(),
                    host: self.host.into_owned(),
                    pid: self.pid,
                },
                state: open::state(is_alive),
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
        Content::Opened(call) => id::of_opened(call),
    };
    let mut best: BTreeMap<usize, (bool, IdKind, &str)> = BTreeMap::new();
    for (kind, id) in &ids {
        wanted.matches(id, |number, is_whole| {
            let best = best.entry(number).or_insert((is_whole, *kind, id));
            if is_whole > best.0 {
                *best = (is_whole, *kind, id);
            }
        });
    }
    let hit = |(number, (is_whole, matched, id)): (usize, (bool, IdKind, &str))| Hit {
        number,
        is_whole,
        seq,
        stem: stem.to_owned(),
        found: Found {
            id: id.to_owned(),
            matched,
            ..found.clone()
        },
    };
    best.into_iter().map(hit).collect()
}

/// Sorts calls by time. Those of one process keep the order of its records, whatever its clock did.
fn newest_first(hits: Vec<Hit>) -> Vec<Found> {
    let mut lists: BTreeMap<(&str, Option<usize>), Vec<&Hit>> = BTreeMap::new();
    for (at, hit) in hits.iter().enumerate() {
        // A call without a record has no place among the records.
        let alone = hit.seq.is_none().then_some(at);
        lists.entry((&hit.stem, alone)).or_default().push(hit);
    }
    let mut lists: Vec<Vec<&Hit>> = lists.into_values().collect();
    for list in &mut lists {
        list.sort_by_key(|hit| hit.seq);
    }
    let newest = |list: &Vec<&Hit>| list.last().map(|hit| hit.found.at);
    let mut sorted = Vec::new();
    loop {
        let next: Option<(&mut Vec<&Hit>, Timestamp)> = lists
            .iter_mut()
            .filter_map(|list| newest(list).map(|at| (list, at)))
            .max_by_key(|(_, at)| *at);
        match next.and_then(|(list, _)| list.pop()) {
            Some(hit) => sorted.push(hit.found.clone()),
            None => return sorted,
        }
    }
}

/// Calls `each` with every line of a file that has a wanted ID.
pub(super) fn lines_with(
    path: &Path,
    wanted: Wanted<'_>,
    each: impl FnMut(Line<'_>),
) -> io::Result<()> {
    search_blocks(path, wanted, |_| {}, each)
}

fn search_blocks(
    path: &Path,
    wanted: Wanted<'_>,
    mut torn: impl FnMut(Line<'_>),
    mut each: impl FnMut(Line<'_>),
) -> io::Result<()> {
    let finder = Finder::new(NAME);
    let mut blocks = Blocks::open(path, 0)?;
    while blocks.advance()? {
        let block = blocks.block();
        let mut begin = 0;
        for end in memchr_iter(b'\n', block) {
            let bytes = &block[begin..end];
            if line::looks_torn(bytes) {
                torn(Line::finished(bytes));
            }
            begin = end + 1;
        }
        lines_of(block, &finder, wanted, |bytes| each(Line::finished(bytes)));
    }
    let rest = blocks.rest();
    if line::looks_torn(rest) {
        torn(Line::unfinished(rest));
    }
    lines_of(rest, &finder, wanted, |bytes| each(Line::unfinished(bytes)));
    Ok(())
}

/// Calls `each` with every line of the block that has a wanted ID, or an ID that only JSON can read.
fn lines_of(block: &[u8], finder: &Finder<'_>, wanted: Wanted<'_>, mut each: impl FnMut(&[u8])) {
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
            let begin = memrchr(b'\n', &block[..from]).map_or(0, |at| at + 1);
            let end = memchr(b'\n', &block[from..]).map_or(block.len(), |at| from + at);
            each(&block[begin..end]);
            from = end;
        }
    }
}

/// What stands behind a name: the text of its value, from after the quotation mark on. `None` for a value that is not text.
fn value(behind: &[u8]) -> Option<&[u8]> {
    behind
        .trim_ascii_start()
        .strip_prefix(b":")?
        .trim_ascii_start()
        .strip_prefix(b"\"")
}
