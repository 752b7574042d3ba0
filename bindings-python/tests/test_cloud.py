"""Signing in to OpenStack, and the clients of a connection."""

import asyncio
import itertools
import json
import logging
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

import reqtrail
from clouds import CloudHandler, serving, url_of
from reqtrail._native import RawCloud
from reqtrail.openstack import AsyncCompute, Cloud, Compute

PASSWORD = 'hünter2-"pass" 😀'


class OpenStack(CloudHandler):
    """Keystone, and a compute API that refuses Keystone's first token."""

    tokens = itertools.count(1)
    sign_ins: ClassVar[list[Any]] = []
    credentials: ClassVar[list[str | None]] = []
    refuses = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.sign_ins.append(body["auth"])
        if self.hang is not None:
            self.hung.set()
            self.hang.wait()
            return
        identity = body["auth"]["identity"]
        if self.refuses or identity.get("password", {}).get("user", {}).get("password", PASSWORD) != PASSWORD:
            error = {"error": {"code": 401, "message": "no", "title": "Unauthorized"}}
            return self.answer(401, error, X_Openstack_Request_Id="req-refused")
        here = f"{self.here()}/compute"
        catalog = [{"type": "compute", "endpoints": [{"interface": "public", "region_id": "One", "url": here}]}]
        end = datetime.now(UTC) + timedelta(hours=1)
        token = {
            "catalog": catalog,
            "expires_at": end.isoformat().replace("+00:00", "Z"),
            "user": {"id": "u1", "name": "demo"},
            "project": {"id": "p1", "name": "prod"},
        }
        number = next(self.tokens)
        self.answer(
            201, {"token": token}, X_Subject_Token=f"t-secret-{number}", X_Openstack_Request_Id=f"req-signin-{number}"
        )

    def do_GET(self) -> None:
        self.credentials.append(self.headers["Authorization"])
        if self.headers["X-Auth-Token"] == "t-secret-1":
            return self.answer(401, {}, X_Openstack_Request_Id="req-old")
        self.answer(200, {"server": {"id": "s1", "status": "ACTIVE"}}, X_Openstack_Request_Id="req-new")


def until(done: Callable[[], bool]) -> None:
    """Waits until another thread has done something."""
    for _ in range(2000):
        if done():
            return
        time.sleep(0.005)
    raise AssertionError("it did not happen within 10 seconds")


@pytest.fixture
def openstack() -> Iterator[Any]:
    with serving(OpenStack, tokens=itertools.count(1), sign_ins=[], credentials=[]) as server:
        yield server


def auth(server: Any) -> dict[str, str | reqtrail.Secret]:
    return {
        "auth_url": url_of(server),
        "username": "demo",
        "password": reqtrail.Secret(PASSWORD),
        "project_name": "prod",
        "user_domain_name": "Default",
        "project_domain_id": "default",
    }


def test_clients_of_a_connection_sign_in_again(openstack: Any) -> None:
    cloud = Cloud(auth=auth(openstack), region_name="One")
    connection = cloud.connect()
    session = connection.session
    assert session is not None and session.expires_at is not None
    assert (session.project_id, session.project_name, session.user_name) == ("p1", "prod", "demo")
    assert timedelta(0) < session.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    assert session.trail.request_ids == ("req-signin-1",) and session.trail.method == "POST"
    assert connection.endpoint.endswith("/compute/v2.1")
    with connection.client(max_attempts=1) as client:
        server = Compute(client).server("s1")
    assert server.status == "ACTIVE" and server.trail is not None
    # The server refuses the first token, so the client signs in again.
    assert [attempt.request_id for attempt in server.trail.attempts] == ["req-old", "req-new"]
    assert len(openstack.RequestHandlerClass.sign_ins) == 2
    for shown in (repr(cloud), repr(connection), repr(client), server.trail.to_json()):
        assert "secret" not in shown.replace("secret: ", "") and PASSWORD not in shown and "nter2" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(cloud)
    with pytest.raises(TypeError):
        pickle.dumps(connection)


def test_a_passcode_signs_in_once(openstack: Any) -> None:
    two = {**auth(openstack), "passcode": reqtrail.Secret("918273"), "trust_id": "t1"}
    del two["project_name"]
    cloud = Cloud(auth_type="v3multifactor", auth_methods=["v3password", "v3totp"], auth=two, region_name="One")
    connection = cloud.connect()
    (sent,) = openstack.RequestHandlerClass.sign_ins
    assert sent["identity"]["methods"] == ["password", "totp"]
    assert sent["identity"]["totp"]["user"]["passcode"] == "918273"
    assert sent["scope"] == {"OS-TRUST:trust": {"id": "t1"}}
    with connection.client() as client, pytest.raises(reqtrail.AuthenticationError) as info:
        client.get("/servers/s1")
    assert "new passcode" in str(info.value.__cause__)
    with pytest.raises(reqtrail.ConfigError, match="new passcode"):
        cloud.connect()
    assert len(openstack.RequestHandlerClass.sign_ins) == 1
    assert "918273" not in repr((cloud, connection, info.value, info.value.__cause__))


def test_http_basic_auth_is_sent_with_each_call(openstack: Any) -> None:
    endpoint = f"http://127.0.0.1:{openstack.server_address[1]}/v1"
    basic = {"endpoint": endpoint, "username": "admin", "password": reqtrail.Secret("hunter2")}
    connection = Cloud.from_dict({"auth_type": "http_basic", "auth": basic}).connect()
    assert connection.session is None
    with connection.client() as client:
        client.get("/nodes")
        assert "hunter2" not in repr((client, connection))
    assert openstack.RequestHandlerClass.credentials == ["Basic YWRtaW46aHVudGVyMg=="]


def test_a_sign_in_for_asyncio(openstack: Any) -> None:
    async def main() -> None:
        connection = await Cloud(auth=auth(openstack), region_name="One").connect_async()
        async with connection.async_client() as client:
            server = await AsyncCompute(client).server("s1")
        assert server.trail is not None and server.trail.request_ids == ("req-old", "req-new")

    asyncio.run(main())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_client_of_a_connection_works_in_the_child_of_a_fork(openstack: Any) -> None:
    connection = Cloud(auth=auth(openstack), region_name="One").connect()
    client = connection.client()
    assert client.get("/servers/s1").trail.request_ids == ("req-old", "req-new")
    child = os.fork()
    if child == 0:
        # The child's new client has the session's token, which is refused; it works, and so does renewing it.
        good = client.get("/servers/s1").trail.request_ids == ("req-old", "req-new")
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    client.close()


def test_sign_ins_reach_hooks_and_log_and_their_failure_is_the_cause(
    openstack: Any, caplog: pytest.LogCaptureFixture
) -> None:
    paths: list[str] = []
    handler = openstack.RequestHandlerClass
    caplog.set_level("DEBUG", logger="reqtrail")
    connection = Cloud(auth=auth(openstack), region_name="One").connect()
    handler.refuses = True
    with connection.client(on_call=lambda trail: paths.append(trail.path), max_attempts=1) as client:
        with pytest.raises(reqtrail.AuthenticationError) as info:
            client.get("/servers/s1")
    assert info.value.request_ids == ("req-old",)
    cause = info.value.__cause__
    assert isinstance(cause, reqtrail.AuthenticationError) and cause.request_id == "req-refused"
    assert cause.trail is not None and cause.trail.path == "/v3/auth/tokens"
    assert paths == ["/v3/auth/tokens", "/servers/s1"]
    until(lambda: sum(record.path == "/v3/auth/tokens" for record in caplog.records if hasattr(record, "path")) >= 2)


def test_a_refused_sign_in_has_its_trail(openstack: Any) -> None:
    wrong = {**auth(openstack), "password": "something else"}
    with pytest.raises(reqtrail.AuthenticationError) as refused:
        Cloud(auth=wrong).connect()
    assert refused.value.request_id == "req-refused"
    assert refused.value.trail is not None and refused.value.trail.path == "/v3/auth/tokens"
    assert "something else" not in refused.value.trail.to_json() + str(refused.value)


def test_mistakes_are_named() -> None:
    with pytest.raises(TypeError, match=r"a cloud has no option `regoin_name`; did you mean `region_name`\?"):
        Cloud(regoin_name="One")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no option `password`: it is a key of `auth`"):
        Cloud(password=PASSWORD)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no option `fruit`; it has auth, auth_type, region_name"):
        Cloud(auth=None, fruit=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"no option `volume_interfac`; did you mean `volume_interface`\?"):
        Cloud(volume_interfac="internal")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no option `colour_interface`"):
        Cloud(colour_interface="internal")  # type: ignore[call-arg]
    with pytest.raises(reqtrail.ConfigError, match="username"):
        Cloud(auth={"auth_url": "https://keystone.example", "password": "x"})
    with pytest.raises(reqtrail.ConfigError, match="expected password"):
        Cloud(auth={}, auth_type="v3oidc")
    with pytest.raises(TypeError, match=r"the description of a cloud: expected text, .*, not object"):
        Cloud.from_dict({"auth": object()})


def test_each_typed_option_is_one() -> None:
    names = list(reqtrail.openstack.CloudOptions.__annotations__)
    assert "volume_interface" in names
    assert RawCloud.unknown(names) is None


def test_clouds_are_found_as_openstacksdk_finds_them(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds: {one: {auth_type: none, endpoint: 'https://one.example/v2.1'}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    for cloud in (Cloud.from_env(), Cloud.named("one")):
        connection = cloud.connect()
        assert (connection.endpoint, connection.session) == ("https://one.example/v2.1", None)
    entry = {"auth_type": "none", "endpoint": "https://two.example/v2.1", "volume_api_version": 3}
    assert Cloud.from_dict(entry).connect().endpoint == "https://two.example/v2.1"
    with pytest.raises(reqtrail.ConfigError, match="has no cloud `two`; it has one"):
        Cloud.named("two")


def test_ignored_variables_are_noted(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds: {one: {auth_type: none, endpoint: 'https://one.example', region_name: One}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    monkeypatch.setenv("OS_CLOUD", "one")
    monkeypatch.setenv("OS_REGION_NAME", "Two")
    (note,) = Cloud.from_env().notes
    assert "OS_REGION_NAME is `Two`" in note
    assert [record.getMessage() for record in caplog.records if record.name == "reqtrail"] == [note]
    assert Cloud.named("one").notes == Cloud.from_env("One").notes == ()


def test_a_failing_log_handler_does_not_fail_from_env(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds: {one: {auth_type: none, endpoint: 'https://one.example', region_name: One}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    monkeypatch.setenv("OS_CLOUD", "one")
    monkeypatch.setenv("OS_REGION_NAME", "Two")
    texts: list[str] = []

    class Fails(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.append(record.getMessage())
            if len(texts) == 1:
                # Its own note is not logged.
                Cloud.from_env()
            raise LookupError("a handler that fails")

    handler = Fails()
    logger = logging.getLogger("reqtrail")
    logger.addHandler(handler)
    try:
        assert len(Cloud.from_env().notes) == len(texts) == 1
        assert "LookupError: a handler that fails" in capsys.readouterr().err
        factory = logging.getLogRecordFactory()

        def fails(*_: Any, **__: Any) -> logging.LogRecord:
            raise LookupError("a factory that fails")

        logging.setLogRecordFactory(fails)
        try:
            assert len(Cloud.from_env().notes) == 1
        finally:
            logging.setLogRecordFactory(factory)
        assert "LookupError: a factory that fails" in capsys.readouterr().err
    finally:
        logger.removeHandler(handler)


def test_a_sign_in_is_cancelled(openstack: Any) -> None:
    handler = openstack.RequestHandlerClass
    handler.hang = threading.Event()
    cloud = Cloud(auth=auth(openstack))

    async def main() -> None:
        task = asyncio.create_task(cloud.connect_async())
        await asyncio.to_thread(handler.hung.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as info:
            await task
        assert isinstance(info.value.__cause__, reqtrail.CancelledError)
        assert info.value.trail.path == "/v3/auth/tokens"  # type: ignore[attr-defined]

        token = reqtrail.CancelToken()
        handler.hung.clear()
        connecting = asyncio.create_task(cloud.connect_async(cancel=token))
        await asyncio.to_thread(handler.hung.wait)
        token.cancel()
        with pytest.raises(reqtrail.CancelledError):
            await connecting

    asyncio.run(main())
    token = reqtrail.CancelToken()
    token.cancel()
    with pytest.raises(reqtrail.CancelledError) as cancelled:
        cloud.connect(cancel=token)
    assert cancelled.value.trail is not None


def test_ctrl_c_ends_a_sign_in(openstack: Any) -> None:
    handler = openstack.RequestHandlerClass
    handler.hang = threading.Event()

    def interrupt() -> None:
        handler.hung.wait()
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt) as info:
            Cloud(auth=auth(openstack)).connect()
        assert info.value.trail.path == "/v3/auth/tokens"  # type: ignore[attr-defined]
        assert isinstance(info.value.__cause__, reqtrail.CancelledError)
    finally:
        signal.signal(signal.SIGINT, before)
