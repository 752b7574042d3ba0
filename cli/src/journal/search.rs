//! Finds calls by their IDs.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use reqtrail::host::{IdKind, IdQuery};

use super::Folder;
use super::blocks::Line;
use super::call::{Content, JournalCall};
use super::id::{self, WantedIds, WholeIds};
use super::line::{self, Record, Torn};
use super::order::{SequencedCall, newest_first};
use super::read::ReadCall;
use super::scan::{each_block, lines, with_ids};
use crate::exit::Failure;

/// A call that was found.
#[derive(Debug)]
struct Hit {
    /// The number of the wanted ID.
    number: usize,
    /// Whether the whole ID matched, not only its first characters.
    is_whole: bool,
    call: SequencedCall,
}

impl Folder {
    /// Does what [`find`](Self::find) does for several IDs at once. Returns the calls of each ID.
    pub(crate) fn find_each(&self, queries: &[IdQuery]) -> Result<Vec<Vec<JournalCall>>, Failure> {
        let mut hits = self.search(WantedIds::Queries(queries))?;
        Ok((0..queries.len())
            .map(|number| {
                let of_query = hits.extract_if(.., |hit| hit.number == number);
                let (whole, begun): (Vec<_>, Vec<_>) = of_query.partition(|hit| hit.is_whole);
                let best = if whole.is_empty() { begun } else { whole };
                newest_first(best.into_iter().map(|hit| hit.call).collect())
            })
            .collect())
    }

    /// Finds the calls with exactly these IDs. Returns the calls of each ID, newest first.
    pub(crate) fn find_whole<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Vec<JournalCall>>, Failure> {
        let mut wanted = WholeIds::default();
        let numbers: Vec<usize> = ids.into_iter().map(|id| wanted.add(id)).collect();
        let mut by_number: HashMap<usize, Vec<SequencedCall>> = HashMap::new();
        for hit in self.search(WantedIds::Whole(&wanted))? {
            by_number.entry(hit.number).or_default().push(hit.call);
        }
        let found: HashMap<usize, Vec<JournalCall>> = by_number
            .into_iter()
            .map(|(number, calls)| (number, newest_first(calls)))
            .collect();
        let of = |number| found.get(&number).cloned().unwrap_or_default();
        Ok(numbers.into_iter().map(of).collect())
    }

    fn search(&self, wanted: WantedIds<'_>) -> Result<Vec<Hit>, Failure> {
        let mut tables = self.tables(Some(wanted))?;
        let processes = self.processes()?;
        let mut hits = Vec::new();
        for process in &processes {
            let is_alive = tables.is_alive(process);
            for segment in &process.segments {
                let each = |record: Record<'_>| match record.read(self, &process.stem, is_alive) {
                    Some(ReadCall::Ended(seq, found)) => {
                        hits.extend(hits_of(wanted, &process.stem, Some(seq), &found));
                    }
                    Some(ReadCall::Unfinished(open)) => tables.open.push(open),
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
            hits.extend(hits_of(wanted, &stem, None, &open.into_call()));
        }
        Ok(hits)
    }

    /// Calls `each` with the records of a segment that have a wanted ID, and counts torn lines.
    fn search_segment(
        &self,
        path: &Path,
        is_alive: bool,
        wanted: WantedIds<'_>,
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

/// Returns a hit for each wanted ID that the call has. If several of its IDs match one, the best match counts.
fn hits_of(wanted: WantedIds<'_>, stem: &str, seq: Option<u64>, found: &JournalCall) -> Vec<Hit> {
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
        call: SequencedCall {
            stem: stem.to_owned(),
            seq,
            found: JournalCall {
                id: id.to_owned(),
                matched,
                ..found.clone()
            },
        },
    };
    best.into_iter().map(hit).collect()
}
