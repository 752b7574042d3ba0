"""An event loop's end of an asyncio client."""

import asyncio
import json
from collections import deque
from contextvars import Context, copy_context
from typing import Any

from ._exceptions import CancelledError
from ._native import RawAsyncClient, RawRefresh
from ._trail import Attempt, CallInfo, Trail

_SHIFT = 32
"""A tag has the loop's number above this bit, and the call's below."""


class Hooks:
    """The functions that a program gave."""

    __slots__ = ("listen", "on_attempt", "on_call", "refresher")

    def __init__(self, options: dict[str, Any], refresher_blocks: bool) -> None:
        self.on_attempt = options.get("on_attempt")
        self.on_call = options.get("on_call")
        self.refresher: Any = options.get("token_refresher")
        self.listen = self.on_attempt is not None or self.on_call is not None


class Port:
    """A loop's pending calls, and what the loop does when it is woken."""

    __slots__ = ("_contexts", "_events", "_hooks", "_raw", "_refreshes", "_results", "closed", "idle", "loop", "next", "pending", "raw")

    def __init__(self, loop: asyncio.AbstractEventLoop, raw: RawAsyncClient, hooks: Hooks) -> None:
        self.loop = loop
        self._raw = raw
        self._hooks = hooks
        self._refreshes: set[asyncio.Task[None]] = set()
        self._results: deque[tuple[int, Any, Any]] = deque()
        self._events: deque[tuple[int | None, str, Any]] = deque()
        self._contexts: dict[int, Context] = {}
        self.pending: dict[int, asyncio.Future[Any]] = {}
        self.idle: asyncio.Future[None] | None = None
        self.closed = False
        self.raw = raw.open_port(None)
        try:
            loop.add_reader(self.raw.fd, self.drain)
        except NotImplementedError:
            # A loop that watches no sockets is called instead, once per batch too.
            self.raw.close()
            self.raw = raw.open_port(self._call_soon)
        self.next = self.raw.id << _SHIFT

    def _call_soon(self) -> None:
        self.loop.call_soon_threadsafe(self.drain)

    def begin(self) -> tuple[int, "asyncio.Future[Any]"]:
        """The tag of a new call, and what its result will be put into."""
        tag = self.next
        self.next = tag + 1
        future: asyncio.Future[Any] = self.loop.create_future()
        self.pending[tag] = future
        if self._hooks.listen:
            # Hooks see the variables of the call's own task.
            self._contexts[tag] = copy_context()
        return tag, future

    def drain(self) -> None:
        """Takes what is there, ends what waits for it, and tells the hooks."""
        events, results = self._raw.drain(self.raw)
        self._events.extend(events)
        self._results.extend(results)
        self._deliver()
        if self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    def _deliver(self) -> None:
        # Tasks go on after this, so that hooks are told before.
        try:
            while self._results:
                self._end(*self._results.popleft())
            while self._events:
                self._tell(*self._events.popleft())
        except BaseException:
            # An interrupt: what is left comes next.
            self.loop.call_soon(self._deliver)
            raise

    def _end(self, tag: int, given: Any, error: Any) -> None:
        future = self.pending.pop(tag, None)
        if future is None:
            return
        if future.cancelled():
            # Its task has not been told yet, and will ask for the trail.
            future = self.pending[tag] = self.loop.create_future()
        if given is not None:
            future.set_result(given)
        elif error is not None:
            future.set_exception(error)

    def _tell(self, tag: int | None, kind: str, about: Any) -> None:
        hooks = self._hooks
        context = Context() if tag is None else self._contexts.get(tag) or Context()
        try:
            if kind == "refresh":
                task = self.loop.create_task(self._refresh(about), context=Context())
                self._refreshes.add(task)
                task.add_done_callback(self._refreshes.discard)
            elif kind == "attempt" and hooks.on_attempt is not None:
                call, attempt = about
                context.run(hooks.on_attempt, CallInfo(*call), Attempt._of(json.loads(attempt)))
            elif kind == "call" and hooks.on_call is not None:
                context.run(hooks.on_call, Trail._of(about))
        except Exception as error:
            self.loop.call_exception_handler(
                {"message": f"a hook of reqtrail failed: on_{kind}", "exception": error}
            )

    async def _refresh(self, asked: RawRefresh) -> None:
        try:
            asked.done(await self._hooks.refresher())
        except asyncio.CancelledError as error:
            # This loop ends; those of the others go on.
            if not asked.pass_on():
                asked.failed(error)
            raise
        except BaseException as error:
            asked.failed(error)
            if not isinstance(error, Exception):
                raise

    def forget(self, tag: int) -> None:
        """A call is over for its task. A result that nobody asked for is no reason to complain."""
        left = self.pending.pop(tag, None)
        if left is not None and left.done() and not left.cancelled():
            left.exception()
        if self._contexts:
            self._contexts.pop(tag, None)

    def close(self) -> None:
        """Takes what is there and leaves; on the loop, if that still runs."""
        if self.closed:
            return
        self.closed = True
        if not self.loop.is_closed():
            self.drain()
            if self.raw.fd >= 0:
                self.loop.remove_reader(self.raw.fd)
            for task in self._refreshes:
                task.cancel()
            for future in self.pending.values():
                if not future.done():
                    future.set_exception(CancelledError("cancelled: the client was closed"))
        self.raw.close()

    def close_soon(self) -> None:
        """Has it closed on its own loop."""
        try:
            self.loop.call_soon_threadsafe(self.close)
        except RuntimeError:
            # The loop is closed.
            self.close()
