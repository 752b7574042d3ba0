"""The standard logger ``reqtrail``: attempts at DEBUG, failed calls at WARNING.

Nothing is built unless a handler and the level ask for it. The thread that makes a synchronous call emits its records;
the loop of an asyncio call emits them in the context of the call's task. All are emitted before the call returns.
"""

import json
import logging
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from ._exceptions import ReqtrailError
from ._records import CallInfo
from ._trail import Trail

logger = logging.getLogger("reqtrail")
# Silent until a program adds a handler, as a library's logger should be.
_null = logging.NullHandler()
logger.addHandler(_null)

_handling: ContextVar[bool] = ContextVar("reqtrail_handling", default=False)
"""Whether a handler is running. Calls that it makes with reqtrail are not logged, because that would never end."""

_logged: deque[str] = deque(maxlen=256)
"""The call IDs of the last failures logged: a refresher's call is also logged by its own client."""

_behind: deque[str] = deque(maxlen=64)
"""The call IDs of failures that caused others: one failed sign-in may cause hundreds."""

is_enabled_for = logger.isEnabledFor
"""Called before each call."""


def wants_attempts() -> bool:
    """Whether attempts are to be logged. Called before a call if DEBUG is enabled."""
    return logger.isEnabledFor(logging.DEBUG) and _wanted()


def _wants_failures() -> bool:
    return logger.isEnabledFor(logging.WARNING) and _wanted()


def _wanted() -> bool:
    """Whether any handler does something."""
    if _handling.get():
        return False
    at: logging.Logger | None = logger
    while at is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in at.handlers):
            return True
        at = at.parent if at.propagate else None
    return False


def happened(kind: str, about: Any, task: str | None = None) -> None:
    """Logs an attempt that is to be logged. Called by the native half, and by the loop of an asyncio call."""
    if kind == "dropped":
        note(f"{about} attempts are not logged: too many waited for the event loop")
    if kind != "attempt" or about[0] is None or not wants_attempts():
        return
    at, info, data = about
    call = CallInfo(*info)
    _emit(logging.DEBUG, call.log_line, _fields(call._asdict(), json.loads(data)), task, at)


def failed(error: BaseException, task: str | None = None) -> None:
    """Logs a failed call, after the failed calls that caused it and were not logged yet.

    An exception of a handler that is not an ``Exception`` gets the call's trail and is raised again.
    """
    if not isinstance(error, ReqtrailError) or not _wants_failures():
        return
    try:
        _failed(error, task)
    except BaseException as raised:
        give_trail(raised, error.trail)
        raise


def note(text: str) -> None:
    """Logs something unusual that is not an error."""
    if _wants_failures():
        _emit(logging.WARNING, text, {})


def give_trail(raised: BaseException, trail: Trail | None) -> None:
    """Gives an exception of a handler the trail of its call."""
    if trail is not None:
        try:
            raised.trail = trail  # type: ignore[attr-defined]
        except Exception:
            pass  # It takes no attributes.


def _failed(error: ReqtrailError, task: str | None) -> None:
    behind = error.__cause__
    if isinstance(behind, ReqtrailError):
        trail: Trail | None = behind.trail
        if trail is not None and trail.call_id not in _behind:
            _behind.append(trail.call_id)
            if trail.call_id not in _logged:
                _failed(behind, task)
    # No kind: a server action failed, although its calls succeeded.
    own: Trail | None = error.trail
    if error.kind is None or own is None or getattr(error, "_sums_up", False):
        return
    _logged.append(own.call_id)
    data = own.to_dict()
    attempts = data["attempts"]
    last = attempts[-1] if attempts else {}
    ended = {**last, "failure": data["outcome"], "elapsed_ms": data["elapsed_ms"], "wait_ms": None}
    _emit(logging.WARNING, str(error), _fields(data, ended), task)


def _fields(call: Mapping[str, Any], attempt: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a record."""
    fields = {name: call[name] for name in ("call_id", "correlation_id", "dialect", "service", "method", "path")}
    for name in ("status", "request_id", "failure", "failure_code", "failure_reason", "elapsed_ms", "wait_ms"):
        fields[name] = attempt.get(name)
    return {**fields, "attempt": attempt.get("number", 0), "code": attempt.get("error_code")}


def _emit(level: int, text: str, fields: dict[str, Any], task: str | None = None, at: float | None = None) -> None:
    """Passes a record to the handlers. An ``Exception`` of a handler, a filter or a record factory is reported like one
    of a handler's own ``emit``: on stderr, unless ``logging.raiseExceptions`` is off. No call fails because of it."""
    record: logging.LogRecord | None = None
    mark = _handling.set(True)
    try:
        record = logger.makeRecord(logger.name, level, __file__, 0, "%s", (text,), None, extra=fields)
        if at is not None:
            # The time of the event, not of its delivery.
            record.relativeCreated += (at - record.created) * 1000
            record.created, record.msecs = at, float(int(at % 1 * 1000))
        if task is not None and hasattr(record, "taskName"):
            record.taskName = task
        logger.handle(record)
    except Exception:
        if record is None:
            record = logging.LogRecord(logger.name, level, __file__, 0, "%s", (text,), None)
        try:
            _null.handleError(record)
        except Exception:
            pass  # Stderr does not take it either.
    finally:
        _handling.reset(mark)
