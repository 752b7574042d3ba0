//! The journals of one folder: what programs left there about their calls.
//!
//! [`Folder`] finds calls by their IDs. Lines that cannot be read are passed over and counted; [`Folder::say_skipped`] says so.

mod blocks;
mod filter;
mod follow;
mod found;
mod id;
mod line;
mod merge;
mod open;
mod order;
mod process;
mod search;
mod summary;

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use reqtrail::host::journal::default_folder;
use reqtrail::host::{IdKind, IdQuery};

use crate::arguments::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::one_line;

use blocks::Line;
pub(crate) use filter::{Filter, PathPattern, StatusPattern};
pub(crate) use found::{Content, Found, State};
use process::Process;
pub(crate) use summary::Summary;

/// The variable that names the folder.
const VARIABLE: &str = "REQTRAIL_JOURNAL";

/// All journals of one folder.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    skipped: RefCell<Skipped>,
}

/// What was passed over.
#[derive(Debug, Default)]
struct Skipped {
    torn: usize,
    /// Records whose trail this release cannot read, and why the first of them could not be.
    odd: usize,
    odd_why: String,
    /// Files that could not be read.
    files: Vec<String>,
}

impl Folder {
    /// Takes the folder that the arguments name, else the variable `REQTRAIL_JOURNAL`, else the default one.
    pub(crate) fn of(common: &Common, environment: &Environment) -> Result<Self, Failure> {
        let variable = environment.variables.get(VARIABLE).cloned();
        let variable = variable.filter(|value| !value.is_empty());
        let (path, named) = match (&common.journal, variable) {
            (Some(path), _) => (path.clone(), Some("--journal")),
            // Programs read `1` as the default folder, and `0` as none.
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
                    "`{path}` is a file; expected the folder of the journals"
                )));
            }
            Err(error) => return Err(unusable(&path, named, &error)),
        }
        Ok(Self {
            path,
            skipped: RefCell::default(),
        })
    }

    /// Returns where the folder is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Finds the calls that have this ID, newest first; where there is none, those that have an ID which begins with it.
    pub(crate) fn find(&self, query: &IdQuery) -> Result<Vec<Found>, Failure> {
        let mut found = self.find_each(std::slice::from_ref(query))?;
        Ok(found.pop().unwrap_or_default())
    }

    /// Finds the one call that an ID, or its beginning, stands for.
    ///
    /// # Errors
    /// If no call has it, and if several do: the text names them.
    pub(crate) fn the_one(&self, id: &str) -> Result<Found, Failure> {
        let mut found = self.find(&IdQuery::new(id))?;
        match (found.len(), found.pop()) {
            (1, Some(found)) => Ok(found),
            (_, None) => Err(Failure::not_found(self.nothing_has(id))),
            (count, Some(last)) => {
                found.push(last);
                let mut text = format!("`{id}` stands for {count} calls; name one of them:");
                for found in &found {
                    let (method, path) = found.content.request();
                    let call = found.content.call_id();
                    let mut line = format!("{call}  {:.3}  {method} {path}", found.at);
                    // Who typed the beginning of a request ID looks for that.
                    if found.matched != IdKind::Call {
                        let kind = found.matched.as_str();
                        line.push_str(&format!("  {kind} {}", found.id));
                    }
                    text.push_str(&format!("\n  {}", one_line(&line)));
                }
                Err(Failure::Said(text, Exit::Usage))
            }
        }
    }

    /// Says that no call has the ID.
    pub(crate) fn nothing_has(&self, id: &str) -> String {
        let mut text = format!("`{id}` is in no journal of {}", self.path.display());
        let least = IdQuery::SHORTEST_PREFIX;
        if id.trim().chars().count() < least {
            text.push_str(&format!(
                "; the beginning of an ID has at least {least} characters"
            ));
        }
        text
    }

    /// Says on standard error what could not be read since it was asked last.
    pub(crate) fn say_skipped(&self, environment: &mut Environment) {
        let skipped = self.skipped.take();
        let mut said = skipped.files;
        match skipped.torn {
            0 => {}
            1 => said.push("1 torn line was skipped".to_owned()),
            count => said.push(format!("{count} torn lines were skipped")),
        }
        if skipped.odd > 0 {
            let (count, why) = (skipped.odd, &skipped.odd_why);
            said.push(format!("skipped trails: {count}; the first: {why}"));
        }
        for text in &said {
            environment.say(text);
        }
    }

    /// Lists the journals, oldest first.
    fn processes(&self) -> Result<Vec<Process>, Failure> {
        Process::all(&self.path).map_err(|error| unusable(&self.path, None, &error))
    }

    /// Passes over a torn line. One without an end is being written, while its writer lives.
    fn skip_torn(&self, line: Line<'_>, is_alive: bool) {
        if line.is_finished || !is_alive {
            self.skipped.borrow_mut().torn += 1;
        }
    }

    fn skip_odd(&self, why: &reqtrail::Error) {
        let mut skipped = self.skipped.borrow_mut();
        skipped.odd += 1;
        if skipped.odd == 1 {
            skipped.odd_why = why.to_string();
        }
    }

    /// Passes over a file that cannot be read. One that is gone was removed to keep the folder's limits.
    fn skip_file(&self, path: &Path, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            let said = format!("{}: {error}", path.display());
            let mut skipped = self.skipped.borrow_mut();
            if !skipped.files.contains(&said) {
                skipped.files.push(said);
            }
        }
    }
}

fn no_default() -> Failure {
    Failure::usage(
        "there is no home directory; name the folder of the journals by --journal or REQTRAIL_JOURNAL",
    )
}

fn unusable(path: &Path, named: Option<&str>, error: &io::Error) -> Failure {
    let shown = path.display();
    Failure::usage(match (named, error.kind()) {
        (Some(by), io::ErrorKind::NotFound) => format!(
            "{by}: there is no folder `{shown}`: a program that runs with REQTRAIL_JOURNAL set to it makes it with the first call that it keeps"
        ),
        (Some(by), _) => format!("{by}: `{shown}`: {error}"),
        (None, io::ErrorKind::NotFound) => format!(
            "there is no journal at `{shown}`: programs write one where REQTRAIL_JOURNAL is set; --journal names another folder"
        ),
        (None, _) => format!("`{shown}`: {error}"),
    })
}
