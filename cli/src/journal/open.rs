//! Calls that began, and of which no end is known.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

use super::files::SLOT_BYTES;
use super::id::{Wanted, Words};
use super::line::{self, OpenedCall, What};
use super::process::{Process, Writer};
use super::search::lines_with;
use super::{Content, Folder, State};

/// How often a table is read in which a slot is just being written.
const READS: usize = 3;

/// A call of which no end is known yet.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) stem: String,
    pub(super) writer: Writer,
    pub(super) state: State,
    pub(super) call: OpenedCall,
}

impl Folder {
    /// Reads the open-call table of a process. A slot may be that of a call whose end stands in a segment by now.
    pub(super) fn slots(&self, process: &Process) -> Vec<OpenedCall> {
        let Some(table) = &process.table else {
            return Vec::new();
        };
        match read_table(table) {
            Ok((slots, torn)) => {
                (0..torn).for_each(|_| self.skip_torn());
                slots
            }
            Err(error) => {
                self.skip_file(table, &error);
                Vec::new()
            }
        }
    }

    /// Drops the calls whose end stands in a segment: a record is written before its slot is blanked.
    pub(super) fn without_ended(&self, processes: &[Process], mut open: Vec<Open>) -> Vec<Open> {
        for process in processes {
            let mut words = Words::default();
            let own = open.iter().filter(|open| open.stem == process.stem);
            if own.map(|open| words.add(&open.call.call_id)).count() == 0 {
                continue;
            }
            let mut ended = HashSet::new();
            for segment in &process.segments {
                let read = lines_with(&segment.path, Wanted::Words(&words), |line| {
                    if let Ok(Some(record)) = line::read(line.bytes)
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
    pub(super) fn content(&self) -> Content {
        Content::Opened(self.call.clone())
    }
}

/// How a call stands that has no end.
pub(super) fn state(is_alive: bool) -> State {
    match is_alive {
        true => State::InFlight,
        false => State::Unknown,
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
