"""The types of options that are no type of Python's own."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias, TypedDict

from ._native import Secret

__all__ = ["HeaderValue", "Headers", "Query", "QueryValue", "RetryBudget", "Seconds"]

Seconds: TypeAlias = float | timedelta
"""A time: seconds, or a ``timedelta``."""

QueryValue: TypeAlias = object | None
"""A value of a query parameter: text, a number, a member of an enum (its value is sent), a date or a time
(``isoformat()``), or anything whose ``str()`` the server understands; ``None`` is left out."""

Query: TypeAlias = (
    Mapping[str, QueryValue | Sequence[QueryValue]] | Iterable[tuple[str, QueryValue | Sequence[QueryValue]]]
)
"""Query parameters, as a mapping or as pairs."""

HeaderValue: TypeAlias = str | Secret
"""The value of a header."""

Headers: TypeAlias = (
    Mapping[str, HeaderValue | Sequence[HeaderValue]]
    | Sequence[tuple[str, HeaderValue]]
    | Iterator[tuple[str, HeaderValue]]
    | ItemsView[str, HeaderValue]
)
"""Headers, as a mapping or as pairs. Not any iterable of pairs: beside that mypy finds no type for the literal of a ``dict``
that has both kinds of values."""


class RetryBudget(TypedDict, total=False):
    """The size of a client's retry budget: what is left out keeps its default."""

    capacity: int
    retry_cost: int
