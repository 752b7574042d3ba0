"""What became of OpenStack's server actions, as typed reports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypedDict, Unpack

from ._async_client import AsyncClient
from ._client import Client
from ._exceptions import ReqtrailError
from ._native import CancelToken, RawReport
from ._options import Seconds
from ._response import Response
from ._trail import Trail

__all__ = [
    "ActionError",
    "ActionEvent",
    "ActionFailedError",
    "ActionReport",
    "ActionUnfollowedError",
    "AsyncCompute",
    "Compute",
    "ExplainOptions",
    "FollowOptions",
    "Server",
    "ServerAction",
    "ServerFault",
    "ServerStory",
    "ToldAction",
    "Verdict",
]

_MODULE = "reqtrail.openstack"


class Verdict(StrEnum):
    """How an action ended, as far as the API tells."""

    __module__ = _MODULE

    SUCCEEDED = "succeeded"
    """It did what was asked for."""
    FAILED = "failed"
    """It did not."""
    UNKNOWN = "unknown"
    """The API does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFault:
    """Why a server is in ``ERROR``."""

    code: int | None
    created: str | None
    message: str
    details: str | None
    """A stack trace, for administrators alone. No report repeats it."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(code=data["code"], created=data["created"], message=data["message"], details=data["details"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as the compute API shows it."""

    id: str
    name: str | None
    status: str
    task_state: str | None
    vm_state: str | None
    locked: bool | None
    fault: ServerFault | None
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        fault = data["fault"]
        return cls(
            id=data["id"],
            name=data["name"],
            status=data["status"],
            task_state=data["OS-EXT-STS:task_state"],
            vm_state=data["OS-EXT-STS:vm_state"],
            locked=data["locked"],
            fault=None if fault is None else ServerFault._of(fault),
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEvent:
    """A step of an action."""

    event: str
    start_time: str | None
    finish_time: str | None
    result: str | None
    traceback: str | None
    """A stack trace, for administrators alone. No report repeats it."""
    host: str | None
    details: str | None
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            event=data["event"],
            start_time=data["start_time"],
            finish_time=data["finish_time"],
            result=data["result"],
            traceback=data["traceback"],
            host=data["host"],
            details=data["details"],
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAction:
    """An action on a server, by the request that started it."""

    action: str
    server_id: str | None
    request_id: str
    user_id: str | None
    project_id: str | None
    start_time: str | None
    updated_at: str | None
    message: str | None
    events: tuple[ActionEvent, ...] | None
    """The steps, newest first; ``None`` if the API does not show them to this caller."""
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        events = data["events"]
        return cls(
            action=data["action"],
            server_id=data["instance_uuid"],
            request_id=data["request_id"],
            user_id=data["user_id"],
            project_id=data["project_id"],
            start_time=data["start_time"],
            updated_at=data["updated_at"],
            message=data["message"],
            events=None if events is None else tuple(ActionEvent._of(event) for event in events),
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Report:
    trails: tuple[Trail, ...]
    """The trails of the calls that it rests on."""
    _json: str
    _report: str

    def to_json(self) -> str:
        """All of it as JSON, the same in every language. It has stack traces where the API gave them to this caller."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The same as a new ``dict``."""
        data: dict[str, Any] = json.loads(self._json)
        return data

    def report(self) -> str:
        """The text for a person: at most 100 columns, without secrets and stack traces."""
        return self._report

    def __str__(self) -> str:
        return self._report


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ActionReport(_Report):
    """What became of a server action. ``str(report)`` is a text for a ticket."""

    verdict: Verdict
    """How it ended, as far as the API tells."""
    evidence: str
    """What the verdict rests on."""
    server_id: str
    request_id: str
    """The ID of the request that started the action: the one to give to the operator."""
    global_request_id: str | None
    """The global ID that the request carried: the logs of every service on the way have it."""
    action: ServerAction | None
    """The action's record, as seen last."""
    server: Server | None
    """The server, as seen last; ``None`` once it is gone."""
    followed: float
    """How long it was followed, in seconds."""

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        action, server = data["action"], data["server"]
        return cls(
            verdict=Verdict(data["verdict"]),
            evidence=data["evidence"],
            server_id=data["server_id"],
            request_id=data["request_id"],
            global_request_id=data["global_request_id"],
            action=None if action is None else ServerAction._of(action),
            server=None if server is None else Server._of(server),
            followed=data["followed_ms"] / 1e3,
            trails=tuple(Trail._of(trail) for trail in raw.trails),
            _json=raw.json,
            _report=raw.report,
        )

    def __repr__(self) -> str:
        return f"<ActionReport server {self.server_id}, request {self.request_id}: {self.verdict}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAction:
    """An action of a server's story, and what became of it."""

    verdict: Verdict | None
    """How it ended, as far as the API tells; ``None`` while it runs."""
    evidence: str
    action: ServerAction


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServerStory(_Report):
    """What was done to a server, newest first. ``str(story)`` is a table for a terminal."""

    server_id: str
    server: Server | None
    """The server with its fault; ``None`` if it is gone."""
    actions: tuple[ToldAction, ...]

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        server = data["server"]
        return cls(
            server_id=data["server_id"],
            server=None if server is None else Server._of(server),
            actions=tuple(
                ToldAction(
                    verdict=None if told["verdict"] is None else Verdict(told["verdict"]),
                    evidence=told["evidence"],
                    action=ServerAction._of(told["action"]),
                )
                for told in data["actions"]
            ),
            trails=tuple(Trail._of(trail) for trail in raw.trails),
            _json=raw.json,
            _report=raw.report,
        )

    def __repr__(self) -> str:
        return f"<ServerStory server {self.server_id}, {len(self.actions)} actions>"


class ActionError(ReqtrailError):
    """A server action did not end well, or could not be followed. ``report`` is what was seen."""

    __module__ = _MODULE

    report: ActionReport


class ActionFailedError(ActionError):
    """The action failed. The text names action, server, request ID and reason."""

    __module__ = _MODULE


class ActionUnfollowedError(ActionError):
    """The action could not be followed to its end; ``__cause__`` says why."""

    __module__ = _MODULE


def action_error(display: str, raw: RawReport, cause: ReqtrailError | None) -> ActionError:
    """Called by the native half."""
    report = ActionReport._of(raw)
    cls = ActionFailedError if cause is None else ActionUnfollowedError
    error = cls(display, report=report, request_id=report.request_id)
    error.__cause__ = cause
    return error


class _CommonOptions(TypedDict, total=False):
    microversion: str | None
    cancel: CancelToken | None


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


class ExplainOptions(_CommonOptions, total=False):
    """How a story is told. What is left out keeps its default."""

    limit: int | None
    """How many actions, the newest 20."""


def follow_options(action: Response | str, options: FollowOptions) -> dict[str, Any]:
    return {**options, "action": action._raw if isinstance(action, Response) else action}


class Compute:
    """Follows server actions to their end, and tells the stories of servers, through a :class:`reqtrail.Client`."""

    __module__ = _MODULE
    __slots__ = ("client",)

    def __init__(self, client: Client) -> None:
        self.client = client

    def follow(self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]) -> ActionReport:
        """Follows what a request started until it has ended.

        ``action`` is the response of that request, or its request ID. Raises :class:`ActionFailedError` if the action
        failed, and :class:`ActionUnfollowedError` if a poll failed for good or the token was cancelled. A report may
        still say ``unknown``: look at its verdict.
        """
        return ActionReport._of(self.client._raw.run("follow", server_id, follow_options(action, options)))

    def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerStory:
        """Tells the story of a server: its actions, newest first, each with its request ID and its outcome."""
        return ServerStory._of(self.client._raw.run("explain", server_id, {**options}))


class AsyncCompute:
    """The same through a :class:`reqtrail.AsyncClient`."""

    __module__ = _MODULE
    __slots__ = ("client",)

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def follow(
        self, server_id: str, action: Response | str, **options: Unpack[FollowOptions]
    ) -> ActionReport:
        """Follows what a request started until it has ended; see :meth:`Compute.follow`."""
        return ActionReport._of(await self.client._flow("follow", server_id, follow_options(action, options)))

    async def explain(self, server_id: str, **options: Unpack[ExplainOptions]) -> ServerStory:
        """Tells the story of a server; see :meth:`Compute.explain`."""
        return ServerStory._of(await self.client._flow("explain", server_id, {**options}))


for _cls in (ServerFault, Server, ActionEvent, ServerAction, ActionReport, ToldAction, ServerStory):
    _cls.__module__ = _MODULE
