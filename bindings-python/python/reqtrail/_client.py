"""The synchronous client."""

from types import TracebackType
from typing import Any, Self, Unpack

from ._native import RawClient, RawConnection, Secret
from ._options import ClientOptions, CustomDialect, RequestOptions, dialect_text, shown
from ._response import Response

__all__ = ["Client"]


class Client:
    """Makes calls to one API, each on the thread that makes it. All threads share one client.

    ``dialect`` is what reqtrail knows of the API: ``"novavms"``, ``"openstack"``, or the description of another API as
    a ``dict`` or as JSON. Without it the request ID is read from ``X-Request-Id``, the token goes out as
    ``Authorization: Bearer``, and statuses alone tell what an error means. Times are seconds or ``timedelta``.

    >>> client = Client.novavms("https://novavms.example/api/v1", token="sk_live_…", timeout=30)
    >>> client.close()
    """

    __slots__ = ("__weakref__", "_raw")

    def __init__(
        self,
        base_url: str,
        *,
        dialect: str | CustomDialect | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        # Here and below, what may hold a secret is gone from the frame before an exception leaves it: trackers of errors
        # show what the variables of frames hold.
        try:
            self._raw = RawClient(base_url, {"dialect": dialect_text(dialect), **options})
        finally:
            del base_url, dialect, options

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """A client of the NovaVMS API, as in ``https://novavms.example/api/v1``."""
        try:
            return cls(base_url, dialect="novavms", **options)
        finally:
            del base_url, options

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """A client of OpenStack's compute API, as in ``https://nova.example/v2.1``."""
        try:
            return cls(base_url, dialect="openstack", **options)
        finally:
            del base_url, options

    @classmethod
    def _connected(cls, connection: RawConnection, options: ClientOptions) -> Self:
        client = cls.__new__(cls)
        try:
            client._raw = RawClient(connection, options)
        finally:
            del options
        return client

    def get(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a GET call."""
        try:
            return Response(self._raw.call("GET", path, options, False))
        finally:
            del path, options

    def post(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a POST call."""
        try:
            return Response(self._raw.call("POST", path, options, False))
        finally:
            del path, options

    def put(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PUT call."""
        try:
            return Response(self._raw.call("PUT", path, options, False))
        finally:
            del path, options

    def patch(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PATCH call."""
        try:
            return Response(self._raw.call("PATCH", path, options, False))
        finally:
            del path, options

    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a DELETE call."""
        try:
            return Response(self._raw.call("DELETE", path, options, False))
        finally:
            del path, options

    def head(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a HEAD call."""
        try:
            return Response(self._raw.call("HEAD", path, options, False))
        finally:
            del path, options

    def options(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes an OPTIONS call."""
        try:
            return Response(self._raw.call("OPTIONS", path, options, False))
        finally:
            del path, options

    def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call with any method.

        ``path`` is a template such as ``/cameras/{id}``; trails show it as it is, so values belong into ``params`` and
        ``query``. A value in ``params`` that is a :class:`Secret` stays ``{id}`` everywhere.
        """
        try:
            return Response(self._raw.call(method, path, options, False))
        finally:
            del path, options

    def request_link(self, method: str, link: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin."""
        try:
            return Response(self._raw.call(method, link, options, True))
        finally:
            del link, options

    def set_token(self, token: str | Secret) -> None:
        """Puts a new credential in the place of the old. Calls that have begun keep theirs."""
        try:
            self._raw.set_token(token)
        finally:
            del token

    def close(self) -> None:
        """Closes the connections. Calls under way end as usual; later ones raise ``RuntimeError``."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return shown(self)

    def __reduce__(self) -> Any:
        raise TypeError("a client is not pickled; make one where it is used")
