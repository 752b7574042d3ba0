"""Injected faults: the option `chaos` and its environment variables."""

import logging

import pytest

import reqtrail
from conftest import Server
from test_async import Runner, run

__all__ = ["run"]

FAULTS = "503:code=service_unavailable@100%;seed=7"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("REQTRAIL_CHAOS", "REQTRAIL_ALLOW_CHAOS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "reqtrail"]


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
def test_the_option_needs_permission(kind: type, url: str) -> None:
    with pytest.raises(reqtrail.ConfigError, match="chaos is set without REQTRAIL_ALLOW_CHAOS=1") as info:
        kind(url, chaos=FAULTS)
    assert info.value.option == "chaos"
    with pytest.raises(reqtrail.ConfigError, match="chaos has the item `503`, which has no chance"):
        kind(url, chaos="503")


def test_faults_of_the_option(
    server: Server, url: str, environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment.setenv("REQTRAIL_ALLOW_CHAOS", "1")
    with (
        caplog.at_level(logging.WARNING, "reqtrail"),
        reqtrail.Client.novavms(url, chaos=FAULTS, max_attempts=2, base_delay=0.001) as client,
    ):
        assert logged(caplog) == [
            f"chaos is on: faults are injected into the calls of this client, as chaos says: {FAULTS}"
        ]
        with pytest.raises(reqtrail.UnavailableError) as info:
            client.get("/ok")
        error = info.value
        assert (error.status, error.code) == (503, "service_unavailable")
        assert error.trail.notes == (reqtrail.TrailNote.CHAOS,)
        # The server's own IDs.
        assert len(error.request_ids) == len(server.seen) == 2
        assert "The client injects faults (chaos)" in str(error.trail)
        with pytest.raises(reqtrail.UnavailableError) as info:
            client.post("/ok")
    (attempt,) = info.value.trail.attempts
    assert (attempt.status, attempt.sent, attempt.processed) == (503, "yes", True)
    assert len(server.seen) == 3


def test_faults_of_the_environment(
    url: str, run: Runner, environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def call() -> reqtrail.Trail:
        async with reqtrail.AsyncClient(url, max_attempts=1) as client:
            try:
                return (await client.get("/ok")).trail
            except reqtrail.ApiError as error:
                return error.trail

    environment.setenv("REQTRAIL_CHAOS", FAULTS)
    with caplog.at_level(logging.WARNING, "reqtrail"):
        trail = run(call())
        assert (trail.outcome, trail.notes) == ("ok", ())
        assert [text[:26] for text in logged(caplog)] == ["REQTRAIL_CHAOS is ignored:"]
        caplog.clear()
        environment.setenv("REQTRAIL_ALLOW_CHAOS", "1")
        trail = run(call())
        assert (trail.attempts[0].status, trail.notes) == (503, (reqtrail.TrailNote.CHAOS,))
        assert f"as REQTRAIL_CHAOS says: {FAULTS}" in logged(caplog)[0]
