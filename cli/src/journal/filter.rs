//! Which calls of a journal are asked for.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::found::{Content, Found, State};
use super::line::Record;

/// Chooses among calls. Unset fields let every call through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Calls that failed, and those of which nothing is known.
    pub(crate) failed: bool,
    /// Calls in flight.
    pub(crate) open: bool,
    /// Calls that took so long, or are in flight for so long.
    pub(crate) slow: Option<Duration>,
    /// Of any attempt.
    pub(crate) code: Option<String>,
    pub(crate) path: Option<PathPattern>,
    /// Of any attempt.
    pub(crate) status: Option<StatusPattern>,
    pub(crate) service: Option<String>,
    pub(crate) pid: Option<u32>,
    pub(crate) api: Option<String>,
    /// Calls that were not over by then.
    pub(crate) from: Option<Timestamp>,
    /// Calls that had begun by then.
    pub(crate) until: Option<Timestamp>,
    /// When calls in flight are looked at.
    pub(crate) now: Timestamp,
}

impl Filter {
    /// Returns whether the record may be that of a call which is asked for, before its trail is read.
    pub(super) fn may_take(&self, record: &Record<'_>) -> bool {
        !(self.failed && record.is_success)
            && self.service.as_ref().is_none_or(|it| record.service == *it)
            && self.pid.is_none_or(|it| record.pid == it)
            && self.from.is_none_or(|from| record.at >= from)
    }

    /// Returns whether the call is asked for.
    pub(crate) fn takes(&self, call: &Found) -> bool {
        let is_open = call.state == State::InFlight;
        let is_over_before = |from| !is_open && call.at < from;
        (!self.failed || call.is_failed())
            && (!self.open || is_open)
            && self.service.as_ref().is_none_or(|it| call.service == *it)
            && self.pid.is_none_or(|it| call.pid == it)
            && !self.from.is_some_and(is_over_before)
            && self.until.is_none_or(|until| call.began() <= until)
            && self.slow.is_none_or(|slow| self.took(call) >= Some(slow))
            && self.takes_content(&call.content)
    }

    fn takes_content(&self, content: &Content) -> bool {
        let (_, path) = content.request();
        self.path.as_ref().is_none_or(|it| it.takes(path))
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
                        statuses.any(|status| wanted.takes(status.as_u16()))
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

    /// How long a call took, or takes; `None` where nobody knows.
    fn took(&self, call: &Found) -> Option<Duration> {
        match (&call.content, call.state) {
            (Content::Finished { trail, .. }, _) => Some(trail.elapsed()),
            (Content::Opened(_), State::InFlight) => {
                Duration::try_from(self.now.duration_since(call.at)).ok()
            }
            (Content::Opened(_), _) => None,
        }
    }
}

/// A part of a path template; or with `*` or `?` the whole of it, where `*` is any text and `?` any character.
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
    fn takes(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let (mut at, mut here) = (0, 0);
        // Behind the last `*`, and up to where it reaches.
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

/// A status, or a class of them such as `5xx`.
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
    fn takes(self, status: u16) -> bool {
        (self.from..=self.to).contains(&status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_part_or_a_pattern() {
        for (pattern, path, takes) in [
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
            assert_eq!(read.takes(path), takes, "{pattern} {path}");
        }
    }

    #[test]
    fn a_status_is_a_number_or_a_class() {
        for (text, takes, refuses) in [("503", 503, 504), ("5xx", 599, 499), ("2XX", 200, 300)] {
            let read: StatusPattern = text.parse().expect(text);
            assert!(read.takes(takes) && !read.takes(refuses), "{text}");
        }
        for text in [
            "", "xx", "0xx", "10xx", "99", "1000", "-503", "5x", "éxx", "5xxx",
        ] {
            assert!(text.parse::<StatusPattern>().is_err(), "{text}");
        }
    }
}
