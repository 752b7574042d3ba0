"""The standard logger."""

import asyncio
import contextvars
import io
import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import reqtrail
from conftest import Server
from test_async import Runner, run

__all__ = ["run"]

request_of: contextvars.ContextVar[str] = contextvars.ContextVar("request_of", default="none")


class Interrupt(BaseException):
    """An exception of a handler that ends more than a call, like `gevent.Timeout` and pytest's outcomes."""


class Listener(logging.Handler):
    """Keeps records, with the thread, the context variable and the number of requests seen when they were emitted."""

    def __init__(self, server: Server | None = None) -> None:
        super().__init__()
        self.server = server
        self.records: list[logging.LogRecord] = []
        self.about: list[tuple[int, str, int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        seen = 0 if self.server is None else len(self.server.seen)
        self.about.append((threading.get_ident(), request_of.get(), seen))


@contextmanager
def listening(handler: logging.Handler, level: int = logging.DEBUG) -> Iterator[None]:
    logger = logging.getLogger("reqtrail")
    old = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(old)


def test_attempts_and_failed_calls(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG, "reqtrail"),
        reqtrail.Client.novavms(url, max_attempts=2, base_delay=0.001) as client,
    ):
        with pytest.raises(reqtrail.UnavailableError) as info:
            client.get("/busy")
        # Does not wait: the records exist when the call has ended.
        found = [record for record in caplog.records if record.name == "reqtrail"]
    error = info.value
    assert [record.levelno for record in found] == [logging.DEBUG, logging.DEBUG, logging.WARNING]
    assert found[2].getMessage() == str(error)
    for number, record in enumerate(found, 1):
        about = vars(record)
        assert about["call_id"] == error.trail.call_id
        assert about["path"] == "/busy"
        assert about["status"] == 503
        assert about["code"] == "service_unavailable"
        assert about["attempt"] == min(number, 2)
        assert about["request_id"] == error.request_ids[min(number, 2) - 1]
        assert about["correlation_id"] == error.trail.correlation_id
        assert record.threadName == threading.current_thread().name
    # The time of a record is that of its event.
    started = error.trail.started_at.timestamp()
    assert all(started <= record.created <= started + 5 for record in found)
    assert [record.created for record in found] == sorted(record.created for record in found)


def test_a_level_of_warning_omits_attempts(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "reqtrail"), reqtrail.Client.novavms(url) as client:
        client.get("/ok")
        with pytest.raises(reqtrail.NotFoundError):
            client.get("/missing")
        assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_records_come_between_attempts_from_the_thread_that_calls(server: Server, url: str) -> None:
    listener = Listener(server)
    request_of.set("mine")
    with listening(listener), reqtrail.Client.novavms(url, base_delay=0.001) as client:
        client.get("/once/here")
    here = threading.get_ident()
    assert listener.about == [(here, "mine", 1), (here, "mine", 2)]
    assert "reqtrail-logging" not in [thread.name for thread in threading.enumerate()]


def test_records_of_asyncio_come_from_the_loop_in_the_context_of_the_call(url: str, run: Runner) -> None:
    listener = Listener()

    async def call(client: reqtrail.AsyncClient, path: str) -> None:
        request_of.set(path)
        before = len(listener.records)
        with pytest.raises(reqtrail.NotFoundError) as info:
            await client.get(path)
        # The records exist before the task goes on.
        own = [record for record in listener.records[before:] if vars(record)["path"] == path]
        assert [record.levelno for record in own] == [logging.DEBUG, logging.WARNING]
        assert {vars(record)["call_id"] for record in own} == {info.value.trail.call_id}
        assert own[1].getMessage() == str(info.value)
        if sys.version_info >= (3, 12):
            assert {record.taskName for record in own} == {path}

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            paths = [f"/missing/{number}" for number in range(20)]
            await asyncio.gather(*(asyncio.create_task(call(client, path), name=path) for path in paths))

    with listening(listener):
        run(main())
    assert len(listener.records) == 40
    here = threading.get_ident()
    for record, (thread, variable, _) in zip(listener.records, listener.about, strict=True):
        assert (thread, variable) == (here, vars(record)["path"])


def test_a_cancelled_asyncio_call_is_logged_too(server: Server, url: str, run: Runner) -> None:
    listener = Listener()

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            task = asyncio.create_task(client.get("/stall"))
            while not server.seen:
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [vars(record)["failure"] for record in listener.records] == ["cancelled", "cancelled"]

    with listening(listener):
        run(main())


def test_a_blocked_loop_keeps_a_bounded_log() -> None:
    listener = Listener()
    hooked: list[int] = []
    kept, dropped = 4096, 4

    async def call(client: reqtrail.AsyncClient) -> None:
        with pytest.raises(reqtrail.ConnectError):
            await client.get("/")

    async def main() -> None:
        # Nothing listens on port 1.
        client = reqtrail.AsyncClient(
            "http://127.0.0.1:1", max_attempts=1, on_attempt=lambda _, attempt: hooked.append(attempt.number)
        )
        async with client:
            calls = [asyncio.ensure_future(call(client)) for _ in range(kept + dropped)]
            # Blocks the loop in the turn that starts all calls.
            asyncio.get_running_loop().call_soon(until_ended, client)
            await asyncio.gather(*calls)

    def until_ended(client: reqtrail.AsyncClient) -> None:
        while client._raw.open_jobs():
            threading.Event().wait(0.001)

    with listening(listener):
        asyncio.run(main())
    attempts = [record for record in listener.records if record.levelno == logging.DEBUG]
    notes = [record.getMessage() for record in listener.records if "not logged" in record.getMessage()]
    assert len(hooked) == kept + dropped
    assert len(attempts) == kept
    assert len(notes) == 1 and notes[0].startswith(f"{dropped} attempts")


def test_nothing_is_built_while_the_level_is_off(url: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("reqtrail")
    monkeypatch.setattr(logger, "handlers", [Listener()])
    monkeypatch.setattr(logger, "level", logging.ERROR)
    logger.manager._clear_cache()  # type: ignore[attr-defined]

    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("something was built")

    monkeypatch.setattr("reqtrail._logging.json", None)
    monkeypatch.setattr("reqtrail._logging._emit", refuse)
    with reqtrail.Client(url) as client:
        client.get("/ok")
        with pytest.raises(reqtrail.NotFoundError):
            client.get("/missing")

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            monkeypatch.setattr("reqtrail._mapping.json", None)
            await client.get("/ok")
            with pytest.raises(reqtrail.NotFoundError):
                await client.get("/missing")

    run(main())
    logger.manager._clear_cache()  # type: ignore[attr-defined]


class Failing(Listener):
    """A handler that fails outside the code that `logging` guards: in its filter, or in `handle` itself."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error: BaseException | None = error

    def handle(self, record: logging.LogRecord) -> bool:
        error, self.error = self.error, None
        if error is not None:
            raise error
        return super().handle(record)


def calls(url: str, run: Runner | None) -> Callable[[], None]:
    """Returns a function that makes a failing call with one of the clients."""
    if run is None:

        def sync() -> None:
            with reqtrail.Client.novavms(url, max_attempts=2, base_delay=0.001) as client:
                client.get("/busy")

        return sync

    async def main() -> None:
        async with reqtrail.AsyncClient.novavms(url, max_attempts=2, base_delay=0.001) as client:
            await client.get("/busy")

    return lambda: run(main())


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, url: str) -> Callable[[], None]:
    return calls(url, asyncio.run if request.param == "async" else None)


@pytest.mark.parametrize("raises", [True, False])
def test_an_exception_of_a_handler_does_not_fail_the_call(
    call: Callable[[], None], monkeypatch: pytest.MonkeyPatch, raises: bool
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", raises)
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    handler = Failing(LookupError("a handler that fails"))
    with listening(handler):
        for _ in range(2):
            with pytest.raises(reqtrail.UnavailableError):
                call()
    # The failure loses one of the six records, and no other.
    assert len(handler.records) == 5
    assert ("LookupError: a handler that fails" in stderr.getvalue()) == raises


def test_a_failing_record_factory_fails_no_call(call: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    factory = logging.getLogRecordFactory()

    def fails(*_: Any, **__: Any) -> logging.LogRecord:
        raise LookupError("a factory that fails")

    with listening(Listener()):
        logging.setLogRecordFactory(fails)
        try:
            with pytest.raises(reqtrail.UnavailableError):
                call()
        finally:
            logging.setLogRecordFactory(factory)
    assert "LookupError: a factory that fails" in stderr.getvalue()


@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING])
def test_a_base_exception_of_a_handler_is_raised_after_the_call_with_its_trail(
    call: Callable[[], None], level: int
) -> None:
    handler = Failing(Interrupt("enough"))
    with listening(handler, level), pytest.raises(Interrupt, match="enough") as info:
        call()
    trail: reqtrail.Trail = info.value.trail  # type: ignore[attr-defined]
    assert trail.path == "/busy" and trail.attempts
    # The next call is not affected.
    with listening(handler, level), pytest.raises(reqtrail.UnavailableError):
        call()


def test_calls_that_a_handler_makes_are_not_logged(url: str) -> None:
    client = reqtrail.Client(url)

    class Shipping(Listener):
        def emit(self, record: logging.LogRecord) -> None:
            super().emit(record)
            assert client.post("/echo", json=record.getMessage()).status == 200

    shipping = Shipping()
    with client, listening(shipping), pytest.raises(reqtrail.NotFoundError):
        client.get("/missing")
    assert [vars(record)["path"] for record in shipping.records] == ["/missing"] * 2


def test_a_call_that_a_hook_makes_is_logged(url: str) -> None:
    listener = Listener()
    other = reqtrail.Client(url)

    def on_attempt(call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
        other.get("/echo")

    with other, reqtrail.Client(url, on_attempt=on_attempt) as client, listening(listener):
        client.get("/ok")
    assert sorted(vars(record)["path"] for record in listener.records) == ["/echo", "/ok"]


@pytest.mark.parametrize("looped", [False, True], ids=["Client", "AsyncClient"])
def test_the_failed_call_of_a_refresher_is_logged_once(url: str, run: Runner, looped: bool) -> None:
    listener = Listener()
    calls = 80  # more than the logged causes that are remembered
    asked: list[None] = []

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as inner:

            async def refresh() -> str:
                asked.append(None)
                await inner.get("/private")
                return "never"

            async with reqtrail.AsyncClient(url, token_refresher=refresh) as client:
                await asyncio.gather(*(client.get("/private") for _ in range(calls)), return_exceptions=True)

    def blocking() -> None:
        with reqtrail.Client(url) as inner:

            def refresh() -> str:
                asked.append(None)
                inner.get("/private")
                return "never"

            with reqtrail.Client(url, token_refresher=refresh) as client:

                def call() -> None:
                    with pytest.raises(reqtrail.AuthenticationError):
                        client.get("/private")

                threads = [threading.Thread(target=call) for _ in range(calls)]
                for one in threads:
                    one.start()
                for one in threads:
                    one.join(20)

    with listening(listener, logging.WARNING):
        if looped:
            run(main())
        else:
            blocking()
    logged = [record.call_id for record in listener.records]  # type: ignore[attr-defined]
    assert len(set(logged)) == len(logged)
    # The refresher's failed calls have an attempt.
    assert [record.status for record in listener.records if record.attempt] == [401] * len(asked)  # type: ignore[attr-defined]
    assert len(logged) == calls + len(asked)


def test_logging_is_silent_by_default(url: str) -> None:
    program = """
        import logging, sys, threading, reqtrail
        logging.getLogger("reqtrail").setLevel(logging.DEBUG)
        client = reqtrail.Client(sys.argv[1], max_attempts=1)
        try:
            client.get("/missing")
        except reqtrail.NotFoundError:
            pass
        print(threading.active_count())
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), url], capture_output=True, text=True, timeout=30
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", "")


GREEN = """
    {patch}
    import logging, sys
    logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(threadName)s %(path)s")
    logging.getLogger().handlers[0].addFilter(lambda record: record.name == "reqtrail")

    class Yields(logging.Handler):
        # Like a handler over a patched socket: it waits, and other greenlets run.
        def emit(self, record):
            if record.name == "reqtrail":
                library.sleep(0)
                logged.append((record.path, record.levelname))

    logged, hooked, ended = [], [], []
    logging.getLogger().addHandler(Yields())
    import reqtrail

    def on_attempt(call, attempt):
        library.sleep(0)
        hooked.append((call.path, attempt.number))

    client = reqtrail.Client.novavms(sys.argv[1], max_attempts=2, base_delay=0.001, on_attempt=on_attempt)
    paths = [f"/missing/{{n}}" if n % 2 else f"/once/{{n}}" for n in range(20)]

    def work(path):
        try:
            client.get(path)
            expected = ["DEBUG", "DEBUG"]
        except reqtrail.NotFoundError as error:
            expected = ["DEBUG", "WARNING"]
        # Complete, and in order.
        assert [level for of, level in logged if of == path] == expected, logged
        ended.append(path)

    greenlets = [library.spawn(work, path) for path in paths]
    {join}
    assert sorted(ended) == sorted(paths), ended
    again = [path for path in paths if path.startswith("/once")]
    assert sorted(hooked) == sorted([(path, 1) for path in paths] + [(path, 2) for path in again]), hooked
    client.close()
    print("ended")
"""

GREENLETS = {
    "gevent": (
        "import gevent as library, gevent.monkey; gevent.monkey.patch_all()",
        "library.joinall(greenlets, raise_error=True)",
    ),
    "eventlet": (
        "import eventlet as library; library.monkey_patch()",
        "[greenlet.wait() for greenlet in greenlets]",
    ),
}


@pytest.mark.parametrize("library", GREENLETS)
def test_greenlets(url: str, library: str) -> None:
    """No call hangs when everything is patched, logging is configured, and handlers and hooks switch greenlets."""
    patch, join = GREENLETS[library]
    program = textwrap.dedent(GREEN.format(patch=patch, join=join))
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, url], capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (0, "ended\n"), ran.stderr
    assert ran.stderr.count("WARNING ") == 10, ran.stderr
