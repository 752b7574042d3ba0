"""How a client connects: Unix sockets and HTTP/2 pings."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import reqtrail
from conftest import Server

BASE = "http://api.example:8080"


def test_a_unix_socket(unix_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    # The environment's proxy is not used.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    path = str(unix_server.server_address)
    with reqtrail.Client(BASE, unix_socket=path) as client:
        response = client.get("/ok")
    assert response.status == 200
    assert response.trail.attempts[0].url == f"{BASE}/ok"

    async def main() -> int:
        async with reqtrail.AsyncClient(BASE, unix_socket=Path(path)) as client:
            return (await client.get("/ok")).status

    assert asyncio.run(main()) == 200
    hosts = [{name.lower(): value for name, value in headers.items()}["host"] for _, _, headers, _ in unix_server.seen]
    assert hosts == ["api.example:8080"] * 2


def test_a_missing_unix_socket(tmp_path: Path) -> None:
    with (
        reqtrail.Client(BASE, unix_socket=tmp_path / "none", max_attempts=1) as client,
        pytest.raises(reqtrail.ConnectError) as info,
    ):
        client.get("/ok")
    assert f"{tmp_path}/none" in str(info.value)
    assert not info.value.may_have_been_sent


def test_pings_are_set_and_turned_off(url: str) -> None:
    for options in (
        {"http2_ping_interval": 1, "http2_ping_timeout": timedelta(milliseconds=500)},
        {"http2_ping_interval": None},
    ):
        with reqtrail.Client(url, **options) as client:  # type: ignore[arg-type]
            assert client.get("/ok").status == 200


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"unix_socket": 7}, TypeError, "unix_socket: expected str or os.PathLike, not int"),
        ({"unix_socket": b"/run/api.sock"}, TypeError, "unix_socket: expected str or os.PathLike, not bytes"),
        ({"unix_socket": ""}, reqtrail.ConfigError, "unix_socket is empty; expected the path of a socket"),
        ({"unix_socket": "/x" * 99}, reqtrail.ConfigError, "unix_socket is the path `/x/x"),
        (
            {"unix_socket": "/x", "proxy": "http://p.example"},
            reqtrail.ConfigError,
            "unix_socket and proxy are both set",
        ),
        ({"http2_ping_interval": 0}, reqtrail.ConfigError, "http2_ping_interval is 0; expected a longer time"),
        ({"http2_ping_interval": -1}, ValueError, "http2_ping_interval is -1; expected seconds"),
        ({"http2_ping_interval": "5"}, TypeError, "http2_ping_interval: expected seconds or a timedelta, not str"),
        ({"http2_ping_timeout": timedelta(0)}, reqtrail.ConfigError, "http2_ping_timeout is 0; expected a longer time"),
        ({"http2_ping_timeout": timedelta(-1)}, ValueError, "http2_ping_timeout is -1 day, 0:00:00; expected seconds"),
    ],
)
def test_wrong_values_are_named(options: Any, error: type[Exception], text: str) -> None:
    for cls in (reqtrail.Client, reqtrail.AsyncClient):
        with pytest.raises(error) as info:
            cls(BASE, **options)
        assert text in str(info.value)
