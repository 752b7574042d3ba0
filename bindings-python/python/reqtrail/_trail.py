"""The record of a call: every HTTP attempt, in order, and how the call ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from ._codes import Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason
from ._native import RawTrail

__all__ = ["Attempt", "CallInfo", "Trail"]


class CallInfo(NamedTuple):
    """The call that an attempt belongs to, for hooks."""

    call_id: str
    dialect: str
    method: str
    path: str
    correlation_id: str | None
    service: str | None
    """The service that is called, where one sign-in serves several: for OpenStack its type, as in ``compute``."""
    log_line: str
    """The line for a log that tells of the attempt, without secrets. For OpenStack it is the one that operators search logs
    for: ``GET call to compute for URL used request id req-…``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too.

    Times are in seconds.
    """

    number: int
    """The place in the call, from 1."""
    cause: Cause
    """What caused it."""
    method: str
    """The method that was sent: after a 303 it may differ from the call's."""
    span_id: str
    """The parent-id of its ``traceparent``."""
    url: str
    """The URL without secrets."""
    status: int | None
    """The status, if a response arrived."""
    request_id: str | None
    """The server's own ID of the request."""
    request_id_source: str | None
    """Where the ID was: ``header:NAME`` or ``body``."""
    request_id_notes: tuple[RequestIdNote, ...]
    """What was odd about the ID."""
    body_request_id: str | None
    """The ID that the body names, if it differs."""
    error_code: str | None
    """The API's error code in its canonical spelling."""
    category: Category | None
    """What the API error means, if the attempt is one."""
    failure: ErrorKind | None
    """Why there was no whole, usable response."""
    failure_code: str | None
    """The code that operators know the failure by, such as ``ECONNREFUSED``; ``None`` where none fits."""
    failure_reason: str | None
    """The failure in words: one line of at most 200 characters, without secrets."""
    sent: Sent
    """Whether the request went out."""
    processed: bool | None
    """``True``: the server answered. ``False``: nothing left, or the server vowed that it did not process it. ``None``:
    nobody knows."""
    started: float
    """When it began, from the start of the call."""
    elapsed: float
    """How long it took."""
    retry_after: float | None
    """The wait that the server asked for."""
    wait: float | None
    """The wait that was decided on after it."""
    wait_reason: WaitReason | None
    """Why it was waited."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        category, failure, reason = data["category"], data["failure"], data["wait_reason"]
        return cls(
            number=data["number"],
            cause=Cause(data["cause"]),
            method=data["method"],
            span_id=data["span_id"],
            url=data["url"],
            status=data["status"],
            request_id=data["request_id"],
            request_id_source=data["request_id_source"],
            request_id_notes=tuple(RequestIdNote(note) for note in data["request_id_notes"]),
            body_request_id=data["body_request_id"],
            error_code=data["error_code"],
            category=None if category is None else Category(category),
            failure=None if failure is None else ErrorKind(failure),
            failure_code=data["failure_code"],
            failure_reason=data["failure_reason"],
            sent=Sent(data["sent"]),
            processed=data["processed"],
            started=data["started_ms"] / 1e3,
            elapsed=data["elapsed_ms"] / 1e3,
            retry_after=_seconds(data["retry_after_ms"]),
            wait=_seconds(data["wait_ms"]),
            wait_reason=None if reason is None else WaitReason(reason),
        )


class Trail:
    """The record of one call. ``str(trail)`` is the support report. Times are in seconds.

    It is read from the core when something is asked of it, so a trail that nobody looks at costs nothing.
    """

    __slots__ = ("_attempts", "_data", "_frozen", "_raw")

    _raw: RawTrail | None
    _frozen: tuple[str, str] | None
    _data: dict[str, Any] | None
    _attempts: tuple[Attempt, ...] | None

    def __init__(self) -> None:
        raise TypeError("trails are made by calls")

    @classmethod
    def _of(cls, raw: RawTrail) -> Self:
        return cls._made(raw, None)

    @classmethod
    def _thawed(cls, text: str, report: str) -> Self:
        return cls._made(None, (text, report))

    @classmethod
    def _made(cls, raw: RawTrail | None, frozen: tuple[str, str] | None) -> Self:
        made = cls.__new__(cls)
        put = object.__setattr__
        put(made, "_raw", raw)
        put(made, "_frozen", frozen)
        put(made, "_data", None)
        put(made, "_attempts", None)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a trail is a record; its {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a trail is a record; its {name!r} cannot be deleted")

    def _read(self) -> dict[str, Any]:
        data = self._data
        if data is None:
            data = self.to_dict()
            object.__setattr__(self, "_data", data)
        return data

    @property
    def call_id(self) -> str:
        """The call's own random ID, made before the first attempt."""
        return str(self._read()["call_id"])

    @property
    def trace_id(self) -> str:
        """The W3C trace ID that every attempt's ``traceparent`` carried."""
        return str(self._read()["trace_id"])

    @property
    def client(self) -> str:
        """The library and its version."""
        return str(self._read()["client"])

    @property
    def dialect(self) -> str:
        """The name of the API's dialect."""
        return str(self._read()["dialect"])

    @property
    def service(self) -> str | None:
        """The service that was called, where one sign-in serves several: for OpenStack its type, as in ``compute``."""
        value: str | None = self._read()["service"]
        return value

    @property
    def method(self) -> str:
        """The method that the caller asked for."""
        return str(self._read()["method"])

    @property
    def origin(self) -> str:
        """Scheme, host and port of the API."""
        return str(self._read()["origin"])

    @property
    def path(self) -> str:
        """The path template, as in ``/cameras/{id}``."""
        return str(self._read()["path"])

    @property
    def correlation_id(self) -> str | None:
        """What every attempt carried in the dialect's correlation header: for OpenStack the global request ID."""
        value: str | None = self._read()["correlation_id"]
        return value

    @property
    def started_at(self) -> datetime:
        """When the call started, by this machine's clock, in UTC."""
        return datetime.fromisoformat(self._read()["started_at"])

    @property
    def elapsed(self) -> float:
        """How long the call took, all attempts and waits included."""
        return float(self._read()["elapsed_ms"] / 1e3)

    @property
    def outcome(self) -> str:
        """``ok``, or the kind of the error."""
        outcome = self._read()["outcome"]
        return "ok" if outcome == "ok" else ErrorKind(outcome)

    @property
    def stopped(self) -> StopReason:
        """Why no further attempt was made."""
        return StopReason(self._read()["stopped"])

    @property
    def notes(self) -> tuple[TrailNote, ...]:
        """What a reader of the trail should know."""
        return tuple(TrailNote(note) for note in self._read()["notes"])

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts, in the order in which they went out."""
        attempts = self._attempts
        if attempts is None:
            attempts = tuple(Attempt._of(data) for data in self._read()["attempts"])
            object.__setattr__(self, "_attempts", attempts)
        return attempts

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The request IDs of all attempts that have one, in order."""
        ids = (data["request_id"] for data in self._read()["attempts"])
        return tuple(one for one in ids if one is not None)

    @property
    def request_id(self) -> str | None:
        """The request ID of the last attempt: the one to give to support first."""
        attempts = self._read()["attempts"]
        return attempts[-1]["request_id"] if attempts else None

    def to_json(self) -> str:
        """The trail as JSON of the schema ``reqtrail.trail/1``, the same in every language."""
        return self._raw.to_json() if self._raw is not None else self._freeze()[0]

    def to_dict(self) -> dict[str, Any]:
        """The same as a new ``dict``."""
        data: dict[str, Any] = json.loads(self.to_json())
        return data

    def report(self) -> str:
        """The support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets."""
        return self._raw.report() if self._raw is not None else self._freeze()[1]

    def _freeze(self) -> tuple[str, str]:
        """All of it as text, for pickling: a trail that comes back has no core behind it."""
        if self._frozen is not None:
            return self._frozen
        raw = self._raw
        if raw is None:
            raise TypeError("trails are made by calls")
        return raw.to_json(), raw.report()

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        count = len(self._read()["attempts"])
        plural = "" if count == 1 else "s"
        return f"<Trail {self.method} {self.path} {self.outcome}, {count} attempt{plural}, call {self.call_id}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trail):
            return NotImplemented
        return self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.call_id)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._thawed, self._freeze()


def _seconds(millis: float | None) -> float | None:
    return None if millis is None else millis / 1e3
