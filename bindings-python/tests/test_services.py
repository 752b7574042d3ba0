"""Clients of any service of a cloud."""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

import reqtrail
from reqtrail.openstack import Cloud, ServiceEndpoint


class Services(BaseHTTPRequestHandler):
    """Keystone, a Cinder whose endpoint names its version, and a Glance whose endpoint does not."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    hang: threading.Event | None = None
    hung = threading.Event()

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in {"X_Openstack_Request_Id": f"req-{len(self.seen)}", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        here = f"http://127.0.0.1:{self.server.server_address[1]}"

        def service(name: str, path: str) -> dict[str, Any]:
            interfaces = {"public": here, "internal": f"{here}/inner"}
            endpoints = [
                {"interface": interface, "region_id": "One", "url": url + path} for interface, url in interfaces.items()
            ]
            return {"type": name, "endpoints": endpoints}

        catalog = [
            service("compute", "/compute/v2.1"),
            service("volumev3", "/volume/v3/%(project_id)s"),
            service("image", "/image"),
            service("key-manager", "/kms"),
        ]
        token = {"catalog": catalog, "project": {"id": "p1", "name": "prod"}}
        self.answer(201, {"token": token}, X_Subject_Token="t1")

    def do_GET(self) -> None:
        self.seen.append(f"{self.path} {self.headers['OpenStack-API-Version']}")
        if self.path == "/image/":
            if self.hang is not None:
                self.hung.set()
                self.hang.wait()
            links = [{"rel": "self", "href": "http://10.0.0.9:9292/v2/"}]
            return self.answer(300, {"versions": [{"id": "v2.17", "status": "CURRENT", "links": links}]})
        if self.path == "/kms/":
            return self.answer(505, {})
        self.answer(200, {}, OpenStack_API_Version="volume 3.59")


@pytest.fixture
def services() -> Iterator[Any]:
    handler = type("OwnServices", (Services,), {"seen": [], "hung": threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        if handler.hang is not None:  # type: ignore[attr-defined]
            handler.hang.set()  # type: ignore[attr-defined]
        server.shutdown()


def cloud(server: Any, **settings: Any) -> Cloud:
    auth = {
        "auth_url": f"http://127.0.0.1:{server.server_address[1]}",
        "application_credential_id": "c1",
        "application_credential_secret": "hunter2",
    }
    return Cloud.from_dict({"auth_type": "v3applicationcredential", "auth": auth, **settings})


def seen(server: Any) -> list[str]:
    paths: list[str] = server.RequestHandlerClass.seen
    return paths


def test_a_client_of_a_service_calls_its_endpoint(services: Any) -> None:
    connection = cloud(services, volume_default_microversion="3.50").connect()
    with connection.client(service="volume", max_attempts=1) as client:
        response = client.get("/volumes")
    assert (response.trail.service, response.microversion) == ("volume", "3.59")
    with connection.client(service="block-storage", interface="internal", microversion="3.70") as client:
        assert client.get("/volumes").trail.service == "block-storage"
    with connection.client(interface="internal") as client:
        client.get("/servers")
    assert seen(services) == [
        "/volume/v3/p1/volumes volume 3.50",
        "/inner/volume/v3/p1/volumes volume 3.70",
        "/inner/compute/v2.1/servers None",
    ]


def test_a_version_document_is_read_once(services: Any) -> None:
    connection = cloud(services).connect()
    for _ in range(2):
        with connection.client(service="image") as client:
            assert client.get("/images").trail.service == "image"
    assert seen(services) == ["/image/ None", "/image/v2/images None", "/image/v2/images None"]


def test_services_are_listed(services: Any) -> None:
    connection = cloud(services).connect()
    listed = connection.services()
    url = f"http://127.0.0.1:{services.server_address[1]}/volume/v3/p1"
    assert listed[2] == ServiceEndpoint(service_type="volumev3", region="One", interface="public", url=url)
    assert len(listed) == 8
    assert Cloud.from_dict({"auth_type": "none", "endpoint": url}).connect().services() == ()


def test_mistakes_are_named(services: Any) -> None:
    connection = cloud(services).connect()
    with pytest.raises(reqtrail.ConfigError, match="no service of the type `network`; it has compute, image"):
        connection.client(service="network")
    with pytest.raises(reqtrail.ConfigError, match="in the region `Six`"):
        connection.client(service="image", region="Six")
    with pytest.raises(reqtrail.ConfigError, match="the service `image` has no microversions"):
        connection.client(service="image", microversion="2.1")
    with pytest.raises(TypeError, match="service: expected"):
        connection.client(service=7)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="colour"):
        connection.client(service="image", colour="red")  # type: ignore[call-arg]


def test_a_failure_to_learn_the_version_has_its_trail(services: Any, caplog: pytest.LogCaptureFixture) -> None:
    connection = cloud(services).connect()
    with caplog.at_level(logging.DEBUG, "reqtrail"), pytest.raises(reqtrail.ServerError) as info:
        connection.client(service="key-manager")
    assert info.value.trail is not None
    assert (info.value.trail.service, info.value.trail.path) == ("key-manager", "/")
    assert any("GET call to key-manager for " in record.getMessage() for record in caplog.records)


def test_asyncio_clients_of_a_service(services: Any) -> None:
    async def main() -> None:
        connection = await cloud(services).connect_async()
        client = await connection.async_client(service="image")
        async with client:
            assert (await client.get("/images")).trail.service == "image"
        async with connection.async_client(interface="internal") as compute:
            assert (await compute.get("/servers")).trail.service == "compute"
        with pytest.raises(reqtrail.ConfigError):
            await connection.async_client(service="network")

    asyncio.run(main())
    assert seen(services) == ["/image/ None", "/image/v2/images None", "/inner/compute/v2.1/servers None"]


def test_learning_the_version_is_cancelled_with_its_task(services: Any) -> None:
    handler = services.RequestHandlerClass
    handler.hang = threading.Event()

    async def main() -> None:
        connection = await cloud(services).connect_async()
        task = asyncio.ensure_future(connection.async_client(service="image"))
        await asyncio.to_thread(handler.hung.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as info:
            await task
        trail = info.value.trail  # type: ignore[attr-defined]
        assert (trail.service, trail.outcome) == ("image", "cancelled")

    asyncio.run(main())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_client_of_a_service_works_in_the_child_of_a_fork(services: Any) -> None:
    client = cloud(services).connect().client(service="image")
    client.get("/images")
    child = os.fork()
    if child == 0:
        service = client.get("/images").trail.service
        os._exit(0 if service == "image" else 1)
    assert os.waitpid(child, 0)[1] == 0
    # The child builds its client again, without asking again.
    assert seen(services) == ["/image/ None", "/image/v2/images None", "/image/v2/images None"]
