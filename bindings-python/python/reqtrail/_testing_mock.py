"""The mock."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, Unpack

from . import _json
from ._async_client import AsyncClient
from ._client import Client
from ._native import RawMock
from ._options import AsyncClientOptions, ClientOptions, CustomDialect, dialect_text
from ._testing_requests import Request
from ._testing_routes import Route, Want, matching, seconds

__all__ = ["Mock"]

_BASE_URL = "https://api.example"


class Mock:
    """Answers the calls of its clients as a test arranges, on a virtual clock.

    As a context manager, it verifies at the end that all replies were used and that the requests were as wanted, unless
    the block raises.

    ``seed`` decides IDs and random waits, so trails are equal from run to run. With ``clock="manual"``, time moves only
    by :meth:`advance`; otherwise it jumps to the next moment that a call waits for whenever all calls wait.
    ``allow_unused``: replies that no request took are not a problem.
    """

    __module__ = "reqtrail.testing"
    __slots__ = ("__weakref__", "_has_loops", "_raw", "_unanswered", "allow_unused")

    allow_unused: bool
    """Whether replies that no request took are allowed."""

    def __init__(self, *, seed: int = 0, clock: Literal["auto", "manual"] = "auto", allow_unused: bool = False) -> None:
        if clock not in ("auto", "manual"):
            raise ValueError(f"clock is {clock!r}; expected 'auto' or 'manual'")
        if not isinstance(allow_unused, bool):
            raise TypeError(f"allow_unused: expected True or False, not {type(allow_unused).__name__}")
        self._raw = RawMock(seed, clock == "manual")
        self._unanswered: list[Route] = []
        self._has_loops = False
        self.allow_unused = allow_unused

    def get(self, path: str, **want: Unpack[Want]) -> Route:
        """GET requests to a path, which may be a template such as ``/cameras/{id}``; see :meth:`on`."""
        return self._route("GET", path, want)

    def post(self, path: str, **want: Unpack[Want]) -> Route:
        """POST requests; see :meth:`on`."""
        return self._route("POST", path, want)

    def put(self, path: str, **want: Unpack[Want]) -> Route:
        """PUT requests; see :meth:`on`."""
        return self._route("PUT", path, want)

    def patch(self, path: str, **want: Unpack[Want]) -> Route:
        """PATCH requests; see :meth:`on`."""
        return self._route("PATCH", path, want)

    def delete(self, path: str, **want: Unpack[Want]) -> Route:
        """DELETE requests; see :meth:`on`."""
        return self._route("DELETE", path, want)

    def head(self, path: str, **want: Unpack[Want]) -> Route:
        """HEAD requests; see :meth:`on`."""
        return self._route("HEAD", path, want)

    def options(self, path: str, **want: Unpack[Want]) -> Route:
        """OPTIONS requests; see :meth:`on`."""
        return self._route("OPTIONS", path, want)

    def on(self, method: str | None, path: str, **want: Unpack[Want]) -> Route:
        """Requests to a path with a method, or with any method if it is ``None``.

        The path is a template such as ``/cameras/{id}``, where ``{id}`` is one segment, with or without the path of the
        client's base URL. ``?a=b`` after it requires that pair in the query. :class:`Want` has what else a request
        should be like. A request takes the first remaining reply that fits.
        """
        return self._route(method, path, want)

    def _route(self, method: str | None, path: str, want: Want) -> Route:
        route = Route(self._add, matching(method, path, want))
        self._unanswered.append(route)
        return route

    def _add(self, route: Route, exchange: dict[str, Any]) -> None:
        self._raw.add(_json.encode(exchange))
        self._unanswered = [other for other in self._unanswered if other is not route]

    def load(self, script: str | os.PathLike[str] | Mapping[str, Any]) -> None:
        """Adds the exchanges of a script in the format ``reqtrail.script/1``: the path of a file, or the script as a
        ``dict`` or as JSON."""
        if isinstance(script, Mapping):
            text = _json.encode(dict(script))
        elif isinstance(script, str) and script.lstrip().startswith("{"):
            text = script
        elif isinstance(script, (str, os.PathLike)):
            text = Path(script).read_text("utf-8")
        else:
            raise TypeError(f"script: expected a path, a dict or JSON, not {type(script).__name__}")
        self._raw.load(text)

    def client(
        self,
        base_url: str = _BASE_URL,
        *,
        dialect: str | CustomDialect | None = "novavms",
        **options: Unpack[ClientOptions],
    ) -> Client:
        """Makes a client whose calls this mock answers. Its options are those of any :class:`reqtrail.Client`."""
        try:
            return Client._of_mock(self._raw.at(base_url), {"dialect": dialect_text(dialect), **options})
        finally:
            # Deletes variables that may hold a secret before an exception leaves the frame.
            del options

    def async_client(
        self,
        base_url: str = _BASE_URL,
        *,
        dialect: str | CustomDialect | None = "novavms",
        **options: Unpack[AsyncClientOptions],
    ) -> AsyncClient:
        """Makes a :class:`reqtrail.AsyncClient` whose calls this mock answers.

        While it has calls under way, a coroutine must not make a synchronous call to the same mock: the blocked loop
        could not take the results that time waits for. ``await asyncio.to_thread(client.get, path)`` makes one.
        """
        self._has_loops = True
        try:
            return AsyncClient._of_mock(self._raw.at(base_url), {"dialect": dialect_text(dialect), **options})
        finally:
            # Deletes variables that may hold a secret before an exception leaves the frame.
            del options

    @property
    def requests(self) -> list[Request]:
        """The requests that the mock has received, in order: each attempt of each call."""
        return [Request._of(row) for row in self._raw.requests()]

    @property
    def problems(self) -> list[str]:
        """What did not go as arranged, as text: requests that no reply fits, with the nearest reply and what differs;
        requests that differ from what was wanted; and, unless :attr:`allow_unused`, replies that no request took."""
        unanswered = [f"{route!r} has no reply; expected `.replies(…)` or `.fails(…)`" for route in self._unanswered]
        return [*self._raw.problems(self.allow_unused), *unanswered]

    def verify(self) -> None:
        """Raises an ``AssertionError`` with all :attr:`problems`, if there are any. The fixture ``reqtrail_mock`` and the
        end of a ``with`` block call it."""
        __tracebackhide__ = True
        problems = self.problems
        if problems:
            raise AssertionError("\n".join(problems))

    @property
    def elapsed(self) -> float:
        """The virtual time since the mock was made, in seconds. It starts at 2026-01-01T00:00:00Z."""
        return self._raw.elapsed()

    def advance(self, time: float | timedelta) -> None:
        """Advances the clock by seconds or a ``timedelta``, moment by moment, and lets everything that follows happen.

        In a coroutine use :meth:`advance_async`.
        """
        self._must_not_block("advance")
        self._raw.advance(seconds("time", time))

    async def advance_async(self, time: float | timedelta) -> None:
        """Like :meth:`advance`, for coroutines: calls and hooks of the running loop go on meanwhile."""
        await asyncio.to_thread(self._raw.advance, seconds("time", time))

    def wait_until_waiting(self) -> None:
        """Waits until all calls under way wait for virtual time. There must be at least one.

        In a coroutine use :meth:`wait_until_waiting_async`.
        """
        self._must_not_block("wait_until_waiting")
        self._raw.wait_until_waiting()

    async def wait_until_waiting_async(self) -> None:
        """Like :meth:`wait_until_waiting`, for coroutines."""
        await asyncio.to_thread(self._raw.wait_until_waiting)

    def _must_not_block(self, name: str) -> None:
        if self._has_loops and asyncio._get_running_loop() is not None:
            raise RuntimeError(f"{name}() would block the event loop; expected `await mock.{name}_async(…)`")

    def hold(self) -> AbstractContextManager[object]:
        """Stops time until the end of a ``with`` block, so that calls of several threads begin at one moment."""
        return self._raw.hold()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        if error is None:
            self.verify()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self.requests)} requests, {self.elapsed:g} s>"

    def __reduce__(self) -> Any:
        raise TypeError("a mock cannot be pickled; create one where it is used")
