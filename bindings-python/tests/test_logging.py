"""The standard logger."""

import logging
import subprocess
import sys
import textwrap
import time

import pytest

import reqtrail


def records(caplog: pytest.LogCaptureFixture, count: int) -> list[logging.LogRecord]:
    end = time.monotonic() + 5
    while len(caplog.records) < count and time.monotonic() < end:
        time.sleep(0.01)
    return [record for record in caplog.records if record.name == "reqtrail"]


def test_attempts_and_failed_calls(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "reqtrail"), reqtrail.Client.novavms(url, max_attempts=2, base_delay=0.001) as client:
        with pytest.raises(reqtrail.UnavailableError) as info:
            client.get("/busy")
        found = records(caplog, 3)
    error = info.value
    assert [record.levelno for record in found] == [logging.DEBUG, logging.DEBUG, logging.WARNING]
    assert found[2].getMessage() == str(error)
    assert error.trail is not None
    for number, record in enumerate(found, 1):
        about = vars(record)
        assert about["call_id"] == error.trail.call_id
        assert about["path"] == "/busy"
        assert about["status"] == 503
        assert about["code"] == "service_unavailable"
        assert about["attempt"] == min(number, 2)
        assert about["request_id"] == error.request_ids[min(number, 2) - 1]
        assert about["correlation_id"] == error.trail.correlation_id
    # The time of a record is when it happened.
    started = error.trail.started_at.timestamp()
    assert all(started <= record.created <= started + 5 for record in found)
    assert [record.created for record in found] == sorted(record.created for record in found)


def test_a_level_is_a_level(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "reqtrail"), reqtrail.Client.novavms(url) as client:
        client.get("/ok")
        with pytest.raises(reqtrail.NotFoundError):
            client.get("/missing")
        assert [record.levelno for record in records(caplog, 1)] == [logging.WARNING]


PROGRAM = """
    import logging, sys, threading, time, reqtrail
    if sys.argv[2] == "off":
        logging.getLogger("reqtrail").setLevel(logging.DEBUG)
    else:
        logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(request_id)s %(message)s")
    if sys.argv[2] == "slow":
        logging.getLogger().handlers[0].emit = lambda record: time.sleep(0.3)
    client = reqtrail.Client(sys.argv[1], max_attempts=1)
    began = time.monotonic()
    for _ in range(5):
        try:
            client.get("/missing")
        except reqtrail.NotFoundError:
            pass
    assert time.monotonic() - began < 1
    print([thread.name for thread in threading.enumerate() if "reqtrail" in thread.name])
"""


FLOOD = """
    import logging, sys, time, reqtrail
    logging.basicConfig(level=logging.DEBUG)
    logging.getLogger().handlers[0].emit = lambda record: time.sleep(0.05)
    client = reqtrail.Client(sys.argv[1])
    for _ in range(400):
        client.get("/ok")
"""


def test_a_slow_handler_does_not_hold_up_the_exit(url: str) -> None:
    """Its records would take twenty seconds: the exit waits two, and says that some were dropped by a last record."""
    program = textwrap.dedent(FLOOD)
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, timeout=15)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("how", "threads", "lines"), [("off", [], 0), ("on", ["reqtrail-logging"], 10), ("slow", ["reqtrail-logging"], 0)])
def test_off_until_asked_and_never_in_the_way(url: str, how: str, threads: list[str], lines: int) -> None:
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(PROGRAM), url, how], capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stdout) == (0, f"{threads}\n"), ran.stderr
    # What waits at the exit is still written.
    assert len(ran.stderr.splitlines()) == lines, ran.stderr
    if lines:
        assert sum(line.startswith("WARNING req_") for line in ran.stderr.splitlines()) == 5
