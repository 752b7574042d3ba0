"""`REQTRAIL_LOG`: lines on standard error when logging is not configured."""

import fcntl
import json
import os
import subprocess
import sys
import textwrap
from typing import Any

import pytest

import reqtrail

PROGRAM = """
    import asyncio, sys, reqtrail
    url, kind = sys.argv[1:]

    def sync():
        with reqtrail.Client.novavms(url, token="c4nary", base_delay=0.001) as client:
            client.get("/once/here")
            try:
                client.get("/missing", query={"sig": "c4nary"})
            except reqtrail.NotFoundError as error:
                return error.trail

    async def main():
        async with reqtrail.AsyncClient.novavms(url, token="c4nary", base_delay=0.001) as client:
            await client.get("/once/here")
            try:
                await client.get("/missing", query={"sig": "c4nary"})
            except reqtrail.NotFoundError as error:
                return error.trail

    print((asyncio.run(main()) if kind == "async" else sync()).call_id)
"""


def start(url: str, *arguments: str, level: str, form: str = "", program: str = PROGRAM, **pipes: Any) -> Any:
    environment = {**os.environ, "REQTRAIL_LOG": level, "REQTRAIL_LOG_FORMAT": form}
    command = [sys.executable, "-c", textwrap.dedent(program), url, *arguments]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, **pipes)


def lines(url: str, kind: str, *, level: str, form: str = "") -> tuple[str, list[str]]:
    """Returns the ID of the failed call, and the lines on standard error."""
    with start(url, kind, level=level, form=form, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "c4nary" not in err
    return out.strip(), err.splitlines()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_text(url: str, kind: str) -> None:
    call_id, found = lines(url, kind, level="info")
    assert [line.split()[1] for line in found] == ["INFO", "INFO", "INFO", "WARN"]
    first, last = found[0], found[-1]
    assert " reqtrail GET /once/here attempt 1: 503, request ID req_00000001 " in first
    assert " wait_reason=backoff" in first
    assert f" failed: 404 not_found, request ID req_00000003 call_id={call_id} " in last
    assert lines(url, kind, level="")[1] == []


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_json(url: str, kind: str) -> None:
    call_id, found = lines(url, kind, level="Info", form="json")
    objects = [json.loads(line) for line in found]
    assert [line["reqtrail"]["record"] for line in objects] == ["attempt", "attempt", "attempt", "call"]
    last = objects[-1]
    assert last["log"]["level"] == "warn"
    assert last["reqtrail"]["call_id"] == call_id
    assert last["http"]["response"]["status_code"] == 404
    assert last["error"] == {"code": "not_found", "type": "api"}


def test_a_fork_writes_too(url: str) -> None:
    program = """
        import os, sys, reqtrail
        client = reqtrail.Client(sys.argv[1])
        client.get("/ok")
        pid = os.fork()
        client.get("/ok")
        if pid:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        else:
            os._exit(0)
    """
    with start(url, level="info", program=program, stderr=subprocess.PIPE) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert sum(" INFO reqtrail GET /ok attempt 1: 200" in line for line in err.splitlines()) == 3, err


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_unread_pipe_delays_no_call(url: str, kind: str) -> None:
    reader, writer = os.pipe()
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"." * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, flags)
    with start(url, kind, level="debug", stderr=writer) as process:
        os.close(writer)
        try:
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert len(out.strip()) == 36
    left = b""
    while part := os.read(reader, 65536):
        left += part
    os.close(reader)
    assert left.strip(b".") == b""


def test_it_uses_the_descriptor(url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("REQTRAIL_LOG", "warn")
    with reqtrail.Client(url) as client:
        client.get("/ok")
        with pytest.raises(reqtrail.NotFoundError):
            client.get("/missing")
    assert " WARN reqtrail GET /missing failed: 404 not_found" in capfd.readouterr().err
