"""Recording an API's answers, with the option and with the environment."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

import reqtrail


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQTRAIL_RECORD", "REQTRAIL_ALLOW_RECORD"):
        monkeypatch.delenv(name, raising=False)


def targets(recording: Path) -> list[str]:
    script = json.loads(recording.read_text())
    assert script["schema"] == "reqtrail.script/1"
    return [exchange["match"]["target"] for exchange in script["exchanges"]]


def test_the_option_needs_permission(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = tmp_path / "session.json"
    for kind in (reqtrail.Client, reqtrail.AsyncClient):
        with pytest.raises(reqtrail.ConfigError, match="REQTRAIL_ALLOW_RECORD=1") as info:
            kind(url, record=recording)
        assert info.value.option == "record"
    assert not recording.exists()
    monkeypatch.setenv("REQTRAIL_ALLOW_RECORD", "1")
    with reqtrail.Client(url, token="s3cr3t-token", record=recording) as client:
        assert client.get("/ok").status == 200
    assert targets(recording) == ["/ok"]
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    assert "s3cr3t" not in recording.read_text()


def test_the_environment_records_every_client(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "session.json"
    monkeypatch.setenv("REQTRAIL_RECORD", str(recording))
    monkeypatch.setenv("REQTRAIL_ALLOW_RECORD", "1")

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            await client.get("/ok", query={"limit": 2})

    with reqtrail.Client(url) as client:
        client.get("/ok", query={"limit": 1})
    asyncio.run(main())
    assert targets(recording) == ["/ok?limit=1", "/ok?limit=2"]
    (warning,) = (line for line in capfd.readouterr().err.splitlines() if "recording is on" in line)
    assert str(recording) in warning
