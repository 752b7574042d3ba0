"""What OpenStack's services accepted, followed through either client."""

# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

from collections.abc import Callable
from typing import TypedDict, Unpack, overload

from ._native import CancelToken, Response
from ._openstack_records import ActionReport, Progress
from ._operations import AsyncOperations, Operations, accepted
from ._option_types import Seconds

__all__ = ["AsyncResources", "FollowResourceOptions", "Resources"]


class FollowResourceOptions(TypedDict, total=False):
    """How what a service accepted is followed. What is left out, or ``None``, keeps its default."""

    size: int | None
    """The size that an extension of a volume asked for, in GiB. The response of a request that this process sent
    carries it; an ID alone does not."""
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


class Resources(Operations):
    """Follows what a service accepted to its end: the creation of a volume, its extension, the import of an image,
    through a ``Client``.

    The client is one of the service concerned. Of work that is not known here the verdict is ``unknown``.
    """

    __module__ = "reqtrail.openstack"
    __slots__ = ()

    @overload
    def follow(self, what: Response, /, **options: Unpack[FollowResourceOptions]) -> ActionReport: ...

    @overload
    def follow(
        self, what: str, resource_id: str, request_id: str | Response, /, **options: Unpack[FollowResourceOptions]
    ) -> ActionReport: ...

    def follow(
        self,
        what: Response | str,
        resource_id: str | None = None,
        request_id: str | Response | None = None,
        /,
        **options: Unpack[FollowResourceOptions],
    ) -> ActionReport:
        """Follows the work that a request began until it has ended, and says how: the creation or extension of a
        volume, the import of an image, an action of a server.

        The work is named by the response of that request; or by its kind, such as ``volume.extend`` or
        ``image.import``, the UUID of the resource, and the request ID. A report may still say ``unknown``: look
        at its verdict.

        Raises ``ActionFailedError`` if the work failed, and ``ActionUnfollowedError`` if a poll failed for good,
        it was cancelled, or nothing says what to follow.
        """
        named = accepted(what, resource_id, request_id)
        return ActionReport._of(self._run("follow_resource", *named, options))


class AsyncResources(AsyncOperations):
    """Follows what a service accepted to its end: the creation of a volume, its extension, the import of an image,
    through an ``AsyncClient``.

    The client is one of the service concerned. Of work that is not known here the verdict is ``unknown``.
    """

    __module__ = "reqtrail.openstack"
    __slots__ = ()

    @overload
    async def follow(self, what: Response, /, **options: Unpack[FollowResourceOptions]) -> ActionReport: ...

    @overload
    async def follow(
        self, what: str, resource_id: str, request_id: str | Response, /, **options: Unpack[FollowResourceOptions]
    ) -> ActionReport: ...

    async def follow(
        self,
        what: Response | str,
        resource_id: str | None = None,
        request_id: str | Response | None = None,
        /,
        **options: Unpack[FollowResourceOptions],
    ) -> ActionReport:
        """Follows the work that a request began until it has ended, and says how: the creation or extension of a
        volume, the import of an image, an action of a server.

        The work is named by the response of that request; or by its kind, such as ``volume.extend`` or
        ``image.import``, the UUID of the resource, and the request ID. A report may still say ``unknown``: look
        at its verdict.

        Raises ``ActionFailedError`` if the work failed, and ``ActionUnfollowedError`` if a poll failed for good,
        it was cancelled, or nothing says what to follow.
        """
        named = accepted(what, resource_id, request_id)
        return ActionReport._of(await self._run("follow_resource", *named, options))
