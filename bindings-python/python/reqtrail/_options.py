"""The options of clients and of requests."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Required, TypedDict

from . import _option_docs
from ._native import Secret
from ._option_values import ClientValues, RequestValues

__all__ = ["AsyncClientOptions", "ClientOptions", "CustomDialect", "RequestOptions"]


class CustomAuth(TypedDict, total=False):
    """How a custom dialect sends the credential, as ``header: prefix + token``."""

    header: Required[str]
    prefix: str


class ErrorPointers(TypedDict, total=False):
    """JSON pointers (RFC 6901) into an error body."""

    code: str | None
    message: str | None
    request_id: str | None


class CustomCode(TypedDict, total=False):
    """What is known about one code. The status decides what is omitted."""

    category: str | None
    retry: str | None
    hint: str | None
    documentation_url: str | None


class CustomRateLimit(TypedDict):
    """The response headers of a rate limit."""

    limit: str
    remaining: str
    reset: str
    reset_is: str


class CustomDialect(TypedDict, total=False):
    """The description of an API that reqtrail has no built-in dialect for."""

    name: Required[str]
    request_id_headers: Sequence[str]
    auth: CustomAuth
    error: ErrorPointers
    codes: Mapping[str, CustomCode]
    correlation_header: str | None
    idempotency_header: str | None
    rate_limit_headers: CustomRateLimit | None


class ClientOptions(ClientValues, total=False):
    """The options of a :class:`Client`. Omitted options keep their defaults."""

    token_refresher: Callable[[], str | Secret] | None
    """Returns a new token. It is called before the first call if there is no token, and once on a 401. It runs on a
    separate thread, in a copy of the context of the call that asks (``contextvars``)."""


class AsyncClientOptions(ClientValues, total=False):
    """The options of an :class:`AsyncClient`. Omitted options keep their defaults."""

    token_refresher: Callable[[], Awaitable[str | Secret]] | Callable[[], str | Secret] | None
    """Returns a new token, as for a :class:`Client`. A coroutine function runs on the loop of the call that asks; a
    plain function runs on a separate thread. A call that it makes through the same client, and that would wait for the
    new token, is refused."""


class RequestOptions(RequestValues, total=False):
    """The options of one call."""


# Editors show the docstrings of the fields; ``help()`` shows these.
ClientOptions.__doc__ = AsyncClientOptions.__doc__ = _option_docs.CLIENT
RequestOptions.__doc__ = _option_docs.REQUEST


def dialect_text(dialect: str | Mapping[str, Any] | None) -> str | None:
    """Returns a dialect as the native half takes it: a name, or JSON."""
    if dialect is None or isinstance(dialect, str):
        return dialect
    if not isinstance(dialect, Mapping):
        raise TypeError(f"dialect: expected a name, or a description as a dict or JSON, not {type(dialect).__name__}")
    try:
        return json.dumps(dict(dialect))
    except (TypeError, ValueError) as error:
        raise TypeError(f"dialect: {error}; expected text, numbers, lists and dicts") from None
