"""The options of clients and of requests."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Required, TypedDict

from ._native import CancelToken, Secret
from ._trail import Attempt, CallInfo, Trail

__all__ = ["AsyncClientOptions", "ClientOptions", "CustomDialect", "RequestOptions", "RetryBudget"]

Seconds = float | timedelta
"""A time: seconds, or a ``timedelta``."""


class CustomAuth(TypedDict, total=False):
    """How a custom dialect sends the credential: ``header: prefix + token``."""

    header: Required[str]
    prefix: str


class ErrorPointers(TypedDict, total=False):
    """JSON pointers (RFC 6901) into an error body."""

    code: str | None
    message: str | None
    request_id: str | None


class CustomCode(TypedDict, total=False):
    """What is known of one code; what is left out is decided by the status."""

    category: str | None
    retry: str | None
    hint: str | None


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


class RetryBudget(TypedDict, total=False):
    """The size of a client's retry budget: what is left out keeps its default (500 and 5)."""

    capacity: int
    retry_cost: int


class _CommonOptions(TypedDict, total=False):
    token: str | Secret | None
    headers: Mapping[str, str] | Iterable[tuple[str, str]]
    user_agent: str
    microversion: str
    max_attempts: int
    base_delay: Seconds
    max_delay: Seconds
    max_retry_after: Seconds
    retry_budget: RetryBudget | None
    timeout: Seconds
    attempt_timeout: Seconds
    connect_timeout: Seconds
    max_body_bytes: int
    max_redirects: int
    show_query_params: str | Sequence[str]
    traceparent: bool
    decompress: bool
    proxy: str | Secret | None
    extra_ca: str | bytes | Sequence[str | bytes]
    client_certificate: str | Secret
    danger_accept_invalid_certs: bool
    http1_only: bool
    pool_max_idle: int
    pool_idle_timeout: Seconds
    jitter_seed: int
    on_attempt: Callable[[CallInfo, Attempt], object] | None
    on_call: Callable[[Trail], object] | None


class ClientOptions(_CommonOptions, total=False):
    """The options of a :class:`Client`. What is left out keeps its default."""

    token_refresher: Callable[[], str | Secret] | None


class AsyncClientOptions(_CommonOptions, total=False):
    """The options of an :class:`AsyncClient`. What is left out keeps its default."""

    token_refresher: Callable[[], Awaitable[str | Secret]] | Callable[[], str | Secret] | None


class RequestOptions(TypedDict, total=False):
    """The options of one call."""

    params: Mapping[str, object] | Iterable[tuple[str, object]] | None
    query: Mapping[str, object] | Iterable[tuple[str, object]] | None
    headers: Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]] | None
    json: Any
    content: bytes | bytearray | memoryview | str | None
    timeout: Seconds | None
    attempt_timeout: Seconds | None
    connect_timeout: Seconds | None
    max_attempts: int | None
    idempotent: bool | None
    idempotency_key: str | None
    correlation_id: str | None
    microversion: str | None
    cancel: CancelToken | None


def dialect_text(dialect: str | Mapping[str, Any] | None) -> str | None:
    """A dialect as the native half takes it: a name, or JSON."""
    return dialect if dialect is None or isinstance(dialect, str) else json.dumps(dialect)
