//! What ends each kind of action: the table that the judge reads.

/// What ends a kind of action.
pub(super) struct Row {
    /// The action's name in the API.
    pub(super) action: &'static str,
    /// Statuses that prove success once no task is running.
    pub(super) done: &'static [&'static str],
    /// Statuses that mean that the work has not begun; no task is shown while it waits.
    pub(super) before: &'static [&'static str],
    /// Last steps. The success of one proves the action's success, if the status is the same before and after.
    pub(super) last_steps: &'static [&'static str],
    /// Whether `ERROR` afterwards cancels the proof of the last step.
    pub(super) undone_by_error: bool,
    /// Whether it may move to another host after a failed step.
    pub(super) moves_on: bool,
    /// Whether the server's absence proves success.
    pub(super) gone: bool,
    /// What the server's `locked` has to be.
    pub(super) locked: Option<bool>,
    /// Whether the server's launch time proves success. It is written once the first build has succeeded, and nothing
    /// else can be done to a server before that.
    pub(super) launched: bool,
    /// Whether the API writes the end of the record only after the work is done, so that a change after the start
    /// proves success.
    pub(super) record_ends_well: bool,
    /// Whether the service reports a failure like a success.
    pub(super) silent: bool,
    /// The step and the statuses that are the only sign of success of a silent action.
    pub(super) apparent: Option<(&'static str, &'static [&'static str])>,
}

/// The row of kinds without their own.
pub(super) const ROW: Row = Row {
    action: "",
    done: &[],
    before: &[],
    last_steps: &[],
    undone_by_error: false,
    moves_on: false,
    gone: false,
    locked: None,
    launched: false,
    record_ends_well: false,
    silent: false,
    apparent: None,
};

const fn to(action: &'static str, done: &'static [&'static str]) -> Row {
    Row {
        action,
        done,
        ..ROW
    }
}

const fn steps(action: &'static str, last_steps: &'static [&'static str]) -> Row {
    Row {
        action,
        last_steps,
        ..ROW
    }
}

/// One row per kind of action; the page `docs/why-did-my-server-action-fail.md` shows it in words.
pub(super) const ROWS: &[Row] = &[
    Row {
        launched: true,
        ..to("create", &["ACTIVE"])
    },
    Row {
        gone: true,
        ..to("delete", &["DELETED", "SOFT_DELETED"])
    },
    to("restore", &["ACTIVE"]),
    to("stop", &["SHUTOFF"]),
    to("start", &["ACTIVE"]),
    Row {
        silent: true,
        apparent: Some(("compute_reboot_instance", &["ACTIVE", "RESCUE"])),
        ..to("reboot", &[])
    },
    Row {
        undone_by_error: true,
        ..steps("rebuild", &["compute_rebuild_instance"])
    },
    Row {
        undone_by_error: true,
        moves_on: true,
        ..steps("evacuate", &["compute_rebuild_instance"])
    },
    Row {
        // A cloud may confirm automatically, and then the server is ACTIVE, as after a failure.
        last_steps: &["compute_finish_resize"],
        moves_on: true,
        ..to("resize", &["VERIFY_RESIZE"])
    },
    Row {
        last_steps: &["compute_finish_resize"],
        moves_on: true,
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
    Row {
        moves_on: true,
        ..steps(
            "live-migration",
            &["compute_post_live_migration_at_destination"],
        )
    },
    steps("live_migration_cancel", &["compute_live_migration_abort"]),
    steps(
        "live_migration_force_complete",
        &["compute_live_migration_force_complete"],
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
    steps("changePassword", &["compute_set_admin_password"]),
    steps(
        "createImage",
        &["compute_snapshot_instance", "api_snapshot_instance"],
    ),
    steps("createBackup", &["compute_backup_instance"]),
    steps("trigger_crash_dump", &["compute_trigger_crash_dump"]),
    steps("attach_interface", &["compute_attach_interface"]),
    steps("detach_interface", &["compute_detach_interface"]),
    steps(
        "attach_volume",
        &["compute_attach_volume", "api_attach_volume"],
    ),
    steps(
        "detach_volume",
        &["compute_detach_volume", "api_detach_volume"],
    ),
    steps("swap_volume", &["compute_swap_volume"]),
    steps("extend_volume", &["compute_extend_volume"]),
    steps("attach_share", &["compute_allow_share"]),
    steps("detach_share", &["compute_deny_share"]),
    Row {
        // `nova-manage` ends the record whether it succeeded or not.
        silent: true,
        ..to("refresh_volume_attachment", &[])
    },
    Row {
        // The API writes the state itself, and answers after that.
        record_ends_well: true,
        ..to("resetState", &["ACTIVE", "ERROR"])
    },
    Row {
        locked: Some(true),
        ..steps("lock", &["api_lock"])
    },
    Row {
        locked: Some(false),
        ..steps("unlock", &["api_unlock"])
    },
];

/// The row of a kind; kinds without one are judged only by errors.
pub(super) fn row(action: &str) -> &'static Row {
    ROWS.iter().find(|row| row.action == action).unwrap_or(&ROW)
}
