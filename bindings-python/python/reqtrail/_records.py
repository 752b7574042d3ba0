"""Attempts, and what trails, hooks and responses have."""

# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from ._codes import Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason

__all__ = ["Attempt", "CallInfo", "InFlightCall", "JournalStats", "RateLimit", "RecorderStats", "TrailFields"]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a response said about the caller's rate limit. It is information, not permission: do not pace requests by
    these numbers, and wait as long as an error's ``retry_after`` says."""

    limit: int | None
    """How many requests the server's window allows."""
    remaining: int | None
    """How many requests are left in the window."""
    reset_at: datetime | None
    """When the window or bucket is full again, in UTC."""

    @classmethod
    def _of(cls, parts: tuple[Any, ...]) -> Self:
        limit, remaining, reset_at = parts
        return cls(
            limit=limit,
            remaining=remaining,
            reset_at=_moment(reset_at),
        )


class CallInfo(NamedTuple):
    """The call that an attempt belongs to."""

    call_id: str
    """The call's own random ID, as in its trail."""
    dialect: str
    """The name of the API's dialect."""
    method: str
    """The method that the caller asked for."""
    path: str
    """The path template, as in ``/cameras/{id}``."""
    correlation_id: str | None
    """The value that every attempt carries in the dialect's correlation header. For OpenStack it is the global
    request ID."""
    service: str | None
    """The service that is called, if one sign-in serves several. For OpenStack it is the service type, as in
    ``compute``."""
    log_line: str
    """The log line of the attempt, without secrets.

    If one sign-in serves several services, it is the line that OpenStack's operators search clients' logs for to
    draw a call graph: method, service, URL and the request ID that was used
    (<https://docs.openstack.org/api-guide/compute/faults.html#tracking-errors-by-request-id>).
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too."""

    number: int
    """The number of the attempt within the call, from 1."""
    cause: Cause
    """Why the attempt was made."""
    method: str
    """The method that was sent; a redirect may have changed it."""
    span_id: str
    """The parent-id of the attempt's ``traceparent``: 16 hex digits."""
    url: str
    """The URL, with secret parameters as ``{name}`` and query values redacted."""
    remote_address: str | None
    """The address and port that the request's connection led to, as in ``10.0.0.7:443`` or ``[::1]:443``: the
    server's or a proxy's. ``None`` without a connection, over a Unix socket, and for a transport that does not
    report it."""
    status: int | None
    """The response's status, if a response arrived."""
    request_id: str | None
    """The server's ID of this request."""
    request_id_source: str | None
    """Where the request ID was found."""
    request_id_notes: tuple[RequestIdNote, ...]
    """What was unusual about the request ID."""
    body_request_id: str | None
    """The request ID in the body, if it differs from the header's."""
    error_code: str | None
    """The API's error code, in its canonical spelling."""
    category: Category | None
    """What the API error means; ``None`` if the attempt is not an API error."""
    failure: ErrorKind | None
    """What went wrong, if there was no complete, usable response."""
    failure_code: str | None
    """The well-known code of the failure, as in ``ECONNREFUSED``, ``ENOTFOUND`` or ``CERT_HAS_EXPIRED``; ``None`` if
    none fits."""
    failure_reason: str | None
    """The failure in words: one line of at most 200 characters, without secrets. It names the peer or the proxy if
    known. A timeout names its limit."""
    sent: Sent
    """Whether the request went out."""
    processed: bool | None
    """Whether the server processed the request. ``True``: it answered. ``False``: nothing left the client, or the
    server guaranteed that it did not process the request; it may be sent again whatever its method is. ``None``:
    unknown."""
    started: float
    """When the attempt started, relative to the start of the call. In seconds."""
    elapsed: float
    """How long the attempt took, including the body. In seconds."""
    retry_after: float | None
    """The wait that the server asked for. In seconds."""
    wait: float | None
    """The wait that was chosen after this attempt. In seconds."""
    wait_reason: WaitReason | None
    """What decided the wait."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            number=data["number"],
            cause=Cause(data["cause"]),
            method=data["method"],
            span_id=data["span_id"],
            url=data["url"],
            remote_address=data["remote_address"],
            status=data["status"],
            request_id=data["request_id"],
            request_id_source=data["request_id_source"],
            request_id_notes=tuple(RequestIdNote(word) for word in data["request_id_notes"]),
            body_request_id=data["body_request_id"],
            error_code=data["error_code"],
            category=None if data["category"] is None else Category(data["category"]),
            failure=None if data["failure"] is None else ErrorKind(data["failure"]),
            failure_code=data["failure_code"],
            failure_reason=data["failure_reason"],
            sent=Sent(data["sent"]),
            processed=data["processed"],
            started=data["started_ms"] / 1e3,
            elapsed=data["elapsed_ms"] / 1e3,
            retry_after=_seconds(data["retry_after_ms"]),
            wait=_seconds(data["wait_ms"]),
            wait_reason=None if data["wait_reason"] is None else WaitReason(data["wait_reason"]),
        )


class TrailFields:
    """What a trail has, besides its attempts."""

    __slots__ = ()

    def _read(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def client(self) -> str:
        """The library that wrote the trail, and its version, as in ``reqtrail/0.1.0``."""
        value: str = self._read()["client"]
        return value

    @property
    def call_id(self) -> str:
        """The call's own random ID, made before the first attempt."""
        value: str = self._read()["call_id"]
        return value

    @property
    def trace_id(self) -> str:
        """The W3C trace ID that every attempt's ``traceparent`` carried: 32 hex digits."""
        value: str = self._read()["trace_id"]
        return value

    @property
    def correlation_id(self) -> str | None:
        """The value that every attempt carried in the dialect's correlation header. For OpenStack it is the global
        request ID, which is ``req-`` and the call ID unless the caller set another. It appears in the logs of
        every service on the way."""
        value: str | None = self._read()["correlation_id"]
        return value

    @property
    def dialect(self) -> str:
        """The name of the API's dialect."""
        value: str = self._read()["dialect"]
        return value

    @property
    def service(self) -> str | None:
        """The service that was called, if one sign-in serves several. For OpenStack it is the service type, as in
        ``compute``."""
        value: str | None = self._read()["service"]
        return value

    @property
    def method(self) -> str:
        """The method that the caller asked for."""
        value: str = self._read()["method"]
        return value

    @property
    def origin(self) -> str:
        """Scheme, host and port of the API."""
        value: str = self._read()["origin"]
        return value

    @property
    def path(self) -> str:
        """The path template, as in ``/cameras/{id}``."""
        value: str = self._read()["path"]
        return value

    @property
    def started_at(self) -> datetime:
        """When the call started, by this machine's clock."""
        value: datetime = datetime.fromisoformat(self._read()["started_at"])
        return value

    @property
    def elapsed(self) -> float:
        """How long the call took, including all attempts and waits. In seconds."""
        value: float = self._read()["elapsed_ms"] / 1e3
        return value

    @property
    def outcome(self) -> str:
        """How the call ended."""
        value: str = "ok" if self._read()["outcome"] == "ok" else ErrorKind(self._read()["outcome"])
        return value

    @property
    def stopped(self) -> StopReason:
        """Why no further attempt was made."""
        value: StopReason = StopReason(self._read()["stopped"])
        return value

    @property
    def notes(self) -> tuple[TrailNote, ...]:
        """What a reader of the trail should know."""
        value: tuple[TrailNote, ...] = tuple(TrailNote(word) for word in self._read()["notes"])
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlightCall:
    """A call under way."""

    call_id: str
    """The call's own random ID, as its trail will show it."""
    trace_id: str
    """The W3C trace ID that its attempts carry: 32 hex digits."""
    correlation_id: str | None
    """The value that every attempt carries in the dialect's correlation header."""
    dialect: str
    """The name of the API's dialect."""
    service: str | None
    """The service that is called, if one sign-in serves several."""
    method: str
    """The method that the caller asked for."""
    path: str
    """The path template, as in ``/cameras/{id}``. A very long one is cut."""
    attempt: int
    """The number of the attempt that is under way or was the last; 0 before the first."""
    phase: str
    """The current phase: ``refreshing`` (it waits for a new token), ``connecting``, ``resolving``, ``proxy``,
    ``tls``, ``stream`` (it waits until the connection takes another stream), ``sending``, ``waiting`` (for the
    response's head), ``reading``, ``decoding``, or ``backoff`` (it waits before the next attempt)."""
    retry_in: float | None
    """How much longer it waits before the next attempt. In seconds."""
    may_have_been_sent: bool
    """Whether the server may have seen the request of the last attempt."""
    started_at: datetime
    """When the call started, by this machine's clock."""
    age: float
    """How long it has been under way. In seconds."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            call_id=data["call_id"],
            trace_id=data["trace_id"],
            correlation_id=data["correlation_id"],
            dialect=data["dialect"],
            service=data["service"],
            method=data["method"],
            path=data["path"],
            attempt=data["attempt"],
            phase=data["phase"],
            retry_in=_seconds(data["retry_in_ms"]),
            may_have_been_sent=data["may_have_been_sent"],
            started_at=datetime.fromisoformat(data["started_at"]),
            age=data["age_ms"] / 1e3,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStats:
    """What this process wrote into a journal, for all of its clients."""

    folder: str
    """The folder."""
    records: int
    """How many records were written."""
    bytes: int
    """How many bytes these take."""
    queued: int
    """How many records are waiting to be written."""
    lost: int
    """How many records were lost, because the disk was full or too slow."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            folder=data["folder"],
            records=data["records"],
            bytes=data["bytes"],
            queued=data["queued"],
            lost=data["lost"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStats:
    """What a recorder holds, and what it left out."""

    failed: int
    """How many failed calls are kept."""
    notable: int
    """How many notable calls are kept: slow, or with several attempts."""
    recent: int
    """How many other calls are kept."""
    bytes: int
    """How many bytes all of these take."""
    in_flight: int
    """How many calls are under way."""
    skipped: int
    """How many calls that were not notable were left out because other threads were storing theirs at that moment."""
    journal: JournalStats | None
    """What the journal wrote; ``None`` if the client has none."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            failed=data["failed"],
            notable=data["notable"],
            recent=data["recent"],
            bytes=data["bytes"],
            in_flight=data["in_flight"],
            skipped=data["skipped"],
            journal=None if data["journal"] is None else JournalStats._of(data["journal"]),
        )


def _seconds(millis: float | None) -> float | None:
    return None if millis is None else millis / 1e3


def _moment(seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        # Further away than a date can be.
        return datetime.max.replace(tzinfo=UTC)
