"""Runs the operations of OpenStack's compute API through either client."""

import json
from collections.abc import Coroutine, Mapping
from typing import Any

from ._async_client import AsyncClient
from ._client import Client
from ._native import RawClient, RawReport, Response
from ._trail import Trail

__all__ = ["AsyncOperations", "Operations", "accepted", "read"]


class Operations:
    """Runs operations through a :class:`Client`."""

    __slots__ = ("client",)

    def __init__(self, client: Client) -> None:
        if not isinstance(client, Client):
            raise TypeError(f"client: expected a Client, not {type(client).__name__}")
        self.client = client

    def _run(self, what: str, server: str, action: Response | str | None, options: Mapping[str, Any]) -> RawReport:
        return RawClient._run(self.client, what, server, action, options)


class AsyncOperations:
    """Runs operations through an :class:`AsyncClient`."""

    __slots__ = ("client",)

    def __init__(self, client: AsyncClient) -> None:
        if not isinstance(client, AsyncClient):
            raise TypeError(f"client: expected an AsyncClient, not {type(client).__name__}")
        self.client = client

    def _run(
        self, what: str, server: str, action: Response | str | None, options: Mapping[str, Any]
    ) -> Coroutine[Any, Any, RawReport]:
        return self.client._run(what, server, action, options)


def read(raw: RawReport) -> tuple[Any, Trail]:
    """Returns what was read, and the trail of the call that read it, which is the last."""
    return json.loads(raw.json), Trail._of(raw.trails[-1])


def accepted(
    what: Response | str, resource_id: str | None, request_id: Response | str | None
) -> tuple[str, Response | str]:
    """Returns what to follow, as the core takes it: kind and resource, empty for a response, and the request."""
    if isinstance(what, Response):
        if resource_id is not None or request_id is not None:
            raise TypeError(
                "follow: the Response names what it began; expected no resource_id and no request_id with it"
            )
        return "", what
    if not isinstance(what, str):
        raise TypeError(f'what: expected a Response, or a kind such as "volume.extend", not {type(what).__name__}')
    if not isinstance(resource_id, str):
        raise TypeError(f"resource_id: expected a str, not {type(resource_id).__name__}")
    if not isinstance(request_id, str | Response):
        raise TypeError(f"request_id: expected a str or a Response, not {type(request_id).__name__}")
    return f"{what}/{resource_id}", request_id
