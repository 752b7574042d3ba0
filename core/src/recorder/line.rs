//! A line of a journal, and of a recorder's dump: one record as JSON (`schema/journal.schema.json`).
//!
//! The outside is the Elastic Common Schema (<https://www.elastic.co/docs/reference/ecs>), nested, so that log shippers
//! accept it unchanged. reqtrail's own fields are under `reqtrail`. One deviation: `url.path` is the path template.

mod cut;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

use super::{JournalPolicy, JournalUrls};
use crate::codes::ErrorKind;
use crate::json::quick;
use crate::trail::{Attempt, Outcome, Rfc3339, Trail};

/// The release of the Elastic Common Schema that a line follows.
const ECS: &str = "8.17";

/// What all calls of a client have in common.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) dialect: Arc<str>,
    /// The called service, if one sign-in serves several.
    pub(crate) service: Option<Arc<str>>,
    pub(crate) origin: Arc<str>,
}

/// The process that a line is from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineSource<'a> {
    /// The name of the program or of the service that it is part of.
    pub(crate) service: &'a str,
    pub(crate) host: &'a str,
    pub(crate) pid: u32,
    /// Which calls it keeps in its journal, if it has one.
    pub(crate) policy: Option<JournalPolicy>,
}

/// When a line was written: its number in the process, and the time of two clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) seq: u64,
    pub(crate) monotonic_ms: u64,
    pub(crate) at: SystemTime,
}

impl Stamp {
    /// The stamp of a line that is written now.
    pub(crate) fn now(seq: u64) -> Self {
        Self {
            seq,
            monotonic_ms: monotonic_ms(),
            at: SystemTime::now(),
        }
    }
}

/// A call that may have been sent: what is known before its response.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Opened {
    /// When the attempt began.
    pub(crate) at: String,
    pub(crate) call_id: String,
    pub(crate) trace_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) span_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) origin: String,
    pub(crate) attempt: u32,
    pub(crate) api: String,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Rfc3339,
    ecs: Ecs,
    message: String,
    log: Log,
    event: Event<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<Http<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Url<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Id<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorPart<'a>>,
    service: Name<'a>,
    process: ProcessPart,
    host: Name<'a>,
    reqtrail: Own<'a>,
}

#[derive(Serialize)]
struct Ecs {
    version: &'static str,
}

#[derive(Serialize)]
struct Log {
    level: &'static str,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'static str,
    category: [&'static str; 1],
    r#type: &'static [&'static str],
    outcome: &'static str,
    dataset: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Time<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Rfc3339>,
    /// In nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
}

/// A time, or the text of one.
#[derive(Serialize)]
#[serde(untagged)]
enum Time<'a> {
    At(Rfc3339),
    Text(&'a str),
}

#[derive(Serialize)]
struct Http<'a> {
    request: HttpRequest<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<HttpResponse>,
}

#[derive(Serialize)]
struct HttpRequest<'a> {
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct HttpResponse {
    status_code: u16,
}

#[derive(Serialize)]
struct Url<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    path: &'a str,
}

#[derive(Serialize)]
struct Id<T> {
    id: T,
}

#[derive(Serialize)]
struct ErrorPart<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct ProcessPart {
    pid: u32,
}

#[derive(Serialize)]
struct Own<'a> {
    record: &'static str,
    seq: u64,
    monotonic_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_ids: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<&'a Opened>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Lost>,
    /// How many attempts were left out of the trail, because the record would be too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left_out: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<TrailPart<'a>>,
}

#[derive(Serialize)]
struct Lost {
    records: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Rfc3339>,
}

/// A trail, unchanged or changed for the record.
enum TrailPart<'a> {
    Whole(&'a Trail),
    Changed(Value),
}

impl Serialize for TrailPart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(trail) => trail.serialize(serializer),
            Self::Changed(value) => value.serialize(serializer),
        }
    }
}

/// Adds the line of a call that has ended.
pub(crate) fn call(
    out: &mut Vec<u8>,
    source: &LineSource<'_>,
    stamp: Stamp,
    trail: &Trail,
    urls: JournalUrls,
) {
    let before = out.len();
    let part = match urls {
        JournalUrls::Full => TrailPart::Whole(trail),
        JournalUrls::Template => TrailPart::Changed(cut::without_urls(trail)),
    };
    write_call(out, source, stamp, trail, part, None);
    if out.len() - before > cut::MOST_BYTES {
        out.truncate(before);
        let rest = out.len();
        cut::shortened(trail, urls, |value, left_out| {
            out.truncate(rest);
            write_call(
                out,
                source,
                stamp,
                trail,
                TrailPart::Changed(value),
                Some(left_out),
            );
            out.len() - rest
        });
    }
}

fn write_call(
    out: &mut Vec<u8>,
    source: &LineSource<'_>,
    stamp: Stamp,
    trail: &Trail,
    part: TrailPart<'_>,
    left_out: Option<usize>,
) {
    let last = trail.last();
    let call_id = trail.call_id().to_string();
    let failed = match trail.outcome() {
        Outcome::Ok => None,
        Outcome::Error(kind) => Some(kind),
    };
    let ended_at = trail.started_at().checked_add(trail.elapsed());
    let line = Line {
        message: trail.one_line(),
        log: Log {
            level: if failed.is_some() { "warn" } else { "info" },
        },
        event: Event {
            outcome: outcome(trail),
            r#type: match failed {
                Some(_) => &["access", "error"],
                None => &["access"],
            },
            start: Some(Time::At(Rfc3339(trail.started_at()))),
            end: ended_at.map(Rfc3339),
            duration: u64::try_from(trail.elapsed().as_nanos()).ok(),
            ..Event::of_call()
        },
        http: Some(Http {
            request: HttpRequest {
                method: trail.method().as_str(),
                id: trail.request_id().map(|id| id.as_str()),
            },
            response: last.and_then(Attempt::status).map(|status| HttpResponse {
                status_code: status.as_u16(),
            }),
        }),
        url: Some(Url {
            domain: domain(trail.origin()),
            path: trail.path(),
        }),
        trace: Some(Id {
            id: trail.trace_id(),
        }),
        error: failed.map(|kind| error(kind, last)),
        reqtrail: Own {
            call_id: Some(&call_id),
            request_ids: Some(trail.request_ids().iter().map(|id| id.as_str()).collect()),
            attempts_left_out: left_out,
            trail: Some(part),
            ..Own::new("call", source, stamp)
        },
        ..Line::new(source, stamp)
    };
    write(out, &line);
}

/// Adds the line of an unsafe call that is about to be sent, if the table of open calls has no room for it.
pub(crate) fn opened(out: &mut Vec<u8>, source: &LineSource<'_>, stamp: Stamp, call: &Opened) {
    let line = Line {
        message: format!("{} {} is under way", call.method, call.path),
        event: Event {
            start: Some(Time::Text(&call.at)),
            ..Event::of_call()
        },
        http: Some(Http {
            request: HttpRequest {
                method: &call.method,
                id: None,
            },
            response: None,
        }),
        url: Some(Url {
            domain: domain(&call.origin),
            path: &call.path,
        }),
        trace: Some(Id {
            id: call.trace_id.clone(),
        }),
        reqtrail: Own {
            call_id: Some(&call.call_id),
            opened: Some(call),
            ..Own::new("opened", source, stamp)
        },
        ..Line::new(source, stamp)
    };
    write(out, &line);
}

/// Adds the line that revokes an `opened` one: the call has ended, and the policy keeps no record of it.
#[cfg(feature = "journal")]
pub(crate) fn closed(out: &mut Vec<u8>, source: &LineSource<'_>, stamp: Stamp, call_id: &str) {
    let line = Line {
        message: format!("call {call_id} has ended"),
        reqtrail: Own {
            call_id: Some(call_id),
            ..Own::new("closed", source, stamp)
        },
        ..Line::new(source, stamp)
    };
    write(out, &line);
}

/// Adds the line that says how many records are missing before it, and since when.
#[cfg(feature = "journal")]
pub(crate) fn lost(
    out: &mut Vec<u8>,
    source: &LineSource<'_>,
    stamp: Stamp,
    records: u64,
    since: Option<SystemTime>,
) {
    let line = Line {
        message: format!("{records} records were lost"),
        log: Log { level: "warn" },
        reqtrail: Own {
            lost: Some(Lost {
                records,
                since: since.map(Rfc3339),
            }),
            ..Own::new("lost", source, stamp)
        },
        ..Line::new(source, stamp)
    };
    write(out, &line);
}

impl<'a> Line<'a> {
    fn new(source: &LineSource<'a>, stamp: Stamp) -> Self {
        Self {
            timestamp: Rfc3339(stamp.at),
            ecs: Ecs { version: ECS },
            message: String::new(),
            log: Log { level: "info" },
            event: Event::of_call(),
            http: None,
            url: None,
            trace: None,
            error: None,
            service: Name {
                name: source.service,
            },
            process: ProcessPart { pid: source.pid },
            host: Name { name: source.host },
            reqtrail: Own::new("call", source, stamp),
        }
    }
}

impl Event<'_> {
    fn of_call() -> Self {
        Self {
            kind: "event",
            category: ["web"],
            r#type: &["access"],
            outcome: "unknown",
            dataset: "reqtrail.call",
            start: None,
            end: None,
            duration: None,
        }
    }
}

impl Own<'_> {
    fn new(record: &'static str, source: &LineSource<'_>, stamp: Stamp) -> Self {
        Self {
            record,
            seq: stamp.seq,
            monotonic_ms: stamp.monotonic_ms,
            policy: source.policy.map(JournalPolicy::as_str),
            call_id: None,
            request_ids: None,
            opened: None,
            lost: None,
            attempts_left_out: None,
            trail: None,
        }
    }
}

/// `unknown` if the server may have acted on the request although the call failed.
fn outcome(trail: &Trail) -> &'static str {
    match (trail.outcome(), trail.last()) {
        (Outcome::Ok, _) => "success",
        (_, Some(last)) if last.outcome_unknown() => "unknown",
        _ => "failure",
    }
}

fn error<'a>(kind: ErrorKind, last: Option<&'a Attempt>) -> ErrorPart<'a> {
    let status = last.and_then(Attempt::status);
    let reason = last.and_then(Attempt::failure_reason);
    ErrorPart {
        code: last.and_then(Attempt::error_code),
        r#type: kind.as_str(),
        message: reason
            .map(str::to_owned)
            .or_else(|| status.map(|status| status.to_string())),
    }
}

/// The host of an origin, as in `api.example`.
fn domain(origin: &str) -> Option<&str> {
    let (_, authority) = origin.split_once("://")?;
    match authority.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => authority.split(':').next(),
    }
}

fn write(out: &mut Vec<u8>, line: &Line<'_>) {
    // It only has strings, numbers and fixed keys, so writing cannot fail.
    let _ = quick::write(out, line);
    out.push(b'\n');
}

/// The monotonic clock of this machine in milliseconds, so that the order of lines survives a change of the date.
fn monotonic_ms() -> u64 {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        if let Ok(now) = clock_gettime(ClockId::CLOCK_MONOTONIC) {
            return u64::try_from(Duration::from(now).as_millis()).unwrap_or(u64::MAX);
        }
    }
    0
}
