"""The synchronous client. Its calls are methods of the native base class, so no Python frame holds their arguments."""

from collections.abc import Mapping
from typing import Any, Self, Unpack

from ._native import RawClient, RawConnection, RawMockBase
from ._options import ClientOptions, CustomDialect, dialect_text
from ._recorder import Recorder

__all__ = ["Client"]


class Client(RawClient):
    """Makes calls to one API, each on the thread that makes it. All threads share one client.

    ``dialect`` is what reqtrail knows about the API: ``"novavms"``, ``"openstack"``, or the description of another API
    as a ``dict`` or as JSON. Without it, the request ID is read from ``X-Request-Id``, the token is sent as
    ``Authorization: Bearer``, and only the status says what an error means. Times are seconds or ``timedelta``;
    ``math.inf`` means no limit. :class:`ClientOptions` has the other options, :class:`RequestOptions` those of a call.

    >>> client = Client.novavms("https://novavms.example/api/v1", token="sk_live_…", timeout=30)
    >>> client.close()
    """

    __slots__ = ()

    def __init__(
        self,
        base_url: str,
        *,
        dialect: str | CustomDialect | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        # Here and below, deletes variables that may hold a secret before an exception leaves the frame: error trackers
        # show the variables of frames.
        try:
            # Here and below, does not go through `self`: a derived class may have methods of these names.
            RawClient._open(self, base_url, {"dialect": dialect_text(dialect), **options})
        finally:
            del base_url, dialect, options

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """Makes a client of the NovaVMS API at a URL such as ``https://novavms.example/api/v1``."""
        try:
            return cls(base_url, dialect="novavms", **options)
        finally:
            del base_url, options

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """Makes a client of OpenStack's compute API at a URL such as ``https://nova.example/v2.1``."""
        try:
            return cls(base_url, dialect="openstack", **options)
        finally:
            del base_url, options

    @classmethod
    def _connected(cls, connection: RawConnection, options: ClientOptions) -> Self:
        client = cls.__new__(cls)
        try:
            RawClient._open(client, connection, options)
        finally:
            del options
        return client

    @classmethod
    def _of_mock(cls, base: RawMockBase, options: Mapping[str, Any]) -> Self:
        client = cls.__new__(cls)
        try:
            RawClient._open(client, base, options)
        finally:
            del options
        return client

    @property
    def recorder(self) -> Recorder:
        """The client's recorder, which keeps the trails of its last calls."""
        return Recorder._of(RawClient._recorder(self))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {RawClient._describe(self)}>"

    def __reduce__(self) -> Any:
        raise TypeError("a client cannot be pickled; create one where it is used")


Client.__init__.__doc__ = ClientOptions.__doc__
