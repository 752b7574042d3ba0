"""What the two Python adapters share: reading a scenario, its client and its requests, writing results.

The protocol is in ``docs/conformance.md``. An adapter uses only what an application could use.
"""

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

import reqtrail

TIMES = {
    "base_delay_ms": "base_delay",
    "max_delay_ms": "max_delay",
    "max_retry_after_ms": "max_retry_after",
    "attempt_timeout_ms": "attempt_timeout",
    "call_timeout_ms": "timeout",
    "connect_timeout_ms": "connect_timeout",
}
PLAIN = ("token", "max_attempts", "retry_budget", "max_body_bytes", "max_redirects", "microversion", "traceparent")
CLIENT_KEYS = {*TIMES, *PLAIN, "dialect", "tokens", "ca_pem", "base_path", "service", "options"}
REQUEST_TIMES = {"timeout_ms": "timeout", "attempt_timeout_ms": "attempt_timeout"}
REQUEST_PLAIN = ("params", "query", "headers", "json", "idempotent", "idempotency_key", "max_attempts")
REQUEST_KEYS = {
    *REQUEST_TIMES,
    *REQUEST_PLAIN,
    *("method", "path", "text", "base64", "cancel_after_ms", "parse", "repeat", "concurrency"),
    *("if_none_match", "options"),
}


def known(given: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    unknown = given.keys() - keys
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}")
    return given


def others(given: dict[str, Any]) -> dict[str, Any]:
    """The options that the format names nowhere else. What the package does not take is its own ``TypeError``."""
    options = dict(given.get("options") or {})
    for key in [key for key in options if key.endswith("_ms")]:
        value = options.pop(key)
        options[key.removesuffix("_ms")] = None if value is None else value / 1e3
    return options


def client_options(line: dict[str, Any], next_token: Callable[[list[str]], Any]) -> tuple[str, dict[str, Any]]:
    """The base URL and the options of a scenario's client."""
    given = known(line.get("client") or {}, CLIENT_KEYS)
    base = line["base_url"]
    if given.get("base_path") is not None:
        base = base.rstrip("/") + "/" + given["base_path"].lstrip("/")
    options = {name: given[name] for name in PLAIN if name in given}
    options |= {name: given[key] / 1e3 for key, name in TIMES.items() if given.get(key) is not None}
    if "dialect" in given:
        options["dialect"] = given["dialect"]
    if given.get("service", "compute") != "compute":
        options["service"] = given["service"]
    options |= others(given)
    if "tokens" in given:
        options["token_refresher"] = next_token(list(given["tokens"]))
    pem = line.get("ca_pem") or given.get("ca_pem")
    if pem is not None:
        options["extra_ca"] = pem
    return base, options


def request_options(request: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The method, the path and the options of a request."""
    known(request, REQUEST_KEYS)
    options = {name: request[name] for name in REQUEST_PLAIN if name in request}
    options |= {name: request[key] / 1e3 for key, name in REQUEST_TIMES.items() if request.get(key) is not None}
    if request.get("if_none_match") is not None:
        options["if_none_match"] = request["if_none_match"]
    options |= others(request)
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


def write(id: Any, results: list[dict[str, Any]]) -> None:
    print(json.dumps({"id": id, "results": results}), flush=True)
