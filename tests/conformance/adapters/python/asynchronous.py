"""The adapter of the client for asyncio."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import reqtrail
from reqtrail import testing
from shared import check_recorder, client_options, failure, mock_of, request_options, success, write


def next_token(left: list[str]) -> Callable[[], Awaitable[str]]:
    async def refresh() -> str:
        await asyncio.sleep(0)
        if not left:
            raise LookupError("no token is left")
        return left.pop(0)

    return refresh


async def one(client: reqtrail.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
    method, path, options = request_options(request)
    after = request.get("cancel_after_ms")
    try:
        if after is None:
            return success(await client.request(method, path, **options), request)
        # asyncio's own way to cancel.
        task = asyncio.create_task(client.request(method, path, **options))
        timer = asyncio.get_running_loop().call_later(after / 1e3, task.cancel)
        try:
            return success(await task, request)
        except asyncio.CancelledError as cancelled:
            # A call that ended before the cancel has no error. The scenario's times are wrong then.
            cause = cancelled.__cause__
            if not isinstance(cause, reqtrail.CancelledError):
                raise
            assert cause.trail is not None and cause.trail == cancelled.trail  # type: ignore[attr-defined]
            return failure(cause)
        finally:
            timer.cancel()
    except reqtrail.ReqtrailError as error:
        return failure(error)


async def play(line: dict[str, Any], mock: testing.Mock | None) -> list[dict[str, Any]]:
    try:
        base, options = client_options(line, next_token)
        if mock is None:
            client = reqtrail.AsyncClient(base, **options)
        else:
            client = mock.async_client(base, **{"dialect": None, **options})
    except reqtrail.ConfigError as error:
        return [failure(error) for call in line["calls"] for _ in range(call["request"].get("repeat", 1))]
    results: list[dict[str, Any]] = []
    async with client:
        for call in line["calls"]:
            request = call["request"]
            turn = asyncio.Semaphore(max(1, request.get("concurrency", 1)))

            async def in_turn(request: dict[str, Any] = request, turn: asyncio.Semaphore = turn) -> dict[str, Any]:
                async with turn:
                    return await one(client, request)

            made = await asyncio.gather(*(in_turn() for _ in range(request.get("repeat", 1))))
            results += check_recorder(client, line, request, list(made))
    return results


async def main() -> None:
    for text in sys.stdin:
        if text.strip():
            scenario = json.loads(text)
            mock = mock_of(scenario)
            write(scenario["id"], await play(scenario, mock), mock)


asyncio.run(main())
