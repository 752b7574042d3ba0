"""The recorder, which remembers a client's calls."""

import json
from typing import Any, Self, Unpack

from ._native import RawRecorder
from ._option_values import RecentFilter
from ._records import InFlightCall, RecorderStats
from ._trail import Trail

__all__ = ["Recorder"]


class Recorder:
    """Keeps the trails of a client's last calls in memory, and knows its calls in flight: ``client.recorder``.

    It is on by default. It keeps up to 64 failed calls, 64 notable ones (slow, retried, redirected, authenticated again,
    or one that may have succeeded although an attempt failed) and 64 others, in at most 1 MiB per client and 16 MiB per
    process. Successes never displace failures. A trail has no bodies and no secrets.

    It answers at once, on any thread and inside an event loop, also after the client is closed. The child of a fork
    starts with an empty one.
    """

    __slots__ = ("_raw",)

    _raw: RawRecorder

    def __init__(self) -> None:
        raise TypeError("a Recorder cannot be created directly; use client.recorder")

    @classmethod
    def _of(cls, raw: RawRecorder) -> Self:
        made = cls.__new__(cls)
        made._raw = raw
        return made

    def find(self, id: str) -> list[Trail]:
        """Finds the calls that have this ID: a request ID, a call ID, a trace or span ID, or a correlation ID. The newest
        call comes first.

        If no call has this ID, returns those with an ID that begins with ``id``, which then needs at least 6
        characters. UUIDs match with and without dashes, in any case. Calls in flight are not included; see
        :meth:`in_flight`.
        """
        return [Trail._of(raw) for raw in self._raw.find(id)]

    def recent(self, **filter: Unpack[RecentFilter]) -> list[Trail]:
        """Returns the kept calls that match the whole filter, the newest first; without a filter, all of them.

        >>> with Client("http://127.0.0.1:9") as client:
        ...     client.recorder.recent(failed=True, limit=10)
        []
        """
        return [Trail._of(raw) for raw in self._raw.recent(filter)]

    def in_flight(self) -> list[InFlightCall]:
        """Returns the calls under way, the oldest first."""
        return [InFlightCall._of(data) for data in json.loads(self._raw.in_flight())]

    @property
    def stats(self) -> RecorderStats:
        """How much it holds, and how much it had to leave out."""
        return RecorderStats._of(json.loads(self._raw.stats()))

    def dump(self) -> str:
        """Returns everything it holds as JSON Lines, each like a line of a journal (``schema/journal.schema.json``):
        the oldest call first, calls in flight last."""
        return self._raw.dump()

    def __repr__(self) -> str:
        stats = self.stats
        kept = f"{stats.failed} failed, {stats.notable} notable and {stats.recent} other calls"
        return f"<Recorder of {kept}, {stats.in_flight} in flight>"

    def __reduce__(self) -> Any:
        raise TypeError("a recorder cannot be pickled; pickle its dump() or its trails")
