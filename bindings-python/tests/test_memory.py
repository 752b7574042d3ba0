"""The memory of a program that makes calls all day does not grow.

Both clients make 100,000 calls together. MEMORY_CALLS sets how many each makes; `make memory-python` does the same with
a release build. Only a part of the calls runs under tracemalloc, which is slow.
"""

import asyncio
import gc
import logging
import os
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import reqtrail

CALLS = int(os.environ.get("MEMORY_CALLS", "50000"))
TRACED = max(CALLS // 25, 1000)


@pytest.fixture(autouse=True)
def no_log_records_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest would keep all of them."""
    monkeypatch.setattr(logging.getLogger("reqtrail"), "disabled", True)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("memory_server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def rss() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def settles(some: Callable[[int], None]) -> None:
    """Checks that each call keeps less than Python's smallest object and, outside Python's memory, less than a small
    trail."""
    some(CALLS // 10)
    gc.collect()
    process = rss()
    some(CALLS)
    gc.collect()
    grown = rss() - process
    assert grown < 1_000_000 + 100 * CALLS, grown

    tracemalloc.start()
    try:
        some(100)
        gc.collect()
        python = tracemalloc.get_traced_memory()[0]
        some(TRACED)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0] - python
    finally:
        tracemalloc.stop()
    assert kept < 25 * TRACED, kept


def test_memory_of_calls_does_not_grow(elsewhere: str) -> None:
    with reqtrail.Client.novavms(elsewhere, max_attempts=1) as client:

        def some(calls: int) -> None:
            for n in range(calls):
                try:
                    response = client.get("/ok" if n % 16 else "/missing")
                    assert response.request_id and n % 16
                    if n % 16 == 1:
                        assert response.trail.request_id and response.headers
                except reqtrail.NotFoundError as error:
                    assert error.request_ids and not n % 16

        settles(some)


def test_memory_of_asyncio_calls_does_not_grow(elsewhere: str) -> None:
    with asyncio.Runner() as runner:
        client = reqtrail.AsyncClient.novavms(elsewhere, max_attempts=1)

        async def batches(calls: int) -> None:
            for number in range(calls // 10):
                tasks = [asyncio.create_task(client.get("/missing" if n == 3 else "/ok")) for n in range(10)]
                if number % 2:
                    await asyncio.sleep(0)
                    tasks[5].cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
                assert isinstance(ended[0], reqtrail.Response) and isinstance(ended[3], reqtrail.NotFoundError)

        settles(lambda calls: runner.run(batches(calls)))
        runner.run(client.aclose())
