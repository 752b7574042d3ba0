"""The client for asyncio.

Calls run on one background thread. It wakes an event loop once per batch of results, and the loop makes objects of
them when it looks.
"""

import asyncio
import inspect
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, Unpack

from ._exceptions import ReqtrailError
from ._native import RawAsyncClient, RawConnection, RawReport, Response, Secret
from ._options import AsyncClientOptions, CustomDialect, RequestOptions, dialect_text
from ._port import BlockingRefresher, Hooks, Port, running_loop, serving

__all__ = ["AsyncClient"]


class AsyncClient:
    """Makes calls to one API for asyncio programs. Tasks share one client, and so do event loops in several threads.

    Its options are those of :class:`Client`. A token refresher may be a coroutine function, which then runs on the loop
    of a caller, or a plain function, which runs on a thread of its own.

    Cancelling a task cancels its call at once; the ``asyncio.CancelledError`` has the call's trail as ``trail``, and
    reqtrail's :class:`CancelledError` as its cause.
    """

    __slots__ = ("__weakref__", "_closing", "_hooks", "_port", "_ports", "_raw")

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

    def _begin(self, base: str | RawConnection, given: dict[str, Any]) -> None:
        self._closing = False
        self._port: Port | None = None
        self._ports: list[Port] = []
        try:
            self._hooks = Hooks(
                on_attempt=_plain("on_attempt", given.pop("on_attempt", None)),
                on_call=_plain("on_call", given.pop("on_call", None)),
            )
            refresher = given.get("token_refresher")
            on_loop = refresher is not None and _is_async(refresher)
            if callable(refresher):
                self._hooks.refresher = refresher
                given["token_refresher"] = None if on_loop else BlockingRefresher(self._hooks)
            attempts, calls = self._hooks.on_attempt is not None, self._hooks.on_call is not None
            self._raw = RawAsyncClient(base, given, attempts, calls, on_loop)
        finally:
            del base, given

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """A client of the NovaVMS API, as in ``https://novavms.example/api/v1``."""
        try:
            return cls(base_url, dialect="novavms", **options)
        finally:
            del base_url, options

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[AsyncClientOptions]) -> Self:
        """A client of OpenStack's compute API, as in ``https://nova.example/v2.1``."""
        try:
            return cls(base_url, dialect="openstack", **options)
        finally:
            del base_url, options

    async def get(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a GET call."""
        call = self._call("GET", path, options, False)
        del path, options
        return await call

    async def post(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a POST call."""
        call = self._call("POST", path, options, False)
        del path, options
        return await call

    async def put(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PUT call."""
        call = self._call("PUT", path, options, False)
        del path, options
        return await call

    async def patch(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PATCH call."""
        call = self._call("PATCH", path, options, False)
        del path, options
        return await call

    async def delete(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a DELETE call."""
        call = self._call("DELETE", path, options, False)
        del path, options
        return await call

    async def head(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a HEAD call."""
        call = self._call("HEAD", path, options, False)
        del path, options
        return await call

    async def options(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes an OPTIONS call."""
        call = self._call("OPTIONS", path, options, False)
        del path, options
        return await call

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call with any method; see :meth:`Client.request`."""
        call = self._call(method, path, options, False)
        del path, options
        return await call

    async def request_link(self, method: str, link: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin."""
        call = self._call(method, link, options, True)
        del link, options
        return await call

    async def _call(self, method: str, target: str, options: RequestOptions, link: bool) -> Response:
        try:
            port = self._here()
            tag, future = port.begin()
            try:
                self._raw.start(tag, method, target, options, link, serving.get())
            except BaseException:
                port.forget(tag)
                raise
        finally:
            # What may hold a secret is gone from the frame before an exception leaves it: trackers of errors show what the
            # variables of frames hold.
            del target, options
        try:
            response: Response = await future
            return response
        except BaseException as error:
            await self._given_up(port, tag, future, error)
            raise
        finally:
            port.forget(tag)

    async def _flow(self, what: str, server_id: str, options: Mapping[str, Any]) -> RawReport:
        port = self._here()
        tag, future = port.begin()
        try:
            self._raw.start_operation(tag, what, server_id, options, serving.get())
            report: RawReport = await future
            return report
        except BaseException as error:
            await self._given_up(port, tag, future, error)
            raise
        finally:
            port.forget(tag)

    def _here(self) -> Port:
        """The port of the running loop."""
        loop = running_loop()
        if self._closing:
            raise RuntimeError("the client is closed")
        port = self._port
        return port if port is not None and port.loop is loop else self._port_of(loop)

    async def _given_up(self, port: Port, tag: int, future: "asyncio.Future[Any]", error: BaseException) -> None:
        """What an exception that ended an `await` means for the call."""
        if isinstance(error, asyncio.CancelledError):
            await self._end(port, tag, future, error)
        elif not isinstance(error, Exception):
            # The coroutine is thrown away, and nobody waits any more.
            self._raw.cancel(tag)

    async def _end(
        self,
        port: Port,
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
            while not future.done() and not port.closed:
                try:
                    await asyncio.wait([future])
                except asyncio.CancelledError:
                    # Cancelled already; the first cancellation is the one that is raised.
                    continue
        trail = None
        try:
            ended = future.result() if future.done() else None
            if isinstance(ended, Response):
                trail = ended.trail
        except ReqtrailError as error:
            trail = error.trail
            cancelled.__cause__ = error
        cancelled.trail = trail  # type: ignore[attr-defined]

    def _port_of(self, loop: asyncio.AbstractEventLoop) -> Port:
        if not self._raw.alive():
            # Closed, which the call will say; or a child of a fork, where nothing of the parent's is used.
            self._ports = []
            self._hooks.calls = {}
        for port in self._ports:
            if port.loop is loop:
                break
        else:
            for port in [port for port in self._ports if port.loop.is_closed()]:
                self._ports.remove(port)
                port.close()
            port = Port(loop, self._raw, self._hooks)
            self._ports.append(port)
        self._port = port
        return port

    def set_token(self, token: str | Secret) -> None:
        """Puts a new credential in the place of the old. Calls that have begun keep theirs."""
        try:
            self._raw.set_token(token)
        finally:
            del token

    async def aclose(self) -> None:
        """Cancels the calls under way, on all loops, and closes the connections. Later calls raise ``RuntimeError``."""
        loop = running_loop()
        self._closing = True
        cancelled = None
        if self._raw.alive():
            port = self._port_of(loop)
            while self._raw.open():
                for one in list(self._ports):
                    for tag in list(one.pending):
                        self._raw.cancel(tag)
                port.idle = loop.create_future()
                try:
                    # Cancelled calls end at once; the time is for one that another thread has just begun.
                    await asyncio.wait([port.idle], timeout=0.05)
                except asyncio.CancelledError as error:
                    cancelled = error
        ports, self._ports, self._port = self._ports, [], None
        for one in ports:
            if one.loop is loop:
                one.close()
            else:
                # Its own loop still tells the hooks what it has got.
                one.close_soon(self._hooks)
        self._raw.close()
        self._hooks = Hooks()
        if cancelled is not None:
            raise cancelled

    def __del__(self) -> None:
        # A client that was thrown away leaves no reader behind in a loop that goes on.
        for port in getattr(self, "_ports", ()):
            port.close_soon(self._hooks if port.pending else None)

    async def __aenter__(self) -> Self:
        running_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        # A client that could not be built has no native half.
        raw = getattr(self, "_raw", None)
        return f"<{type(self).__name__} {'not built' if raw is None else raw.describe()}>"

    def __reduce__(self) -> Any:
        raise TypeError("a client is not pickled; make one where it is used")


def _plain(name: str, hook: Any) -> Any:
    """A hook, which must not be a coroutine function."""
    if _is_async(hook):
        raise TypeError(f"{name}: expected a plain function, not a coroutine function; it may start tasks")
    if hook is not None and not callable(hook):
        raise TypeError(f"{name}: expected a callable, not {type(hook).__name__}")
    return hook


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004
    )
