//! Decides whether an action succeeded or failed: the rule that reads the table of kinds.
//!
//! The action record alone is not a proof. A failed build can leave `Success` behind, an event may never finish, all
//! shown events may be finished while the work continues, and a running action looks like a successful one. So the
//! server's status, its task state, its fault and the record are examined together, and if they do not decide, the
//! verdict is `unknown`.

mod rows;

use super::action::ServerAction;
use super::server::{Server, ServerFault};
use crate::dialect::openstack::plain;
use crate::openstack::accepted::codes::Verdict;

use rows::{ROW, Row, row};

/// Whether a step of an action may be under way: one is not finished, or none of the expected ones has begun. It may
/// also have been forgotten.
pub(super) fn has_open_step(action: &ServerAction) -> bool {
    let Some(events) = &action.events else {
        return false;
    };
    if events.is_empty() {
        return !row(&action.action).last_steps.is_empty();
    }
    events.iter().any(|event| event.finish_time.is_none())
}

/// Transitional statuses of a server.
const PASSING: [&str; 8] = [
    "BUILD",
    "REBUILD",
    "RESIZE",
    "MIGRATING",
    "REVERT_RESIZE",
    "REBOOT",
    "HARD_REBOOT",
    "PASSWORD",
];

/// The result of one poll.
pub(super) struct Observation<'a> {
    /// `None` if there is no server.
    pub(super) server: Option<&'a Server>,
    /// Whether the server was seen by an earlier poll.
    pub(super) was_there: bool,
    /// The fault that the server had at the first poll.
    pub(super) first_fault: Option<&'a ServerFault>,
    /// `None` if there is no record, or not yet.
    pub(super) action: Option<&'a ServerAction>,
    /// The kind, if the record does not show it.
    pub(super) kind: Option<&'a str>,
    /// Whether the state has been the same for a while.
    pub(super) settled: bool,
    /// Whether a newer action has begun, so that the server's state is not caused by this one; `None` if that was not
    /// checked.
    pub(super) superseded: Option<bool>,
}

/// What a poll proves.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Assessment {
    /// Nothing yet.
    Running,
    /// The end, and the evidence for it.
    Ended(Verdict, String),
    /// An end that proves nothing but looks like this verdict, and the evidence for it.
    Apparent(Verdict, String),
    /// The end, if no newer action has begun.
    UnlessSuperseded,
    /// Neither the server nor a record of the action was ever seen with this token.
    NotFound,
}

/// Judges what was seen.
pub(super) fn judge(seen: &Observation<'_>) -> Assessment {
    use Assessment::{Apparent, Ended, NotFound, Running, UnlessSuperseded};

    let kind = seen
        .action
        .map(|action| action.action.as_str())
        .or(seen.kind);
    let row = kind.map_or(&ROW, row);
    let failed_step = seen.action.filter(|action| action.has_error());
    let proven = seen.action.and_then(|action| {
        let done = |evidence| Some(Ended(Verdict::Succeeded, evidence));
        if row.record_ends_well && failed_step.is_none() && action.changed_after_its_start() {
            return done("the API ended its record, which it does after the work".to_owned());
        }
        let step = row
            .last_steps
            .iter()
            .find(|step| action.ended_well_with(step))?;
        done(format!("its last step {step} succeeded"))
    });
    let Some(server) = seen.server else {
        return match (proven, failed_step) {
            // A server that was never seen may just be hidden from this token.
            _ if row.gone && (seen.was_there || seen.action.is_some()) => {
                Ended(Verdict::Succeeded, "the server is gone".to_owned())
            }
            (Some(proven), _) => proven,
            (None, Some(action)) => Ended(Verdict::Failed, why_failed(action)),
            // A database that lags behind may not have it yet.
            (None, None) if !seen.settled => Running,
            (None, None) if seen.action.is_none() && !seen.was_there => NotFound,
            (None, None) => Ended(
                Verdict::Unknown,
                "the server was deleted before the outcome was seen".to_owned(),
            ),
        };
    };
    let status = server.status.as_str();
    if let Some(launched) = server.launched_at().filter(|_| row.launched) {
        return Ended(
            Verdict::Succeeded,
            format!("the server was launched at {launched}"),
        );
    }
    // While a task is running nothing is decided, whatever an earlier action has left behind.
    if server.task_state.is_some() {
        return Running;
    }
    if let Some(proven) = proven.filter(|_| !(row.undone_by_error && status == "ERROR"))
        && !PASSING.contains(&status)
    {
        return proven;
    }
    if status == "ERROR"
        && !row.done.contains(&status)
        && let Some(end) = error_status(seen, server, failed_step)
    {
        return end;
    }
    if PASSING.contains(&status) {
        return Running;
    }
    if row.done.contains(&status) && seen.superseded != Some(true) {
        return match seen.superseded {
            None => UnlessSuperseded,
            Some(_) => Ended(
                Verdict::Succeeded,
                format!("the server is {status}, and no task is going on"),
            ),
        };
    }
    if let Some(wanted) = row.locked.filter(|_| seen.superseded != Some(true))
        && server.locked == Some(wanted)
    {
        return match seen.superseded {
            None => UnlessSuperseded,
            Some(_) => Ended(
                Verdict::Succeeded,
                format!("the server's field `locked` is {wanted}"),
            ),
        };
    }
    if let Some((step, statuses)) = row.apparent.filter(|_| seen.superseded != Some(true))
        && statuses.contains(&status)
        && seen
            .action
            .is_some_and(|action| action.ended_well_with(step))
    {
        return match seen.superseded {
            None => UnlessSuperseded,
            Some(_) => Apparent(
                Verdict::Succeeded,
                format!(
                    "its step {step} ended without an error and the server is {status}, so it seems to have succeeded; \
                     but {SILENT}"
                ),
            ),
        };
    }
    if let Some(action) = failed_step {
        // A step may fail and the work may move to another host; then a task follows at once.
        return match (seen.settled, seen.superseded) {
            (false, _) => Running,
            // Without the steps it is unknown whether another host did the work. After a resize the confirmation would
            // be recorded; a live migration leaves nothing.
            (true, _) if action.events.is_none() && row.moves_on && row.done.is_empty() => {
                Ended(Verdict::Unknown, HIDDEN_STEPS.to_owned())
            }
            (true, None) if action.events.is_none() && row.moves_on => UnlessSuperseded,
            (true, Some(true)) if action.events.is_none() && row.moves_on => {
                Ended(Verdict::Unknown, HIDDEN_STEPS.to_owned())
            }
            (true, _) => Ended(Verdict::Failed, why_failed(action)),
        };
    }
    if !seen.settled || row.before.contains(&status) {
        return Running;
    }
    Ended(Verdict::Unknown, why_unknown(seen, row, status))
}

/// Why no record proves the success of some actions.
const SILENT: &str = "the service reports a failure of this action like a success";

/// Why a record that says `Error` does not prove a failure.
const HIDDEN_STEPS: &str = "a step failed, and whether another host did the work after it is hidden; ask for microversion \
                            2.51 or later";

/// Returns what a server in `ERROR` proves; `None` if nothing yet.
fn error_status(
    seen: &Observation<'_>,
    server: &Server,
    failed_step: Option<&ServerAction>,
) -> Option<Assessment> {
    let fault = server.fault.as_ref().filter(|fault| {
        // For a recorded failure the fault is the reason unless it is older, also if both existed at first: a failure
        // may be quicker than the first poll.
        is_of(fault, seen) || failed_step.is_some_and(|action| is_not_older(fault, action, seen))
    });
    if let Some(fault) = fault.filter(|fault| !fault.message.trim().is_empty()) {
        if seen.superseded.is_none() {
            return Some(Assessment::UnlessSuperseded);
        }
        let evidence = format!(
            "the server is in ERROR: {}",
            plain(&fault.message).trim_end()
        );
        return Some(Assessment::Ended(Verdict::Failed, evidence));
    }
    if let Some(action) = failed_step {
        return Some(Assessment::Ended(Verdict::Failed, why_failed(action)));
    }
    seen.settled.then(|| {
        let evidence = "the server is in ERROR, but neither its fault nor the action's record ties that to this action";
        Assessment::Ended(Verdict::Unknown, evidence.to_owned())
    })
}

/// Whether this action caused a fault: it did not exist before, and no newer action may have caused it.
fn is_of(fault: &ServerFault, seen: &Observation<'_>) -> bool {
    if seen.superseded == Some(true) {
        return false;
    }
    let began = seen.action.and_then(ServerAction::began);
    match (began, fault.at()) {
        // The fault's time is cut to whole seconds: one of the same second is this action's if it did not exist at first.
        (Some(began), Some(at)) if at.as_second() == began.as_second() => {
            let kind = seen.action.map(|action| action.action.as_str());
            kind == Some("create") || seen.first_fault.is_none_or(|first| first != fault)
        }
        (Some(began), Some(at)) => at > began,
        // Nothing happens to a server before it is created.
        _ => seen.kind == Some("create"),
    }
}

/// Whether a fault is at least as new as an action that no newer one has followed.
fn is_not_older(fault: &ServerFault, action: &ServerAction, seen: &Observation<'_>) -> bool {
    let times = action.began().zip(fault.at());
    // The fault's time is cut to whole seconds.
    seen.superseded != Some(true)
        && times.is_some_and(|(began, at)| at.as_second() >= began.as_second())
}

fn why_failed(action: &ServerAction) -> String {
    action.failure().unwrap_or_else(|| {
        "the action's record says Error; the API shows the reason to administrators only".to_owned()
    })
}

fn why_unknown(seen: &Observation<'_>, row: &Row, status: &str) -> String {
    if seen.superseded == Some(true) {
        return "not provable any more: a newer action has begun, and the server's state is its doing"
            .to_owned();
    }
    if row.silent {
        return SILENT.to_owned();
    }
    let record = match seen.action {
        None => "there is no record of the action",
        Some(action) if action.events.is_none() => {
            "the action's record shows no steps (ask for microversion 2.51 or later)"
        }
        Some(_) => "the action's record shows no error and not the step that would prove success",
    };
    format!("the server is {status} with no task going on, and {record}")
}

#[cfg(test)]
mod tests;
