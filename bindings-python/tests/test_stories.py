"""The stories that a connection reads over the services of its cloud."""

import asyncio
import logging
import pickle
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import little_cloud
import reqtrail
from clouds import cloud
from little_cloud import CREATION, NO_HOST, VOLUME
from reqtrail.openstack import Connection, ExplainError, Story


@pytest.fixture
def cinder() -> Iterator[Any]:
    with little_cloud.serving(little_cloud.CINDER) as server:
        yield server


def connect(server: Any) -> Connection:
    return cloud(server).connect()


def check(story: Story) -> None:
    assert story.asked == "volume/data"
    assert story.failure is not None and NO_HOST in story.failure
    assert story.request_ids == (CREATION,)
    (volume,) = story.resources
    assert (volume.resource_type, volume.id, volume.name, volume.status) == ("volume", VOLUME, "data", "error")
    assert [(one.user_message, one.request_id) for one in volume.messages] == [(NO_HOST, CREATION)]
    assert [trail.service for trail in story.trails] == ["volume"] * 3
    assert CREATION in str(story) and str(story) == story.report()
    assert story.to_dict()["schema"] == "reqtrail.story/2"
    assert pickle.loads(pickle.dumps(story)) == story


def test_a_volume_that_failed_is_explained(cinder: Any, caplog: pytest.LogCaptureFixture) -> None:
    connection = connect(cinder)
    with caplog.at_level(logging.DEBUG, "reqtrail"):
        check(connection.explain("volume/data", limit=5, timeout=timedelta(seconds=30)))
    assert sum("call to volume for " in record.getMessage() for record in caplog.records) == 3

    async def main() -> None:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "reqtrail"):
            check(await connection.explain_async("volume/data", limit=5))
        assert sum("call to volume for " in record.getMessage() for record in caplog.records) == 3

    asyncio.run(main())


def test_a_service_that_is_missing_is_a_note(cinder: Any) -> None:
    story = connect(cinder).explain(VOLUME)
    assert len(story.notes) == 1 and story.notes[0].startswith("the compute service was not asked: ")
    assert story.resources[0].id == VOLUME


def test_nothing_found_has_its_trails(cinder: Any) -> None:
    connection = connect(cinder)
    with pytest.raises(ExplainError, match="nothing was found of the volume `other`: volume has no volume") as info:
        connection.explain("volume/other")
    assert info.value.kind is reqtrail.ErrorKind.API and info.value.category is reqtrail.Category.NOT_FOUND
    assert [trail.path for trail in info.value.trails] == ["/volumes"]
    assert isinstance(info.value.__cause__, reqtrail.NotFoundError)
    other = pickle.loads(pickle.dumps(info.value))
    assert (type(other), str(other), other.trails) == (ExplainError, str(info.value), info.value.trails)
    with pytest.raises(ExplainError, match="nothing was found"):
        asyncio.run(connection.explain_async("volume/other"))


def test_it_ends_when_cancelled_or_at_its_timeout(cinder: Any) -> None:
    connection = connect(cinder)
    cinder.RequestHandlerClass.hang = threading.Event()
    token = reqtrail.CancelToken()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(ExplainError) as info:
        connection.explain("volume/data", cancel=token)
    assert info.value.kind is reqtrail.ErrorKind.CANCELLED and len(info.value.trails) == 1
    with pytest.raises(ExplainError) as late:
        connection.explain("volume/data", timeout=0.2)
    assert late.value.kind is reqtrail.ErrorKind.TIMEOUT

    async def main() -> None:
        task = asyncio.create_task(connection.explain_async("volume/data"))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
        assert isinstance(cancelled.value.__cause__, ExplainError)
        assert len(cancelled.value.__cause__.trails) == 1

    asyncio.run(main())


def test_mistakes_are_named(cinder: Any) -> None:
    connection = connect(cinder)
    with pytest.raises(TypeError, match="colour"):
        connection.explain("volume/data", colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="limit: expected"):
        connection.explain("volume/data", limit="5")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cancel: expected a CancelToken"):
        connection.explain("volume/data", cancel=True)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="what: expected"):
        connection.explain(7)  # type: ignore[arg-type]
    with pytest.raises(ExplainError, match="colour") as info:
        connection.explain("colour/red")
    assert info.value.kind is reqtrail.ErrorKind.INVALID_REQUEST
    assert cinder.RequestHandlerClass.seen == []
