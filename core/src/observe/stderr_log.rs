//! `REQTRAIL_LOG`: attempts and failed calls as lines on standard error.
//!
//! It bypasses `tracing`, so that an operator gets the lines from a program in any language, whatever receives its log.

mod entry;
mod json;
mod settings;
#[cfg(test)]
mod tests;
mod text;
#[cfg(unix)]
mod writer;

use std::sync::Arc;
use std::time::SystemTime;

use super::{AttemptFinished, AttemptStarted, CallFinished, Observer};
use entry::{Cap, Entry, Level};
use settings::Settings;

/// The most bytes of a line, including its end: the most that a pipe takes in one piece (`PIPE_BUF` of Linux).
const MAX_LINE: usize = 4096;

/// How lines are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Text,
    Json,
}

/// Writes a client's lines.
#[derive(Debug)]
pub(crate) struct StderrLog(Settings);

impl StderrLog {
    /// Returns the writer of the lines that the environment asks for; `None` if it asks for none.
    pub(crate) fn of_environment() -> Option<Arc<Self>> {
        settings::of_environment().map(|settings| Arc::new(Self(settings)))
    }

    /// Returns the writer of warnings, which are written even if the environment asks for no lines; `None` if it turns them
    /// off.
    #[cfg(all(feature = "journal", unix))]
    pub(crate) fn of_warnings() -> Option<Self> {
        settings::of_warnings().map(Self)
    }

    /// Writes a warning: about the client that is being built, or its journal.
    pub(crate) fn warn(&self, text: &str) {
        self.log(Level::Warn, |cap| Entry::warning(text, cap));
    }

    fn log(&self, level: Level, entry: impl Fn(Cap) -> Entry) {
        if level >= self.0.level {
            put(self.0.format, &entry);
        }
    }
}

impl Observer for StderrLog {
    fn attempt_started(&self, event: &AttemptStarted<'_>) {
        self.log(Level::Debug, |cap| Entry::started(event, cap));
    }

    fn attempt_finished(&self, event: &AttemptFinished<'_>) {
        self.log(Level::Info, |cap| Entry::attempt(event, cap));
    }

    fn call_finished(&self, event: &CallFinished<'_>) {
        let trail = event.trail;
        self.log(entry::level_of(trail), |cap| Entry::call(trail, cap));
    }
}

/// Writes a line to standard error.
fn put(format: Format, entry: &dyn Fn(Cap) -> Entry) {
    let written = |entry: &dyn Fn(Cap) -> Entry| line(format, SystemTime::now(), entry);
    write(&written(entry), |lost| written(&|_| Entry::lost(lost)));
}

/// Returns an entry's line, with its end. Texts are cut until the line is short enough.
fn line(format: Format, now: SystemTime, entry: &dyn Fn(Cap) -> Entry) -> String {
    let render = |cap| {
        let entry = entry(cap);
        let mut line = match format {
            Format::Text => text::render(&entry, now),
            Format::Json => json::render(&entry, now),
        };
        line.push('\n');
        line
    };
    let mut line = String::new();
    for cap in Cap::ALL {
        line = render(cap);
        if line.len() <= MAX_LINE {
            break;
        }
    }
    line
}

#[cfg(unix)]
fn write(line: &str, lost: impl Fn(u64) -> String) {
    writer::write(line, lost);
}

#[cfg(not(unix))]
fn write(line: &str, _lost: impl Fn(u64) -> String) {
    use std::io::Write as _;
    // A failing standard error cannot be reported anywhere.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
