//! The numbers of the header, and their names.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

#![allow(dead_code, reason = "programs use them, not the library")]

use std::ffi::CStr;

/// What functions return: `REQTRAIL_OK`, or a `REQTRAIL_ERROR_*`.
pub type reqtrail_code = i32;

/// All went well.
pub const REQTRAIL_OK: reqtrail_code = 0;
/// The server answered with a final status outside 2xx.
pub const REQTRAIL_ERROR_API: reqtrail_code = 1;
/// No connection was made (DNS, refused, TLS, connect timeout); nothing was sent.
pub const REQTRAIL_ERROR_CONNECT: reqtrail_code = 2;
/// The attempt's or the call's time ran out.
pub const REQTRAIL_ERROR_TIMEOUT: reqtrail_code = 3;
/// The connection broke, the protocol was violated or a 2xx body was cut short.
pub const REQTRAIL_ERROR_TRANSPORT: reqtrail_code = 4;
/// A 2xx body or a header block is over its limit.
pub const REQTRAIL_ERROR_TOO_LARGE: reqtrail_code = 5;
/// A 2xx body cannot be decoded or is not what the caller asked to parse.
pub const REQTRAIL_ERROR_DECODE: reqtrail_code = 6;
/// A redirect was refused: another origin, a downgrade, too many, or a method it must not change.
pub const REQTRAIL_ERROR_REDIRECT: reqtrail_code = 7;
/// The caller cancelled.
pub const REQTRAIL_ERROR_CANCELLED: reqtrail_code = 8;
/// The request cannot be built; nothing was sent and the trail has no attempts.
pub const REQTRAIL_ERROR_INVALID_REQUEST: reqtrail_code = 9;
/// The client cannot be built.
pub const REQTRAIL_ERROR_CONFIG: reqtrail_code = 10;
/// A bug in reqtrail: a caught panic.
pub const REQTRAIL_ERROR_INTERNAL: reqtrail_code = 11;
/// A pointer is NULL that must not be.
pub const REQTRAIL_ERROR_NULL_POINTER: reqtrail_code = 101;
/// A text is not UTF-8.
pub const REQTRAIL_ERROR_NOT_UTF8: reqtrail_code = 102;
/// A value is none that the function takes.
pub const REQTRAIL_ERROR_BAD_VALUE: reqtrail_code = 103;
/// The function waits for a call, and a callback must not: the call may be waiting for the callback.
pub const REQTRAIL_ERROR_IN_CALLBACK: reqtrail_code = 104;
/// The call has not ended yet.
pub const REQTRAIL_ERROR_STILL_RUNNING: reqtrail_code = 105;
/// The server action that was followed has failed.
pub const REQTRAIL_ERROR_ACTION_FAILED: reqtrail_code = 201;
/// The calls were not as the script of a test has them.
pub const REQTRAIL_ERROR_SCRIPT_MISMATCH: reqtrail_code = 301;

/// What functions return.
pub(crate) const CODES_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_OK, c"ok"),
    (REQTRAIL_ERROR_API, c"api"),
    (REQTRAIL_ERROR_CONNECT, c"connect"),
    (REQTRAIL_ERROR_TIMEOUT, c"timeout"),
    (REQTRAIL_ERROR_TRANSPORT, c"transport"),
    (REQTRAIL_ERROR_TOO_LARGE, c"too_large"),
    (REQTRAIL_ERROR_DECODE, c"decode"),
    (REQTRAIL_ERROR_REDIRECT, c"redirect"),
    (REQTRAIL_ERROR_CANCELLED, c"cancelled"),
    (REQTRAIL_ERROR_INVALID_REQUEST, c"invalid_request"),
    (REQTRAIL_ERROR_CONFIG, c"config"),
    (REQTRAIL_ERROR_INTERNAL, c"internal"),
    (REQTRAIL_ERROR_NULL_POINTER, c"null_pointer"),
    (REQTRAIL_ERROR_NOT_UTF8, c"not_utf8"),
    (REQTRAIL_ERROR_BAD_VALUE, c"bad_value"),
    (REQTRAIL_ERROR_IN_CALLBACK, c"in_callback"),
    (REQTRAIL_ERROR_STILL_RUNNING, c"still_running"),
    (REQTRAIL_ERROR_ACTION_FAILED, c"action_failed"),
    (REQTRAIL_ERROR_SCRIPT_MISMATCH, c"script_mismatch"),
];

/// The credential is missing or was not accepted.
pub const REQTRAIL_CATEGORY_AUTHENTICATION: i32 = 1;
/// The credential is good but may not do this.
pub const REQTRAIL_CATEGORY_PERMISSION: i32 = 2;
/// The resource does not exist, or is hidden from this caller.
pub const REQTRAIL_CATEGORY_NOT_FOUND: i32 = 3;
/// The request itself is wrong.
pub const REQTRAIL_CATEGORY_INVALID: i32 = 4;
/// The request conflicts with the resource's current state.
pub const REQTRAIL_CATEGORY_CONFLICT: i32 = 5;
/// Too many requests in too short a time.
pub const REQTRAIL_CATEGORY_RATE_LIMITED: i32 = 6;
/// A quota is used up; waiting alone does not help.
pub const REQTRAIL_CATEGORY_QUOTA: i32 = 7;
/// The service, or something it depends on, is temporarily unavailable.
pub const REQTRAIL_CATEGORY_UNAVAILABLE: i32 = 8;
/// The server failed.
pub const REQTRAIL_CATEGORY_SERVER: i32 = 9;
/// Neither the status nor the code has a known meaning.
pub const REQTRAIL_CATEGORY_UNKNOWN: i32 = 10;

/// What an API error means, across dialects.
pub(crate) const CATEGORY_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_CATEGORY_AUTHENTICATION, c"authentication"),
    (REQTRAIL_CATEGORY_PERMISSION, c"permission"),
    (REQTRAIL_CATEGORY_NOT_FOUND, c"not_found"),
    (REQTRAIL_CATEGORY_INVALID, c"invalid"),
    (REQTRAIL_CATEGORY_CONFLICT, c"conflict"),
    (REQTRAIL_CATEGORY_RATE_LIMITED, c"rate_limited"),
    (REQTRAIL_CATEGORY_QUOTA, c"quota"),
    (REQTRAIL_CATEGORY_UNAVAILABLE, c"unavailable"),
    (REQTRAIL_CATEGORY_SERVER, c"server"),
    (REQTRAIL_CATEGORY_UNKNOWN, c"unknown"),
];

/// A usable 2xx response arrived.
pub const REQTRAIL_STOPPED_SUCCEEDED: i32 = 1;
/// Repeating the request would not help.
pub const REQTRAIL_STOPPED_NOT_RETRYABLE: i32 = 2;
/// The server may have acted on the request, and repeating it is not safe.
pub const REQTRAIL_STOPPED_UNSAFE_TO_RETRY: i32 = 3;
/// The allowed number of attempts was used up.
pub const REQTRAIL_STOPPED_ATTEMPTS_EXHAUSTED: i32 = 4;
/// The server asked for a longer wait than the client allows.
pub const REQTRAIL_STOPPED_RETRY_AFTER_TOO_LONG: i32 = 5;
/// The call's time ran out, or the next wait would not fit in what is left.
pub const REQTRAIL_STOPPED_DEADLINE: i32 = 6;
/// The client's retry budget is empty.
pub const REQTRAIL_STOPPED_BUDGET_EXHAUSTED: i32 = 7;
/// The caller cancelled.
pub const REQTRAIL_STOPPED_CANCELLED: i32 = 8;
/// Reserved: the request body cannot be sent twice.
pub const REQTRAIL_STOPPED_BODY_NOT_REPLAYABLE: i32 = 9;

/// Why a call made no further attempt.
pub(crate) const STOPPED_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_STOPPED_SUCCEEDED, c"succeeded"),
    (REQTRAIL_STOPPED_NOT_RETRYABLE, c"not_retryable"),
    (REQTRAIL_STOPPED_UNSAFE_TO_RETRY, c"unsafe_to_retry"),
    (REQTRAIL_STOPPED_ATTEMPTS_EXHAUSTED, c"attempts_exhausted"),
    (
        REQTRAIL_STOPPED_RETRY_AFTER_TOO_LONG,
        c"retry_after_too_long",
    ),
    (REQTRAIL_STOPPED_DEADLINE, c"deadline"),
    (REQTRAIL_STOPPED_BUDGET_EXHAUSTED, c"budget_exhausted"),
    (REQTRAIL_STOPPED_CANCELLED, c"cancelled"),
    (REQTRAIL_STOPPED_BODY_NOT_REPLAYABLE, c"body_not_replayable"),
];

/// The first request of the call.
pub const REQTRAIL_CAUSE_INITIAL: i32 = 1;
/// A repetition after a failure.
pub const REQTRAIL_CAUSE_RETRY: i32 = 2;
/// A repetition with a refreshed credential after a 401.
pub const REQTRAIL_CAUSE_REAUTH: i32 = 3;
/// A hop that a redirect response asked for.
pub const REQTRAIL_CAUSE_REDIRECT: i32 = 4;
/// A repetition of a request that the server said it did not process.
pub const REQTRAIL_CAUSE_RESEND: i32 = 5;

/// What caused an attempt.
pub(crate) const CAUSE_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_CAUSE_INITIAL, c"initial"),
    (REQTRAIL_CAUSE_RETRY, c"retry"),
    (REQTRAIL_CAUSE_REAUTH, c"reauth"),
    (REQTRAIL_CAUSE_REDIRECT, c"redirect"),
    (REQTRAIL_CAUSE_RESEND, c"resend"),
];

/// The client's own exponential backoff.
pub const REQTRAIL_WAIT_BACKOFF: i32 = 1;
/// The server's Retry-After.
pub const REQTRAIL_WAIT_RETRY_AFTER: i32 = 2;

/// Why a call waited before its next attempt.
pub(crate) const WAIT_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_WAIT_BACKOFF, c"backoff"),
    (REQTRAIL_WAIT_RETRY_AFTER, c"retry_after"),
];

/// Nothing of the request left the client.
pub const REQTRAIL_SENT_NO: i32 = 1;
/// The server received the request.
pub const REQTRAIL_SENT_YES: i32 = 2;
/// The request, or a part of it, may have reached the server.
pub const REQTRAIL_SENT_UNKNOWN: i32 = 3;

/// Whether an attempt's request went out.
pub(crate) const SENT_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_SENT_NO, c"no"),
    (REQTRAIL_SENT_YES, c"yes"),
    (REQTRAIL_SENT_UNKNOWN, c"unknown"),
];

/// The client does not verify TLS certificates.
pub const REQTRAIL_TRAIL_NOTE_TLS_UNVERIFIED: i32 = 1;
/// The call went through a proxy.
pub const REQTRAIL_TRAIL_NOTE_VIA_PROXY: i32 = 2;
/// An earlier attempt of unknown outcome may have succeeded on the server.
pub const REQTRAIL_TRAIL_NOTE_MAY_HAVE_SUCCEEDED: i32 = 3;
/// A script answered the call, not a network.
pub const REQTRAIL_TRAIL_NOTE_SCRIPTED: i32 = 4;
/// The client injected faults into the call.
pub const REQTRAIL_TRAIL_NOTE_CHAOS: i32 = 5;

/// What a reader of a whole trail should know.
pub(crate) const TRAIL_NOTE_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_TRAIL_NOTE_TLS_UNVERIFIED, c"tls_unverified"),
    (REQTRAIL_TRAIL_NOTE_VIA_PROXY, c"via_proxy"),
    (
        REQTRAIL_TRAIL_NOTE_MAY_HAVE_SUCCEEDED,
        c"may_have_succeeded",
    ),
    (REQTRAIL_TRAIL_NOTE_SCRIPTED, c"scripted"),
    (REQTRAIL_TRAIL_NOTE_CHAOS, c"chaos"),
];

/// The response carries no request ID.
pub const REQTRAIL_REQUEST_ID_NOTE_MISSING: i32 = 1;
/// The response carries several differing request IDs; the first one counts.
pub const REQTRAIL_REQUEST_ID_NOTE_DUPLICATE: i32 = 2;
/// The request ID holds bytes outside printable ASCII, shown escaped.
pub const REQTRAIL_REQUEST_ID_NOTE_MALFORMED: i32 = 3;
/// The request ID is longer than 256 bytes and was cut.
pub const REQTRAIL_REQUEST_ID_NOTE_TRUNCATED: i32 = 4;
/// The body names another request ID than the header.
pub const REQTRAIL_REQUEST_ID_NOTE_BODY_MISMATCH: i32 = 5;
/// The request ID equals the correlation ID that the attempt carried.
pub const REQTRAIL_REQUEST_ID_NOTE_AS_SENT: i32 = 6;

/// What was odd about an attempt's request ID.
pub(crate) const REQUEST_ID_NOTE_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_REQUEST_ID_NOTE_MISSING, c"missing"),
    (REQTRAIL_REQUEST_ID_NOTE_DUPLICATE, c"duplicate"),
    (REQTRAIL_REQUEST_ID_NOTE_MALFORMED, c"malformed"),
    (REQTRAIL_REQUEST_ID_NOTE_TRUNCATED, c"truncated"),
    (REQTRAIL_REQUEST_ID_NOTE_BODY_MISMATCH, c"body_mismatch"),
    (REQTRAIL_REQUEST_ID_NOTE_AS_SENT, c"as_sent"),
];

/// NovaVMS: `auth_required`. The request carried no credential.
pub const REQTRAIL_NOVAVMS_AUTH_REQUIRED: i32 = 1;
/// NovaVMS: `invalid_token`. The token is malformed, expired or signed by another key.
pub const REQTRAIL_NOVAVMS_INVALID_TOKEN: i32 = 2;
/// NovaVMS: `invalid_credentials`. The e-mail address or password of a login is wrong.
pub const REQTRAIL_NOVAVMS_INVALID_CREDENTIALS: i32 = 3;
/// NovaVMS: `account_disabled`. The user account is disabled.
pub const REQTRAIL_NOVAVMS_ACCOUNT_DISABLED: i32 = 4;
/// NovaVMS: `forbidden`. The caller is known but its role does not allow this, or the resource belongs to another organisation.
pub const REQTRAIL_NOVAVMS_FORBIDDEN: i32 = 5;
/// NovaVMS: `not_found`. The resource does not exist, or it belongs to another organisation.
pub const REQTRAIL_NOVAVMS_NOT_FOUND: i32 = 6;
/// NovaVMS: `validation_failed`. A field of the request is invalid; the message names the first one.
pub const REQTRAIL_NOVAVMS_VALIDATION_FAILED: i32 = 7;
/// NovaVMS: `conflict`. The request conflicts with the resource's current state, such as a name that is taken.
pub const REQTRAIL_NOVAVMS_CONFLICT: i32 = 8;
/// NovaVMS: `rate_limited`. The caller sent more requests than its limit allows.
pub const REQTRAIL_NOVAVMS_RATE_LIMITED: i32 = 9;
/// NovaVMS: `webhook_signature_invalid`. A webhook's signature could not be verified.
pub const REQTRAIL_NOVAVMS_WEBHOOK_SIGNATURE_INVALID: i32 = 10;
/// NovaVMS: `webhook_endpoint_unreachable`. The webhook's URL cannot be reached over TLS.
pub const REQTRAIL_NOVAVMS_WEBHOOK_ENDPOINT_UNREACHABLE: i32 = 11;
/// NovaVMS: `internal_error`. The server failed in a way it did not expect.
pub const REQTRAIL_NOVAVMS_INTERNAL_ERROR: i32 = 12;
/// NovaVMS: `service_unavailable`. Something that the API depends on is temporarily unavailable.
pub const REQTRAIL_NOVAVMS_SERVICE_UNAVAILABLE: i32 = 13;
/// NovaVMS: `webhook_delivery_failed`. The API called the webhook's endpoint and got no 2xx answer in time.
pub const REQTRAIL_NOVAVMS_WEBHOOK_DELIVERY_FAILED: i32 = 14;

/// It did what was asked for.
pub const REQTRAIL_VERDICT_SUCCEEDED: i32 = 1;
/// It did not do what was asked for.
pub const REQTRAIL_VERDICT_FAILED: i32 = 2;
/// The API does not say.
pub const REQTRAIL_VERDICT_UNKNOWN: i32 = 3;

/// How a server action ended, as far as the API tells.
pub(crate) const VERDICT_NAMES: &[(i32, &CStr)] = &[
    (REQTRAIL_VERDICT_SUCCEEDED, c"succeeded"),
    (REQTRAIL_VERDICT_FAILED, c"failed"),
    (REQTRAIL_VERDICT_UNKNOWN, c"unknown"),
];

/// OpenStack Nova: `badRequest`. The request is malformed or breaks the API's schema.
pub const REQTRAIL_OPENSTACK_BAD_REQUEST: i32 = 1;
/// OpenStack Nova: `unauthorized`. The token is missing, wrong or expired.
pub const REQTRAIL_OPENSTACK_UNAUTHORIZED: i32 = 2;
/// OpenStack Nova: `forbidden`. Policy does not allow it, or a quota is exceeded.
pub const REQTRAIL_OPENSTACK_FORBIDDEN: i32 = 3;
/// OpenStack Nova: `itemNotFound`. The resource does not exist, or belongs to another project.
pub const REQTRAIL_OPENSTACK_ITEM_NOT_FOUND: i32 = 4;
/// OpenStack Nova: `badMethod`. The resource does not take this method.
pub const REQTRAIL_OPENSTACK_BAD_METHOD: i32 = 5;
/// OpenStack Nova: `conflictingRequest`. The server's state does not allow the action, or it is locked or busy with another.
pub const REQTRAIL_OPENSTACK_CONFLICTING_REQUEST: i32 = 6;
/// OpenStack Nova: `overLimit`. A quota is used up (413), or there were too many requests (429).
pub const REQTRAIL_OPENSTACK_OVER_LIMIT: i32 = 7;
/// OpenStack Nova: `badMediaType`. The content type of the body is not supported.
pub const REQTRAIL_OPENSTACK_BAD_MEDIA_TYPE: i32 = 8;
/// OpenStack Nova: `notImplemented`. The cloud's hypervisor or configuration does not support it.
pub const REQTRAIL_OPENSTACK_NOT_IMPLEMENTED: i32 = 9;
/// OpenStack Nova: `serviceUnavailable`. The service, or one that it needs, is temporarily unavailable.
pub const REQTRAIL_OPENSTACK_SERVICE_UNAVAILABLE: i32 = 10;
/// OpenStack Nova: `computeFault`. Any fault without a more specific name: an unexpected error, but also 406 and 410.
pub const REQTRAIL_OPENSTACK_COMPUTE_FAULT: i32 = 11;
