"""Clouds: where to sign in and how, and the connections that signing in returns."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Self, Unpack, cast, overload
from urllib.parse import urlsplit

from . import _logging
from ._async_client import AsyncClient
from ._client import Client
from ._loop import give_trail, running_loop
from ._native import CancelToken, RawClient, RawCloud, RawConnection, Secret
from ._openstack_records import ServiceEndpoint, Session, Story
from ._option_types import Seconds
from ._option_values import CloudOptions
from ._options import AsyncClientOptions, ClientOptions

__all__ = ["Cloud", "CloudOptions", "Connection"]


class Cloud:
    """A cloud: where to sign in and how, and which of its endpoints to use.

    The options are the keys of an entry of ``clouds.yaml``, read as openstacksdk reads them.

    >>> cloud = Cloud(
    ...     auth={"auth_url": "https://keystone.example:5000/v3", "username": "demo", "password": "hunter2",
    ...           "project_name": "demo", "user_domain_name": "Default", "project_domain_name": "Default"},
    ...     region_name="RegionOne",
    ... )
    """

    __module__ = "reqtrail.openstack"
    __slots__ = ("_raw",)

    def __init__(self, **options: Unpack[CloudOptions]) -> None:
        try:
            unknown = RawCloud.unknown(list(options))
            if unknown is not None:
                raise TypeError(unknown)
            self._raw = _described(options)
        finally:
            # Deletes the password before an exception leaves the frame: error trackers show the variables of frames.
            del options

    @classmethod
    def _of(cls, raw: RawCloud) -> Self:
        cloud = cls.__new__(cls)
        cloud._raw = raw
        return cloud

    @classmethod
    def from_env(cls, region_name: str | None = None) -> Self:
        """Finds the cloud that the environment selects: ``OS_CLOUD`` names one of ``clouds.yaml``; without it, the
        ``OS_*`` variables describe one, or ``clouds.yaml`` has exactly one.

        Raises :class:`reqtrail.ConfigError`, which names the files that were searched or the field that is wrong. Also
        logs the cloud's :attr:`notes` as warnings.
        """
        cloud = cls._of(RawCloud.find(None, region_name))
        for note in cloud.notes:
            _logging.note(note)
        return cloud

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on what is unusual in the configuration but not wrong, such as an ``OS_REGION_NAME`` that differs from
        the cloud that ``OS_CLOUD`` names, and is not used. They have no secrets."""
        return tuple(self._raw.notes())

    @classmethod
    def named(cls, name: str, region_name: str | None = None) -> Self:
        """Finds the cloud with this name in ``clouds.yaml``, whatever the ``OS_*`` variables say."""
        if name is None:
            raise TypeError("name: expected str, not NoneType")
        return cls._of(RawCloud.find(name, region_name))

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Self:
        """Makes a cloud from an entry of ``clouds.yaml``. Ignores keys that it does not use."""
        try:
            return cls._of(_described(entry))
        finally:
            del entry

    def connect(self, *, cancel: CancelToken | None = None) -> "Connection":
        """Signs in, if the cloud requires it. Raises what any call raises, with the trail of the sign-in."""
        return Connection(self._raw.connect(cancel))

    async def connect_async(self, *, cancel: CancelToken | None = None) -> "Connection":
        """Signs in for asyncio programs. Cancelling the task ends the sign-in at once; the ``asyncio.CancelledError``
        has its trail as ``trail``."""
        running_loop()
        _check_cancel(cancel)
        token = CancelToken() if cancel is None else cancel.child()
        return Connection(await _on_thread(self._raw.connect, token))

    def __repr__(self) -> str:
        raw = getattr(self, "_raw", None)
        if raw is None:
            return "<Cloud not built>"
        auth_url, region = raw.describe()
        parts = ["<Cloud", "without a sign-in" if auth_url is None else _without_user(auth_url)]
        if region is not None:
            parts.append(f"region={region!r}")
        return " ".join(parts) + ">"

    def __reduce__(self) -> Any:
        raise TypeError("a cloud cannot be pickled: it has secrets")


class Connection:
    """A cloud and a token for it. It makes clients of the cloud's services, which sign in again before the token
    ends."""

    __module__ = "reqtrail.openstack"
    __slots__ = ("_raw",)

    def __init__(self, raw: RawConnection, /) -> None:
        self._raw = raw

    @property
    def endpoint(self) -> str:
        """The URL of the compute API, from the catalog, for the cloud's interface and region.

        Raises :class:`reqtrail.ConfigError`, which names the endpoints that exist, if there is none.
        """
        return self._raw.endpoint()

    @property
    def session(self) -> Session | None:
        """Keystone's answer to the sign-in; ``None`` for a cloud without a sign-in."""
        answer = self._raw.session()
        return None if answer is None else Session._of(json.loads(answer[0]), answer[1])

    def services(self) -> tuple[ServiceEndpoint, ...]:
        """The endpoints of the catalog: type, region, interface and URL of each. Empty without a sign-in."""
        return tuple(ServiceEndpoint._of(row) for row in json.loads(self._raw.services()))

    def client(
        self,
        *,
        interface: str | None = None,
        region: str | None = None,
        cancel: CancelToken | None = None,
        **options: Unpack[ClientOptions],
    ) -> Client:
        """Makes a client of a service, with its endpoint, the token and the cloud's TLS options.

        ``service`` is the service's type, such as ``"volume"``, ``"network"`` or ``"image"``, or an alias of it; the
        default is the compute API. ``interface`` and ``region`` choose the endpoint; they override the cloud's.
        If the endpoint names no version of the API, reqtrail first asks the service for its versions, once per
        connection; ``cancel`` is what cancels that.

        >>> cinder = connection.client(service="volume", microversion="3.70")  # doctest: +SKIP
        """
        service = options.pop("service", None)
        _check_cancel(cancel)
        if service is None and interface is None and region is None:
            return Client._connected(self._raw, options)
        found = RawCloud.service(self._raw, "compute" if service is None else service, interface, region, cancel)
        return Client._connected(found, options)

    @overload
    def async_client(  # type: ignore[overload-overlap]
        self,
        *,
        service: str,
        interface: str | None = None,
        region: str | None = None,
        cancel: CancelToken | None = None,
        **options: Any,
    ) -> Coroutine[Any, Any, AsyncClient]: ...
    @overload
    def async_client(
        self,
        *,
        interface: str | None = None,
        region: str | None = None,
        cancel: CancelToken | None = None,
        **options: Unpack[AsyncClientOptions],
    ) -> AsyncClient: ...
    def async_client(
        self,
        *,
        interface: str | None = None,
        region: str | None = None,
        cancel: CancelToken | None = None,
        **options: Any,
    ) -> AsyncClient | Coroutine[Any, Any, AsyncClient]:
        """Like :meth:`client`, for asyncio programs.

        With ``service``, await it, because reqtrail may ask the service for its versions. Cancelling the task ends that
        at once, as ``cancel`` does; the ``asyncio.CancelledError`` has its trail as ``trail``.

        >>> cinder = await connection.async_client(service="volume")  # doctest: +SKIP
        """
        service = options.pop("service", None)
        _check_cancel(cancel)
        if service is not None:
            return self._async_client_of(service, interface, region, cancel, options)
        if interface is None and region is None:
            return AsyncClient._connected(self._raw, cast("AsyncClientOptions", options))
        found = RawCloud.service(self._raw, "compute", interface, region, None)
        return AsyncClient._connected(found, cast("AsyncClientOptions", options))

    def explain(
        self,
        what: str,
        *,
        limit: int | None = None,
        timeout: Seconds | None = None,
        cancel: CancelToken | None = None,
    ) -> Story:
        """Reads the story of a server, a volume, a snapshot or an image over the services of the cloud, or of everything
        with a request's ID: what happened to it, why, and which request IDs to give to the operator.

        ``what`` is a UUID, an exact name, or a request ID ``req-…``. Its kind and a slash in front, as in
        ``volume/data``, restrict the search to that kind: ``server``, ``volume``, ``snapshot``, ``image`` or
        ``request``. Without a kind, a name is that of a server, a volume or an image.

        The story of a server includes its volumes and its ports. If a service is missing in the catalog, refuses or does
        not answer, the story has a note.

        ``limit`` is the maximum number of actions, messages and tasks of each resource, newest first; the default is 20.
        ``timeout`` is that of the whole story, in seconds or as a ``timedelta``; there is none by default, and each call
        has 60 seconds. ``cancel`` is what cancels it.

        Raises :class:`ExplainError`, with the trails of all calls: of the category ``not_found`` if no service has it, and
        ``invalid`` if several resources have the name.

        >>> story = connection.explain("volume/data")  # doctest: +SKIP
        >>> print(story.failure, *story.request_ids)  # doctest: +SKIP
        """
        options = {"limit": limit, "timeout": timeout, "cancel": cancel}
        with Client._connected(self._raw.driver(), {}) as driver:
            return Story._of(RawClient._run(driver, "explain_resource", what, self._raw, options))

    async def explain_async(
        self,
        what: str,
        *,
        limit: int | None = None,
        timeout: Seconds | None = None,  # noqa: ASYNC109
        cancel: CancelToken | None = None,
    ) -> Story:
        """Like :meth:`explain`, for asyncio programs. Cancelling the task ends it at once; the cause of the
        ``asyncio.CancelledError`` is an :class:`ExplainError` with the trails."""
        options = {"limit": limit, "timeout": timeout, "cancel": cancel}
        async with AsyncClient._connected(self._raw.driver(), {}) as driver:
            return Story._of(await driver._run("explain_resource", what, self._raw, options))

    async def _async_client_of(
        self,
        service: str,
        interface: str | None,
        region: str | None,
        cancel: CancelToken | None,
        options: dict[str, Any],
    ) -> AsyncClient:
        running_loop()
        token = CancelToken() if cancel is None else cancel.child()
        found = await _on_thread(RawCloud.service, token, self._raw, service, interface, region)
        return AsyncClient._connected(found, cast("AsyncClientOptions", options))

    def __repr__(self) -> str:
        session = self.session if hasattr(self, "_raw") else None
        project = session and (session.project_name or session.project_id)
        return f"<Connection project={project!r}>" if project else "<Connection>"

    def __reduce__(self) -> Any:
        raise TypeError("a connection cannot be pickled: it has a token")


def _check_cancel(cancel: CancelToken | None) -> None:
    if cancel is not None and not isinstance(cancel, CancelToken):
        raise TypeError(f"cancel: expected a CancelToken, not {type(cancel).__name__}")


async def _on_thread(make: Callable[..., RawConnection], token: CancelToken, *arguments: Any) -> RawConnection:
    """Makes a connection on a thread of the pool, which a program does once. Cancelling the task ends it."""
    making = asyncio.ensure_future(asyncio.to_thread(make, *arguments, token))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError as cancelled:
        token.cancel()
        await give_trail(cancelled, making)
        raise


def _described(entry: Mapping[str, Any]) -> RawCloud:
    """Reads the description of a cloud. The frames of an error do not hold it."""
    try:
        if not isinstance(entry, Mapping):
            raise TypeError(f"the description of a cloud: expected a mapping, not {type(entry).__name__}")
        given = {name: value for name, value in entry.items() if value is not None}
        text = json.dumps(given, default=_exposed)
    except (TypeError, ValueError, RecursionError) as error:
        refused = error.with_traceback(None)
    else:
        try:
            return RawCloud.described(text)
        finally:
            del text
    finally:
        given = {}
        del entry
    raise refused


def _exposed(value: Any) -> Any:
    """Converts a value that ``json`` cannot write."""
    if isinstance(value, Secret):
        return value.expose()
    if isinstance(value, Mapping):
        return dict(value)
    expected = "text, numbers, lists and mappings"
    raise TypeError(f"the description of a cloud: expected {expected}, not {type(value).__name__}")


def _without_user(url: str) -> str:
    """Returns the URL without the parts that may hold a password."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "with an auth_url that is not a URL"
