"""Forks and subinterpreters."""

import asyncio
import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest

import reqtrail


def in_child(work: Any) -> None:
    """Runs work in a fork of this process, outside of pytest."""
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
def test_a_fork_gets_its_own_client(url: str) -> None:
    client = reqtrail.Client(url, token="old")
    client.set_token("good")
    assert client.get("/private").status == 200
    ids = []
    shown = repr(client)

    def work() -> None:
        assert repr(client) == shown
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
    shown = repr(client)

    def look() -> None:
        assert repr(client) == shown

    in_child(look)
    for _ in range(3):
        in_child(lambda: asyncio.run(some()))
    asyncio.run(some())
    asyncio.run(client.aclose())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_in_the_middle_of_calls_on_a_loop(url: str) -> None:
    client = reqtrail.AsyncClient(url, on_call=lambda _: None)
    stop = threading.Event()
    statuses: list[int] = []

    async def some() -> None:
        responses = await asyncio.gather(*(client.get("/ok") for _ in range(4)))
        statuses.extend(response.status for response in responses)

    async def busy() -> None:
        while not stop.is_set():
            await some()

    async def use_and_close() -> None:
        await some()
        await client.aclose()

    def work() -> None:
        # Drops the parent's lanes, whose locks the parent's thread may hold.
        asyncio.run(use_and_close())
        gc.collect()

    thread = threading.Thread(target=asyncio.run, args=(busy(),))
    thread.start()
    try:
        for _ in range(10):
            in_child(work)
    finally:
        stop.set()
        thread.join()
    asyncio.run(some())
    assert set(statuses) == {200}
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
    # Python refuses interpreters with their own lock; reqtrail refuses those that share it.
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
