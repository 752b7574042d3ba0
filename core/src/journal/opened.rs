//! What a journal knows of a call before its answer.

use super::files::SLOT_BYTES;
use crate::recorder::line::Opened;
use crate::trail::{Attempt, TrailWriter, rfc3339};

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

/// The text of a slot: the call as JSON, with its longest texts cut where there is no room for them.
pub(super) fn in_slot(call: &Opened) -> Vec<u8> {
    // One byte is the newline's.
    const ROOM: usize = SLOT_BYTES - 1;
    let text = json(call);
    if text.len() <= ROOM {
        return text;
    }
    let mut call = call.clone();
    let mut over = text.len() - ROOM;
    // The call has its correlation ID or none: an empty one would take room of its own.
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

/// Cuts at least `over` bytes from the end, if there are so many. Returns how many of them are gone.
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
    // Strings and numbers only: there is nothing in it that could fail to be written.
    serde_json::to_vec(call).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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
