//! Calls that began, and of which no end is known.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::{fs, io};

use reqtrail::host::IdKind;
use reqtrail::host::journal::SLOT_BYTES;

use super::Folder;
use super::found::{Content, Found, State};
use super::id::{Wanted, Words};
use super::line::{self, OpenedCall, What};
use super::process::{Process, Writer};
use super::search::{Read, lines_containing, lines_with};
use crate::exit::Failure;

/// How often a table is read in which a slot is just being written.
const READS: usize = 3;

/// What stands in a line that tells of a call for which the table had no room.
const OPENED: &[u8] = b"\"opened\"";

/// A call of which no end is known yet.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) stem: String,
    pub(super) writer: Writer,
    pub(super) is_alive: bool,
    pub(super) call: OpenedCall,
}

/// A process, and whether it lives.
pub(super) type Probed = (Process, bool);

/// What the open-call tables said, and which processes lived after that.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) open: Vec<Open>,
    alive: HashMap<String, bool>,
}

impl Tables {
    /// Returns whether a process lived when its table was read.
    pub(super) fn is_alive(&self, process: &Process) -> bool {
        let known = self.alive.get(&process.stem).copied();
        known.unwrap_or_else(|| process.is_alive())
    }
}

impl Folder {
    /// Reads the open-call tables. It has to be done before segments are read: what ends meanwhile has its record by then.
    pub(super) fn tables(&self, wanted: Option<Wanted<'_>>) -> Result<Tables, Failure> {
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

    /// Returns the calls that have no end, and all processes with whether they live.
    pub(super) fn open_calls(&self) -> Result<(Vec<Probed>, Vec<Open>), Failure> {
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

    /// Returns the calls that a process has in its table, and those for which the table had no room.
    pub(super) fn open_calls_of(&self, process: &Process, is_alive: bool) -> Vec<Open> {
        let mut open = Vec::new();
        self.read_slots(process, is_alive, None, &mut open);
        self.read_opened(process, is_alive, &mut open);
        open
    }

    /// Reads the lines of calls for which the table had no room.
    fn read_opened(&self, process: &Process, is_alive: bool, open: &mut Vec<Open>) {
        for segment in &process.segments {
            let read = lines_containing(&segment.path, OPENED, |bytes| {
                let record = line::read(bytes).ok().flatten();
                let read = record.and_then(|record| record.read(self, &process.stem, is_alive));
                if let Some(Read::Open(call)) = read {
                    open.push(call);
                }
            });
            if let Err(error) = read {
                self.skip_file(&segment.path, &error);
            }
        }
    }

    /// Reads the open-call table of a process. A slot may be that of a call whose end stands in a segment by now.
    fn read_slots(
        &self,
        process: &Process,
        is_alive: bool,
        wanted: Option<Wanted<'_>>,
        open: &mut Vec<Open>,
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
        open.extend(calls.into_iter().map(|call| Open {
            stem: process.stem.clone(),
            writer: writer.clone(),
            is_alive,
            call,
        }));
    }

    /// Drops the calls whose end stands in a segment: a record is written before its slot is blanked.
    pub(super) fn without_ended<'a>(
        &self,
        processes: impl IntoIterator<Item = &'a Process>,
        mut open: Vec<Open>,
    ) -> Vec<Open> {
        for process in processes {
            let mut words = Words::default();
            let own = open.iter().filter(|open| open.stem == process.stem);
            if own.map(|open| words.add(&open.call.call_id)).count() == 0 {
                continue;
            }
            let mut ended = HashSet::new();
            for segment in &process.segments {
                let read = lines_with(&segment.path, Wanted::Words(&words), |bytes| {
                    if let Ok(Some(record)) = line::read(bytes)
                        && matches!(record.what, What::Call { .. } | What::Closed)
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
        // A table may have two lines of a call, and a segment one more: the last attempt counts.
        open.sort_by_key(|open| Reverse(open.call.attempt));
        let mut seen = HashSet::new();
        open.retain(|open| seen.insert((open.stem.clone(), open.call.call_id.clone())));
        open
    }
}

impl Open {
    /// Returns the call as it is found.
    pub(super) fn into_found(self) -> Found {
        Found {
            id: self.call.call_id.clone(),
            matched: IdKind::Call,
            state: match self.is_alive {
                true => State::InFlight,
                false => State::Unknown,
            },
            service: self.writer.service,
            host: self.writer.host,
            pid: self.writer.pid,
            at: self.call.at,
            content: Content::Opened(self.call),
        }
    }
}

/// Reads a table: its calls, and how many slots make no sense.
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
