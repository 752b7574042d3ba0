"""The variables that name certificate authorities, which replace the system's, as elsewhere in Python."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

import reqtrail
from conftest import Server, serving

VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def https(authority: trustme.CA) -> Iterator[str]:
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server.url.replace("http:", "https:")


def written(authority: trustme.CA, path: Path) -> Path:
    authority.cert_pem.write_to_path(str(path))
    return path


def get(url: str) -> int:
    with reqtrail.Client(url, max_attempts=1) as client:
        return client.get("/ok").status


def test_each_variable_replaces_the_store(
    https: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = written(authority, folder / "ca.pem")
    other = written(trustme.CA(), tmp_path / "other.pem")
    with pytest.raises(reqtrail.ConnectError):
        get(https)
    for name, good in [
        ("SSL_CERT_FILE", file),
        ("SSL_CERT_DIR", folder),
        ("REQUESTS_CA_BUNDLE", file),
        ("REQUESTS_CA_BUNDLE", folder),
    ]:
        # A client reads the variables when it connects.
        monkeypatch.setenv(name, str(good))
        assert get(https) == 200, name
        # REQUESTS_CA_BUNDLE comes first; a file and a directory are trusted together.
        if name == "REQUESTS_CA_BUNDLE":
            monkeypatch.setenv("SSL_CERT_FILE", str(other))
            assert get(https) == 200
        monkeypatch.setenv(name, str(other) if name != "SSL_CERT_DIR" else str(tmp_path))
        with pytest.raises(reqtrail.ConnectError):
            get(https)
        monkeypatch.setenv(name, "")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(reqtrail.ConnectError):
            get(https)
        monkeypatch.delenv(name, raising=False)


def test_extra_authorities_are_added_to_it(
    https: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(written(trustme.CA(), tmp_path / "other.pem")))
    with reqtrail.Client(https, extra_ca=authority.cert_pem.bytes(), max_attempts=1) as client:
        assert client.get("/ok").status == 200


def test_a_path_that_is_wrong_is_named(https: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(reqtrail.ReqtrailError, match=r"REQUESTS_CA_BUNDLE names .*none\.pem"):
        get(https)
