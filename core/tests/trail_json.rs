//! Trails that were stored as JSON: what a later release wrote into them is kept when they are written again.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use reqtrail::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, Trail, TrailNote, WaitReason,
};
use serde_json::{Value, json};

/// A word that this release may know. There are some dozens of others, since a process keeps only so many.
fn word(known: Vec<&'static str>) -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(known).prop_map(str::to_owned),
        1 => "later_[a-d]{1,2}",
    ]
}

macro_rules! words {
    ($set:ident) => {
        word($set::ALL.iter().map(|known| known.as_str()).collect())
    };
}

/// A time to the microsecond, as trails have it.
fn millis() -> impl Strategy<Value = Value> {
    (0..100_000_000_000_u64).prop_map(|micros| match micros % 1000 {
        0 => json!(micros / 1000),
        _ => json!(micros as f64 / 1000.0),
    })
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        "header:x-[a-z]{1,8}",
        Just("body".to_owned()),
        "later:[a-z]{1,8}"
    ]
}

fn id() -> impl Strategy<Value = String> {
    "[ -~]{1,40}"
}

fn address() -> impl Strategy<Value = String> {
    any::<std::net::SocketAddr>().prop_map(|address| address.to_string())
}

fn attempt() -> impl Strategy<Value = Value> {
    let what = (
        words!(Cause),
        of(100_u16..=999),
        of(id()),
        of(source()),
        vec(words!(RequestIdNote), 0..3),
        of(id()),
        of(words!(Category)),
        of(words!(ErrorKind)),
    );
    let how = (
        words!(Sent),
        any::<bool>(),
        millis(),
        of(millis()),
        of(words!(WaitReason)),
        of(address()),
        ".{0,20}",
    );
    (what, how).prop_map(
        |(
            (cause, status, request_id, source, notes, body_id, category, failure),
            (sent, is_vowed, time, wait, wait_reason, address, text),
        )| {
            let processed = match (sent.as_str(), status) {
                ("yes", _) => Some(true),
                ("no", _) => Some(false),
                (_, _) if is_vowed => Some(false),
                ("unknown", _) => None,
                (_, status) => status.map(|_| true),
            };
            json!({
                "number": 1, "cause": cause, "method": "GET", "span_id": "00f067aa0ba902b7",
                "url": format!("https://api.example/{text}"), "remote_address": address, "status": status, "request_id": request_id,
                "request_id_source": source, "request_id_notes": notes, "body_request_id": body_id,
                "error_code": text, "category": category, "failure": failure, "failure_code": null,
                "failure_reason": text, "sent": sent, "processed": processed, "started_ms": time,
                "elapsed_ms": time, "retry_after_ms": wait, "wait_ms": wait, "wait_reason": wait_reason,
            })
        },
    )
}

fn trail() -> impl Strategy<Value = Value> {
    let outcome = prop_oneof![Just("ok".to_owned()), words!(ErrorKind)];
    let parts = (
        any::<u128>(),
        of(id()),
        ".{0,20}",
        millis(),
        outcome,
        words!(StopReason),
        vec(words!(TrailNote), 0..4),
        vec(attempt(), 0..4),
    );
    parts.prop_map(
        |(bits, correlation_id, text, time, outcome, stopped, notes, attempts)| {
            let call_id = reqtrail::CallId::from_bytes(bits.to_be_bytes());
            json!({
                "schema": "reqtrail.trail/1", "client": "reqtrail/9.9.9", "call_id": call_id,
                "trace_id": format!("{:032x}", bits.max(1)), "correlation_id": correlation_id, "dialect": text,
                "service": text, "method": "PATCH", "origin": "https://api.example", "path": text,
                "started_at": "2026-11-21T21:00:00.123Z", "elapsed_ms": time, "outcome": outcome,
                "stopped": stopped, "notes": notes, "attempts": attempts,
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_trail_is_written_as_it_was_read(trail in trail()) {
        let read: Trail = serde_json::from_value(trail.clone()).expect("a trail");
        let again: Value = serde_json::from_str(&read.to_json()).expect("JSON");
        prop_assert_eq!(&again, &trail);
        // Who shows it gets a report of it, whatever is in it.
        prop_assert!(read.report().lines().all(|line| line.chars().count() <= 100));
    }
}
