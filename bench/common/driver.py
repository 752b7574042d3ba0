"""Runs the clients of a language in interleaved rounds and writes the medians, and the medians of their ratios.

A round runs every client once: A B C … A B C …. Ratios are formed inside a round, so that drift of the machine hits both.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from . import table
from .plan import SAME_CORE, Client, Language, Settings
from .quiet import CORES, Sample, Watch, wait
from .server import Server, serving

RESULTS = Path(__file__).parent.parent / "results"
FEW, MANY = 100, 400
"""Requests of the two runs whose difference is counted: so the start of the process is not in it."""
TIMEOUT = 300

Figures = dict[str, float]


@dataclass
class Row:
    client: Client
    workload: str
    c: int
    placement: str
    figures: list[Figures] = field(default_factory=list)
    syscalls: float | None = None
    instructions: int | None = None

    @property
    def core(self) -> int:
        return 0 if self.placement == SAME_CORE else 1

    def seconds(self, given: float) -> float:
        # The main workload gets the longest windows, so that a run of all of them stays short.
        return given if self.workload == "get" else given / 2

    @property
    def key(self) -> dict[str, Any]:
        return {"client": self.client.name, "workload": self.workload, "placement": self.placement, "c": self.c}

    def report(self) -> dict[str, Any]:
        return {
            **self.key,
            "rps": round(self._median("rps")),
            "cpu_us": round(self._median("cpu_us"), 1),
            "rss_mb": round(self._median("rss_mb"), 1),
            "syscalls": self.syscalls,
            "instructions": self.instructions,
        }

    def _median(self, key: str) -> float:
        return median(one[key] for one in self.figures)


def main(language: Language) -> None:
    settings = Settings.read()
    if not hasattr(os, "sched_setaffinity"):
        sys.exit("the bench pins its processes to cores and reads /proc: it needs Linux")
    if CORES < 2:
        sys.exit("the bench needs two cores: one for the server, one for the client")
    # So that the server's folder goes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with serving() as server:
        report = Run(language, settings, server).report()
    path = written(report, language.name, settings)
    print(table.summary(report))
    print(f"wrote {path.relative_to(RESULTS.parent.parent)}")


def written(report: dict[str, Any], name: str, settings: Settings, folder: Path = RESULTS) -> Path:
    """Writes the results where they belong: only a quiet and complete run replaces those that are quoted."""
    kind = ".unquiet" if not report["quiet"] else "" if settings.complete else ".part"
    path = folder / f"{name}{kind}.json"
    folder.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
    return path


class Run:
    def __init__(self, language: Language, settings: Settings, server: Server) -> None:
        self.language, self.settings, self.server = language, settings, server
        self.clients = {client.name: client for client in language.clients}
        self.left_out: dict[str, str] = {}
        # Before the rounds: somebody may commit while they run.
        self.commit = first_line("git", "describe", "--always", "--dirty")
        self.tried: set[str] = set()
        unknown = set(settings.clients) - set(self.clients)
        if unknown:
            sys.exit(f"BENCH_CLIENTS has {', '.join(unknown)}; expected some of {', '.join(self.clients)}")

    def report(self) -> dict[str, Any]:
        settings = self.settings
        pairs = [
            pair
            for pair in settings.pairs(self.language)
            if self._works(pair.ours, pair.workloads[0]) and self._works(pair.peer, pair.workloads[0])
        ]
        if not pairs:
            sys.exit("nothing is left to compare: a pair needs one of ours and its peer")
        wanted = {(workload, name) for pair in pairs for workload in pair.workloads for name in (pair.ours, pair.peer)}
        rows = [
            Row(client, workload, c, placement)
            for workload in dict.fromkeys(workload for pair in pairs for workload in pair.workloads)
            for c, placement in settings.places()
            for client in self.language.clients
            if (workload, client.name) in wanted
        ]
        before = wait(settings.wait, say)
        say(f"the machine is {'quiet' if before.quiet else 'NOT quiet'}: {before}")
        watch = Watch(self.server.pid)
        for number in range(1, settings.rounds + 1):
            for row in rows:
                watch.begin()
                figures, used = self._measure(row)
                mark = "  (disturbed)" if watch.end(used) else ""
                row.figures.append(figures)
                say(f"round {number} {' '.join(str(v) for v in row.key.values())}: {_short(figures)}{mark}")
        after = Sample.take()
        self._count(rows)
        by_key = {tuple(row.key.values()): row for row in rows}
        ratios = []
        for pair in pairs:
            for c, placement in settings.places():
                ours, peer = (by_key[name, pair.workloads[0], placement, c] for name in (pair.ours, pair.peer))
                ratios.append(ratio(ours, peer, pair.note))
        return {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "machine": machine(),
            "server": f"{self.server.version}, one process, core 0",
            "rounds": settings.rounds,
            "seconds": settings.seconds,
            "quiet": before.quiet and watch.quiet,
            "load": {"before": before.load, "after": after.load},
            "steal": {"before": before.steal, "after": after.steal},
            "disturbed": {"windows": watch.disturbed, "of": watch.windows, "others_at_most": watch.worst},
            "versions": {"reqtrail": self.commit, **self.language.versions},
            "left_out": self.left_out,
            "rows": [row.report() for row in rows],
            "ratios": ratios,
            **self.language.extra(),
        }

    def _works(self, name: str, workload: str) -> bool:
        """Makes one call, once for each client and workload, and notes why it fails."""
        label = name if workload == "get" else f"{name} {workload}"
        if label in self.tried:
            return label not in self.left_out
        self.tried.add(label)
        client = self.clients[name]
        why = client.missing
        if not why:
            command = self._command(Row(client, workload, 1, SAME_CORE), "--requests=1")
            ran = subprocess.run(command, capture_output=True, text=True, env=self._environment(), timeout=TIMEOUT)
            why = (
                ""
                if ran.returncode == 0
                else (ran.stderr.strip().splitlines() or [f"it ended with {ran.returncode}"])[-1]
            )
        if why:
            self.left_out[label] = why
            say(f"{label} is left out: {why}")
        return not why

    def _measure(self, row: Row) -> tuple[Figures, float]:
        """The figures that the client prints, and the processor time of its whole process."""
        command = self._command(row, f"--seconds={row.seconds(self.settings.seconds)}")
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=self._environment(), preexec_fn=pin(row.core)
        )
        assert process.stdout
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            sys.exit(f"{' '.join(command[-5:])} ended with {process.returncode}")
        return json.loads(text), usage.ru_utime + usage.ru_stime

    def _count(self, rows: Sequence[Row]) -> None:
        """System calls and instructions of one call at a time."""
        can_trace, can_perf = shutil.which("strace") is not None, counts_instructions()
        say(f"system calls {'are counted' if can_trace else 'are not counted: strace is missing'}")
        say(f"instructions {'are counted' if can_perf else 'are not counted: perf is missing, or cannot count here'}")
        for row in rows:
            if row.c != 1 or row.placement != SAME_CORE:
                continue
            if can_trace:
                calls = self._difference(row, ["strace", "-f", "-c", "-U", "calls,name", "-o"], strace_counts)
                row.syscalls = round(sum(calls.values()), 2)
                most = sorted(calls.items(), key=lambda item: -item[1])
                shown = ", ".join(f"{name} {n:.2f}" for name, n in most if n >= 0.01)
                say(f"{row.client.name} {row.workload}: {row.syscalls} system calls a request: {shown}")
            if can_perf:
                counts = self._difference(row, ["perf", "stat", "-x,", "-e", "instructions:u", "-o"], perf_counts)
                row.instructions = round(sum(counts.values()))

    def _difference(self, row: Row, tool: list[str], read: Any) -> dict[str, float]:
        counted = []
        for requests in (FEW, MANY):
            with tempfile.TemporaryDirectory() as folder:
                summary = Path(folder) / "summary"
                command = [*tool, str(summary), *self._command(row, f"--requests={requests}")]
                subprocess.run(
                    command,
                    stdout=subprocess.DEVNULL,
                    check=True,
                    env=self._environment(),
                    preexec_fn=pin(row.core),
                    timeout=TIMEOUT,
                )
                counted.append(read(summary.read_text()))
        few, many = counted
        return {name: (many[name] - few.get(name, 0)) / (MANY - FEW) for name in many}

    def _command(self, row: Row, how_long: str) -> list[str]:
        return [*row.client.command, row.client.name, row.workload, str(row.c), self.server.url(row.workload), how_long]

    def _environment(self) -> dict[str, str]:
        # A proxy for outgoing traffic must not be used for loopback.
        kept = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
        trusting = ("BENCH_CA", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return {**kept, **dict.fromkeys(trusting, str(self.server.ca))}


def ratio(ours: Row, peer: Row, note: str = "") -> dict[str, Any]:
    """Medians of each round's own ratio, with the least and the greatest beside them."""

    def of(key: str) -> list[float]:
        return [a[key] / b[key] for a, b in zip(ours.figures, peer.figures, strict=True)]

    def counted(a: float | None, b: float | None) -> float | None:
        return round(a / b, 2) if a is not None and b else None

    rps, cpu = of("rps"), of("cpu_us")
    return {
        "client": ours.client.name,
        "peer": peer.client.name,
        "workload": ours.workload,
        "placement": ours.placement,
        "c": ours.c,
        "rps": round(median(rps), 2),
        "rps_range": [round(min(rps), 2), round(max(rps), 2)],
        "cpu": round(median(cpu), 2),
        "cpu_range": [round(min(cpu), 2), round(max(cpu), 2)],
        "rss": round(median(of("rss_mb")), 2),
        "syscalls": counted(ours.syscalls, peer.syscalls),
        "instructions": counted(ours.instructions, peer.instructions),
        **({"note": note} if note else {}),
    }


def strace_counts(summary: str) -> dict[str, int]:
    found = re.findall(r"^\s*(\d+)\s+(\w+)$", summary, re.MULTILINE)
    return {call: int(count) for count, call in found if call != "total"}


def perf_counts(summary: str) -> dict[str, int]:
    found = re.findall(r"^(\d+),[^,]*,(instructions[^,]*)", summary, re.MULTILINE)
    return {event: int(count) for count, event in found}


def counts_instructions() -> bool:
    if shutil.which("perf") is None:
        return False
    command = ["perf", "stat", "-x,", "-e", "instructions:u", "true"]
    return bool(perf_counts(subprocess.run(command, capture_output=True, text=True).stderr))


def pin(core: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {core})


def machine() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f"{found[1] if found else os.uname().machine}, {CORES} cores, Linux {os.uname().release.split('-')[0]}"


def first_line(*command: str) -> str:
    """The first line that a program prints, for the versions; empty if it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _short(figures: Figures) -> str:
    return f"{figures['rps']:,.0f} rps, {figures['cpu_us']:.1f} µs CPU, {figures['rss_mb']:.0f} MB"
