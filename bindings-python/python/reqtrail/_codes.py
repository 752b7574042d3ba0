"""The closed sets of names that every language shares."""

# Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

from enum import StrEnum

__all__ = [
    "Category",
    "Cause",
    "ErrorKind",
    "RequestIdNote",
    "Sent",
    "StopReason",
    "TrailNote",
    "WaitReason",
]


class ErrorKind(StrEnum):
    """What went wrong with a call, the same in every language."""

    __module__ = "reqtrail"

    API = "api"
    """The server answered with a final status outside 2xx."""

    CONNECT = "connect"
    """No connection was made (DNS, refused, TLS, connect timeout); nothing was sent."""

    TIMEOUT = "timeout"
    """The attempt's or the call's time ran out."""

    TRANSPORT = "transport"
    """The connection broke, the protocol was violated or a 2xx body was cut short."""

    TOO_LARGE = "too_large"
    """A 2xx body or a header block is over its limit."""

    DECODE = "decode"
    """A 2xx body cannot be decoded or is not what the caller asked to parse."""

    REDIRECT = "redirect"
    """A redirect was refused: another origin, a downgrade, too many, or a method it must not change."""

    CANCELLED = "cancelled"
    """The caller cancelled."""

    INVALID_REQUEST = "invalid_request"
    """The request cannot be built; nothing was sent and the trail has no attempts."""

    CONFIG = "config"
    """The client cannot be built."""

    INTERNAL = "internal"
    """A bug in reqtrail: a caught panic."""


class Category(StrEnum):
    """What an API error means, across dialects."""

    __module__ = "reqtrail"

    AUTHENTICATION = "authentication"
    """The credential is missing or was not accepted."""

    PERMISSION = "permission"
    """The credential is good but may not do this."""

    NOT_FOUND = "not_found"
    """The resource does not exist, or is hidden from this caller."""

    INVALID = "invalid"
    """The request itself is wrong."""

    CONFLICT = "conflict"
    """The request conflicts with the resource's current state."""

    RATE_LIMITED = "rate_limited"
    """Too many requests in too short a time."""

    QUOTA = "quota"
    """A quota is used up; waiting alone does not help."""

    UNAVAILABLE = "unavailable"
    """The service, or something it depends on, is temporarily unavailable."""

    SERVER = "server"
    """The server failed."""

    UNKNOWN = "unknown"
    """Neither the status nor the code has a known meaning."""


class StopReason(StrEnum):
    """Why a call made no further attempt."""

    __module__ = "reqtrail"

    SUCCEEDED = "succeeded"
    """A usable 2xx response arrived."""

    NOT_RETRYABLE = "not_retryable"
    """Repeating the request would not help."""

    UNSAFE_TO_RETRY = "unsafe_to_retry"
    """The server may have acted on the request, and repeating it is not safe."""

    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    """The allowed number of attempts was used up."""

    RETRY_AFTER_TOO_LONG = "retry_after_too_long"
    """The server asked for a longer wait than the client allows."""

    DEADLINE = "deadline"
    """The call's time ran out, or the next wait would not fit in what is left."""

    BUDGET_EXHAUSTED = "budget_exhausted"
    """The client's retry budget is empty."""

    CANCELLED = "cancelled"
    """The caller cancelled."""

    BODY_NOT_REPLAYABLE = "body_not_replayable"
    """Reserved: the request body cannot be sent twice."""


class Cause(StrEnum):
    """What caused an attempt."""

    __module__ = "reqtrail"

    INITIAL = "initial"
    """The first request of the call."""

    RETRY = "retry"
    """A repetition after a failure."""

    REAUTH = "reauth"
    """A repetition with a refreshed credential after a 401."""

    REDIRECT = "redirect"
    """A hop that a redirect response asked for."""

    RESEND = "resend"
    """A repetition of a request that the server said it did not process."""


class WaitReason(StrEnum):
    """Why a call waited before its next attempt."""

    __module__ = "reqtrail"

    BACKOFF = "backoff"
    """The client's own exponential backoff."""

    RETRY_AFTER = "retry_after"
    """The server's Retry-After."""


class Sent(StrEnum):
    """Whether an attempt's request went out. ``unknown`` decides like ``yes``, unless the server guaranteed
    that it did not process the request."""

    __module__ = "reqtrail"

    NO = "no"
    """Nothing of the request left the client."""

    YES = "yes"
    """The server received the request."""

    UNKNOWN = "unknown"
    """The request, or a part of it, may have reached the server."""


class TrailNote(StrEnum):
    """What a reader of a whole trail should know."""

    __module__ = "reqtrail"

    TLS_UNVERIFIED = "tls_unverified"
    """The client does not verify TLS certificates."""

    VIA_PROXY = "via_proxy"
    """The call went through a proxy."""

    MAY_HAVE_SUCCEEDED = "may_have_succeeded"
    """An earlier attempt of unknown outcome may have succeeded on the server."""

    SCRIPTED = "scripted"
    """A script answered the call, not a network."""

    CHAOS = "chaos"
    """The client injected faults into the call."""


class RequestIdNote(StrEnum):
    """What was odd about an attempt's request ID."""

    __module__ = "reqtrail"

    MISSING = "missing"
    """The response carries no request ID."""

    DUPLICATE = "duplicate"
    """The response carries several differing request IDs; the first one counts."""

    MALFORMED = "malformed"
    """The request ID holds bytes outside printable ASCII, shown escaped."""

    TRUNCATED = "truncated"
    """The request ID is longer than 256 bytes and was cut."""

    BODY_MISMATCH = "body_mismatch"
    """The body names another request ID than the header."""

    AS_SENT = "as_sent"
    """The request ID equals the correlation ID that the attempt carried."""
