"""OpenStack's compute API: signing in, its faults, and what becomes of its server actions.

:class:`Cloud` is what a program knows of a cloud; ``Cloud.from_env().connect()`` signs in and gives a
:class:`Connection`, which begins clients. For an endpoint and a token that are known already there are
:meth:`reqtrail.Client.openstack` and :meth:`reqtrail.AsyncClient.openstack`.
"""

from ._cloud import Cloud, CloudOptions, Connection, Session
from ._compute import AsyncCompute, Compute, ExplainOptions, FollowOptions, ListOptions, ReadOptions
from ._openstack import ActionError, ActionFailedError, ActionUnfollowedError, ExplainError
from ._openstack_faults import Fault, Verdict
from ._openstack_records import (
    ActionEvent,
    ActionOutcome,
    ActionPage,
    ActionReport,
    Progress,
    Server,
    ServerAction,
    ServerFault,
    ServerHistory,
)

__all__ = [
    "ActionError",
    "ActionEvent",
    "ActionFailedError",
    "ActionOutcome",
    "ActionPage",
    "ActionReport",
    "ActionUnfollowedError",
    "AsyncCompute",
    "Cloud",
    "CloudOptions",
    "Compute",
    "Connection",
    "ExplainError",
    "ExplainOptions",
    "Fault",
    "FollowOptions",
    "ListOptions",
    "Progress",
    "ReadOptions",
    "Server",
    "ServerAction",
    "ServerFault",
    "ServerHistory",
    "Session",
    "Verdict",
]
