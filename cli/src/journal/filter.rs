//! Selects calls of a journal.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::call::{Content, JournalCall, State};
use super::line::Record;

/// Selects calls. An unset field accepts every call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Calls that failed, and calls whose end is not known.
    pub(crate) failed: bool,
    /// Calls in flight.
    pub(crate) open: bool,
    /// Calls that took this long or longer, or have been in flight for that time.
    pub(crate) slow: Option<Duration>,
    /// Calls with this code in any attempt.
    pub(crate) code: Option<String>,
    pub(crate) path: Option<PathPattern>,
    /// Calls with this status in any attempt.
    pub(crate) status: Option<StatusPattern>,
    pub(crate) service: Option<String>,
    pub(crate) pid: Option<u32>,
    pub(crate) api: Option<String>,
    /// Calls that had not ended before this time.
    pub(crate) from: Option<Timestamp>,
    /// Calls that had begun by this time.
    pub(crate) until: Option<Timestamp>,
    /// The present time, for the duration of calls in flight.
    pub(crate) now: Timestamp,
}

impl Filter {
    /// Returns `false` if the record alone shows that the filter does not accept its call. The trail need not be read then.
    pub(super) fn may_accept(&self, record: &Record<'_>) -> bool {
        !(self.failed && record.is_success)
            && self.service.as_ref().is_none_or(|it| record.service == *it)
            && self.pid.is_none_or(|it| record.pid == it)
            && self.from.is_none_or(|from| record.at >= from)
    }

    /// Returns whether the filter accepts the call.
    pub(crate) fn accepts(&self, call: &JournalCall) -> bool {
        let is_open = call.state == State::InFlight;
        let is_over_before = |from| !is_open && call.at < from;
        (!self.failed || call.is_failed())
            && (!self.open || is_open)
            && self.service.as_ref().is_none_or(|it| call.service == *it)
            && self.pid.is_none_or(|it| call.pid == it)
            && !self.from.is_some_and(is_over_before)
            && self.until.is_none_or(|until| call.began() <= until)
            && self.slow.is_none_or(|slow| self.took(call) >= Some(slow))
            && self.accepts_content(&call.content)
    }

    fn accepts_content(&self, content: &Content) -> bool {
        let (_, path) = content.request();
        self.path.as_ref().is_none_or(|it| it.accepts(path))
            && match content {
                Content::Finished { trail, .. } => {
                    let attempts = trail.attempts();
                    self.code.as_ref().is_none_or(|wanted| {
                        let codes = attempts
                            .iter()
                            .flat_map(|a| [a.error_code(), a.failure_code()]);
                        let mut codes = codes.flatten();
                        codes.any(|code| code.eq_ignore_ascii_case(wanted))
                    }) && self.status.is_none_or(|wanted| {
                        let mut statuses = attempts.iter().filter_map(|a| a.status());
                        statuses.any(|status| wanted.accepts(status.as_u16()))
                    }) && self
                        .api
                        .as_ref()
                        .is_none_or(|api| trail.dialect() == *api || trail.service() == Some(api))
                }
                Content::Opened(call) => {
                    self.code.is_none()
                        && self.status.is_none()
                        && self.api.as_ref().is_none_or(|api| call.api == *api)
                }
            }
    }

    /// Returns how long the call took, or has been in flight; `None` if its end is not known.
    fn took(&self, call: &JournalCall) -> Option<Duration> {
        match (&call.content, call.state) {
            (Content::Finished { trail, .. }, _) => Some(trail.elapsed()),
            (Content::Opened(_), State::InFlight) => {
                Duration::try_from(self.now.duration_since(call.at)).ok()
            }
            (Content::Opened(_), _) => None,
        }
    }
}

/// A part of a path template. With `*` (any text) or `?` (any character) it is a pattern for the whole template.
#[derive(Clone, Debug)]
pub(crate) struct PathPattern(Vec<char>);

impl FromStr for PathPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.contains(['*', '?']) {
            true => Self(text.chars().collect()),
            false => Self(format!("*{text}*").chars().collect()),
        })
    }
}

impl PathPattern {
    fn accepts(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let (mut at, mut here) = (0, 0);
        // The position after the last `*` in the pattern, and the end in the path of what it matches.
        let mut star: Option<(usize, usize)> = None;
        while here < path.len() {
            match self.0.get(at) {
                Some('*') => {
                    at += 1;
                    star = Some((at, here));
                }
                Some(c) if *c == '?' || *c == path[here] => {
                    at += 1;
                    here += 1;
                }
                _ => match star {
                    Some((behind, reaches)) => {
                        star = Some((behind, reaches + 1));
                        (at, here) = (behind, reaches + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0[at..].iter().all(|c| *c == '*')
    }
}

/// A status, or a class of statuses such as `5xx`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct StatusPattern {
    from: u16,
    to: u16,
}

impl FromStr for StatusPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected a status such as 503, or a class such as 5xx".to_owned();
        let class = text.to_ascii_lowercase();
        if let Some(class) = class.strip_suffix("xx") {
            let class: u16 = class.parse().map_err(|_| expected())?;
            let (from, to) = (
                class.saturating_mul(100),
                class.saturating_mul(100).saturating_add(99),
            );
            return (1..=9)
                .contains(&class)
                .then_some(Self { from, to })
                .ok_or_else(expected);
        }
        let status = text
            .parse()
            .ok()
            .filter(|status| (100..=999).contains(status));
        let status = status.ok_or_else(expected)?;
        Ok(Self {
            from: status,
            to: status,
        })
    }
}

impl StatusPattern {
    fn accepts(self, status: u16) -> bool {
        (self.from..=self.to).contains(&status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_part_or_a_pattern() {
        for (pattern, path, accepts) in [
            ("cameras", "/v1/cameras/{id}", true),
            ("/cameras/{id}", "/cameras/{id}", true),
            ("users", "/cameras/{id}", false),
            ("", "/cameras", true),
            ("/cameras/*", "/cameras/{id}/events", true),
            ("/cameras/*", "/v1/cameras/{id}", false),
            ("*/events", "/cameras/{id}/events", true),
            ("*/events", "/cameras/{id}/events/{event}", false),
            ("/*/{id}/*s", "/cameras/{id}/events", true),
            ("/camera?", "/cameras", true),
            ("/camera?", "/camera", false),
            ("*a*b*", "/xaxbxab", true),
            ("**", "", true),
            ("?", "é", true),
        ] {
            let read: PathPattern = pattern.parse().expect("any text");
            assert_eq!(read.accepts(path), accepts, "{pattern} {path}");
        }
    }

    #[test]
    fn a_status_is_a_number_or_a_class() {
        for (text, inside, outside) in [("503", 503, 504), ("5xx", 599, 499), ("2XX", 200, 300)] {
            let read: StatusPattern = text.parse().expect(text);
            assert!(read.accepts(inside) && !read.accepts(outside), "{text}");
        }
        for text in [
            "", "xx", "0xx", "10xx", "99", "1000", "-503", "5x", "éxx", "5xxx",
        ] {
            assert!(text.parse::<StatusPattern>().is_err(), "{text}");
        }
    }
}
