//! The trail as JSON, schema `reqtrail.trail/1` (`schema/trail.schema.json`).
//!
//! A field without a value is null, never left out.

use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::{Attempt, Trail};

pub(super) const SCHEMA: &str = "reqtrail.trail/1";
pub(super) const CLIENT: &str = concat!("reqtrail/", env!("CARGO_PKG_VERSION"));

/// Writes an object whose keys are in the order of the contract.
macro_rules! object {
    ($serializer:expr, $name:literal, { $($key:literal: $value:expr,)* }) => {{
        let mut out = $serializer.serialize_struct($name, [$($key),*].len())?;
        $(out.serialize_field($key, $value)?;)*
        out.end()
    }};
}

impl Serialize for Trail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, "Trail", {
            "schema": SCHEMA,
            "client": self.0.client.as_deref().unwrap_or(CLIENT),
            "call_id": &self.call_id(),
            "trace_id": &self.trace_id(),
            "correlation_id": &self.correlation_id(),
            "dialect": self.dialect(),
            "service": &self.service(),
            "method": self.method().as_str(),
            "origin": self.origin(),
            "path": self.path(),
            "started_at": &rfc3339(self.started_at()),
            "elapsed_ms": &Millis(self.elapsed()),
            "outcome": self.outcome().as_str(),
            "stopped": &self.stopped(),
            "notes": self.notes(),
            "attempts": self.attempts(),
        })
    }
}

impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, "Attempt", {
            "number": &self.number,
            "cause": &self.cause,
            "method": self.method.as_str(),
            "span_id": &self.span_id(),
            "url": &self.url,
            "status": &self.status.map(|status| status.as_u16()),
            "request_id": &self.request_id,
            "request_id_source": &self.request_id_source,
            "request_id_notes": &self.request_id_notes,
            "body_request_id": &self.body_request_id,
            "error_code": &self.error_code,
            "category": &self.category,
            "failure": &self.failure,
            "failure_code": &self.failure_code,
            "failure_reason": &self.failure_reason,
            "sent": &self.sent,
            "processed": &self.processed(),
            "started_ms": &Millis(self.started),
            "elapsed_ms": &Millis(self.elapsed),
            "retry_after_ms": &self.retry_after.map(Millis),
            "wait_ms": &self.wait.map(Millis),
            "wait_reason": &self.wait_reason,
        })
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
