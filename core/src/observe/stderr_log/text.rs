//! A line for people: time, level, what happened, and the helpful fields as `key=value`.

use std::fmt::{Display, Write as _};
use std::time::{Duration, SystemTime};

use super::entry::Entry;
use crate::observe::millis;
use crate::trail::rfc3339;

/// Writes the line, without its end.
pub(super) fn render(entry: &Entry, now: SystemTime) -> String {
    let mut out = Line(rfc3339(now));
    let level = entry.level.as_str().to_ascii_uppercase();
    let _ = write!(out.0, " {level} reqtrail {}", entry.message);
    let is_openstack = entry.dialect.as_deref() == Some("openstack");
    let correlation = match is_openstack {
        true => "global_request_id",
        false => "correlation_id",
    };
    out.text("call_id", entry.call_id.as_deref());
    out.text(correlation, entry.correlation_id.as_deref());
    out.text("service", entry.service.as_deref());
    out.plain("attempt", entry.attempt);
    out.plain("cause", entry.cause);
    // Status and code of the attempt describe an API error.
    match entry.record {
        "call" => out.plain("kind", entry.kind),
        _ => out.plain("failure", entry.kind.filter(|kind| *kind != "api")),
    }
    out.plain("status", entry.status);
    out.text("code", entry.code.as_deref());
    out.text("failure_code", entry.failure_code.as_deref());
    out.text("failure_reason", entry.failure_reason.as_deref());
    if entry.succeeded == Some(false) {
        out.plain("sent", entry.sent);
    }
    out.plain("attempts", entry.attempts);
    out.duration("elapsed_ms", entry.elapsed);
    out.duration("wait_ms", entry.wait);
    out.plain("wait_reason", entry.wait_reason);
    out.plain("stopped", entry.stopped);
    out.0
}

struct Line(String);

impl Line {
    fn plain(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            let _ = write!(self.0, " {key}={value}");
        }
    }

    fn duration(&mut self, key: &str, value: Option<Duration>) {
        self.plain(key, value.map(millis));
    }

    /// A value that may need quotes. It is on one line already.
    fn text(&mut self, key: &str, value: Option<&str>) {
        let is_plain = |value: &str| {
            let is_odd = |c: char| matches!(c, ' ' | '"' | '\\' | '=');
            !value.is_empty() && !value.contains(is_odd)
        };
        match value {
            Some(value) if !is_plain(value) => {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                self.plain(key, Some(format_args!("\"{value}\"")));
            }
            value => self.plain(key, value),
        }
    }
}
