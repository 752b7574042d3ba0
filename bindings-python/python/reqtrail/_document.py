"""The base class of reports."""

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["Document"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document:
    """A report, as JSON and as text for people."""

    _json: str
    _report: str

    def to_json(self) -> str:
        """The whole report as JSON, the same in every language. It has stack traces if the API sent them."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The whole report as a new ``dict``."""
        data: dict[str, Any] = json.loads(self._json)
        return data

    def report(self) -> str:
        """The report as text: at most 100 columns, without secrets and stack traces."""
        return self._report

    def __str__(self) -> str:
        return self._report
