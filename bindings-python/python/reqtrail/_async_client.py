"""The client for asyncio.

Calls run on one background thread. It wakes an event loop once per batch of results, and the loop makes objects of
them when it looks.
"""

import asyncio
import inspect
import json
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, Unpack

from ._exceptions import ReqtrailError
from ._native import RawAsyncClient, RawConnection, RawRefresh, RawReport, RawResponse, Secret
from ._options import AsyncClientOptions, CustomDialect, RequestOptions, dialect_text
from ._response import Response
from ._trail import Attempt, CallInfo, Trail

__all__ = ["AsyncClient"]

_PORT_SHIFT = 32


class _Port:
    """An event loop's end of a client: its pending calls, and what it does when it is woken."""

    __slots__ = ("_hooks", "_raw", "_refreshes", "fd", "id", "loop", "next", "pending")

    def __init__(self, loop: asyncio.AbstractEventLoop, raw: RawAsyncClient, hooks: "_Hooks") -> None:
        self.loop = loop
        self._raw = raw
        self._hooks = hooks
        self._refreshes: set[asyncio.Task[None]] = set()
        self.pending: dict[int, asyncio.Future[Any]] = {}
        self.id, self.fd = raw.open_port(None)
        try:
            loop.add_reader(self.fd, self.drain)
        except NotImplementedError:
            # A loop that watches no sockets is called instead, once per batch too.
            raw.close_port(self.id)
            self.id, self.fd = raw.open_port(self._call_soon)
        self.next = self.id << _PORT_SHIFT

    def _call_soon(self) -> None:
        self.loop.call_soon_threadsafe(self.drain)

    def drain(self) -> None:
        """Takes the results that are there and ends what waits for them."""
        results = self._raw.drain(self.id)
        if self._hooks.listen:
            # What was told before these results came is told first.
            self._tell(self._raw.events())
        pending = self.pending
        for tag, given, error in results:
            future = pending.pop(tag, None)
            if future is None:
                continue
            if future.cancelled():
                # Its task has not been told yet, and will ask for the trail.
                future = pending[tag] = self.loop.create_future()
            if given is not None:
                future.set_result(given)
            elif error is not None:
                future.set_exception(error)

    def _tell(self, events: list[Any]) -> None:
        hooks = self._hooks
        for kind, *about in events:
            try:
                if kind == "attempt" and hooks.on_attempt is not None:
                    hooks.on_attempt(CallInfo(*about[0]), Attempt._of(json.loads(about[1])))
                elif kind == "call" and hooks.on_call is not None:
                    hooks.on_call(Trail._of(about[0]))
                elif kind == "refresh":
                    task = self.loop.create_task(self._refresh(about[0]))
                    self._refreshes.add(task)
                    task.add_done_callback(self._refreshes.discard)
            except Exception as error:
                self.loop.call_exception_handler(
                    {"message": f"a hook of reqtrail failed: on_{kind}", "exception": error}
                )

    async def _refresh(self, asked: RawRefresh) -> None:
        try:
            asked.done(await self._hooks.refresher())
        except BaseException as error:
            asked.failed(error)
            if not isinstance(error, Exception):
                raise

    def forget(self, tag: int) -> None:
        """A call is over for its task. A result that nobody asked for is no reason to complain."""
        left = self.pending.pop(tag, None)
        if left is not None and left.done() and not left.cancelled():
            left.exception()

    def close(self) -> None:
        if self.fd >= 0 and not self.loop.is_closed():
            self.loop.remove_reader(self.fd)
        self._raw.close_port(self.id)


class _Hooks:
    """The functions that a program gave."""

    __slots__ = ("listen", "on_attempt", "on_call", "refresher")

    def __init__(self, options: dict[str, Any], refresher_blocks: bool) -> None:
        self.on_attempt = options.get("on_attempt")
        self.on_call = options.get("on_call")
        self.refresher: Any = options.get("token_refresher")
        given = (self.on_attempt, self.on_call, None if refresher_blocks else self.refresher)
        self.listen = any(one is not None for one in given)


class AsyncClient:
    """Makes calls to one API for asyncio programs. Tasks share one client, and so do event loops in several threads.

    Its options are those of :class:`Client`. A token refresher may be a coroutine function, which then runs on the loop
    of a caller, or a plain function, which runs on a thread of its own.

    Cancelling a task cancels its call at once; the ``asyncio.CancelledError`` has the call's trail as ``trail``, and
    reqtrail's :class:`CancelledError` as its cause.
    """

    __slots__ = ("__weakref__", "_hooks", "_port", "_ports", "_raw")

    def __init__(
        self,
        base_url: str,
        *,
        dialect: str | CustomDialect | None = None,
        **options: Unpack[AsyncClientOptions],
    ) -> None:
        self._begin(base_url, {"dialect": dialect_text(dialect), **options})

    @classmethod
    def _connected(cls, connection: RawConnection, options: AsyncClientOptions) -> Self:
        client = cls.__new__(cls)
        client._begin(connection, {**options})
        return client

    def _begin(self, base: str | RawConnection, given: dict[str, Any]) -> None:
        refresher = given.get("token_refresher")
        blocks = refresher is not None and not _is_async(refresher)
        self._hooks = _Hooks(given, blocks)
        self._raw = RawAsyncClient(base, given, blocks)
        self._port: _Port | None = None
        self._ports: list[_Port] = []

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """A client of the NovaVMS API, as in ``https://novavms.example/api/v1``."""
        return cls(base_url, dialect="novavms", **options)

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """A client of OpenStack's compute API, as in ``https://nova.example/v2.1``."""
        return cls(base_url, dialect="openstack", **options)

    def get(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a GET call."""
        return self._call("GET", path, options, False)

    def post(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a POST call."""
        return self._call("POST", path, options, False)

    def put(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a PUT call."""
        return self._call("PUT", path, options, False)

    def patch(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a PATCH call."""
        return self._call("PATCH", path, options, False)

    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a DELETE call."""
        return self._call("DELETE", path, options, False)

    def head(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a HEAD call."""
        return self._call("HEAD", path, options, False)

    def options(self, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes an OPTIONS call."""
        return self._call("OPTIONS", path, options, False)

    def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Makes a call with any method; see :meth:`Client.request`."""
        return self._call(method, path, options, False)

    def request_link(
        self, method: str, link: str, **options: Unpack[RequestOptions]
    ) -> Coroutine[Any, Any, Response]:
        """Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin."""
        return self._call(method, link, options, True)

    async def _call(self, method: str, target: str, options: RequestOptions, link: bool) -> Response:
        loop = asyncio.get_running_loop()
        port = self._port
        if port is None or port.loop is not loop:
            port = self._port_of(loop)
        tag = port.next
        port.next = tag + 1
        future: asyncio.Future[Any] = loop.create_future()
        port.pending[tag] = future
        try:
            self._raw.start(tag, method, target, options, link)
            return Response(await future)
        except BaseException as error:
            await self._given_up(port, tag, future, error)
            raise
        finally:
            port.forget(tag)

    async def _flow(self, what: str, server_id: str, options: Mapping[str, Any]) -> RawReport:
        loop = asyncio.get_running_loop()
        port = self._port_of(loop)
        tag = port.next
        port.next = tag + 1
        future: asyncio.Future[Any] = loop.create_future()
        port.pending[tag] = future
        try:
            self._raw.start_flow(tag, what, server_id, options)
            report: RawReport = await future
            return report
        except BaseException as error:
            await self._given_up(port, tag, future, error)
            raise
        finally:
            port.forget(tag)

    async def _given_up(
        self, port: _Port, tag: int, future: "asyncio.Future[Any]", error: BaseException
    ) -> None:
        """What an exception that ended an `await` means for the call."""
        if isinstance(error, asyncio.CancelledError):
            await self._end(port, tag, future, error)
        elif not isinstance(error, Exception):
            # The coroutine is thrown away, and nobody waits any more.
            self._raw.cancel(tag)

    async def _end(
        self,
        port: _Port,
        tag: int,
        future: "asyncio.Future[Any]",
        cancelled: asyncio.CancelledError,
    ) -> None:
        """Cancels a call whose task was cancelled, and waits for its trail, which comes at once."""
        if future.cancelled():
            known = port.pending.get(tag)
            if known is None or known is future:
                known = port.pending[tag] = port.loop.create_future()
                self._raw.cancel(tag)
            future = known
            while not future.done():
                try:
                    await asyncio.wait([future])
                except asyncio.CancelledError:
                    # Cancelled already; the first cancellation is the one that is raised.
                    continue
        trail = None
        try:
            ended = future.result()
            if isinstance(ended, RawResponse):
                trail = Trail._of(ended.trail)
        except ReqtrailError as error:
            trail = error.trail
            cancelled.__cause__ = error
        cancelled.trail = trail  # type: ignore[attr-defined]

    def _port_of(self, loop: asyncio.AbstractEventLoop) -> _Port:
        if not self._raw.alive():
            # Closed, which the call will say; or a child of a fork, where nothing of the parent's is used.
            self._ports = []
        for port in self._ports:
            if port.loop is loop:
                break
        else:
            for port in [port for port in self._ports if port.loop.is_closed()]:
                self._ports.remove(port)
                port.close()
            port = _Port(loop, self._raw, self._hooks)
            self._ports.append(port)
        self._port = port
        return port

    def set_token(self, token: str | Secret) -> None:
        """Puts a new credential in the place of the old. Calls under way keep the one they sent."""
        self._raw.set_token(token)

    async def aclose(self) -> None:
        """Cancels the calls under way and closes the connections. Later calls raise ``RuntimeError``."""
        loop = asyncio.get_running_loop()
        for port in self._ports:
            for tag in list(port.pending):
                self._raw.cancel(tag)
            if port.loop is loop and port.pending:
                await asyncio.wait(list(port.pending.values()))
        self._drop_ports()
        self._raw.close()

    def __del__(self) -> None:
        # A client that was thrown away leaves no reader behind in a loop that goes on.
        for port in getattr(self, "_ports", ()):
            if port.fd >= 0 and not port.loop.is_closed():
                port.loop.call_soon_threadsafe(port.close)

    def _drop_ports(self) -> None:
        ports, self._ports, self._port = self._ports, [], None
        for port in ports:
            port.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._raw.describe() or 'closed'}>"

    def __reduce__(self) -> Any:
        raise TypeError("a client is not pickled; make one where it is used")


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004
    )
