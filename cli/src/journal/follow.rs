//! The newest calls of a folder, and the calls that end later.

use std::collections::HashSet;
use std::path::Path;

use super::blocks::{Forward, finished_length};
use super::call::{JournalCall, State};
use super::filter::Filter;
use super::line::{self, Torn};
use super::merge::{Lengths, Merge, Order};
use super::order::{SequencedCall, newest_first};
use super::process::ProcessJournal;
use super::read::{ReadCall, UnfinishedCall};
use super::{Folder, blocks};
use crate::exit::Failure;

/// Reads what programs write to a folder from a certain time on.
#[derive(Debug)]
pub(crate) struct Follow<'a> {
    folder: &'a Folder,
    filter: &'a Filter,
    /// How much of each segment was read.
    lengths: Lengths,
    /// Processes that are gone and whose journals were read to the end.
    done: HashSet<String>,
    /// Calls without an end that were already shown, or that existed before.
    unknown: HashSet<String>,
}

impl Folder {
    /// Returns the newest `last` calls, oldest first, and the reader of later ones.
    pub(crate) fn follow<'a>(
        &'a self,
        filter: &'a Filter,
        last: usize,
    ) -> Result<(Vec<JournalCall>, Follow<'a>), Failure> {
        let mut lengths = Lengths::new();
        for segment in self.processes()?.into_iter().flat_map(|it| it.segments) {
            match finished_length(&segment.path) {
                Ok(length) => {
                    lengths.insert(segment.path, length);
                }
                Err(error) => self.skip_file(&segment.path, &error),
            }
        }
        let (processes, open) = self.open_calls()?;
        let open = open.into_iter().map(UnfinishedCall::into_call);
        let unknown: Vec<_> = open.filter(|call| call.state == State::Unknown).collect();
        let ids = unknown.iter().map(|call| call.content.call_id()).collect();
        let order = Order::NewestFirst;
        let mut merge = Merge::new(self, filter, order, processes, Some(&lengths), unknown);
        let mut newest: Vec<JournalCall> = std::iter::from_fn(|| merge.next()).take(last).collect();
        newest.reverse();
        let follow = Follow {
            folder: self,
            filter,
            lengths,
            done: HashSet::new(),
            unknown: ids,
        };
        Ok((newest, follow))
    }
}

impl Follow<'_> {
    /// Returns the calls that ended since the last call of this function, oldest first, and those whose process is gone since.
    pub(crate) fn news(&mut self) -> Vec<JournalCall> {
        let mut news = Vec::new();
        // A program makes a removed folder again with its next record.
        for process in ProcessJournal::all(&self.folder.path).unwrap_or_default() {
            if self.done.contains(&process.stem) {
                continue;
            }
            // Checked before the read: a process that is gone writes nothing more.
            let is_alive = process.is_alive();
            for segment in &process.segments {
                self.read(&process, &segment.path, is_alive, &mut news);
            }
            if !is_alive {
                self.read_open(&process, &mut news);
                self.done.insert(process.stem);
            }
        }
        let mut news = newest_first(news);
        news.reverse();
        news
    }

    /// Reads what was added to a segment.
    fn read(
        &mut self,
        process: &ProcessJournal,
        path: &Path,
        is_alive: bool,
        news: &mut Vec<SequencedCall>,
    ) {
        let from = self.lengths.get(path).copied().unwrap_or(0);
        if path.metadata().is_ok_and(|about| about.len() == from) {
            return;
        }
        let mut lines = Forward::new(path, from);
        loop {
            match lines.next() {
                Ok(Some(line)) => news.extend(self.call(process, line, is_alive)),
                Ok(None) => break,
                Err(error) => {
                    self.folder.skip_file(path, &error);
                    break;
                }
            }
        }
        self.lengths.insert(path.to_owned(), lines.position());
    }

    fn call(
        &self,
        process: &ProcessJournal,
        line: blocks::Line<'_>,
        is_alive: bool,
    ) -> Option<SequencedCall> {
        // Wait until the writer finishes the line. A writer that is gone never does.
        if !line.is_finished && is_alive {
            return None;
        }
        let record = match line::read(line.bytes) {
            Ok(record) => record?,
            Err(Torn) => {
                self.folder.skip_torn(line, is_alive);
                return None;
            }
        };
        match record.read(self.folder, &process.stem, is_alive)? {
            ReadCall::Ended(seq, found) => self.filter.accepts(&found).then(|| SequencedCall {
                stem: process.stem.clone(),
                seq: Some(seq),
                found,
            }),
            ReadCall::Unfinished(_) => None,
        }
    }

    /// Reads the calls without an end of a process that is gone.
    fn read_open(&mut self, process: &ProcessJournal, news: &mut Vec<SequencedCall>) {
        let open = self.folder.open_calls_of(process, false);
        for open in self.folder.without_ended([process], open) {
            let stem = open.stem.clone();
            let found = open.into_call();
            if self.unknown.insert(found.content.call_id()) && self.filter.accepts(&found) {
                let seq = None;
                news.push(SequencedCall { stem, seq, found });
            }
        }
    }
}
