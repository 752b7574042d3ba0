"""Resizes a server to a flavor that fits nowhere with both clients of the Python package, and prints the results.

resize.py SERVER FLAVOR: the cloud is that of the environment. One JSON document a client goes to standard output.
"""

import asyncio
import json
import sys
from typing import Any

from reqtrail.openstack import ActionFailedError, AsyncCompute, Cloud, Compute, Progress

SERVER, FLAVOR = sys.argv[1:]
RESIZE: Any = {"params": {"id": SERVER}, "json": {"resize": {"flavorRef": FLAVOR}}}
OPTIONS: Any = {"attempt_timeout": 60, "timeout": 120}


def print_outcome(failed: ActionFailedError, seen: list[Progress], status: str, history: Any) -> None:
    report = failed.report
    print(
        json.dumps(
            {
                "message": str(failed),
                "report": report.to_dict(),
                "text": report.report(),
                "verdict": report.verdict,
                "polls": len(seen),
                "status": status,
                "history": history.to_dict(),
            }
        ),
        flush=True,
    )


def sync() -> None:
    seen: list[Progress] = []
    with Cloud.from_env().connect().client(**OPTIONS) as client:
        compute = Compute(client)
        status = compute.server(SERVER).status
        accepted = client.post("/servers/{id}/action", **RESIZE)
        try:
            compute.follow(SERVER, accepted, poll_interval=0.2, max_poll_interval=1, on_progress=seen.append)
        except ActionFailedError as failed:
            print_outcome(failed, seen, status, compute.explain(SERVER))


async def asynchronous() -> None:
    seen: list[Progress] = []
    connection = await Cloud.from_env().connect_async()
    async with connection.async_client(**OPTIONS) as client:
        compute = AsyncCompute(client)
        status = (await compute.server(SERVER)).status
        accepted = await client.post("/servers/{id}/action", **RESIZE)
        try:
            await compute.follow(SERVER, accepted, poll_interval=0.2, max_poll_interval=1, on_progress=seen.append)
        except ActionFailedError as failed:
            print_outcome(failed, seen, status, await compute.explain(SERVER))


sync()
asyncio.run(asynchronous())
