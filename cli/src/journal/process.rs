//! The files of a folder, grouped by the process that wrote them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use reqtrail::host::journal::{FileName, Part, is_alive};

use super::blocks::Forward;
use super::line;

/// The journal of one process.
#[derive(Debug)]
pub(super) struct ProcessJournal {
    /// The common beginning of the names of its files.
    pub(super) stem: String,
    /// The parsed name of one of its files.
    pub(super) name: FileName,
    /// The segments, in the order of their numbers.
    pub(super) segments: Vec<Segment>,
    /// The open-call table.
    pub(super) table: Option<PathBuf>,
}

/// A file of records.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) path: PathBuf,
}

/// The program that wrote a journal.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pub(super) service: String,
    pub(super) host: String,
    pub(super) pid: u32,
}

impl ProcessJournal {
    /// Lists the journals of a folder, oldest first. It ignores other files.
    pub(super) fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut processes = BTreeMap::new();
        for entry in folder.read_dir()? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().and_then(FileName::parse) else {
                continue;
            };
            if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                continue;
            }
            let stem = name.stem();
            let part = name.part;
            let process = processes
                .entry((name.start_ms, stem.clone()))
                .or_insert_with(|| Self {
                    stem,
                    name,
                    segments: Vec::new(),
                    table: None,
                });
            match part {
                Part::Segment(number) => process.segments.push(Segment {
                    number,
                    path: entry.path(),
                }),
                Part::Table => process.table = Some(entry.path()),
            }
        }
        let mut processes: Vec<_> = processes.into_values().collect();
        for process in &mut processes {
            process.segments.sort_by_key(|segment| segment.number);
        }
        Ok(processes)
    }

    /// Returns whether the process is alive; `false` if that cannot be determined.
    pub(super) fn is_alive(&self) -> bool {
        let table = self.table.as_deref();
        table.is_some_and(|table| is_alive(table).unwrap_or(false))
    }

    /// Returns who wrote the journal: from its first line, otherwise from the names of its files, which replace some characters.
    pub(super) fn writer(&self) -> Writer {
        let named = || Writer {
            service: self.name.service.clone(),
            host: self.name.host.clone(),
            pid: self.name.pid,
        };
        let recorded = self.segments.iter().find_map(|segment| {
            let mut lines = Forward::new(&segment.path, 0);
            let record = line::read(lines.next().ok()??.bytes).ok()??;
            Some(Writer {
                service: record.service.into_owned(),
                host: record.host.into_owned(),
                pid: record.pid,
            })
        });
        recorded.unwrap_or_else(named)
    }
}
