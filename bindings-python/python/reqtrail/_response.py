"""What a successful call gives."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from . import _json
from ._native import RawResponse
from ._trail import Trail

__all__ = ["Headers", "RateLimit", "Response"]


class Headers(Mapping[str, str]):
    """Headers: names match in any case, and a name may stand several times.

    ``headers[name]`` joins several values with a comma, as RFC 9110 reads them; :meth:`get_all` has each.
    """

    __slots__ = ("_by_name", "_pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        by_name: dict[str, list[str]] = {}
        for name, value in self._pairs:
            by_name.setdefault(name.lower(), []).append(value)
        self._by_name = by_name

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._by_name[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name

    def get_all(self, name: str) -> list[str]:
        """Every value of a name, in order; none if there is no such header."""
        return list(self._by_name.get(name.lower(), ()))

    def multi_items(self) -> list[tuple[str, str]]:
        """Every name with its value, as they came."""
        return list(self._pairs)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return self._by_name == other._by_name
        return NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset((name, tuple(values)) for name, values in self._by_name.items()))

    def __repr__(self) -> str:
        # Values may be secrets: cookies, for one.
        return f"<Headers {', '.join(self._by_name)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self._pairs,)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a response said about the caller's rate limit. It is a report, not a licence: do not pace requests by it."""

    limit: int | None
    """Requests allowed in the server's window."""
    remaining: int | None
    """Requests left in the window."""
    reset_at: datetime | None
    """When the window is full again, in UTC."""

    @classmethod
    def _of(cls, parts: tuple[int | None, int | None, float | None]) -> Self:
        limit, remaining, reset = parts
        try:
            reset_at = None if reset is None else datetime.fromtimestamp(reset, UTC)
        except (OverflowError, ValueError, OSError):
            # Further away than a date can be.
            reset_at = datetime.max.replace(tzinfo=UTC)
        return cls(limit, remaining, reset_at)


class Response:
    """A 2xx response whose whole body is here, or the 304 of a request with ``if_none_match``."""

    __slots__ = ("__weakref__", "_content", "_headers", "_raw", "_text", "_trail")

    _content: bytes
    _headers: Headers
    _text: str
    _trail: Trail

    def __init__(self, raw: RawResponse, /) -> None:
        self._raw = raw

    @property
    def status(self) -> int:
        """The status."""
        return self._raw.status

    @property
    def not_modified(self) -> bool:
        """Whether what ``if_none_match`` named is still current: a 304, which has no body."""
        return self._raw.not_modified

    @property
    def headers(self) -> Headers:
        """The headers. Where the body was decoded, ``Content-Encoding`` and ``Content-Length`` are gone."""
        try:
            return self._headers
        except AttributeError:
            self._headers = Headers(self._raw.headers)
            return self._headers

    @property
    def content(self) -> bytes:
        """The body, decoded."""
        try:
            return self._content
        except AttributeError:
            self._content = self._raw.content
            return self._content

    @property
    def text(self) -> str:
        """The body as text; a :class:`DecodeError` if it holds bytes that its charset does not have.

        The charset is that of ``Content-Type``, by the labels of the WHATWG Encoding Standard; without one, or with an
        unknown one, it is UTF-8. A byte-order mark is not part of the text.
        """
        try:
            return self._text
        except AttributeError:
            self._text = self._raw.text
            return self._text

    def json(self) -> Any:
        """The body as JSON; a :class:`DecodeError` if it is none, with the trail.

        It is UTF-8 whatever the charset says; a byte-order mark before it is passed over.
        """
        try:
            # A copy that nobody asked for is not kept beside the values.
            return _json.decode(self._content if hasattr(self, "_content") else self._raw.content)
        except (ValueError, RecursionError) as refused:
            raise self._raw.not_json(refused) from refused

    @property
    def request_id(self) -> str | None:
        """The server's ID of the request that succeeded."""
        return self._raw.request_id

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit that the response reported."""
        parts = self._raw.rate_limit
        return None if parts is None else RateLimit._of(parts)

    @property
    def microversion(self) -> str | None:
        """The version of the API that the server answered with, as in ``2.90``; ``None`` where the API has none."""
        return self._raw.microversion

    @property
    def trail(self) -> Trail:
        """The call's trail."""
        try:
            return self._trail
        except AttributeError:
            self._trail = Trail._of(self._raw.trail)
            return self._trail

    def __repr__(self) -> str:
        return f"<Response {self.status}, request ID {self.request_id}>"
