//! The variables that turn the lines on.

use std::sync::atomic::{AtomicBool, Ordering};

use super::entry::{Cap, Entry, Level};
use super::{Format, put};
use crate::set_uid::is_set_uid;

const LEVEL: &str = "REQTRAIL_LOG";
const FORMAT: &str = "REQTRAIL_LOG_FORMAT";

/// What the environment asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Settings {
    /// The lowest level that is written.
    pub(super) level: Level,
    pub(super) format: Format,
}

/// Reads the variables. A value that is not valid is reported once per process.
pub(super) fn of_environment() -> Option<Settings> {
    static WARNED: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
    // A program with rights that its caller lacks must not write where its caller wants.
    let level = variable(LEVEL).filter(|_| !is_set_uid())?;
    let format = variable(FORMAT).unwrap_or_default();
    let (level, format, warnings) = read(&level, &format);
    for (warning, warned) in warnings.into_iter().zip(&WARNED) {
        if let Some(warning) = warning
            && !warned.swap(true, Ordering::Relaxed)
        {
            put(format, &|cap| Entry::warning(&warning, cap));
        }
    }
    level.map(|level| Settings { level, format })
}

/// The settings of warnings, which are written even if no lines are asked for; `None` if the environment turns them off.
#[cfg(all(feature = "journal", unix))]
pub(super) fn of_warnings() -> Option<Settings> {
    of_environment().or_else(|| {
        let is_off = variable(LEVEL).is_some_and(|level| level.trim().eq_ignore_ascii_case("off"));
        let (level, format, _) = read("warn", &variable(FORMAT).unwrap_or_default());
        let level = level.filter(|_| !is_off && !is_set_uid())?;
        Some(Settings { level, format })
    })
}

fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}

/// Reads the values of both variables, and says what is wrong with each.
pub(super) fn read(level: &str, format: &str) -> (Option<Level>, Format, [Option<String>; 2]) {
    let (level, wrong_level) = match level.trim().to_ascii_lowercase().as_str() {
        "debug" => (Some(Level::Debug), None),
        "info" => (Some(Level::Info), None),
        "warn" => (Some(Level::Warn), None),
        "" | "off" => return (None, Format::Text, [None, None]),
        _ => (None, Some(wrong(LEVEL, level, "debug, info, warn or off"))),
    };
    let (format, wrong_format) = match format.trim().to_ascii_lowercase().as_str() {
        "" | "text" => (Format::Text, None),
        "json" => (Format::Json, None),
        _ => (Format::Text, Some(wrong(FORMAT, format, "text or json"))),
    };
    (level, format, [wrong_level, wrong_format])
}

fn wrong(variable: &str, value: &str, expected: &str) -> String {
    let value = Cap::SHORT.text(value);
    format!("{variable} is ignored: `{value}` is not a valid value; expected {expected}")
}
