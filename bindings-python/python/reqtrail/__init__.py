"""An API client whose every call leaves a trail.

Each HTTP attempt that really went out, in order, with the server's request ID, the status, the typed error code, the
times, why it was retried and why it stopped: on every :class:`Response` and on every exception.
"""

import os as _os

from . import _mapping as _mapping  # the native half finds it there
from . import _native, novavms, openstack
from ._async_client import AsyncClient
from ._categories import (
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    RateLimitedError,
    ServerError,
    UnavailableError,
)
from ._client import Client
from ._codes import (
    Category,
    Cause,
    ErrorKind,
    RequestIdNote,
    Sent,
    StopReason,
    TrailNote,
    WaitReason,
)
from ._exceptions import (
    ApiError,
    CancelledError,
    ConfigError,
    ConnectError,
    DecodeError,
    InternalError,
    RedirectError,
    ReqtrailError,
    RequestBuildError,
    TimeoutError,
    TooLargeError,
    TransportError,
)
from ._native import CancelToken, Response, Secret
from ._option_types import RetryBudget
from ._options import AsyncClientOptions, ClientOptions, CustomDialect, RequestOptions
from ._records import Attempt, CallInfo, RateLimit
from ._response import Headers
from ._trail import Trail

__version__ = _native.VERSION

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncClientOptions",
    "Attempt",
    "AuthenticationError",
    "CallInfo",
    "CancelToken",
    "CancelledError",
    "Category",
    "Cause",
    "Client",
    "ClientOptions",
    "ConfigError",
    "ConflictError",
    "ConnectError",
    "CustomDialect",
    "DecodeError",
    "ErrorKind",
    "Headers",
    "InternalError",
    "InvalidRequestError",
    "NotFoundError",
    "PermissionDeniedError",
    "QuotaError",
    "RateLimit",
    "RateLimitedError",
    "RedirectError",
    "ReqtrailError",
    "RequestBuildError",
    "RequestIdNote",
    "RequestOptions",
    "Response",
    "RetryBudget",
    "Secret",
    "Sent",
    "ServerError",
    "StopReason",
    "TimeoutError",
    "TooLargeError",
    "Trail",
    "TrailNote",
    "TransportError",
    "UnavailableError",
    "WaitReason",
    "__version__",
    "novavms",
    "openstack",
]

_os.register_at_fork(after_in_child=_native.forked)
