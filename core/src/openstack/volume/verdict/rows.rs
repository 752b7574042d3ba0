//! What ends each kind of work on a volume or a snapshot: the table that the judge reads.

/// What ends a kind of work.
#[derive(Debug)]
pub(in crate::openstack) struct Row {
    /// The type of the resource.
    pub(in crate::openstack) resource_type: &'static str,
    /// The operation.
    pub(in crate::openstack) operation: &'static str,
    /// Statuses while it runs.
    pub(super) passing: &'static [&'static str],
    /// Statuses that prove success.
    pub(super) done: &'static [&'static str],
    /// Statuses that prove failure.
    pub(super) failed: &'static [&'static str],
    /// Statuses that only what succeeded can reach.
    pub(super) later: &'static [&'static str],
    /// Statuses that look like a failure.
    pub(super) back: &'static [&'static str],
    /// Whether its absence proves success.
    pub(super) gone: bool,
    /// Whether success also needs the new size.
    pub(super) resized: bool,
    /// Whether its failure leaves a message to users.
    pub(super) has_message: bool,
}

/// The defaults of rows.
const ROW: Row = Row {
    resource_type: "volume",
    operation: "",
    passing: &[],
    done: &[],
    failed: &[],
    later: &[],
    back: &[],
    gone: false,
    resized: false,
    has_message: true,
};

/// The row of work without a recorded run: nothing proves its end.
pub(in crate::openstack) const UNPROVEN: Row = ROW;

/// One row per kind of work; the page `docs/why-did-my-volume-fail.md` shows it in words.
pub(in crate::openstack) const ROWS: &[Row] = &[
    Row {
        operation: "create",
        passing: &["creating", "downloading"],
        done: &["available"],
        failed: &["error"],
        later: &[
            "reserved",
            "attaching",
            "in-use",
            "detaching",
            "extending",
            "error_extending",
            "uploading",
            "backing-up",
            "retyping",
        ],
        ..ROW
    },
    Row {
        operation: "extend",
        passing: &["extending"],
        // A volume that is in use can be extended from 3.42.
        done: &["available", "in-use"],
        failed: &["error_extending"],
        resized: true,
        ..ROW
    },
    DELETE,
    Row {
        resource_type: "snapshot",
        operation: "create",
        passing: &["creating"],
        done: &["available"],
        failed: &["error"],
        later: &["backing-up"],
        ..ROW
    },
    Row {
        resource_type: "snapshot",
        ..DELETE
    },
];

const DELETE: Row = Row {
    operation: "delete",
    passing: &["deleting"],
    failed: &["error_deleting"],
    back: &["available", "in-use"],
    gone: true,
    has_message: false,
    ..ROW
};

/// The row of a kind of work, if a run has proven one.
pub(in crate::openstack) fn row(resource_type: &str, operation: &str) -> Option<&'static Row> {
    ROWS.iter()
        .find(|row| row.resource_type == resource_type && row.operation == operation)
}
