//! Records the exchanges of a run against a real API as a script
//! (`docs/adr/0076-what-a-recording-holds.md`).

mod clean;
mod compare;
mod exchange;
mod file;
mod headers;
mod observed;
mod print;
mod recorder;
mod transport;
mod uuids;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::transport::{OwnTransport, Wrap};
use recorder::Run;
use transport::Recording;

pub(crate) use observed::Api;

/// The variable that names the file of the recording.
const VARIABLE: &str = "REQTRAIL_RECORD";

/// The variable that allows recording.
const PERMISSION: &str = "REQTRAIL_ALLOW_RECORD";

/// The recording of a client.
#[derive(Debug)]
pub(crate) struct Recorded {
    run: Arc<Run>,
    api: Arc<Api>,
}

/// Returns the recording of a client, from its option or from the environment.
///
/// The error names the option.
pub(crate) fn of_client(
    option: Option<&Path>,
    api: impl FnOnce() -> Api,
) -> Result<Option<Recorded>, String> {
    let recorded = |run| Recorded {
        run,
        api: Arc::new(api()),
    };
    if let Some(path) = option {
        check_permission(path)?;
        return Run::join(path)
            .map(|run| Some(recorded(run)))
            .map_err(|why| format!("record is `{}`, {why}", path.display()));
    }
    let Some(path) = variable(VARIABLE).map(PathBuf::from) else {
        return Ok(None);
    };
    let ignored = if is_allowed() {
        match Run::join(&path) {
            Ok(run) => return Ok(Some(recorded(run))),
            Err(why) => format!("{VARIABLE} is ignored: it is `{}`, {why}", path.display()),
        }
    } else {
        format!("{VARIABLE} is ignored: recording also needs {PERMISSION}=1 in the environment")
    };
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        warn(&ignored);
    }
    Ok(None)
}

/// Why a client with the program's own transport does not accept the option.
pub(crate) fn refusal(option: &Path) -> String {
    check_permission(option).err().unwrap_or_else(|| {
        "record has no effect on a transport that is not the built-in one; expected one of the two"
            .to_owned()
    })
}

fn check_permission(option: &Path) -> Result<(), String> {
    if is_allowed() {
        return Ok(());
    }
    Err(format!(
        "record is `{}`, but recording is not allowed; expected {PERMISSION}=1 in the environment",
        option.display()
    ))
}

fn is_allowed() -> bool {
    variable(PERMISSION).is_some_and(|value| value == "1")
}

/// A variable of the environment; an empty one counts as missing.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Puts a client's recording around its transports.
pub(crate) fn around(wrap: Option<Wrap>, recorded: Option<&Recorded>) -> Option<Wrap> {
    let Some(Recorded { run, api }) = recorded else {
        return wrap;
    };
    let (run, api) = (Arc::clone(run), Arc::clone(api));
    Some(Arc::new(move |built_in| {
        let (run, api) = (Arc::clone(&run), Arc::clone(&api));
        let inner = match &wrap {
            None => Arc::new(OwnTransport::ours(built_in)),
            Some(wrap) => wrap(built_in),
        };
        let is_ours = inner.is_ours();
        Arc::new(OwnTransport::whose(
            Recording::new(inner, run, api),
            is_ours,
        ))
    }))
}

/// Warns in the log, or on standard error if nothing receives the log.
fn warn(text: &str) {
    if tracing::enabled!(target: "reqtrail", tracing::Level::WARN) {
        tracing::warn!(target: "reqtrail", "{text}");
    } else {
        let _ = writeln!(std::io::stderr(), "reqtrail: {text}");
    }
}
