"""The examples do what they say. Each is a separate process that calls the sandbox."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples" / "python"


def run(name: str, sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / name)]
    return subprocess.run(command, env=sandbox.environment, capture_output=True, text=True, timeout=60)


def test_first_call(sandbox: Sandbox) -> None:
    ran = run("first_call.py", sandbox)
    assert ran.returncode == 0, ran.stderr
    listed, missing = sandbox.request_ids
    assert f"200, request ID {listed}\n" in ran.stdout
    assert "error: GET /cameras/{id}: 404 not_found: " in ran.stdout
    assert "hint: Check the ID" in ran.stdout
    _, report = ran.stdout.split("What support wants to see:")
    assert "FAILED: api (404 not_found)" in report and missing in report


def test_fan_out_reports_each_failure_with_its_request_ids(sandbox: Sandbox) -> None:
    sandbox.inject(
        "internal_error:times=5,on=GET /cameras/{id}", "status:status=403,error=forbidden,on=GET /cameras/{id}"
    )
    ran = run("fan_out.py", sandbox)
    answered = re.search(r"(\d+) of 12 cameras answered", ran.stdout)
    assert answered is not None, ran
    # One call or several repeat the 500s; the 403 is final.
    assert ran.returncode == 1
    failures = ran.stderr.splitlines()
    assert len(failures) == 12 - int(answered[1]) and failures, ran.stderr
    assert sum("403 forbidden" in failure for failure in failures) == 1
    refused = [request["request_id"] for request in sandbox.requests() if request["status"] == 403]
    assert refused[0] in ran.stderr


def test_fan_out_without_failures(sandbox: Sandbox) -> None:
    ran = run("fan_out.py", sandbox)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Main Gate: online" in ran.stdout
    assert len(sandbox.request_ids) == 13


@contextmanager
def service(sandbox: Sandbox, log: Path) -> Iterator[str]:
    """Runs the FastAPI program with uvicorn. Its log is complete once it has ended."""
    command = [sys.executable, "-m", "uvicorn", "--port", "0", "--no-access-log", "fastapi_app:app"]
    with open(log, "w") as stderr:
        process = subprocess.Popen(
            command,
            cwd=EXAMPLES,
            env={**sandbox.environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            for line in process.stderr:
                stderr.write(line)
                if at := re.search(r"running on (http://\S+)", line):
                    yield at[1]
                    break
            else:
                pytest.fail("the service did not start:\n" + log.read_text())
        finally:
            process.send_signal(signal.SIGTERM)
            stderr.write(process.communicate(timeout=30)[1])


def get(url: str) -> tuple[int, dict[str, str], Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return answer.status, dict(answer.headers), json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), json.load(error)


def test_fastapi_app(sandbox: Sandbox, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with service(sandbox, log) as url:
        status, _, body = get(f"{url}/events")
        assert status == 200 and len(body) == 10

        status, _, missing = get(f"{url}/cameras/no-such-camera")
        assert status == 404 and missing["error"] == "upstream_failed"

        sandbox.inject("rate_limited:retry_after=100,on=GET /events")
        status, headers, limited = get(f"{url}/events")
        assert status == 503 and headers["retry-after"] == "100"

        sandbox.inject("status:status=500,error=internal_error,times=4,on=GET /events")
        status, _, failed = get(f"{url}/events")
        assert status == 502
    ids = sandbox.request_ids
    # The ID to ask about is the last of four attempts'; the log line has all.
    assert [body["upstream_request_id"] for body in (missing, limited, failed)] == [ids[1], ids[2], ids[6]]
    lines = [line for line in log.read_text().splitlines() if line.startswith("ERROR camera_service: ")]
    assert len(lines) == 3
    assert lines[0].startswith("ERROR camera_service: GET /cameras/no-such-camera: GET /cameras/{id}: 404 not_found")
    assert ids[1] in lines[0] and ids[2] in lines[1] and all(one in lines[2] for one in ids[3:])
    for line, body in zip(lines, (missing, limited, failed), strict=True):
        assert body["upstream_call_id"] in line


def test_every_example_is_run() -> None:
    source = Path(__file__).read_text()
    for name in os.listdir(EXAMPLES):
        assert not name.endswith(".py") or name.removesuffix(".py") in source, name
