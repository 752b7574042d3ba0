"""The error codes of NovaVMS."""

# Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

from enum import StrEnum

__all__ = ["ErrorCode"]


class ErrorCode(StrEnum):
    """An error code of NovaVMS. Codes that this release does not know stay plain strings."""

    __module__ = "reqtrail.novavms"

    AUTH_REQUIRED = "auth_required"
    """The request carried no credential."""

    INVALID_TOKEN = "invalid_token"
    """The token is malformed, expired or signed by another key."""

    INVALID_CREDENTIALS = "invalid_credentials"
    """The e-mail address or password of a login is wrong."""

    ACCOUNT_DISABLED = "account_disabled"
    """The user account is disabled."""

    FORBIDDEN = "forbidden"
    """The caller is known but its role does not allow this, or the resource belongs to another organisation."""

    NOT_FOUND = "not_found"
    """The resource does not exist, or it belongs to another organisation."""

    VALIDATION_FAILED = "validation_failed"
    """A field of the request is invalid; the message names the first one."""

    CONFLICT = "conflict"
    """The request conflicts with the resource's current state, such as a name that is taken."""

    RATE_LIMITED = "rate_limited"
    """The caller sent more requests than its limit allows."""

    WEBHOOK_SIGNATURE_INVALID = "webhook_signature_invalid"
    """A webhook's signature could not be verified."""

    WEBHOOK_ENDPOINT_UNREACHABLE = "webhook_endpoint_unreachable"
    """The webhook's URL cannot be reached over TLS."""

    INTERNAL_ERROR = "internal_error"
    """The server failed in a way it did not expect."""

    SERVICE_UNAVAILABLE = "service_unavailable"
    """Something that the API depends on is temporarily unavailable."""

    WEBHOOK_DELIVERY_FAILED = "webhook_delivery_failed"
    """The API called the webhook's endpoint and got no 2xx answer in time."""
