//! OpenStack: the options of operations

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::host::Value;

use crate::numbers::{duration, time};
use crate::operation::reqtrail_operation;

export! {
    /// Sets the version of the API that all its requests ask for; the client's by default, or `latest` if that has
    /// none.
    ///
    /// Operations that have it: `server`, `action`, `actions`, `follow`, `explain`, `server_by_name`.
    fn reqtrail_operation_microversion(operation: &mut reqtrail_operation, microversion: text) sets {
        operation.option(1, Value::Text(microversion.to_owned()))?;
    }

    /// Sets the timeout of the whole call; the client's by default. A story of several services has no limit by
    /// default: its calls have the timeouts of their clients. In milliseconds.
    ///
    /// Operations that have it: `server`, `action`, `actions`, `server_by_name`, `explain_resource`.
    fn reqtrail_operation_timeout_ms(operation: &mut reqtrail_operation, timeout: u64) sets {
        operation.option(2, Value::Duration(duration(timeout)))?;
    }

    /// Sets the maximum number of actions, newest first. A history has 20 by default. A list has what the API returns,
    /// and takes a limit from microversion 2.58. A story has 20 actions, messages and tasks of each resource by
    /// default.
    ///
    /// Operations that have it: `actions`, `explain`, `explain_resource`.
    fn reqtrail_operation_limit(operation: &mut reqtrail_operation, limit: u32) sets {
        operation.option(3, Value::Integer(limit.into()))?;
    }

    /// Sets the request ID of the action after which the list begins; from microversion 2.58.
    ///
    /// Operations that have it: `actions`.
    fn reqtrail_operation_marker(operation: &mut reqtrail_operation, marker: text) sets {
        operation.option(4, Value::Text(marker.to_owned()))?;
    }

    /// Sets the time at which, or later, the listed actions changed; from microversion 2.58.
    ///
    /// Operations that have it: `actions`.
    fn reqtrail_operation_changes_since(operation: &mut reqtrail_operation, unix_seconds: f64) sets {
        operation.option(5, Value::Moment(time(unix_seconds)?))?;
    }

    /// Sets the time at which, or earlier, the listed actions changed; from microversion 2.66.
    ///
    /// Operations that have it: `actions`.
    fn reqtrail_operation_changes_before(operation: &mut reqtrail_operation, unix_seconds: f64) sets {
        operation.option(6, Value::Moment(time(unix_seconds)?))?;
    }

    /// Sets the first wait between two polls. It doubles with each further poll. In milliseconds. Default: 500.
    ///
    /// Sets the longest wait between two polls. In milliseconds. Default: 10,000.
    ///
    /// Operations that have it: `follow`, `follow_resource`.
    fn reqtrail_operation_poll_interval_ms(operation: &mut reqtrail_operation, poll_interval: u64, max_poll_interval: u64) sets {
        operation.option(7, Value::Duration(duration(poll_interval)))?;
        operation.option(8, Value::Duration(duration(max_poll_interval)))?;
    }

    /// Sets how long the action is followed. One that still runs then is reported as `unknown`. In milliseconds.
    /// Default: 600,000.
    ///
    /// Operations that have it: `follow`, `follow_resource`.
    fn reqtrail_operation_deadline_ms(operation: &mut reqtrail_operation, deadline: u64) sets {
        operation.option(9, Value::Duration(duration(deadline)))?;
    }

    /// Sets how long an undecided state has to stay the same before it counts as the end, since an action looks idle
    /// between two of its steps. It is ten times as long while a step is not finished or has yet to begin. In
    /// milliseconds. Default: 3,000.
    ///
    /// Operations that have it: `follow`, `follow_resource`.
    fn reqtrail_operation_settle_time_ms(operation: &mut reqtrail_operation, settle_time: u64) sets {
        operation.option(10, Value::Duration(duration(settle_time)))?;
    }

    /// Sets the size that an extension of a volume asked for, in GiB. The response of a request that this process sent
    /// carries it; an ID alone does not.
    ///
    /// Operations that have it: `follow_resource`.
    fn reqtrail_operation_size(operation: &mut reqtrail_operation, size: u32) sets {
        operation.option(11, Value::Integer(size.into()))?;
    }
}
