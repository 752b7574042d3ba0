//! The order of calls that were read.

use std::collections::{BTreeMap, HashSet};

use super::found::Found;

/// A call, and its place among the records of its process; without one where the call has no record.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) stem: String,
    pub(super) seq: Option<u64>,
    pub(super) found: Found,
}

/// Sorts calls by time. Those of one process keep the order of its records, whatever its clock did. Of several records of a
/// call, as where its body turned out to be unusable after it had ended, the last counts.
pub(super) fn newest_first(mut calls: Vec<Placed>) -> Vec<Found> {
    let mut lists: BTreeMap<(String, Option<usize>), Vec<Found>> = BTreeMap::new();
    calls.sort_by_key(|call| call.seq);
    let mut seen = HashSet::new();
    calls.reverse();
    calls.retain(|call| {
        call.seq.is_none() || seen.insert((call.stem.clone(), call.found.content.call_id()))
    });
    calls.reverse();
    for (at, call) in calls.into_iter().enumerate() {
        // A call without a record has no place among the records.
        let alone = call.seq.is_none().then_some(at);
        lists
            .entry((call.stem, alone))
            .or_default()
            .push(call.found);
    }
    let mut lists: Vec<Vec<Found>> = lists.into_values().collect();
    let next = || {
        let newest = lists
            .iter_mut()
            .max_by_key(|list| list.last().map(|call| call.at))?;
        newest.pop()
    };
    std::iter::from_fn(next).collect()
}
