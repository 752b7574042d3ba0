"""The record of a call: every HTTP attempt, in order, and how the call ended."""

import json
from typing import Any, Self

from ._native import RawTrail
from ._records import Attempt, TrailFields

__all__ = ["Trail"]


class _Pickled:
    """A trail from a pickle, which another release may have written. It is parsed when a field is first read."""

    __slots__ = ("_json", "_report")

    def __init__(self, json: str, report: str) -> None:
        self._json, self._report = json, report

    def to_json(self) -> str:
        return self._json

    def read(self) -> str:
        """Returns the JSON, with the fields that an older release did not have. Raises ``ValueError`` if it is not
        valid."""
        return RawTrail(self._json).to_json()

    def report(self) -> str:
        return self._report


class Trail(TrailFields):
    """The record of one call. ``str(trail)`` is the support report. Times are in seconds.

    A trail is read from the core when a field is first read; until then it costs nothing.
    """

    __slots__ = ("_attempts", "_data", "_raw")

    _raw: "RawTrail | _Pickled"
    _data: dict[str, Any] | None
    _attempts: tuple[Attempt, ...] | None

    def __init__(self) -> None:
        raise TypeError("a Trail cannot be created directly; calls make trails, and Trail.from_json reads one")

    @classmethod
    def _of(cls, raw: "RawTrail | _Pickled") -> Self:
        made = cls.__new__(cls)
        put = object.__setattr__
        put(made, "_raw", raw)
        put(made, "_data", None)
        put(made, "_attempts", None)
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what :meth:`to_json` wrote, in any language. Raises ``ValueError`` if it does not match the schema."""
        return cls._of(RawTrail(text))

    @classmethod
    def _thawed(cls, json: str, report: str) -> Self:
        return cls._of(_Pickled(json, report))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Trail is read-only; {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Trail is read-only; {name!r} cannot be deleted")

    def _read(self) -> dict[str, Any]:
        data = self._data
        if data is None:
            data = json.loads(self._raw.read())
            object.__setattr__(self, "_data", data)
        return data

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
        """The request ID of the last attempt, which is the first one to give to support."""
        attempts = self._read()["attempts"]
        return attempts[-1]["request_id"] if attempts else None

    def to_json(self) -> str:
        """Returns the trail as JSON of the schema ``reqtrail.trail/1``, the same in every language."""
        return self._raw.to_json()

    def to_dict(self) -> dict[str, Any]:
        """Returns the same as a new ``dict``."""
        data: dict[str, Any] = json.loads(self.to_json())
        return data

    def report(self) -> str:
        """Returns the support report, to paste into a ticket: plain text of at most 100 columns, without secrets."""
        return self._raw.report()

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        try:
            self._read()
        except ValueError:
            return "<Trail of a release that writes another schema>"
        count = len(self._read()["attempts"])
        plural = "" if count == 1 else "s"
        outcome = self._read()["outcome"]
        return f"<Trail {self.method} {self.path} {outcome}, {count} attempt{plural}, call {self.call_id}>"

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
        return type(self)._thawed, (self.to_json(), self.report())
