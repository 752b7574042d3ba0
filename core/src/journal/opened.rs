//! What a journal knows about a call before its response.

use std::ops::Deref;

use uuid::fmt::Hyphenated;

use super::files::SLOT_BYTES;
use crate::json::quick;
use crate::recorder::line::Opened;
use crate::trail::{Attempt, TrailWriter, rfc3339, rfc3339_bytes};

/// The call whose last attempt is about to be sent.
pub(super) fn of(trail: &TrailWriter) -> Opened {
    let opening = trail.opening();
    let last = trail.last();
    let started = last.map(Attempt::started).unwrap_or_default();
    Opened {
        at: rfc3339(opening.started_at + started),
        call_id: opening.call_id.hyphenated().to_string(),
        trace_id: opening.trace_id.to_string(),
        span_id: last.map(Attempt::span_id),
        correlation_id: opening.correlation_id.as_deref().map(str::to_owned),
        method: opening.method.to_string(),
        path: opening.path.clone(),
        origin: opening.origin.to_string(),
        attempt: last.map_or(0, Attempt::number),
        api: opening.dialect.to_string(),
    }
}

/// The text of a slot: the call as JSON.
pub(super) struct SlotText {
    bytes: [u8; SLOT_BYTES],
    length: usize,
}

/// Written by hand and without allocating, because each unsafe call waits for it.
impl SlotText {
    pub(super) fn of(trail: &TrailWriter) -> Self {
        let mut text = Self {
            bytes: [0; SLOT_BYTES],
            length: 0,
        };
        if text.write(trail).is_none() {
            text.length = 0;
            // It was cut to fit.
            let _ = text.put(&in_slot(&of(trail)));
        }
        text
    }

    /// Writes the call unless it needs an escape or more room.
    fn write(&mut self, trail: &TrailWriter) -> Option<()> {
        let opening = trail.opening();
        let last = trail.last()?;
        let mut id = [0; Hyphenated::LENGTH];
        let call_id = opening.call_id.hyphenated().encode_lower(&mut id);
        self.put(b"{\"at\":\"")?;
        self.put(&rfc3339_bytes(opening.started_at + last.started())?)?;
        self.put(b"\",\"call_id\":\"")?;
        self.put(call_id.as_bytes())?;
        self.put(b"\",\"trace_id\":\"")?;
        self.put(&opening.trace_id.hex())?;
        self.put(b"\",\"span_id\":\"")?;
        self.put(&last.span().hex())?;
        if let Some(correlation) = &opening.correlation_id {
            self.put(b"\",\"correlation_id\":\"")?;
            self.put_plain(correlation)?;
        }
        self.put(b"\",\"method\":\"")?;
        self.put_plain(opening.method.as_str())?;
        self.put(b"\",\"path\":\"")?;
        self.put_plain(&opening.path)?;
        self.put(b"\",\"origin\":\"")?;
        self.put_plain(&opening.origin)?;
        self.put(b"\",\"api\":\"")?;
        self.put_plain(&opening.dialect)?;
        self.put(b"\",\"attempt\":")?;
        let digit = u8::try_from(last.number())
            .ok()
            .filter(|number| *number < 10)?;
        self.put(&[b'0' + digit, b'}'])
    }

    fn put_plain(&mut self, text: &str) -> Option<()> {
        if quick::is_plain(text) {
            self.put(text.as_bytes())
        } else {
            None
        }
    }

    fn put(&mut self, part: &[u8]) -> Option<()> {
        let end = self.length + part.len();
        // One byte is the newline's.
        let room = self.bytes[..SLOT_BYTES - 1].get_mut(self.length..end)?;
        room.copy_from_slice(part);
        self.length = end;
        Some(())
    }
}

impl Deref for SlotText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The text of a slot: the call as JSON, with its longest texts cut if there is no room for them.
pub(super) fn in_slot(call: &Opened) -> Vec<u8> {
    // One byte is the newline's.
    const ROOM: usize = SLOT_BYTES - 1;
    let text = json(call);
    if text.len() <= ROOM {
        return text;
    }
    let mut call = call.clone();
    let mut over = text.len() - ROOM;
    // The correlation ID is complete or absent, since an empty one would also take room.
    let texts = [
        Some(&mut call.path),
        Some(&mut call.origin),
        call.correlation_id.as_mut(),
        Some(&mut call.api),
        Some(&mut call.method),
    ];
    for text in texts.into_iter().flatten() {
        // A character is at least as long in JSON.
        over -= shorten(text, over);
    }
    json(&call)
}

/// Cuts at least `over` bytes from the end, if there are that many. Returns how many were cut.
fn shorten(text: &mut String, over: usize) -> usize {
    let before = text.len();
    let mut kept = before.saturating_sub(over);
    while !text.is_char_boundary(kept) {
        kept -= 1;
    }
    text.truncate(kept);
    (before - kept).min(over)
}

fn json(call: &Opened) -> Vec<u8> {
    // It only has strings and numbers, so writing cannot fail.
    serde_json::to_vec(call).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use http::Method;

    use super::*;
    use crate::codes::Cause;
    use crate::trace_context::{SpanId, TraceContext};
    use crate::trail::Opening;
    use crate::trail::late::KeeperNumber;

    /// A call whose first attempt is about to be sent.
    fn begun(path: &str, correlation: Option<&str>) -> TrailWriter {
        let call_id = uuid::Uuid::from_u128(0x6f2c_0a2e_1d3b_4c5d_8e9f_0a1b_2c3d_4e5f);
        let now = Instant::now();
        let mut trail = TrailWriter::new(Opening {
            keeper: KeeperNumber::default(),
            #[cfg(feature = "openstack")]
            asked: None,
            call_id,
            trace_id: TraceContext::start(call_id).trace_id(),
            traced: true,
            dialect: "novavms".into(),
            service: None,
            method: Method::POST,
            origin: "https://api.example".into(),
            path: path.to_owned(),
            correlation_id: correlation.map(Into::into),
            notes: Vec::new(),
            started_at: SystemTime::UNIX_EPOCH,
            started: now,
        });
        let span = SpanId::new(0x00f0_67aa_0ba9_02b7);
        trail.begin(now, Cause::Initial, Method::POST, span, String::new());
        trail
    }

    fn call(path: &str, origin: &str) -> Opened {
        Opened {
            at: "2026-11-26T14:05:09.123Z".to_owned(),
            call_id: "0193a0f2-7c3b-4d5e-8f60-718293a4b5c6".to_owned(),
            trace_id: "0193a0f27c3b4d5e8f60718293a4b5c6".to_owned(),
            span_id: Some("00f067aa0ba902b7".to_owned()),
            correlation_id: None,
            method: "POST".to_owned(),
            path: path.to_owned(),
            origin: origin.to_owned(),
            attempt: 1,
            api: "novavms".to_owned(),
        }
    }

    #[test]
    fn the_short_way_says_what_the_long_way_says() {
        for (path, correlation) in [
            ("/cameras/{id}", None),
            (
                "/cameras/\u{e9}",
                Some("req-0193a0f2-7c3b-4d5e-8f60-718293a4b5c6"),
            ),
            ("/\"quoted\"\n", None),
            (&*"/long".repeat(200), Some("x")),
        ] {
            let trail = begun(path, correlation);
            let written: serde_json::Value =
                serde_json::from_slice(&SlotText::of(&trail)).expect("JSON");
            let expected: serde_json::Value =
                serde_json::from_slice(&in_slot(&of(&trail))).expect("JSON");
            assert_eq!(written, expected, "{path}");
        }
    }

    #[test]
    fn what_is_too_long_for_a_slot_is_cut_and_stays_json() {
        let long = "/\u{e9}\"\u{1f600}".repeat(200);
        for (path, origin) in [
            ("/cameras", "https://a.example"),
            (&*long, &*long),
            (&*long, ""),
            // As long in JSON as it is, so that it is cut no further than it must be.
            (&*"/cameras".repeat(100), "https://a.example"),
        ] {
            let text = in_slot(&call(path, origin));
            assert!(text.len() < SLOT_BYTES, "{}", text.len());
            let read: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            assert_eq!(read["call_id"], "0193a0f2-7c3b-4d5e-8f60-718293a4b5c6");
            assert_eq!(read.get("correlation_id"), None);
            let shown = read["path"].as_str().expect("a path");
            assert!(path.starts_with(shown));
        }
    }
}
