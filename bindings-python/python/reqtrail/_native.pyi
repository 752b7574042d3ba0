from collections.abc import Callable, Mapping
from typing import Any, Self, Unpack, final

from ._options import RequestOptions
from ._records import RateLimit
from ._response import Headers
from ._trail import Trail

__all__ = [
    "VERSION",
    "CancelToken",
    "RawAsyncClient",
    "RawClient",
    "RawCloud",
    "RawConnection",
    "RawLane",
    "RawReport",
    "RawServing",
    "RawTrail",
    "Response",
    "Secret",
    "forked",
]

VERSION: str

@final
class Secret:
    def __new__(cls, text: str) -> Secret: ...
    def expose(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Secret: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> Secret: ...
    def __reduce__(self) -> Any: ...

@final
class CancelToken:
    def __new__(cls) -> CancelToken: ...
    def cancel(self) -> None: ...
    def child(self) -> CancelToken: ...
    def __copy__(self) -> CancelToken: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> CancelToken: ...
    @property
    def cancelled(self) -> bool: ...

@final
class RawTrail:
    def __new__(cls, json: str) -> RawTrail: ...
    def to_json(self) -> str: ...
    def read(self) -> str: ...
    def report(self) -> str: ...

@final
class Response:
    """A 2xx response whose whole body is here, or the 304 of a request with ``if_none_match``."""

    @property
    def status(self) -> int:
        """The status."""
    @property
    def not_modified(self) -> bool:
        """Whether what ``if_none_match`` named is still current: a 304, which has no body."""
    @property
    def headers(self) -> Headers:
        """The headers. Where the body was decoded, ``Content-Encoding`` and ``Content-Length`` are gone."""
    @property
    def content(self) -> bytes:
        """The body, decoded."""
    @property
    def text(self) -> str:
        """The body as text; a :class:`DecodeError` if it holds bytes that its charset does not have.

        The charset is that of ``Content-Type``, by the labels of the WHATWG Encoding Standard; without one, or with an
        unknown one, it is UTF-8. A byte-order mark is not part of the text.
        """
    def json(self) -> Any:
        """The body as JSON; a :class:`DecodeError` with the trail if it is not JSON.

        It is UTF-8 whatever the charset says; a byte-order mark before it is passed over.
        """
    @property
    def request_id(self) -> str | None:
        """The server's ID of the request that succeeded."""
    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit that the response reported."""
    @property
    def microversion(self) -> str | None:
        """The version of the API that the server answered with, as in ``2.90``; ``None`` where the API has none."""
    @property
    def trail(self) -> Trail:
        """The call's trail."""
    def __copy__(self) -> Response: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> Response: ...

@final
class RawLane:
    @property
    def fd(self) -> int: ...
    def next_tag(self) -> int: ...
    def take(self) -> list[tuple[int | None, str, Any]]: ...
    def answer(self, number: int, token: str | Secret) -> None: ...
    def fail(self, number: int, error: BaseException) -> None: ...
    def pass_on(self, number: int) -> bool: ...
    def close(self) -> None: ...

@final
class RawServing:
    def end(self) -> None: ...

@final
class RawReport:
    @property
    def json(self) -> str: ...
    @property
    def report(self) -> str: ...
    @property
    def trails(self) -> list[RawTrail]: ...

@final
class RawCloud:
    @staticmethod
    def unknown(names: list[str]) -> str | None: ...
    @staticmethod
    def described(json: str) -> RawCloud: ...
    @staticmethod
    def find(name: str | None, region: str | None) -> RawCloud: ...
    def connect(self, cancel: CancelToken | None) -> RawConnection: ...
    def notes(self) -> list[str]: ...
    def describe(self) -> tuple[str | None, str | None]: ...

@final
class RawConnection:
    def endpoint(self) -> str: ...
    def session(self) -> tuple[str, Trail] | None: ...

class RawClient:
    def __new__(cls, *_args: Any, **_options: Any) -> Self: ...
    def _open(self, base: str | RawConnection, options: Mapping[str, Any]) -> None: ...
    def get(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a GET call."""
    def post(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a POST call."""
    def put(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PUT call."""
    def patch(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a PATCH call."""
    def delete(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a DELETE call."""
    def head(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a HEAD call."""
    def options(self, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes an OPTIONS call."""
    def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call with any method.

        ``path`` is a template such as ``/cameras/{id}``; trails show it as it is, so values belong in ``params`` and
        ``query``. A value in ``params`` that is a :class:`Secret` stays ``{id}`` everywhere. :class:`RequestOptions` has
        all options.
        """
    def request_link(self, method: str, link: str, **options: Unpack[RequestOptions]) -> Response:
        """Makes a call to a link that the API gave out, such as a ``next`` URL. It has to be on the client's origin."""
    def _run(self, what: str, server: str, action: Response | str | None, options: Mapping[str, Any]) -> RawReport: ...
    def set_token(self, token: str | Secret) -> None:
        """Puts a new credential in place of the old one. Calls that have begun keep theirs."""
    def close(self) -> None:
        """Closes the connections. Calls under way end as usual; later ones raise ``RuntimeError``."""
    def _describe(self) -> str: ...

@final
class RawAsyncClient:
    def __new__(
        cls, base: str | RawConnection, options: Mapping[str, Any], refresher_on_loop: bool
    ) -> RawAsyncClient: ...
    def open_lane(self, wake: Callable[[], object] | None) -> RawLane: ...
    def start(
        self, lane: RawLane, tag: int, serving: RawServing | None, given: tuple[str, str, Mapping[str, Any], bool]
    ) -> None: ...
    def start_operation(
        self,
        lane: RawLane,
        tag: int,
        serving: RawServing | None,
        given: tuple[str, str, Response | str | None, Mapping[str, Any]],
    ) -> None: ...
    def cancel(self, tag: int) -> bool: ...
    def open_jobs(self) -> int: ...
    def set_token(self, token: str | Secret) -> None: ...
    def close(self) -> None: ...
    def describe(self) -> str: ...
    def alive(self) -> bool: ...

def forked() -> None: ...
