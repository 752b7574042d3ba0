"""Trails, responses and errors that no program has called for: a call is made as it is described, by a mock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict, Unpack

from . import _json
from ._exceptions import ReqtrailError
from ._native import Response, by_hand, text_pairs
from ._options import CustomDialect
from ._testing_routes import REPLY, Convert, at_most, milliseconds, same, write
from ._trail import Trail

__all__ = ["MadeAnswer", "MadeAttempt", "MadeCall", "error", "response", "trail"]


class MadeAnswer(TypedDict, total=False):
    """An answer, as a test describes it. What is left out is as a server would have it."""

    message: str
    """The text of the error, where there is a code."""
    request_id: str | None
    """The request ID: a made one unless given, ``None`` for none."""
    elapsed: float | timedelta
    """How long the attempt took. In seconds."""
    retry_after: float | timedelta
    """The wait that the answer asks for. In seconds."""
    headers: Mapping[str, Any] | Iterable[tuple[str, Any]]
    """Headers."""
    json: Any
    """The body, which is JSON."""
    text: str
    """The body, as text."""
    body: bytes
    """The body, as bytes."""


class MadeAttempt(MadeAnswer, total=False):
    """An attempt: an answer, with a ``status`` or a ``code``, or a ``failure``."""

    status: int
    """The status."""
    code: str
    """The API's error code; the status may be left out then."""
    failure: str
    """What went wrong: ``connect``, ``timeout``, ``transport``, ``too_large``, ``decode``, ``redirect`` or
    ``cancelled``."""
    failure_code: str | None
    """How it failed, as in ``ECONNREFUSED``, ``ENOTFOUND``, ``CERT_HAS_EXPIRED`` or ``ECONNRESET``."""


class MadeCall(TypedDict, total=False):
    """The call that is made. What is left out is a ``GET /`` of NovaVMS's API."""

    dialect: str | CustomDialect | None
    """The dialect of the API, as a client takes it."""
    method: str
    """The method."""
    path: str
    """The path template, as in ``/cameras/{id}``."""
    params: Mapping[str, str | int]
    """The values of the path's parameters."""
    query: Mapping[str, str] | Iterable[tuple[str, str]]
    """Query parameters."""
    idempotent: bool
    """Whether the request may be sent twice, in place of what its method says."""
    idempotency_key: str
    """The ``Idempotency-Key``."""
    max_retry_after: float | timedelta
    """The longest ``Retry-After`` that is waited for. In seconds."""
    stopped: str
    """Why the call was not repeated, where several reasons fit; as :attr:`reqtrail.Trail.stopped` says it."""


class _Answered(MadeCall, MadeAnswer, total=False):
    """A call with one answer, or with attempts."""

    attempts: Sequence[MadeAttempt]
    """All attempts, in place of one answer."""


class _Failed(_Answered, total=False):
    status: int
    """The status."""
    kind: str
    """The kind of the error, in place of a code or a status: ``timeout``, ``connect``, …"""
    failure_code: str | None
    """How it failed, where the kind is ``connect`` or ``transport``."""


def trail(attempts: Sequence[MadeAttempt], **call: Unpack[MadeCall]) -> Trail:
    """The trail of a call with these attempts.

    IDs, times, waits and the outcome are those that such a call has; attempts that no call can have are a ``ValueError``
    that says why.

    >>> made = trail([{"status": 503}, {"failure": "timeout"}], method="POST", idempotent=True)
    >>> len(made.attempts), made.stopped.value
    (2, 'attempts_exhausted')
    """
    ended = _made({**call, "attempts": attempts}, None)
    # An error of a call that was never begun has none.
    if ended.trail is None:
        raise ValueError(f"there is no trail of it: {ended}")
    return ended.trail


def response(status: int | None = None, **given: Unpack[_Answered]) -> Response:
    """A response: of this status, 200 unless given, or of the last of ``attempts``.

    >>> response(json={"id": 7}).json()
    {'id': 7}
    """
    ended = _made({**given, **_named("status", status)}, "response")
    if isinstance(ended, ReqtrailError):
        raise ValueError(
            f"the call fails: {ended}; expected attempts that end with a 2xx, or testing.error(…)"
        ) from ended
    return ended


def error(code: str | None = None, **given: Unpack[_Failed]) -> ReqtrailError:
    """An error: of an API's code, of a ``status``, or of a ``kind``, after one attempt or after ``attempts``.

    >>> raise_me = error("rate_limited", retry_after=60)
    >>> type(raise_me).__name__, raise_me.retry_after
    ('RateLimitedError', 60.0)
    """
    ended = _made({**given, **_named("code", code)}, "error")
    if not isinstance(ended, ReqtrailError):
        raise ValueError(f"the call succeeds: {ended!r}; expected attempts that fail, or testing.response(…)")
    return ended


def _named(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _made(given: dict[str, Any], of: str | None) -> "Response | ReqtrailError":
    """Makes the call. What is not of the call is of what it gives."""
    description: dict[str, Any] = {"schema": "reqtrail.by_hand/1"}
    answer: dict[str, Any] = {}
    for name, value in given.items():
        if name == "attempts":
            description[name] = _attempts(value)
        elif name in _CALL:
            write(description, _CALL, name, value, "a call")
        elif of is None:
            raise TypeError(f"a call has no {name!r}; expected one of {', '.join(_CALL)}")
        else:
            what = {"error": "an error", "response": "a response"}[of]
            write(answer, _ANSWER, name, value, what, ("attempts", *_CALL))
    if of is not None and (answer or "attempts" not in description):
        description[of] = answer
    return by_hand(_json.encode(description))


def _attempts(given: Any) -> list[dict[str, Any]]:
    # A dict is iterable, too, and so is a text.
    if isinstance(given, (Mapping, str)) or not isinstance(given, Iterable):
        raise TypeError(f"attempts: expected a list of dicts, not {type(given).__name__}")
    return [_attempt(number, attempt) for number, attempt in enumerate(given)]


def _attempt(number: int, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise TypeError(f"attempts[{number}]: expected a dict, not {type(given).__name__}")
    written: dict[str, Any] = {}
    for name, value in given.items():
        write(written, _ANSWER, name, value, "an attempt")
    return written


def _pairs(name: str, value: Any) -> tuple[str, Any]:
    return name, text_pairs(name, value, False)


_ANSWER: dict[str, Convert] = {
    **{name: REPLY[name] for name in MadeAnswer.__annotations__ if name != "elapsed"},
    "elapsed": milliseconds,
    **dict.fromkeys(("status", "code", "kind", "failure", "failure_code"), same),
}
_CALL: dict[str, Convert] = {
    **dict.fromkeys(MadeCall.__annotations__, same),
    "query": _pairs,
    "max_retry_after": at_most,
}
