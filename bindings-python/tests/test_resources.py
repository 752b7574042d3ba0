"""Following volumes and images: what happened after a service accepted a request."""

import asyncio
import itertools
import json
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import reqtrail
from reqtrail.openstack import (
    ActionFailedError,
    ActionUnfollowedError,
    AsyncResources,
    Progress,
    Resources,
    Verdict,
)

VOLUME = "86a92e20-c6ef-44cc-9712-5a931ec997fe"
IMAGE = "71252fd2-b48d-43c3-9391-153739746e29"
REQUEST = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4"
NO_SPACE = "extend volume:Could not find any available weighted backend."


class Cinder(BaseHTTPRequestHandler):
    """A volume that cannot be extended and stays `available`, and an image whose import fails."""

    protocol_version = "HTTP/1.1"
    ids = itertools.count(1)

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response_only(status)
        own = REQUEST if status == 202 else f"req-00000000-0000-4000-8000-{next(self.ids):012}"
        self.send_header("X-Openstack-Request-Id", own)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        created = self.path == "/volumes"
        self.answer(202, {"volume": {"id": VOLUME, "status": "creating"}} if created else None)

    def do_GET(self) -> None:
        message = {"id": "m", "event_id": "VOLUME_VOLUME_007_003", "user_message": NO_SPACE, "message_level": "ERROR"}
        message |= {"request_id": REQUEST, "resource_uuid": VOLUME, "created_at": "2026-11-21T21:00:00.400000"}
        another = message | {"request_id": "req-11111111-1111-4111-8111-111111111111", "user_message": "another's"}
        task = {
            "id": "t",
            "type": "api_image_import",
            "status": "failure",
            "message": "no such host",
            "request_id": REQUEST,
        }
        match self.path.split("?")[0].strip("/").split("/"):
            case ["volumes", volume] if volume == VOLUME:
                body = {"id": VOLUME, "name": "data", "status": "available", "size": 1, "bootable": "false"}
                self.answer(200, {"volume": body})
            case ["messages"]:
                assert self.headers["OpenStack-API-Version"] == "volume 3.5"
                self.answer(200, {"messages": [another, message]})
            case ["v2", "images", _, "tasks"]:
                self.answer(200, {"tasks": [task]})
            case ["v2", "images", image]:
                self.answer(200, {"id": image, "status": "importing", "size": 9})
            case _:
                self.answer(404, {"itemNotFound": {"code": 404, "message": "no such volume"}})


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Cinder) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


EXTEND = {"params": {"id": VOLUME}, "json": {"os-extend": {"new_size": 2}}}


def check(failed: ActionFailedError) -> None:
    report = failed.report
    assert (report.verdict, report.operation) == (Verdict.FAILED, "extend")
    assert (report.resource_type, report.resource_id, report.server_id) == ("volume", VOLUME, "")
    assert report.request_id == failed.request_id == REQUEST
    (message,) = report.messages
    assert (message.user_message, message.event_id) == (NO_SPACE, "VOLUME_VOLUME_007_003")
    assert report.resource is not None
    assert (report.resource.status, report.resource.size, report.resource.data["bootable"]) == ("available", 1, "false")
    assert str(failed).startswith(
        f"extend of volume {VOLUME} failed: the volume is available with 1 GiB, not 2: {NO_SPACE}"
    )
    assert REQUEST in str(failed) and "another's" not in json.dumps(report.to_dict())
    assert "FAILED" in str(report) and "volume now: available, 1 GiB" in str(report)
    assert report.trails[0].method == "POST" and failed.trail == report.trails[0]
    other = pickle.loads(pickle.dumps(failed))
    assert (type(other), str(other), other.report) == (ActionFailedError, str(failed), report)


def test_an_extend_without_space(url: str) -> None:
    with reqtrail.Client.openstack(url, token="gAAAAA-token", service="volume") as client:
        resources = Resources(client)
        extend = client.post("/volumes/{id}/action", **EXTEND)
        with pytest.raises(ActionFailedError) as info:
            resources.follow(extend, poll_interval=0.01, settle_time=0.01)
        check(info.value)
        # By IDs only. The message outranks the size.
        seen: list[Progress] = []
        with pytest.raises(ActionFailedError):
            resources.follow("volume.extend", VOLUME, REQUEST, size=2, on_progress=seen.append)
        assert [it.resource.status for it in seen if it.resource] == ["available"]
        # The answer to a creation names the volume.
        created = client.post("/volumes", json={"volume": {"size": 1}})
        report = resources.follow(created)
        assert (report.verdict, report.resource_id) == (Verdict.SUCCEEDED, VOLUME)


def test_an_extend_for_asyncio(url: str) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(url, token="gAAAAA-token", service="volume") as client:
            extend = await client.post("/volumes/{id}/action", **EXTEND)
            with pytest.raises(ActionFailedError) as info:
                await AsyncResources(client).follow(extend, poll_interval=0.01)
            check(info.value)

    asyncio.run(main())


def test_an_import_fails_with_the_message_of_its_task(url: str) -> None:
    with reqtrail.Client.openstack(url, token="gAAAAA-token", service="image") as client:
        accepted = client.post(
            "/v2/images/{id}/import", params={"id": IMAGE}, json={"method": {"name": "web-download"}}
        )
        with pytest.raises(ActionFailedError, match=f"import of image {IMAGE} failed: .*no such host") as info:
            Resources(client).follow(accepted)
        task = info.value.report.task
        assert task is not None
        assert (task.task_type, task.status, task.request_id) == ("api_image_import", "failure", REQUEST)


def test_what_cannot_be_followed(url: str) -> None:
    with reqtrail.Client.openstack(url, token="gAAAAA-token") as client:
        resources: Any = Resources(client)
        with pytest.raises(ActionUnfollowedError, match=r"kind is `volume`; expected `volume\.create`, ") as info:
            resources.follow("volume", VOLUME, REQUEST)
        assert info.value.kind is reqtrail.ErrorKind.INVALID_REQUEST
        with pytest.raises(ActionUnfollowedError, match="no such volume"):
            resources.follow("volume.create", "other", REQUEST, settle_time=0.01, poll_interval=0.01)
        done = resources.follow(client.get("/volumes/{id}", params={"id": VOLUME}))
        assert done.verdict is Verdict.SUCCEEDED
        assert "it was done when it was answered" in done.evidence
        created = client.post("/volumes", json={})
        for given, text in [
            ((created, VOLUME), "the Response names what it began"),
            ((5,), "what: expected a Response, or a kind"),
            (("volume.create",), "resource_id: expected a str, not NoneType"),
            (("volume.create", VOLUME), "request_id: expected a str or a Response, not NoneType"),
        ]:
            with pytest.raises(TypeError, match=text):
                resources.follow(*given)
        with pytest.raises(TypeError, match="microversion"):
            resources.follow(created, microversion="3.5")
