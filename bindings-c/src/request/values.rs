//! The options of a request that are values

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::host::Value;

use crate::numbers::duration;
use crate::request::reqtrail_request;

export! {
    /// Sets the timeout of the whole call, including all attempts and waits. A value above the client's
    /// `attempt_timeout_ms` raises that for this call too. In milliseconds.
    fn reqtrail_request_timeout_ms(request: &mut reqtrail_request, timeout: u64) sets {
        request.option(1, Value::Duration(duration(timeout)))?;
    }

    /// Sets the timeout of one attempt, including its body. In milliseconds.
    fn reqtrail_request_attempt_timeout_ms(request: &mut reqtrail_request, attempt_timeout: u64) sets {
        request.option(2, Value::Duration(duration(attempt_timeout)))?;
    }

    /// Sets the timeout of connecting. In milliseconds.
    fn reqtrail_request_connect_timeout_ms(request: &mut reqtrail_request, connect_timeout: u64) sets {
        request.option(3, Value::Duration(duration(connect_timeout)))?;
    }

    /// Sets the maximum number of attempts, 1 to 32; 1 turns retries off.
    fn reqtrail_request_max_attempts(request: &mut reqtrail_request, max_attempts: u32) sets {
        request.option(4, Value::Integer(max_attempts.into()))?;
    }

    /// Sets whether the request may be sent twice. By default its method decides.
    fn reqtrail_request_idempotent(request: &mut reqtrail_request, idempotent: bool) sets {
        request.option(5, Value::Flag(idempotent))?;
    }

    /// Sets the `Idempotency-Key`, the same on every attempt. A request with a key is safe to repeat.
    fn reqtrail_request_idempotency_key(request: &mut reqtrail_request, idempotency_key: text) sets {
        request.option(6, Value::Text(idempotency_key.to_owned()))?;
    }

    /// Sets the correlation ID, the ID of the request that this call serves, instead of one made from the call ID. For
    /// OpenStack it is the global request ID, `req-` and a UUID in lower case, which appears in the logs of every
    /// service on the way. A malformed one is an `invalid_request` error, since the server would drop it silently.
    fn reqtrail_request_correlation_id(request: &mut reqtrail_request, correlation_id: text) sets {
        request.option(7, Value::Text(correlation_id.to_owned()))?;
    }

    /// Sets the version of the API to ask for, such as `2.90` or `latest`, instead of the client's
    /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
    fn reqtrail_request_microversion(request: &mut reqtrail_request, microversion: text) sets {
        request.option(8, Value::Text(microversion.to_owned()))?;
    }

    /// Sets the entity tag of a response that the caller has: the `ETag` header of an earlier response, sent unchanged,
    /// including the quotes. If it is still current, the call succeeds with a 304 without a body. Without this option a
    /// 304 is an `api` error, even if the caller sets the header `If-None-Match`.
    fn reqtrail_request_if_none_match(request: &mut reqtrail_request, if_none_match: text) sets {
        request.option(9, Value::Text(if_none_match.to_owned()))?;
    }

    /// Sets further statuses, 300 to 599, that are not errors. A response with one of them is the result of the call,
    /// like a 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not followed. Each
    /// call adds one.
    fn reqtrail_request_accept_status(request: &mut reqtrail_request, status: i32) sets {
        request.option(10, Value::Integer(status.into()))?;
    }
}
