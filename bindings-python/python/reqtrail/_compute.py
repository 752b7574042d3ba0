"""OpenStack's compute API through either client: its operations, and their options."""

# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict, Unpack

from ._native import CancelToken, Response
from ._openstack_records import ActionPage, ActionReport, Progress, Server, ServerAction, ServerHistory
from ._operations import AsyncOperations, Operations, read
from ._option_types import Seconds

__all__ = ["AsyncCompute", "Compute", "ExplainOptions", "FollowOptions", "ListOptions", "ReadOptions"]


class ReadOptions(TypedDict, total=False):
    """How something is read. What is left out, or ``None``, keeps its default."""

    microversion: str | None
    """The version of the API that all its requests ask for; the client's by default, or ``latest`` if that has none."""
    timeout: Seconds | None
    """The timeout of the whole call; the client's by default. In seconds, or a ``timedelta``."""
    cancel: CancelToken | None
    """What cancels the operation."""


class ListOptions(TypedDict, total=False):
    """Which actions are listed. What is left out, or ``None``, keeps its default."""

    microversion: str | None
    """The version of the API that all its requests ask for; the client's by default, or ``latest`` if that has none."""
    timeout: Seconds | None
    """The timeout of the whole call; the client's by default. In seconds, or a ``timedelta``."""
    limit: int | None
    """The maximum number of actions, newest first. A list has what the API returns, and takes a limit from
    microversion 2.58."""
    marker: str | None
    """The request ID of the action after which the list begins; from microversion 2.58."""
    changes_since: datetime | None
    """The time at which, or later, the listed actions changed; from microversion 2.58."""
    changes_before: datetime | None
    """The time at which, or earlier, the listed actions changed; from microversion 2.66."""
    cancel: CancelToken | None
    """What cancels the operation."""


class FollowOptions(TypedDict, total=False):
    """How an action is followed. What is left out, or ``None``, keeps its default."""

    microversion: str | None
    """The version of the API that all its requests ask for; the client's by default, or ``latest`` if that has none."""
    poll_interval: Seconds | None
    """The first wait between two polls. It doubles with each further poll. In seconds, or a ``timedelta``. Default:
    0.5 s."""
    max_poll_interval: Seconds | None
    """The longest wait between two polls. In seconds, or a ``timedelta``. Default: 10 s."""
    deadline: Seconds | None
    """How long the action is followed. One that still runs then is reported as ``unknown``. In seconds, or a
    ``timedelta``. Default: 600 s."""
    settle_time: Seconds | None
    """How long an undecided state has to stay the same before it counts as the end, since an action looks idle
    between two of its steps. It is ten times as long while a step is not finished or has yet to begin. In
    seconds, or a ``timedelta``. Default: 3 s."""
    cancel: CancelToken | None
    """What cancels the operation."""
    on_progress: Callable[[Progress], object] | None
    """The function that is called after every poll. It must be quick. The operation goes on if it fails. ``Compute``
    calls it on the thread that follows, ``AsyncCompute`` on the event loop. What it raises goes to
    ``sys.unraisablehook``, or to the loop's exception handler."""


class ExplainOptions(TypedDict, total=False):
    """How many actions of a server's history are read. What is left out, or ``None``, keeps its default."""

    microversion: str | None
    """The version of the API that all its requests ask for; the client's by default, or ``latest`` if that has none."""
    limit: int | None
    """The maximum number of actions, newest first. A history has 20 by default."""
    cancel: CancelToken | None
    """What cancels the operation."""


class Compute(Operations):
    """Reads servers and their actions, follows actions to their end, and tells the histories of servers, through a
    ``Client``.

    Where the client has no microversion, these calls ask for ``latest``: the older ones do not show an action's
    steps.
    """

    __module__ = "reqtrail.openstack"
    __slots__ = ()

    def server(self, server_id: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads a server, its fault included."""
        return Server._of(*read(self._run("server", server_id, None, options)))

    def action(self, server_id: str, request_id: str, **options: Unpack[ReadOptions]) -> ServerAction:
        """Reads an action of a server by the ID of the request that started it: the one that its response carried.

        A deleted server's actions can be read from microversion 2.21.
        """
        return ServerAction._of(*read(self._run("action", server_id, request_id, options)))

    def actions(self, server_id: str, **options: Unpack[ListOptions]) -> ActionPage:
        """Lists a server's actions, newest first, without their steps."""
        return ActionPage._of(*read(self._run("actions", server_id, None, options)))

    def follow(self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]) -> ActionReport:
        """Follows what a request started until it has ended, and says how.

        ``server_id`` is the server's UUID, or its exact name, which is looked up first. ``action`` is the
        response of that request, or its request ID. A report may still say ``unknown``: look at its verdict.

        Raises ``ActionFailedError`` if the action failed, and ``ActionUnfollowedError`` if a poll failed for good
        or it was cancelled.
        """
        return ActionReport._of(self._run("follow", server_id, action, options))

    def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerHistory:
        """Reads the history of a server: its actions, newest first, each with its request ID, its outcome and its
        steps, and the server's fault.

        ``server_id`` is the server's UUID, or its exact name, which is looked up first. A deleted server has a
        history, by its UUID, as long as its actions can be read, from microversion 2.21.

        Raises ``ExplainError`` if it cannot be read.
        """
        return ServerHistory._of(self._run("explain", server_id, None, options))

    def server_by_name(self, server_name: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads the server that has exactly this name, including its fault: looks the name up, then reads the
        server, whose trail the result has. A timeout applies to each of the two calls.

        If no server has this name, the error is ``api`` with the category ``not_found``; if several have it,
        ``invalid``.
        """
        return Server._of(*read(self._run("server_by_name", server_name, None, options)))


class AsyncCompute(AsyncOperations):
    """Reads servers and their actions, follows actions to their end, and tells the histories of servers, through an
    ``AsyncClient``.

    Where the client has no microversion, these calls ask for ``latest``: the older ones do not show an action's
    steps.
    """

    __module__ = "reqtrail.openstack"
    __slots__ = ()

    async def server(self, server_id: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads a server, its fault included."""
        return Server._of(*read(await self._run("server", server_id, None, options)))

    async def action(self, server_id: str, request_id: str, **options: Unpack[ReadOptions]) -> ServerAction:
        """Reads an action of a server by the ID of the request that started it: the one that its response carried.

        A deleted server's actions can be read from microversion 2.21.
        """
        return ServerAction._of(*read(await self._run("action", server_id, request_id, options)))

    async def actions(self, server_id: str, **options: Unpack[ListOptions]) -> ActionPage:
        """Lists a server's actions, newest first, without their steps."""
        return ActionPage._of(*read(await self._run("actions", server_id, None, options)))

    async def follow(self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]) -> ActionReport:
        """Follows what a request started until it has ended, and says how.

        ``server_id`` is the server's UUID, or its exact name, which is looked up first. ``action`` is the
        response of that request, or its request ID. A report may still say ``unknown``: look at its verdict.

        Raises ``ActionFailedError`` if the action failed, and ``ActionUnfollowedError`` if a poll failed for good
        or it was cancelled.
        """
        return ActionReport._of(await self._run("follow", server_id, action, options))

    async def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerHistory:
        """Reads the history of a server: its actions, newest first, each with its request ID, its outcome and its
        steps, and the server's fault.

        ``server_id`` is the server's UUID, or its exact name, which is looked up first. A deleted server has a
        history, by its UUID, as long as its actions can be read, from microversion 2.21.

        Raises ``ExplainError`` if it cannot be read.
        """
        return ServerHistory._of(await self._run("explain", server_id, None, options))

    async def server_by_name(self, server_name: str, **options: Unpack[ReadOptions]) -> Server:
        """Reads the server that has exactly this name, including its fault: looks the name up, then reads the
        server, whose trail the result has. A timeout applies to each of the two calls.

        If no server has this name, the error is ``api`` with the category ``not_found``; if several have it,
        ``invalid``.
        """
        return Server._of(*read(await self._run("server_by_name", server_name, None, options)))
