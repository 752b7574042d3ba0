"""The exceptions that every call can end with.

There is one class for each kind of error. The generated ``_categories.py`` has those of API errors by category.
"""

import builtins
from typing import Any

from . import _json
from ._codes import Category, ErrorKind
from ._records import RateLimit
from ._response import Headers
from ._trail import Trail

__all__ = [
    "ApiError",
    "CancelledError",
    "ConfigError",
    "ConnectError",
    "DecodeError",
    "InternalError",
    "RedirectError",
    "ReqtrailError",
    "RequestBuildError",
    "TimeoutError",
    "TooLargeError",
    "TransportError",
]


class ReqtrailError(Exception):
    """The base class of errors: why a call returned no response, or why a client could not be built.

    Its text is one line that is enough for support: what failed, status, code, every request ID, the number of
    attempts and the call ID. ``status``, ``code``, ``category``, ``request_id`` and ``retry_after`` describe the last
    attempt, and are ``None`` if it has none.
    """

    # The fields of every error. Generated from core/src/surface; do not edit.
    kind: ErrorKind | None = None
    """What went wrong with the call."""
    category: Category | None = None
    """What the API error of the last attempt means. For a look-up that found nothing or several resources, and for a
    call that had no credential to send, it says why."""
    code: str | None = None
    """The API's error code of the last attempt, in its canonical spelling. A member of the dialect's enum if the
    code is known."""
    status: int | None = None
    """The status of the last attempt."""
    request_id: str | None = None
    """The request ID of the last attempt."""
    retry_after: float | None = None
    """The wait that the server asked for in its last response. In seconds."""
    message: str | None = None
    """What went wrong, in words. For an ``api`` error it is the server's message, if there is one."""
    option: str | None = None
    """The option that a ``config`` or ``invalid_request`` error is about, in this language's spelling; ``None`` if
    the error is about something else."""
    may_have_been_sent: bool = False
    """Whether any attempt's request may have reached the server."""
    # Generated until here.
    trail: Trail = None  # type: ignore[assignment]
    """The call's trail. It is ``None`` for a :class:`ConfigError` and for an exception that the program made, and may
    be for an :class:`InternalError`."""

    def __init__(self, text: str = "", /, **fields: Any) -> None:
        super().__init__(text)
        self.__dict__.update(fields)

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The request IDs of all attempts, in order."""
        trail: Trail | None = self.trail
        return trail.request_ids if trail is not None else ()

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


class ApiError(ReqtrailError):
    """The server answered with a final status outside 2xx."""

    # The fields of an API's answer. Generated from core/src/surface; do not edit.
    raw_code: str | None = None
    """The API's error code as the server wrote it."""
    title: str | None = None
    """The heading of the server's text, if the API writes one. OpenStack's middleware writes one instead of a code."""
    details: str | None = None
    """What the server says to operators, such as a stack trace. It is not meant for end users, and no error text,
    log or report repeats it."""
    hint: str | None = None
    """How to fix the cause of the code, if the dialect knows."""
    documentation_url: str | None = None
    """The URL of the page that explains the code, or of the API's status page, if the dialect knows one. It never
    comes from the server."""
    microversion: str | None = None
    """The version of the API that the server answered with, as in ``2.90``; ``None`` if the API has no versions."""
    rate_limit: RateLimit | None = None
    """The rate limit that the response reported."""
    headers: Headers = Headers()
    """The headers of the response."""
    body: bytes = b""
    """The first 64 KiB of the response's body, decoded."""
    # Generated until here.
    _text: str | None = None
    _json: str | None = None

    @property
    def text(self) -> str:
        """The first 64 KiB of the answer's body as text.

        It is decoded by the charset of its ``Content-Type``, else as UTF-8 with replacement characters for bytes that
        cannot be decoded.
        """
        return str(self.body, "utf-8", "replace") if self._text is None else self._text

    def json(self) -> Any:
        """Returns the answer's body as JSON; ``None`` if it is not JSON, or longer than the 64 KiB that are kept.

        It does not raise, because the program is already handling an error.
        """
        try:
            return _json.decode(self.text if self._json is None else self._json)
        except (ValueError, RecursionError):
            return None


class ConnectError(ReqtrailError, builtins.ConnectionError):
    """No connection could be made: DNS, refused, TLS, connect timeout. Nothing was sent."""


class TimeoutError(ReqtrailError, builtins.TimeoutError):
    """The time of the attempt or of the call ran out."""


class TransportError(ReqtrailError):
    """The connection broke, the protocol was violated, or the body of a success was cut short."""


class TooLargeError(ReqtrailError):
    """The body of a success, or a header block, exceeds its limit."""


class DecodeError(ReqtrailError, ValueError):
    """The body of a success cannot be decoded, or is not what was asked for: text or JSON."""


class RedirectError(ReqtrailError):
    """A redirect was refused: another origin, a downgrade, too many redirects, or a method that it must not change."""


class CancelledError(ReqtrailError):
    """A :class:`CancelToken` cancelled the call. Cancelling an asyncio task raises asyncio's own exception."""


class RequestBuildError(ReqtrailError, ValueError):
    """The request cannot be built; the text says why. Nothing was sent."""


class ConfigError(ReqtrailError, ValueError):
    """The client cannot be built; the text names the option, what was given and what is accepted."""

    trail: None = None  # type: ignore[assignment]
    """Always ``None``: there was no call."""


class InternalError(ReqtrailError):
    """A bug in reqtrail; please report it."""

    trail: Trail | None = None  # type: ignore[assignment]
    """The call's trail; ``None`` if the bug is outside the call."""


def _again(cls: type[Any], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    made = cls.__new__(cls, *args)
    made.args = args
    made.__dict__.update(state)
    return made


# The module where programs find them, for tracebacks and pickles.
for _name in __all__:
    globals()[_name].__module__ = "reqtrail"
