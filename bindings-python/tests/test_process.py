"""Forks, sub-interpreters, memory."""

import asyncio
import gc
import logging
import multiprocessing
import os
import resource
import subprocess
import sys
import textwrap
import threading
import tracemalloc
from typing import Any

import pytest

import reqtrail


def in_child(work: Any) -> None:
    """Runs work in a fork of this process, which is not pytest any more."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, f"in the child: {error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_gets_a_client_of_its_own(url: str) -> None:
    client = reqtrail.Client(url, token="old")
    client.set_token("good")
    assert client.get("/private").status == 200
    ids = []

    def work() -> None:
        for _ in range(3):
            assert client.get("/private").status == 200
        errors: list[BaseException] = []

        def thread() -> None:
            try:
                client.get("/ok")
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=thread) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert errors == []
        client.close()

    stop = threading.Event()
    busy = threading.Thread(target=lambda: [client.get("/ok") for _ in iter(stop.is_set, True)])
    busy.start()
    try:
        for _ in range(10):
            in_child(work)
            ids.append(client.get("/ok").trail.call_id)
    finally:
        stop.set()
        busy.join()
    assert len(set(ids)) == 10


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_of_an_asyncio_program(url: str) -> None:
    client = reqtrail.AsyncClient(url)

    async def some() -> None:
        responses = await asyncio.gather(*(client.get("/ok") for _ in range(10)))
        assert all(response.status == 200 for response in responses)

    asyncio.run(some())
    for _ in range(3):
        in_child(lambda: asyncio.run(some()))
    asyncio.run(some())
    asyncio.run(client.aclose())


def fetch(url: str) -> int:
    with reqtrail.Client(url) as client:
        return client.get("/ok").status


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(url: str, method: str) -> None:
    reqtrail.Client(url).get("/ok")
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(fetch, [url] * 4) == [200] * 4


@pytest.mark.parametrize("isolated", [True, False])
def test_sub_interpreters_are_refused(isolated: bool) -> None:
    # Of one's own lock, they are refused by Python; of the shared lock, by reqtrail.
    program = f"""
        import reqtrail
        try:
            import _interpreters as interpreters  # 3.13 and newer
            id = interpreters.create("isolated" if {isolated} else "legacy")
        except ImportError:
            import _xxsubinterpreters as interpreters
            id = interpreters.create(isolated={isolated})
        interpreters.run_string(id, '''
        try:
            import reqtrail
        except ImportError as refused:
            print("refused:", refused)
        '''.replace("        ", ""))
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("refused:"), ran
    assert "subinterpreter" in ran.stdout


def rss() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


CALLS = int(os.environ.get("MEMORY_CALLS", "8000"))


@pytest.fixture(autouse=True)
def nobody_keeps_log_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest would, all of them."""
    monkeypatch.setattr(logging.getLogger("reqtrail"), "disabled", True)


def settles(some: Any) -> None:
    """Less is kept than the smallest object for each call."""
    for _ in range(2):
        some(CALLS // 8)
    tracemalloc.start()
    some(50)
    gc.collect()
    python, process = tracemalloc.get_traced_memory()[0], rss()
    some(CALLS)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - python, rss() - process
    tracemalloc.stop()
    assert grown[0] < 25 * CALLS, grown
    assert grown[1] < 6_000_000, grown


def test_memory_of_calls_does_not_grow(server: Any, url: str) -> None:
    with reqtrail.Client.novavms(url, max_attempts=1) as client:

        def some(calls: int) -> None:
            for n in range(calls):
                if n % 4:
                    assert client.get("/ok").trail.request_id
                else:
                    with pytest.raises(reqtrail.NotFoundError):
                        client.get("/missing")
                server.seen.clear()

        settles(some)


def test_memory_of_asyncio_calls_does_not_grow(server: Any, url: str) -> None:
    with asyncio.Runner() as runner:
        client = reqtrail.AsyncClient.novavms(url, max_attempts=1)

        async def batch(calls: int) -> None:
            for _ in range(calls // 10):
                tasks = [asyncio.create_task(client.get("/missing" if n == 3 else "/ok")) for n in range(10)]
                if calls % 20 == 0:
                    await asyncio.sleep(0)
                    tasks[5].cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                server.seen.clear()

        settles(lambda calls: runner.run(batch(calls)))
        runner.run(client.aclose())
