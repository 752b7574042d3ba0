"""Server actions: typed reports of what happened after a 202."""

import asyncio
import itertools
import json
import logging
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import reqtrail
from reqtrail.openstack import (
    ActionFailedError,
    ActionUnfollowedError,
    AsyncCompute,
    Compute,
    ExplainError,
    Progress,
    Verdict,
)

ID = "c76a7603-95be-4368-87e9-7b9b89fb1d7e"
RESIZE = "req-11111111-1111-4111-8111-111111111111"


class Nova(BaseHTTPRequestHandler):
    """One server, whose resize fails after its 202 or never ends."""

    protocol_version = "HTTP/1.1"
    ids = itertools.count(1)
    fails = True
    refuses = False

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
        event |= {"host": "compute-1", "hostId": "5e1f"}
        action = {"action": "resize", "instance_uuid": ID, "request_id": RESIZE, "start_time": "2026-11-21T21:00:00"}
        match self.path.split("?")[0].strip("/").split("/"):
            case ["servers"]:
                self.answer(200, {"servers": [{"id": ID, "name": "web"}] if "name=%5Eweb%24" in self.path else []})
            case ["servers", server] if server == ID:
                self.answer(
                    200,
                    {
                        "server": {
                            "id": ID,
                            "status": "ACTIVE",
                            "OS-EXT-STS:task_state": None if self.fails else "resize_prep",
                        }
                    },
                )
            case ["servers", _, "os-instance-actions"] if self.refuses:
                self.answer(403, {"forbidden": {"code": 403, "message": "no"}})
            case ["servers", _, "os-instance-actions"]:
                self.answer(200, {"instanceActions": [action]})
            case ["servers", _, "os-instance-actions", _]:
                self.answer(
                    200, {"instanceAction": {**action, "message": "Error" if self.fails else None, "events": [event]}}
                )
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
    (step,) = report.action.events
    assert (step.host, step.host_id, step.details) == ("compute-1", "5e1f", "No valid host was found.")
    assert report.server is not None and report.server.status == "ACTIVE"
    assert "No valid host was found." in str(failed) and RESIZE in str(failed)
    assert str(report) == report.report() and "FAILED" in str(report)
    assert report.trails[0].method == "POST" and report.global_request_id == report.trails[0].correlation_id
    assert report.to_dict()["schema"] == "reqtrail.action/1"
    assert failed.trail == report.trails[0] and failed.kind is reqtrail.ErrorKind.API
    assert failed.may_have_been_sent
    assert failed.request_ids[0] == RESIZE and len(failed.request_ids) >= 3
    other = pickle.loads(pickle.dumps(failed))
    assert (type(other), str(other), other.report) == (ActionFailedError, str(failed), report)


def test_follow_and_explain(nova: Any) -> None:
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        compute = Compute(client)
        resize = client.post("/servers/{id}/action", params={"id": ID}, json={"resize": {"flavorRef": "2"}})
        with pytest.raises(ActionFailedError) as info:
            compute.follow(ID, resize, poll_interval=0.01, settle_time=0.01)
        check(info.value)
        history = compute.explain(ID)
        assert [outcome.verdict for outcome in history.actions] == [Verdict.FAILED]
        assert history.actions[0].action.action == "resize"
        assert RESIZE in str(history) and len(history.trails) == 3
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
            assert [outcome.verdict for outcome in (await compute.explain(ID)).actions] == [Verdict.FAILED]

    asyncio.run(main())


def test_following_ends_at_its_deadline_or_when_cancelled(nova: Any) -> None:
    nova.RequestHandlerClass.fails = False
    token = reqtrail.CancelToken()
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        report = Compute(client).follow(ID, RESIZE, poll_interval=0.01, deadline=0.2)
        assert report.verdict is Verdict.UNKNOWN
        threading.Timer(0.1, token.cancel).start()
        with pytest.raises(ActionUnfollowedError) as info:
            Compute(client).follow(ID, RESIZE, cancel=token)
        assert isinstance(info.value.__cause__, reqtrail.CancelledError)
        assert info.value.report.verdict is Verdict.UNKNOWN and info.value.kind == "cancelled"

    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            task = asyncio.create_task(AsyncCompute(client).follow(ID, RESIZE))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as info:
                await task
            assert isinstance(info.value.__cause__, ActionUnfollowedError)
            assert info.value.trail == info.value.__cause__.report.trails[0]  # type: ignore[attr-defined]

    asyncio.run(main())


def test_reads_are_typed_and_have_their_trails(nova: Any) -> None:
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        compute = Compute(client)
        server = compute.server(ID)
        assert (server.id, server.status, server.fault) == (ID, "ACTIVE", None)
        action = compute.action(ID, RESIZE)
        assert action.events is not None and action.events[0].event == "cold_migrate"
        page = compute.actions(ID, limit=3, marker=RESIZE, changes_since=datetime(2026, 1, 1, tzinfo=UTC))
        assert [listed.action for listed in page.actions] == ["resize"] and page.next is None
        for read in (server, action, page):
            assert read.trail is not None and len(read.trail.attempts) == 1
            assert pickle.loads(pickle.dumps(read)) == read
        with pytest.raises(reqtrail.NotFoundError):
            compute.server("other")
        with pytest.raises(ValueError, match="changes_since: expected a datetime with a time zone"):
            compute.actions(ID, changes_since=datetime(2026, 1, 1))
        with pytest.raises(TypeError, match="changes_before: expected a datetime, not str"):
            compute.actions(ID, changes_before="2026-01-01")  # type: ignore[arg-type]
        with pytest.raises(reqtrail.CancelledError):
            token = reqtrail.CancelToken()
            token.cancel()
            compute.server(ID, cancel=token)
        with pytest.raises(TypeError, match="`server` has no option `deadline`; it has microversion, timeout, cancel"):
            compute.server(ID, deadline=1)  # type: ignore[call-arg]
        with pytest.raises(reqtrail.RequestBuildError, match="the request ID is empty; expected"):
            compute.follow(ID, "")
        with pytest.raises(TypeError, match="expected an AsyncClient, not Client"):
            AsyncCompute(client)  # type: ignore[arg-type]

    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            compute = AsyncCompute(client)
            server, action, page = await asyncio.gather(
                compute.server(ID), compute.action(ID, RESIZE), compute.actions(ID)
            )
            assert (server.status, action.action, len(page.actions)) == ("ACTIVE", "resize", 1)
            with pytest.raises(reqtrail.NotFoundError):
                await compute.server("other")

    asyncio.run(main())


async def never(_: Progress) -> None:
    """A coroutine function, which nothing would await."""


def test_an_exception_of_on_progress_does_not_end_the_follow(nova: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    unraisable: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    seen: list[tuple[Progress, int]] = []

    def tell(progress: Progress) -> None:
        seen.append((progress, threading.get_ident()))
        raise RuntimeError("the program's bug")

    options: Any = {"poll_interval": 0.01, "settle_time": 0.01, "on_progress": tell}
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        with pytest.raises(ActionFailedError):
            Compute(client).follow(ID, RESIZE, **options)
        assert len(unraisable) == len(seen) > 0
        with pytest.raises(TypeError, match="on_progress: expected a callable"):
            Compute(client).follow(ID, RESIZE, on_progress=3)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="on_progress: expected a plain function"):
            Compute(client).follow(ID, RESIZE, on_progress=never)
    progress, thread = seen[0]
    assert progress.server is not None and progress.server.status == "ACTIVE"
    assert progress.action is not None and progress.action.request_id == RESIZE
    assert progress.elapsed >= 0 and thread == threading.get_ident()
    seen.clear()

    async def main() -> None:
        refused: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: refused.append(context))
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            with pytest.raises(ActionFailedError):
                await AsyncCompute(client).follow(ID, RESIZE, **options)
            with pytest.raises(TypeError, match="on_progress: expected a plain function"):
                await AsyncCompute(client).follow(ID, RESIZE, on_progress=never)
        # On the loop, before the result.
        assert len(refused) == len(seen) > 0
        assert {thread for _, thread in seen} == {threading.get_ident()}

    asyncio.run(main())


def test_an_explain_error_keeps_its_trails(nova: Any) -> None:
    nova.RequestHandlerClass.refuses = True
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client, pytest.raises(ExplainError) as info:
        Compute(client).explain(ID)
    failed = info.value
    assert isinstance(failed.__cause__, reqtrail.PermissionDeniedError)
    assert (failed.status, failed.code, len(failed.trails)) == (403, "forbidden", 2)
    assert failed.request_id in failed.trails[1].request_ids
    other = pickle.loads(pickle.dumps(failed))
    assert (str(other), other.trails) == (str(failed), failed.trails)


def test_ctrl_c_ends_a_follow_and_keeps_what_was_seen(nova: Any) -> None:
    nova.RequestHandlerClass.fails = False

    def interrupt(_: Progress) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
            with pytest.raises(KeyboardInterrupt) as info:
                Compute(client).follow(ID, RESIZE, on_progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    cause = info.value.__cause__
    assert isinstance(cause, ActionUnfollowedError)
    assert len(cause.report.trails) == 2 and info.value.trail == cause.trail  # type: ignore[attr-defined]


def test_a_server_is_found_by_its_name(nova: Any) -> None:
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        history = Compute(client).explain("web")
        assert (history.server_id, history.trails[0].path) == (ID, "/servers")
        with pytest.raises(ActionUnfollowedError, match="`nobody`") as info:
            Compute(client).follow("nobody", RESIZE)
    assert info.value.category is reqtrail.Category.NOT_FOUND
    assert isinstance(info.value.__cause__, reqtrail.NotFoundError) and info.value.__cause__.status is None
    assert len(info.value.report.trails) == 1


def test_a_server_is_read_by_its_name(nova: Any) -> None:
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        server = Compute(client).server_by_name("web", timeout=20)
        assert (server.id, server.trail and server.trail.path) == (ID, "/servers/{server_id}")
        with pytest.raises(reqtrail.NotFoundError, match="`nobody`"):
            Compute(client).server_by_name("nobody")

    async def read() -> str:
        async with reqtrail.AsyncClient.openstack(base(nova), token="gAAAAA-token") as client:
            return (await AsyncCompute(client).server_by_name("web")).id

    assert asyncio.run(read()) == ID


class Rebooted(Nova):
    def do_GET(self) -> None:
        event = {"event": "compute_reboot_instance", "start_time": "2026-11-21T21:00:00", "result": "Success"}
        event |= {"finish_time": "2026-11-21T21:00:01"}
        action = {"action": "reboot", "request_id": RESIZE, "start_time": "2026-11-21T21:00:00"}
        match self.path.split("/")[-1]:
            case "os-instance-actions":
                self.answer(200, {"instanceActions": [action]})
            case server if server == ID:
                self.answer(200, {"server": {"id": ID, "status": "ACTIVE"}})
            case _:
                self.answer(200, {"instanceAction": {**action, "events": [event]}})


def test_a_reboot_seems_to_have_succeeded(nova: Any) -> None:
    nova.RequestHandlerClass = Rebooted
    with reqtrail.Client.openstack(base(nova), token="gAAAAA-token") as client:
        report = Compute(client).follow(ID, RESIZE)
        assert (report.verdict, report.apparent) == (Verdict.UNKNOWN, Verdict.SUCCEEDED)
        outcome = Compute(client).explain(ID).actions[0]
        assert (outcome.verdict, outcome.apparent) == (Verdict.UNKNOWN, Verdict.SUCCEEDED)


def test_log_lines_are_those_that_operators_search_for(nova: Any, caplog: pytest.LogCaptureFixture) -> None:
    lines = []
    client = reqtrail.Client.openstack(
        base(nova), on_attempt=lambda call, _: lines.append((call.service, call.log_line))
    )
    with caplog.at_level(logging.DEBUG, "reqtrail"), client:
        response = client.get("/servers/{id}", params={"id": ID})
        end = time.monotonic() + 5
        while not caplog.records and time.monotonic() < end:
            time.sleep(0.01)
    line = f"GET call to compute for {base(nova)}/servers/{ID} used request id {response.request_id}"
    assert lines == [("compute", line)]
    assert [(record.getMessage(), vars(record)["service"]) for record in caplog.records] == [(line, "compute")]
