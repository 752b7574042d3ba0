//! Decides whether a client has a journal, and which: by the options, or else the environment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::client::{ClientJournal, lost_line};
use super::files::{self, Hooks, Settings};
use crate::observe::StderrLog;
use crate::recorder::{JournalPolicy, JournalSync, JournalUrls, identity};
use crate::set_uid::is_set_uid;

/// The variable that asks for a journal if no option does: its folder, or `1` for the default one.
const FOLDER: &str = "REQTRAIL_JOURNAL";

/// The variable that says which calls are kept if no option does.
const POLICY: &str = "REQTRAIL_JOURNAL_POLICY";

/// The variable that says which thread writes if no option does.
const SYNC: &str = "REQTRAIL_JOURNAL_SYNC";

/// The variable that says how many bytes the folder may take if no option does.
const MAX_BYTES: &str = "REQTRAIL_JOURNAL_MAX_BYTES";

/// The smallest folder, in bytes.
pub(crate) const LEAST_BYTES: u64 = 1024 * 1024;

/// The options; `None` for those that are not set.
#[derive(Clone, Debug, Default)]
pub(crate) struct JournalOptions {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) service: Option<String>,
    pub(crate) policy: Option<JournalPolicy>,
    pub(crate) sync: Option<JournalSync>,
    pub(crate) fsync: bool,
    pub(crate) urls: JournalUrls,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_age: Duration,
    pub(crate) slow: Duration,
}

/// Opens the journal that the options or the environment ask for. Settings of the environment that are not valid are
/// ignored with a warning, since the program cannot correct them.
pub(crate) fn open(asked: JournalOptions, warnings: &mut Vec<String>) -> Option<ClientJournal> {
    open_with(asked, warnings, |name| std::env::var_os(name))
}

/// Opens only a journal that the options ask for, for a client without a network: the environment's settings are meant
/// for real calls.
pub(crate) fn open_by_options(
    asked: JournalOptions,
    warnings: &mut Vec<String>,
) -> Option<ClientJournal> {
    open_with(asked, warnings, |_| None)
}

fn open_with(
    asked: JournalOptions,
    warnings: &mut Vec<String>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<ClientJournal> {
    let given = |name: &str| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        (!is_set_uid()).then_some(value)
    };
    let folder = match asked.folder {
        Some(folder) => folder,
        // A folder's name need not be valid text.
        None => folder_of(given(FOLDER)?, warnings)?,
    };
    let variable = |name: &str| Some(given(name)?.to_string_lossy().into_owned());
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
    let sync = asked.sync.unwrap_or_else(|| match variable(SYNC) {
        None => JournalSync::default(),
        Some(word) => JournalSync::of(&word).unwrap_or_else(|expected| {
            refuse(SYNC, expected);
            JournalSync::default()
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
        service: identity::source(asked.service.as_deref())
            .service
            .to_owned(),
        max_bytes,
        max_age: asked.max_age,
        sync: match sync {
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
fn folder_of(value: OsString, warnings: &mut Vec<String>) -> Option<PathBuf> {
    match value.to_str() {
        Some("0") => None,
        Some("1") => {
            let folder = files::default_folder();
            if folder.is_none() {
                warnings.push(format!(
                    "{FOLDER} is `1`, and neither XDG_STATE_HOME nor HOME says where the default folder is; there is no journal"
                ));
            }
            folder
        }
        _ => Some(PathBuf::from(value)),
    }
}

/// Warns that the journal cannot be written. The warning also goes to standard error if no lines are asked for, since it
/// would otherwise only be noticed when a record is missing. A program that shows its `tracing` events gets it there.
fn warn(text: &str) {
    let log = match tracing::enabled!(target: "reqtrail", tracing::Level::WARN) {
        true => StderrLog::of_environment(),
        false => StderrLog::of_warnings().map(Arc::new),
    };
    tracing::warn!(target: "reqtrail", "{text}");
    if let Some(log) = log {
        log.warn(text);
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;

    use super::*;

    fn opened(variables: &[(&str, &[u8])]) -> (Option<ClientJournal>, Vec<String>) {
        let mut warnings = Vec::new();
        let journal = open_with(JournalOptions::default(), &mut warnings, |name| {
            let (_, value) = variables.iter().find(|(of, _)| *of == name)?;
            Some(OsStr::from_bytes(value).to_owned())
        });
        (journal, warnings)
    }

    #[test]
    fn a_folder_need_not_be_text() {
        let folder: &[u8] = b"/nowhere/reqtrail \n\xff'";
        let (journal, warnings) = opened(&[(FOLDER, folder)]);
        let journal = journal.expect("a journal");
        assert_eq!(journal.folder, Path::new(OsStr::from_bytes(folder)));
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn nothing_and_zero_ask_for_no_journal() {
        for value in [&b""[..], b"0"] {
            let (journal, warnings) = opened(&[(FOLDER, value)]);
            assert!(journal.is_none() && warnings.is_empty(), "{warnings:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_what_it_may_be() {
        let (journal, warnings) = opened(&[
            (FOLDER, b"/nowhere/reqtrail"),
            (POLICY, b"notible\xff"),
            (MAX_BYTES, b"64MiB"),
        ]);
        assert!(journal.is_some_and(|it| it.policy == JournalPolicy::Notable));
        assert_eq!(
            warnings,
            [
                "REQTRAIL_JOURNAL_POLICY is `notible\u{fffd}`; expected `failed`, `notable` or `all`; the default is used",
                "REQTRAIL_JOURNAL_MAX_BYTES is `64MiB`; expected a number of bytes from 1048576 on; the default is used",
            ]
        );
    }
}
