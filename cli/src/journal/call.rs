//! A call in a journal.

use jiff::Timestamp;
use reqtrail::host::IdKind;
use reqtrail::{Outcome, Trail};
use serde::Serialize;
use serde_json::value::RawValue;

use super::line::OpenedCall;
use crate::terminal::{one_line, one_line_json};

/// The schema of a line of `find --json`.
const FIND: &str = "reqtrail.find/1";

/// The schema of a line of `list --json` and `tail --json`.
const LIST: &str = "reqtrail.list/1";

/// A call in a journal, with what `find` matched.
#[derive(Clone, Debug)]
pub(crate) struct JournalCall {
    /// The ID that matched, as the journal spells it.
    pub(crate) id: String,
    pub(crate) matched: IdKind,
    pub(crate) state: State,
    /// The name of the program that made the call.
    pub(crate) service: String,
    pub(crate) host: String,
    pub(crate) pid: u32,
    /// When the call ended; for a call without an end, when its last attempt was sent.
    pub(crate) at: Timestamp,
    pub(crate) content: Content,
}

/// How far a call got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// The call ended, and its trail is known.
    Finished,
    /// The process lives and waits for the response.
    InFlight,
    /// The process is gone. The request may have been sent; the response is not known.
    Unknown,
}

/// What the journal has of a call.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Finished {
        trail: Box<Trail>,
        /// The trail's JSON, unchanged from the journal.
        raw: String,
    },
    Opened(OpenedCall),
}

/// A line of `find --json`, `list --json` or `tail --json`.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    id: &'a str,
    matched: &'static str,
    /// The line of standard input that has the ID. Absent if the ID is an argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    state: &'static str,
    service: &'a str,
    host: &'a str,
    pid: u32,
    at: String,
    trail: Option<&'a RawValue>,
    opened: Option<&'a OpenedCall>,
}

impl State {
    /// Returns the word of the JSON output.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::InFlight => "in_flight",
            Self::Unknown => "unknown",
        }
    }
}

impl Content {
    /// Returns the call's own ID.
    pub(crate) fn call_id(&self) -> String {
        match self {
            Self::Finished { trail, .. } => trail.call_id().to_string(),
            Self::Opened(call) => call.call_id.clone(),
        }
    }

    /// Returns the method and the path template.
    pub(crate) fn request(&self) -> (&str, &str) {
        match self {
            Self::Finished { trail, .. } => (trail.method().as_str(), trail.path()),
            Self::Opened(call) => (&call.method, &call.path),
        }
    }

    /// Returns the ID to give to support. It is the first of these that exists: the last attempt's request ID, the ID in the
    /// dialect's correlation header, the newest request ID of an earlier attempt, the trace ID.
    pub(crate) fn support_id(&self) -> (IdKind, String) {
        let (last, correlation, earlier, trace) = match self {
            Self::Finished { trail, .. } => (
                trail.request_id(),
                trail.correlation_id(),
                trail.request_ids().last().copied(),
                trail.trace_id(),
            ),
            Self::Opened(call) => {
                let correlation = call.correlation_id.as_deref();
                (None, correlation, None, call.trace_id.clone())
            }
        };
        match (last, correlation, earlier) {
            (Some(id), ..) | (None, None, Some(id)) => (IdKind::Request, id.to_string()),
            (None, Some(id), _) => (IdKind::Correlation, id.to_owned()),
            (None, None, None) => (IdKind::Trace, trace),
        }
    }
}

impl JournalCall {
    /// Returns whether the call failed, or its end is not known.
    pub(crate) fn is_failed(&self) -> bool {
        match &self.content {
            Content::Finished { trail, .. } => trail.outcome() != Outcome::Ok,
            Content::Opened(_) => self.state == State::Unknown,
        }
    }

    /// Returns when the call began; for a call without an end, when its last attempt was sent.
    pub(crate) fn began(&self) -> Timestamp {
        match &self.content {
            Content::Finished { trail, .. } => {
                Timestamp::try_from(trail.started_at()).unwrap_or(self.at)
            }
            Content::Opened(_) => self.at,
        }
    }

    /// Returns the support report. For a call without an end it contains what the journal has.
    pub(crate) fn report(&self) -> String {
        match &self.content {
            Content::Finished { trail, .. } => trail.report(),
            Content::Opened(call) => self.opened_report(call),
        }
    }

    /// Writes the report of a call without an end, in the form of other reports.
    fn opened_report(&self, call: &OpenedCall) -> String {
        let shown = |text: &str| one_line(text).into_owned();
        let (number, is_unknown) = (call.attempt, self.state == State::Unknown);
        let outcome = match is_unknown {
            true => "may have been sent; the response is not known",
            false => "is under way; there is no response yet",
        };
        let state = if is_unknown { "UNKNOWN" } else { "IN FLIGHT" };
        let (method, path) = (shown(&call.method), shown(&call.path));
        let mut text = format!("{method} {path}  {state}: attempt {number} {outcome}\n");
        let (api, origin) = (shown(&call.api), shown(&call.origin));
        text.push_str(&format!("{api} at {origin}  sent {:.3}\n", call.at));
        text.push_str(&format!("call {}", shown(&call.call_id)));
        if let Some(span) = &call.span_id {
            text.push_str(&format!("  span {}", shown(span)));
        }
        text.push('\n');
        let (service, host, pid) = (shown(&self.service), shown(&self.host), self.pid);
        if is_unknown {
            text.push_str(&format!(
                "- Process {pid} of {service} on {host} ended before it recorded how the call ended.\n"
            ));
            text.push_str("- The request may have taken effect: check before you repeat it.\n");
        }
        let carried = [
            Some(("trace", &call.trace_id)),
            call.correlation_id.as_ref().map(|id| ("correlation", id)),
        ];
        for (kind, id) in carried.into_iter().flatten() {
            text.push_str(&format!(
                "- Every attempt carried the {kind} ID {}\n",
                shown(id)
            ));
        }
        text
    }

    /// Returns the line of `find --json`.
    pub(crate) fn find_json(&self, line: Option<u64>) -> String {
        self.json(FIND, (self.matched, &self.id), line)
    }

    /// Returns the line of `list --json`: its ID is the one to give to support.
    pub(crate) fn list_json(&self) -> String {
        let (kind, id) = self.content.support_id();
        self.json(LIST, (kind, &id), None)
    }

    fn json(&self, schema: &'static str, (kind, id): (IdKind, &str), line: Option<u64>) -> String {
        let (trail, opened) = match &self.content {
            Content::Finished { raw, .. } => (serde_json::from_str(raw).ok(), None),
            Content::Opened(call) => (None, Some(call)),
        };
        let line = Line {
            schema,
            id,
            matched: kind.as_str(),
            line,
            state: self.state.as_str(),
            service: &self.service,
            host: &self.host,
            pid: self.pid,
            at: format!("{:.3}", self.at),
            trail,
            opened,
        };
        // Only strings, numbers and fixed keys: serializing them cannot fail.
        let json = serde_json::to_string(&line).unwrap_or_default();
        one_line_json(&json).into_owned()
    }
}
