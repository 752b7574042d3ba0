//! The content of a line, by allow-list: only what is named here is ever written.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use crate::codes::ErrorKind;
use crate::observe::{AttemptFinished, AttemptStarted, CallInfo};
use crate::redact::one_line;
use crate::trail::{Attempt, Outcome, Trail};

/// The most request IDs that a line names.
const MAX_IDS: usize = 8;

/// The severity of a line.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Level {
    Debug,
    Info,
    Warn,
}

impl Level {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }
}

/// The most bytes of each text of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cap(usize);

impl Cap {
    /// From the most generous to one that makes every line short enough.
    pub(super) const ALL: [Self; 6] = [
        Self(4096),
        Self(1024),
        Self(256),
        Self(128),
        Self(64),
        Self::SHORT,
    ];
    pub(super) const SHORT: Self = Self(32);

    /// Returns the text on one line, cut if it is too long.
    pub(super) fn text(self, text: &str) -> String {
        self.cut(text).into_owned()
    }

    fn cut(self, text: &str) -> Cow<'_, str> {
        let text = one_line(text);
        if text.len() <= self.0 {
            return text;
        }
        let kept = text
            .char_indices()
            .take_while(|(at, c)| at + c.len_utf8() <= self.0);
        let end = kept.last().map_or(0, |(at, c)| at + c.len_utf8());
        format!("{}…", &text[..end]).into()
    }
}

/// The content of a line.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) level: Level,
    /// What it is about, as in `attempt`.
    pub(super) record: &'static str,
    pub(super) message: String,
    /// Whether an attempt or call that has ended succeeded.
    pub(super) succeeded: Option<bool>,
    pub(super) started_at: Option<SystemTime>,
    pub(super) elapsed: Option<Duration>,
    pub(super) call_id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) dialect: Option<String>,
    pub(super) service: Option<String>,
    pub(super) method: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) attempt: Option<u32>,
    pub(super) attempts: Option<usize>,
    pub(super) cause: Option<&'static str>,
    pub(super) sent: Option<&'static str>,
    pub(super) status: Option<u16>,
    pub(super) request_ids: Vec<String>,
    pub(super) code: Option<String>,
    pub(super) kind: Option<&'static str>,
    pub(super) failure_code: Option<String>,
    pub(super) failure_reason: Option<String>,
    pub(super) wait: Option<Duration>,
    pub(super) wait_reason: Option<&'static str>,
    pub(super) stopped: Option<&'static str>,
    /// How many lines are missing.
    pub(super) lost: Option<u64>,
}

/// The level of a call that has ended.
pub(super) fn level_of(trail: &Trail) -> Level {
    match trail.outcome() {
        Outcome::Ok => Level::Debug,
        Outcome::Error(_) => Level::Warn,
    }
}

impl Entry {
    fn new(level: Level, record: &'static str, message: String) -> Self {
        Self {
            level,
            record,
            message,
            succeeded: None,
            started_at: None,
            elapsed: None,
            call_id: None,
            trace_id: None,
            correlation_id: None,
            dialect: None,
            service: None,
            method: None,
            domain: None,
            path: None,
            attempt: None,
            attempts: None,
            cause: None,
            sent: None,
            status: None,
            request_ids: Vec::new(),
            code: None,
            kind: None,
            failure_code: None,
            failure_reason: None,
            wait: None,
            wait_reason: None,
            stopped: None,
            lost: None,
        }
    }

    /// A warning about a client.
    pub(super) fn warning(text: &str, cap: Cap) -> Self {
        Self::new(Level::Warn, "warning", cap.text(text))
    }

    /// Reports lines that could not be written.
    pub(super) fn lost(count: u64) -> Self {
        let message = match count {
            1 => "1 log line was lost: stderr was not writable".to_owned(),
            _ => format!("{count} log lines were lost: stderr was not writable"),
        };
        Self {
            lost: Some(count),
            ..Self::new(Level::Warn, "lost", message)
        }
    }

    /// An attempt that begins.
    pub(super) fn started(event: &AttemptStarted<'_>, cap: Cap) -> Self {
        let call = &event.call;
        let (method, path) = (call.method, cap.cut(call.path));
        let message = format!("{method} {path} attempt {} started", event.number);
        let mut entry = Self::new(Level::Debug, "attempt_started", message);
        entry.of_call(call, cap);
        entry.attempt = Some(event.number);
        entry.cause = Some(event.cause.as_str());
        entry
    }

    /// An attempt that has ended.
    pub(super) fn attempt(event: &AttemptFinished<'_>, cap: Cap) -> Self {
        let (call, attempt) = (&event.call, event.attempt);
        let message = call.log_line_with(attempt, |text| cap.cut(text));
        let mut entry = Self::new(Level::Info, "attempt", message);
        entry.of_call(call, cap);
        entry.of_attempt(attempt, cap);
        let is_api_error = attempt.category().is_some();
        entry.kind = match attempt.failure() {
            None if is_api_error => Some(ErrorKind::Api.as_str()),
            failure => failure.map(ErrorKind::as_str),
        };
        entry.succeeded = Some(entry.kind.is_none());
        entry.attempt = Some(attempt.number());
        entry.method = Some(cap.text(attempt.method().as_str()));
        entry.domain = Some(cap.text(domain(attempt.url())));
        entry.cause = Some(attempt.cause().as_str());
        entry.elapsed = Some(attempt.elapsed());
        entry.wait = attempt.wait();
        entry.wait_reason = attempt.wait_reason().map(|reason| reason.as_str());
        entry.request_ids = attempt
            .request_id()
            .map(|id| cap.text(id.as_str()))
            .into_iter()
            .collect();
        entry
    }

    /// A call that has ended.
    pub(super) fn call(trail: &Trail, cap: Cap) -> Self {
        let last = trail.last();
        let ids = trail.request_ids();
        let ids: Vec<String> = ids
            .iter()
            .skip(ids.len().saturating_sub(MAX_IDS))
            .map(|id| cap.text(id.as_str()))
            .collect();
        let mut message = format!(
            "{} {}",
            cap.cut(trail.method().as_str()),
            cap.cut(trail.path())
        );
        let kind = match trail.outcome() {
            Outcome::Ok => None,
            Outcome::Error(kind) => Some(kind),
        };
        message.push_str(if kind.is_none() {
            " succeeded"
        } else {
            " failed"
        });
        let status = last.and_then(Attempt::status);
        let status = status.as_ref().map(|status| status.as_str());
        // The failure of the last attempt does not describe a call that ended between two attempts.
        let failed = last.filter(|last| kind.is_some() && last.failure() == kind);
        let result = match (kind, status) {
            (Some(kind), _) if kind != ErrorKind::Api => Some(kind.as_str()),
            (_, status) => status,
        };
        let code = match kind {
            Some(ErrorKind::Api) => last.and_then(Attempt::error_code),
            _ => failed.and_then(Attempt::failure_code),
        };
        for (index, part) in result.into_iter().chain(code).enumerate() {
            message.push_str(if index == 0 { ": " } else { " " });
            message.push_str(&cap.cut(part));
        }
        let _ = match ids.as_slice() {
            [] => Ok(()),
            [id] => write!(message, ", request ID {id}"),
            ids => write!(message, ", request IDs {}", ids.join(", ")),
        };
        let mut entry = Self::new(level_of(trail), "call", message);
        if let Some(last) = last {
            entry.of_attempt(last, cap);
        }
        entry.call_id = Some(trail.call_id().to_string());
        entry.trace_id = Some(trail.trace_id());
        entry.correlation_id = trail.correlation_id().map(|id| cap.text(id));
        entry.dialect = Some(cap.text(trail.dialect()));
        entry.service = trail.service().map(|service| cap.text(service));
        entry.method = Some(cap.text(trail.method().as_str()));
        entry.domain = Some(cap.text(domain(trail.origin())));
        entry.path = Some(cap.text(trail.path()));
        entry.kind = kind.map(ErrorKind::as_str);
        entry.succeeded = Some(kind.is_none());
        entry.attempts = Some(trail.attempts().len());
        entry.started_at = Some(trail.started_at());
        entry.elapsed = Some(trail.elapsed());
        entry.stopped = Some(trail.stopped().as_str());
        entry.request_ids = ids;
        entry
    }

    fn of_call(&mut self, call: &CallInfo<'_>, cap: Cap) {
        self.call_id = Some(call.call_id.to_string());
        self.correlation_id = call.correlation_id.map(|id| cap.text(id));
        self.dialect = Some(cap.text(call.dialect));
        self.service = call.service.map(|service| cap.text(service));
        self.method = Some(cap.text(call.method.as_str()));
        self.path = Some(cap.text(call.path));
    }

    /// Adds the result of an attempt.
    fn of_attempt(&mut self, attempt: &Attempt, cap: Cap) {
        self.sent = Some(attempt.sent().as_str());
        self.status = attempt.status().map(|status| status.as_u16());
        self.code = attempt.error_code().map(|code| cap.text(code));
        self.failure_code = attempt.failure_code().map(|code| cap.text(code));
        self.failure_reason = attempt.failure_reason().map(|reason| cap.text(reason));
    }
}

/// The host of a URL, without its port.
fn domain(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.rfind(':') {
        Some(port) if !host[port..].contains(']') => &host[..port],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_host_alone() {
        for (url, wanted) in [
            ("https://api.example/v1?x=y:1", "api.example"),
            ("http://user:pass@api.example:8080/v1", "api.example"),
            ("http://[::1]:80/", "[::1]"),
            ("http://[::1]/", "[::1]"),
            ("http://127.0.0.1:1", "127.0.0.1"),
            ("", ""),
        ] {
            assert_eq!(domain(url), wanted, "{url}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(Cap(4).text("abcd"), "abcd");
        assert_eq!(Cap(4).text("abcde"), "abcd…");
        assert_eq!(Cap(4).text("abcéé"), "abc…");
        assert_eq!(Cap(4).text("a\n\n"), "a\\n\\…");
    }
}
