"""The client for asyncio.

Calls run on one background thread. It wakes an event loop once per batch of results; the loop then makes Python objects
of them.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Self, Unpack

from ._loop import BlockingRefresher, Call, Hooks, LoopHandle, give_trail, running_loop, serving, soon, weakly
from ._mapping import is_async
from ._native import RawAsyncClient, RawConnection, RawHold, RawMockBase, RawReport, Response, Secret
from ._options import AsyncClientOptions, CustomDialect, RequestOptions, dialect_text
from ._recorder import Recorder

__all__ = ["AsyncClient"]

_Call = Coroutine[Any, Any, Response]


class AsyncClient:
    """Makes calls to one API for asyncio programs. Tasks share one client, and so do event loops in several threads.

    Its options are those of :class:`Client`. A token refresher may be a coroutine function, which runs on the loop of a
    caller, or a plain function, which runs on a separate thread.

    Cancelling a task cancels its call at once; the ``asyncio.CancelledError`` has the call's trail as ``trail``, and
    reqtrail's :class:`CancelledError` as its cause.
    """

    __slots__ = ("__weakref__", "_closing", "_handles", "_hooks", "_raw")

    def __init__(
        self,
        base_url: str,
        *,
        dialect: str | CustomDialect | None = None,
        **options: Unpack[AsyncClientOptions],
    ) -> None:
        try:
            self._begin(base_url, {"dialect": dialect_text(dialect), **options})
        finally:
            del base_url, dialect, options

    @classmethod
    def _connected(cls, connection: RawConnection, options: AsyncClientOptions) -> Self:
        client = cls.__new__(cls)
        try:
            client._begin(connection, {**options})
        finally:
            del options
        return client

    @classmethod
    def _of_mock(cls, base: RawMockBase, options: Mapping[str, Any]) -> Self:
        client = cls.__new__(cls)
        try:
            client._begin(base, {**options})
        finally:
            del options
        return client

    def _begin(self, base: str | RawConnection | RawMockBase, given: dict[str, Any]) -> None:
        self._closing = False
        self._handles: dict[asyncio.AbstractEventLoop, LoopHandle] = {}
        try:
            self._hooks = Hooks(given.get("on_attempt"), given.get("on_call"), weakly(self._leave_closed_loops))
            refresher = given.get("token_refresher")
            on_loop = is_async(refresher)
            if callable(refresher):
                self._hooks.refresher = refresher
                given["token_refresher"] = None if on_loop else BlockingRefresher(self._hooks)
            self._raw = RawAsyncClient(base, given, on_loop)
        finally:
            del base, given

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """Makes a client of the NovaVMS API at a URL such as ``https://novavms.example/api/v1``."""
        try:
            return cls(base_url, dialect="novavms", **options)
        finally:
            del base_url, options

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """Makes a client of OpenStack's compute API at a URL such as ``https://nova.example/v2.1``."""
        try:
            return cls(base_url, dialect="openstack", **options)
        finally:
            del base_url, options

    async def get(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a GET call."""
        call: _Call = self._job(self._raw.start, ("GET", path, options, False))
        del path, options
        return await call

    async def post(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a POST call."""
        call: _Call = self._job(self._raw.start, ("POST", path, options, False))
        del path, options
        return await call

    async def put(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PUT call."""
        call: _Call = self._job(self._raw.start, ("PUT", path, options, False))
        del path, options
        return await call

    async def patch(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PATCH call."""
        call: _Call = self._job(self._raw.start, ("PATCH", path, options, False))
        del path, options
        return await call

    async def delete(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a DELETE call."""
        call: _Call = self._job(self._raw.start, ("DELETE", path, options, False))
        del path, options
        return await call

    async def head(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a HEAD call."""
        call: _Call = self._job(self._raw.start, ("HEAD", path, options, False))
        del path, options
        return await call

    async def options(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes an OPTIONS call."""
        call: _Call = self._job(self._raw.start, ("OPTIONS", path, options, False))
        del path, options
        return await call

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call with any method; see :meth:`Client.request`."""
        call: _Call = self._job(self._raw.start, (method, path, options, False))
        del path, options
        return await call

    async def request_link(self, method: str, link: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call to a link that the API returned, such as a ``next`` URL. It must be on the client's origin."""
        call: _Call = self._job(self._raw.start, (method, link, options, True))
        del link, options
        return await call

    def _run(
        self, what: str, server: str, action: Response | str | RawConnection | None, options: Mapping[str, Any]
    ) -> Coroutine[Any, Any, RawReport]:
        """Runs the operation of the compute API that `what` names."""
        return self._job(self._raw.start_operation, (what, server, action, options), options.get("on_progress"))

    async def _job(self, start: Callable[..., RawHold | None], given: tuple[Any, ...], on_progress: Any = None) -> Any:
        """Makes a call or runs an operation. The native method `start` starts it with the arguments `given`."""
        try:
            handle = self._running_handle()
            call = Call(handle, on_progress)
            try:
                hold = start(handle.lane, call.tag, serving.get(), given)
                if hold is not None:
                    soon(handle.loop, hold.release)
            except BaseException:
                handle.calls.pop(call.tag, None)
                raise
        finally:
            # Deletes variables that may hold a secret before an exception leaves the frame: error trackers show the
            # variables of frames.
            del given
        try:
            return await call.future
        except BaseException as error:
            await self._abandon(call, error)
            raise
        finally:
            handle.calls.pop(call.tag, None)

    def _running_handle(self) -> LoopHandle:
        """The handle of the running loop."""
        loop = running_loop()
        if self._closing:
            raise RuntimeError("the client is closed; create another one")
        return self._handles.get(loop) or self._handle_of(loop)

    async def _abandon(self, call: Call, error: BaseException) -> None:
        """Cancels the call if the exception that ended the `await` is not the call's own. A cancelled task gets the
        call's trail, which arrives at once."""
        if isinstance(error, Exception):
            return
        self._raw.cancel(call.tag)
        if not isinstance(error, asyncio.CancelledError):
            # The coroutine is thrown away, and nothing waits for the call any more.
            if call.future.done() and not call.future.cancelled():
                # Keeps asyncio from reporting an exception that was never retrieved.
                call.future.exception()
            return
        if call.future.cancelled():
            # The task's cancellation cancelled the future too; the call's result still arrives.
            call.future = call.future.get_loop().create_future()
        await give_trail(error, call.future)

    def _handle_of(self, loop: asyncio.AbstractEventLoop) -> LoopHandle:
        if not self._raw.alive():
            # The client is closed, which the call will report; or this is the child of a fork, which uses nothing of
            # its parent's.
            self._handles = {}
            self._hooks.calls = {}
        self._leave_closed_loops()
        handle = self._handles[loop] = LoopHandle(loop, self._raw, self._hooks)
        return handle

    def _leave_closed_loops(self) -> None:
        """Closes the handles of closed loops. A loop does not report that it is closed."""
        for handle in [handle for handle in list(self._handles.values()) if handle.loop.is_closed()]:
            self._handles.pop(handle.loop, None)
            for call in list(self._hooks.calls.values()):
                # Nothing waits for it any more, but `aclose` would wait for its end.
                if call.future.get_loop() is handle.loop:
                    self._raw.cancel(call.tag)
            handle.close(self._hooks)

    def set_token(self, token: str | Secret) -> None:
        """Replaces the credential. Calls that have begun keep theirs."""
        try:
            self._raw.set_token(token)
        finally:
            del token

    @property
    def recorder(self) -> Recorder:
        """The client's recorder, which keeps the trails of its last calls."""
        return Recorder._of(self._raw.recorder())

    async def aclose(self) -> None:
        """Cancels the calls under way, on all loops, and closes the connections. Later calls raise ``RuntimeError``."""
        loop = running_loop()
        self._closing = True
        cancelled = None
        if self._raw.alive():
            if loop not in self._handles:
                self._handle_of(loop)
            while self._raw.open_jobs():
                for call in list(self._hooks.calls.values()):
                    self._raw.cancel(call.tag)
                try:
                    # Cancelled calls end at once, including one that another thread has just begun.
                    await asyncio.sleep(0.001)
                except asyncio.CancelledError as error:
                    cancelled = error
        handles, self._handles = self._handles, {}
        for handle in list(handles.values()):
            if handle.loop is loop:
                handle.close(self._hooks)
            else:
                # Its own loop still calls the hooks for the mail that it has.
                handle.close_soon(self._hooks)
        self._raw.close()
        self._hooks = Hooks()
        if cancelled is not None:
            raise cancelled

    def __del__(self) -> None:
        # Removes the reader from a loop that goes on without the client. Keeps the hooks until then if calls are open.
        handles, self._handles = getattr(self, "_handles", {}), {}
        for handle in handles.values():
            handle.close_soon(self._hooks if self._hooks.calls else None)

    async def __aenter__(self) -> Self:
        running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        # A client that could not be built has no native half.
        raw = getattr(self, "_raw", None)
        return f"<{type(self).__name__} {'not built' if raw is None else raw.describe()}>"

    def __reduce__(self) -> Any:
        raise TypeError("a client cannot be pickled; create one where it is used")


AsyncClient.__init__.__doc__ = AsyncClientOptions.__doc__
