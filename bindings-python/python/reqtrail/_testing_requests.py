"""The requests that a mock has received."""

from dataclasses import dataclass
from typing import Any, Self

from . import _json
from ._response import Headers

__all__ = ["Request"]

# A request from the native half: method, target, path, query, headers, body, time, and the exchange that answered.
SentRow = tuple[str, str, str, list[tuple[str, str]], list[tuple[str, str]], bytes, float, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that a mock has received: one attempt of a call."""

    __module__ = "reqtrail.testing"

    method: str
    """The method."""
    target: str
    """The path and the query, as sent."""
    path: str
    """The path, without the query."""
    query: tuple[tuple[str, str], ...]
    """The pairs of the query, decoded. Use ``dict(request.query)`` if no name occurs twice."""
    headers: Headers
    """The headers."""
    body: bytes
    """The body."""
    at: float
    """When it arrived, in virtual seconds since the mock was made."""
    exchange: int | None
    """The number of the exchange that answered it, from 0, in the order arranged; ``None`` if no exchange fits."""

    @property
    def text(self) -> str:
        """The body as text, with replacement characters for bytes that are not UTF-8."""
        return str(self.body, "utf-8", "replace")

    def json(self) -> Any:
        """Returns the body as JSON. Raises ``ValueError`` if it is not JSON."""
        return _json.decode(self.body)

    @classmethod
    def _of(cls, row: SentRow) -> Self:
        method, target, path, query, headers, body, at, exchange = row
        return cls(
            method=method,
            target=target,
            path=path,
            query=tuple(query),
            headers=Headers(headers),
            body=body,
            at=at,
            exchange=exchange,
        )
