"""Creates a volume that fits nowhere with both clients of the Python package, and prints the results.

volume.py SIZE NAME: the cloud is that of the environment. One JSON document a client goes to standard output.
"""

import asyncio
import json
import sys
from typing import Any

from reqtrail.openstack import ActionFailedError, AsyncResources, Cloud, Progress, Resources

SIZE, NAME = sys.argv[1:]
VOLUME: Any = {"json": {"volume": {"size": int(SIZE), "name": NAME}}}
OPTIONS: Any = {"service": "volume", "attempt_timeout": 60, "timeout": 120}


def tell(failed: ActionFailedError, seen: list[Progress]) -> None:
    report = failed.report
    outcome = {"message": str(failed), "report": report.to_dict(), "text": report.report(), "polls": len(seen)}
    print(json.dumps({**outcome, "verdict": report.verdict}), flush=True)


def sync() -> None:
    seen: list[Progress] = []
    with Cloud.from_env().connect().client(**OPTIONS) as client:
        accepted = client.post("/volumes", **VOLUME)
        try:
            Resources(client).follow(accepted, poll_interval=0.2, max_poll_interval=1, on_progress=seen.append)
        except ActionFailedError as failed:
            tell(failed, seen)


async def asynchronous() -> None:
    seen: list[Progress] = []
    connection = await Cloud.from_env().connect_async()
    async with await connection.async_client(**OPTIONS) as client:
        accepted = await client.post("/volumes", **VOLUME)
        try:
            resources = AsyncResources(client)
            await resources.follow(accepted, poll_interval=0.2, max_poll_interval=1, on_progress=seen.append)
        except ActionFailedError as failed:
            tell(failed, seen)


sync()
asyncio.run(asynchronous())
