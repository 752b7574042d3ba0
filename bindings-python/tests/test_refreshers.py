"""Refreshers: the context variables that they see, and the errors of calls when they raise."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pytest

import reqtrail
from conftest import Server
from test_async import Runner, run

__all__ = ["run"]

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="none")


class Refresher:
    """Records the context that it runs in, and changes its copy."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def blocking(self) -> str:
        self.seen.append(tenant.get())
        tenant.set("the refresher")
        return "good"

    async def on_loop(self) -> str:
        return self.blocking()

    def of(self, kind: str) -> Any:
        return {"blocking": self.blocking, "on loop": self.on_loop}[kind]


def test_the_context_of_the_call_that_asks(url: str) -> None:
    refresher = Refresher()
    with reqtrail.Client(url, token_refresher=refresher.blocking) as client:
        for name, before in (("one", None), ("two", "bad")):
            if before is not None:
                client.set_token(before)
            tenant.set(name)
            assert client.get("/private").status == 200
            # The refresher changed only its copy.
            assert tenant.get() == name
    assert refresher.seen == ["one", "two"]


def test_the_context_of_the_thread_that_asks(url: str) -> None:
    refresher = Refresher()
    with reqtrail.Client(url, token="bad", token_refresher=refresher.blocking) as client:

        def work() -> None:
            tenant.set("a thread")
            client.get("/private")

        tenant.set("another")
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(20)
    assert refresher.seen == ["a thread"]


@pytest.mark.parametrize("kind", ["blocking", "on loop"])
def test_the_context_of_the_task_that_asks(url: str, run: Runner, kind: str) -> None:
    refresher = Refresher()

    async def call(client: reqtrail.AsyncClient, name: str) -> None:
        tenant.set(name)
        assert (await client.get("/private")).status == 200
        assert tenant.get() == name

    async def main() -> None:
        tenant.set("main")
        async with reqtrail.AsyncClient(url, token_refresher=refresher.of(kind)) as client:
            for name in ("one", "two"):
                await asyncio.create_task(call(client, name))
                client.set_token("bad")

    run(main())
    assert refresher.seen == ["one", "two"]


def test_a_refresh_belongs_to_the_loop_of_the_call_that_asks(server: Server, url: str, run: Runner) -> None:
    loops: list[Any] = []

    async def refresh() -> str:
        loops.append((asyncio.get_running_loop(), tenant.get()))
        return "good"

    async def main(client: reqtrail.AsyncClient) -> None:
        await client.get("/ok")
        tenant.set("asks")
        done = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def other() -> None:
            # Its lane is open, and its loop takes events all the time.
            while not done.is_set():
                await client.get("/ok")

        thread = threading.Thread(target=asyncio.run, args=(other(),))
        before = len(server.seen)
        thread.start()
        while len(server.seen) < before + 3:
            await asyncio.sleep(0.005)
        try:
            assert (await client.get("/private")).status == 200
        finally:
            done.set()
            await asyncio.to_thread(thread.join, 20)
        assert loops == [(loop, "asks")]
        await client.aclose()

    run(main(reqtrail.AsyncClient(url, token="bad", token_refresher=refresh)))


def test_another_loop_goes_on_in_the_same_context(server: Server, url: str, run: Runner) -> None:
    """The loop of the call that asks ends during the refresh."""
    seen: list[str] = []
    asked = threading.Event()

    async def refresh() -> str:
        seen.append(tenant.get())
        if len(seen) == 1:
            asked.set()
            await asyncio.sleep(3600)
        return "good"

    client = reqtrail.AsyncClient(url, token="bad", token_refresher=refresh)
    statuses: list[int] = []

    async def stays() -> None:
        tenant.set("stays")
        statuses.append((await client.get("/private")).status)

    async def leaves() -> None:
        tenant.set("leaves")
        call = asyncio.create_task(client.get("/private"))
        await asyncio.to_thread(asked.wait)
        thread = threading.Thread(target=asyncio.run, args=(stays(),))
        thread.start()
        while len([1 for _, path, _, _ in server.seen if path == "/private"]) < 2:
            await asyncio.sleep(0.005)
        call.cancel()
        threads.append(thread)

    threads: list[threading.Thread] = []
    run(leaves())
    threads[0].join(20)
    assert (seen, statuses) == (["leaves", "leaves"], [200])
    run(client.aclose())


@pytest.mark.parametrize("kind", ["blocking", "on loop"])
def test_no_context_is_kept(url: str, run: Runner, kind: str) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient(url, token_refresher=Refresher().of(kind)) as client:
            await client.get("/private")
            assert client._hooks.calls == {}

    run(main())


Call = Callable[[dict[str, Any]], reqtrail.ReqtrailError]
"""Makes a call with a client that has these options, and returns its error."""


@pytest.fixture(params=["sync", "async, blocking", "async, on the loop"])
def failed(request: pytest.FixtureRequest, url: str) -> Call:
    def call(options: dict[str, Any]) -> reqtrail.ReqtrailError:
        refresh = options["token_refresher"]

        async def on_loop() -> Any:
            return refresh()

        async def main() -> None:
            given = on_loop if request.param == "async, on the loop" else refresh
            async with reqtrail.AsyncClient(url, **{**options, "token_refresher": given}) as client:
                await client.get("/private")

        with pytest.raises(reqtrail.ReqtrailError) as info:
            if request.param == "sync":
                with reqtrail.Client(url, **options) as client:
                    client.get("/private")
            else:
                asyncio.run(main())
        return info.value

    return call


def raising(make: Callable[[], BaseException]) -> Callable[[], str]:
    def refresh() -> str:
        raise make()

    return refresh


def test_an_api_error_of_a_refresher_decides_the_error_of_the_call(url: str, failed: Call) -> None:
    with reqtrail.Client.novavms(url, max_attempts=1) as signs_in:
        for path, cls, category, what in (
            ("/missing", reqtrail.NotFoundError, "not_found", "404 not_found: no such camera"),
            ("/busy", reqtrail.UnavailableError, "unavailable", "503 service_unavailable: "),
        ):

            def refresh(path: str = path) -> str:
                return str(signs_in.get(path).status)

            error = failed({"token_refresher": refresh})
            assert type(error) is cls
            assert (error.kind, error.category, error.status, error.code) == ("api", category, None, None)
            cause = error.__cause__
            assert type(cause) is cls and cause.request_id is not None
            assert what in str(error) and cause.request_id in str(error)
            assert error.trail.attempts == () and len(cause.trail.attempts) == 1


def test_a_connect_error_of_a_refresher_decides_the_error_of_the_call(failed: Call) -> None:
    def refresh() -> str:
        # Nothing listens on port 1.
        with reqtrail.Client("http://127.0.0.1:1", max_attempts=1) as signs_in:
            return signs_in.get("/token").text

    error = failed({"token_refresher": refresh})
    assert type(error) is type(error.__cause__) is reqtrail.ConnectError
    assert (error.kind, error.category) == ("connect", None)
    assert "connect: " in str(error) and error.trail.attempts == ()


def test_a_reqtrail_error_that_the_program_made_decides_the_error_of_the_call(failed: Call) -> None:
    class Own(reqtrail.TimeoutError):
        pass

    def make() -> BaseException:
        return Own("too slow", kind=reqtrail.ErrorKind.TIMEOUT, message="too slow", request_id="req_own")

    error = failed({"token_refresher": raising(make)})
    assert type(error) is reqtrail.TimeoutError and type(error.__cause__) is Own
    assert "timeout: too slow" in str(error) and "req_own" in str(error)
    # A ReqtrailError without a kind is like any other exception.
    error = failed({"token_refresher": raising(lambda: reqtrail.ReqtrailError("nothing more"))})
    assert type(error) is reqtrail.AuthenticationError and "ReqtrailError: nothing more" in str(error)


def test_the_text_of_another_exception_is_in_the_error(failed: Call) -> None:
    error = failed({"token_refresher": raising(lambda: LookupError("no token is left"))})
    assert type(error) is reqtrail.AuthenticationError
    assert (error.kind, error.category, error.status) == ("api", "authentication", None)
    assert "LookupError: no token is left" in str(error)
    assert isinstance(error.__cause__, LookupError)


def test_a_refused_call_returns_its_own_401(url: str, failed: Call) -> None:
    def refresh() -> str:
        with reqtrail.Client.novavms(url) as signs_in:
            return signs_in.get("/missing").text

    error = failed({"token": "old", "token_refresher": refresh})
    assert type(error) is reqtrail.AuthenticationError and error.status == 401
    assert type(error.__cause__) is reqtrail.NotFoundError


@pytest.mark.parametrize("token", ["bad", None])
@pytest.mark.parametrize("kind", ["on loop", "passed to the loop", "its own loop"])
def test_a_refresher_does_not_wait_for_its_own_client(url: str, run: Runner, kind: str, token: str | None) -> None:
    """A call that waits for the refresh that waits for it would end only at its timeout."""
    inner: list[Any] = []
    left: list[asyncio.Task[Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()

        async def ask(client: reqtrail.AsyncClient) -> None:
            try:
                inner.append((await client.get("/private", timeout=3600)).status)
            except reqtrail.ReqtrailError as error:
                inner.append(error)

        async def later() -> None:
            await over.wait()
            inner.append((await first.get("/private")).status)

        async def refresh() -> str:
            # Calls through another client's refresher, and directly.
            await ask(second)
            await ask(first)
            left.append(loop.create_task(later()))
            return "bad"

        async def own() -> str:
            async with reqtrail.AsyncClient(url) as _:
                await ask(first)
            return "bad"

        async def refresh_second() -> str:
            await ask(first)
            return "good"

        given: Any = {
            "on loop": refresh,
            "passed to the loop": lambda: asyncio.run_coroutine_threadsafe(refresh(), loop).result(20),
            "its own loop": lambda: asyncio.run(own()),
        }[kind]
        first = reqtrail.AsyncClient(url, token=token, token_refresher=given)
        second = reqtrail.AsyncClient(url, token=token, token_refresher=refresh_second)
        async with asyncio.timeout(20), first, second:
            with pytest.raises(reqtrail.AuthenticationError):
                await first.get("/private")
            # A task that the refresher leaves behind waits for later refreshes, like any call.
            first.set_token("good")
            over.set()
            await asyncio.gather(*left)

    run(main())
    refused = inner[:1] if kind == "its own loop" else [inner[0], inner[2]]
    if kind != "its own loop":
        assert inner[1] == 200
        assert inner[3] == 200
    for error in refused:
        assert isinstance(error, reqtrail.AuthenticationError)
        assert error.trail is not None
        assert "calls through the client that it serves" in f"{error} {error.__cause__}"


@pytest.mark.parametrize("token", ["bad", None])
def test_refreshers_that_need_each_other_do_not_deadlock(url: str, token: str | None) -> None:
    inner: list[Any] = []

    def refresh() -> str:
        inner.append(second.get("/private").status)
        return "good"

    def refresh_second() -> str:
        with pytest.raises(reqtrail.AuthenticationError) as info:
            first.get("/private", timeout=3600)
        inner.append(f"{info.value} {info.value.__cause__}")
        return "good"

    first = reqtrail.Client(url, token=token, token_refresher=refresh)
    second = reqtrail.Client(url, token=token, token_refresher=refresh_second)
    with first, second:
        assert first.get("/private").status == 200
    assert "calls through the client that it serves" in inner[0]
    assert inner[1:] == [200]
