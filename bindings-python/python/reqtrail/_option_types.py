"""The types of options, where Python has no type for them."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias, TypedDict

from ._native import Secret

__all__ = ["HeaderValue", "Headers", "Query", "QueryValue", "RetryBudget", "Seconds"]

Seconds: TypeAlias = float | timedelta
"""A duration: seconds, or a ``timedelta``."""

QueryValue: TypeAlias = object | None
"""A value of a query parameter: text, a number, a member of an enum (its value is sent), a date or a time
(``isoformat()``), or anything whose ``str()`` the server understands. ``None`` omits the parameter."""

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
"""Headers, as a mapping or as pairs. It is not any iterable of pairs: with that, mypy finds no type for a ``dict``
literal that has both kinds of values."""


class RetryBudget(TypedDict, total=False):
    """The size of a client's retry budget. Omitted keys keep their defaults."""

    capacity: int
    retry_cost: int
