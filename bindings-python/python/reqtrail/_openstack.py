"""The exceptions of operations: server actions that failed or could not be followed, and histories and stories that could
not be read."""

from typing import Any

from ._codes import ErrorKind
from ._exceptions import ReqtrailError
from ._native import RawReport
from ._openstack_records import ActionReport
from ._trail import Trail

__all__ = ["ActionError", "ActionFailedError", "ActionUnfollowedError", "ExplainError"]

_MODULE = "reqtrail.openstack"


class ActionError(ReqtrailError):
    """A server action failed, or could not be followed. ``report`` is what was seen.

    ``trail`` is that of the request that started the action, if it is known; the report has the trails of all calls,
    and ``request_ids`` has their IDs. If a call failed, ``kind`` and the other fields are that call's; if the action
    failed, ``kind`` is ``api``.
    """

    __module__ = _MODULE
    _sums_up = True  # not logged itself: the call that failed, if any, is logged

    report: ActionReport

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The request IDs of all calls of the report, in order."""
        return tuple(request_id for trail in self.report.trails for request_id in trail.request_ids)


class ActionFailedError(ActionError):
    """The action failed. The text names the action, the server, the request ID and the reason."""

    __module__ = _MODULE


class ActionUnfollowedError(ActionError):
    """The action could not be followed to its end; ``__cause__`` says why."""

    __module__ = _MODULE


class ExplainError(ReqtrailError):
    """A server's history, or a story, could not be read. ``__cause__`` says why; this error has its fields too."""

    __module__ = _MODULE
    _sums_up = True

    trails: tuple[Trail, ...] = ()
    """The trails of all calls that the operation made, including the failed one."""


def operation_error(what: str, kind: str, display: str, raw: RawReport, cause: ReqtrailError | None) -> ReqtrailError:
    """Makes the exception of an operation that failed. Called by the native half."""
    if what in ("explain", "explain_resource"):
        return _explain_error(display, raw, cause)
    return _action_error(kind, display, raw, cause)


def _action_error(kind: str, display: str, raw: RawReport, cause: ReqtrailError | None) -> ActionError:
    report = ActionReport._of(raw)
    cls = ActionFailedError if cause is None else ActionUnfollowedError
    trail = report.trails[0] if report.trails else None
    fields = _fields_of(cause) or {"may_have_been_sent": _any_sent(report.trails)}
    fields |= {"kind": ErrorKind(kind), "trail": trail, "request_id": report.request_id, "report": report}
    error = cls(display, **fields)
    error.__cause__ = cause
    return error


def _any_sent(trails: tuple[Trail, ...]) -> bool:
    return any(attempt.sent != "no" for trail in trails for attempt in trail.attempts)


def _fields_of(cause: ReqtrailError | None) -> dict[str, Any]:
    """Returns the fields that every error has, as those of the call that failed."""
    return {} if cause is None else {name: getattr(cause, name) for name in ReqtrailError.__annotations__}


def _explain_error(display: str, raw: RawReport, cause: ReqtrailError | None) -> ExplainError:
    made = tuple(Trail._of(trail) for trail in raw.trails)
    error = ExplainError(display, trails=made, **_fields_of(cause))
    error.__cause__ = cause
    return error
