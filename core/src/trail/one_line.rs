//! A trail on one line: what a log or a list shows of a call.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Attempt, Outcome, Trail, report};
use crate::redact::one_line;

impl Trail {
    /// The call on one line, without secrets: what was asked for, how it ended, the request ID to give to support, and the
    /// number of attempts.
    pub(crate) fn one_line(&self) -> String {
        let mut line = format!("{} {}: ", self.method(), self.path());
        let result = |line: &mut String| {
            self.last()
                .into_iter()
                .for_each(|last| line.push_str(&report::result(last)));
        };
        match (self.outcome(), self.last()) {
            (Outcome::Ok, Some(_)) => result(&mut line),
            (Outcome::Ok, None) => line.push_str("ok"),
            (Outcome::Error(kind), last) => {
                line.extend(["failed: ", kind.as_str()]);
                if last.is_some_and(|last| last.status().is_some()) {
                    line.push_str(" (");
                    result(&mut line);
                    line.push(')');
                } else if let Some(reason) = last.and_then(Attempt::failure_reason) {
                    line.extend([" (", reason, ")"]);
                }
            }
        }
        let id = self.request_id().map_or("-", |id| id.as_str());
        line.extend([", request ID ", id, ", "]);
        // Writing to a String does not fail.
        let _ = match self.attempts().len() {
            0 => write!(line, "nothing was sent"),
            1 => write!(line, "1 attempt"),
            n => write!(line, "{n} attempts"),
        };
        line.extend([" in ", &report::span(self.elapsed())]);
        match one_line(&line) {
            Cow::Borrowed(_) => line,
            Cow::Owned(line) => line,
        }
    }
}
