"""OpenStack's compute API: its faults, and what becomes of its server actions.

The clients are :meth:`reqtrail.Client.openstack` and :meth:`reqtrail.AsyncClient.openstack`.
"""

from ._openstack import (
    ActionError,
    ActionEvent,
    ActionFailedError,
    ActionReport,
    ActionUnfollowedError,
    AsyncCompute,
    Compute,
    ExplainOptions,
    FollowOptions,
    Server,
    ServerAction,
    ServerFault,
    ServerStory,
    ToldAction,
    Verdict,
)
from ._openstack_faults import Fault

__all__ = [
    "ActionError",
    "ActionEvent",
    "ActionFailedError",
    "ActionReport",
    "ActionUnfollowedError",
    "AsyncCompute",
    "Compute",
    "ExplainOptions",
    "Fault",
    "FollowOptions",
    "Server",
    "ServerAction",
    "ServerFault",
    "ServerStory",
    "ToldAction",
    "Verdict",
]
