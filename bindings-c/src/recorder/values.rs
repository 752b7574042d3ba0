//! The options of a recorder's filter

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::host::Value;

use crate::numbers::duration;
use crate::recorder::reqtrail_recent_filter;

export! {
    /// Sets whether only failed calls match. Default: false.
    fn reqtrail_recent_filter_failed(filter: &mut reqtrail_recent_filter, failed: bool) sets {
        filter.option(1, Value::Flag(failed))?;
    }

    /// Sets the minimum duration of a call. In milliseconds.
    fn reqtrail_recent_filter_slower_than_ms(filter: &mut reqtrail_recent_filter, slower_than: u64) sets {
        filter.option(2, Value::Duration(duration(slower_than)))?;
    }

    /// Sets the error code of a call's last attempt, in its canonical spelling.
    fn reqtrail_recent_filter_code(filter: &mut reqtrail_recent_filter, code: text) sets {
        filter.option(3, Value::Text(code.to_owned()))?;
    }

    /// Sets the path template, as in `/cameras/{id}`.
    fn reqtrail_recent_filter_path(filter: &mut reqtrail_recent_filter, path: text) sets {
        filter.option(4, Value::Text(path.to_owned()))?;
    }

    /// Sets the status of a call's last attempt.
    fn reqtrail_recent_filter_status(filter: &mut reqtrail_recent_filter, status: u32) sets {
        filter.option(5, Value::Integer(status.into()))?;
    }

    /// Sets the maximum number of calls to return.
    fn reqtrail_recent_filter_limit(filter: &mut reqtrail_recent_filter, limit: u32) sets {
        filter.option(6, Value::Integer(limit.into()))?;
    }
}
