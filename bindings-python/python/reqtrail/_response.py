"""Headers, as responses and errors have them. :class:`Response` is of the native half."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["Headers"]


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
