//! Calls that began and whose end is not known.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::{fs, io};

use reqtrail::host::journal::SLOT_BYTES;

use super::Folder;
use super::id::{WantedIds, WholeIds};
use super::line::{self, OpenedCall, RecordKind};
use super::process::ProcessJournal;
use super::read::{ReadCall, UnfinishedCall};
use super::scan::{lines_containing, lines_with};
use crate::exit::Failure;

/// How often a table is read at most, if a slot of it is just being written.
const READS: usize = 3;

/// The bytes in the record of a call for which the table had no room.
const OPENED: &[u8] = b"\"opened\"";

/// A process, and whether it is alive.
pub(super) type Probed = (ProcessJournal, bool);

/// The content of the open-call tables, and which processes were alive after they were read.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) open: Vec<UnfinishedCall>,
    alive: HashMap<String, bool>,
}

impl Tables {
    /// Returns whether a process was alive when its table was read.
    pub(super) fn is_alive(&self, process: &ProcessJournal) -> bool {
        let known = self.alive.get(&process.stem).copied();
        known.unwrap_or_else(|| process.is_alive())
    }
}

impl Folder {
    /// Reads the open-call tables. Call this before segments are read: a call that ends in between then has its record.
    pub(super) fn tables(&self, wanted: Option<WantedIds<'_>>) -> Result<Tables, Failure> {
        let mut tables = Tables::default();
        for process in self.processes()? {
            let before = tables.open.len();
            self.read_slots(&process, false, wanted, &mut tables.open);
            let is_alive = process.is_alive();
            for open in &mut tables.open[before..] {
                open.is_alive = is_alive;
            }
            tables.alive.insert(process.stem, is_alive);
        }
        Ok(tables)
    }

    /// Returns all processes, each with whether it is alive, and the calls without an end.
    pub(super) fn open_calls(&self) -> Result<(Vec<Probed>, Vec<UnfinishedCall>), Failure> {
        let mut tables = self.tables(None)?;
        let processes = self.processes()?;
        for process in &processes {
            let is_alive = tables.is_alive(process);
            self.read_opened(process, is_alive, &mut tables.open);
        }
        let open = self.without_ended(&processes, std::mem::take(&mut tables.open));
        let processes = processes.into_iter().map(|process| {
            let is_alive = tables.is_alive(&process);
            (process, is_alive)
        });
        Ok((processes.collect(), open))
    }

    /// Returns the open calls of a process: those in its table, and those for which the table had no room.
    pub(super) fn open_calls_of(
        &self,
        process: &ProcessJournal,
        is_alive: bool,
    ) -> Vec<UnfinishedCall> {
        let mut open = Vec::new();
        self.read_slots(process, is_alive, None, &mut open);
        self.read_opened(process, is_alive, &mut open);
        open
    }

    /// Reads the records of calls for which the table had no room.
    fn read_opened(
        &self,
        process: &ProcessJournal,
        is_alive: bool,
        open: &mut Vec<UnfinishedCall>,
    ) {
        for segment in &process.segments {
            let read = lines_containing(&segment.path, OPENED, |bytes| {
                let record = line::read(bytes).ok().flatten();
                let read = record.and_then(|record| record.read(self, &process.stem, is_alive));
                if let Some(ReadCall::Unfinished(call)) = read {
                    open.push(call);
                }
            });
            if let Err(error) = read {
                self.skip_file(&segment.path, &error);
            }
        }
    }

    /// Reads the open-call table of a process. A segment may already have the end of a call in it.
    fn read_slots(
        &self,
        process: &ProcessJournal,
        is_alive: bool,
        wanted: Option<WantedIds<'_>>,
        open: &mut Vec<UnfinishedCall>,
    ) {
        let Some(table) = &process.table else { return };
        let mut calls = match read_table(table) {
            Ok((calls, torn)) => {
                self.skipped.borrow_mut().torn += torn;
                calls
            }
            Err(error) => return self.skip_file(table, &error),
        };
        if let Some(wanted) = wanted {
            calls.retain(|call| call.ids().iter().any(|(_, id)| wanted.has(id)));
        }
        if calls.is_empty() {
            return;
        }
        let writer = process.writer();
        open.extend(calls.into_iter().map(|call| UnfinishedCall {
            stem: process.stem.clone(),
            writer: writer.clone(),
            is_alive,
            call,
        }));
    }

    /// Removes the calls whose end is in a segment: a program writes the record before it clears the slot.
    pub(super) fn without_ended<'a>(
        &self,
        processes: impl IntoIterator<Item = &'a ProcessJournal>,
        mut open: Vec<UnfinishedCall>,
    ) -> Vec<UnfinishedCall> {
        for process in processes {
            let mut ids = WholeIds::default();
            let own = open.iter().filter(|open| open.stem == process.stem);
            if own.map(|open| ids.add(&open.call.call_id)).count() == 0 {
                continue;
            }
            let mut ended = HashSet::new();
            for segment in &process.segments {
                let read = lines_with(&segment.path, WantedIds::Whole(&ids), |bytes| {
                    if let Ok(Some(record)) = line::read(bytes)
                        && matches!(record.kind, RecordKind::Call { .. } | RecordKind::Closed)
                    {
                        ended.insert(record.call_id.into_owned());
                    }
                });
                if let Err(error) = read {
                    self.skip_file(&segment.path, &error);
                }
            }
            open.retain(|open| open.stem != process.stem || !ended.contains(&open.call.call_id));
        }
        // A table may have two slots of one call, and a segment one more record: the last attempt counts.
        open.sort_by_key(|open| Reverse(open.call.attempt));
        let mut seen = HashSet::new();
        open.retain(|open| seen.insert((open.stem.clone(), open.call.call_id.clone())));
        open
    }
}

/// Reads a table. Returns its calls and the number of slots that cannot be parsed.
fn read_table(table: &Path) -> io::Result<(Vec<OpenedCall>, usize)> {
    let mut reads = 0;
    loop {
        reads += 1;
        let bytes = fs::read(table)?;
        let mut torn = 0;
        let slots = bytes.chunks(SLOT_BYTES).filter_map(|slot| {
            line::slot(slot).unwrap_or_else(|line::Torn| {
                torn += 1;
                None
            })
        });
        let slots = slots.collect();
        if torn == 0 || reads == READS {
            return Ok((slots, torn));
        }
    }
}
