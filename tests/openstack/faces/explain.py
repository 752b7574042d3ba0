"""Explains resources of a cloud with the Python package, also for asyncio, and prints the stories.

explain.py WHAT…: the cloud is that of the environment. One JSON document a story goes to standard output.
"""

import asyncio
import json
import sys

from reqtrail.openstack import Cloud, Story


def tell(story: Story) -> None:
    print(json.dumps({"story": story.to_dict(), "text": story.report(), "calls": len(story.trails)}), flush=True)


def sync() -> None:
    connection = Cloud.from_env().connect()
    for what in sys.argv[1:]:
        tell(connection.explain(what, timeout=120))


async def asynchronous() -> None:
    connection = await Cloud.from_env().connect_async()
    for what in sys.argv[1:]:
        tell(await connection.explain_async(what, timeout=120))


sync()
asyncio.run(asynchronous())
