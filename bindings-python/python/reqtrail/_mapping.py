"""Makes this half's objects for the native half."""

import inspect
import json
from collections.abc import Callable
from typing import Any

from . import _logging as _logging  # the native half finds it there
from ._categories import BY_CATEGORY, BY_KIND
from ._codes import Category, ErrorKind
from ._exceptions import ApiError, InternalError, ReqtrailError
from ._native import RawTrail
from ._novavms_codes import ErrorCode
from ._openstack_faults import Fault
from ._openstack_records import Progress
from ._records import Attempt, CallInfo, RateLimit
from ._response import Headers
from ._trail import Trail

CODES: dict[str, type[ErrorCode] | type[Fault]] = {"novavms": ErrorCode, "openstack": Fault}


def known_code(dialect: str | None, code: str) -> str:
    """Returns the code as a member of its dialect's enum; an unknown code unchanged."""
    known = None if dialect is None else CODES.get(dialect)
    if known is None:
        return code
    try:
        return known(code)
    except ValueError:
        return code


def exception_of(
    record: dict[str, Any], dialect: str | None, raw: RawTrail | None, cause: BaseException | None
) -> ReqtrailError:
    """Makes the exception of an error's record, which omits fields that are ``None``. The constructor takes the fields
    unchanged, except those converted here."""
    kind, category = record["kind"], record.get("category")
    cls = BY_KIND[kind]
    record["kind"] = ErrorKind(kind)
    if category is not None:
        record["category"] = Category(category)
        if cls is ApiError:
            cls = BY_CATEGORY[category]
    if "code" in record:
        record["code"] = known_code(dialect, record["code"])
    record["trail"] = None if raw is None else Trail._of(raw)
    if "body" in record:
        if "rate_limit" in record:
            record["rate_limit"] = RateLimit._of(record["rate_limit"])
        record["headers"] = Headers(record["headers"])
        # The properties of these names read the body if the core has no value.
        record["_text"], record["_json"] = record.pop("text", None), record.pop("json", None)
    error = cls(record.pop("display"), **record)
    if cause is not None:
        error.__cause__ = cause
    return error


def panicked(kind: str) -> InternalError:
    return InternalError("internal: reqtrail panicked; please report this", kind=ErrorKind(kind))


def is_async(function: Any) -> bool:
    """Whether it is a coroutine function, or an object whose ``__call__`` is one."""
    return any(map(inspect.iscoroutinefunction, (function, getattr(function, "__call__", None))))  # noqa: B004


def call_hook(hook: Callable[..., object], kind: str, about: Any) -> None:
    """Calls a hook for an event."""
    if kind == "attempt":
        _, call, attempt = about
        hook(CallInfo(*call), Attempt._of(json.loads(attempt)))
    elif kind == "call":
        hook(Trail._of(about))
    else:
        hook(Progress._of(json.loads(about)))
