"""Clients whose hooks and refreshers refer to their owners are collected, and closed clients release theirs."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

import reqtrail
from test_async import Runner, run

__all__ = ["run"]


@pytest.fixture(autouse=True)
def collected_before() -> Iterator[None]:
    gc.collect()
    yield


class Owner:
    """A class of a program that has a client, whose hooks are its methods."""

    def __init__(self, url: str, kind: type[reqtrail.Client] | type[reqtrail.AsyncClient]) -> None:
        self.hook_calls = 0
        self.client = kind(
            url, token="bad", token_refresher=self.refresh, on_attempt=self.on_attempt, on_call=self.on_call
        )

    def refresh(self) -> str:
        return "good"

    def on_attempt(self, call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
        self.hook_calls += 1

    def on_call(self, trail: reqtrail.Trail) -> None:
        self.hook_calls += 1


class LoopOwner(Owner):
    """An owner with a refresher that runs on the loop."""

    async def refresh(self) -> str:  # type: ignore[override]
        return "good"


def test_a_client_and_its_owner_are_collected(url: str) -> None:
    owner = Owner(url, reqtrail.Client)
    assert isinstance(owner.client, reqtrail.Client)
    assert owner.client.get("/private").status == 200
    assert owner.hook_calls == 3
    gone = weakref.ref(owner), weakref.ref(owner.client)
    del owner
    gc.collect()
    assert [it() for it in gone] == [None, None]


def test_a_client_that_is_in_use_is_not_collected(url: str) -> None:
    owner = Owner(url, reqtrail.Client)
    client = owner.client
    del owner
    gc.collect()
    assert isinstance(client, reqtrail.Client)
    assert client.get("/private").status == 200


def test_a_client_is_not_collected_in_the_middle_of_a_call(url: str) -> None:
    hook_calls: list[int] = []

    class Collects(Owner):
        def on_attempt(self, call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
            gc.collect()
            hook_calls.append(attempt.number)

    def call() -> int:
        client = Collects(url, reqtrail.Client).client
        assert isinstance(client, reqtrail.Client)
        return client.get("/private").status

    assert call() == 200
    assert hook_calls == [1, 2]


@pytest.mark.parametrize("kind", [Owner, LoopOwner])
def test_an_asyncio_client_is_collected_while_its_loop_runs(url: str, run: Runner, kind: type[Owner]) -> None:
    async def use() -> tuple[weakref.ref[Owner], weakref.ref[reqtrail.AsyncClient]]:
        owner = kind(url, reqtrail.AsyncClient)
        assert isinstance(owner.client, reqtrail.AsyncClient)
        assert (await owner.client.get("/private")).status == 200
        assert owner.hook_calls == 3
        return weakref.ref(owner), weakref.ref(owner.client)

    async def main() -> None:
        gone = await asyncio.create_task(use())
        await asyncio.sleep(0)
        gc.collect()
        assert [it() for it in gone] == [None, None]

    run(main())


def test_a_closed_client_releases_its_hooks(url: str, run: Runner) -> None:
    owner = Owner(url, reqtrail.Client)
    client = owner.client
    gone = weakref.ref(owner)
    assert isinstance(client, reqtrail.Client)
    client.close()
    del owner
    # Without the collector.
    gc.disable()
    try:
        assert gone() is None
    finally:
        gc.enable()

    async def main() -> None:
        owner = Owner(url, reqtrail.AsyncClient)
        client = owner.client
        gone = weakref.ref(owner)
        assert isinstance(client, reqtrail.AsyncClient)
        await client.get("/ok")
        await client.aclose()
        del owner
        await asyncio.sleep(0)
        gc.collect()
        assert gone() is None and "closed" in repr(client)

    run(main())


def test_a_call_under_way_calls_the_hooks_of_a_closed_client(url: str) -> None:
    began, called = threading.Event(), threading.Event()

    def on_attempt(call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
        began.set()

    client = reqtrail.Client(url, on_attempt=on_attempt, on_call=lambda _: called.set())
    token = reqtrail.CancelToken()

    def call() -> None:
        with pytest.raises(reqtrail.CancelledError):
            client.get("/wait", cancel=token)

    thread = threading.Thread(target=call)
    thread.start()
    assert began.wait(20)
    client.close()
    token.cancel()
    thread.join(20)
    assert called.is_set()
