"""reqtrail's C library beside libcurl, in one run, as ratios: `bench.py SERVER CLIENT` prints the results as JSON.

One process per client, concurrency and round; the server, the pinning and the arithmetic are those of the Python bench.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))
import bench as shared  # noqa: E402

# Whom each of ours is compared with: threads with threads, one loop with one loop.
PEERS = {"reqtrail": ("libcurl-easy", "libcurl-multi"), "reqtrail-queue": ("libcurl-easy", "libcurl-multi")}
CLIENTS = ("reqtrail", "libcurl-easy", "reqtrail-queue", "libcurl-multi")


def run(url: str, client: str) -> dict[str, Any]:
    rounds = int(os.environ.get("BENCH_ROUNDS", 5))
    seconds = os.environ.get("BENCH_SECONDS", "1")
    rows: dict[tuple[str, int], list[dict[str, float]]] = {
        (name, c): [] for c in shared.CONCURRENCIES for name in CLIENTS
    }
    for number in range(1, rounds + 1):
        for (name, c), figures in rows.items():
            command = [*shared._pinned(1), client, name, str(c), seconds, url]
            figures.append(json.loads(shared._output(command)))
            print(f"round {number} {name} c={c}: {figures[-1]}", file=sys.stderr, flush=True)
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    curl = subprocess.run(["pkg-config", "--modversion", "libcurl"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": re.sub(r", Python .*", f", {compiler}, libcurl {curl}", shared._machine()),
        "server": "bench/rust, one thread, core 0; clients on core 1; keep-alive HTTP/1.1, 1 KiB JSON",
        "rounds": rounds,
        "seconds": float(seconds),
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
                "rps": shared._ratio(rows[ours, c], rows[peer, c], "rps"),
                "cpu": shared._ratio(rows[ours, c], rows[peer, c], "cpu_us"),
            }
            for c in shared.CONCURRENCIES
            for ours, peers in PEERS.items()
            for peer in peers
        ],
    }


if __name__ == "__main__":
    server, client = sys.argv[1:]
    with shared.serving(server) as address:
        report = run(address, client)
    print(json.dumps(report, indent=2))
