"""Shared by the two Python adapters: reads a scenario, its client and its requests, and writes the results.

The protocol is in ``docs/conformance.md``. An adapter uses only what an application can use.
"""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import reqtrail
from reqtrail import testing

# Every option of the surface by its name in scenarios, where a duration may end with "_ms".
_SURFACE = json.loads((Path(__file__).parents[4] / "schema" / "surface.json").read_text())["groups"]


def _options(group: str, given: dict[str, Any], own: set[str]) -> dict[str, Any]:
    """Returns the options of a client or a request for the package. A key that is neither an option nor one of the
    scenario's `own` keys ends the run."""
    rows = {row["name"]: row for row in _SURFACE[group]["options"] + _SURFACE[group]["by_hand"]}
    options = {}
    for key, value in {**given, **(given.get("options") or {})}.items():
        row = rows.get(key) or rows.get(key.removesuffix("_ms"))
        if key in own:
            continue
        if row is None:
            sys.exit(f"unknown: {key}")
        is_time = row["kind"] == "duration" and value is not None
        options[row["names"]["python"]] = value / 1e3 if is_time else value
    return options


def client_options(line: dict[str, Any], next_token: Callable[[list[str]], Any]) -> tuple[str, dict[str, Any]]:
    """Returns the base URL and the options of a scenario's client."""
    given = line.get("client") or {}
    options = _options("client", given, {"options", "call_timeout_ms", "tokens", "ca_pem", "base_path"})
    base = line.get("base_url", "http://api.example")
    if given.get("base_path") is not None:
        base = base.rstrip("/") + "/" + given["base_path"].lstrip("/")
    if given.get("call_timeout_ms") is not None:
        options["timeout"] = given["call_timeout_ms"] / 1e3
    if "tokens" in given:
        options["token_refresher"] = next_token(list(given["tokens"]))
    pem = line.get("ca_pem") or given.get("ca_pem")
    if pem is not None:
        listed = options.get("extra_ca", [])
        options["extra_ca"] = [*([listed] if isinstance(listed, str) else listed), pem]
    return base, options


def mock_of(line: dict[str, Any]) -> testing.Mock | None:
    """Returns the mock that plays a line's script, if it has one."""
    if "script" not in line:
        return None
    mock = testing.Mock(allow_unused=True)
    mock.load(line["script"])
    return mock


def request_options(request: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Returns the method, the path and the options of a request."""
    own = {"options", "method", "path", "text", "base64", "cancel_after_ms", "parse", "repeat", "concurrency"}
    options = _options("request", request, own)
    if request.get("text") is not None:
        options["content"] = request["text"]
    if request.get("base64") is not None:
        options["content"] = base64.b64decode(request["base64"])
    return request.get("method") or "GET", request["path"], options


def success(response: reqtrail.Response, request: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any]
    match request.get("parse"):
        case "json":
            # A 304 has nothing to parse.
            body = {"json": None if response.not_modified else response.json()}
        case "text":
            body = {"text": response.text}
        case _:
            body = {"base64": base64.b64encode(response.content).decode()}
    if request.get("if_none_match") is not None:
        body["not_modified"] = response.not_modified
    return {
        "ok": {
            "status": response.status,
            "request_id": response.request_id,
            "headers": response.headers.multi_items(),
            "trail": response.trail.to_dict(),
            **body,
        }
    }


def failure(error: reqtrail.ReqtrailError) -> dict[str, Any]:
    return {
        "error": {
            "kind": error.kind,
            "category": error.category,
            "code": error.code,
            "status": error.status,
            "request_id": error.request_id,
            "message": error.message,
            "retry_after_ms": None if error.retry_after is None else error.retry_after * 1e3,
            "display": str(error),
            "trail": None if error.trail is None else error.trail.to_dict(),
        }
    }


def check_recorder(
    client: reqtrail.Client | reqtrail.AsyncClient, line: dict[str, Any], request: dict[str, Any], results: list[Any]
) -> list[Any]:
    """Returns the results of a request's calls, after a check that the client's recorder finds the same trails."""
    # Other calls may have displaced them: a recorder keeps 64 of each sort.
    if request.get("concurrency", 1) > 1 or len(results) > 64:
        return results
    keeps = ((line.get("client") or {}).get("options") or {}).get("recorder", True)
    for result in results:
        [outcome] = result.values()
        if (trail := outcome["trail"]) is not None:
            found = [one.to_dict() for one in client.recorder.find(trail["call_id"])]
            if found != ([trail] if keeps else []):
                outcome["trail"] = f"the recorder has {found}; expected {trail}"
    return results


def _seen(request: testing.Request) -> dict[str, Any]:
    """Converts a request of a mock."""
    return {
        "method": request.method,
        "target": request.target,
        "path": request.path,
        "query": request.query,
        "headers": request.headers.multi_items(),
        "base64": base64.b64encode(request.body).decode(),
        "exchange": request.exchange,
        "at_ms": request.at * 1e3,
    }


def write(id: Any, results: list[dict[str, Any]], mock: testing.Mock | None) -> None:
    answer: dict[str, Any] = {"id": id, "results": results}
    if mock is not None:
        answer |= {"requests": [_seen(request) for request in mock.requests], "problems": mock.problems}
    print(json.dumps(answer), flush=True)
