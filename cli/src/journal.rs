//! The journals of one folder: what programs wrote there about their calls.
//!
//! [`Folder`] finds calls by their IDs. It skips and counts lines that it cannot read; [`Folder::say_skipped`] reports them.

mod blocks;
mod call;
mod filter;
mod follow;
mod id;
mod line;
mod merge;
mod order;
mod process;
mod read;
mod scan;
mod search;
mod summary;
mod unfinished;

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use reqtrail::host::journal::default_folder;
use reqtrail::host::{IdKind, IdQuery};

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::one_line;

use blocks::Line;
pub(crate) use call::{Content, JournalCall, State};
pub(crate) use filter::{Filter, PathPattern, StatusPattern};
use process::ProcessJournal;
pub(crate) use summary::Summary;

/// The variable that names the folder.
const VARIABLE: &str = "REQTRAIL_JOURNAL";

/// All journals of one folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    skipped: RefCell<Skipped>,
}

/// What could not be read.
#[derive(Debug, Default)]
struct Skipped {
    torn: usize,
    /// Records whose trail this release cannot read.
    unreadable: usize,
    /// Why the first of those trails cannot be read.
    first_reason: String,
    /// Files that could not be read.
    files: Vec<String>,
}

impl Folder {
    /// Opens the folder of `--journal`, otherwise of `REQTRAIL_JOURNAL`, otherwise the default folder.
    pub(crate) fn of(common: &Common, environment: &Environment) -> Result<Self, Failure> {
        let variable = environment.variables.get(VARIABLE).cloned();
        let variable = variable.filter(|value| !value.is_empty());
        let (path, named) = match (&common.journal, variable) {
            (Some(path), _) => (path.clone(), Some("--journal")),
            // For programs, `1` means the default folder and `0` no journal.
            (None, Some(value)) if value != "1" && value != "0" => {
                (PathBuf::from(value), Some(VARIABLE))
            }
            (None, _) => (default_folder().ok_or_else(no_default)?, None),
        };
        match path.metadata() {
            Ok(about) if about.is_dir() => {}
            Ok(_) => {
                let path = path.display();
                return Err(Failure::usage(format!(
                    "`{path}` is not a folder; expected the folder of the journals"
                )));
            }
            Err(error) => return Err(folder_error(&path, named, &error)),
        }
        Ok(Self {
            path,
            skipped: RefCell::default(),
        })
    }

    /// Returns the path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Finds the calls with this ID, newest first. If there is none, finds those with an ID that begins with it.
    pub(crate) fn find(&self, query: &IdQuery) -> Result<Vec<JournalCall>, Failure> {
        let mut found = self.find_each(std::slice::from_ref(query))?;
        Ok(found.pop().unwrap_or_default())
    }

    /// Finds the one call that has an ID, or an ID that begins with it.
    ///
    /// # Errors
    /// If no call has the ID, or if several calls have it; the message then lists them.
    pub(crate) fn the_one(&self, id: &str) -> Result<JournalCall, Failure> {
        let mut found = self.find(&IdQuery::new(id))?;
        match (found.len(), found.pop()) {
            (1, Some(found)) => Ok(found),
            (_, None) => Err(Failure::not_found(self.nothing_has(id))),
            (count, Some(last)) => {
                found.push(last);
                let mut text = format!("{count} calls have the ID `{id}`; name one of them:");
                for found in &found {
                    let (method, path) = found.content.request();
                    let call = found.content.call_id();
                    let mut line = format!("{call}  {:.3}  {method} {path}", found.at);
                    // A person who typed the beginning of a request ID looks for that ID.
                    if found.matched != IdKind::Call {
                        let kind = found.matched.as_str();
                        line.push_str(&format!("  {kind} {}", found.id));
                    }
                    text.push_str(&format!("\n  {}", one_line(&line)));
                }
                Err(Failure::Message(text, Exit::Usage))
            }
        }
    }

    /// Returns the message that no call has the ID.
    pub(crate) fn nothing_has(&self, id: &str) -> String {
        let mut text = format!(
            "the journals of {} have no call with the ID `{id}`",
            self.path.display()
        );
        let least = IdQuery::SHORTEST_PREFIX;
        if id.trim().chars().count() < least {
            text.push_str(&format!(
                "; expected a whole ID, or at least its first {least} characters"
            ));
        }
        text
    }

    /// Writes to standard error what could not be read since the last call of this function.
    pub(crate) fn say_skipped(&self, environment: &mut Environment) {
        let skipped = self.skipped.take();
        let mut messages = skipped.files;
        match skipped.torn {
            0 => {}
            1 => messages.push("skipped 1 torn line".to_owned()),
            count => messages.push(format!("skipped {count} torn lines")),
        }
        let reason = &skipped.first_reason;
        match skipped.unreadable {
            0 => {}
            1 => messages.push(format!("skipped 1 trail that cannot be read: {reason}")),
            count => messages.push(format!(
                "skipped {count} trails that cannot be read; the first: {reason}"
            )),
        }
        for text in &messages {
            environment.say(text);
        }
    }

    /// Lists the journals, oldest first.
    fn processes(&self) -> Result<Vec<ProcessJournal>, Failure> {
        ProcessJournal::all(&self.path).map_err(|error| folder_error(&self.path, None, &error))
    }

    /// Counts a torn line, unless its writer lives and may still be writing it.
    fn skip_torn(&self, line: Line<'_>, is_alive: bool) {
        if line.is_finished || !is_alive {
            self.skipped.borrow_mut().torn += 1;
        }
    }

    /// Counts a trail that cannot be read.
    fn skip_trail(&self, error: &reqtrail::Error) {
        let mut skipped = self.skipped.borrow_mut();
        skipped.unreadable += 1;
        if skipped.unreadable == 1 {
            skipped.first_reason = error.to_string();
        }
    }

    /// Notes a file that cannot be read. Not one that is gone: a program removed it to keep the folder's limits.
    fn skip_file(&self, path: &Path, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            let message = format!("{}: {error}", path.display());
            let mut skipped = self.skipped.borrow_mut();
            if !skipped.files.contains(&message) {
                skipped.files.push(message);
            }
        }
    }
}

fn no_default() -> Failure {
    Failure::usage(
        "there is no home directory; name the folder of the journals with --journal or REQTRAIL_JOURNAL",
    )
}

fn folder_error(path: &Path, named: Option<&str>, error: &io::Error) -> Failure {
    let shown = path.display();
    Failure::usage(match (named, error.kind()) {
        (Some(by), io::ErrorKind::NotFound) => format!(
            "{by}: the folder `{shown}` does not exist; a program with REQTRAIL_JOURNAL set to it makes it when it keeps its first call"
        ),
        (Some(by), _) => format!("{by}: `{shown}`: {error}"),
        (None, io::ErrorKind::NotFound) => format!(
            "the default folder `{shown}` does not exist; set REQTRAIL_JOURNAL to the folder of the journals, or name it with --journal"
        ),
        (None, _) => format!("`{shown}`: {error}"),
    })
}
