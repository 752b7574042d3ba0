"""The adapter of the synchronous client."""

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import reqtrail
from reqtrail import testing
from shared import check_recorder, client_options, failure, mock_of, request_options, success, write


def next_token(left: list[str]) -> Callable[[], str]:
    lock = threading.Lock()

    def refresh() -> str:
        with lock:
            if not left:
                raise LookupError("no token is left")
            return left.pop(0)

    return refresh


def one(client: reqtrail.Client, request: dict[str, Any]) -> dict[str, Any]:
    method, path, options = request_options(request)
    timer = None
    if request.get("cancel_after_ms") is not None:
        options["cancel"] = token = reqtrail.CancelToken()
        timer = threading.Timer(request["cancel_after_ms"] / 1e3, token.cancel)
        timer.start()
    try:
        return success(client.request(method, path, **options), request)
    except reqtrail.ReqtrailError as error:
        return failure(error)
    finally:
        if timer is not None:
            timer.join()


def play(line: dict[str, Any], mock: testing.Mock | None) -> list[dict[str, Any]]:
    try:
        base, options = client_options(line, next_token)
        client = reqtrail.Client(base, **options) if mock is None else mock.client(base, **{"dialect": None, **options})
    except reqtrail.ConfigError as error:
        return [failure(error) for call in line["calls"] for _ in range(call["request"].get("repeat", 1))]
    results: list[dict[str, Any]] = []
    with client:
        for call in line["calls"]:
            request = call["request"]
            repeat, concurrency = request.get("repeat", 1), request.get("concurrency", 1)
            with ThreadPoolExecutor(max(1, min(concurrency, repeat))) as pool:
                made = list(pool.map(lambda _, request=request: one(client, request), range(repeat)))
            results += check_recorder(client, line, request, made)
    return results


for text in sys.stdin:
    if text.strip():
        scenario = json.loads(text)
        mock = mock_of(scenario)
        write(scenario["id"], play(scenario, mock), mock)
