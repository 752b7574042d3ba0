//! Which call opened each connection.

use std::collections::HashMap;

use super::correlation::Correlation;
use super::view::PlayedCall;
use crate::server::log::Row;

/// Returns how many connections each call opened. A connection belongs to the call of its first request. A connection without a
/// request belongs to the call that had begun last when it was accepted.
pub(super) fn of_calls(
    played: &[PlayedCall<'_>],
    rows: &[Row],
    accepted: &[String],
    correlation: &Correlation,
) -> HashMap<usize, usize> {
    let mut opened = HashMap::new();
    for (number, at) in (1..).zip(accepted) {
        let first = rows.iter().position(|row| row.connection == number);
        let call = match first {
            Some(row) => correlation.call_of(row),
            None => begun_last(played, at),
        };
        if let Some(call) = call {
            *opened.entry(call).or_default() += 1;
        }
    }
    opened
}

fn begun_last(played: &[PlayedCall<'_>], at: &str) -> Option<usize> {
    // RFC 3339 times of one offset and precision sort as text.
    let begun = |played: &&PlayedCall<'_>| {
        let began = played.trail_text("started_at");
        began.is_some_and(|began| began <= at)
    };
    played.iter().rfind(begun).map(|played| played.call_index)
}
