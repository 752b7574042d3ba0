"""Refreshes and calls on loops and with task factories that misbehave."""

import asyncio
import contextlib
import gc
import time
from typing import Any
from weakref import WeakSet

import pytest

import reqtrail
from conftest import Server
from test_async import Runner, run
from test_loops import in_thread

__all__ = ["run"]

SOON = 5
"""Seconds within which a prompt answer arrives on any machine. Any other answer takes at least ten."""


async def good() -> str:
    return "good"


def test_a_refresh_that_cannot_begin_fails(url: str) -> None:
    """The program's task factory may not take a context."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        reported: list[Any] = []
        loop.set_exception_handler(lambda _, context: reported.append(context))
        client = reqtrail.AsyncClient(url, token="bad", token_refresher=good)
        loop.set_task_factory(lambda loop, coro: asyncio.Task(coro, loop=loop))  # type: ignore[arg-type]
        started = time.monotonic()
        with pytest.raises(reqtrail.AuthenticationError) as caught:
            await client.get("/private")
        assert time.monotonic() - started < SOON
        assert isinstance(caught.value.__cause__, TypeError)
        assert [type(context["exception"]) for context in reported] == [TypeError]
        loop.set_task_factory(None)
        await client.aclose()

    asyncio.run(main())


def test_a_refresh_whose_task_never_got_its_turn_fails(url: str, run: Runner) -> None:
    """Later calls of a program that cancels all its tasks do not wait forever."""
    fired: list[int] = []

    async def main() -> None:
        own = asyncio.current_task()

        def cancel_all() -> None:
            for task in asyncio.all_tasks():
                if task is not own:
                    task.cancel()

        def hook(_: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
            if attempt.status == 401 and not fired:
                fired.append(attempt.number)
                asyncio.get_running_loop().call_soon(cancel_all)

        client = reqtrail.AsyncClient(url, token="bad", token_refresher=good, on_attempt=hook)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(client.get("/private"))
        started = time.monotonic()
        # If a call still waited for the refresh, its failure is remembered for a second.
        with contextlib.suppress(reqtrail.AuthenticationError):
            await client.get("/private")
        assert time.monotonic() - started < SOON
        await client.aclose()

    run(main())


def test_an_exception_of_a_refresher_is_reported_once(url: str) -> None:
    """The call ends with it; asyncio does not report it as never retrieved."""

    class Own(BaseException):
        pass

    async def refresh() -> str:
        raise Own

    async def main() -> None:
        reported: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        async with reqtrail.AsyncClient(url, token="bad", token_refresher=refresh) as client:
            with pytest.raises(reqtrail.AuthenticationError) as caught:
                await client.get("/private")
        assert isinstance(caught.value.__cause__, Own)
        del caught
        gc.collect()
        await asyncio.sleep(0)
        assert not reported

    asyncio.run(main())


def test_closing_does_not_wait_for_calls_of_a_loop_that_is_closed(server: Server, url: str, run: Runner) -> None:
    client = reqtrail.AsyncClient(url, timeout=3600, attempt_timeout=3600)

    async def begins() -> None:
        asyncio.get_running_loop().create_task(client.get("/stall"))
        while not server.seen:
            await asyncio.sleep(0.005)

    left = asyncio.new_event_loop()
    left.run_until_complete(begins())
    left.close()

    async def main() -> None:
        # The first call of another loop finds that loop closed.
        assert (await client.get("/slow")).status == 200
        await asyncio.wait_for(client.aclose(), 20)

    run(main())
    thread, raised = in_thread(client.aclose)
    thread.join(20)
    assert not thread.is_alive() and raised == []


class NoReaders(asyncio.SelectorEventLoop):
    """A loop that does not watch the client's socket."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:
        if getattr(callback, "__name__", "") == "drain":
            raise NotImplementedError
        super().add_reader(fd, callback, *args)


def test_a_closed_client_does_not_keep_a_loop_without_readers_alive(url: str) -> None:
    loops: WeakSet[Any] = WeakSet()

    async def main() -> None:
        async with reqtrail.AsyncClient(url, on_call=lambda _: None) as client:
            await client.get("/slow")

    for _ in range(3):
        loop = NoReaders()
        loops.add(loop)
        loop.run_until_complete(main())
        loop.close()
        del loop
    gc.collect()
    assert len(loops) == 0
