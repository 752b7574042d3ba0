"""``client.recorder``, which remembers a client's calls."""

import asyncio
import datetime
import json
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

import reqtrail
from reqtrail.testing import Mock
from test_process import in_child


def failed(client: reqtrail.Client, path: str = "/missing") -> reqtrail.ReqtrailError:
    with pytest.raises(reqtrail.ReqtrailError) as caught:
        client.get(path)
    return caught.value


def test_a_call_is_found_by_any_of_its_ids(url: str) -> None:
    with reqtrail.Client(url) as client:
        error = failed(client)
        trail = error.trail
        assert trail is not None and error.request_id is not None
        recorder = client.recorder
        for id in [error.request_id, trail.call_id, trail.call_id[:8], trail.trace_id, trail.attempts[0].span_id]:
            assert recorder.find(id) == [trail]
        assert recorder.find("no such ID") == []
        assert str(recorder.find(error.request_id)[0]) == str(trail)


def test_a_journal_without_a_folder_is_refused() -> None:
    for cls in (reqtrail.Client, reqtrail.AsyncClient):
        with pytest.raises(reqtrail.ConfigError, match="journal is empty; expected the path of a folder") as caught:
            cls("http://127.0.0.1:9", journal="")
        assert caught.value.option == "journal"


def test_a_filter_chooses(url: str) -> None:
    with reqtrail.Client(url, max_attempts=1) as client:
        ok, error = client.get("/ok"), failed(client)
        recorder = client.recorder
        assert recorder.recent() == [error.trail, ok.trail]
        for chosen in [
            recorder.recent(failed=True),
            recorder.recent(code="not_found"),
            recorder.recent(path="/missing"),
            recorder.recent(status=404),
            recorder.recent(limit=1),
            recorder.recent(failed=None, slower_than=None, limit=1),
        ]:
            assert chosen == [error.trail]
        assert recorder.recent(slower_than=datetime.timedelta(minutes=1)) == []
        assert len(recorder.recent(slower_than=0, limit=7)) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fail": True}, "`recent` has no option `fail`; did you mean `failed`?"),
        ({"failed": "yes"}, "failed: expected"),
        ({"slower_than": "soon"}, "slower_than: expected"),
        ({"status": -1}, "status is out of range"),
        ({"status": 70_000}, "status is out of range"),
        ({"code": 7}, "code: expected"),
        ({"limit": 1.5}, "limit: expected"),
    ],
)
def test_invalid_filters_are_refused(url: str, wrong: dict[str, Any], said: str) -> None:
    with reqtrail.Client(url) as client:
        with pytest.raises((TypeError, ValueError), match=said):
            client.recorder.recent(**wrong)
        with pytest.raises(TypeError, match="id: expected str"):
            client.recorder.find(7)  # type: ignore[arg-type]


def test_a_call_under_way_is_listed(url: str) -> None:
    with reqtrail.Client(url) as client:
        token = reqtrail.CancelToken()
        caught: list[reqtrail.ReqtrailError] = []

        def call() -> None:
            try:
                client.get("/stall", cancel=token)
            except reqtrail.ReqtrailError as error:
                caught.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        recorder = client.recorder
        while [now.phase for now in recorder.in_flight()] != ["waiting"]:
            assert thread.is_alive()
        [now] = recorder.in_flight()
        assert (now.method, now.path, now.attempt) == ("GET", "/stall", 1)
        assert now.may_have_been_sent and now.retry_in is None and now.age >= 0
        assert now.started_at.tzinfo is not None
        assert recorder.stats.in_flight == 1
        token.cancel()
        thread.join()
        assert recorder.in_flight() == []
        trail = caught[0].trail
        assert trail is not None
        assert (now.call_id, now.trace_id, now.started_at) == (trail.call_id, trail.trace_id, trail.started_at)
        assert recorder.recent() == [trail]


def test_the_stats_and_the_lines_say_what_is_kept(url: str) -> None:
    with reqtrail.Client(url) as client:
        ok, error = client.get("/ok"), failed(client)
        recorder = client.recorder
        stats = recorder.stats
        assert (stats.failed, stats.notable, stats.recent, stats.in_flight) == (1, 0, 1, 0)
        assert stats.bytes > 0 and stats.skipped == 0 and stats.journal is None
        lines = [json.loads(line) for line in recorder.dump().splitlines()]
        assert error.trail is not None
        assert [line["reqtrail"]["trail"] for line in lines] == [ok.trail.to_dict(), error.trail.to_dict()]
        assert repr(recorder) == "<Recorder of 1 failed, 0 notable and 1 other calls, 0 in flight>"


def test_it_works_after_the_client_was_closed(url: str) -> None:
    client = reqtrail.Client(url)
    before = client.recorder
    error = failed(client)
    client.close()
    for recorder in [before, client.recorder]:
        assert recorder.recent() == [error.trail]
        assert recorder.in_flight() == []


def test_an_event_loop_needs_no_await(url: str) -> None:
    async def main() -> None:
        client = reqtrail.AsyncClient(url)
        response = await client.get("/ok")
        under_way = asyncio.create_task(client.get("/stall"))
        while not any(call.path == "/stall" for call in client.recorder.in_flight()):
            await asyncio.sleep(0)
        await client.aclose()
        with pytest.raises(reqtrail.CancelledError) as caught:
            await under_way
        assert client.recorder.recent() == [caught.value.trail, response.trail]
        assert client.recorder.in_flight() == []

    asyncio.run(main())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("make", [reqtrail.Client, reqtrail.AsyncClient])
def test_a_fork_starts_with_an_empty_recorder(url: str, make: Callable[[str], Any]) -> None:
    client = make(url)

    def call() -> Any:
        if isinstance(client, reqtrail.Client):
            return client.get("/ok")
        return asyncio.run(client.get("/ok"))

    own = call()
    recorder = client.recorder

    def child() -> None:
        for empty in [recorder, client.recorder]:
            assert empty.recent() == [] and empty.in_flight() == [] and empty.dump() == ""
        response = call()
        for one in [recorder, client.recorder]:
            assert one.recent() == [response.trail]

    in_child(child)
    assert recorder.recent() == [own.trail]


def test_a_client_without_a_recorder(url: str) -> None:
    with reqtrail.Client(url, recorder=False) as client:
        error = failed(client)
        assert error.request_id is not None
        assert client.recorder.find(error.request_id) == [] and client.recorder.dump() == ""


def test_the_client_of_a_mock_has_a_recorder() -> None:
    with Mock() as mock:
        mock.get("/x").replies(404, code="not_found")
        client = mock.client(max_attempts=1)
        error = failed(client, "/x")
        assert client.recorder.recent(failed=True) == [error.trail]


def test_it_belongs_to_its_client(url: str) -> None:
    with pytest.raises(TypeError, match=r"client\.recorder"):
        reqtrail.Recorder()
    with reqtrail.Client(url) as client, pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(client.recorder)
