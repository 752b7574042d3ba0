//! Trails against the log of a server.

use std::collections::HashMap;
use std::fmt;

use reqtrail::http::StatusCode;
use reqtrail::{Attempt, Sent, StopReason};

use crate::load::{Outcome, trail};

/// More attempts than this after the first one are no sign of health.
const RESENDS: usize = 4;

/// A request of the log.
pub(crate) struct Row {
    pub(crate) span: String,
    pub(crate) status: u16,
    pub(crate) id: String,
}

/// What was found, where nothing is wrong.
pub(crate) struct Verdict {
    calls: usize,
    repeated: usize,
    most: usize,
    unknown: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} calls, {} of them repeated, {} times at most",
            self.calls, self.repeated, self.most
        )?;
        match self.unknown {
            0 => Ok(()),
            n => write!(f, "; {n} of unknown outcome"),
        }
    }
}

/// Holds trails against the log of the server that they lead to.
///
/// `may_be_unknown` allows calls whose trail says that they may have been processed, and that end for that reason.
pub(crate) fn check(
    outcomes: &[Outcome],
    log: &[Row],
    may_be_unknown: bool,
) -> Result<Verdict, String> {
    let mut rows: HashMap<&str, &Row> = HashMap::new();
    for row in log {
        if rows.insert(&row.span, row).is_some() {
            return Err(format!("span {} is in the log twice", row.span));
        }
    }
    let mut verdict = Verdict {
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
            same(attempt, *row).map_err(|why| format!("{why}\n{trail}"))?;
        }
        let again = trail.attempts().len().saturating_sub(1);
        verdict.repeated += usize::from(again > 0);
        verdict.most = verdict.most.max(again);
        let processed = seen
            .iter()
            .flatten()
            .filter(|row| row.status == 200)
            .count();
        match outcome {
            Ok(_) if processed == 1 => {}
            // A safe request may be processed again.
            Ok(_) if may_be_unknown && processed > 0 => {}
            Ok(_) => {
                return Err(format!(
                    "{processed} of its attempts were processed\n{trail}"
                ));
            }
            Err(_) if may_be_unknown && trail.stopped() == StopReason::UnsafeToRetry => {
                verdict.unknown += 1
            }
            Err(error) => {
                let seen: Vec<_> = seen.iter().map(|row| row.map(|row| row.status)).collect();
                return Err(format!("lost: {error}\nin the log: {seen:?}\n{trail}"));
            }
        }
    }
    if !rows.is_empty() {
        return Err(format!(
            "{} requests of the log are in no trail",
            rows.len()
        ));
    }
    if verdict.most > RESENDS {
        return Err(format!(
            "a call was repeated {} times, {RESENDS} are expected at most",
            verdict.most
        ));
    }
    // One in a hundred would be no accident of timing any more.
    if verdict.unknown * 100 > verdict.calls {
        return Err(format!("{} calls of unknown outcome", verdict.unknown));
    }
    Ok(verdict)
}

fn same(attempt: &Attempt, row: Option<&Row>) -> Result<(), String> {
    match (attempt.sent(), row) {
        (Sent::No, Some(_)) => Err("an attempt that is called unsent is in the log".to_owned()),
        (Sent::Yes, None) => Err("an attempt that is called sent is not in the log".to_owned()),
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
