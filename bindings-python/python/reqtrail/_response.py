"""Headers and rate limits, as responses and errors have them. :class:`Response` is of the native half."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

__all__ = ["Headers", "RateLimit"]


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
