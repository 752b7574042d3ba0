"""OpenStack's servers and server actions, and what became of them, as typed values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ._exceptions import ReqtrailError
from ._native import RawReport
from ._openstack_faults import Verdict
from ._trail import Trail

__all__ = [
    "ActionError",
    "ActionEvent",
    "ActionFailedError",
    "ActionOutcome",
    "ActionPage",
    "ActionReport",
    "ActionUnfollowedError",
    "ExplainError",
    "Progress",
    "Server",
    "ServerAction",
    "ServerFault",
    "ServerHistory",
]

_MODULE = "reqtrail.openstack"


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
    trail: Trail | None = None
    """The trail of the call that read it; ``None`` within a report, which has the trails of all its calls."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail | None = None) -> Self:
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
            trail=trail,
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
    """The host, for administrators alone; from microversion 2.62."""
    host_id: str | None
    """The host without its name; from microversion 2.62."""
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
            host_id=data["hostId"],
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
    trail: Trail | None = None
    """The trail of the call that read it; ``None`` within a report, which has the trails of all its calls."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail | None = None) -> Self:
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
            trail=trail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """A page of a server's actions, newest first."""

    actions: tuple[ServerAction, ...]
    """The actions, without their steps."""
    next: str | None
    """The link to the next page, for ``request_link``; from microversion 2.58."""
    trail: Trail
    """The trail of the call that read it."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail) -> Self:
        actions = tuple(ServerAction._of(action) for action in data["actions"])
        return cls(actions=actions, next=data["next"], trail=trail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a poll of an action that is followed has shown."""

    server: Server | None
    """The server; ``None`` if it is not there."""
    action: ServerAction | None
    """The action's record with its steps; ``None`` if there is none, or not yet."""
    elapsed: float
    """How long it has been followed, in seconds."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        server, action = data["server"], data["action"]
        return cls(
            server=None if server is None else Server._of(server),
            action=None if action is None else ServerAction._of(action),
            elapsed=data["elapsed_ms"] / 1e3,
        )


def _verdict(text: str | None) -> Verdict | None:
    return None if text is None else Verdict(text)


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
    apparent: Verdict | None
    """How it looks to have ended where nothing proves that, as after a reboot; else ``None``."""
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
            apparent=_verdict(data["apparent"]),
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
class ActionOutcome:
    """An action of a server's story, and what became of it."""

    verdict: Verdict | None
    """How it ended, as far as the API tells; ``None`` while it runs."""
    apparent: Verdict | None
    """How it looks to have ended where nothing proves that, as after a reboot; else ``None``."""
    evidence: str
    action: ServerAction


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServerHistory(_Report):
    """What was done to a server, newest first. ``str(story)`` is a table for a terminal."""

    server_id: str
    server: Server | None
    """The server with its fault; ``None`` if it is gone."""
    actions: tuple[ActionOutcome, ...]

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        server = data["server"]
        return cls(
            server_id=data["server_id"],
            server=None if server is None else Server._of(server),
            actions=tuple(
                ActionOutcome(
                    verdict=_verdict(told["verdict"]),
                    apparent=_verdict(told["apparent"]),
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
        return f"<ServerHistory server {self.server_id}, {len(self.actions)} actions>"


class ActionError(ReqtrailError):
    """A server action did not end well, or could not be followed. ``report`` is what was seen.

    ``trail`` is that of the request that started the action, where it is known; the trails of all calls are the
    report's, and ``request_ids`` are theirs. ``kind`` and the like are those of the cause, if a call failed.
    """

    __module__ = _MODULE
    _sums_up = True  # a call of its own has failed, if any, and that is logged

    report: ActionReport

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The request IDs of all calls that the report rests on, in order."""
        return tuple(request_id for trail in self.report.trails for request_id in trail.request_ids)


class ActionFailedError(ActionError):
    """The action failed. The text names action, server, request ID and reason."""

    __module__ = _MODULE


class ActionUnfollowedError(ActionError):
    """The action could not be followed to its end; ``__cause__`` says why."""

    __module__ = _MODULE


class ExplainError(ReqtrailError):
    """A server's story could not be read; ``__cause__`` says why, and its fields are this one's too."""

    __module__ = _MODULE
    _sums_up = True

    trails: tuple[Trail, ...] = ()
    """The trails of all calls that were made for it, the failed one included."""


def operation_error(kind: str, display: str, raw: RawReport, cause: ReqtrailError | None) -> ReqtrailError:
    """Called by the native half."""
    return _explain_error(display, raw, cause) if kind == "explain" else _action_error(display, raw, cause)


def _action_error(display: str, raw: RawReport, cause: ReqtrailError | None) -> ActionError:
    report = ActionReport._of(raw)
    cls = ActionFailedError if cause is None else ActionUnfollowedError
    trail = report.trails[0] if report.trails else None
    fields = {**_fields_of(cause), "trail": trail, "request_id": report.request_id, "report": report}
    error = cls(display, **fields)
    error.__cause__ = cause
    return error


def _fields_of(cause: ReqtrailError | None) -> dict[str, Any]:
    """What every error has, of the call that failed."""
    return {} if cause is None else {name: getattr(cause, name) for name in ReqtrailError.__annotations__}


def _explain_error(display: str, raw: RawReport, cause: ReqtrailError | None) -> ExplainError:
    made = tuple(Trail._of(trail) for trail in raw.trails)
    error = ExplainError(display, trails=made, **_fields_of(cause))
    error.__cause__ = cause
    return error


for _cls in (
    ServerFault,
    Server,
    ActionEvent,
    ServerAction,
    ActionPage,
    Progress,
    ActionReport,
    ActionOutcome,
    ServerHistory,
):
    _cls.__module__ = _MODULE
