"""What the native half calls to make this half's objects."""

import json
from collections.abc import Callable
from typing import Any

from . import _logging as _logging  # the native half finds it there
from ._categories import BY_CATEGORY, BY_KIND
from ._codes import Category, ErrorKind
from ._exceptions import ApiError, InternalError, ReqtrailError
from ._native import RawError, RawTrail
from ._novavms_codes import ErrorCode
from ._openstack_faults import Fault
from ._response import Headers, RateLimit
from ._trail import Attempt, CallInfo, Trail

CODES: dict[str, type[ErrorCode] | type[Fault]] = {"novavms": ErrorCode, "openstack": Fault}


def known_code(dialect: str, code: str | None) -> str | None:
    """The code as a member of its dialect's enum, or as it is."""
    known = CODES.get(dialect)
    if code is None or known is None:
        return code
    try:
        return known(code)
    except ValueError:
        return code


def trail_of(raw: RawTrail) -> Trail:
    return Trail._of(raw)


def exception_of(raw: RawError) -> ReqtrailError:
    kind = raw.kind
    raw_trail = raw.trail
    trail = None if raw_trail is None else Trail._of(raw_trail)
    category = raw.category
    cls = BY_KIND[kind]
    fields: dict[str, Any] = {
        "kind": ErrorKind(kind),
        "category": None if category is None else Category(category),
        "code": raw.code if trail is None else known_code(trail.dialect, raw.code),
        "status": raw.status,
        "request_id": raw.request_id,
        "retry_after": raw.retry_after,
        "message": raw.message,
        "may_have_been_sent": raw.may_have_been_sent,
        "trail": trail,
    }
    if cls is ApiError:
        if category is not None:
            cls = BY_CATEGORY[category]
        limit = raw.rate_limit
        fields |= {
            "raw_code": raw.raw_code,
            "title": raw.title,
            "details": raw.details,
            "hint": raw.hint,
            "headers": Headers(raw.headers),
            "body": raw.body,
            "rate_limit": None if limit is None else RateLimit._of(limit),
            "microversion": raw.microversion,
            "_text": raw.own_text,
            "_json": raw.own_json,
        }
    error = cls(raw.display, **fields)
    cause = raw.cause
    if cause is not None:
        error.__cause__ = cause
    return error


def panicked(kind: str) -> InternalError:
    return InternalError("internal: reqtrail panicked; please report this", kind=ErrorKind(kind))


def tell_attempt(
    hook: Callable[[CallInfo, Attempt], object],
    call: tuple[str, str, str, str, str | None, str | None, str],
    attempt: str,
) -> None:
    hook(CallInfo(*call), Attempt._of(json.loads(attempt)))


def tell_call(hook: Callable[[Trail], object], raw: RawTrail) -> None:
    hook(Trail._of(raw))
