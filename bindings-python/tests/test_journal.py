"""The journal: with only `REQTRAIL_JOURNAL` set, after SIGKILL, after forks, and with the option."""

import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

import reqtrail
from conftest import Server

KILLED = """
    import asyncio, sys, reqtrail
    url, kind = sys.argv[1:]

    def sync():
        client = reqtrail.Client.novavms(url)
        try:
            client.get("/missing")
        except reqtrail.NotFoundError as error:
            print(error.request_id, flush=True)
        client.post("/stall")

    async def main():
        client = reqtrail.AsyncClient.novavms(url)
        try:
            await client.get("/missing")
        except reqtrail.NotFoundError as error:
            print(error.request_id, flush=True)
        await client.post("/stall")

    asyncio.run(main()) if kind == "async" else sync()
"""

FAMILY = """
    import multiprocessing, subprocess, sys, reqtrail
    client = reqtrail.Client.novavms(sys.argv[1])

    def fail():
        try:
            client.get("/missing")
        except reqtrail.NotFoundError:
            pass

    fail()
    child = multiprocessing.get_context("fork").Process(target=fail)
    child.start()
    child.join()
    assert child.exitcode == 0
    if len(sys.argv) == 2:
        subprocess.run([sys.executable, "-c", PROGRAM, sys.argv[1], "again"], check=True)
"""


def start(program: str, folder: Path, *arguments: str) -> Any:
    environment = {**os.environ, "REQTRAIL_JOURNAL": str(folder), "REQTRAIL_JOURNAL_SYNC": "always"}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments], env=environment, text=True, stdout=subprocess.PIPE
    )


def records(folder: Path, ending: str = "jsonl") -> list[dict[str, Any]]:
    """Returns the records of all segments, or the calls of all tables."""
    lines = [line for path in sorted(folder.glob(f"*.{ending}")) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.strip()]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_killed_program_leaves_its_journal(server: Server, tmp_path: Path, kind: str) -> None:
    with start(KILLED, tmp_path, server.url, kind) as process:
        request_id = process.stdout.readline().strip()
        while not any(method == "POST" for method, *_ in server.seen):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    (line,) = records(tmp_path)
    assert line["http"]["request"]["id"] == request_id
    assert line["reqtrail"]["request_ids"] == [request_id]
    (call,) = records(tmp_path, "open")
    assert (call["method"], call["path"], call["attempt"]) == ("POST", "/stall", 1)


def test_each_process_has_its_own_files(url: str, tmp_path: Path) -> None:
    program = textwrap.dedent(FAMILY)
    program = f"PROGRAM = {program!r}\n{program}"
    with start(program, tmp_path, url) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    lines = records(tmp_path)
    segments = [path.name for path in tmp_path.glob("*.jsonl")]
    # The program, its fork, the program that it starts, and that program's fork.
    pids = {line["process"]["pid"] for line in lines}
    assert len(lines) == len(segments) == len(pids) == 4
    assert {line["reqtrail"]["seq"] for line in lines} == {0}
    assert all(any(f"-{pid}-" in name for name in segments) for pid in pids)


def test_the_option_and_the_recorder(url: str, tmp_path: Path) -> None:
    with (
        reqtrail.Client(url, journal=str(tmp_path), journal_sync="always", service_name="proof") as client,
        pytest.raises(reqtrail.NotFoundError) as missing,
    ):
        client.get("/missing")
    trail = missing.value.trail
    assert trail is not None
    (line,) = records(tmp_path)
    assert line["service"]["name"] == "proof"
    assert line["reqtrail"]["trail"] == json.loads(trail.to_json())
    (found,) = client.recorder.find(trail.call_id)
    assert found.call_id == trail.call_id
    stats = client.recorder.stats.journal
    assert stats is not None and (stats.records, stats.lost, stats.folder) == (1, 0, str(tmp_path))
