//! One line of a segment, and one slot of an open-call table.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// A line that a journal wrote.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// When it was written.
    pub(super) at: Timestamp,
    pub(super) seq: u64,
    /// The call's, where it tells of one.
    pub(super) call_id: Cow<'a, str>,
    pub(super) service: Cow<'a, str>,
    pub(super) host: Cow<'a, str>,
    pub(super) pid: u32,
    /// Which calls its client keeps; empty where it does not say.
    pub(super) policy: Cow<'a, str>,
    /// The call it tells of succeeded.
    pub(super) is_success: bool,
    pub(super) what: What<'a>,
}

/// What a line tells.
#[derive(Debug)]
pub(super) enum What<'a> {
    /// A call that ended; its trail is not read yet.
    Call { trail: &'a RawValue },
    /// A call that began, where the open-call table was full.
    Opened(OpenedCall),
    /// The call that such a line told of is over.
    Closed,
    /// Records that could not be written.
    Lost { records: u64 },
    /// Something that a later release writes.
    Other,
}

/// A call as it stood before its request left: nothing is known of its answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OpenedCall {
    /// When the attempt was sent.
    #[serde(with = "stamp")]
    pub(crate) at: Timestamp,
    pub(crate) call_id: String,
    pub(crate) trace_id: String,
    /// Of the attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) span_id: Option<String>,
    /// What every attempt carries in the dialect's correlation header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<String>,
    pub(crate) method: String,
    /// The path template.
    pub(crate) path: String,
    pub(crate) origin: String,
    /// The attempt's place in the call, from 1.
    pub(crate) attempt: u32,
    /// The name of the API's dialect.
    pub(crate) api: String,
}

/// A line that cannot be read: its writer died over it, or the disk was full.
#[derive(Debug)]
pub(super) struct Torn;

#[derive(Deserialize)]
struct LineJson<'a> {
    #[serde(rename = "@timestamp", borrow)]
    at: Cow<'a, str>,
    #[serde(borrow, default)]
    service: Named<'a>,
    #[serde(borrow, default)]
    host: Named<'a>,
    #[serde(default)]
    process: Process,
    #[serde(borrow, default)]
    event: Event<'a>,
    #[serde(borrow)]
    reqtrail: Ours<'a>,
}

#[derive(Default, Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Process {
    #[serde(default)]
    pid: u32,
}

#[derive(Default, Deserialize)]
struct Event<'a> {
    #[serde(borrow, default)]
    outcome: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Ours<'a> {
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
    lost: Option<Lost>,
}

#[derive(Deserialize)]
struct Lost {
    records: u64,
}

/// Reads a line. `None` for one that is not a journal's: others may write to the file, too.
pub(super) fn read(line: &[u8]) -> Result<Option<Record<'_>>, Torn> {
    // What a crash left of a line that was never written is zeros.
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
    let ours = line.reqtrail;
    let what = match (&*ours.record, ours.trail, ours.opened, ours.lost) {
        ("call", Some(trail), ..) => What::Call { trail },
        ("opened", _, Some(opened), _) => What::Opened(opened),
        ("closed", ..) => What::Closed,
        ("lost", .., Some(lost)) => What::Lost {
            records: lost.records,
        },
        _ => What::Other,
    };
    Ok(Some(Record {
        at,
        seq: ours.seq,
        call_id: ours.call_id,
        service: line.service.name,
        host: line.host.name,
        pid: line.process.pid,
        policy: ours.policy,
        is_success: line.event.outcome == "success",
        what,
    }))
}

/// Says whether a line looks torn, without reading it.
pub(super) fn looks_torn(line: &[u8]) -> bool {
    match line.first() {
        Some(b'{') => line.last() != Some(&b'}'),
        first => first == Some(&0),
    }
}

/// Reads a slot of an open-call table. `None` for a free one, whose first byte is a blank whatever follows; it is zero in a
/// table for which space was set aside and no more.
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
            .map_err(|_| D::Error::custom("expected a time as RFC 3339 writes it"))
    }
}
