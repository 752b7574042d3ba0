"""Every option in ``schema/surface.json`` is accepted, refused by name, and documented; and names that are not
options."""

import ast
import asyncio
import inspect
import json
import math
import pydoc
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, get_type_hints

import pytest
import trustme

import reqtrail
from conftest import Server
from reqtrail import _option_values, _options
from reqtrail.openstack import AsyncCompute, Compute
from snippets import ROOT

SURFACE = json.loads((ROOT / "schema" / "surface.json").read_text())["groups"]
CLIENT, REQUEST = (SURFACE[group]["options"] for group in ("client", "request"))
AUTHORITY = trustme.CA()
IDENTITY = AUTHORITY.issue_cert("client.example").private_key_and_cert_chain_pem.bytes().decode()

# A valid and an invalid value for each kind of option.
KINDS: dict[str, tuple[object, object]] = {
    "flag": (True, "yes"),
    "count": (3, "3"),
    "duration": (1.5, "1.5"),
    "text": ("some", b"some"),
    "secret": (reqtrail.Secret("some"), 5),
    "path": ("/run/api.sock", 5),
    "texts": (["one", "two"], 5),
    "pems": ([AUTHORITY.cert_pem.bytes()], 5),
    "statuses": ({404, 410}, "404"),
    "headers": ({"X-A": "b"}, 5),
    "dialect": ("novavms", 5),
    "retry_budget": ({"capacity": 7}, 5),
}
# Values for options that do not accept the value of their kind.
VALUES: dict[str, object] = {
    "microversion": "2.90",
    "proxy": "http://127.0.0.1:9",
    "client_certificate": IDENTITY,
    "resolve": "api.example:443:10.0.0.7",
    "chaos": "503@1%",
    "journal_policy": "all",
    "journal_sync": "never",
    "journal_urls": "template",
    "journal_max_bytes": 2 * 1024 * 1024,
    "correlation_id": "req-00000000-0000-4000-8000-000000000000",
    "if_none_match": '"tag"',
}


def name_of(row: dict[str, Any]) -> str:
    return str(row["names"]["python"])


def example(row: dict[str, Any]) -> Any:
    return VALUES.get(row["name"], KINDS[row["kind"]][0])


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
@pytest.mark.parametrize("row", CLIENT, ids=name_of)
def test_an_option_of_a_client(kind: Any, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQTRAIL_ALLOW_CHAOS", "1")
    name = name_of(row)
    monkeypatch.setenv("REQTRAIL_ALLOW_RECORD", "1")
    dialect = {} if row["kind"] == "dialect" else {"dialect": "openstack"}
    for value in (example(row), None):
        kind("https://api.example", **dialect, **{name: value})
    with pytest.raises(TypeError, match=rf"^{name}: expected .*, not "):
        kind("https://api.example", **{name: KINDS[row["kind"]][1]})


@pytest.mark.parametrize("row", REQUEST, ids=name_of)
def test_an_option_of_a_request(url: str, row: dict[str, Any]) -> None:
    name = name_of(row)

    async def main(value: Any) -> int:
        async with reqtrail.AsyncClient.openstack(url) as client:
            return (await client.get("/ok", **{name: value})).status

    with reqtrail.Client.openstack(url) as client:
        for value in (example(row), None):
            assert client.get("/ok", **{name: value}).status == 200
            assert asyncio.run(main(value)) == 200
        wrong: Any = KINDS[row["kind"]][1]
        for call in (lambda: client.get("/ok", **{name: wrong}), lambda: asyncio.run(main(wrong))):
            with pytest.raises(TypeError, match=rf"^{name}: expected .*, not "):
                call()


def documented(module: ModuleType, kind: str) -> set[str]:
    """Returns the fields of an options class whose docstrings editors show."""
    tree = ast.parse(inspect.getsource(module))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind)
    body = zip(found.body, found.body[1:], strict=False)
    return {
        field.target.id
        for field, doc in body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(doc, ast.Expr)
    }


@pytest.mark.parametrize(
    ("group", "kind", "values"),
    [
        ("client", reqtrail.ClientOptions, "ClientValues"),
        ("client", reqtrail.AsyncClientOptions, "ClientValues"),
        ("request", reqtrail.RequestOptions, "RequestValues"),
    ],
)
def test_every_option_is_typed_and_documented(group: str, kind: type, values: str) -> None:
    rows = [row for row in SURFACE[group]["options"] if row["kind"] != "dialect"]
    by_hand = SURFACE[group]["by_hand"]
    assert set(get_type_hints(kind)) == {name_of(row) for row in rows + by_hand}
    by_face = documented(_options, kind.__name__)
    assert documented(_option_values, values) | by_face == {name_of(row) for row in rows + by_hand}
    shown = dict(re.findall(r"^(\w+(?:: .* \| None)?)\n((?:    .+\n)+)", kind.__doc__ or "", re.MULTILINE))
    docs = {head.partition(":")[0]: (head, re.sub(r"\s+", " ", doc)) for head, doc in shown.items()}
    assert set(docs) == {name_of(row) for row in rows + by_hand}
    for row in rows:
        head, doc = docs[name_of(row)]
        assert head.endswith(" | None")
        assert ("In seconds, or a ``timedelta``." in doc) == (row["kind"] == "duration"), doc
        has_default = row["default"] is not None and row["kind"] in {"count", "duration", "flag", "retry_budget"}
        assert ("Default: " in doc) == has_default, doc


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
def test_help_shows_the_options(kind: type) -> None:
    text = pydoc.plain(pydoc.render_doc(kind))
    for wanted in ("timeout: Seconds | None", "Default: 60 s.", "on_attempt", "retry_budget: RetryBudget | None"):
        assert wanted in text
    assert "if_none_match" in pydoc.plain(pydoc.render_doc(reqtrail.RequestOptions))


UNKNOWN: list[tuple[str, str]] = [
    ("timout", "a client has no option `timout`; did you mean `timeout`?"),
    ("max_attempt", "a client has no option `max_attempt`; did you mean `max_attempts`?"),
    ("verify", "a client has no option `verify`: certificates are always verified; `extra_ca` adds an authority"),
    ("auth", "a client has no option `auth`: `token` is the credential"),
    ("retries", "a client has no option `retries`: `max_attempts` counts the first attempt too"),
    ("limits", "a client has no option `limits`: `pool_max_idle` bounds the idle connections"),
    ("follow_redirects", "`max_redirects` is how many are followed; 0 follows none"),
]
UNKNOWN_OF_REQUESTS: list[tuple[str, str]] = [
    ("timeuot", "a request has no option `timeuot`; did you mean `timeout`?"),
    ("path_params", "a request has no option `path_params`: `params` are the values of the path's `{name}`"),
    ("data", "a request has no option `data`: "),
    ("files", "a request has no option `files`: "),
    ("stream", "a request has no option `stream`: "),
    ("verify", "a request has no option `verify`: it belongs to the client"),
    ("allow_redirects", "a request has no option `allow_redirects`: it belongs to the client"),
]


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
@pytest.mark.parametrize(("name", "text"), UNKNOWN)
def test_a_name_that_is_not_an_option_of_a_client(kind: Any, name: str, text: str) -> None:
    with pytest.raises(TypeError, match=re.escape(text)):
        kind("http://api.example", **{name: None})


@pytest.mark.parametrize(("name", "text"), UNKNOWN_OF_REQUESTS)
def test_a_name_that_is_not_an_option_of_a_request(server: Server, url: str, name: str, text: str) -> None:
    with reqtrail.Client(url) as client, pytest.raises(TypeError, match=re.escape(text)):
        client.get("/ok", **{name: None})
    assert server.seen == []


def test_a_query_given_as_params_is_pointed_out(server: Server, url: str) -> None:
    with reqtrail.Client(url) as client, pytest.raises(reqtrail.RequestBuildError) as info:
        client.get("/ok", params={"limit": 10})
    assert (
        "the path `/ok` has no parameter `limit`; expected `{limit}` in the path, or `limit` given as `query`"
        in str(info.value)
    )
    assert server.seen == []


TIMES = [name_of(row) for row in CLIENT if row["kind"] == "duration"]
TIMES_OF_REQUESTS = [name_of(row) for row in REQUEST if row["kind"] == "duration"]
NO_TIMES: list[tuple[Any, str]] = [
    (-1, " is -1; expected seconds, 0 or more, a timedelta, or math.inf for no limit"),
    (timedelta(seconds=-1), " is -1 day, 23:59:59; expected seconds, 0 or more, a timedelta, or math.inf for no limit"),
    (-math.inf, " is -inf; expected seconds, 0 or more, a timedelta, or math.inf for no limit"),
    (math.nan, " is nan; expected seconds, 0 or more, a timedelta, or math.inf for no limit"),
    (1e300, " is 1e+300; expected seconds, 0 or more, a timedelta, or math.inf for no limit"),
    (True, ": expected seconds or a timedelta, not bool (True)"),
    ("1", ": expected seconds or a timedelta, not str"),
]


@pytest.mark.parametrize(("value", "text"), NO_TIMES, ids=lambda it: str(it)[:12])
def test_durations_that_are_not_valid(url: str, value: Any, text: str) -> None:
    with reqtrail.Client.openstack(url) as client:
        calls: list[tuple[str, Callable[[str], object]]] = [
            *((name, lambda name: reqtrail.Client(url, **{name: value})) for name in TIMES),
            *((name, lambda name: client.get("/ok", **{name: value})) for name in TIMES_OF_REQUESTS),
            ("timeout", lambda name: Compute(client).server("x", **{name: value})),
            ("deadline", lambda name: Compute(client).follow("x", "req-1", **{name: value})),
        ]
        for name, call in calls:
            with pytest.raises((TypeError, ValueError), match=re.escape(name + text)):
                call(name)


def test_infinity_means_no_limit(url: str) -> None:
    for name in TIMES:
        with reqtrail.Client(url, **{name: math.inf}) as client:  # type: ignore[arg-type]
            assert client.get("/ok").status == 200
    with reqtrail.Client(url) as client:
        for name in TIMES_OF_REQUESTS:
            assert client.get("/ok", **{name: math.inf}).status == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [reqtrail.Client, reqtrail.AsyncClient])
def test_an_error_names_the_option_that_is_wrong(kind: Any, url: str) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"timeout": 0}, "timeout is 0; expected a longer time"),
        ({"timeout": timedelta()}, "timeout is 0; expected a longer time"),
        ({"max_attempts": 0}, "max_attempts is 0; expected 1 to 32"),
        ({"dialect": "acme"}, "dialect: `acme` is not built in"),
        ({"dialect": {"name": "novavms"}}, "dialect: `name` is `novavms`, which is the name of a built-in dialect"),
        (
            {"dialect": '{"name": "openstack"}'},
            "dialect: `name` is `openstack`, which is the name of a built-in dialect",
        ),
        ({"proxy": "ftp://x"}, "proxy"),
    ]
    for options, text in wrong:
        with pytest.raises(reqtrail.ConfigError, match=re.escape(text)) as info:
            kind(url, **options)
        assert info.value.option == next(iter(options))


def test_an_error_of_a_call_names_the_option_that_is_wrong(url: str) -> None:
    with reqtrail.Client(url) as client:
        with pytest.raises(reqtrail.RequestBuildError, match="timeout is 0; expected a longer time") as info:
            client.get("/ok", timeout=0)
        assert info.value.option == "timeout"
        with pytest.raises(reqtrail.NotFoundError) as missing:
            client.get("/missing")
        assert missing.value.option is None


READS = ["server", "action", "actions"]


@pytest.mark.parametrize("read", READS)
def test_reads_have_a_timeout(url: str, read: str) -> None:
    given = ("x", "req-1") if read == "action" else ("x",)

    async def main() -> None:
        async with reqtrail.AsyncClient.openstack(url) as looped:
            await getattr(AsyncCompute(looped), read)(*given, timeout=0)

    with reqtrail.Client.openstack(url) as client:
        for call in (lambda: getattr(Compute(client), read)(*given, timeout=0), lambda: asyncio.run(main())):
            with pytest.raises(reqtrail.RequestBuildError, match="timeout is 0; expected a longer time") as info:
                call()
            assert info.value.option == "timeout"
        with pytest.raises(reqtrail.NotFoundError):
            Compute(client).actions("missing", timeout=math.inf, changes_since=datetime.now(UTC))


def test_help_says_where_a_refresher_runs() -> None:
    """Both clients have the same text, although their refreshers differ."""
    for kind in (reqtrail.ClientOptions, reqtrail.AsyncClientOptions):
        said = " ".join((kind.__doc__ or "").split())
        assert "on a separate thread; a coroutine function" in said


@pytest.mark.parametrize("name", ["microversion", "idempotency_key", "correlation_id", "if_none_match"])
def test_numbers_are_not_converted_to_text(server: Server, url: str, name: str) -> None:
    """The number `2.90` is the float 2.9."""
    options: Any = {name: 2.90}
    with (
        reqtrail.Client.openstack(url) as client,
        pytest.raises(TypeError, match=rf"^{name}: expected str, not float \(2\.9\)$"),
    ):
        client.get("/ok", **options)
    assert not server.seen


def test_ids_of_an_operation_must_be_text(server: Server, url: str) -> None:
    with reqtrail.Client.openstack(url) as client:
        compute: Any = reqtrail.openstack.Compute(client)
        for call, text in (
            (lambda: compute.server(7), r"^server_id: expected str, not int \(7\)$"),
            (lambda: compute.action("a", 7), r"^request_id: expected str, not int \(7\)$"),
            (lambda: compute.actions("a", marker=7), r"^marker: expected str, not int \(7\)$"),
        ):
            with pytest.raises(TypeError, match=text):
                call()
    assert not server.seen


def test_none_as_json_is_sent(server: Server, url: str) -> None:
    with reqtrail.Client(url) as client:
        client.post("/echo", json=None)
    assert [body for *_, body in server.seen] == [b"null"]
