"""The error codes of OpenStack Nova."""

# Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

from enum import StrEnum

__all__ = ["Fault", "Verdict"]


class Fault(StrEnum):
    """An error code of OpenStack Nova. Codes that this release does not know stay plain strings."""

    __module__ = "reqtrail.openstack"

    BAD_REQUEST = "badRequest"
    """The request is malformed or breaks the API's schema."""

    UNAUTHORIZED = "unauthorized"
    """The token is missing, wrong or expired."""

    FORBIDDEN = "forbidden"
    """Policy does not allow it, or a quota is exceeded."""

    ITEM_NOT_FOUND = "itemNotFound"
    """The resource does not exist, or belongs to another project."""

    BAD_METHOD = "badMethod"
    """The resource does not take this method."""

    CONFLICTING_REQUEST = "conflictingRequest"
    """The server's state does not allow the action, or it is locked or busy with another."""

    OVER_LIMIT = "overLimit"
    """A quota is used up (413), or there were too many requests (429)."""

    BAD_MEDIA_TYPE = "badMediaType"
    """The content type of the body is not supported."""

    NOT_IMPLEMENTED = "notImplemented"
    """The cloud's hypervisor or configuration does not support it."""

    SERVICE_UNAVAILABLE = "serviceUnavailable"
    """The service, or one that it needs, is temporarily unavailable."""

    COMPUTE_FAULT = "computeFault"
    """Any fault without a more specific name: an unexpected error, but also 406 and 410."""


class Verdict(StrEnum):
    """How a server action ended, as far as the API tells."""

    __module__ = "reqtrail.openstack"

    SUCCEEDED = "succeeded"
    """It did what was asked for."""

    FAILED = "failed"
    """It did not do what was asked for."""

    UNKNOWN = "unknown"
    """The API does not say."""
