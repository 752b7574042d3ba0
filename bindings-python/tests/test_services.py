"""Clients of any service of a cloud."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import reqtrail
from clouds import CloudHandler, cloud, serving, url_of
from reqtrail.openstack import Cloud, ServiceEndpoint


class Services(CloudHandler):
    """Keystone, a Cinder whose endpoint names its version, and a Glance whose endpoint does not."""

    def catalog(self) -> list[Any]:
        here = self.here()

        def service(name: str, path: str) -> dict[str, Any]:
            interfaces = {"public": here, "internal": f"{here}/inner"}
            endpoints = [
                {"interface": interface, "region_id": "One", "url": url + path} for interface, url in interfaces.items()
            ]
            return {"type": name, "endpoints": endpoints}

        return [
            service("compute", "/compute/v2.1"),
            service("volumev3", "/volume/v3/%(project_id)s"),
            service("image", "/image"),
            service("key-manager", "/kms"),
        ]

    def do_GET(self) -> None:
        self.seen.append(f"{self.path} {self.headers['OpenStack-API-Version']}")
        if self.path == "/image/":
            self.hold()
            links = [{"rel": "self", "href": "http://10.0.0.9:9292/v2/"}]
            return self.answer(300, {"versions": [{"id": "v2.17", "status": "CURRENT", "links": links}]})
        if self.path == "/kms/":
            return self.answer(505, {})
        self.answer(200, {}, OpenStack_API_Version="volume 3.59")


@pytest.fixture
def services() -> Iterator[Any]:
    with serving(Services) as server:
        yield server


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


def test_a_cloud_has_keys_of_single_services(services: Any) -> None:
    here = url_of(services)
    connection = cloud(
        services,
        volume_interface="internal",
        image_endpoint_override=f"{here}/own/v2",
        network_endpoint_override=f"{here}/net/v2.0",
        compute_interface=["admin", "internal"],
        sharev2_endpoint_override=f"{here}/share/v2/%(project_id)s",
        shared_file_system_default_microversion="2.60",
    ).connect()
    for service in ("volume", "image", "network", "shared-file-system"):
        with connection.client(service=service) as client:
            client.get("/things")
    with connection.client() as client:
        client.get("/servers")
    assert seen(services) == [
        "/inner/volume/v3/p1/things None",
        "/own/v2/things None",
        "/net/v2.0/things None",
        "/share/v2/p1/things shared-file-system 2.60",
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
    url = f"{url_of(services)}/volume/v3/p1"
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
    with pytest.raises(TypeError, match="cancel: expected a CancelToken, not bool"):
        connection.client(service="image", cancel=True)  # type: ignore[arg-type]
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


def test_a_token_cancels_learning_the_version(services: Any) -> None:
    handler = services.RequestHandlerClass
    handler.hang = threading.Event()
    connection = cloud(services).connect()

    def cancel_when_hung(token: reqtrail.CancelToken) -> None:
        handler.hung.wait()
        handler.hung.clear()
        token.cancel()

    def cancelling() -> reqtrail.CancelToken:
        token = reqtrail.CancelToken()
        threading.Thread(target=cancel_when_hung, args=(token,), daemon=True).start()
        return token

    with pytest.raises(reqtrail.CancelledError) as info:
        connection.client(service="image", cancel=cancelling())
    assert info.value.trail is not None and info.value.trail.service == "image"

    async def main() -> None:
        with pytest.raises(reqtrail.CancelledError) as info:
            await connection.async_client(service="image", cancel=cancelling())
        assert info.value.trail is not None and info.value.trail.service == "image"

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
