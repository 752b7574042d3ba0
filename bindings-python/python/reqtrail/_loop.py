"""The event loop's side of an asyncio client: the calls of its tasks, and the mail that it handles."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from typing import Any
from weakref import WeakMethod, ref

from . import _logging
from ._exceptions import CancelledError, ReqtrailError
from ._mapping import call_hook
from ._native import RawAsyncClient, RawLane, RawServing

serving: ContextVar[RawServing | None] = ContextVar("reqtrail_serving", default=None)
"""The refresh that runs in this context. Its calls must not wait for it."""


def running_loop() -> asyncio.AbstractEventLoop:
    """Returns asyncio's running loop. The error says what to do if there is none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        raise RuntimeError(
            "AsyncClient needs an asyncio event loop, but trio's is running; with trio, use reqtrail.Client: "
            "`await trio.to_thread.run_sync(lambda: client.get(path))`"
        )
    raise RuntimeError(
        "AsyncClient needs a running asyncio event loop; start one with asyncio.run(main()), or use reqtrail.Client"
    )


async def give_trail(cancelled: asyncio.CancelledError, ended: "asyncio.Future[Any]") -> None:
    """Gives a cancellation the trail of the call that its task awaited. The call is cancelled too, and ends at once."""
    while not ended.done():
        try:
            await asyncio.wait([ended])
        except asyncio.CancelledError:
            # Another cancellation; the first one is raised.
            continue
    if ended.cancelled():
        return
    error = ended.exception()
    if isinstance(error, ReqtrailError):
        cancelled.__cause__ = error
    elif error is not None:
        raise error
    # A report has no trail.
    cancelled.trail = getattr(error or ended.result(), "trail", None)  # type: ignore[attr-defined]


def soon(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: Any) -> None:
    """Calls a function after the turns of the tasks that are ready and of those that they start."""
    loop.call_soon(loop.call_soon, function, *args)


class Call:
    """A call or an operation of the running task."""

    __slots__ = ("context", "future", "on_progress", "raised", "tag", "task")

    def __init__(self, handle: "LoopHandle", on_progress: Any) -> None:
        self.tag = tag = handle.lane.next_tag()
        self.future: asyncio.Future[Any] = handle.loop.create_future()
        # Hooks and log handlers see the context variables of the call's task.
        self.context = copy_context()
        self.task = asyncio.current_task(handle.loop)
        self.on_progress = on_progress
        self.raised: BaseException | None = None
        """The exception that a log handler raised. The call ends with it."""
        handle.calls[tag] = self

    def end(self, given: Any, error: BaseException | None) -> None:
        """Sets the result, unless the call has one."""
        if self.future.cancelled():
            # The task does not know yet, and will ask for the trail.
            self.future = self.future.get_loop().create_future()
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(given)


def weakly(method: Callable[[], None]) -> Callable[[], None]:
    """Makes a function of a method. It does not keep the method's object alive, and does nothing once that is gone."""
    own = WeakMethod(method)

    def call() -> None:
        bound = own()
        if bound is not None:
            bound()

    return call


def _context_of(call: Call | None) -> Context:
    return Context() if call is None else call.context


class Hooks:
    """The functions that the program has given. Only the client holds them: a loop holds its handle, which must not
    keep their objects alive."""

    __slots__ = ("__weakref__", "by_kind", "calls", "contexts", "leave_closed_loops", "refresher")

    def __init__(
        self, on_attempt: Any = None, on_call: Any = None, leave_closed_loops: Callable[[], None] = lambda: None
    ) -> None:
        self.calls: dict[int | None, Call] = {}
        """The calls of all loops, by tag. A refresher on another thread reads them too."""
        self.contexts: dict[int, Context] = {}
        """The contexts of the refreshes that one loop has left to another, by number."""
        self.by_kind = {"attempt": on_attempt, "call": on_call}
        self.refresher: Any = None
        self.leave_closed_loops = leave_closed_loops
        """Closes the handles of closed loops, so that no refresh is left to one of them."""


class BlockingRefresher:
    """A refresher for the native half, which passes the tag of the call that asks. It does not keep the program's
    alive."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = ref(hooks)

    def __call__(self, tag: int | None, served: RawServing) -> Any:
        hooks = self._hooks()
        if hooks is None:
            raise RuntimeError("the client no longer exists")
        context = _context_of(hooks.calls.get(tag)).copy()
        # The refresher may pass its calls to a loop, and the context with them.
        context.run(serving.set, served)
        try:
            return context.run(hooks.refresher)
        finally:
            served.end()


class LoopHandle:
    """A loop's lane of the client's mailbox. It takes the lane's mail and handles it on the loop."""

    __slots__ = ("__weakref__", "_hooks", "_mail", "_mocked", "_refreshes", "calls", "closed", "lane", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, raw: RawAsyncClient, hooks: Hooks) -> None:
        self.loop = loop
        self._hooks = ref(hooks)
        self.calls = hooks.calls
        self._mail: deque[tuple[int | None, str, Any]] = deque()
        self._refreshes: dict[asyncio.Task[None], tuple[int, Context]] = {}
        self.closed = False
        self._mocked = 1 if raw.is_mocked else 0
        """How often a mock's time has waited for this loop, plus one; 0 without a mock."""
        self.lane = self._open(raw)

    def _open(self, raw: RawAsyncClient) -> RawLane:
        lane = None
        try:
            lane = raw.open_lane(None)
            self.loop.add_reader(lane.fd, self.drain)
            return lane
        except (NotImplementedError, OSError, ValueError):
            # No descriptor is left, or the loop does not watch sockets or cannot watch this one. The lane then calls a
            # function instead, also once per batch.
            if lane is not None:
                lane.close()
            # The lane must not keep this handle alive, which holds the lane.
            return raw.open_lane(weakly(self._drain_soon))

    def _drain_soon(self) -> None:
        self.loop.call_soon_threadsafe(self.drain)

    def drain(self) -> None:
        """Takes the mail, ends the calls that wait for it, and calls the hooks."""
        self._mail.extend(self.lane.take())
        try:
            while self._mail:
                self._deliver(*self._mail.popleft())
        except BaseException:
            # An interrupt. The rest of the mail is handled next.
            self.loop.call_soon(self.drain)
            raise
        if self._mocked:
            self._mocked += 1
            soon(self.loop, self._handled, self._mocked)

    def _handled(self, batch: int) -> None:
        """Lets a mock's time go on after the hooks and tasks of this batch, unless there has been another batch
        since."""
        if batch == self._mocked:
            self.lane.handled()

    def _deliver(self, tag: int | None, kind: str, about: Any) -> None:
        call = self.calls.get(tag)
        if kind == "ended" or kind == "failed":
            self._end(call, about, None if kind == "ended" else about)
            return
        try:
            self._happened(call, kind, about)
        except Exception as error:
            self.loop.call_exception_handler({"message": f"a hook of reqtrail failed: on_{kind}", "exception": error})

    def _end(self, call: Call | None, given: Any, error: BaseException | None) -> None:
        if call is not None and call.raised is not None:
            # The trail of a response or of an error; a report has no trail.
            _logging.give_trail(call.raised, getattr(given, "trail", None))
            error = call.raised
        elif error is not None:
            try:
                self._log(call, _logging.failed, error)
            except BaseException as other:
                error = other
        if call is not None:
            call.end(given, error)
        elif error is not None and not isinstance(error, Exception):
            # No caller waits that could get it.
            raise error

    def _happened(self, call: Call | None, kind: str, about: Any) -> None:
        hooks = self._hooks() or Hooks()
        if kind == "refresh":
            self._begin_refresh(call, hooks, *about)
            return
        try:
            self._log(call, _logging.happened, kind, about)
        except BaseException as raised:
            # A handler raised it. The call goes on, and raises it at its end.
            if call is None:
                raise
            call.raised = call.raised or raised
        hook = call.on_progress if call is not None and kind == "progress" else hooks.by_kind.get(kind)
        if hook is not None:
            _context_of(call).run(call_hook, hook, kind, about)

    def _log(self, call: Call | None, log: Callable[..., None], *args: Any) -> None:
        """Logs in the context of the call's task, and with the task's name."""
        if call is None:
            Context().run(log, *args)
        else:
            call.context.run(log, *args, None if call.task is None else call.task.get_name())

    def _begin_refresh(self, call: Call | None, hooks: Hooks, number: int, served: RawServing) -> None:
        context = hooks.contexts.pop(number, None)
        if context is None:
            context = _context_of(call)
        work = self._refresh(hooks, number, served)
        try:
            task = self.loop.create_task(work, context=context.copy())
        except BaseException as error:
            # The program's task factory may raise. Nothing else would answer the refresh.
            work.close()
            served.end()
            self.lane.fail(number, error)
            raise
        self._refreshes[task] = number, context
        task.add_done_callback(self._refreshed)

    async def _refresh(self, hooks: Hooks, number: int, served: RawServing) -> None:
        try:
            if hooks.refresher is None:
                raise RuntimeError("the client no longer exists")
            # Sets it in the task's own copy of the context.
            serving.set(served)
            self.lane.answer(number, await hooks.refresher())
        except asyncio.CancelledError:
            # `_refreshed` handles it, as it does for a task that was cancelled before its first turn.
            raise
        except BaseException as error:
            self.lane.fail(number, error)
            if not isinstance(error, Exception):
                raise
        finally:
            served.end()

    def _refreshed(self, task: asyncio.Task[None]) -> None:
        number, context = self._refreshes.pop(task)
        if not task.cancelled():
            # The call has the exception, if any; keeps asyncio from reporting it too.
            task.exception()
            return
        if self.closed:
            return
        # This loop is ending; other loops go on.
        hooks = self._hooks() or Hooks()
        hooks.contexts[number] = context
        hooks.leave_closed_loops()
        if not self.lane.pass_on(number):
            del hooks.contexts[number]
            self.lane.fail(number, CancelledError("the token refresher was cancelled"))

    def close(self, hooks: Hooks | None = None) -> None:
        """Handles the mail that waits, and closes the lane. Runs on the loop if that is not closed. Keeps the hooks
        until then."""
        if self.closed:
            return
        self.closed = True
        hooks = hooks or self._hooks() or Hooks()
        own = [call for call in list(self.calls.values()) if call.future.get_loop() is self.loop]
        if not self.loop.is_closed():
            self.drain()
            if self.lane.fd >= 0:
                self.loop.remove_reader(self.lane.fd)
            for task, (number, context) in self._refreshes.items():
                # The loop that gets the refresh when the lane closes runs it in the same context.
                hooks.contexts[number] = context
                task.cancel()
            for call in own:
                call.end(None, CancelledError("cancelled: the client was closed"))
        for call in own:
            # Their tasks may never get another turn.
            self.calls.pop(call.tag, None)
        hooks.leave_closed_loops()
        if self._mocked:
            self.lane.handled()
        self.lane.close()

    def close_soon(self, hooks: Hooks | None = None) -> None:
        """Closes the handle on its own loop. Keeps the hooks until then."""
        try:
            self.loop.call_soon_threadsafe(self.close, hooks)
        except RuntimeError:
            # The loop is closed.
            self.close()
