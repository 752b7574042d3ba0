"""The compute API through either client: reads, and server actions followed to their end."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack, get_type_hints

from ._async_client import AsyncClient
from ._client import Client
from ._native import CancelToken, RawClient, RawReport, Response
from ._openstack import ActionPage, ActionReport, Progress, Server, ServerAction, ServerHistory
from ._option_types import Seconds
from ._trail import Trail

__all__ = ["AsyncCompute", "Compute", "ExplainOptions", "FollowOptions", "ListOptions", "ReadOptions"]

_MODULE = "reqtrail.openstack"


class _CommonOptions(TypedDict, total=False):
    """What every operation has. What is left out keeps its default."""

    microversion: str | None
    """The version of the API; the client's own, or ``latest`` if it has none."""
    cancel: CancelToken | None
    """What ends it from elsewhere."""


class ReadOptions(_CommonOptions, total=False):
    """How something is read. What is left out keeps its default."""

    timeout: Seconds | None
    """The time of the whole call; the client's own by default."""


class ListOptions(ReadOptions, total=False):
    """Which actions are listed."""

    limit: int | None
    """How many at most; from microversion 2.58."""
    marker: str | None
    """The request ID of the action to begin after; from microversion 2.58."""
    changes_since: datetime | None
    """Only those that changed at this time or later; from microversion 2.58."""
    changes_before: datetime | None
    """Only those that changed at this time or earlier; from microversion 2.66."""


class FollowOptions(_CommonOptions, total=False):
    """How an action is followed. What is left out keeps its default."""

    poll_interval: Seconds | None
    """The first wait between two polls, half a second; each is twice the one before."""
    max_poll_interval: Seconds | None
    """The longest wait between two polls, 10 seconds."""
    deadline: Seconds | None
    """How long it is followed, ten minutes."""
    settle_time: Seconds | None
    """How long a state that decides nothing has to stay the same, 3 seconds."""
    on_progress: Callable[[Progress], object] | None
    """Told after every poll: on the thread that follows, or on the event loop. Its exceptions end nothing."""


class ExplainOptions(_CommonOptions, total=False):
    """How a story is told. What is left out keeps its default."""

    limit: int | None
    """How many actions, the newest 20."""


def _known(options: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    """The options; one that there is not is a ``TypeError``, as for any function."""
    known = get_type_hints(kind)
    for name in options:
        if name not in known:
            raise TypeError(f"there is no option `{name}` here; there are {', '.join(known)}")
    return {**options}


def _followed(action: Response | str, options: FollowOptions) -> dict[str, Any]:
    if action == "":
        raise ValueError("the request ID is empty; expected that of the request which started the action")
    return {**_known(options, FollowOptions), "action": action}


def _listed(options: ListOptions) -> dict[str, Any]:
    given = _known(options, ListOptions)
    for name in ("changes_since", "changes_before"):
        time = given.get(name)
        if isinstance(time, datetime):
            if time.tzinfo is None:
                raise ValueError(f"{name}: expected a datetime with a time zone, as datetime.now(UTC) has it")
            given[name] = max(time.timestamp(), 0.0)
        elif time is not None:
            raise TypeError(f"{name}: expected a datetime, not {type(time).__name__}")
    return given


def _read(raw: RawReport) -> tuple[Any, Trail]:
    return json.loads(raw.json), Trail._of(raw.trails[0])


class Compute:
    """Reads servers and their actions, follows actions to their end, and tells the stories of servers, through a
    :class:`reqtrail.Client`.

    Where the client has no microversion, these calls ask for ``latest``: the older ones do not show an action's steps.
    """

    __module__ = _MODULE
    __slots__ = ("client",)

    def __init__(self, client: Client) -> None:
        if not isinstance(client, Client):
            raise TypeError(f"client: expected a Client, not {type(client).__name__}")
        self.client = client

    def server(self, server_id: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads a server, its fault included."""
        return Server._of(*_read(RawClient._run(self.client, "server", server_id, _known(options, ReadOptions))))

    def action(self, server_id: str, request_id: str, **options: Unpack[ReadOptions]) -> ServerAction:
        """Reads an action by the ID of the request that started it: the one that its response carried.

        A deleted server's actions can be read from microversion 2.21.
        """
        given = {**_known(options, ReadOptions), "request_id": request_id}
        return ServerAction._of(*_read(RawClient._run(self.client, "action", server_id, given)))

    def actions(self, server_id: str, **options: Unpack[ListOptions]) -> ActionPage:
        """Lists a server's actions, newest first, without their steps."""
        return ActionPage._of(*_read(RawClient._run(self.client, "actions", server_id, _listed(options))))

    def follow(self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]) -> ActionReport:
        """Follows what a request started until it has ended, on the server of this UUID or, looked up first, of this exact
        name.

        ``action`` is the response of that request, or its request ID. Raises :class:`ActionFailedError` if the action
        failed, and :class:`ActionUnfollowedError` if a poll failed for good or the token was cancelled. A report may
        still say ``unknown``: look at its verdict.
        """
        return ActionReport._of(RawClient._run(self.client, "follow", server_id, _followed(action, options)))

    def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerHistory:
        """Tells the story of the server of this UUID or, looked up first, of this exact name: its actions, newest first, each with its request ID and its outcome.

        Raises :class:`ExplainError` if it cannot be read. A server that is gone has a story as long as its actions can
        be read, from microversion 2.21.
        """
        return ServerHistory._of(RawClient._run(self.client, "explain", server_id, _known(options, ExplainOptions)))


class AsyncCompute:
    """The same through a :class:`reqtrail.AsyncClient`."""

    __module__ = _MODULE
    __slots__ = ("client",)

    def __init__(self, client: AsyncClient) -> None:
        if not isinstance(client, AsyncClient):
            raise TypeError(f"client: expected an AsyncClient, not {type(client).__name__}")
        self.client = client

    async def server(self, server_id: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads a server; see :meth:`Compute.server`."""
        return Server._of(*_read(await self.client._run("server", server_id, _known(options, ReadOptions))))

    async def action(self, server_id: str, request_id: str, **options: Unpack[ReadOptions]) -> ServerAction:
        """Reads an action by the ID of the request that started it; see :meth:`Compute.action`."""
        given = {**_known(options, ReadOptions), "request_id": request_id}
        return ServerAction._of(*_read(await self.client._run("action", server_id, given)))

    async def actions(self, server_id: str, **options: Unpack[ListOptions]) -> ActionPage:
        """Lists a server's actions; see :meth:`Compute.actions`."""
        return ActionPage._of(*_read(await self.client._run("actions", server_id, _listed(options))))

    async def follow(self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]) -> ActionReport:
        """Follows what a request started until it has ended; see :meth:`Compute.follow`."""
        return ActionReport._of(await self.client._run("follow", server_id, _followed(action, options)))

    async def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerHistory:
        """Tells the story of a server; see :meth:`Compute.explain`."""
        return ServerHistory._of(await self.client._run("explain", server_id, _known(options, ExplainOptions)))
