"""An event loop's end of an asyncio client."""

import asyncio
import json
import sys
from collections import deque
from contextvars import Context, ContextVar, copy_context
from typing import Any
from weakref import ref

from . import _logging
from ._exceptions import CancelledError
from ._native import RawAsyncClient, RawPort, RawRefresh, RawServing, Response
from ._trail import Attempt, CallInfo, Trail

_SHIFT = 32
"""A tag has the loop's number above this bit, and the call's below."""

serving: ContextVar[RawServing | None] = ContextVar("reqtrail_serving", default=None)
"""The refresh that is at work here, whose calls must not wait for it."""


def running_loop() -> asyncio.AbstractEventLoop:
    """asyncio's running loop, or an error that says what to do where there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        raise RuntimeError(
            "AsyncClient needs an event loop of asyncio, and this is trio's; with trio use reqtrail.Client, as in "
            "`await trio.to_thread.run_sync(lambda: client.get(path))`"
        )
    raise RuntimeError(
        "AsyncClient needs a running event loop of asyncio, and there is none; begin with asyncio.run(main()), or use "
        "reqtrail.Client"
    )


class Hooks:
    """The functions that a program gave. Its client alone holds on to them: a loop, which holds on to its port, must not
    thereby keep what they belong to."""

    __slots__ = ("__weakref__", "calls", "on_attempt", "on_call", "refresher")

    def __init__(self, on_attempt: Any = None, on_call: Any = None, refresher: Any = None) -> None:
        self.calls: dict[int, tuple[Context, asyncio.Task[Any] | None]] = {}
        """The contexts and the tasks of the calls of all loops, by tag: a refresher may run on a thread of its own."""
        self.on_attempt = on_attempt
        self.on_call = on_call
        self.refresher = refresher


class BlockingRefresher:
    """A refresher as the native half gets it, which a loop holds on to as well. It is told which call asks."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = ref(hooks)

    def __call__(self, tag: int | None, served: RawServing) -> Any:
        hooks = self._hooks()
        if hooks is None:
            raise RuntimeError("the client is gone")
        context = context_of(hooks.calls, tag).copy()
        # It may hand its calls to a loop, and the context with them.
        context.run(serving.set, served)
        try:
            return context.run(hooks.refresher)
        finally:
            served.end()


def context_of(calls: dict[int, tuple[Context, asyncio.Task[Any] | None]], tag: int | None) -> Context:
    """The context of a call, or an empty one."""
    known = None if tag is None else calls.get(tag)
    return Context() if known is None else known[0]


class Port:
    """A loop's pending calls, and what the loop does when it is woken."""

    __slots__ = (
        "_calls",
        "_events",
        "_hooks",
        "_raised",
        "_raw",
        "_refreshes",
        "_results",
        "closed",
        "idle",
        "loop",
        "next",
        "pending",
        "raw",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, raw: RawAsyncClient, hooks: Hooks) -> None:
        self.loop = loop
        self._raw = raw
        self._hooks = ref(hooks)
        self._refreshes: set[asyncio.Task[None]] = set()
        self._results: deque[tuple[int, Any, Any]] = deque()
        self._events: deque[tuple[int | None, str, Any]] = deque()
        self._calls = hooks.calls
        self._raised: dict[int, BaseException] = {}
        self.pending: dict[int, asyncio.Future[Any]] = {}
        self.idle: asyncio.Future[None] | None = None
        self.closed = False
        self.raw = self._open()
        self.next = self.raw.id << _SHIFT

    def _open(self) -> RawPort:
        try:
            port = self._raw.open_port(None)
        except OSError:
            # No descriptor is left, and being called needs none.
            return self._raw.open_port(self._call_soon)
        try:
            self.loop.add_reader(port.fd, self.drain)
        except (NotImplementedError, OSError, ValueError):
            # A loop that watches no sockets, or cannot watch this one, is called instead, once per batch too.
            port.close()
            return self._raw.open_port(self._call_soon)
        return port

    def _call_soon(self) -> None:
        self.loop.call_soon_threadsafe(self.drain)

    def begin(self) -> tuple[int, "asyncio.Future[Any]"]:
        """The tag of a new call, and what its result will be put into."""
        tag = self.next
        self.next = tag + 1
        future: asyncio.Future[Any] = self.loop.create_future()
        self.pending[tag] = future
        # Hooks and log handlers see the variables of the call's own task.
        self._calls[tag] = copy_context(), asyncio.current_task(self.loop)
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
        # What happened in a call comes before its result.
        try:
            while self._events:
                self._tell(*self._events.popleft())
            while self._results:
                self._end(*self._results.popleft())
        except BaseException:
            # An interrupt: what is left comes next.
            self.loop.call_soon(self._deliver)
            raise

    def _end(self, tag: int, given: Any, error: Any) -> None:
        raised = self._raised.pop(tag, None)
        if raised is not None:
            # The trail of a response, or of the error; a report has none of its own.
            trail = given.trail if isinstance(given, Response) else getattr(error, "trail", None)
            _logging.give_trail(raised, trail)
            error = raised
        elif error is not None:
            try:
                self._log(tag, _logging.failed, error)
            except BaseException as other:
                error = other
        future = self.pending.pop(tag, None)
        if future is None:
            if not isinstance(error, Exception) and error is not None:
                # Nobody waits whom it could be raised to.
                raise error
            return
        if future.cancelled():
            # Its task has not been told yet, and will ask for the trail.
            future = self.pending[tag] = self.loop.create_future()
        if error is not None:
            future.set_exception(error)
        elif given is not None:
            future.set_result(given)

    def _log(self, tag: int | None, log: Any, *args: Any) -> None:
        """Logs in the context of a call's task, and with its name."""
        known = None if tag is None else self._calls.get(tag)
        context, task = (Context(), None) if known is None else known
        context.run(lambda: log(*args, None if task is None else task.get_name()))

    def _tell(self, tag: int | None, kind: str, about: Any) -> None:
        hooks = self._hooks() or Hooks()
        try:
            if kind == "attempt":
                at, call, text, log = about
                attempt = json.loads(text)
                if log:
                    self._log_attempt(tag, at, call, attempt)
                if hooks.on_attempt is not None:
                    context_of(self._calls, tag).run(hooks.on_attempt, CallInfo(*call), Attempt._of(attempt))
            elif kind == "call":
                if hooks.on_call is not None:
                    context_of(self._calls, tag).run(hooks.on_call, Trail._of(about))
            else:
                known: Context | None = about.context
                context = context_of(self._calls, tag) if known is None else known
                task = self.loop.create_task(self._refresh(about, hooks, context), context=context.copy())
                self._refreshes.add(task)
                task.add_done_callback(self._refreshes.discard)
        except Exception as error:
            self.loop.call_exception_handler({"message": f"a hook of reqtrail failed: on_{kind}", "exception": error})

    def _log_attempt(self, tag: int | None, at: float, call: Any, attempt: dict[str, Any]) -> None:
        try:
            self._log(tag, _logging.attempt, at, call, attempt)
        except BaseException as raised:
            # Of a handler: the call goes on, and it is raised at its end.
            if tag is None or tag not in self.pending:
                raise
            self._raised.setdefault(tag, raised)

    async def _refresh(self, asked: RawRefresh, hooks: Hooks, context: Context) -> None:
        try:
            if hooks.refresher is None:
                raise RuntimeError("the client is gone")
            # In the task's own copy of the context.
            serving.set(asked.serving)
            asked.done(await hooks.refresher())
        except asyncio.CancelledError as error:
            # This loop ends; those of the others go on.
            if not asked.pass_on(context):
                asked.failed(error)
            raise
        except BaseException as error:
            asked.failed(error)
            if not isinstance(error, Exception):
                raise
        finally:
            asked.serving.end()

    def forget(self, tag: int) -> None:
        """A call is over for its task. A result that nobody asked for is no reason to complain."""
        left = self.pending.pop(tag, None)
        if left is not None and left.done() and not left.cancelled():
            left.exception()
        self._calls.pop(tag, None)

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
        for tag in list(self._calls):
            if tag >> _SHIFT == self.raw.id:
                # Of a task that never got its turn again.
                self._calls.pop(tag, None)
        self.raw.close()

    def close_soon(self, hooks: Hooks | None = None) -> None:
        """Has it closed on its own loop; the hooks are kept until then."""
        try:
            self.loop.call_soon_threadsafe(self._close_with, hooks)
        except RuntimeError:
            # The loop is closed.
            self.close()

    def _close_with(self, hooks: Hooks | None) -> None:
        self.close()
