"""Server actions: typed reports of what became of a 202."""

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
    AsyncCompute,
    Compute,
    Verdict,
)

ID = "c76a7603-95be-4368-87e9-7b9b89fb1d7e"
RESIZE = "req-11111111-1111-4111-8111-111111111111"


class Nova(BaseHTTPRequestHandler):
    """One server, whose resize fails after its 202 or never ends."""

    protocol_version = "HTTP/1.1"
    ids = itertools.count(1)
    fails = True

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response_only(status)
        own = RESIZE if status == 202 else f"req-00000000-0000-4000-8000-{next(self.ids):012}"
        self.send_header("X-Openstack-Request-Id", own)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(202, {})

    def do_GET(self) -> None:
        event = {"event": "cold_migrate", "start_time": "2026-11-21T21:00:00", "finish_time": "2026-11-21T21:00:01"}
        event |= {"result": "Error" if self.fails else None, "details": "No valid host was found."}
        action = {"action": "resize", "instance_uuid": ID, "request_id": RESIZE, "start_time": "2026-11-21T21:00:00"}
        match self.path.split("?")[0].strip("/").split("/"):
            case ["servers", server] if server == ID:
                self.answer(200, {"server": {"id": ID, "status": "ACTIVE", "OS-EXT-STS:task_state": None if self.fails else "resize_prep"}})
            case ["servers", _, "os-instance-actions"]:
                self.answer(200, {"instanceActions": [action]})
            case ["servers", _, "os-instance-actions", _]:
                self.answer(200, {"instanceAction": {**action, "message": "Error" if self.fails else None, "events": [event]}})
            case _:
                self.answer(404, {"itemNotFound": {"code": 404, "message": "no such server"}})


@pytest.fixture
def nova() -> Iterator[Any]:
    handler = type("OwnNova", (Nova,), {"fails": True})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def base(nova: Any) -> str:
    return f"http://127.0.0.1:{nova.server_address[1]}"


def check(failed: ActionFailedError) -> None:
    report = failed.report
    assert report.verdict is Verdict.FAILED
    assert report.request_id == failed.request_id == RESIZE
    assert report.action is not None and report.action.events is not None
    assert report.action.events[0].details == "No valid host was found."
    assert report.server is not None and report.server.status == "ACTIVE"
    assert "No valid host was found." in str(failed) and RESIZE in str(failed)
    assert str(report) == report.report() and "FAILED" in str(report)
    assert report.trails[0].method == "POST" and report.global_request_id == report.trails[0].correlation_id
    assert report.to_dict()["schema"] == "reqtrail.action/1"
    other = pickle.loads(pickle.dumps(failed))
    assert (type(other), str(other), other.report) == (ActionFailedError, str(failed), report)


def test_follow_and_explain(nova: Any) -> None:
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        compute = Compute(client)
        resize = client.post("/servers/{id}/action", params={"id": ID}, json={"resize": {"flavorRef": "2"}})
        with pytest.raises(ActionFailedError) as info:
            compute.follow(ID, resize, poll_interval=0.01, settle_time=0.01)
        check(info.value)
        story = compute.explain(ID)
        assert [told.verdict for told in story.actions] == [Verdict.FAILED]
        assert story.actions[0].action.action == "resize"
        assert RESIZE in str(story) and len(story.trails) == 3
        with pytest.raises(reqtrail.NotFoundError) as missing:
            client.get("/servers/{id}", params={"id": "other"})
        assert missing.value.code is reqtrail.openstack.Fault.ITEM_NOT_FOUND


def test_follow_and_explain_for_asyncio(nova: Any) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            compute = AsyncCompute(client)
            resize = await client.post("/servers/{id}/action", params={"id": ID}, json={"resize": {"flavorRef": "2"}})
            with pytest.raises(ActionFailedError) as info:
                await compute.follow(ID, resize, poll_interval=0.01, settle_time=0.01)
            check(info.value)
            assert [told.verdict for told in (await compute.explain(ID)).actions] == [Verdict.FAILED]

    asyncio.run(main())


def test_following_ends_when_it_is_told_to(nova: Any) -> None:
    nova.RequestHandlerClass.fails = False
    token = reqtrail.CancelToken()
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        report = Compute(client).follow(ID, RESIZE, poll_interval=0.01, deadline=0.2)
        assert report.verdict is Verdict.UNKNOWN
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(ActionUnfollowedError) as info:
            Compute(client).follow(ID, RESIZE, cancel=token)
        assert isinstance(info.value.__cause__, reqtrail.CancelledError)
        assert info.value.report.verdict is Verdict.UNKNOWN

    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            task = asyncio.create_task(AsyncCompute(client).follow(ID, RESIZE))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as info:
                await task
            assert isinstance(info.value.__cause__, ActionUnfollowedError)

    asyncio.run(main())
