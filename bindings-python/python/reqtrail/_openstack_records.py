"""OpenStack's servers and server actions, as typed values."""

# Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ._document import Document
from ._native import RawReport
from ._openstack_faults import Verdict
from ._trail import Trail

__all__ = [
    "ActionEvent",
    "ActionOutcome",
    "ActionPage",
    "ActionReport",
    "ImageTask",
    "Progress",
    "Resource",
    "ResourceStory",
    "Server",
    "ServerAction",
    "ServerFault",
    "ServerHistory",
    "ServiceEndpoint",
    "Session",
    "Story",
    "UserMessage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFault:
    """Why a server is in ``ERROR`` (<https://docs.openstack.org/api-guide/compute/faults.html#instance-faults>)."""

    __module__ = "reqtrail.openstack"

    code: int | None
    """The fault's number, similar to an HTTP status."""
    created: str | None
    """When it happened, as the API writes it."""
    message: str
    """The text for people."""
    details: str | None
    """A stack trace, for administrators only. It is not meant for end users, and no report repeats it."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            code=data["code"],
            created=data["created"],
            message=data["message"],
            details=data["details"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server (<https://docs.openstack.org/api-ref/compute/#show-server-details>)."""

    __module__ = "reqtrail.openstack"

    id: str
    """The server's UUID."""
    name: str | None
    """The name that its owner gave it."""
    status: str
    """The state for users: ``ACTIVE``, ``BUILD``, ``ERROR``, ``VERIFY_RESIZE``, …"""
    task_state: str | None
    """The running task, as in ``spawning``. Between two steps of one action there is none either."""
    vm_state: str | None
    """The state that the last finished step left the server in."""
    locked: bool | None
    """Whether it is locked; from microversion 2.9."""
    fault: ServerFault | None
    """Why it is in ``ERROR``. A list of servers may leave it out: fetch the single server."""
    data: Mapping[str, Any]
    """All that the API sent."""
    trail: Trail | None = None
    """The trail of the call that read it; ``None`` within a report, which has the trails of all its calls."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail | None = None) -> Self:
        return cls(
            id=data["id"],
            name=data["name"],
            status=data["status"],
            task_state=data["OS-EXT-STS:task_state"],
            vm_state=data["OS-EXT-STS:vm_state"],
            locked=data["locked"],
            fault=None if data["fault"] is None else ServerFault._of(data["fault"]),
            data=data,
            trail=trail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEvent:
    """A step of an action."""

    __module__ = "reqtrail.openstack"

    event: str
    """The step's name, such as ``compute_finish_resize``."""
    start_time: str | None
    """When it began: UTC, though the API writes no zone."""
    finish_time: str | None
    """When it ended. After a rescheduled build there may never be one."""
    result: str | None
    """``Success`` or ``Error``, once it has ended."""
    traceback: str | None
    """A stack trace, for administrators only. It is not meant for end users, and no report repeats it."""
    host: str | None
    """The host, for administrators; from microversion 2.62."""
    host_id: str | None
    """The host without its name; from microversion 2.62."""
    details: str | None
    """Why it failed, for administrators by default; from microversion 2.84."""
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
    """An action on a server (<https://docs.openstack.org/api-ref/compute/#servers-actions-os-instance-actions>)."""

    __module__ = "reqtrail.openstack"

    action: str
    """The kind: ``create``, ``resize``, ``live-migration``, …"""
    server_id: str | None
    """The server's UUID."""
    request_id: str
    """The local ID of the request that started it."""
    user_id: str | None
    """The ID of the user who requested it."""
    project_id: str | None
    """The ID of the project in which it was requested."""
    start_time: str | None
    """When it began: UTC, though the API writes no zone."""
    updated_at: str | None
    """When it last changed; from microversion 2.58."""
    message: str | None
    """The text ``Error`` once a step has failed. It is absent while the action runs, after a success, and after some
    failures."""
    events: tuple[ActionEvent, ...] | None
    """The steps, newest first: for administrators at every microversion, for others from 2.51. A list of actions
    never has them."""
    data: Mapping[str, Any]
    """All that the API sent."""
    trail: Trail | None = None
    """The trail of the call that read it; ``None`` within a report, which has the trails of all its calls."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail | None = None) -> Self:
        return cls(
            action=data["action"],
            server_id=data["instance_uuid"],
            request_id=data["request_id"],
            user_id=data["user_id"],
            project_id=data["project_id"],
            start_time=data["start_time"],
            updated_at=data["updated_at"],
            message=data["message"],
            events=None if data["events"] is None else tuple(ActionEvent._of(one) for one in data["events"]),
            data=data,
            trail=trail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """A page of a server's actions, newest first."""

    __module__ = "reqtrail.openstack"

    actions: tuple[ServerAction, ...]
    """The actions, without their steps."""
    next: str | None
    """The link to the next page, for ``request_link``; from microversion 2.58."""
    trail: Trail
    """The trail of the call that read it."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail) -> Self:
        return cls(
            actions=tuple(ServerAction._of(one) for one in data["actions"]),
            next=data["next"],
            trail=trail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A volume, a snapshot or an image, as its service shows it
    (<https://docs.openstack.org/api-ref/block-storage/v3/>, <https://docs.openstack.org/api-ref/image/v2/>)."""

    __module__ = "reqtrail.openstack"

    id: str
    """Its UUID."""
    name: str | None
    """The name that its owner gave it."""
    status: str
    """Its state: ``available``, ``extending``, ``error``, ``active``, …"""
    size: int | None
    """Its size: GiB of a volume or a snapshot, bytes of an image."""
    created_at: str | None
    """When it was created: UTC, though the block storage API writes no zone."""
    updated_at: str | None
    """When it last changed: UTC, though the block storage API writes no zone."""
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            id=data["id"],
            name=data["name"],
            status=data["status"],
            size=data["size"],
            created_at=data["created_at"],
            updated_at=data["updated_at"],
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """A message to users about a request that failed
    (<https://docs.openstack.org/api-ref/block-storage/v3/#messages>), from microversion 3.3."""

    __module__ = "reqtrail.openstack"

    id: str
    """The message's UUID."""
    event_id: str | None
    """The subject, as a code: ``VOLUME_VOLUME_001_003`` names the resource, the work and the failure."""
    user_message: str
    """The text for people."""
    message_level: str | None
    """The severity: ``ERROR``."""
    created_at: str | None
    """When it was written: UTC, though the API writes no zone."""
    guaranteed_until: str | None
    """Until when it can be read."""
    request_id: str | None
    """The local ID of the request that failed."""
    resource_type: str | None
    """The kind of resource that it is about, as in ``VOLUME``."""
    resource_uuid: str | None
    """The UUID of that resource."""
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            id=data["id"],
            event_id=data["event_id"],
            user_message=data["user_message"],
            message_level=data["message_level"],
            created_at=data["created_at"],
            guaranteed_until=data["guaranteed_until"],
            request_id=data["request_id"],
            resource_type=data["resource_type"],
            resource_uuid=data["resource_uuid"],
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTask:
    """A task of an image, such as its import
    (<https://docs.openstack.org/api-ref/image/v2/#show-tasks-associated-with-image>)."""

    __module__ = "reqtrail.openstack"

    id: str
    """The task's UUID."""
    task_type: str | None
    """What it does, as in ``api_image_import``."""
    status: str
    """Its progress: ``pending``, ``processing``, ``success`` or ``failure``."""
    message: str | None
    """Why it failed."""
    request_id: str | None
    """The ID of the request that began it."""
    created_at: str | None
    """When it was created: UTC, though the API writes no zone."""
    updated_at: str | None
    """When it last changed: UTC, though the API writes no zone."""
    expires_at: str | None
    """Until when it can be read."""
    data: Mapping[str, Any]
    """All that the API sent."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            id=data["id"],
            task_type=data["type"],
            status=data["status"],
            message=data["message"],
            request_id=data["request_id"],
            created_at=data["created_at"],
            updated_at=data["updated_at"],
            expires_at=data["expires_at"],
            data=data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The result of a poll, for a progress bar or a log."""

    __module__ = "reqtrail.openstack"

    server: Server | None
    """The server; ``None`` if there is none."""
    action: ServerAction | None
    """The action's record with its steps; ``None`` if there is none, or not yet."""
    resource: Resource | None
    """The volume, snapshot or image; ``None`` if there is none, or if a server's action is followed."""
    elapsed: float
    """How long the action has been followed. In seconds."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            server=None if data["server"] is None else Server._of(data["server"]),
            action=None if data["action"] is None else ServerAction._of(data["action"]),
            resource=None if data["resource"] is None else Resource._of(data["resource"]),
            elapsed=data["elapsed_ms"] / 1e3,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ActionReport(Document):
    """The result of a server action, or of work that another service accepted. ``str()`` gives it as a text for a
    person."""

    __module__ = "reqtrail.openstack"

    verdict: Verdict
    """How it ended, as far as the API reports."""
    apparent: Verdict | None
    """How it seems to have ended if nothing proves that, as after a reboot."""
    evidence: str
    """What the verdict is based on."""
    server_id: str
    """The server's UUID; empty if the work does not concern a server."""
    resource_type: str
    """The type of the resource: ``server``, ``volume``, ``snapshot``, ``image``, …"""
    resource_id: str
    """The UUID of the resource."""
    operation: str | None
    """What was done: ``resize`` to a server, ``extend`` to a volume; ``None`` if the API has no record of a server's
    action."""
    request_id: str
    """The local ID of the request that started the action, for the operator."""
    global_request_id: str | None
    """The global ID that the request carried, if known. It is in the logs of every service on the way."""
    action: ServerAction | None
    """The last state of the action's record."""
    server: Server | None
    """The last state of the server; ``None`` once it is gone."""
    resource: Resource | None
    """The last state of the volume, snapshot or image; ``None`` once it is gone, and for a server."""
    messages: tuple[UserMessage, ...]
    """What the block storage service says to users about this request, newest first."""
    task: ImageTask | None
    """The last state of the image service's task of this request."""
    followed: float
    """How long it was followed. In seconds."""
    trails: tuple[Trail, ...]
    """The trail of the request that started it, if known, and of all later requests."""

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        return cls(
            verdict=Verdict(data["verdict"]),
            apparent=None if data["apparent"] is None else Verdict(data["apparent"]),
            evidence=data["evidence"],
            server_id=data["server_id"],
            resource_type=data["resource_type"],
            resource_id=data["resource_id"],
            operation=data["operation"],
            request_id=data["request_id"],
            global_request_id=data["global_request_id"],
            action=None if data["action"] is None else ServerAction._of(data["action"]),
            server=None if data["server"] is None else Server._of(data["server"]),
            resource=None if data["resource"] is None else Resource._of(data["resource"]),
            messages=tuple(UserMessage._of(one) for one in data["messages"]),
            task=None if data["task"] is None else ImageTask._of(data["task"]),
            followed=data["followed_ms"] / 1e3,
            trails=tuple(Trail._of(trail) for trail in raw.trails),
            _json=raw.json,
            _report=raw.report,
        )

    def __repr__(self) -> str:
        return f"<ActionReport server {self.server_id}, request {self.request_id}: {self.verdict}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcome:
    """An action and its result."""

    __module__ = "reqtrail.openstack"

    verdict: Verdict | None
    """How it ended, as far as the API reports; ``None`` while it runs."""
    apparent: Verdict | None
    """How it seems to have ended if nothing proves that, as after a reboot."""
    evidence: str
    """What the verdict is based on."""
    action: ServerAction
    """The record with its steps."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            verdict=None if data["verdict"] is None else Verdict(data["verdict"]),
            apparent=None if data["apparent"] is None else Verdict(data["apparent"]),
            evidence=data["evidence"],
            action=ServerAction._of(data["action"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServerHistory(Document):
    """The story of a server. ``str()`` gives it as a text for a person."""

    __module__ = "reqtrail.openstack"

    server_id: str
    """The server's UUID."""
    server: Server | None
    """The server with its fault; ``None`` if it is gone."""
    actions: tuple[ActionOutcome, ...]
    """What was done to it, newest first."""
    trails: tuple[Trail, ...]
    """The trails of the calls that read the story."""

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        return cls(
            server_id=data["server_id"],
            server=None if data["server"] is None else Server._of(data["server"]),
            actions=tuple(ActionOutcome._of(one) for one in data["actions"]),
            trails=tuple(Trail._of(trail) for trail in raw.trails),
            _json=raw.json,
            _report=raw.report,
        )

    def __repr__(self) -> str:
        return f"<ServerHistory server {self.server_id}, {len(self.actions)} actions>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceStory:
    """A resource within a story."""

    __module__ = "reqtrail.openstack"

    resource_type: str
    """Its kind: ``server``, ``volume``, ``snapshot``, ``image``, ``port``, …"""
    id: str
    """Its UUID."""
    name: str | None
    """The name that its owner gave it."""
    status: str | None
    """Its state, as its service writes it; ``None`` if it was not read or is gone."""
    relation: str | None
    """How it is related to what was asked for; ``None`` for the requested resource itself."""
    fault: str | None
    """The service's own text about its error: the fault of a server."""
    failure: str | None
    """Why it failed, in one line; ``None`` if nothing that was read says that it failed."""
    request_id: str | None
    """The ID of the request that failed, for the operator."""
    actions: tuple[ActionOutcome, ...]
    """What was done to a server, newest first."""
    messages: tuple[UserMessage, ...]
    """The block storage service's messages to users about a volume or a snapshot, newest first."""
    tasks: tuple[ImageTask, ...]
    """The image service's tasks of an image, newest first."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            resource_type=data["resource_type"],
            id=data["id"],
            name=data["name"],
            status=data["status"],
            relation=data["relation"],
            fault=data["fault"],
            failure=data["failure"],
            request_id=data["request_id"],
            actions=tuple(ActionOutcome._of(one) for one in data["actions"]),
            messages=tuple(UserMessage._of(one) for one in data["messages"]),
            tasks=tuple(ImageTask._of(one) for one in data["tasks"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Story(Document):
    """The story of a server, a volume, a snapshot or an image with everything related to it, or of everything with a
    request's ID. ``str()`` gives it as a text for a person."""

    __module__ = "reqtrail.openstack"

    asked: str
    """What was asked for, as it was written."""
    failure: str | None
    """Why it failed, in one line; ``None`` if nothing that was read says that anything failed."""
    request_ids: tuple[str, ...]
    """The request IDs to give to the operator: those of the requests that failed."""
    resources: tuple[ResourceStory, ...]
    """The requested resource, and then the related ones: volumes and ports of a server, servers of a volume. For a
    request's ID it is everything that has it."""
    notes: tuple[str, ...]
    """What could not be read, and what the services do not show."""
    trails: tuple[Trail, ...]
    """The trails of all calls that read the story, in their order."""

    @classmethod
    def _of(cls, raw: RawReport) -> Self:
        data = json.loads(raw.json)
        return cls(
            asked=data["asked"],
            failure=data["failure"],
            request_ids=tuple(data["request_ids"]),
            resources=tuple(ResourceStory._of(one) for one in data["resources"]),
            notes=tuple(data["notes"]),
            trails=tuple(Trail._of(trail) for trail in raw.trails),
            _json=raw.json,
            _report=raw.report,
        )

    def __repr__(self) -> str:
        return f"<Story of {self.asked}, {len(self.resources)} resources>"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEndpoint:
    """An endpoint of a service, as the catalog lists it."""

    __module__ = "reqtrail.openstack"

    service_type: str
    """The type of the service, such as ``volumev3`` or ``network``."""
    region: str | None
    """The region of the endpoint."""
    interface: str
    """The interface: ``public``, ``internal`` or ``admin``."""
    url: str
    """The URL, with its templates filled as far as they are known."""

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            service_type=data["service_type"],
            region=data["region"],
            interface=data["interface"],
            url=data["url"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The response of Keystone to a sign-in, with the trail of that call."""

    __module__ = "reqtrail.openstack"

    expires_at: datetime | None
    """When the token expires, by Keystone's clock."""
    project_id: str | None
    """The ID of the project that the token is for; ``None`` for another scope."""
    project_name: str | None
    """The name of the project that the token is for; ``None`` for another scope."""
    user_id: str | None
    """The ID of the user that signed in."""
    user_name: str | None
    """The name of the user that signed in."""
    trail: Trail
    """The trail of the call that read it."""

    @classmethod
    def _of(cls, data: Mapping[str, Any], trail: Trail) -> Self:
        return cls(
            expires_at=None if data["expires_at"] is None else datetime.fromisoformat(data["expires_at"]),
            project_id=data["project_id"],
            project_name=data["project_name"],
            user_id=data["user_id"],
            user_name=data["user_name"],
            trail=trail,
        )
