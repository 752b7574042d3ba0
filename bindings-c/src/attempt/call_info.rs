//! The fields of call infos

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use crate::attempt::reqtrail_call_info;

/// The number of text fields.
pub(crate) const TEXTS: usize = 7;

export! {
    /// Returns the call's own random ID, as in its trail.
    fn reqtrail_call_info_call_id(call_info: &reqtrail_call_info) -> text[0] {
        Some(call_info.call.call_id.to_string())
    }

    /// Returns the name of the API's dialect.
    fn reqtrail_call_info_dialect(call_info: &reqtrail_call_info) -> text[1] {
        Some(call_info.call.dialect)
    }

    /// Returns the method that the caller asked for.
    fn reqtrail_call_info_method(call_info: &reqtrail_call_info) -> text[2] {
        Some(call_info.call.method.to_string())
    }

    /// Returns the path template, as in `/cameras/{id}`.
    fn reqtrail_call_info_path(call_info: &reqtrail_call_info) -> text[3] {
        Some(call_info.call.path)
    }

    /// Returns the value that every attempt carries in the dialect's correlation header; NULL if there is none. For
    /// OpenStack it is the global request ID.
    fn reqtrail_call_info_correlation_id(call_info: &reqtrail_call_info) -> text[4] {
        call_info.call.correlation_id
    }

    /// Returns the service that is called, if one sign-in serves several; NULL if there is none. For OpenStack it is
    /// the service type, as in `compute`.
    fn reqtrail_call_info_service(call_info: &reqtrail_call_info) -> text[5] {
        call_info.call.service
    }

    /// Returns the log line of the attempt, without secrets. If one sign-in serves several services, it is the line
    /// that OpenStack's operators search clients' logs for to draw a call graph: method, service, URL and the request
    /// ID that was used (<https://docs.openstack.org/api-guide/compute/faults.html#tracking-errors-by-request-id>).
    fn reqtrail_call_info_log_line(call_info: &reqtrail_call_info) -> text[6] {
        Some(call_info.call.log_line(call_info.attempt))
    }
}
