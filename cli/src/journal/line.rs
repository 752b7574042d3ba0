//! Parses a line of a segment, and a slot of an open-call table.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// A parsed line of a segment.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// When the line was written.
    pub(super) at: Timestamp,
    pub(super) seq: u64,
    /// The ID of the call. Empty if the record is not about a call.
    pub(super) call_id: Cow<'a, str>,
    pub(super) service: Cow<'a, str>,
    pub(super) host: Cow<'a, str>,
    pub(super) pid: u32,
    /// Which calls the client keeps. Empty if the line does not say.
    pub(super) policy: Cow<'a, str>,
    /// Whether the call of the record succeeded.
    pub(super) is_success: bool,
    pub(super) kind: RecordKind<'a>,
}

/// What a record is about.
#[derive(Debug)]
pub(super) enum RecordKind<'a> {
    /// A call that ended. Its trail is not parsed yet.
    Call { trail: &'a RawValue },
    /// A call that began when the open-call table was full.
    Opened(OpenedCall),
    /// The end of a call that has an `Opened` record.
    Closed,
    /// Records that could not be written.
    Lost { records: u64 },
    /// A record that only later releases write.
    Other,
}

/// A call as recorded before its request left. The response is not known.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OpenedCall {
    /// When the attempt was sent.
    #[serde(with = "stamp")]
    pub(crate) at: Timestamp,
    pub(crate) call_id: String,
    pub(crate) trace_id: String,
    /// The span of the attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) span_id: Option<String>,
    /// The ID that every attempt carries in the dialect's correlation header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<String>,
    pub(crate) method: String,
    /// The path template.
    pub(crate) path: String,
    pub(crate) origin: String,
    /// The attempt's number in the call, from 1.
    pub(crate) attempt: u32,
    /// The name of the API's dialect.
    pub(crate) api: String,
}

/// The error for a line that is not complete: its writer died, or the disk was full.
#[derive(Debug)]
pub(super) struct Torn;

#[derive(Deserialize)]
struct LineJson<'a> {
    #[serde(rename = "@timestamp", borrow)]
    at: Cow<'a, str>,
    #[serde(borrow, default)]
    service: NameField<'a>,
    #[serde(borrow, default)]
    host: NameField<'a>,
    #[serde(default)]
    process: ProcessField,
    #[serde(borrow, default)]
    event: EventField<'a>,
    #[serde(borrow)]
    reqtrail: ReqtrailFields<'a>,
}

#[derive(Default, Deserialize)]
struct NameField<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct ProcessField {
    #[serde(default)]
    pid: u32,
}

#[derive(Default, Deserialize)]
struct EventField<'a> {
    #[serde(borrow, default)]
    outcome: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ReqtrailFields<'a> {
    #[serde(borrow)]
    record: Cow<'a, str>,
    #[serde(default)]
    seq: u64,
    #[serde(borrow, default)]
    policy: Cow<'a, str>,
    #[serde(borrow, default)]
    call_id: Cow<'a, str>,
    #[serde(borrow, default)]
    trail: Option<&'a RawValue>,
    #[serde(default)]
    opened: Option<OpenedCall>,
    #[serde(default)]
    lost: Option<LostField>,
}

#[derive(Deserialize)]
struct LostField {
    records: u64,
}

/// Parses a line. `None` for a line that reqtrail did not write: other programs may write to the file too.
pub(super) fn read(line: &[u8]) -> Result<Option<Record<'_>>, Torn> {
    // After a crash, a line whose bytes were not yet written consists of zeros.
    if line.first() == Some(&0) {
        return Err(Torn);
    }
    if line.first() != Some(&b'{') {
        return Ok(None);
    }
    let line: LineJson<'_> = match serde_json::from_slice(line) {
        Ok(line) => line,
        Err(error) if error.classify() == Category::Data => return Ok(None),
        Err(_) => return Err(Torn),
    };
    let Ok(at) = line.at.parse() else {
        return Ok(None);
    };
    let fields = line.reqtrail;
    let kind = match (&*fields.record, fields.trail, fields.opened, fields.lost) {
        ("call", Some(trail), ..) => RecordKind::Call { trail },
        ("opened", _, Some(opened), _) => RecordKind::Opened(opened),
        ("closed", ..) => RecordKind::Closed,
        ("lost", .., Some(lost)) => RecordKind::Lost {
            records: lost.records,
        },
        _ => RecordKind::Other,
    };
    Ok(Some(Record {
        at,
        seq: fields.seq,
        call_id: fields.call_id,
        service: line.service.name,
        host: line.host.name,
        pid: line.process.pid,
        policy: fields.policy,
        is_success: line.event.outcome == "success",
        kind,
    }))
}

/// Returns whether a line looks torn, without parsing it.
pub(super) fn looks_torn(line: &[u8]) -> bool {
    match line.first() {
        Some(b'{') => line.last() != Some(&b'}'),
        first => first == Some(&0),
    }
}

/// Parses a slot of an open-call table. `None` for a free slot: its first byte is a space, or zero if the slot was never used.
pub(super) fn slot(slot: &[u8]) -> Result<Option<OpenedCall>, Torn> {
    match slot.first() {
        None | Some(0 | b' ') => Ok(None),
        Some(_) => serde_json::from_slice(slot).map(Some).map_err(|_| Torn),
    }
}

mod stamp {
    use std::borrow::Cow;

    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&format_args!("{at:.6}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse()
            .map_err(|_| D::Error::custom("expected a time in the form of RFC 3339"))
    }
}
