"""The client for asyncio, beyond what the scenarios show."""

import asyncio
import gc
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

import reqtrail
from conftest import Server

Runner = Callable[[Coroutine[Any, Any, Any]], Any]


class NoReaders(asyncio.SelectorEventLoop):
    """A loop like the one of Windows, which does not watch sockets for programs."""

    def add_reader(self, *_: Any) -> None:
        raise NotImplementedError


def with_loop(factory: Callable[[], asyncio.AbstractEventLoop] | None) -> Runner:
    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=factory, debug=False) as runner:
            return runner.run(main)

    return run


@pytest.fixture(params=[None, uvloop.new_event_loop, NoReaders], ids=["asyncio", "uvloop", "no-readers"])
def run(request: pytest.FixtureRequest) -> Runner:
    return with_loop(request.param)


def test_many_calls(server: Server, url: str, run: Runner) -> None:
    async def main() -> list[reqtrail.Response]:
        async with reqtrail.AsyncClient(url) as client:
            return await asyncio.gather(*(client.get("/ok", query={"limit": n}) for n in range(200)))

    responses = run(main())
    assert [response.json()["query"] for response in responses] == [f"limit={n}" for n in range(200)]
    assert len({response.request_id for response in responses}) == 200


def test_errors(url: str, run: Runner) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient.novavms(url, base_delay=0.001) as client:
            with pytest.raises(reqtrail.NotFoundError) as info:
                await client.get("/missing")
            assert info.value.request_ids == ("req_00000001",)
            with pytest.raises(reqtrail.RequestBuildError):
                await client.get("/{id}")
            with pytest.raises(TypeError, match="nope"):
                await client.get("/ok", nope=1)  # type: ignore[call-arg]
            assert (await client.get("/ok")).status == 200

    run(main())


@pytest.mark.parametrize("path", ["/stall", "/wait"])
def test_cancelling_a_task_cancels_its_call_at_once(url: str, run: Runner, path: str) -> None:
    async def main() -> None:
        events: list[reqtrail.Trail] = []
        async with reqtrail.AsyncClient(url, on_call=events.append) as client:
            task = asyncio.create_task(client.get(path))
            await asyncio.sleep(0.2)
            began = time.monotonic()
            task.cancel("enough")
            with pytest.raises(asyncio.CancelledError) as info:
                await task
            assert time.monotonic() - began < 2
            assert task.cancelled()
            trail: reqtrail.Trail = info.value.trail  # type: ignore[attr-defined]
            assert trail.outcome == "cancelled" and len(trail.attempts) == 1
            assert isinstance(info.value.__cause__, reqtrail.CancelledError)
            assert events == [trail]
            assert (await client.get("/ok")).status == 200

    run(main())


def test_a_timeout_of_asyncio(url: str, run: Runner) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            with pytest.raises(TimeoutError) as info:
                async with asyncio.timeout(0.1):
                    await client.get("/stall")
            cancelled = info.value.__cause__
            assert isinstance(cancelled, asyncio.CancelledError)
            assert cancelled.trail.outcome == "cancelled"  # type: ignore[attr-defined]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.get("/stall"), 0.1)

    run(main())


def test_a_task_group_ends_as_a_whole(url: str, run: Runner) -> None:
    async def main() -> None:
        trails: list[reqtrail.Trail] = []
        async with reqtrail.AsyncClient(url, on_call=trails.append) as client:
            began = time.monotonic()
            with pytest.raises(ExceptionGroup) as info:
                async with asyncio.TaskGroup() as group:
                    for _ in range(5):
                        group.create_task(client.get("/stall"))
                    group.create_task(client.get("/missing"))
            assert time.monotonic() - began < 5
            assert [type(error) for error in info.value.exceptions] == [reqtrail.NotFoundError]
            assert sorted(trail.outcome for trail in trails) == ["api", *["cancelled"] * 5]

    run(main())


def test_a_cancel_storm_leaks_nothing(url: str, run: Runner) -> None:
    async def main() -> None:
        trails: list[reqtrail.Trail] = []
        async with reqtrail.AsyncClient(url, on_call=trails.append, max_attempts=1) as client:
            for round in range(10):
                tasks = [asyncio.create_task(client.get("/slow" if n % 2 else "/ok")) for n in range(50)]
                await asyncio.sleep(round / 200)
                for task in tasks:
                    task.cancel()
                    task.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
                for end in ended:
                    assert isinstance(end, asyncio.CancelledError | reqtrail.Response)
            assert (await client.get("/ok")).status == 200
            assert client._hooks.calls == {}
        # A task that was cancelled before its first step never called.
        assert {trail.outcome for trail in trails} <= {"ok", "cancelled"}

    run(main())


def test_a_task_cancelled_twice_ends_once(url: str) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            task = asyncio.create_task(client.get("/stall"))
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as info:
                await task
            assert info.value.trail.outcome == "cancelled"  # type: ignore[attr-defined]

    asyncio.run(main())


def test_a_token_cancels_too(url: str) -> None:
    async def main() -> None:
        token = reqtrail.CancelToken()
        async with reqtrail.AsyncClient(url) as client:
            asyncio.get_running_loop().call_later(0.1, token.cancel)
            with pytest.raises(reqtrail.CancelledError):
                await client.get("/stall", cancel=token)

    asyncio.run(main())


def test_loops_in_several_threads_share_a_client(url: str) -> None:
    client = reqtrail.AsyncClient(url)
    failures: list[BaseException] = []

    async def some() -> None:
        for _ in range(10):
            responses = await asyncio.gather(*(client.get("/ok", query={"limit": n}) for n in range(10)))
            assert [response.json()["query"] for response in responses] == [f"limit={n}" for n in range(10)]

    def thread() -> None:
        try:
            for _ in range(3):
                asyncio.run(some())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=thread) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
        assert not one.is_alive()
    assert failures == []
    asyncio.run(client.aclose())


def test_a_client_works_after_its_loop_was_closed(url: str) -> None:
    client = reqtrail.AsyncClient(url)

    async def abandon() -> None:
        asyncio.get_running_loop().create_task(client.get("/slow"))
        await asyncio.sleep(0.01)

    for _ in range(3):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(abandon())
        for task in asyncio.all_tasks(loop):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        loop.close()
        gc.collect()
        time.sleep(0.1)
        assert asyncio.run(one_call(client)) == 200
    asyncio.run(client.aclose())
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(one_call(client))


async def one_call(client: reqtrail.AsyncClient) -> int:
    return (await client.get("/ok")).status


def test_a_refresher_runs_on_the_callers_loop(server: Server, url: str, run: Runner) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        asked: list[bool] = []

        async def refresh() -> str:
            asked.append(asyncio.get_running_loop() is loop)
            await asyncio.sleep(0.05)
            return "good"

        async with reqtrail.AsyncClient(url, token="old", token_refresher=refresh) as client:
            responses = await asyncio.gather(*(client.get("/private") for _ in range(20)))
            assert all(response.status == 200 for response in responses)
        assert asked == [True]

    run(main())


def test_a_refresher_that_fails_is_the_cause(url: str) -> None:
    async def refresh() -> str:
        raise LookupError("no token is left")

    def blocking() -> str:
        raise LookupError("none here either")

    async def main() -> None:
        for function in (refresh, blocking):
            async with reqtrail.AsyncClient(url, token="old", token_refresher=function) as client:
                with pytest.raises(reqtrail.AuthenticationError) as info:
                    await client.get("/private")
                assert isinstance(info.value.__cause__, LookupError)

    asyncio.run(main())


def test_hooks_run_on_the_loop(url: str, run: Runner) -> None:
    events: list[Any] = []

    def on_attempt(call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
        asyncio.get_running_loop()
        events.append((call.call_id, attempt.number, attempt.status))

    async def main() -> reqtrail.Trail:
        async with reqtrail.AsyncClient(url, on_attempt=on_attempt, on_call=events.append, base_delay=0.001) as client:
            trail = (await client.get("/once/loop")).trail
            # Hooks run before the result.
            assert events == [(trail.call_id, 1, 503), (trail.call_id, 2, 200), trail]
            return trail

    run(main())


def test_a_failing_hook_does_not_fail_the_call(url: str) -> None:
    async def main() -> None:
        wrong: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: wrong.append(about["exception"]))

        def on_call(trail: reqtrail.Trail) -> None:
            raise ValueError("a hook that fails")

        async with reqtrail.AsyncClient(url, on_call=on_call) as client:
            assert (await client.get("/ok")).status == 200
        assert [str(error) for error in wrong] == ["a hook that fails"]

    asyncio.run(main())


def test_a_discarded_client_leaves_no_reader(url: str) -> None:
    async def main() -> None:
        for _ in range(20):
            client = reqtrail.AsyncClient(url)
            assert (await client.get("/ok")).status == 200
            del client
            gc.collect()
            await asyncio.sleep(0)
        # Reused descriptors have no reader of a discarded client.
        async with reqtrail.AsyncClient(url) as client:
            await asyncio.gather(*(client.get("/ok") for _ in range(20)))

    asyncio.run(main())


def test_closing_cancels_calls_under_way(url: str) -> None:
    async def main() -> None:
        client = reqtrail.AsyncClient(url)
        task = asyncio.create_task(client.get("/stall"))
        await asyncio.sleep(0.1)
        await client.aclose()
        with pytest.raises(reqtrail.CancelledError):
            await task
        assert "closed" in repr(client)

    asyncio.run(main())


def test_an_exit_with_calls_in_flight_is_quiet(url: str) -> None:
    program = """
        import asyncio, sys, threading, reqtrail
        client, plain = reqtrail.AsyncClient(sys.argv[1]), reqtrail.Client(sys.argv[1])
        for _ in range(4):
            threading.Thread(target=plain.get, args=("/stall",), daemon=True).start()
        async def main():
            for _ in range(20):
                asyncio.create_task(client.get("/stall"))
            await asyncio.sleep(0.3)
            if sys.argv[2] == "raise":
                raise SystemExit(3)
        asyncio.run(main())
        print("end", flush=True)
    """
    for how, code in (("return", 0), ("raise", 3)):
        began = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), url, how], capture_output=True, text=True, timeout=30
        )
        assert (ran.returncode, ran.stderr) == (code, ""), ran
        assert time.monotonic() - began < 10
