"""What reports have in common."""

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["Document"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document:
    """All of a report as JSON, and as a text for a person."""

    _json: str
    _report: str

    def to_json(self) -> str:
        """All of it as JSON, the same in every language. It has stack traces where the API gave them to this caller."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The same as a new ``dict``."""
        data: dict[str, Any] = json.loads(self._json)
        return data

    def report(self) -> str:
        """The text for a person: at most 100 columns, without secrets and stack traces."""
        return self._report

    def __str__(self) -> str:
        return self._report
