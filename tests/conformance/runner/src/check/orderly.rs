//! Checks numbers, times and call IDs.

use std::collections::HashSet;

use super::view::PlayedCall;
use crate::failure::Failure;

/// How far times may overlap, because they are rounded.
const SLACK_MS: f64 = 1.0;

/// Checks that numbers count from 1, and that no attempt starts before the previous one and its wait have ended.
pub(super) fn check(played: &PlayedCall<'_>, out: &mut Vec<Failure>) {
    let mut free_at = 0.0;
    let mut over_at = 0.0;
    for (attempt, expected) in played.attempts.iter().zip(1..) {
        if attempt.number != Some(expected) {
            let got = attempt
                .number
                .map_or_else(|| "no number".to_owned(), |number| number.to_string());
            let path = format!("{}.number", attempt.path);
            out.push(Failure::differs(path, expected, got));
        }
        let (Some(started), Some(elapsed)) = (attempt.started_ms, attempt.elapsed_ms) else {
            continue;
        };
        if started < free_at - SLACK_MS {
            let path = format!("{}.started_ms", attempt.path);
            let expected =
                format!("at least {free_at}, when the previous attempt and its wait had ended");
            out.push(Failure::differs(path, expected, started));
        }
        over_at = started + elapsed;
        free_at = over_at + attempt.wait_ms;
    }
    let elapsed = played
        .trail
        .and_then(|trail| trail.get("elapsed_ms")?.as_f64());
    if let Some(elapsed) = elapsed.filter(|elapsed| *elapsed < over_at - SLACK_MS) {
        let path = format!("{}.elapsed_ms", played.trail_path());
        let expected = format!("at least {over_at}, when the last attempt had ended");
        out.push(Failure::differs(path, expected, elapsed));
    }
}

/// Checks that a call ID is a UUIDv4 that no other call has.
pub(super) fn check_call_ids(
    played: &[PlayedCall<'_>],
    earlier: &HashSet<String>,
    out: &mut Vec<Failure>,
) {
    let mut seen = HashSet::new();
    for played in played {
        let Some(id) = played.trail_text("call_id") else {
            continue;
        };
        let path = format!("{}.call_id", played.trail_path());
        if !is_uuid_v4(id) {
            out.push(Failure::differs(&path, "a UUIDv4", id));
        }
        if !seen.insert(id) || earlier.contains(id) {
            out.push(Failure::new(path, format!("another call has {id} too")));
        }
    }
}

/// Returns whether the text is a UUID in canonical form: lower case, version 4, variant 10.
fn is_uuid_v4(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_uuids_of_version_4_pass() {
        assert!(is_uuid_v4("6f2c1d3e-0a1b-4c2d-8e3f-000102030405"));
        for bad in [
            "6f2c1d3e-0a1b-1c2d-8e3f-000102030405",
            "6f2c1d3e-0a1b-4c2d-ce3f-000102030405",
            "6F2C1D3E-0A1B-4C2D-8E3F-000102030405",
            "6f2c1d3e0a1b4c2d8e3f000102030405",
            "",
        ] {
            assert!(!is_uuid_v4(bad), "{bad}");
        }
    }
}
