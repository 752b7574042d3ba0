"""The standard logger ``reqtrail``: attempts at DEBUG, failed calls at WARNING.

Nothing is recorded until a handler and a level ask for it. Records wait in a bounded queue of the native half, and a
thread hands them to the handlers, so that logging never holds up a call.
"""

import atexit
import json
import logging
import math
import os
import threading
import time
from typing import Any

from . import _native
from ._native import RawTrail

logger = logging.getLogger("reqtrail")
# Off until somebody asks, as a library's logger should be.
logger.addHandler(logging.NullHandler())

_TICK = 0.5
_AT_EXIT = 2.0
"""How long a program that ends waits for slow handlers, in seconds."""
_lock = threading.Lock()
_thread: threading.Thread | None = None
_stop = False
_deadline = math.inf


is_enabled_for = logger.isEnabledFor
"""Asked before each call."""


def wants_attempts() -> bool:
    """Asked before a call where DEBUG is enabled."""
    return logger.isEnabledFor(logging.DEBUG) and _wanted()


def wants_failures() -> bool:
    return logger.isEnabledFor(logging.WARNING) and _wanted()


def _wanted() -> bool:
    """Whether there is a handler that does something; then there is a thread, too."""
    at: logging.Logger | None = logger
    while at is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in at.handlers):
            return _start()
        at = at.parent if at.propagate else None
    return False


def failed(display: str, trail: RawTrail) -> None:
    """Queues the record of a call that failed."""
    _native.log_failure(display, trail)


def _start() -> bool:
    global _thread
    if _thread is None and not _stop:
        with _lock:
            if _thread is None:
                thread = threading.Thread(target=_drain, name="reqtrail-logging", daemon=True)
                thread.start()
                _thread = thread
    return not _stop


def _drain() -> None:
    while not _stop:
        _emit(_TICK)


def _emit(seconds: float) -> None:
    records, dropped = _native.take_logs(seconds)
    for done, (kind, at, about, text) in enumerate(records):
        if time.monotonic() > _deadline:
            dropped += len(records) - done
            break
        tell = _attempt if kind == "attempt" else _failure
        tell(at, about, json.loads(text))
    if dropped:
        logger.warning("%d log records were dropped: the handlers are too slow", dropped)


def _log(level: int, at: float, message: str, args: tuple[object, ...], extra: dict[str, Any]) -> None:
    if not logger.isEnabledFor(level):
        return
    record = logger.makeRecord(logger.name, level, __file__, 0, message, args, None, extra=extra)
    # When it happened, not when its turn came.
    record.relativeCreated += (at - record.created) * 1000
    record.created, record.msecs = at, float(int(at % 1 * 1000))
    logger.handle(record)


def _attempt(
    at: float, call: tuple[str, str, str, str, str | None, str | None, str], attempt: dict[str, Any]
) -> None:
    call_id, dialect, method, path, correlation_id, service, log_line = call
    _log(
        logging.DEBUG,
        at,
        "%s",
        (log_line,),
        {
            "call_id": call_id,
            "correlation_id": correlation_id,
            "dialect": dialect,
            "service": service,
            "method": method,
            "path": path,
            "attempt": attempt["number"],
            "status": attempt["status"],
            "code": attempt["error_code"],
            "request_id": attempt["request_id"],
            "failure": attempt["failure"],
            "failure_code": attempt["failure_code"],
            "failure_reason": attempt["failure_reason"],
            "elapsed_ms": attempt["elapsed_ms"],
            "wait_ms": attempt["wait_ms"],
        },
    )


def _failure(at: float, display: str, trail: dict[str, Any]) -> None:
    attempts = trail["attempts"]
    last: dict[str, Any] = attempts[-1] if attempts else {}
    _log(
        logging.WARNING,
        at,
        "%s",
        (display,),
        {
            "call_id": trail["call_id"],
            "correlation_id": trail["correlation_id"],
            "dialect": trail["dialect"],
            "service": trail["service"],
            "method": trail["method"],
            "path": trail["path"],
            "attempt": len(attempts),
            "status": last.get("status"),
            "code": last.get("error_code"),
            "request_id": last.get("request_id"),
            "failure": trail["outcome"],
            "failure_code": last.get("failure_code"),
            "failure_reason": last.get("failure_reason"),
            "elapsed_ms": trail["elapsed_ms"],
            "wait_ms": None,
        },
    )


def _at_exit() -> None:
    """Hands over what waits, for a moment, and stops: nothing may log while the interpreter goes away."""
    global _stop, _deadline
    _stop = True
    _deadline = time.monotonic() + _AT_EXIT
    if _thread is not None:
        _thread.join(_AT_EXIT + 2 * _TICK)
        _emit(0)


def _in_child() -> None:
    """The thread did not come along; the next record starts another."""
    global _thread, _lock
    _thread, _lock = None, threading.Lock()


atexit.register(_at_exit)
os.register_at_fork(after_in_child=_in_child)
