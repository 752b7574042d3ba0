"""Small values: how they are kept, compared, shown, omitted, and refused by name."""

import asyncio
import copy
import datetime
import enum
import inspect
import pickle
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType
from typing import Any, get_type_hints
from unittest.mock import create_autospec
from urllib.parse import parse_qs, urlsplit

import pytest

import reqtrail
from conftest import Server
from reqtrail.openstack import AsyncCompute, Cloud, Compute

METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "request", "request_link"]


def test_the_methods_of_an_asyncio_client_are_coroutine_functions() -> None:
    for name in [*METHODS, "aclose"]:
        assert inspect.iscoroutinefunction(getattr(reqtrail.AsyncClient, name)), name
    for name in ["server", "action", "actions", "follow", "explain"]:
        assert inspect.iscoroutinefunction(getattr(AsyncCompute, name)), name

    async def main() -> None:
        double = create_autospec(reqtrail.AsyncClient, instance=True)
        double.get.return_value = "answer"
        assert await double.get("/x") == "answer"

    asyncio.run(main())


def test_a_call_begins_at_its_first_await(server: Server, url: str) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            call = client.get("/ok")
            await asyncio.sleep(0.05)
            assert server.seen == []
            assert (await call).status == 200
            client.get("/ok").close()
        assert len(server.seen) == 1

    asyncio.run(main())


def test_a_body_is_copied_once(url: str) -> None:
    with reqtrail.Client(url) as client:
        response = client.put("/echo", content=b"[1]" * 1000)
    assert response.content is response.content
    assert response.text is response.text
    assert response.trail is response.trail and response.headers is response.headers


def test_json_skips_a_byte_order_mark(url: str) -> None:
    with reqtrail.Client(url) as client:
        assert client.put("/echo", content=b'\xef\xbb\xbf{"a": 1}').json() == {"a": 1}


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 1, "cursor": None, "tag": ["a", None, "b"], "none": [None]},
        MappingProxyType({"limit": 1, "cursor": None, "tag": ("a", None, "b")}),
        [("limit", 1), ("cursor", None), ("tag", ["a", None]), ("tag", "b")],
    ],
)
def test_a_query_omits_none(server: Server, url: str, query: Any) -> None:
    with reqtrail.Client(url) as client:
        client.get("/ok", query=query)
        client.get("/ok", query={"only": None})
    assert [target for _, target, _, _ in server.seen] == ["/ok?limit=1&tag=a&tag=b", "/ok"]


class Plain:
    """An object without its own `__str__`."""


class Color(enum.Enum):
    RED = "red"
    ONE = 1
    ODD = object()


class Number(int, enum.Enum):
    TWO = 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e16, "10000000000000000.0"),
        (1e-7, "0.0000001"),
        (-2.5, "-2.5"),
        (3.0, "3.0"),
        (10**30, "1" + "0" * 30),
        (Decimal("1E+3"), "1000"),
        (datetime.date(2026, 11, 26), "2026-11-26"),
        (datetime.datetime(2026, 11, 26, 6, 7, 8, tzinfo=datetime.UTC), "2026-11-26T06:07:08+00:00"),
        (Color.RED, "red"),
        (Color.ONE, "1"),
        (Number.TWO, "2"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    ],
)
def test_values_are_sent_as_the_text_that_servers_read(server: Server, url: str, value: Any, text: str) -> None:
    with reqtrail.Client(url) as client:
        client.get("/ok", query={"a": value}, headers={"X-A": value})
    (_, target, sent, _) = server.seen[-1]
    assert parse_qs(urlsplit(target).query) == {"a": [text]}
    assert sent["x-a"] == text


def test_none_is_refused_in_params_and_headers(url: str) -> None:
    with reqtrail.Client(url) as client:
        with pytest.raises(
            TypeError, match=r'params: expected a value \(omit the key if there is none\), not NoneType \(key "id"\)'
        ):
            client.get("/{id}", params={"id": None})
        with pytest.raises(TypeError, match=r'headers: expected a value .* \(key "X-A"\)'):
            client.get("/ok", headers={"X-A": None})  # type: ignore[dict-item]


def test_the_trail_of_an_error_is_typed_as_one() -> None:
    def declared(of: type) -> Any:
        return get_type_hints(of)["trail"]

    for name in reqtrail.__all__:
        cls = getattr(reqtrail, name)
        if isinstance(cls, type) and issubclass(cls, reqtrail.ReqtrailError):
            others = {reqtrail.ConfigError: type(None), reqtrail.InternalError: reqtrail.Trail | None}
            assert declared(cls) == others.get(cls, reqtrail.Trail), name
    assert declared(reqtrail.openstack.ActionFailedError) is reqtrail.Trail


def test_secrets_are_copied_compared_and_hashed() -> None:
    one, same, other = reqtrail.Secret("s3cr3t"), reqtrail.Secret("s3cr3t"), reqtrail.Secret("else")
    assert one == same and one != other and one != "s3cr3t" and not one == None  # noqa: E711, SIM201
    assert hash(one) == hash(same) and len({one, same, other}) == 2
    for copied in (copy.copy(one), copy.deepcopy({"token": one})["token"]):
        assert copied == one and "s3cr3t" not in repr(copied)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(one)
    with pytest.raises(TypeError, match="expected str or Secret, not int"):
        reqtrail.Secret(5)  # type: ignore[arg-type]
    token = reqtrail.CancelToken()
    copy.deepcopy([token])[0].cancel()
    assert token.cancelled


HIDDEN = "s3cr3t-thing"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Thing": reqtrail.Secret(HIDDEN)},
        [("X-Other", "shown"), ("X-Thing", reqtrail.Secret(HIDDEN))],
        {"X-Thing": [reqtrail.Secret(HIDDEN)]},
    ],
)
@pytest.mark.parametrize("default", [False, True])
def test_secret_headers_are_redacted_where_the_server_repeats_them(
    server: Server, url: str, headers: Any, default: bool
) -> None:
    own, each = (headers, {}) if default else ({}, headers)

    def check(error: reqtrail.ReqtrailError) -> None:
        assert "not with" in str(error)
        shown = [str(error), repr(error), str(error.message), error.trail.report(), error.trail.to_json()]
        assert HIDDEN not in "".join(shown)

    with reqtrail.Client.novavms(url, headers=own) as client:
        with pytest.raises(reqtrail.InvalidRequestError) as info:
            client.get("/repeats/X-Thing", headers=each)
        check(info.value)

    async def main() -> None:
        async with reqtrail.AsyncClient.novavms(url, headers=own) as client:
            with pytest.raises(reqtrail.InvalidRequestError) as info:
                await client.get("/repeats/X-Thing", headers=each)
            check(info.value)

    asyncio.run(main())
    assert [sent["x-thing"] for _, _, sent, _ in server.seen] == [HIDDEN, HIDDEN]


def test_headers_that_are_not_secret_are_shown_where_the_server_repeats_them(url: str) -> None:
    with reqtrail.Client.novavms(url) as client, pytest.raises(reqtrail.InvalidRequestError, match=HIDDEN):
        client.get("/repeats/X-Thing", headers={"X-Thing": HIDDEN})


def test_reprs() -> None:
    client = reqtrail.Client.novavms("https://novavms.example/api/v1", token="s3cr3t")
    assert repr(client) == "<Client https://novavms.example/api/v1 dialect='novavms'>"
    client.close()
    assert repr(client) == "<Client closed>"
    looped = reqtrail.AsyncClient("https://acme.example", dialect={"name": "acme"})
    assert repr(looped) == "<AsyncClient https://acme.example/ dialect='acme'>"
    cloud = Cloud(
        auth={
            "auth_url": "https://u:s3cr3t@keystone.example:5000/v3",
            "application_credential_id": "c1f3",
            "application_credential_secret": "s3cr3t",
        },
        auth_type="v3applicationcredential",
        region_name="R",
    )
    assert repr(cloud) == "<Cloud https://keystone.example:5000/v3 region='R'>"


def test_reprs_of_what_could_not_be_built() -> None:
    for cls in (reqtrail.Client, reqtrail.AsyncClient, Cloud):
        assert repr(cls.__new__(cls)) == f"<{cls.__name__} not built>"

    class Kept(reqtrail.Client):
        __slots__ = ()

        def __init__(self, *args: Any, **options: Any) -> None:
            kept.append(self)
            super().__init__(*args, **options)

    kept: list[reqtrail.Client] = []
    with pytest.raises(reqtrail.ConfigError):
        Kept("https://acme.example", max_attempts=0)
    assert repr(kept[0]) == "<Kept not built>"


NUMBERS = ["max_attempts", "max_body_bytes", "max_redirects", "pool_max_idle", "jitter_seed"]
TIMES = [
    "base_delay",
    "max_delay",
    "max_retry_after",
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "pool_idle_timeout",
    "http2_ping_interval",
    "http2_ping_timeout",
]
FLAGS = ["traceparent", "decompress", "http1_only", "danger_accept_invalid_certs"]
PAIRS = "expected a mapping, or pairs of a name and a value"
TEXT = "expected a value that has a text (`__str__`), such as text or a number"
WRONG: list[tuple[dict[str, Any], str]] = [
    *(({name: True}, f"{name}: expected a whole number, not bool (True)") for name in NUMBERS),
    *(({name: 2.5}, f"{name}: expected a whole number, not float (2.5)") for name in NUMBERS),
    *(({name: -1}, f"{name} is out of range (-1); expected a whole number from 0 to ") for name in NUMBERS),
    (
        {"max_attempts": 2**32},
        "max_attempts is out of range (4294967296); expected a whole number from 0 to 4294967295",
    ),
    *(({name: False}, f"{name}: expected seconds or a timedelta, not bool (False)") for name in TIMES),
    *(({name: "5"}, f"{name}: expected seconds or a timedelta, not str") for name in TIMES),
    *(({name: -0.5}, f"{name} is -0.5; expected seconds, 0 or more, a timedelta, or math.inf") for name in TIMES),
    *(({name: "yes"}, f"{name}: expected True or False, not str") for name in FLAGS),
    *(({name: 1}, f"{name}: expected True or False, not int (1)") for name in FLAGS),
    (
        {"retry_budget": False},
        "retry_budget: expected None, or a mapping with `capacity` and `retry_cost`, not bool (False)",
    ),
    (
        {"retry_budget": 500},
        "retry_budget: expected None, or a mapping with `capacity` and `retry_cost`, not int (500)",
    ),
    ({"retry_budget": {"capacity": "x"}}, "retry_budget.capacity: expected a whole number, not str"),
    ({"retry_budget": {"size": 1}}, "retry_budget: expected `capacity` and `retry_cost`, not `size`"),
    ({"headers": 5}, f"headers: {PAIRS}, not int (5)"),
    ({"headers": "X-A: b"}, f"headers: {PAIRS}, not str"),
    ({"headers": {5: "b"}}, "a key of headers: expected str, not int (5)"),
    ({"headers": {"X-A": None}}, 'headers: expected a value (omit the key if there is none), not NoneType (key "X-A")'),
    ({"headers": {"X-A": {}}}, 'headers: expected a single value such as text or a number, not dict (key "X-A")'),
    ({"headers": ["ab"]}, "headers[0]: expected a pair, not str"),
    ({"show_query_params": 5}, "show_query_params: expected str, not int (5)"),
    ({"show_query_params": ["a", None]}, "show_query_params: expected str, not NoneType"),
    ({"resolve": 5}, "resolve: expected str, not int (5)"),
    ({"chaos": 503}, "chaos: expected str, not int (503)"),
    ({"token": 5}, "token: expected str or Secret, not int"),
    ({"proxy": 5}, "proxy: expected str or Secret, not int"),
    ({"client_certificate": b"x"}, "client_certificate: expected str or Secret, not bytes"),
    ({"extra_ca": 5}, "extra_ca: expected bytes or str, not int (5)"),
    ({"unix_socket": 5}, "unix_socket: expected str or os.PathLike, not int (5)"),
    ({"user_agent": "\ud800"}, "user_agent has a lone surrogate, which UTF-8 cannot hold; expected text without any"),
    ({"microversion": []}, "microversion: expected str, not list"),
    ({"token_refresher": "f"}, "token_refresher: expected a callable, not str"),
    ({"on_attempt": 5}, "on_attempt: expected a callable, not int"),
    ({"on_call": "f"}, "on_call: expected a callable, not str"),
    ({"dialect": 5}, "dialect: expected a name, or a description as a dict or JSON, not int"),
    (
        {"dialect": {"name": {1}}},
        "dialect: Object of type set is not JSON serializable; expected text, numbers, lists and dicts",
    ),
    ({"nope": 3}, "a client has no option `nope`; it has dialect, token, headers, user_agent"),
]


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
@pytest.mark.parametrize(("options", "text"), WRONG, ids=lambda it: str(it)[:40])
def test_wrong_options_of_a_client_are_named(kind: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises((TypeError, ValueError)) as info:
        kind("http://api.example", **options)
    assert text in str(info.value)


def test_a_missing_base_url_is_named() -> None:
    for kind in (reqtrail.Client, reqtrail.AsyncClient):
        with pytest.raises(TypeError, match="base_url: expected a URL, not NoneType"):
            kind(None)  # type: ignore[arg-type]


WRONG_OF_REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"timeout": True}, "timeout: expected seconds or a timedelta, not bool (True)"),
    ({"attempt_timeout": "1"}, "attempt_timeout: expected seconds or a timedelta, not str"),
    ({"connect_timeout": -1}, "connect_timeout is -1; expected seconds, 0 or more, a timedelta, or math.inf"),
    ({"max_attempts": False}, "max_attempts: expected a whole number, not bool (False)"),
    ({"idempotent": "no"}, "idempotent: expected True or False, not str"),
    ({"idempotency_key": b"k"}, "idempotency_key: expected str, not bytes"),
    ({"correlation_id": {}}, "correlation_id: expected str, not dict"),
    ({"accept_statuses": "404"}, "accept_statuses: expected an HTTP status such as 404, not str"),
    ({"accept_statuses": True}, "accept_statuses: expected an HTTP status such as 404, not bool (True)"),
    ({"accept_statuses": {404: 42}.values()}, "accept_statuses: expected an HTTP status such as 404, not 42"),
    ({"accept_statuses": (404, 10**30)}, f"accept_statuses: expected an HTTP status such as 404, not int ({10**30})"),
    ({"cancel": 5}, "cancel: expected a CancelToken, not int (5)"),
    ({"query": False}, f"query: {PAIRS}, not bool (False)"),
    ({"query": "a=b"}, f"query: {PAIRS}, not str"),
    ({"query": [("a", 1, 2)]}, "query[0]: expected a pair, not tuple"),
    ({"query": {"a": {"b": 1}}}, 'query: expected a single value such as text or a number, not dict (key "a")'),
    ({"query": {"a": [["b"]]}}, 'query: expected a single value such as text or a number, not list (key "a")'),
    (
        {"query": {"a": "\ud800"}},
        'query has a lone surrogate, which UTF-8 cannot hold; expected text without any (key "a")',
    ),
    ({"params": 5}, f"params: {PAIRS}, not int (5)"),
    ({"params": {"id": [1]}}, 'params: expected a single value such as text or a number, not list (key "id")'),
    ({"headers": {"X-A": b"b"}}, 'headers: expected a single value such as text or a number, not bytes (key "X-A")'),
    ({"params": {"id": object()}}, f'params: {TEXT}, not object (key "id")'),
    ({"params": {"id": len}}, f'params: {TEXT}, not builtin_function_or_method (key "id")'),
    ({"query": {"a": lambda: 1}}, f'query: {TEXT}, not function (key "a")'),
    ({"query": {"a": [1, Plain()]}}, f'query: {TEXT}, not Plain (key "a")'),
    ({"query": {"a": Plain}}, f'query: {TEXT}, not type (key "a")'),
    ({"query": {"a": Color.ODD}}, f'query: {TEXT}, not object (key "a")'),
    ({"headers": {"X-A": Plain()}}, f'headers: {TEXT}, not Plain (key "X-A")'),
    ({"query": {"a": float("nan")}}, 'query is nan; expected a finite number (key "a")'),
    ({"params": {"id": float("-inf")}}, 'params is -inf; expected a finite number (key "id")'),
    ({"query": {"a": Decimal("NaN")}}, 'query is NaN; expected a finite number (key "a")'),
    ({"content": 5}, "content: expected bytes or str, not int (5)"),
    ({"content": {}}, "content: expected bytes or str, not dict"),
    ({"json": {1, 2}}, "json: Object of type set is not JSON serializable; expected a value that json.dumps can write"),
    ({"json": [float("inf")]}, "json: Out of range float values are not JSON compliant"),
    ({"json": 1, "content": b""}, "a request has one body: expected `json` or `content`, not both"),
    ({"nope": False}, "a request has no option `nope`; it has timeout, attempt_timeout, connect_timeout"),
]


@pytest.mark.parametrize(("options", "text"), WRONG_OF_REQUESTS, ids=lambda it: str(it)[:40])
def test_wrong_options_of_a_request_are_named(server: Server, url: str, options: dict[str, Any], text: str) -> None:
    client = reqtrail.Client(url)

    async def main() -> None:
        async with reqtrail.AsyncClient(url) as looped:
            await looped.post("/ok", **options)

    calls: list[Callable[[], object]] = [lambda: client.post("/ok", **options), lambda: asyncio.run(main())]
    for call in calls:
        with pytest.raises((TypeError, ValueError)) as info:
            call()
        assert text in str(info.value)
    assert server.seen == []


def test_wrong_arguments_are_named(url: str) -> None:
    with reqtrail.Client(url) as client:
        for call, text in [
            (lambda: client.get(5), r"path: expected str, not int \(5\)"),  # type: ignore[arg-type]
            (lambda: client.request(None, "/ok"), "method: expected str, not NoneType"),  # type: ignore[arg-type]
            (lambda: client.request_link("GET", b"/ok"), "link: expected str, not bytes"),  # type: ignore[arg-type]
            (lambda: Compute(client).server(5), r"server_id: expected str, not int \(5\)"),  # type: ignore[arg-type]
            (lambda: Compute(client).actions("x", limit="3"), "limit: expected a whole number, not str"),  # type: ignore[typeddict-item]
            (lambda: Compute(client).follow("x", 5), "action: expected a Response or a request ID, not int"),  # type: ignore[arg-type]
            (lambda: Compute(client).follow("x", "req-1", on_progress=5), "on_progress: expected a callable, not int"),  # type: ignore[typeddict-item]
            (lambda: Compute(client).explain("x", cancel=True), r"cancel: expected a CancelToken, not bool \(True\)"),  # type: ignore[typeddict-item]
            (lambda: Cloud.named(5), r"name: expected str, not int \(5\)"),  # type: ignore[arg-type]
            (lambda: Cloud.named(None), "name: expected str, not NoneType"),  # type: ignore[arg-type]
            (lambda: Cloud.from_env(region_name=5), r"region_name: expected str, not int \(5\)"),  # type: ignore[arg-type]
            (lambda: Cloud.from_dict([]), "the description of a cloud: expected a mapping, not list"),  # type: ignore[arg-type]
        ]:
            with pytest.raises(TypeError, match=text):
                call()


def test_the_names_in_messages_are_the_options() -> None:
    with pytest.raises(TypeError) as info:
        reqtrail.Client("http://api.example", nope=1)  # type: ignore[call-arg]
    listed = str(info.value).partition("it has ")[2].split(", ")
    assert sorted(listed) == sorted(["dialect", *get_type_hints(reqtrail.ClientOptions)])
    with reqtrail.Client("http://api.example") as client, pytest.raises(TypeError) as info:
        client.get("/", nope=1)  # type: ignore[call-arg]
    assert sorted(str(info.value).partition("it has ")[2].split(", ")) == sorted(
        get_type_hints(reqtrail.RequestOptions)
    )


TRIO = """
    import sys, trio, reqtrail
    client = reqtrail.AsyncClient(sys.argv[1])
    plain = reqtrail.Client(sys.argv[1])
    async def with_block():
        async with client:
            pass
    async def main():
        for use in (lambda: client.get("/ok"), client.aclose, with_block):
            try:
                await use()
            except RuntimeError as error:
                print(error)
        print((await trio.to_thread.run_sync(lambda: plain.get("/ok"))).status)
    trio.run(main)
    try:
        client.get("/ok").send(None)
    except RuntimeError as error:
        print(error)
"""


def test_trio_gets_a_clear_error(url: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(TRIO), url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    *refused, status, without = ran.stdout.splitlines()
    assert len(refused) == 3 and status == "200"
    assert all(
        "needs an asyncio event loop, but trio's is running" in text and "reqtrail.Client" in text for text in refused
    )
    assert "needs a running asyncio event loop" in without
