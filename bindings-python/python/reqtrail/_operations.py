"""How the operations of OpenStack's compute API run through either client."""

import json
from collections.abc import Coroutine, Mapping
from typing import Any

from ._async_client import AsyncClient
from ._client import Client
from ._native import RawClient, RawReport, Response
from ._trail import Trail

__all__ = ["AsyncOperations", "Operations", "read"]


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
    """What was read, and the trail of the call that read it, which is the last."""
    return json.loads(raw.json), Trail._of(raw.trails[-1])
