//! IDs as people type them, and how they match those of a call.

use std::borrow::Cow;
use std::collections::HashMap;

use reqtrail::Trail;

use super::line::OpenedCall;

/// The fewest characters of a prefix.
pub(crate) const PREFIX_MIN: usize = 6;

/// Which of a call's IDs matched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Matched {
    Request,
    Call,
    Trace,
    Span,
    Correlation,
}

impl Matched {
    /// Returns the word that JSON and people read.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Call => "call",
            Self::Trace => "trace",
            Self::Span => "span",
            Self::Correlation => "correlation",
        }
    }
}

/// How well an ID matches; the better is the greater.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Fit {
    Prefix,
    /// The same ID, as another system spells it.
    Same,
    Exact,
}

/// An ID that somebody asks for, or the beginning of one.
#[derive(Clone, Debug)]
pub(crate) struct IdQuery {
    text: String,
    /// Its hex digits in lower case, where it can be that of a UUID, a trace or a span.
    digits: Option<String>,
}

impl IdQuery {
    /// Takes the ID as somebody typed it.
    pub(crate) fn new(text: &str) -> Self {
        let text = text.trim();
        let (prefix, hex) = split(text);
        let is_hex = hex.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
            && hex.bytes().any(|b| b != b'-');
        Self {
            text: text.to_owned(),
            digits: is_hex.then(|| {
                let digits = hex.chars().filter(|c| *c != '-');
                format!(
                    "{prefix}{}",
                    digits.collect::<String>().to_ascii_lowercase()
                )
            }),
        }
    }

    /// Returns the ID as it was typed.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn fit(&self, id: &str) -> Option<Fit> {
        if id == self.text {
            return Some(Fit::Exact);
        }
        if self.text.len() >= PREFIX_MIN && id.starts_with(&self.text) {
            return Some(Fit::Prefix);
        }
        let digits = self.digits.as_deref()?;
        let id = key(id)?;
        if *id == *digits {
            return Some(Fit::Same);
        }
        (digits.len() >= PREFIX_MIN && id.starts_with(digits)).then_some(Fit::Prefix)
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// IDs or their beginnings.
    Queries(&'a [IdQuery]),
    /// Whole IDs, by [`Words::add`].
    Words(&'a Words),
}

/// Whole IDs, of which there may be thousands.
#[derive(Debug, Default)]
pub(super) struct Words(HashMap<String, usize>);

impl Words {
    /// Adds an ID; returns its number, which is that of an equal one if there is one.
    pub(super) fn add(&mut self, id: &str) -> usize {
        let next = self.0.len();
        let id = key(id).unwrap_or(Cow::Borrowed(id)).into_owned();
        *self.0.entry(id).or_insert(next)
    }
}

impl Wanted<'_> {
    /// Calls `each` with the number of what the ID matches.
    pub(super) fn fits(&self, id: &str, mut each: impl FnMut(usize, Fit)) {
        match self {
            Self::Queries(queries) => {
                for (number, query) in queries.iter().enumerate() {
                    if let Some(fit) = query.fit(id) {
                        each(number, fit);
                    }
                }
            }
            Self::Words(Words(words)) => {
                let key = key(id).unwrap_or(Cow::Borrowed(id));
                if let Some(number) = words.get(&*key) {
                    each(*number, Fit::Exact);
                }
            }
        }
    }

    /// Says whether the ID matches anything.
    pub(super) fn has(&self, id: &str) -> bool {
        let mut has = false;
        self.fits(id, |_, _| has = true);
        has
    }
}

/// The IDs of a call that ended, with the kind of each.
pub(super) fn of_trail(trail: &Trail) -> Vec<(Matched, String)> {
    let mut ids = vec![
        (Matched::Call, trail.call_id().to_string()),
        (Matched::Trace, trail.trace_id()),
    ];
    let correlation = trail.correlation_id().map(str::to_owned);
    ids.extend(correlation.map(|id| (Matched::Correlation, id)));
    for attempt in trail.attempts() {
        let both = [attempt.request_id(), attempt.body_request_id()];
        let both = both.into_iter().flatten();
        ids.extend(both.map(|id| (Matched::Request, id.as_str().to_owned())));
        ids.push((Matched::Span, attempt.span_id()));
    }
    ids
}

/// The IDs of a call of which only its beginning is known.
pub(super) fn of_opened(call: &OpenedCall) -> Vec<(Matched, String)> {
    let mut ids = vec![
        (Matched::Call, call.call_id.clone()),
        (Matched::Trace, call.trace_id.clone()),
        (Matched::Span, call.span_id.clone()),
    ];
    ids.extend(
        call.correlation_id
            .clone()
            .map(|id| (Matched::Correlation, id)),
    );
    ids
}

/// Splits off what OpenStack writes before a UUID.
fn split(id: &str) -> (&str, &str) {
    match id.strip_prefix("req-") {
        Some(_) => id.split_at(4),
        None => ("", id),
    }
}

/// The ID in the one spelling that all of its spellings have in common, where it is a UUID, a trace ID or a span ID. Other
/// IDs are opaque.
fn key(id: &str) -> Option<Cow<'_, str>> {
    let (prefix, hex) = split(id);
    let bytes = hex.as_bytes();
    let is_dash = |at: &usize| bytes[*at] == b'-';
    let has_dashes = match bytes.len() {
        16 | 32 => false,
        36 if [8, 13, 18, 23].iter().all(is_dash) => true,
        _ => return None,
    };
    let digits = bytes.iter().filter(|b| b.is_ascii_hexdigit()).count();
    if digits + if has_dashes { 4 } else { 0 } != bytes.len() {
        return None;
    }
    if !has_dashes && !bytes.iter().any(u8::is_ascii_uppercase) {
        return Some(Cow::Borrowed(id));
    }
    let digits = hex.chars().filter(|c| *c != '-');
    let digits = digits.map(|c| c.to_ascii_lowercase());
    Some(prefix.chars().chain(digits).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "6f2c0a2e-1d3b-4c5d-8e9f-0a1b2c3d4e5f";
    const DIGITS: &str = "6f2c0a2e1d3b4c5d8e9f0a1b2c3d4e5f";

    #[test]
    fn an_id_matches_whole_or_by_its_beginning() {
        let ulid = "req_01HK3Z9YF7W7E8PM5QKT9DYXWR";
        for (typed, id, fit) in [
            (ulid, ulid, Some(Fit::Exact)),
            ("req_01HK", ulid, Some(Fit::Prefix)),
            ("req_01", ulid, Some(Fit::Prefix)),
            ("req_0", ulid, None),
            ("01HK3Z9YF7", ulid, None),
            // A request ID is opaque: another case is another ID.
            ("req_01hk3z9yf7", ulid, None),
            ("ab-12", "ab-12", Some(Fit::Exact)),
            ("AB-12", "ab-12", None),
            ("ab-12-cd", "ab12cd", None),
            (UUID, UUID, Some(Fit::Exact)),
            (DIGITS, UUID, Some(Fit::Same)),
            (UUID, DIGITS, Some(Fit::Same)),
            (&UUID.to_uppercase(), UUID, Some(Fit::Same)),
            (UUID, &UUID.to_uppercase(), Some(Fit::Same)),
            ("6F2C0A", UUID, Some(Fit::Prefix)),
            ("6f2c0a2e1d", UUID, Some(Fit::Prefix)),
            ("6f2c0a2e-1D", DIGITS, Some(Fit::Prefix)),
            ("6f2c0", UUID, None),
            ("6f2-c0", UUID, None),
            (
                &format!("req-{DIGITS}"),
                &format!("req-{UUID}"),
                Some(Fit::Same),
            ),
            (DIGITS, &format!("req-{UUID}"), None),
            ("req-6F2C0A2E1D", &format!("req-{UUID}"), Some(Fit::Prefix)),
            ("00F067AA0BA902B7", "00f067aa0ba902b7", Some(Fit::Same)),
            ("", UUID, None),
            ("-", UUID, None),
        ] {
            assert_eq!(IdQuery::new(typed).fit(id), fit, "{typed} {id}");
        }
    }
}
