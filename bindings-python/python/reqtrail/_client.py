"""The synchronous client."""

from types import TracebackType
from typing import Any, Self, Unpack

from ._native import RawClient, RawConnection, Secret
from ._options import ClientOptions, CustomDialect, RequestOptions, dialect_text
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
        self._raw = RawClient(base_url, {"dialect": dialect_text(dialect), **options})

    @classmethod
    def novavms(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """A client of the NovaVMS API, as in ``https://novavms.example/api/v1``."""
        return cls(base_url, dialect="novavms", **options)

    @classmethod
    def openstack(cls, base_url: str, **options: Unpack[ClientOptions]) -> Self:
        """A client of OpenStack's compute API, as in ``https://nova.example/v2.1``."""
        return cls(base_url, dialect="openstack", **options)

    @classmethod
    def _connected(cls, connection: RawConnection, options: ClientOptions) -> Self:
        client = cls.__new__(cls)
        client._raw = RawClient(connection, options)
        return client

    def get(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a GET call."""
        return Response(self._raw.call("GET", path, options, False))

    def post(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a POST call."""
        return Response(self._raw.call("POST", path, options, False))

    def put(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PUT call."""
        return Response(self._raw.call("PUT", path, options, False))

    def patch(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PATCH call."""
        return Response(self._raw.call("PATCH", path, options, False))

    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a DELETE call."""
        return Response(self._raw.call("DELETE", path, options, False))

    def head(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a HEAD call."""
        return Response(self._raw.call("HEAD", path, options, False))

    def options(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes an OPTIONS call."""
        return Response(self._raw.call("OPTIONS", path, options, False))

    def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call with any method.

        ``path`` is a template such as ``/cameras/{id}``; trails show it as it is, so values belong into ``params`` and
        ``query``. A value in ``params`` that is a :class:`Secret` stays ``{id}`` everywhere.
        """
        return Response(self._raw.call(method, path, options, False))

    def request_link(self, method: str, link: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin."""
        return Response(self._raw.call(method, link, options, True))

    def set_token(self, token: str | Secret) -> None:
        """Puts a new credential in the place of the old. Calls that have begun keep theirs."""
        self._raw.set_token(token)

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
        return f"<{type(self).__name__} {self._raw.describe() or 'closed'}>"

    def __reduce__(self) -> Any:
        raise TypeError("a client is not pickled; make one where it is used")
