//! Sorts calls that were read.

use std::collections::{BTreeMap, HashSet};

use super::call::JournalCall;

/// A call with the sequence number of its record; `None` if the call has no record.
#[derive(Debug)]
pub(super) struct SequencedCall {
    pub(super) stem: String,
    pub(super) seq: Option<u64>,
    pub(super) found: JournalCall,
}

/// Sorts calls by time, newest first. Calls of one process keep the order of its records, even if its clock was changed. If a
/// call has several records, as when decoding its body failed after it had ended, the last one counts.
pub(super) fn newest_first(mut calls: Vec<SequencedCall>) -> Vec<JournalCall> {
    let mut lists: BTreeMap<(String, Option<usize>), Vec<JournalCall>> = BTreeMap::new();
    calls.sort_by_key(|call| call.seq);
    let mut seen = HashSet::new();
    calls.reverse();
    calls.retain(|call| {
        call.seq.is_none() || seen.insert((call.stem.clone(), call.found.content.call_id()))
    });
    calls.reverse();
    for (at, call) in calls.into_iter().enumerate() {
        // A call without a record has no sequence number.
        let alone = call.seq.is_none().then_some(at);
        lists
            .entry((call.stem, alone))
            .or_default()
            .push(call.found);
    }
    let mut lists: Vec<Vec<JournalCall>> = lists.into_values().collect();
    let next = || {
        let newest = lists
            .iter_mut()
            .max_by_key(|list| list.last().map(|call| call.at))?;
        newest.pop()
    };
    std::iter::from_fn(next).collect()
}
