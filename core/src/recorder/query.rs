//! Matches an ID with the IDs of a call.

use std::borrow::Cow;

use crate::trail::Trail;

/// An ID to search for, or its beginning.
///
/// IDs are opaque. Only UUIDs, and hexadecimal digits like them, are the same with and without dashes and in any case, with
/// and without the `req-` of OpenStack before them.
#[derive(Clone, Debug)]
pub struct IdQuery {
    text: String,
    /// Whether it is long enough to be the beginning of an ID.
    may_be_prefix: bool,
}

/// Which of a call's IDs it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IdKind {
    /// The server's ID of an attempt.
    Request,
    /// The call's own.
    Call,
    /// The trace that the attempts carried.
    Trace,
    /// An attempt's span in that trace.
    Span,
    /// The value that every attempt carried in the dialect's correlation header.
    Correlation,
}

impl IdKind {
    /// Returns the kind's name, as in `request`.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Call => "call",
            Self::Trace => "trace",
            Self::Span => "span",
            Self::Correlation => "correlation",
        }
    }
}

impl IdQuery {
    /// The shortest beginning of an ID that is searched for, in characters.
    pub const SHORTEST_PREFIX: usize = 6;

    /// Makes a query for `text`, without the blanks around it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = comparable(text.trim()).into_owned();
        Self {
            // Measured without the common prefix of a kind: two digits after `req-` would match far too many.
            may_be_prefix: text.chars().count() >= Self::SHORTEST_PREFIX,
            text,
        }
    }

    /// Returns the form in which IDs are compared.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether `id` matches: `Some(true)` if it is the same, `Some(false)` if it only begins so.
    #[must_use]
    pub fn matches(&self, id: &str) -> Option<bool> {
        let id = comparable(id);
        if self.text.is_empty() {
            return None;
        }
        if *id == self.text {
            return Some(true);
        }
        (self.may_be_prefix && id.starts_with(&self.text)).then_some(false)
    }

    /// Returns which of the call's IDs matches, and whether it matches completely.
    #[must_use]
    pub fn of_trail(&self, trail: &Trail) -> Option<(IdKind, bool)> {
        let mut found = None;
        let mut look = |kind, id: &str| match (self.matches(id), found) {
            (Some(true), None | Some((_, false))) => found = Some((kind, true)),
            (Some(false), None) => found = Some((kind, false)),
            _ => {}
        };
        for attempt in trail.attempts() {
            let ids = [attempt.request_id(), attempt.body_request_id()];
            for id in ids.into_iter().flatten() {
                look(IdKind::Request, id.as_str());
            }
        }
        look(IdKind::Call, &trail.call_id().to_string());
        look(IdKind::Trace, &trail.trace_id());
        for attempt in trail.attempts() {
            look(IdKind::Span, &attempt.span_id());
        }
        if let Some(id) = trail.correlation_id() {
            look(IdKind::Correlation, id);
        }
        found
    }
}

/// The form in which IDs are compared.
fn comparable(id: &str) -> Cow<'_, str> {
    let digits = match id.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("req-") => &id[4..],
        _ => id,
    };
    let is_hexadecimal = digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !is_hexadecimal || digits.is_empty() {
        return Cow::Borrowed(id);
    }
    let is_plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    if digits.bytes().all(is_plain) {
        return Cow::Borrowed(digits);
    }
    let plain = digits.bytes().filter(|byte| *byte != b'-');
    Cow::Owned(
        plain
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "0193a0f2-7c3b-4d5e-8f60-718293a4b5c6";

    #[test]
    fn a_uuid_is_the_same_with_and_without_dashes_in_any_case() {
        let bare = UUID.replace('-', "");
        for asked in [UUID, &bare, &UUID.to_uppercase(), &format!("req-{UUID}")] {
            let query = IdQuery::new(asked);
            for id in [UUID, &bare, &bare.to_uppercase(), &format!("req-{UUID}")] {
                assert_eq!(query.matches(id), Some(true), "{asked} {id}");
            }
        }
    }

    #[test]
    fn other_ids_are_opaque() {
        let query = IdQuery::new("req_01JD8ZK3");
        assert_eq!(query.matches("req_01JD8ZK3"), Some(true));
        assert_eq!(query.matches("req_01JD8ZK3ABC"), Some(false));
        assert_eq!(query.matches("req_01jd8zk3"), None);
        assert_eq!(query.matches("a req_01JD8ZK3"), None);
    }

    #[test]
    fn a_beginning_needs_six_characters() {
        assert_eq!(IdQuery::new("req_0").matches("req_01JD8Z"), None);
        assert_eq!(IdQuery::new("req_01").matches("req_01JD8Z"), Some(false));
        assert_eq!(IdQuery::new("0193a0f2-7").matches(UUID), Some(false));
        assert_eq!(IdQuery::new("req-0193").matches(UUID), None);
        assert_eq!(IdQuery::new("req-0193a0").matches(UUID), Some(false));
        assert_eq!(IdQuery::new("").matches(""), None);
    }
}
