//! Numbers and times in C's types.

use std::time::{Duration, SystemTime};

use reqtrail::{ErrorKind, Outcome};

use crate::codes::{REQTRAIL_ERROR_INTERNAL, REQTRAIL_OK, reqtrail_code};
use crate::usage::Usage;

/// Numbers constants from 0: the text slots of a handle, or, with type `u8`, the kinds of steps and events for Go,
/// which `native.h` has as `REQTRAIL_GO_…`.
macro_rules! numbered {
    ($type:ty: $($name:ident)+) => {
        #[expect(clippy::upper_case_acronyms, reason = "they are constants")]
        enum Number { $($name),+ }

        $(const $name: $type = Number::$name as $type;)+
    };
}
pub(crate) use numbered;

/// A number of `codes.json`, all of which are small.
pub(crate) fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(REQTRAIL_ERROR_INTERNAL)
}

/// How a call ended.
pub(crate) fn outcome(outcome: Outcome) -> reqtrail_code {
    match outcome {
        Outcome::Ok => REQTRAIL_OK,
        // A kind of a later release has no number here, and 0 is a success.
        Outcome::Error(ErrorKind::Other(_)) => REQTRAIL_ERROR_INTERNAL,
        Outcome::Error(kind) => number(kind.number()),
    }
}

/// A boolean that may be unknown: 1 for true, -1 for false, 0 for unknown.
pub(crate) fn three_way(value: Option<bool>) -> i32 {
    value.map_or(0, |is_so| if is_so { 1 } else { -1 })
}

/// A count as a signed number.
pub(crate) fn count(value: u64) -> Option<i64> {
    Some(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A moment, from seconds since 1970.
pub(crate) fn moment(seconds: f64) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}

/// The same for an argument of a C function.
pub(crate) fn time(unix_seconds: f64) -> Result<SystemTime, Usage> {
    moment(unix_seconds).ok_or_else(|| {
        Usage::bad_value(format!(
            "unix_seconds is {unix_seconds}; expected seconds since 1970"
        ))
    })
}

/// A moment as seconds since 1970.
pub(crate) fn seconds(time: SystemTime) -> Option<f64> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs_f64())
}

/// A duration from milliseconds; the highest number means "no limit".
pub(crate) fn duration(milliseconds: u64) -> Duration {
    match milliseconds {
        u64::MAX => Duration::MAX,
        milliseconds => Duration::from_millis(milliseconds),
    }
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
