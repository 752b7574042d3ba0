//! The IDs to search for, and the IDs of a call.

use std::collections::HashMap;

use reqtrail::Trail;
use reqtrail::host::{IdKind, IdQuery};

use super::line::OpenedCall;

/// The IDs to search for.
#[derive(Clone, Copy, Debug)]
pub(super) enum WantedIds<'a> {
    /// Whole IDs, or their first characters.
    Queries(&'a [IdQuery]),
    /// Only whole IDs.
    Whole(&'a WholeIds),
}

/// Whole IDs in the form in which they are compared, each with a number. There may be thousands.
#[derive(Debug, Default)]
pub(super) struct WholeIds(HashMap<String, usize>);

impl WholeIds {
    /// Adds an ID and returns its number. Equal IDs have the same number.
    pub(super) fn add(&mut self, id: &str) -> usize {
        let next = self.0.len();
        let key = IdQuery::new(id).as_str().to_owned();
        *self.0.entry(key).or_insert(next)
    }
}

impl WantedIds<'_> {
    /// Calls `each` with the number of every wanted ID that `id` equals or begins with, and with whether they are equal.
    pub(super) fn matches(&self, id: &str, mut each: impl FnMut(usize, bool)) {
        match self {
            Self::Queries(queries) => {
                for (number, query) in queries.iter().enumerate() {
                    if let Some(is_whole) = query.matches(id) {
                        each(number, is_whole);
                    }
                }
            }
            Self::Whole(WholeIds(numbers)) => {
                if let Some(number) = numbers.get(IdQuery::new(id).as_str()) {
                    each(*number, true);
                }
            }
        }
    }

    /// Returns whether the ID is wanted.
    pub(super) fn has(&self, id: &str) -> bool {
        let mut has = false;
        self.matches(id, |_, _| has = true);
        has
    }
}

/// Returns the IDs of a call that ended, with the kind of each. Spans come after the call's ID and its trace ID.
pub(super) fn of_trail(trail: &Trail) -> Vec<(IdKind, String)> {
    let mut ids = Vec::new();
    for attempt in trail.attempts() {
        let both = [attempt.request_id(), attempt.body_request_id()];
        let both = both.into_iter().flatten();
        ids.extend(both.map(|id| (IdKind::Request, id.as_str().to_owned())));
    }
    ids.push((IdKind::Call, trail.call_id().to_string()));
    ids.push((IdKind::Trace, trail.trace_id()));
    let spans = trail.attempts().iter().map(|attempt| attempt.span_id());
    ids.extend(spans.map(|id| (IdKind::Span, id)));
    let correlation = trail.correlation_id().map(str::to_owned);
    ids.extend(correlation.map(|id| (IdKind::Correlation, id)));
    ids
}

impl OpenedCall {
    /// Returns the IDs of the call, with the kind of each.
    pub(super) fn ids(&self) -> Vec<(IdKind, String)> {
        let mut ids = vec![
            (IdKind::Call, self.call_id.clone()),
            (IdKind::Trace, self.trace_id.clone()),
        ];
        ids.extend(self.span_id.clone().map(|id| (IdKind::Span, id)));
        let correlation = self.correlation_id.clone();
        ids.extend(correlation.map(|id| (IdKind::Correlation, id)));
        ids
    }
}
