"""Calls, hooks and refreshes when loops, clients and tasks end at odd moments."""

import asyncio
import contextvars
import errno
import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import reqtrail
from conftest import Server
from test_async import Runner, run, with_loop

__all__ = ["run"]


class Interrupt(KeyboardInterrupt):
    """An interrupt, which ends the loop's turn."""


def in_thread(main: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[threading.Thread, list[BaseException]]:
    """Runs a coroutine on a loop in a new thread."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, raised


def test_calls_that_begin_while_a_client_closes_are_refused(server: Server, url: str, run: Runner) -> None:
    refused: list[Exception] = []

    async def worker(client: reqtrail.AsyncClient) -> None:
        while True:
            try:
                await client.get("/stall")
            except reqtrail.CancelledError:
                continue
            except RuntimeError as error:
                refused.append(error)
                return

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            workers = [asyncio.create_task(worker(client)) for _ in range(3)]
            while len(server.seen) < 3:
                await asyncio.sleep(0.005)
        await asyncio.wait_for(asyncio.gather(*workers), 20)

    run(main())
    assert [str(error) for error in refused] == ["the client is closed; create another one"] * 3


def test_closing_ends_the_calls_of_other_loops_with_their_trails(server: Server, url: str, run: Runner) -> None:
    client = reqtrail.AsyncClient(url)
    ended: list[BaseException] = []

    async def other() -> None:
        try:
            await client.get("/stall")
        except reqtrail.CancelledError as error:
            ended.append(error)

    async def main() -> None:
        thread, raised = in_thread(other)
        while not server.seen:
            await asyncio.sleep(0.005)
        await client.aclose()
        await asyncio.to_thread(thread.join, 20)
        assert not thread.is_alive() and raised == []

    run(main())
    assert isinstance(ended[0], reqtrail.CancelledError)
    assert ended[0].trail is not None and len(ended[0].trail.attempts) == 1


def test_closing_does_not_wait_for_a_loop_that_does_not_run(server: Server, url: str, run: Runner) -> None:
    client = reqtrail.AsyncClient(url)

    async def begun() -> None:
        while not server.seen:
            await asyncio.sleep(0.005)

    async def close() -> None:
        await asyncio.wait_for(client.aclose(), 20)

    still = asyncio.new_event_loop()
    call = still.create_task(client.get("/stall"))
    still.run_until_complete(begun())
    run(close())
    # The loop gets its mail when it runs again.
    with pytest.raises(reqtrail.CancelledError) as info:
        still.run_until_complete(call)
    still.close()
    assert info.value.trail is not None and len(info.value.trail.attempts) == 1


def test_a_cancelled_close_still_closes(server: Server, url: str, run: Runner) -> None:
    async def main() -> None:
        client = reqtrail.AsyncClient(url)
        call = asyncio.create_task(client.get("/stall"))
        while not server.seen:
            await asyncio.sleep(0.005)
        closing = asyncio.create_task(client.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        with pytest.raises(reqtrail.CancelledError):
            await call
        with pytest.raises(RuntimeError, match="closed"):
            await client.get("/ok")

    run(main())


def test_no_result_is_lost_when_a_hook_is_interrupted(url: str) -> None:
    raised: list[BaseException] = []

    def hook(_: reqtrail.Trail) -> None:
        if not raised:
            raised.append(Interrupt())
            raise raised[0]

    async def calls(client: reqtrail.AsyncClient) -> list[Any]:
        return await asyncio.gather(*(client.get("/ok") for _ in range(50)), return_exceptions=True)

    client = reqtrail.AsyncClient(url, on_call=hook)
    loop = asyncio.new_event_loop()
    task = loop.create_task(calls(client))
    with pytest.raises(Interrupt):
        loop.run_until_complete(task)
    results = loop.run_until_complete(asyncio.wait_for(task, 20))
    assert all(isinstance(result, reqtrail.Response) for result in results)
    loop.run_until_complete(client.aclose())
    loop.close()


def test_hooks_see_the_context_of_their_call_on_its_loop(url: str, run: Runner) -> None:
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name")
    seen: list[tuple[str, str, int]] = []

    def on_call(trail: reqtrail.Trail) -> None:
        seen.append((trail.path, name.get("none"), threading.get_ident()))

    client = reqtrail.AsyncClient(url, on_call=on_call)

    async def call(path: str) -> None:
        name.set(path)
        with pytest.raises(reqtrail.NotFoundError):
            await client.get(path)

    async def many(prefix: str) -> None:
        await asyncio.gather(*(call(f"/{prefix}{number}") for number in range(20)))

    async def main() -> None:
        thread, raised = in_thread(lambda: many("there"))
        await many("here")
        await asyncio.to_thread(thread.join, 20)
        assert raised == []
        await client.aclose()

    run(main())
    assert len(seen) == 40
    assert all(path == variable for path, variable, _ in seen)
    threads = {path[:4]: set[int]() for path, _, _ in seen}
    for path, _, thread in seen:
        threads[path[:4]].add(thread)
    assert threads["/her"] == {threading.get_ident()} and len(threads["/the"]) == 1
    assert threads["/her"].isdisjoint(threads["/the"])


def test_the_hook_of_a_wrong_request_runs_on_its_loop(url: str, run: Runner) -> None:
    hooked: list[str] = []

    async def main() -> None:
        async with reqtrail.AsyncClient(url, on_call=lambda trail: hooked.append(trail.path)) as client:
            with pytest.raises(reqtrail.RequestBuildError):
                await client.get("no slash")

    run(main())
    assert hooked == ["no slash"]


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
def test_hooks_are_plain_functions(kind: Any, url: str) -> None:
    async def hook(_: Any) -> None:
        pass

    with pytest.raises(TypeError, match="on_call: expected a plain function, not a coroutine function"):
        kind(url, on_call=hook)


def test_a_discarded_client_leaves_no_reader_in_open_loops(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of the client's loops are closed, and others are not."""
    wrong: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda about: wrong.append(about.exc_value))
    client = reqtrail.AsyncClient(url)
    loops = [asyncio.new_event_loop() for _ in range(3)]
    for loop in loops:
        assert loop.run_until_complete(client.get("/ok")).status == 200
    loops[0].close()
    handles = list(client._handles.values())
    del client
    gc.collect()
    for loop in loops[1:]:
        # The loop removes the reader in its next turn.
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    assert (wrong, [handle.closed for handle in handles]) == ([], [True] * 3)


@pytest.mark.parametrize("with_closed", [False, True])
def test_a_refresh_outlives_the_loop_that_served_it(server: Server, url: str, run: Runner, with_closed: bool) -> None:
    """The loop that asks for a token ends during the refresh. The call of another loop still gets its token, also if a
    loop that the client used before was closed meanwhile."""
    asked = threading.Event()
    first = threading.Event()

    async def refresh() -> str:
        if not first.is_set():
            first.set()
            asked.set()
            await asyncio.sleep(3600)
        return "good"

    client = reqtrail.AsyncClient(url, token="bad", token_refresher=refresh)
    responses: list[reqtrail.Response] = []

    async def stays() -> None:
        responses.append(await client.get("/private"))

    async def leaves() -> None:
        call = asyncio.create_task(client.get("/private"))
        await asyncio.to_thread(asked.wait)
        closed = asyncio.new_event_loop()
        if with_closed:
            await asyncio.to_thread(closed.run_until_complete, client.get("/ok"))
        thread, raised = in_thread(stays)
        while len([1 for _, path, _, _ in server.seen if path == "/private"]) < 2:
            await asyncio.sleep(0.005)
        closed.close()
        call.cancel()
        threads.append((thread, raised))

    threads: list[tuple[threading.Thread, list[BaseException]]] = []
    run(leaves())
    thread, raised = threads[0]
    thread.join(20)
    assert (raised, [response.status for response in responses]) == ([], [200])
    # An abandoned refresh would be asked for again after 10 seconds.
    assert responses[0].trail.elapsed < 9
    run(client.aclose())


def test_a_refresher_that_returns_an_awaitable_is_refused(url: str, run: Runner) -> None:
    async def token() -> str:
        return "good"

    async def main() -> None:
        async with reqtrail.AsyncClient(url, token="bad", token_refresher=lambda: token()) as client:
            with pytest.raises(reqtrail.AuthenticationError) as info:
                await client.get("/private")
        assert isinstance(info.value.__cause__, TypeError)
        assert "returned an awaitable; expected str or Secret" in str(info.value.__cause__)

    run(main())
    gc.collect()


def test_a_token_that_cannot_be_sent_is_refused(url: str) -> None:
    with reqtrail.Client(url, token="bad", token_refresher=lambda: "a\nb") as client:
        with pytest.raises(reqtrail.AuthenticationError) as info:
            client.get("/private")
    assert isinstance(info.value.__cause__, RuntimeError)
    assert "token" in str(info.value.__cause__) and "a\nb" not in str(info.value.__cause__)


SHORT_OF_DESCRIPTORS = """
import asyncio, os, resource, sys
import reqtrail

client = reqtrail.AsyncClient(sys.argv[1])

async def call():
    return (await client.get("/ok")).status

# The background thread, its connection and its modules exist before descriptors run out.
assert asyncio.run(call()) == 200
# The descriptors of the closed loop stay in use.
kept = list(client._handles.values())
with asyncio.Runner() as runner:
    runner.get_loop()
    free = os.dup(0)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        try:
            runner.run(call())
        except reqtrail.ConnectError as error:
            assert error.trail.attempts, error
        (handle,) = client._handles.values()
        assert handle.lane.fd == -1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert runner.run(call()) == 200
    runner.run(client.aclose())
"""


def test_a_loop_without_a_descriptor_is_called_instead(url: str) -> None:
    ran = subprocess.run([sys.executable, "-c", SHORT_OF_DESCRIPTORS, url], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_a_loop_that_cannot_watch_a_socket_is_called_instead(url: str) -> None:
    class Full(asyncio.SelectorEventLoop):
        """A loop whose selector is full."""

        def add_reader(self, *_: Any) -> None:
            raise OSError(errno.ENOSPC, "no space")

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            assert (await client.get("/ok")).status == 200

    with_loop(Full)(main())


CLOSES_IN_THE_MIDDLE = """
import asyncio, faulthandler, sys
import reqtrail

faulthandler.dump_traceback_later(20, exit=True)


class NoReaders(asyncio.SelectorEventLoop):
    # Its client's thread needs the interpreter to wake it.
    def add_reader(self, *_):
        raise NotImplementedError


class Closes:
    # Stands for another thread that closes the client at the same moment.
    def __init__(self, raw):
        self.raw = raw

    def __str__(self):
        self.raw.close()
        return "x"


async def main():
    client = reqtrail.AsyncClient(sys.argv[1], on_call=lambda trail: None)
    calls = [asyncio.create_task(client.get("/stall")) for _ in range(3)]
    await asyncio.sleep(0.05)
    last = asyncio.create_task(client.get("/stall", headers={"X-Closes": Closes(client._raw)}))
    await asyncio.sleep(0.05)
    for call in [*calls, last]:
        call.cancel()
    await asyncio.wait([*calls, last], timeout=0.2)
    print("ended")
    await client.aclose()


with asyncio.Runner(loop_factory=NoReaders) as runner:
    runner.run(main())
"""


def test_a_client_that_is_closed_while_a_call_begins_ends_without_the_interpreter(url: str) -> None:
    ran = subprocess.run([sys.executable, "-c", CLOSES_IN_THE_MIDDLE, url], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (0, "ended\n"), ran.stderr
