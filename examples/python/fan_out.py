"""Many calls at once with one client. Each failure is reported with its request IDs, and does not stop the others.

REQTRAIL_BASE_URL and REQTRAIL_TOKEN say which NovaVMS to call.
"""

import asyncio
import os
import sys
from typing import Any

import reqtrail

# A client opens a connection for each concurrent call, so the program limits the number to what its API can take.
AT_ONCE = 8


async def main() -> int:
    base_url, token = os.environ["REQTRAIL_BASE_URL"], os.environ["REQTRAIL_TOKEN"]
    async with reqtrail.AsyncClient.novavms(base_url, token=token) as client:
        listed = await client.get("/cameras", query={"limit": 100})
        ids = [camera["id"] for camera in listed.json()["data"]]
        places = asyncio.Semaphore(AT_ONCE)

        async def camera(id: str) -> Any:
            async with places:
                return (await client.get("/cameras/{id}", params={"id": id})).json()

        # In a TaskGroup, the first failure cancels the others. With gather, each failure is a result.
        results = await asyncio.gather(*map(camera, ids), return_exceptions=True)

    failed = 0
    for id, result in zip(ids, results, strict=True):
        if isinstance(result, reqtrail.ReqtrailError):
            failed += 1
            print(f"camera {id}: {result}", file=sys.stderr)
        elif isinstance(result, BaseException):
            raise result
        else:
            print(f"{result['name']}: {result['status']}")
    print(f"{len(ids) - failed} of {len(ids)} cameras answered")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
