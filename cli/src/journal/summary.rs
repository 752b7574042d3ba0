//! Summaries of the journals, for `status`.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::blocks::{Backward, Forward};
use super::line::{self, RecordKind};
use super::process::{ProcessJournal, Segment, Writer};
use super::scan::lines_containing;
use super::{Folder, State};
use crate::exit::Failure;

/// The bytes in a record of lost records.
const LOST: &[u8] = b"\"lost\"";

/// The summary of one process's journal: a line of `status --json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    schema: &'static str,
    pub(crate) service: String,
    pub(crate) host: String,
    pub(crate) pid: u32,
    /// Whether the process is alive.
    pub(crate) alive: bool,
    /// Which calls the journal keeps, from its last record.
    pub(crate) policy: Option<String>,
    /// When the process started its journal.
    #[serde(serialize_with = "time")]
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    /// When the oldest remaining record was written.
    #[serde(serialize_with = "time")]
    pub(crate) first_at: Option<Timestamp>,
    #[serde(serialize_with = "time")]
    pub(crate) last_at: Option<Timestamp>,
    /// Records that could not be written.
    pub(crate) lost: u64,
    /// The number of calls in flight; for a process that is gone, of calls whose end is not known.
    pub(crate) open: usize,
}

#[expect(clippy::ref_option, reason = "serde passes fields so")]
fn time<S: serde::Serializer>(at: &Option<Timestamp>, out: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => out.collect_str(&format_args!("{at:.3}")),
        None => out.serialize_none(),
    }
}

impl Folder {
    /// Returns the summary of each journal, oldest first.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary>, Failure> {
        let (processes, open) = self.open_calls()?;
        let mut open_of: HashMap<String, (usize, State)> = HashMap::new();
        for open in open {
            let stem = open.stem.clone();
            let entry = open_of.entry(stem).or_insert((0, open.into_call().state));
            entry.0 += 1;
        }
        Ok(processes
            .into_iter()
            .map(|(process, is_alive)| {
                let open = open_of.get(&process.stem).map_or(0, |(count, _)| *count);
                self.summary(&process, is_alive, open)
            })
            .collect())
    }

    fn summary(&self, process: &ProcessJournal, alive: bool, open: usize) -> Summary {
        let Writer { service, host, pid } = process.writer();
        let paths = process.segments.iter().map(|segment| &*segment.path);
        let paths: Vec<&Path> = paths.chain(process.table.as_deref()).collect();
        let sizes = paths.iter().filter_map(|path| path.metadata().ok());
        let segments = || process.segments.iter().map(|segment| &*segment.path);
        let last = segments().filter_map(last).max_by_key(|last| last.0);
        let started_ms = i64::try_from(process.name.start_ms).ok();
        Summary {
            schema: "reqtrail.status/1",
            service,
            host,
            pid,
            alive,
            started_at: started_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            files: paths.len(),
            bytes: sizes.map(|about| about.len()).sum(),
            first_at: segments().filter_map(first).min(),
            last_at: last.as_ref().map(|last| last.0),
            policy: last.map(|last| last.1).filter(|policy| !policy.is_empty()),
            lost: process.segments.iter().map(|it| self.lost(it)).sum(),
            open,
        }
    }

    fn lost(&self, segment: &Segment) -> u64 {
        let mut lost = 0;
        let read = lines_containing(&segment.path, LOST, |bytes| {
            if let Ok(Some(record)) = line::read(bytes)
                && let RecordKind::Lost { records } = record.kind
            {
                lost += records;
            }
        });
        if let Err(error) = read {
            self.skip_file(&segment.path, &error);
        }
        lost
    }
}

/// Returns when the first record of a segment was written.
fn first(path: &Path) -> Option<Timestamp> {
    let mut lines = Forward::new(path, 0);
    loop {
        if let Ok(Some(record)) = line::read(lines.next().ok()??.bytes) {
            return Some(record.at);
        }
    }
}

/// Returns when the last record of a segment was written, and its policy.
fn last(path: &Path) -> Option<(Timestamp, String)> {
    let mut lines = Backward::open(path, None).ok()?;
    loop {
        if let Ok(Some(record)) = line::read(lines.next().ok()??.bytes) {
            return Some((record.at, record.policy.into_owned()));
        }
    }
}
