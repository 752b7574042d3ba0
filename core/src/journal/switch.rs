//! Whether a client has a journal, and which: the options, else the environment.

use std::env::VarError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::client::{ClientJournal, lost_line};
use super::files::{self, Hooks, Settings};
use crate::observe::StderrLog;
use crate::recorder::{JournalPolicy, JournalSync, JournalUrls, identity};
use crate::set_uid::is_set_uid;

/// The variable that asks for a journal where no option does: its folder, or `1` for the default one.
const FOLDER: &str = "REQTRAIL_JOURNAL";

/// The variable that says which calls are kept where no option does.
const POLICY: &str = "REQTRAIL_JOURNAL_POLICY";

/// The variable that says how many bytes the folder may take where no option does.
const MAX_BYTES: &str = "REQTRAIL_JOURNAL_MAX_BYTES";

/// The smallest folder, in bytes.
pub(crate) const LEAST_BYTES: u64 = 1024 * 1024;

/// What the options say; `None` where they say nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) service: Option<String>,
    pub(crate) policy: Option<JournalPolicy>,
    pub(crate) sync: JournalSync,
    pub(crate) fsync: bool,
    pub(crate) urls: JournalUrls,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_age: Duration,
    pub(crate) slow: Duration,
}

/// Opens the journal that the options or the environment ask for. What the environment asks for and cannot be is left out,
/// with a warning: nobody who could mend it may be there.
pub(crate) fn open(asked: Asked, warnings: &mut Vec<String>) -> Option<ClientJournal> {
    open_with(asked, warnings, |name| match std::env::var(name) {
        Ok(value) => Some(value),
        Err(VarError::NotPresent) => None,
        // A folder's name need not be text, but then an option has to say it.
        Err(VarError::NotUnicode(value)) => Some(value.to_string_lossy().into_owned()),
    })
}

/// The same for a client that is not the network's: what is asked for in the environment is meant for real calls.
pub(crate) fn open_by_options(asked: Asked, warnings: &mut Vec<String>) -> Option<ClientJournal> {
    open_with(asked, warnings, |_| None)
}

fn open_with(
    asked: Asked,
    warnings: &mut Vec<String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<ClientJournal> {
    let variable = |name: &str| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        (!is_set_uid()).then_some(value)
    };
    let folder = match asked.folder {
        Some(folder) => folder,
        None => folder_of(&variable(FOLDER)?, warnings)?,
    };
    let mut refuse = |name: &str, expected: &str| {
        warnings.push(format!(
            "{name} is `{}`; expected {expected}; the default is used",
            variable(name).unwrap_or_default().escape_debug()
        ));
    };
    let policy = asked.policy.unwrap_or_else(|| match variable(POLICY) {
        None => JournalPolicy::default(),
        Some(word) => JournalPolicy::of(&word).unwrap_or_else(|expected| {
            refuse(POLICY, expected);
            JournalPolicy::default()
        }),
    });
    let max_bytes = asked
        .max_bytes
        .unwrap_or_else(|| match variable(MAX_BYTES) {
            None => files::MAX_BYTES,
            Some(text) => match text.parse() {
                Ok(bytes) if bytes >= LEAST_BYTES => bytes,
                _ => {
                    refuse(MAX_BYTES, "a number of bytes from 1048576 on");
                    files::MAX_BYTES
                }
            },
        });
    let settings = Settings {
        folder: folder.clone(),
        service: identity::place(asked.service.as_deref()).service.to_owned(),
        max_bytes,
        max_age: asked.max_age,
        sync: match asked.sync {
            JournalSync::Always => files::Sync::Always,
            JournalSync::Auto => files::Sync::Auto,
            JournalSync::Never => files::Sync::Never,
        },
        fsync: asked.fsync,
    };
    let hooks = Hooks { lost_line, warn };
    Some(ClientJournal {
        files: files::open(settings, hooks),
        folder,
        policy,
        slow: asked.slow,
        urls: asked.urls,
    })
}

/// The folder that the variable names.
fn folder_of(value: &str, warnings: &mut Vec<String>) -> Option<PathBuf> {
    match value {
        "0" => None,
        "1" => {
            let folder = files::default_folder();
            if folder.is_none() {
                warnings.push(format!(
                    "{FOLDER} is `1`, and neither XDG_STATE_HOME nor HOME says where the default folder is; there is no journal"
                ));
            }
            folder
        }
        path => Some(Path::new(path).to_owned()),
    }
}

/// Says that the journal cannot be written.
fn warn(text: &str) {
    tracing::warn!(target: "reqtrail", "{text}");
    if let Some(log) = StderrLog::of_environment() {
        log.warn(text);
    }
}
