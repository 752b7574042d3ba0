"""What a mock answers, as a test writes it.

What Python calls by a name is checked here; what it says is checked by the core.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, Self, TypedDict, Unpack
from urllib.parse import quote, urlencode

from ._native import text_pairs

__all__ = ["Replies", "Reply", "Route", "Want"]

_Headers = Mapping[str, Any] | Iterable[tuple[str, Any]]


class Want(TypedDict, total=False):
    """What a request has to be like besides its method and path; :meth:`Mock.verify` tells of one that differs.

    A value may be an operator of the format instead, such as ``{"$re": "^Bearer "}`` or ``{"$any": True}``.
    """

    query: Mapping[str, Any] | Iterable[tuple[str, Any]]
    """Pairs that have to be in the query. A request without them is not one of this route."""
    headers: Mapping[str, Any]
    """Headers, by name; one that is ``None`` must be absent."""
    json: Any
    """The body, which is JSON."""
    text: Any
    """The body, as text."""
    body: bytes
    """The body, as bytes."""


class Reply(TypedDict, total=False):
    """A reply, besides its status. One with a ``code`` is an error as the dialect of the client writes it."""

    json: Any
    """The body, which is JSON."""
    text: str
    """The body, as text."""
    body: bytes
    """The body, as bytes."""
    headers: _Headers
    """Headers."""
    code: str
    """The API's error code; the status may be left out then."""
    message: str
    """The text of the error, where there is a ``code``."""
    request_id: str | None
    """The request ID: a made one unless given, ``None`` for none."""
    retry_after: float | timedelta
    """The wait that the reply asks for. In seconds."""
    delay: float | timedelta
    """The virtual time before the reply. In seconds."""
    body_delay: float | timedelta
    """The virtual time between the head and the body. In seconds."""
    encoding: str | list[str]
    """The content encoding of the body: ``gzip``, ``deflate``, ``br`` or ``zstd``."""
    times: int | Literal["always"]
    """How many requests get it: 1 unless given."""
    optional: bool
    """Whether it does not matter if it is never used."""


class Route:
    """The requests of a method and a path, which have no reply yet. Made by :meth:`Mock.get` and its sisters."""

    __module__ = "reqtrail.testing"
    __slots__ = ("_add", "_match")

    def __init__(self, add: "Callable[[Route, dict[str, Any]], None]", match: dict[str, Any]) -> None:
        self._add = add
        self._match = match

    def replies(self, status: int | None = None, **reply: Unpack[Reply]) -> "Replies":
        """Adds a reply. :class:`Reply` has what it takes."""
        return Replies(self)._next(status, reply)

    def fails(self, fault: str, **reply: Unpack[Reply]) -> "Replies":
        """Adds a failure: ``"timeout"`` (the server had the request and never answers), ``"connect"`` (refused),
        ``"connect_timeout"``, ``"dns"``, ``"tls"``, ``"reset"``, ``"close"``, or ``"cut_body"``, ``"reset_body"`` or
        ``"stall_body"`` in the middle of a reply."""
        return Replies(self)._next_fault(fault, reply)

    def __repr__(self) -> str:
        method = self._match.get("method", "any method")
        return f"<{type(self).__name__} {method} {self._match['path']}>"


class Replies:
    """The replies of a route so far, to which others can be added. Each is for the next request."""

    __module__ = "reqtrail.testing"
    __slots__ = ("_route",)

    def __init__(self, route: Route) -> None:
        self._route = route

    def then(self, status: int | None = None, **reply: Unpack[Reply]) -> Self:
        """Adds a reply, for when those before it are used up. :class:`Reply` has what it takes."""
        return self._next(status, reply)

    def then_fails(self, fault: str, **reply: Unpack[Reply]) -> Self:
        """Adds a failure, for when the replies before it are used up; see :meth:`Route.fails`."""
        return self._next_fault(fault, reply)

    def _next(self, status: int | None, reply: Mapping[str, Any]) -> Self:
        return self._add({} if status is None else {"status": status}, reply)

    def _next_fault(self, fault: str, reply: Mapping[str, Any]) -> Self:
        return self._add({"fails": fault}, reply)

    def _add(self, written: dict[str, Any], reply: Mapping[str, Any]) -> Self:
        exchange = {**self._route._match, "reply": written}
        for name, value in reply.items():
            if name in ("times", "optional"):
                exchange[name] = value
            else:
                write(written, REPLY, name, value, "a reply", ("times", "optional"))
        self._route._add(self._route, exchange)
        return self

    def __repr__(self) -> str:
        return repr(self._route).replace("<Route", "<Replies of", 1)


def matching(method: str | None, path: str, want: Mapping[str, Any]) -> dict[str, Any]:
    """The requests of a method and a path, as the format writes them."""
    match: dict[str, Any] = {} if method is None else {"method": _string("method", method)}
    _string("path", path)
    wanted: dict[str, Any] = {}
    for name, value in want.items():
        write(wanted, _WANT, name, value, "a request")
    query = wanted.pop("query", None)
    match["path"] = path if query is None else f"{path}{'&' if '?' in path else '?'}{query}"
    if wanted:
        match["want"] = wanted
    return match


def write(
    to: dict[str, Any], known: "Mapping[str, Convert]", name: str, value: Any, what: str, others: Iterable[str] = ()
) -> None:
    """Writes what Python calls by a name as the format has it."""
    convert = known.get(name)
    if convert is None:
        raise TypeError(f"{what} has no {name!r}; expected one of {', '.join([*known, *others])}")
    key, converted = convert(name, value)
    to[key] = converted


def same(name: str, value: Any) -> tuple[str, Any]:
    return name, value


def _string(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected str, not {type(value).__name__}")
    return value


def _text(name: str, value: Any) -> tuple[str, Any]:
    return name, _string(name, value)


def _bytes(name: str, value: Any) -> tuple[str, Any]:
    if isinstance(value, str):
        return "text", value
    try:
        return "base64", b64encode(value).decode()
    except TypeError:
        raise TypeError(f"{name}: expected bytes, not {type(value).__name__}; `json` and `text` take others") from None


def _query(name: str, value: Any) -> tuple[str, Any]:
    return name, urlencode(text_pairs(name, value, False), quote_via=quote)


def _wanted_headers(name: str, value: Any) -> tuple[str, Any]:
    return name, dict(text_pairs(name, value, True))


def _headers(name: str, value: Any) -> tuple[str, Any]:
    return name, text_pairs(name, value, False)


def seconds(name: str, value: Any) -> float:
    """A time as a number of seconds."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name}: expected seconds or a timedelta, not {type(value).__name__}")
    # Centuries are enough for a test, and the calendar has no more than some of them.
    if not 0 <= value < 1e12:
        raise ValueError(f"{name} is {value}; expected seconds, from 0 to 1e12, or a timedelta")
    return value


def _seconds(name: str, value: Any) -> tuple[str, Any]:
    return name, seconds(name, value)


def milliseconds(name: str, value: Any) -> tuple[str, Any]:
    # Scripts count whole milliseconds; a double such as 1.001 is not exactly so many.
    return f"{name}_ms", round(seconds(name, value) * 1e3)


def at_most(name: str, value: Any) -> tuple[str, Any]:
    """A limit in seconds; `math.inf` is none, as everywhere."""
    # JSON has no infinity; this is one to all who read it.
    return name, 1e300 if value == math.inf else seconds(name, value)


Convert = Callable[[str, Any], tuple[str, Any]]

# How what Python calls by a name is written in the format, and under which.
_WANT: dict[str, Convert] = {
    "query": _query,
    "headers": _wanted_headers,
    "json": same,
    "text": same,
    "body": _bytes,
}
REPLY: dict[str, Convert] = {
    "json": same,
    "text": _text,
    "body": _bytes,
    "headers": _headers,
    "code": _text,
    "message": _text,
    "request_id": same,
    "retry_after": _seconds,
    "delay": milliseconds,
    "body_delay": milliseconds,
    "encoding": same,
}
