"""The options of clients and of requests."""

import json
import os
from collections.abc import Awaitable, Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Required, TypeAlias, TypedDict

from ._native import CancelToken, Secret
from ._trail import Attempt, CallInfo, Trail

__all__ = ["AsyncClientOptions", "ClientOptions", "CustomDialect", "RequestOptions", "RetryBudget"]

Seconds: TypeAlias = float | timedelta
"""A time: seconds, or a ``timedelta``."""

HeaderValue: TypeAlias = str | Secret
"""The value of a header."""

Headers: TypeAlias = (
    Mapping[str, HeaderValue | Sequence[HeaderValue]]
    | Sequence[tuple[str, HeaderValue]]
    | Iterator[tuple[str, HeaderValue]]
    | ItemsView[str, HeaderValue]
)
"""Headers, as a mapping or as pairs. Not any iterable of pairs: beside that mypy finds no type for the literal of a ``dict``
that has both kinds of values."""

QueryValue: TypeAlias = object | None
"""A value of a query parameter: text, a number, a member of an enum (its value is sent), a date or a time
(``isoformat()``), or anything whose ``str()`` the server understands; ``None`` is left out."""


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
    """The credential; for most APIs it goes out as ``Authorization: Bearer``."""
    headers: Headers
    """Headers of every request; a request's own of the same name replaces one. A :class:`Secret` is redacted wherever the
    server repeats it."""
    user_agent: str
    """A text such as ``my-app/1.2`` that is added to the ``User-Agent``."""
    microversion: str
    """The version of the API to ask for, as in ``2.90``, for APIs that have versions."""
    max_attempts: int
    """How many attempts a call makes at most, 1 to 32; 4 by default, and 1 turns retries off."""
    base_delay: Seconds
    """The bound of the first backoff, 0.5 s by default; each further one is twice as long."""
    max_delay: Seconds
    """The bound of every backoff, 8 s by default."""
    max_retry_after: Seconds
    """The longest ``Retry-After`` that is waited for, 60 s by default; a longer one ends the call."""
    retry_budget: RetryBudget | None
    """What retries may cost all calls together; ``None`` turns the budget off."""
    timeout: Seconds
    """The time of a whole call, all attempts and waits included; 60 s by default."""
    attempt_timeout: Seconds
    """The time of one attempt, its body included; 10 s by default."""
    connect_timeout: Seconds
    """The time to connect; 5 s by default."""
    max_body_bytes: int
    """The largest body of a success, decoded; 64 MiB by default."""
    max_redirects: int
    """How many redirects a call follows; 5 by default. They never leave the origin."""
    show_query_params: str | Sequence[str]
    """Query parameters whose values trails show besides ``limit``, ``cursor``, ``marker``, ``page``, ``offset``."""
    traceparent: bool
    """Whether attempts carry a ``traceparent``; they do by default."""
    decompress: bool
    """Whether bodies are decoded (gzip, br, zstd, deflate); they are by default."""
    proxy: str | Secret | None
    """The URL of a proxy, or ``None`` for none; by default the environment names it."""
    extra_ca: str | bytes | Sequence[str | bytes]
    """Certificate authorities, as PEM texts, to trust besides the system's."""
    client_certificate: str | Secret
    """A PEM text with a certificate and its private key."""
    danger_accept_invalid_certs: bool
    """Turns the verification of TLS certificates off. Anybody on the way can then read the credential."""
    http1_only: bool
    """Whether HTTP/2 is not offered."""
    pool_max_idle: int
    """How many idle connections are kept; unlimited by default."""
    pool_idle_timeout: Seconds
    """How long an idle connection is kept; 15 s by default."""
    http2_ping_interval: Seconds | None
    """How long an HTTP/2 connection with open streams may be silent before the peer is pinged; 5 s by default, and
    ``None`` turns pings off."""
    http2_ping_timeout: Seconds
    """How long the answer to an HTTP/2 ping may take before the connection is given up; 3 s by default."""
    unix_socket: str | os.PathLike[str]
    """The Unix socket to connect to. The base URL's host and port then only name the API: in ``Host``, in TLS and in
    trails. No proxy of the environment is used, and ``proxy`` is an error beside it."""
    jitter_seed: int
    """Makes the random waits repeatable, for tests."""
    on_attempt: Callable[[CallInfo, Attempt], object] | None
    """Called with each attempt when it has ended."""
    on_call: Callable[[Trail], object] | None
    """Called with the trail of each call when it has ended."""


class ClientOptions(_CommonOptions, total=False):
    """The options of a :class:`Client`. What is left out keeps its default."""

    token_refresher: Callable[[], str | Secret] | None
    """Makes a new token: asked before the first call if there is none, and once when a 401 comes. It runs on a thread of
    its own, in a copy of the context of the call that asks (``contextvars``)."""


class AsyncClientOptions(_CommonOptions, total=False):
    """The options of an :class:`AsyncClient`. What is left out keeps its default."""

    token_refresher: Callable[[], Awaitable[str | Secret]] | Callable[[], str | Secret] | None
    """The same, as a coroutine function, which runs on the loop of the call that asks, or as a plain one that runs on a
    thread of its own. A call that it makes through the client that it serves, and that would wait for the new token, is
    refused."""


class RequestOptions(TypedDict, total=False):
    """The options of one call."""

    params: Mapping[str, object] | Iterable[tuple[str, object]] | None
    """Values for the path's ``{name}``, escaped whole. A :class:`Secret` stays ``{name}`` in trails and logs."""
    query: (
        Mapping[str, QueryValue | Sequence[QueryValue]] | Iterable[tuple[str, QueryValue | Sequence[QueryValue]]] | None
    )
    """Query parameters; a list of values gives several of one name. What is ``None`` is left out, a pair or one value of
    a list."""
    headers: Headers | None
    """Headers of this request. A :class:`Secret` is redacted wherever the server repeats it."""
    json: Any
    """A body to send as JSON."""
    content: bytes | bytearray | memoryview | str | None
    """A body to send as it is."""
    timeout: Seconds | None
    """The time of the whole call, all attempts and waits included."""
    attempt_timeout: Seconds | None
    """The time of one attempt, its body included."""
    connect_timeout: Seconds | None
    """The time to connect."""
    max_attempts: int | None
    """How many attempts the call makes at most; 1 turns retries off."""
    idempotent: bool | None
    """Whether a repetition does no harm; by default the method decides."""
    idempotency_key: str | None
    """Sent with every attempt; it makes any method safe to repeat."""
    correlation_id: str | None
    """Sent in the dialect's correlation header in the place of the call ID."""
    microversion: str | None
    """The version of the API to ask for."""
    if_none_match: str | None
    """Asks for the response only if it is not the one with this entity tag: the ``ETag`` of an earlier response, sent as
    it is. Where it is still current, :attr:`Response.not_modified` is true; without this option a 304 is an error."""
    cancel: CancelToken | None
    """A token that cancels the call, from any thread."""


def dialect_text(dialect: str | Mapping[str, Any] | None) -> str | None:
    """A dialect as the native half takes it: a name, or JSON."""
    if dialect is None or isinstance(dialect, str):
        return dialect
    if not isinstance(dialect, Mapping):
        raise TypeError(f"dialect: expected a name, or a description as a dict or JSON, not {type(dialect).__name__}")
    try:
        return json.dumps(dict(dialect))
    except (TypeError, ValueError) as error:
        raise TypeError(f"dialect: {error}; expected text, numbers, lists and dicts") from None
