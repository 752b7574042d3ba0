"""How long the command takes over a full folder of journals: `bench.py REQTRAIL [MIB]` with the command's binary.

It writes a folder of 64 MiB, as eight programs leave it, into a temporary folder, and prints the median and the least of nine
runs each, the start of the process included.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = 9
SEGMENT = 8 << 20
PROGRAMS = 8
START_MS = 1_795_700_000_000
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def stamp(ms: int) -> str:
    moment = time.gmtime(ms // 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', moment)}.{ms % 1000:03d}Z"


def request_id(chance: random.Random, ms: int) -> str:
    head = "".join(CROCKFORD[ms >> shift & 31] for shift in range(45, -1, -5))
    return f"req_{head}{''.join(chance.choices(CROCKFORD, k=16))}"


def attempt(chance: random.Random, number: int, status: int, ms: int) -> dict[str, Any]:
    return {
        "number": number, "cause": "initial" if number == 1 else "retry", "method": "GET",
        "span_id": f"{chance.getrandbits(64):016x}", "url": "https://api.example/api/v1/cameras/7/recordings",
        "remote_address": "10.0.0.7:443", "status": status, "request_id": request_id(chance, ms),
        "request_id_source": "header:x-request-id", "request_id_notes": [], "body_request_id": None,
        "error_code": None if status == 200 else "service_unavailable",
        "category": None if status == 200 else "unavailable", "failure": None, "failure_code": None,
        "failure_reason": None, "sent": "yes", "processed": True, "started_ms": number * 110.25, "elapsed_ms": 10.125,
        "retry_after_ms": None, "wait_ms": 100 if status == 503 else None,
        "wait_reason": "backoff" if status == 503 else None,
    }  # fmt: skip


def line(chance: random.Random, program: int, seq: int, ms: int) -> dict[str, Any]:
    count = chance.choice((1, 1, 2, 3))
    failed = chance.random() < 0.2
    statuses = [503] * (count - 1) + [503 if failed else 200]
    attempts = [attempt(chance, number, status, ms + number * 110) for number, status in enumerate(statuses, 1)]
    digits = f"{chance.getrandbits(128):032x}"
    digits = f"{digits[:12]}4{digits[13:16]}8{digits[17:]}"
    call_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    elapsed = count * 110
    trail = {
        "schema": "reqtrail.trail/1", "client": "reqtrail/0.1.0", "call_id": call_id, "trace_id": digits,
        "correlation_id": None, "dialect": "novavms", "service": None, "method": "GET", "origin": "https://api.example",
        "path": "/cameras/{id}/recordings", "started_at": stamp(ms), "elapsed_ms": elapsed,
        "outcome": "api" if failed else "ok", "stopped": "attempts_exhausted" if failed else "succeeded", "notes": [],
        "attempts": attempts,
    }  # fmt: skip
    ids = [attempt["request_id"] for attempt in attempts]
    return {
        "@timestamp": stamp(ms + elapsed), "ecs": {"version": "8.17"},
        "message": f"GET /cameras/{{id}}/recordings {statuses[-1]}", "log": {"level": "warn" if failed else "info"},
        "event": {
            "kind": "event", "category": ["web"], "type": ["access"], "outcome": "failure" if failed else "success",
            "dataset": "reqtrail.call", "start": stamp(ms), "end": stamp(ms + elapsed), "duration": elapsed * 1_000_000,
        },
        "http": {"request": {"method": "GET", "id": ids[-1]}, "response": {"status_code": statuses[-1]}},
        "url": {"domain": "api.example", "path": "/cameras/{id}/recordings"}, "trace": {"id": digits},
        "service": {"name": f"program-{program}"}, "process": {"pid": 1000 + program}, "host": {"name": "web-1"},
        "reqtrail": {
            "record": "call", "seq": seq, "monotonic_ms": ms - START_MS, "call_id": call_id, "request_ids": ids,
            "trail": trail,
        },
    }  # fmt: skip


def write(folder: Path, size: int) -> list[dict[str, Any]]:
    """Fills the folder; returns some of the records."""
    chance = random.Random(17)
    kept = []
    written = 0
    for program in range(PROGRAMS):
        stem = f"program-{program}-web_1-{1000 + program}-{START_MS}-{program:06x}"
        (folder / f"{stem}.open").touch()
        seq = 0
        segment = 1
        while written < size * (program + 1) // PROGRAMS:
            lines = []
            length = 0
            while length < SEGMENT and written + length < size * (program + 1) // PROGRAMS:
                record = line(chance, program, seq, START_MS + seq * 250 + program)
                lines.append(json.dumps(record, separators=(",", ":")) + "\n")
                length += len(lines[-1])
                seq += 1
                if seq % 500 == 0:
                    kept.append(record)
            (folder / f"{stem}.{segment:04d}.jsonl").write_text("".join(lines))
            written += length
            segment += 2
    return kept


def measure(name: str, command: list[str], given: str = "", exit_code: int = 0) -> None:
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        ran = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        times.append((time.perf_counter() - begin) * 1000)
        if ran.returncode != exit_code:
            sys.exit(f"{name}: exit {ran.returncode}: {ran.stderr}")
    print(f"{name:<36} {statistics.median(times):7.1f} ms  (least {min(times):.1f})")


def main() -> None:
    binary = sys.argv[1]
    size = int(sys.argv[2]) << 20 if len(sys.argv) > 2 else 64 << 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = write(folder, size)
        total = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{total / (1 << 20):.1f} MiB in {len(list(folder.iterdir()))} files")
        trail = kept[len(kept) // 2]["reqtrail"]["trail"]
        log = "".join(
            f"ERROR call failed request_id={record['reqtrail']['request_ids'][0]} in {number} ms\n"
            for number, record in enumerate(kept)
        )
        reqtrail = [binary, "--journal", name]
        measure("--version", [binary, "--version"])
        measure("find, a request ID", [*reqtrail, "find", trail["attempts"][0]["request_id"]])
        measure("find, a call ID in upper case", [*reqtrail, "find", trail["call_id"].upper()])
        measure("find, the beginning of a call ID", [*reqtrail, "find", trail["call_id"][:10]])
        measure("find, nothing", [*reqtrail, "find", "req_nothing"], exit_code=5)
        measure(f"find -, a log of {len(kept)} lines", [*reqtrail, "find", "-"], log)
        measure("list --failed", [*reqtrail, "list", "--failed"])
        measure("list --last 20", [*reqtrail, "list", "--last", "20"])
        measure("tail", [*reqtrail, "tail"])
        measure("status", [*reqtrail, "status"])


if __name__ == "__main__":
    main()
