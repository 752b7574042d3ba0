//! The trail as JSON, schema `reqtrail.trail/1` (`schema/trail.schema.json`).
//!
//! A field without a value is null, never left out.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use http::{Method, StatusCode};

use super::{Attempt, Outcome, Trail};
use crate::call_id::CallId;
use crate::codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
use crate::request_id::{RequestId, RequestIdSource};
use crate::surface::attempt::attempt_fields;
use crate::surface::trail::trail_fields;

pub(super) const SCHEMA: &str = "reqtrail.trail/1";
pub(super) const CLIENT: &str = concat!("reqtrail/", env!("CARGO_PKG_VERSION"));

/// Writes a record; `before` are keys that come first and have no method.
macro_rules! record_json {
    (
        $record:ident [$($key:literal: |$before_it:ident| $before:expr,)*]
        fields { $($(#[$doc:meta])* $name:ident: $type:ty { $($detail:tt)* } = |$it:ident| $read:expr;)+ }
    ) => {
        impl Serialize for $record {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let count = [$($key,)* $(stringify!($name)),+].len();
                let mut out = serializer.serialize_struct(stringify!($record), count)?;
                $({
                    let $before_it = self;
                    out.serialize_field($key, $before)?;
                })*
                $(out.serialize_field(record_json!(@key $name { $($detail)* }), &self.$name().written())?;)+
                out.end()
            }
        }
    };
    (@key $name:ident { json: $key:literal $($rest:tt)* }) => { $key };
    (@key $name:ident { $($rest:tt)* }) => { stringify!($name) };
}

trail_fields! {
    record_json Trail ["schema": |_trail| SCHEMA,]
}
attempt_fields! { record_json Attempt [] }

/// What JSON writes for a field.
trait Written {
    fn written(&self) -> impl Serialize;
}

/// Fields that serde writes as they are.
macro_rules! as_is {
    ($($type:ty)+) => {
        $(impl Written for $type {
            fn written(&self) -> impl Serialize {
                self
            }
        })+
    };
}
as_is!(bool u32 str String CallId Cause Category ErrorKind RequestId RequestIdSource Sent SocketAddr StopReason WaitReason);
as_is!([Attempt][RequestIdNote][TrailNote]);

impl<T: Written + ?Sized> Written for &T {
    fn written(&self) -> impl Serialize {
        (**self).written()
    }
}

impl<T: Written> Written for Option<T> {
    fn written(&self) -> impl Serialize {
        self.as_ref().map(Written::written)
    }
}

impl Written for Method {
    fn written(&self) -> impl Serialize {
        self.as_str()
    }
}

impl Written for StatusCode {
    fn written(&self) -> impl Serialize {
        self.as_u16()
    }
}

impl Written for Outcome {
    fn written(&self) -> impl Serialize {
        self.as_str()
    }
}

impl Written for SystemTime {
    fn written(&self) -> impl Serialize {
        Rfc3339(*self)
    }
}

/// A time as [`rfc3339`] writes it, without a `String`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rfc3339(pub(crate) SystemTime);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = rfc3339_bytes(self.0);
        match bytes.as_ref().map(|bytes| std::str::from_utf8(bytes)) {
            Some(Ok(text)) => serializer.serialize_str(text),
            _ => serializer.serialize_str(&rfc3339(self.0)),
        }
    }
}

impl Written for Duration {
    fn written(&self) -> impl Serialize {
        Millis(*self)
    }
}

/// Milliseconds to the microsecond, as an integer if they are whole.
struct Millis(Duration);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = self.0.as_micros();
        match u64::try_from(micros) {
            Ok(micros) if micros % 1000 == 0 => serializer.serialize_u64(micros / 1000),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a microsecond in a century does not matter"
            )]
            Ok(micros) => serializer.serialize_f64(micros as f64 / 1000.0),
            // A saturated Retry-After. It is longer than any call, so no JSON reader has to parse it exactly.
            Err(_) => serializer.serialize_u64(u64::MAX / 1000),
        }
    }
}

/// Writes a time as RFC 3339 UTC with milliseconds, as in trails.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    if let Some(bytes) = rfc3339_bytes(time) {
        return String::from_utf8(bytes.to_vec()).unwrap_or_default();
    }
    match jiff::Timestamp::try_from(time) {
        Ok(stamp) => format!("{stamp:.3}"),
        Err(_) => format!("{:.3}", jiff::Timestamp::UNIX_EPOCH),
    }
}

/// Writes a time with a year of four digits, without the formatting machinery, since calls wait for it.
pub(crate) fn rfc3339_bytes(time: SystemTime) -> Option<[u8; 24]> {
    let stamp = jiff::Timestamp::try_from(time).ok()?;
    let time = jiff::tz::Offset::UTC.to_datetime(stamp);
    let year = u32::try_from(time.year()).ok()?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let small = |value: i8| u32::from(value.unsigned_abs());
    for (place, value) in [
        (0..4, year),
        (5..7, small(time.month())),
        (8..10, small(time.day())),
        (11..13, small(time.hour())),
        (14..16, small(time.minute())),
        (17..19, small(time.second())),
        (20..23, u32::from(time.millisecond().unsigned_abs())),
    ] {
        let mut rest = value;
        for digit in text[place].iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_written_as_the_library_for_times_writes_them() {
        for millis in [
            0,
            1,
            951_782_399_999,
            1_764_201_600_123,
            253_402_207_199_999,
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_micros(millis * 1000 + 999);
            let stamp = jiff::Timestamp::try_from(time).expect("a time");
            assert_eq!(rfc3339(time), format!("{stamp:.3}"));
        }
        let before = SystemTime::UNIX_EPOCH - Duration::from_micros(1_234_567);
        let stamp = jiff::Timestamp::try_from(before).expect("a time");
        assert_eq!(rfc3339(before), format!("{stamp:.3}"));
    }
}
