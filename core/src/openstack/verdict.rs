//! What proves that an action succeeded or failed: a table with a row per kind of action, and the rule that reads it.
//!
//! The action record alone is no proof. A failed build can leave `Success` behind, an event may never finish, all
//! events shown may be finished while the work goes on, and a running action looks like a successful one. So the
//! server's status, its task state, its fault and the record are looked at together, and where they do not decide, the
//! verdict is `unknown`.

use super::action::ServerAction;
use super::server::{Server, ServerFault};

/// How an action ended, as far as the API tells.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It did what was asked for.
    Succeeded,
    /// It did not.
    Failed,
    /// The API does not tell.
    Unknown,
}

impl Verdict {
    /// Returns the name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What ends a kind of action.
pub(super) struct Row {
    /// The action's name in the API.
    pub(super) action: &'static str,
    /// Statuses that prove success once no task is going on.
    done: &'static [&'static str],
    /// Statuses that say that the work has not begun: no task is shown while it waits.
    before: &'static [&'static str],
    /// The last step: its success proves the action's, where the status is the same before and after.
    last_event: Option<&'static str>,
    /// The server's absence proves success.
    gone: bool,
    /// What the server's `locked` has to be.
    locked: Option<bool>,
    /// The service reports a failure like a success.
    silent: bool,
}

const ROW: Row = Row {
    action: "",
    done: &[],
    before: &[],
    last_event: None,
    gone: false,
    locked: None,
    silent: false,
};

const fn to(action: &'static str, done: &'static [&'static str]) -> Row {
    Row {
        action,
        done,
        ..ROW
    }
}

const fn step(action: &'static str, event: &'static str) -> Row {
    Row {
        action,
        last_event: Some(event),
        ..ROW
    }
}

/// One row per kind of action; the page `docs/why-did-my-server-action-fail.md` shows it in words.
pub(super) const ROWS: &[Row] = &[
    to("create", &["ACTIVE"]),
    Row {
        gone: true,
        ..to("delete", &["DELETED", "SOFT_DELETED"])
    },
    to("restore", &["ACTIVE"]),
    to("stop", &["SHUTOFF"]),
    to("start", &["ACTIVE"]),
    Row {
        silent: true,
        ..to("reboot", &[])
    },
    step("rebuild", "compute_rebuild_instance"),
    step("evacuate", "compute_rebuild_instance"),
    Row {
        // A cloud may confirm by itself, and then the server is ACTIVE, as after a failure.
        last_event: Some("compute_finish_resize"),
        ..to("resize", &["VERIFY_RESIZE"])
    },
    Row {
        last_event: Some("compute_finish_resize"),
        ..to("migrate", &["VERIFY_RESIZE"])
    },
    Row {
        before: &["VERIFY_RESIZE"],
        ..to("confirmResize", &["ACTIVE", "SHUTOFF"])
    },
    Row {
        before: &["VERIFY_RESIZE"],
        ..to("revertResize", &["ACTIVE", "SHUTOFF"])
    },
    step(
        "live-migration",
        "compute_post_live_migration_at_destination",
    ),
    step("live_migration_cancel", "compute_live_migration_abort"),
    step(
        "live_migration_force_complete",
        "compute_live_migration_force_complete",
    ),
    to("pause", &["PAUSED"]),
    to("unpause", &["ACTIVE"]),
    to("suspend", &["SUSPENDED"]),
    to("resume", &["ACTIVE"]),
    to("rescue", &["RESCUE"]),
    to("unrescue", &["ACTIVE"]),
    to("shelve", &["SHELVED", "SHELVED_OFFLOADED"]),
    to("shelveOffload", &["SHELVED_OFFLOADED"]),
    to("unshelve", &["ACTIVE"]),
    step("changePassword", "compute_set_admin_password"),
    step("createImage", "compute_snapshot_instance"),
    step("createBackup", "compute_backup_instance"),
    step("trigger_crash_dump", "compute_trigger_crash_dump"),
    step("attach_interface", "compute_attach_interface"),
    step("detach_interface", "compute_detach_interface"),
    step("attach_volume", "compute_attach_volume"),
    step("detach_volume", "compute_detach_volume"),
    step("swap_volume", "compute_swap_volume"),
    step("extend_volume", "compute_extend_volume"),
    Row {
        locked: Some(true),
        ..to("lock", &[])
    },
    Row {
        locked: Some(false),
        ..to("unlock", &[])
    },
];

/// The row of a kind; kinds without one are judged by errors alone.
pub(super) fn row(action: &str) -> &'static Row {
    ROWS.iter().find(|row| row.action == action).unwrap_or(&ROW)
}

/// Statuses that a server only passes through.
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

/// What one poll has shown.
pub(super) struct Sight<'a> {
    /// `None` if the server is not there.
    pub(super) server: Option<&'a Server>,
    /// `None` if there is no record, or not yet.
    pub(super) action: Option<&'a ServerAction>,
    /// The kind, where the record does not tell it.
    pub(super) kind: Option<&'a str>,
    /// The same was seen for a while.
    pub(super) settled: bool,
    /// A newer action has begun, so that the server's state is not this one's doing; `None` if that was not looked at.
    pub(super) superseded: Option<bool>,
}

/// What a poll proves.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Judgement {
    /// Nothing yet.
    Running,
    /// The end, and the evidence for it.
    Ended(Verdict, String),
    /// The end, if no newer action has begun.
    UnlessSuperseded,
}

/// Judges what was seen.
pub(super) fn judge(sight: &Sight<'_>) -> Judgement {
    use Judgement::{Ended, Running, UnlessSuperseded};

    let kind = sight
        .action
        .map(|action| action.action.as_str())
        .or(sight.kind);
    let row = kind.map_or(&ROW, row);
    let failed_step = sight.action.filter(|action| action.has_error());
    let Some(server) = sight.server else {
        return match failed_step {
            _ if row.gone => Ended(Verdict::Succeeded, "the server is gone".to_owned()),
            Some(action) => Ended(Verdict::Failed, why_failed(action)),
            // A database that lags behind may not have it yet.
            None if !sight.settled => Running,
            None if sight.action.is_none() => Ended(
                Verdict::Unknown,
                "neither the server nor a record of the action is there for this token".to_owned(),
            ),
            None => Ended(
                Verdict::Unknown,
                "the server was deleted before the outcome was seen".to_owned(),
            ),
        };
    };
    let status = server.status.as_str();
    if status == "ERROR"
        && let Some(end) = error_status(sight, server, failed_step)
        && (server.task_state.is_none() || sight.settled)
    {
        return end;
    }
    if server.task_state.is_some() || PASSING.contains(&status) {
        return Running;
    }
    if row.done.contains(&status) && sight.superseded != Some(true) {
        return match sight.superseded {
            None => UnlessSuperseded,
            Some(_) => Ended(
                Verdict::Succeeded,
                format!("the server is {status}, and no task is going on"),
            ),
        };
    }
    if let Some(wanted) = row.locked.filter(|_| sight.superseded != Some(true))
        && server.locked == Some(wanted)
    {
        return match sight.superseded {
            None => UnlessSuperseded,
            Some(_) => Ended(
                Verdict::Succeeded,
                format!("the server's field `locked` is {wanted}"),
            ),
        };
    }
    if let Some((event, action)) = row.last_event.zip(sight.action)
        && action.ended_well_with(event)
    {
        return Ended(
            Verdict::Succeeded,
            format!("its last step {event} succeeded, and no task is going on"),
        );
    }
    if let Some(action) = failed_step {
        // A step may fail and the work be given to another host: then a task follows at once.
        return if sight.settled {
            Ended(Verdict::Failed, why_failed(action))
        } else {
            Running
        };
    }
    if !sight.settled || row.before.contains(&status) {
        return Running;
    }
    Ended(Verdict::Unknown, why_unknown(sight, row, status))
}

/// What a server in `ERROR` proves; `None` if nothing yet.
fn error_status(
    sight: &Sight<'_>,
    server: &Server,
    failed_step: Option<&ServerAction>,
) -> Option<Judgement> {
    if let Some(fault) = server.fault.as_ref().filter(|fault| is_of(fault, sight)) {
        if sight.superseded.is_none() {
            return Some(Judgement::UnlessSuperseded);
        }
        let evidence = format!("the server is in ERROR: {}", fault.message.trim_end());
        return Some(Judgement::Ended(Verdict::Failed, evidence));
    }
    if let Some(action) = failed_step {
        return Some(Judgement::Ended(Verdict::Failed, why_failed(action)));
    }
    sight.settled.then(|| {
        let evidence = "the server is in ERROR, but neither its fault nor the action's record ties that to this action";
        Judgement::Ended(Verdict::Unknown, evidence.to_owned())
    })
}

/// Whether a fault came of this action: it did not exist before, and no newer action may have made it.
fn is_of(fault: &ServerFault, sight: &Sight<'_>) -> bool {
    if sight.superseded == Some(true) {
        return false;
    }
    let began = sight.action.and_then(ServerAction::began);
    match (began, fault.at()) {
        // The fault's time is cut to whole seconds.
        (Some(began), Some(at)) => at.as_second() >= began.as_second(),
        // Nothing happens to a server before it is created.
        _ => sight.kind == Some("create"),
    }
}

fn why_failed(action: &ServerAction) -> String {
    action.failure().unwrap_or_else(|| {
        "the action's record says Error; the API shows the reason to administrators only".to_owned()
    })
}

fn why_unknown(sight: &Sight<'_>, row: &Row, status: &str) -> String {
    if sight.superseded == Some(true) {
        return "a newer action has begun, so the server's state says nothing about this one"
            .to_owned();
    }
    if row.silent {
        return "the service reports a failure of this action like a success".to_owned();
    }
    let record = match sight.action {
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
