"""Whether the machine does anything else while the bench runs.

Everything here reads `/proc`: `stat` for the processors, `loadavg`, and `PID/stat` for the server.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1

IDLE_SHARE = 0.90
LOAD_PER_CORE = 0.3
STEAL_SHARE = 0.01
OTHERS_SHARE = 0.05
"""Above this share of the machine, other programs count as a disturbance of one window."""
DISTURBED_WINDOWS = 0.05
"""Above this share of disturbed windows, the whole run does not count as quiet."""
SAMPLE = 2.0
"""Seconds that one look at the idle share takes."""


@dataclass(frozen=True)
class Times:
    """Seconds since boot, summed over all cores."""

    busy: float
    idle: float
    steal: float
    total: float

    @staticmethod
    def parse(line: str) -> "Times":
        user, nice, system, idle, iowait, irq, softirq, steal = (int(n) for n in line.split()[1:9])
        # Interrupts are left out of `busy`: kernels differ on whether they charge them to the process as well.
        busy = user + nice + system
        total = busy + idle + iowait + irq + softirq + steal
        return Times(busy / TICK, (idle + iowait) / TICK, steal / TICK, total / TICK)

    @staticmethod
    def now() -> "Times":
        with open("/proc/stat") as file:
            return Times.parse(file.readline())

    def __sub__(self, before: "Times") -> "Times":
        return Times(
            self.busy - before.busy,
            self.idle - before.idle,
            self.steal - before.steal,
            self.total - before.total,
        )


def share(part: float, whole: float) -> float:
    return round(min(1.0, max(0.0, part / whole)), 4) if whole > 0 else 0.0


def load() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


def cpu_of(pid: int) -> float:
    """User and system seconds of a process, its waited-for children excluded."""
    text = Path(f"/proc/{pid}/stat").read_text()
    # The program's name is in parentheses and may hold spaces.
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@dataclass(frozen=True)
class Sample:
    """How busy the machine was while the bench itself did nothing."""

    load: float
    idle: float
    steal: float

    @staticmethod
    def take(seconds: float = SAMPLE) -> "Sample":
        before = Times.now()
        time.sleep(seconds)
        passed = Times.now() - before
        return Sample(load(), share(passed.idle, passed.total), share(passed.steal, passed.total))

    @property
    def quiet(self) -> bool:
        calm = self.idle > IDLE_SHARE or self.load < LOAD_PER_CORE * CORES
        return calm and self.steal < STEAL_SHARE

    def __str__(self) -> str:
        return f"load {self.load:.2f}, {self.idle:.0%} idle, {self.steal:.1%} stolen"


def wait(limit: float, say: Callable[[str], object]) -> Sample:
    """Waits at most `limit` seconds for a quiet machine and returns the last sample."""
    end = time.monotonic() + limit
    while True:
        sample = Sample.take()
        if sample.quiet or time.monotonic() >= end:
            return sample
        say(f"waiting for a quiet machine: {sample}")
        time.sleep(min(5.0, max(0.0, end - time.monotonic())))


class Watch:
    """Counts the windows in which other programs, or the hypervisor, took processor time."""

    def __init__(self, server: int) -> None:
        self._server = server
        self.windows = 0
        self.disturbed = 0
        self.worst = 0.0

    def begin(self) -> None:
        self._before, self._own = Times.now(), self._usage()

    def end(self, client: float) -> bool:
        """Ends a window in which the client used `client` seconds; returns whether it was disturbed."""
        passed = Times.now() - self._before
        others = share(passed.busy - (self._usage() - self._own) - client, passed.total)
        disturbed = others > OTHERS_SHARE or share(passed.steal, passed.total) > STEAL_SHARE
        self.windows += 1
        self.disturbed += disturbed
        self.worst = max(self.worst, others)
        return disturbed

    @property
    def quiet(self) -> bool:
        return self.disturbed <= self.windows * DISTURBED_WINDOWS

    def _usage(self) -> float:
        own = os.times()
        return cpu_of(self._server) + own.user + own.system
