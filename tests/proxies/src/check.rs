//! Compares trails with the log of a server.

use std::collections::HashMap;
use std::fmt;

use reqtrail::http::StatusCode;
use reqtrail::{Attempt, Sent, StopReason};

use crate::load::{CallResult, trail};

/// The greatest number of repetitions of a call that is acceptable.
const MAX_REPETITIONS: usize = 4;

/// A request in the log.
pub(crate) struct Row {
    pub(crate) span: String,
    pub(crate) status: u16,
    pub(crate) id: String,
}

/// The summary of a run in which nothing is wrong.
pub(crate) struct Summary {
    calls: usize,
    repeated: usize,
    most: usize,
    unknown: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} calls, {} of them repeated, {} times at most",
            self.calls, self.repeated, self.most
        )?;
        match self.unknown {
            0 => Ok(()),
            n => write!(f, "; {n} with an unknown outcome"),
        }
    }
}

/// Compares the trails with the log of the server.
///
/// `may_be_unknown` allows calls that end because an unsafe request may have been processed.
pub(crate) fn check(
    outcomes: &[CallResult],
    log: &[Row],
    may_be_unknown: bool,
) -> Result<Summary, String> {
    let mut rows: HashMap<&str, &Row> = HashMap::new();
    for row in log {
        if rows.insert(&row.span, row).is_some() {
            return Err(format!("span {} is in the log twice", row.span));
        }
    }
    let mut summary = Summary {
        calls: outcomes.len(),
        repeated: 0,
        most: 0,
        unknown: 0,
    };
    for outcome in outcomes {
        let trail = trail(outcome);
        let seen: Vec<Option<&Row>> = trail
            .attempts()
            .iter()
            .map(|a| rows.remove(a.span_id().as_str()))
            .collect();
        for (attempt, row) in trail.attempts().iter().zip(&seen) {
            agree(attempt, *row).map_err(|why| format!("{why}\n{trail}"))?;
        }
        let again = trail.attempts().len().saturating_sub(1);
        summary.repeated += usize::from(again > 0);
        summary.most = summary.most.max(again);
        let processed = seen
            .iter()
            .flatten()
            .filter(|row| row.status == 200)
            .count();
        match outcome {
            Ok(_) if processed == 1 => {}
            // A safe request may be processed more than once.
            Ok(_) if may_be_unknown && processed > 0 => {}
            Ok(_) => {
                return Err(format!(
                    "{processed} of its attempts were processed\n{trail}"
                ));
            }
            Err(_) if may_be_unknown && trail.stopped() == StopReason::UnsafeToRetry => {
                summary.unknown += 1
            }
            Err(error) => {
                let seen: Vec<_> = seen.iter().map(|row| row.map(|row| row.status)).collect();
                return Err(format!("lost: {error}\nin the log: {seen:?}\n{trail}"));
            }
        }
    }
    if !rows.is_empty() {
        return Err(format!(
            "{} requests in the log are in no trail",
            rows.len()
        ));
    }
    if summary.most > MAX_REPETITIONS {
        return Err(format!(
            "a call was repeated {} times; expected at most {MAX_REPETITIONS}",
            summary.most
        ));
    }
    // More than one in a hundred cannot be chance.
    if summary.unknown * 100 > summary.calls {
        return Err(format!(
            "{} calls have an unknown outcome; expected at most one in a hundred",
            summary.unknown
        ));
    }
    Ok(summary)
}

fn agree(attempt: &Attempt, row: Option<&Row>) -> Result<(), String> {
    match (attempt.sent(), row) {
        (Sent::No, Some(_)) => Err("an attempt with `sent: no` is in the log".to_owned()),
        (Sent::Yes, None) => Err("an attempt with `sent: yes` is not in the log".to_owned()),
        (_, Some(row)) if attempt.status() == Some(StatusCode::OK) => {
            let id = attempt.request_id().map(ToString::to_string);
            match id.as_deref() == Some(&row.id) {
                true => Ok(()),
                false => Err(format!(
                    "the log has the request ID {}, the trail {id:?}",
                    row.id
                )),
            }
        }
        _ => Ok(()),
    }
}
