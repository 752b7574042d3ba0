"""reqtrail beside its peers, in one run, as ratios: one process per client, concurrency and round.

`bench.py SERVER PEERS` runs everything and prints the results as JSON. PEERS has an environment per peer.
`bench.py --syscalls SERVER PEERS` counts the system calls of reqtrail per request instead.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
CONCURRENCIES = (1, 32)

# The clients in the order in which a round runs them, each with the environment that it is in.
SYNC = {name: name for name in ("requests", "httpx", "urllib3", "pycurl", "pyreqwest", "niquests")}
ASYNC = {
    "aiohttp": "aiohttp",
    "httpx-async": "httpx",
    "pyreqwest-async": "pyreqwest",
    "pycurl-multi": "pycurl",
}
OURS = {"reqtrail": SYNC, "reqtrail-async": ASYNC}

Figures = dict[str, float]


def run(url: str, peers: Path) -> dict[str, Any]:
    rounds = int(os.environ.get("BENCH_ROUNDS", 5))
    seconds = float(os.environ.get("BENCH_SECONDS", 1))
    clients = {name: python for ours in OURS for name, python in _with_peers(ours, peers)}
    left_out = {name: why for name in clients if (why := _missing(name, clients[name], url))}
    for name, why in left_out.items():
        _say(f"{name} is left out: {why}")
    rows: dict[tuple[str, int], list[Figures]] = {
        (name, c): [] for c in CONCURRENCIES for name in clients if name not in left_out
    }
    for number in range(1, rounds + 1):
        for (name, c), figures in rows.items():
            command = [*_pinned(1), *_client(clients[name], name, c, url), f"--seconds={seconds}"]
            figures.append(json.loads(_output(command)))
            _say(f"round {number} {name} c={c}: {figures[-1]}")
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": _machine(),
        "server": "bench/rust, one thread, core 0; clients on core 1; keep-alive HTTP/1.1, 1 KiB JSON",
        "rounds": rounds,
        "seconds": seconds,
        "left_out": left_out,
        "rows": [
            {
                "client": name,
                "c": c,
                "rps": round(median(one["rps"] for one in figures)),
                "cpu_us": round(median(one["cpu_us"] for one in figures), 1),
                "rss_mb": round(median(one["rss_mb"] for one in figures), 1),
            }
            for (name, c), figures in rows.items()
        ],
        "ratios": [
            {
                "client": ours,
                "peer": peer,
                "c": c,
                "rps": _ratio(rows[ours, c], rows[peer, c], "rps"),
                "cpu": _ratio(rows[ours, c], rows[peer, c], "cpu_us"),
            }
            for c in CONCURRENCIES
            for ours, its_peers in OURS.items()
            for peer in its_peers
            if (peer, c) in rows
        ],
    }


def syscalls(url: str) -> dict[str, Any]:
    """Counts with twice as many requests too, and takes the difference: so the start of the process is not in it."""
    if shutil.which("strace") is None:
        sys.exit("strace is missing: install it, on Debian 'apt-get install strace'")
    counted = {}
    for name in OURS:
        for c in CONCURRENCIES:
            few, many = _traced(name, c, url, 3200), _traced(name, c, url, 6400)
            each = {call: (many[call] - few.get(call, 0)) / 3200 for call in many}
            counted[f"{name} c={c}"] = {
                "total": round(sum(each.values()), 2),
                **{
                    call: round(n, 2)
                    for call, n in sorted(each.items(), key=lambda item: -item[1])
                    if n >= 0.01
                },
            }
            _say(f"{name} c={c}: {counted[f'{name} c={c}']}")
    return counted


def _traced(name: str, c: int, url: str, requests: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary"
        trace = ["strace", "-f", "-c", "-U", "calls,name", "-o", str(summary)]
        client = _client(Path(sys.executable), name, c, url)
        _output([*_pinned(1), *trace, *client, f"--requests={requests}"])
        found = re.findall(r"^\s*(\d+)\s+(\w+)$", summary.read_text(), re.MULTILINE)
        return {call: int(count) for count, call in found if call != "total"}


def _with_peers(ours: str, peers: Path) -> Iterator[tuple[str, Path]]:
    yield ours, Path(sys.executable)
    for name, environment in OURS[ours].items():
        yield name, peers / environment / "bin" / "python"


def _missing(name: str, python: Path, url: str) -> str | None:
    if not python.exists():
        return "it could not be installed"
    command = [*_client(python, name, 1, url), "--requests=1"]
    tried = subprocess.run(command, capture_output=True, text=True, env=_environment())
    return None if tried.returncode == 0 else (tried.stderr.strip().splitlines() or ["?"])[-1]


def _client(python: Path, name: str, c: int, url: str) -> list[str]:
    return [str(python), str(HERE / "client.py"), name, str(c), url]


@contextlib.contextmanager
def serving(server: str) -> Iterator[str]:
    """The server that all are measured against; it ends with its standard input."""
    command = [*_pinned(0), server, "server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout and it.stdin
        try:
            yield it.stdout.readline().strip()
        finally:
            it.stdin.close()


def _output(command: list[str]) -> str:
    return subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, env=_environment()
    ).stdout


def _environment() -> dict[str, str]:
    # A proxy for the way out is none to loopback.
    return {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}


def _pinned(core: int) -> list[str]:
    command = ["taskset", "-c", str(core)]
    can = shutil.which("taskset") and subprocess.run([*command, "true"]).returncode == 0
    return command if can else []


def _ratio(ours: list[Figures], peers: list[Figures], key: str) -> float:
    return round(median(a[key] / b[key] for a, b in zip(ours, peers, strict=True)), 2)


def _machine() -> str:
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    model = found[1] if found else platform.machine()
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    *mode, given_server, given_peers = sys.argv[1:]
    with serving(given_server) as address:
        report = syscalls(address) if mode == ["--syscalls"] else run(address, Path(given_peers))
    print(json.dumps(report, indent=2))
