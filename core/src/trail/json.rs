//! The trail as JSON, schema `reqtrail.trail/1` (`schema/trail.schema.json`).
//!
//! A field without a value is null, never left out.

use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{Attempt, Trail};

const SCHEMA: &str = "reqtrail.trail/1";
const CLIENT: &str = concat!("reqtrail/", env!("CARGO_PKG_VERSION"));

impl Serialize for Trail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Trail", 14)?;
        out.serialize_field("schema", SCHEMA)?;
        out.serialize_field("client", CLIENT)?;
        out.serialize_field("call_id", &self.call_id())?;
        out.serialize_field("trace_id", &self.trace_id())?;
        out.serialize_field("dialect", self.dialect())?;
        out.serialize_field("method", self.method().as_str())?;
        out.serialize_field("origin", self.origin())?;
        out.serialize_field("path", self.path())?;
        out.serialize_field("started_at", &rfc3339(self.started_at()))?;
        out.serialize_field("elapsed_ms", &Millis(self.elapsed()))?;
        out.serialize_field("outcome", self.outcome().as_str())?;
        out.serialize_field("stopped", &self.stopped())?;
        out.serialize_field("notes", self.notes())?;
        out.serialize_field("attempts", self.attempts())?;
        out.end()
    }
}

impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Attempt", 18)?;
        out.serialize_field("number", &self.number)?;
        out.serialize_field("cause", &self.cause)?;
        out.serialize_field("method", self.method.as_str())?;
        out.serialize_field("span_id", &self.span_id())?;
        out.serialize_field("url", &self.url)?;
        out.serialize_field("status", &self.status)?;
        out.serialize_field("request_id", &self.request_id)?;
        out.serialize_field("request_id_source", &self.request_id_source)?;
        out.serialize_field("request_id_notes", &self.request_id_notes)?;
        out.serialize_field("body_request_id", &self.body_request_id)?;
        out.serialize_field("error_code", &self.error_code)?;
        out.serialize_field("failure", &self.failure)?;
        out.serialize_field("sent", &self.sent)?;
        out.serialize_field("started_ms", &Millis(self.started))?;
        out.serialize_field("elapsed_ms", &Millis(self.elapsed))?;
        out.serialize_field("retry_after_ms", &self.retry_after.map(Millis))?;
        out.serialize_field("wait_ms", &self.wait.map(Millis))?;
        out.serialize_field("wait_reason", &self.wait_reason)?;
        out.end()
    }
}

/// Milliseconds to the microsecond, as an integer where they are whole.
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
            // A saturated Retry-After: longer than any call, and no JSON reader should have to parse it exactly.
            Err(_) => serializer.serialize_u64(u64::MAX / 1000),
        }
    }
}

/// A time as RFC 3339 UTC with milliseconds.
pub(super) fn rfc3339(time: SystemTime) -> String {
    match jiff::Timestamp::try_from(time) {
        Ok(stamp) => format!("{stamp:.3}"),
        Err(_) => format!("{:.3}", jiff::Timestamp::UNIX_EPOCH),
    }
}
