"""Makes calls for a while, or a number of them, and says what they took."""

import asyncio
import re
import resource
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WARM_UP = 0.2
"""Seconds; connections are made, and what is made with the first call."""

Call = Callable[[], int]
"""Makes a call, reads its request ID and returns the size of its body."""


@dataclass(frozen=True)
class Plan:
    """How long a client makes calls: for some seconds after a warm-up, or for exactly that many calls.

    Every call has to give a body of `length` bytes.
    """

    concurrency: int
    seconds: float
    requests: int
    length: int

    def warm_up(self) -> "Plan":
        seconds = 0.0 if self.requests else WARM_UP
        return Plan(self.concurrency, seconds, 0, self.length)

    def start(self) -> Callable[[int], bool]:
        """Whether a worker that has made `count` calls goes on."""
        if self.requests:
            share = self.requests // self.concurrency
            return lambda count: count < share
        end, clock = time.perf_counter() + self.seconds, time.perf_counter
        return lambda count: clock() < end


class Meter:
    """The time of the wall and of the process between its making and `figures`."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def figures(self, count: int) -> dict[str, Any]:
        wall, cpu = time.perf_counter() - self._wall, _cpu() - self._cpu
        return {"requests": count, "rps": count / wall, "cpu_us": cpu * 1e6 / count, "rss_mb": _rss()}


def threads(plan: Plan, call: Call) -> dict[str, Any]:
    """Each worker is a thread; the only one is the main thread."""
    _threads(plan.warm_up(), call)
    meter = Meter()
    return meter.figures(_threads(plan, call))


def _threads(plan: Plan, call: Call) -> int:
    counts: list[int] = []
    more, length = plan.start(), plan.length

    def work() -> None:
        count = 0
        while more(count):
            assert call() == length
            count += 1
        counts.append(count)

    if plan.concurrency == 1:
        work()
    else:
        workers = [threading.Thread(target=work) for _ in range(plan.concurrency)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(counts) == plan.concurrency, "a worker failed"
    return sum(counts)


async def tasks(plan: Plan, call: Callable[[], Awaitable[int]]) -> dict[str, Any]:
    """Each worker is a task of one loop."""
    await _tasks(plan.warm_up(), call)
    meter = Meter()
    return meter.figures(await _tasks(plan, call))


async def _tasks(plan: Plan, call: Callable[[], Awaitable[int]]) -> int:
    more, length = plan.start(), plan.length

    async def work() -> int:
        count = 0
        while more(count):
            assert await call() == length
            count += 1
        return count

    return sum(await asyncio.gather(*(work() for _ in range(plan.concurrency))))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _rss() -> float:
    # Not getrusage's: that is never less than what the parent had when it started this process.
    found = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
