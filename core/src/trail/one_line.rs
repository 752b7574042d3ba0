//! A trail on one line: what a log or a list shows of a call.

use super::{Attempt, Outcome, Trail, report};
use crate::redact::one_line;

impl Trail {
    /// The call on one line, without secrets: what was asked for, how it ended, the request ID to give to support, and the
    /// number of attempts.
    pub(crate) fn one_line(&self) -> String {
        let last = self.last();
        let ended = match (self.outcome(), last) {
            (Outcome::Ok, Some(last)) => report::result(last),
            (Outcome::Ok, None) => "ok".to_owned(),
            (Outcome::Error(kind), Some(last)) if last.status().is_some() => {
                format!("failed: {kind} ({})", report::result(last))
            }
            (Outcome::Error(kind), last) => match last.and_then(Attempt::failure_reason) {
                Some(reason) => format!("failed: {kind} ({reason})"),
                None => format!("failed: {kind}"),
            },
        };
        let id = self.request_id().map_or("-", |id| id.as_str());
        let attempts = match self.attempts().len() {
            0 => "nothing was sent".to_owned(),
            1 => "1 attempt".to_owned(),
            n => format!("{n} attempts"),
        };
        let elapsed = report::span(self.elapsed());
        let line = format!(
            "{} {}: {ended}, request ID {id}, {attempts} in {elapsed}",
            self.method(),
            self.path()
        );
        one_line(&line).into_owned()
    }
}
