"""An event loop's end of an asyncio client: the calls of its tasks, and what the loop does when it is woken."""

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


async def give_trail(cancelled: asyncio.CancelledError, ended: "asyncio.Future[Any]") -> None:
    """Gives a cancellation the trail of what its task waited for, which was cancelled too and ends at once."""
    while not ended.done():
        try:
            await asyncio.wait([ended])
        except asyncio.CancelledError:
            # Cancelled already; the first cancellation is the one that is raised.
            continue
    if ended.cancelled():
        return
    error = ended.exception()
    if isinstance(error, ReqtrailError):
        cancelled.__cause__ = error
    elif error is not None:
        raise error
    # A report has none of its own.
    cancelled.trail = getattr(error or ended.result(), "trail", None)  # type: ignore[attr-defined]


def soon(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: Any) -> None:
    """Calls a function after the tasks that are ready have had their turn, and those that they began."""
    loop.call_soon(loop.call_soon, function, *args)


class Call:
    """A call or an operation of the running task."""

    __slots__ = ("context", "future", "on_progress", "raised", "tag", "task")

    def __init__(self, handle: "LoopHandle", on_progress: Any) -> None:
        self.tag = tag = handle.lane.next_tag()
        self.future: asyncio.Future[Any] = handle.loop.create_future()
        # Hooks and log handlers see the variables of the call's own task.
        self.context = copy_context()
        self.task = asyncio.current_task(handle.loop)
        self.on_progress = on_progress
        self.raised: BaseException | None = None
        """What a log handler raised, which the call ends with."""
        handle.calls[tag] = self

    def end(self, given: Any, error: BaseException | None) -> None:
        """Hands over the result, unless there is one."""
        if self.future.cancelled():
            # Its task has not been told yet, and will ask for the trail.
            self.future = self.future.get_loop().create_future()
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(given)


def weakly(method: Callable[[], None]) -> Callable[[], None]:
    """A method as a function that does not hold on to its object, and does nothing once that is gone."""
    own = WeakMethod(method)

    def call() -> None:
        bound = own()
        if bound is not None:
            bound()

    return call


def _context_of(call: Call | None) -> Context:
    return Context() if call is None else call.context


class Hooks:
    """The functions that a program gave. Its client alone holds on to them: a loop, which holds on to its handle, must not
    thereby keep what they belong to."""

    __slots__ = ("__weakref__", "by_kind", "calls", "contexts", "leave_closed_loops", "refresher")

    def __init__(
        self, on_attempt: Any = None, on_call: Any = None, leave_closed_loops: Callable[[], None] = lambda: None
    ) -> None:
        self.calls: dict[int | None, Call] = {}
        """The calls of all loops, by tag: a refresher may run on a thread of its own."""
        self.contexts: dict[int, Context] = {}
        """Those of the refreshes that a loop left to another one, by number."""
        self.by_kind = {"attempt": on_attempt, "call": on_call}
        self.refresher: Any = None
        self.leave_closed_loops = leave_closed_loops
        """Closes the handles of loops that were closed, so that no refresh is left to one of them."""


class BlockingRefresher:
    """A refresher as the native half gets it, which does not hold on to the program's. It is told which call asks."""

    __slots__ = ("_hooks",)

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = ref(hooks)

    def __call__(self, tag: int | None, served: RawServing) -> Any:
        hooks = self._hooks()
        if hooks is None:
            raise RuntimeError("the client is gone")
        context = _context_of(hooks.calls.get(tag)).copy()
        # It may hand its calls to a loop, and the context with them.
        context.run(serving.set, served)
        try:
            return context.run(hooks.refresher)
        finally:
            served.end()


class LoopHandle:
    """A loop's lane of the client's mailbox, and what the loop does with what it takes out."""

    __slots__ = ("__weakref__", "_hooks", "_mail", "_mocked", "_refreshes", "calls", "closed", "lane", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, raw: RawAsyncClient, hooks: Hooks) -> None:
        self.loop = loop
        self._hooks = ref(hooks)
        self.calls = hooks.calls
        self._mail: deque[tuple[int | None, str, Any]] = deque()
        self._refreshes: dict[asyncio.Task[None], tuple[int, Context]] = {}
        self.closed = False
        self._mocked = 1 if raw.is_mocked else 0
        """How often a mock's time has waited for this loop, plus one; 0 where there is no mock."""
        self.lane = self._open(raw)

    def _open(self, raw: RawAsyncClient) -> RawLane:
        lane = None
        try:
            lane = raw.open_lane(None)
            self.loop.add_reader(lane.fd, self.drain)
            return lane
        except (NotImplementedError, OSError, ValueError):
            # No descriptor is left, or the loop watches no sockets, or cannot watch this one. It is called instead, once
            # per batch too.
            if lane is not None:
                lane.close()
            # The lane must not hold on to what has the lane.
            return raw.open_lane(weakly(self._drain_soon))

    def _drain_soon(self) -> None:
        self.loop.call_soon_threadsafe(self.drain)

    def drain(self) -> None:
        """Takes what is there, ends what waits for it, and tells the hooks."""
        self._mail.extend(self.lane.take())
        try:
            while self._mail:
                self._deliver(*self._mail.popleft())
        except BaseException:
            # An interrupt: what is left comes next.
            self.loop.call_soon(self.drain)
            raise
        if self._mocked:
            self._mocked += 1
            soon(self.loop, self._handled, self._mocked)

    def _handled(self, batch: int) -> None:
        """Lets a mock's time go on after the hooks and the tasks that were told, unless others have been told since."""
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
            # The trail of a response, or of the error; a report has none of its own.
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
            # Nobody waits whom it could be raised to.
            raise error

    def _happened(self, call: Call | None, kind: str, about: Any) -> None:
        hooks = self._hooks() or Hooks()
        if kind == "refresh":
            self._begin_refresh(call, hooks, *about)
            return
        try:
            self._log(call, _logging.happened, kind, about)
        except BaseException as raised:
            # Of a handler: the call goes on, and it is raised at its end.
            if call is None:
                raise
            call.raised = call.raised or raised
        hook = call.on_progress if call is not None and kind == "progress" else hooks.by_kind.get(kind)
        if hook is not None:
            _context_of(call).run(call_hook, hook, kind, about)

    def _log(self, call: Call | None, log: Callable[..., None], *args: Any) -> None:
        """Logs in the context of a call's task, and with its name."""
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
            # A task factory of the program's own may refuse it. Nobody else would answer.
            work.close()
            served.end()
            self.lane.fail(number, error)
            raise
        self._refreshes[task] = number, context
        task.add_done_callback(self._refreshed)

    async def _refresh(self, hooks: Hooks, number: int, served: RawServing) -> None:
        try:
            if hooks.refresher is None:
                raise RuntimeError("the client is gone")
            # In the task's own copy of the context.
            serving.set(served)
            self.lane.answer(number, await hooks.refresher())
        except asyncio.CancelledError:
            # Also of a task that never got its turn, and that comes by no line here.
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
            # The call has it, if any; asyncio need not complain of it too.
            task.exception()
            return
        if self.closed:
            return
        # This loop ends; those of the others go on.
        hooks = self._hooks() or Hooks()
        hooks.contexts[number] = context
        hooks.leave_closed_loops()
        if not self.lane.pass_on(number):
            del hooks.contexts[number]
            self.lane.fail(number, CancelledError("the token refresher was cancelled"))

    def close(self, hooks: Hooks | None = None) -> None:
        """Takes what is there and leaves; on the loop, if that still runs. The hooks are kept until then."""
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
                # The loop that gets it by the lane's end runs it in the same context.
                hooks.contexts[number] = context
                task.cancel()
            for call in own:
                call.end(None, CancelledError("cancelled: the client was closed"))
        for call in own:
            # Of a task that never got its turn again.
            self.calls.pop(call.tag, None)
        hooks.leave_closed_loops()
        if self._mocked:
            self.lane.handled()
        self.lane.close()

    def close_soon(self, hooks: Hooks | None = None) -> None:
        """Has it closed on its own loop; the hooks are kept until then."""
        try:
            self.loop.call_soon_threadsafe(self.close, hooks)
        except RuntimeError:
            # The loop is closed.
            self.close()
