//! IDs that somebody asks for, and those of a call.

use std::collections::HashMap;

use reqtrail::Trail;
use reqtrail::host::{IdKind, IdQuery};

use super::line::OpenedCall;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// IDs or their beginnings.
    Queries(&'a [IdQuery]),
    /// Whole IDs, by their numbers.
    Words(&'a Words),
}

/// Whole IDs, of which there may be thousands, in the form in which they are compared.
#[derive(Debug, Default)]
pub(super) struct Words(HashMap<String, usize>);

impl Words {
    /// Adds an ID; returns its number, which is that of an equal one if there is one.
    pub(super) fn add(&mut self, id: &str) -> usize {
        let next = self.0.len();
        let key = IdQuery::new(id).as_str().to_owned();
        *self.0.entry(key).or_insert(next)
    }
}

impl Wanted<'_> {
    /// Calls `each` with the number of what the ID is, or begins with, and with whether it is the same.
    pub(super) fn matches(&self, id: &str, mut each: impl FnMut(usize, bool)) {
        match self {
            Self::Queries(queries) => {
                for (number, query) in queries.iter().enumerate() {
                    if let Some(is_whole) = query.matches(id) {
                        each(number, is_whole);
                    }
                }
            }
            Self::Words(Words(words)) => {
                if let Some(number) = words.get(IdQuery::new(id).as_str()) {
                    each(*number, true);
                }
            }
        }
    }

    /// Says whether the ID is one that is looked for.
    pub(super) fn has(&self, id: &str) -> bool {
        let mut has = false;
        self.matches(id, |_, _| has = true);
        has
    }
}

/// The IDs of a call that ended, with the kind of each. A span comes after the trace, whose digits are also those of the call.
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
