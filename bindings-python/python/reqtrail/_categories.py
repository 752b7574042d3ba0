"""The classes of API errors, one for each category."""

# Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

from . import _exceptions as _e
from ._exceptions import ApiError

__all__ = [
    "AuthenticationError",
    "ConflictError",
    "InvalidRequestError",
    "NotFoundError",
    "PermissionDeniedError",
    "QuotaError",
    "RateLimitedError",
    "ServerError",
    "UnavailableError",
]


class AuthenticationError(ApiError):
    """The credential is missing or was not accepted."""

    __module__ = "reqtrail"


class PermissionDeniedError(ApiError):
    """The credential is good but may not do this."""

    __module__ = "reqtrail"


class NotFoundError(ApiError):
    """The resource does not exist, or is hidden from this caller."""

    __module__ = "reqtrail"


class InvalidRequestError(ApiError):
    """The request itself is wrong."""

    __module__ = "reqtrail"


class ConflictError(ApiError):
    """The request conflicts with the resource's current state."""

    __module__ = "reqtrail"


class RateLimitedError(ApiError):
    """Too many requests in too short a time."""

    __module__ = "reqtrail"


class QuotaError(ApiError):
    """A quota is used up; waiting alone does not help."""

    __module__ = "reqtrail"


class UnavailableError(ApiError):
    """The service, or something it depends on, is temporarily unavailable."""

    __module__ = "reqtrail"


class ServerError(ApiError):
    """The server failed."""

    __module__ = "reqtrail"


BY_KIND: dict[str, type[_e.ReqtrailError]] = {
    "api": _e.ApiError,
    "connect": _e.ConnectError,
    "timeout": _e.TimeoutError,
    "transport": _e.TransportError,
    "too_large": _e.TooLargeError,
    "decode": _e.DecodeError,
    "redirect": _e.RedirectError,
    "cancelled": _e.CancelledError,
    "invalid_request": _e.RequestBuildError,
    "config": _e.ConfigError,
    "internal": _e.InternalError,
}

BY_CATEGORY: dict[str, type[ApiError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDeniedError,
    "not_found": NotFoundError,
    "invalid": InvalidRequestError,
    "conflict": ConflictError,
    "rate_limited": RateLimitedError,
    "quota": QuotaError,
    "unavailable": UnavailableError,
    "server": ServerError,
    "unknown": ApiError,
}
