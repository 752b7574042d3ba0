"""``reqtrail.testing``: a mock's answers, its problems, and its clock."""

import asyncio
import contextvars
import json
import logging
import math
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import reqtrail
from reqtrail.testing import Mock


def test_importing_reqtrail_does_not_import_it() -> None:
    program = "import sys, reqtrail; print([name for name in sys.modules if 'testing' in name])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_a_reply_is_as_arranged() -> None:
    with Mock() as mock:
        mock.get("/json").replies(201, json={"é": None}, headers={"X-One": "1", "X-Two": ["a", "b"]})
        mock.get("/text").replies(200, text="café", request_id="req_01HK3Z9YF7W7E8PM5QKT9DYXWR")
        mock.get("/body").replies(200, body=b"\x00\xff", request_id=None)
        mock.get("/null").replies(200, json=None)
        client = mock.client()
        response = client.get("/json")
        assert (response.status, response.json(), response.headers["x-one"]) == (201, {"é": None}, "1")
        assert response.headers.get_all("x-two") == ["a", "b"]
        assert response.request_id is not None and response.request_id == response.trail.request_id
        response = client.get("/text")
        assert (response.text, response.request_id) == ("café", "req_01HK3Z9YF7W7E8PM5QKT9DYXWR")
        response = client.get("/body")
        assert (response.content, response.request_id) == (b"\x00\xff", None)
        assert client.get("/null").content == b"null"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_reply_may_be_encoded(encoding: str) -> None:
    with Mock() as mock:
        mock.get("/").replies(200, text="a" * 100, encoding=encoding)
        assert mock.client().get("/").text == "a" * 100


def test_an_error_is_written_as_the_dialect_does() -> None:
    with Mock() as mock:
        mock.get("/cameras").replies(429, code="rate_limited", message="slow down", retry_after=timedelta(seconds=2))
        mock.get("/servers").replies(404, code="itemNotFound", message="no such server")
        with pytest.raises(reqtrail.RateLimitedError) as limited:
            mock.client(max_attempts=1).get("/cameras")
        with pytest.raises(reqtrail.NotFoundError) as missing:
            mock.client(dialect="openstack").get("/servers")
    error = limited.value
    assert (error.status, error.message, error.retry_after) == (429, "slow down", 2)
    assert error.code is reqtrail.novavms.ErrorCode.RATE_LIMITED
    assert error.request_id is not None and error.request_id.startswith("req_")
    assert missing.value.code is reqtrail.openstack.Fault.ITEM_NOT_FOUND
    assert missing.value.request_id is not None and missing.value.request_id.startswith("req-")


def test_a_client_is_an_ordinary_one() -> None:
    seen: list[int | None] = []
    shop: reqtrail.CustomDialect = {"name": "shop", "request_id_headers": ["X-Shop"]}
    with Mock() as mock:
        mock.get("/v1/goods").replies(200, request_id="s1")
        with mock.client(
            "https://shop.example/v1",
            dialect=shop,
            token="s3cr3t",
            timeout=5,
            on_attempt=lambda _, attempt: seen.append(attempt.status),
        ) as client:
            assert type(client) is reqtrail.Client
            response = client.get("/goods")
            assert "https://shop.example/v1" in repr(client) and "shop" in repr(client)
        (request,) = mock.requests
    assert (response.request_id, response.trail.origin, seen) == ("s1", "https://shop.example", [200])
    assert (request.headers["authorization"], request.headers["host"]) == ("Bearer s3cr3t", "shop.example")
    with pytest.raises(RuntimeError, match="the client is closed"):
        client.get("/goods")
    with pytest.raises(reqtrail.ConfigError, match="max_attempts is 0"):
        mock.client(max_attempts=0)
    with pytest.raises(TypeError, match="max_tries"):
        mock.client(max_tries=3)  # type: ignore[call-arg]


def test_requests_can_be_asserted_on() -> None:
    with Mock() as mock:
        mock.post("/cameras/{id}/trigger").replies(200)
        mock.put("/raw").replies(200)
        client = mock.client()
        client.post("/cameras/{id}/trigger", params={"id": "a b"}, query={"q": ["ä", "2"]}, json={"é": 1.0})
        client.put("/raw", content=b"\xff", headers={"X-A": "1"})
        posted, put = mock.requests
    assert (posted.method, posted.target) == ("POST", "/cameras/a%20b/trigger?q=%C3%A4&q=2")
    assert (posted.path, posted.query) == ("/cameras/a%20b/trigger", (("q", "ä"), ("q", "2")))
    assert (posted.json(), posted.body, posted.text) == ({"é": 1.0}, '{"é":1.0}'.encode(), '{"é":1.0}')
    assert (posted.at, posted.exchange, put.exchange) == (0, 0, 1)
    assert (put.headers["x-a"], put.body, put.text) == ("1", b"\xff", "\ufffd")
    with pytest.raises(ValueError, match="UTF-8"):
        put.json()
    with pytest.raises(AttributeError):
        put.body = b""  # type: ignore[misc]


def test_the_calls_of_any_method_are_answered() -> None:
    with Mock() as mock:
        for name in ("get", "post", "put", "patch", "delete", "head", "options"):
            getattr(mock, name)("/x").replies(204)
        mock.on("PURGE", "/x").replies(204)
        mock.on(None, "/x").replies(200)
        client = mock.client()
        for name in ("get", "post", "put", "patch", "delete", "head", "options"):
            assert getattr(client, name)("/x").status == 204, name
        assert client.request("PURGE", "/x").status == 204
        assert client.get("/x").status == 200


def test_replies_are_used_in_order() -> None:
    with Mock() as mock:
        mock.get("/x").replies(200, text="1").then(200, text="2", times=2).then_fails("close").then(200, times="always")
        client = mock.client(max_attempts=1)
        assert [client.get("/x").text for _ in range(3)] == ["1", "2", "2"]
        with pytest.raises(reqtrail.TransportError):
            client.get("/x")
        assert {client.get("/x").status for _ in range(5)} == {200}


def test_a_call_that_is_repeated_needs_a_reply_for_each_attempt() -> None:
    mock = Mock()
    mock.get("/x").replies(429, code="rate_limited", retry_after=30)
    mock.get("/y").replies(503, times=2)
    for path, used in [("/x", "used once already: add a reply, or more `times`"), ("/y", "used 2 times already")]:
        with pytest.raises(reqtrail.ConnectError, match=used):
            mock.client().get(path)


@pytest.mark.parametrize(
    ("fault", "error", "sent"),
    [
        ("timeout", reqtrail.TimeoutError, "unknown"),
        ("connect", reqtrail.ConnectError, "no"),
        ("connect_timeout", reqtrail.ConnectError, "no"),
        ("dns", reqtrail.ConnectError, "no"),
        ("tls", reqtrail.ConnectError, "no"),
        ("reset", reqtrail.TransportError, "unknown"),
        ("close", reqtrail.TransportError, "unknown"),
        ("cut_body", reqtrail.TransportError, "yes"),
        ("reset_body", reqtrail.TransportError, "yes"),
        ("stall_body", reqtrail.TimeoutError, "yes"),
    ],
)
def test_failures(fault: str, error: type[reqtrail.ReqtrailError], sent: str) -> None:
    with Mock() as mock:
        mock.post("/events").fails(fault)
        with pytest.raises(error) as info:
            mock.client(max_attempts=1).post("/events")
        assert info.value.trail.attempts[0].sent == sent


# What does not go as arranged.


def test_a_request_that_nothing_fits_fails_loudly() -> None:
    mock = Mock()
    mock.get("/cameras/{id}").replies(200)
    with pytest.raises(reqtrail.ConnectError) as info:
        mock.client().get("/camera/7")
    assert not info.value.may_have_been_sent
    assert "GET /camera/7" in str(info.value) and "/cameras/{id}" in str(info.value)
    with pytest.raises(AssertionError) as verified:
        mock.verify()
    unmatched, unused = str(verified.value).splitlines()
    assert "GET /camera/7" in unmatched and "/cameras/{id}" in unmatched
    assert "/cameras/{id}" in unused


def test_a_request_that_differs_from_what_is_wanted_is_a_problem() -> None:
    mock = Mock()
    mock.post("/events", json={"a": 1}, headers={"X-Kind": {"$re": "^door"}, "X-Not": None}).replies(
        200, times="always"
    )
    client = mock.client()
    client.post("/events", json={"a": 1}, headers={"X-Kind": "door"})
    assert mock.problems == []
    client.post("/events", json={"a": 2}, headers={"X-Not": "there"})
    problems = "\n".join(mock.problems)
    for part in ("X-Kind", "X-Not", "json.a", "expected 1"):
        assert part in problems
    with pytest.raises(AssertionError, match="X-Kind"):
        mock.verify()


def test_a_query_distinguishes_requests() -> None:
    with Mock() as mock:
        mock.get("/events", query={"page": 2, "of": "a&b"}).replies(200, text="second")
        mock.get("/events?page=3").replies(200, text="third")
        mock.get("/events").replies(200, text="other")
        client = mock.client()
        texts = [client.get("/events", query={"page": page, "of": "a&b", "more": 1}).text for page in (1, 2, 3)]
    assert texts == ["other", "second", "third"]


def test_values_are_written_as_a_client_writes_them() -> None:
    with Mock() as mock:
        query = {"on": True, "n": 1.5, "day": date(2026, 1, 2), "tag": ["a b", "c&d"]}
        mock.get("/x", query=query, headers={"x-count": 3}).replies(200, headers={"X-Left": 0, "X-Many": (1, 2)})
        response = mock.client().get("/x", query=query, headers={"x-count": 3})
        assert response.headers["x-left"] == "0" and response.headers.get_all("x-many") == ["1", "2"]


def test_a_wait_of_any_length() -> None:
    with Mock(clock="manual") as mock:
        mock.get("/x").replies(200, delay=1.001).then(200)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(mock.client().get, "/x")
            mock.wait_until_waiting()
            mock.advance(9e11)
            assert call.result(10).trail.elapsed == 1.001
        assert mock.client().get("/x").trail.started_at.year == 9999


def test_unused_replies_are_a_problem_unless_they_are_allowed() -> None:
    mock = Mock()
    mock.get("/used").replies(200)
    mock.get("/unused").replies(200)
    mock.get("/optional").replies(200, optional=True)
    mock.client().get("/used")
    (problem,) = mock.problems
    assert "/unused" in problem
    mock.allow_unused = True
    mock.verify()
    with Mock(allow_unused=True) as mock:
        mock.get("/unused").replies(200)


def test_a_route_without_a_reply_is_a_problem() -> None:
    mock = Mock(allow_unused=True)
    mock.get("/cameras")
    with pytest.raises(AssertionError, match=r"GET /cameras> has no reply; expected `.replies\(…\)`"):
        mock.verify()


def test_the_end_of_a_block_does_not_hide_what_it_raised() -> None:
    with pytest.raises(LookupError):
        with Mock() as mock:
            mock.get("/unused").replies(200)
            raise LookupError
    with pytest.raises(AssertionError, match="/unused"):
        with Mock() as mock:
            mock.get("/unused").replies(200)


def test_a_discarded_mock_prints_nothing() -> None:
    program = """if True:
        from reqtrail.testing import Mock
        mock = Mock()
        mock.get("/x").replies(200)
        try:
            mock.client().get("/y")
        except ConnectionError:
            print("refused")
    """
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "refused\n", "")


@pytest.mark.parametrize(
    ("arrange", "error", "text"),
    [
        (lambda mock: mock.get("/x").replies(200, jsno={}), TypeError, "'jsno'; expected one of json, text, body"),
        (lambda mock: mock.get("/x", jsno={}), TypeError, "'jsno'; expected one of query, headers, json"),
        (lambda mock: mock.get("/x").replies(200, delay="1"), TypeError, "delay: expected seconds or a timedelta"),
        (lambda mock: mock.get("/x").replies(200, body=5), TypeError, "body: expected bytes, not int"),
        (lambda mock: mock.get("/x").replies(200, json={1, 2}), TypeError, "json.dumps can write"),
        (lambda mock: mock.get("/x").replies(200, json=1, text="a"), ValueError, "more than one body"),
        (lambda mock: mock.get(None), TypeError, "path: expected str, not NoneType"),
        (lambda mock: mock.get(b"/x"), TypeError, "path: expected str, not bytes"),
        (lambda mock: mock.on(3, "/x"), TypeError, "method: expected str, not int"),
        (lambda mock: mock.get("/x", query=3), TypeError, "query: expected a mapping, or pairs"),
        (lambda mock: mock.get("/x", query="a=b"), TypeError, "query: expected a mapping, or pairs"),
        (lambda mock: mock.get("/x", headers=["a"]), TypeError, r"headers\[0\]: expected a pair, not str"),
        (lambda mock: mock.get("/x").replies(200, headers=3), TypeError, "headers: expected a mapping, or pairs"),
        (lambda mock: mock.get("/x").replies(200, headers={"a": None}), TypeError, "omit the key if there is none"),
        (lambda mock: mock.get("/x").replies(200, text=b"a"), TypeError, "text: expected str, not bytes"),
        (lambda mock: mock.get("/x").replies(200, delay=-1), ValueError, "delay is -1; expected seconds, from 0"),
        (lambda mock: mock.get("/x").replies(429, retry_after=math.nan), ValueError, "retry_after is nan; expected"),
        (lambda mock: mock.advance(math.inf), ValueError, "time is inf; expected seconds, from 0"),
        (lambda mock: mock.load([]), TypeError, "script: expected a path, a dict or JSON, not list"),
        (lambda _: Mock(allow_unused="no"), TypeError, "allow_unused: expected True or False"),  # type: ignore[arg-type]
        (lambda mock: mock.get("/x").replies("200"), ValueError, 'status: expected a whole number .* found "200"'),
        (lambda mock: mock.get("/x").replies(200, times="often"), ValueError, 'times: expected a number or "always"'),
        (lambda mock: mock.get("/x").fails("late"), ValueError, 'expected one of timeout, .* found "late"'),
        (lambda mock: mock.load({"exchanges": []}), ValueError, "schema: expected"),
        (lambda mock: mock.load("{"), ValueError, "not JSON"),
        (lambda mock: mock.advance("1"), TypeError, "time: expected seconds or a timedelta"),
        (lambda mock: mock.advance(-1), ValueError, "time is -1; expected seconds, from 0"),
        (lambda mock: mock.client(None), TypeError, "base_url"),
        (lambda _: Mock(seed="a"), TypeError, "seed: expected a whole number, not str"),  # type: ignore[arg-type]
        (lambda _: Mock(clock="fast"), ValueError, "clock is 'fast'; expected"),  # type: ignore[arg-type]
    ],
)
def test_mistakes_are_named(arrange: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        arrange(Mock())


def test_a_mock_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="a mock cannot be pickled"):
        pickle.dumps(Mock())
    assert repr(Mock()) == "<Mock 0 requests, 0 s>"
    assert repr(Mock().get("/x")) == "<Route GET /x>"
    assert repr(Mock().get("/x").replies(200)) == "<Replies of GET /x>"


# Scripts.

SCRIPT = {
    "schema": "reqtrail.script/1",
    "exchanges": [
        {"match": {"path": "/cameras"}, "reply": {"status": 503, "delay_ms": 250}},
        {"match": {"path": "/cameras"}, "reply": {"status": 200, "json": [], "request_id": "auto"}},
    ],
}


@pytest.mark.parametrize("form", ["dict", "text", "path", "name"])
def test_a_script_is_loaded(form: str, tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text(json.dumps(SCRIPT))
    script = {"dict": SCRIPT, "text": json.dumps(SCRIPT), "path": file, "name": str(file)}[form]
    with Mock() as mock:
        mock.load(script)  # type: ignore[arg-type]
        trail = mock.client().get("/cameras").trail
    assert [(attempt.status, attempt.elapsed) for attempt in trail.attempts] == [(503, 0.25), (200, 0)]


# Time.


def test_trails_are_equal_from_run_to_run() -> None:
    def run(seed: int) -> reqtrail.Trail:
        with Mock(seed=seed) as mock:
            mock.get("/x").replies(503, times=3).then(200)
            return mock.client().get("/x").trail

    assert run(0) == run(0) != run(1)
    assert run(7).to_json() == run(7).to_json()
    assert run(0).started_at.isoformat() == "2026-01-01T00:00:00+00:00"


def test_waits_are_those_that_were_asked_for() -> None:
    with Mock() as mock:
        mock.get("/x").replies(429, retry_after=3000, delay=timedelta(minutes=1)).then(200, delay=0.5)
        client = mock.client(timeout=4000, attempt_timeout=100, max_retry_after=3600)
        first, second = client.get("/x").trail.attempts
    assert (first.elapsed, second.elapsed) == (60, 0.5)
    assert first.wait is not None and second.started == pytest.approx(60 + first.wait) and second.started >= 3060
    assert mock.elapsed == pytest.approx(second.started + 0.5)
    assert [request.at for request in mock.requests] == pytest.approx([0, second.started])


def test_timeouts_are_virtual() -> None:
    with Mock() as mock:
        mock.get("/x").fails("timeout", times=2).then(200, delay=7)
        client = mock.client(attempt_timeout=5, max_attempts=2)
        with pytest.raises(reqtrail.TimeoutError) as info:
            client.get("/x")
        assert [attempt.elapsed for attempt in info.value.trail.attempts] == [5, 5]
        before = mock.elapsed
        with pytest.raises(reqtrail.TimeoutError) as info:
            client.get("/x", timeout=2)
        assert (info.value.trail.stopped, info.value.trail.elapsed, mock.elapsed) == ("deadline", 2, before + 2)


def test_a_manual_clock_moves_by_hand() -> None:
    mock = Mock(clock="manual")
    mock.get("/x").replies(503, retry_after=1).then(200)
    trails: list[reqtrail.Trail] = []
    client = mock.client()
    thread = threading.Thread(target=lambda: trails.append(client.get("/x").trail))
    thread.start()
    mock.wait_until_waiting()
    assert (len(mock.requests), mock.elapsed) == (1, 0)
    mock.advance(0.5)
    assert (len(mock.requests), mock.elapsed) == (1, 0.5)
    mock.advance(timedelta(seconds=1.5))
    thread.join()
    assert (len(mock.requests), mock.elapsed, len(trails)) == (2, 2, 1)
    mock.verify()


def test_threads_begin_at_one_moment_while_time_is_held() -> None:
    with Mock() as mock:
        mock.get("/x").replies(503, retry_after=1, times=4).then(200, times=4)
        client = mock.client()
        threads = [threading.Thread(target=client.get, args=("/x",)) for _ in range(4)]
        with mock.hold():
            for thread in threads:
                thread.start()
            while len(mock.requests) < 4:
                time.sleep(0.001)
        for thread in threads:
            thread.join()
        times = [request.at for request in mock.requests]
    assert times[:4] == [0] * 4 and min(times[4:]) >= 1


def test_hooks_see_the_moment_and_can_cancel_the_wait() -> None:
    seen: list[tuple[int, float]] = []
    token = reqtrail.CancelToken()

    def hook(_: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
        seen.append((attempt.number, mock.elapsed))
        token.cancel()

    with Mock() as mock:
        mock.get("/x").replies(503, retry_after=10, delay=1)
        with pytest.raises(reqtrail.CancelledError) as info:
            mock.client(on_attempt=hook).get("/x", cancel=token)
    assert seen == [(1, 1)]
    assert (info.value.trail.elapsed, info.value.trail.stopped) == (1, "cancelled")


def test_a_refresher_may_call_through_the_same_mock() -> None:
    with Mock() as mock:
        mock.get("/x").replies(401, code="invalid_token").then(200)
        mock.post("/token").replies(503, retry_after=2).then(200, text="new")
        keys = mock.client()
        refresher = lambda: keys.post("/token", idempotent=True).text  # noqa: E731
        trail = mock.client(token="old", token_refresher=refresher).get("/x").trail
        tokens = [request.headers.get("authorization") for request in mock.requests]
    assert tokens == ["Bearer old", None, None, "Bearer new"]
    assert trail.elapsed >= 2


def test_calls_are_logged_as_usual(caplog: pytest.LogCaptureFixture) -> None:
    with Mock() as mock, caplog.at_level(logging.DEBUG, "reqtrail"):
        mock.get("/x").replies(404, code="not_found")
        with pytest.raises(reqtrail.NotFoundError):
            mock.client().get("/x")
    assert [record.levelname for record in caplog.records] == ["DEBUG", "WARNING"]


# asyncio.


def test_an_asyncio_client_has_the_same_trail_as_a_synchronous_one() -> None:
    def arrange(mock: Mock) -> None:
        mock.get("/x").replies(429, code="rate_limited", retry_after=20).then_fails("reset").then(
            200, json={"ok": True}
        )

    async def main() -> reqtrail.Trail:
        with Mock() as mock:
            arrange(mock)
            async with mock.async_client() as client:
                assert type(client) is reqtrail.AsyncClient
                return (await client.get("/x")).trail

    with Mock() as mock:
        arrange(mock)
        assert mock.client().get("/x").trail == asyncio.run(main())


def test_the_calls_of_one_turn_belong_together() -> None:
    async def main() -> list[float]:
        with Mock() as mock:
            mock.get("/x").replies(503, retry_after=1, times=6).then(200, times=6)
            async with mock.async_client() as client:

                async def nested() -> None:
                    await asyncio.gather(client.get("/x"), asyncio.wait_for(client.get("/x"), 10))

                await asyncio.gather(nested(), client.get("/x"), nested(), asyncio.create_task(client.get("/x")))
            return [request.at for request in mock.requests]

    times = asyncio.run(main())
    assert times[:6] == [0] * 6 and min(times[6:]) >= 1


def test_a_task_goes_on_at_the_moment_its_call_ended() -> None:
    async def main() -> list[tuple[str, float]]:
        with Mock() as mock:
            mock.get("/slow").replies(503, retry_after=1).then(200)
            mock.get("/quick").replies(200, times=50)
            async with mock.async_client() as client:

                async def quick() -> None:
                    for _ in range(50):
                        await client.get("/quick")

                await asyncio.gather(quick(), client.get("/slow"))
            return [(request.path, request.at) for request in mock.requests]

    requests = asyncio.run(main())
    assert [at for path, at in requests if path == "/quick"] == [0] * 50
    assert requests[-1][0] == "/slow" and requests[-1][1] >= 1


def test_hooks_on_a_loop_see_the_moment_and_can_cancel_the_wait() -> None:
    seen: list[tuple[int, float, str]] = []
    token = reqtrail.CancelToken()
    name = contextvars.ContextVar("name", default="")

    async def main() -> reqtrail.CancelledError:
        def hook(_: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
            seen.append((attempt.number, mock.elapsed, name.get()))
            asyncio.get_running_loop().call_soon(token.cancel)

        name.set("of the test")
        with Mock() as mock:
            mock.get("/x").replies(503, retry_after=10, delay=1)
            async with mock.async_client(on_attempt=hook) as client:
                with pytest.raises(reqtrail.CancelledError) as info:
                    await client.get("/x", cancel=token)
        return info.value

    error = asyncio.run(main())
    assert seen == [(1, 1, "of the test")]
    assert (error.trail.elapsed, error.trail.stopped) == (1, "cancelled")


@pytest.mark.parametrize("kind", ["coroutine", "plain"])
def test_a_refresher_of_an_asyncio_client(kind: str) -> None:
    async def main() -> tuple[list[str | None], reqtrail.Trail]:
        with Mock() as mock:
            mock.get("/x").replies(401, code="invalid_token").then(200)
            mock.post("/token").replies(503, retry_after=2).then(200, text="new")
            blocking = mock.client()
            async with mock.async_client() as keys:

                async def coroutine() -> str:
                    await asyncio.sleep(0)
                    return (await keys.post("/token", idempotent=True)).text

                def plain() -> str:
                    return blocking.post("/token", idempotent=True).text

                refresher = coroutine if kind == "coroutine" else plain
                async with mock.async_client(token="old", token_refresher=refresher) as client:
                    trail = (await client.get("/x")).trail
            return [request.headers.get("authorization") for request in mock.requests], trail

    tokens, trail = asyncio.run(main())
    assert tokens == ["Bearer old", None, None, "Bearer new"]
    assert trail.elapsed >= 2


def test_a_manual_clock_and_a_task_that_is_cancelled() -> None:
    async def main() -> None:
        with Mock(clock="manual") as mock:
            mock.get("/x").fails("timeout")
            async with mock.async_client() as client:
                task = asyncio.create_task(client.get("/x"))
                await mock.wait_until_waiting_async()
                await mock.advance_async(timedelta(seconds=3))
                assert mock.elapsed == 3 and not task.done()
                for blocking in (lambda: mock.advance(1), mock.wait_until_waiting):
                    with pytest.raises(RuntimeError, match=r"expected `await mock\.\w+_async\(…\)`"):
                        blocking()
                task.cancel()
                with pytest.raises(asyncio.CancelledError) as info:
                    await task
        trail = info.value.trail  # type: ignore[attr-defined]
        assert (trail.elapsed, trail.attempts[0].sent) == (3, "unknown")

    asyncio.run(main())


def test_one_mock_serves_several_loops() -> None:
    with Mock() as mock:
        mock.get("/x").replies(503, retry_after=1, times=2).then(200, times=3)
        client = mock.async_client()

        async def main() -> int:
            return (await client.get("/x")).status

        assert asyncio.run(main()) == asyncio.run(main()) == 200

        async def end() -> None:
            assert await main() == 200
            await client.aclose()

        asyncio.run(end())
