"""Exceptions: one class per kind and category, picklable, with a last line that is enough for support."""

import builtins
import copy
import json
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

import reqtrail
from conftest import Handler, Server, serving
from reqtrail import Headers, _categories, _mapping

ROOT = Path(__file__).parents[2]
CODES = ROOT / "schema" / "codes.json"
RECORDS = json.loads((ROOT / "core" / "tests" / "golden" / "errors.json").read_text())


def failed(url: str, path: str, **options: object) -> reqtrail.ReqtrailError:
    with (
        reqtrail.Client.novavms(url, base_delay=0.001, **options) as client,
        pytest.raises(reqtrail.ReqtrailError) as info,
    ):
        client.get(path, params={"id": 7} if "{" in path else None)
    return info.value


def test_every_kind_and_category_has_its_class() -> None:
    codes = json.loads(CODES.read_text())
    assert _categories.BY_KIND.keys() == {kind["name"] for kind in codes["error_kinds"]} == set(reqtrail.ErrorKind)
    assert _categories.BY_CATEGORY.keys() == {one["name"] for one in codes["categories"]} == set(reqtrail.Category)
    for cls in {*_categories.BY_KIND.values(), *_categories.BY_CATEGORY.values()}:
        assert issubclass(cls, reqtrail.ReqtrailError)
        assert getattr(reqtrail, cls.__name__) is cls
        assert (cls.__module__, cls.__qualname__) == ("reqtrail", cls.__name__)


def shown(error: reqtrail.ReqtrailError, name: str, record: dict[str, Any]) -> Any:
    """Returns a field of an error as the core's record has it."""
    if name == "display":
        return str(error).replace(error.trail.call_id, "{call}")
    # A field without a default would not be part of the class.
    assert hasattr(type(error), name), f"{type(error).__name__} has no {name}"
    value = getattr(error, name)
    match name:
        case "body":
            return value.decode("latin-1")
        case "headers":
            # The server adds its own.
            return [[name, value] for name, value in value.multi_items() if name != "content-length"]
        case "rate_limit" if value is not None:
            return {"limit": value.limit, "remaining": value.remaining, "reset_at": value.reset_at.timestamp()}
        case "text":
            return None if value.encode() == error.body else value  # type: ignore[attr-defined]
        case "json":
            text = error.text if record["json"] is None else record["json"]  # type: ignore[attr-defined]
            assert value() == json.loads(text)
            return record["json"]
        case _:
            return value


@pytest.mark.parametrize("case", RECORDS, ids=[case["about"] for case in RECORDS])
def test_an_error_has_every_field_of_the_cores_record(case: dict[str, Any]) -> None:
    answer, record = case["answer"], case["record"]

    class Given(Handler):
        def do_GET(self) -> None:
            content = answer["body"].encode("latin-1")
            self.send_response_only(answer["status"])
            for name, value in [*answer["headers"], ("content-length", str(len(content)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    with (
        serving(Server(handler=Given)) as server,
        reqtrail.Client(server.url, dialect=case["dialect"], max_attempts=1) as client,
        pytest.raises(reqtrail.ReqtrailError) as info,
    ):
        client.get(case["path"])
    error = info.value
    assert {name: shown(error, name, record) for name in record} == record
    assert isinstance(error, reqtrail.ApiError) == (answer is not None)
    # It has no fields that are not declared.
    assert all(hasattr(type(error), name) for name in vars(error))


def test_an_api_error_without_an_answer_has_an_empty_body(url: str) -> None:
    def refuse() -> str:
        raise LookupError("no token is left")

    with (
        reqtrail.Client(url, token_refresher=refuse) as client,
        pytest.raises(reqtrail.AuthenticationError) as info,
    ):
        client.get("/ok")
    error = info.value
    assert (error.status, error.body, error.text, error.json(), dict(error.headers)) == (None, b"", "", None, {})
    assert (error.raw_code, error.hint, error.documentation_url, error.rate_limit) == (None, None, None, None)
    assert isinstance(error.__cause__, LookupError)


def test_an_api_error(url: str) -> None:
    error = failed(url, "/missing")
    assert type(error) is reqtrail.NotFoundError
    assert isinstance(error, reqtrail.ApiError)
    assert (error.kind, error.category, error.status, error.code) == ("api", "not_found", 404, "not_found")
    assert isinstance(error.kind, reqtrail.ErrorKind)
    assert error.code is reqtrail.novavms.ErrorCode.NOT_FOUND
    assert error.headers["x-request-id"] == error.request_id == "req_00000001"
    assert error.request_ids == ("req_00000001",)
    assert json.loads(error.body)["error"]["message"] == "no such camera"
    assert error.hint
    assert error.documentation_url == "https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/"
    assert error.may_have_been_sent


def test_the_body_of_an_error_as_text_and_json(url: str) -> None:
    error = failed(url, "/words")
    assert isinstance(error, reqtrail.ApiError)
    for one in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert one.text == '{"error":"not_found","message":"café \\ud800"}'
        assert one.json() == {"error": "not_found", "message": "café \ufffd"}
        assert one.message == "café \ufffd"
    plain = failed(url, "/missing")
    assert isinstance(plain, reqtrail.ApiError)
    assert (plain.text, plain.json()) == (plain.body.decode(), json.loads(plain.body))
    marked = failed(url, "/marked")
    assert isinstance(marked, reqtrail.ApiError) and marked.json() == {"error": "not_found"}
    html = failed(url, "/html")
    assert isinstance(html, reqtrail.ApiError)
    assert (html.text, html.json()) == ("<h1>", None)


def test_the_last_line_of_a_traceback_is_enough(url: str) -> None:
    error = failed(url, "/busy", max_attempts=3)
    last = traceback.format_exception_only(error)[-1]
    assert last.startswith("reqtrail.UnavailableError: GET /busy: 503")
    for part in ("req_00000001", "req_00000002", "req_00000003", "3 attempts", "attempts_exhausted"):
        assert part in last
    assert len(last.strip().splitlines()) == 1


def test_a_connect_error_is_a_connection_error() -> None:
    with (
        reqtrail.Client("http://127.0.0.1:9", max_attempts=1) as client,
        pytest.raises(builtins.ConnectionError) as info,
    ):
        client.get("/")
    assert type(info.value) is reqtrail.ConnectError
    assert not info.value.may_have_been_sent


def test_a_timeout_is_the_built_in_one(url: str) -> None:
    with reqtrail.Client(url) as client, pytest.raises(builtins.TimeoutError) as info:
        client.get("/stall", timeout=0.2, max_attempts=1)
    assert type(info.value) is reqtrail.TimeoutError
    assert info.value.trail is not None
    assert info.value.trail.attempts[0].sent == "unknown"


@pytest.mark.parametrize("path", ["/missing", "/busy"])
def test_errors_survive_pickling_and_copying(url: str, path: str) -> None:
    error = failed(url, path, max_attempts=2)
    for other in (
        *(pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy(error),
        copy.deepcopy(error),
    ):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert other.args == error.args
        assert {**vars(other)} == {**vars(error)}
        assert other.trail is not None and error.trail is not None
        assert other.trail.report() == error.trail.report()
        assert other.code is error.code


def test_pickles_of_another_release_load(url: str) -> None:
    error = failed(url, "/missing")
    pickled = pickle.dumps(error).replace(b"reqtrail.trail/1", b"reqtrail.trail/2")
    other = pickle.loads(pickled)
    assert (type(other), str(other), other.status) == (type(error), str(error), error.status)
    trail = other.trail
    assert trail is not None and error.trail is not None
    assert trail.report() == str(trail) == error.trail.report()
    assert trail.to_dict()["schema"] == "reqtrail.trail/2"
    assert pickle.loads(pickle.dumps(trail)) == trail
    assert "another schema" in repr(trail)
    with pytest.raises(ValueError, match="schema"):
        _ = trail.attempts


def test_an_os_error_survives_pickling() -> None:
    with reqtrail.Client("http://127.0.0.1:9", max_attempts=1) as client, pytest.raises(reqtrail.ConnectError) as info:
        client.get("/")
    other = pickle.loads(pickle.dumps(info.value))
    assert (type(other), str(other), other.trail) == (reqtrail.ConnectError, str(info.value), info.value.trail)


def test_a_trail_says_why_an_attempt_failed(url: str) -> None:
    with reqtrail.Client.novavms(url, max_attempts=1) as client:
        with pytest.raises(reqtrail.TimeoutError) as info:
            client.get("/stall", attempt_timeout=0.2)
        with pytest.raises(reqtrail.NotFoundError) as missing:
            client.get("/missing")
    trail = info.value.trail
    assert trail is not None and missing.value.trail is not None
    attempt = trail.attempts[0]
    assert (attempt.failure_code, attempt.processed, attempt.category) == (None, None, None)
    assert attempt.failure_reason is not None and attempt.failure_reason.endswith("within 200 ms")
    assert attempt.failure_reason in str(info.value) and attempt.failure_reason in " ".join(str(trail).split())
    assert (trail.service, trail.correlation_id) == (None, None)
    attempt = missing.value.trail.attempts[0]
    assert (attempt.category, attempt.processed) == (reqtrail.Category.NOT_FOUND, True)
    assert attempt.failure_reason is None


def test_notes_can_be_added(url: str) -> None:
    error = failed(url, "/missing")
    error.add_note("while the door was opened")
    assert "while the door was opened" in "".join(traceback.format_exception(error))
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while the door was opened"]


def test_a_wrong_option_names_itself() -> None:
    with pytest.raises(reqtrail.ConfigError, match="max_attempts is 0; expected 1 to 32") as info:
        reqtrail.Client("http://127.0.0.1:9", max_attempts=0)
    assert isinstance(info.value, ValueError)
    assert info.value.trail is None
    with pytest.raises(reqtrail.ConfigError, match=r"acme.*built-in|is not built in"):
        reqtrail.Client("http://127.0.0.1:9", dialect="acme")
    with pytest.raises(reqtrail.ConfigError, match="colour"):
        reqtrail.Client("http://127.0.0.1:9", dialect={"name": "acme", "colour": 1})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(TypeError, match="retries"):
        reqtrail.Client("http://127.0.0.1:9", retries=3)  # type: ignore[call-arg]


def test_a_wrong_request_is_not_sent(server: object, url: str) -> None:
    with reqtrail.Client(url) as client:
        with pytest.raises(reqtrail.RequestBuildError, match="id") as info:
            client.get("/cameras/{id}")
        assert info.value.trail is not None and info.value.trail.attempts == ()
        with pytest.raises(TypeError, match="timeuot"):
            client.get("/ok", timeuot=3)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="timeout: expected seconds or a timedelta, not str"):
            client.get("/x", timeout="5")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="timeout is -1; expected seconds, 0 or more"):
            client.get("/x", timeout=-1)
        with pytest.raises(TypeError, match="params"):
            client.get("/cameras/{id}", params={"id": None})  # type: ignore[dict-item]
        with pytest.raises(ValueError, match="timeout is -1"):
            client.get("/ok", timeout=-1)
        with pytest.raises(ValueError, match="timeout is nan"):
            client.get("/ok", timeout=float("nan"))
        with pytest.raises(TypeError, match="set"):
            client.post("/ok", json={1, 2})
        with pytest.raises(ValueError, match="JSON"):
            client.post("/ok", json=float("nan"))
    assert server.seen == []  # type: ignore[attr-defined]


def test_values_that_no_server_could_read_are_refused(server: Any, url: str) -> None:
    with reqtrail.Client(url) as client:
        for value in ((one for one in "ab"), {"a", "b"}, {"a": 1}, b"bytes"):
            with pytest.raises(TypeError, match="query: expected a single value such as text or a number"):
                client.get("/ok", query={"a": value})
        with pytest.raises(TypeError, match="params: expected a single value"):
            client.get("/text/{id}", params={"id": ["a", "b"]})
        with pytest.raises(TypeError, match="expected `json` or `content`, not both"):
            client.post("/echo", json={}, content=b"x")
        for attempts in (-1, 10**30):
            with pytest.raises(ValueError, match="max_attempts is out of range"):
                client.get("/ok", max_attempts=attempts)
        with pytest.raises(TypeError, match="max_attempts: expected a whole number, not float"):
            client.get("/ok", max_attempts=1.5)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="timeout is 1000"):
            client.get("/ok", timeout=10**400)
        assert server.seen == []
        client.get("/ok", query={"a": reqtrail.Secret("s3cr3t")}, headers={"X-Key": reqtrail.Secret("k3y")})
    ((_, path, headers, _),) = server.seen
    assert path == "/ok?a=s3cr3t" and headers["x-key"] == "k3y"


def test_equal_headers_have_equal_hashes() -> None:
    one, other = Headers([("A", "1"), ("b", "2")]), Headers([("B", "2"), ("a", "1")])
    assert one == other and hash(one) == hash(other)
    assert one != Headers([("A", "2"), ("b", "2")])


def test_an_error_of_a_panic_has_no_trail() -> None:
    error = _mapping.panicked("internal")
    assert type(error) is reqtrail.InternalError and error.kind is reqtrail.ErrorKind.INTERNAL
    assert error.trail is None and error.request_ids == ()
