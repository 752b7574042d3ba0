"""One client: GETs with keep-alive, the whole body, the request ID. `client.py NAME CONCURRENCY URL --seconds S`.

Peers are used as their documentation says for many requests, with a pool that is large enough for the workers; what
they have beyond that (cookies, retries, redirects) stays at its default.
"""

import argparse
import asyncio
import json
import os
from typing import Any

from measure import BODY, Meter, Plan, tasks, threads

PATH = "/events"


def reqtrail(url: str, plan: Plan) -> Any:
    from reqtrail import Client

    client = Client(url)

    def call() -> int:
        response = client.get(PATH)
        assert response.request_id
        return len(response.content)

    return threads(plan, call)


def requests(url: str, plan: Plan) -> Any:
    import requests

    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=plan.concurrency))
    url += PATH

    def call() -> int:
        response = session.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def niquests(url: str, plan: Plan) -> Any:
    import niquests

    session = niquests.Session(pool_maxsize=plan.concurrency)
    url += PATH

    def call() -> int:
        response = session.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def httpx(url: str, plan: Plan) -> Any:
    import httpx

    client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=plan.concurrency))
    url += PATH

    def call() -> int:
        response = client.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def urllib3(url: str, plan: Plan) -> Any:
    import urllib3

    pool = urllib3.PoolManager(maxsize=plan.concurrency)
    url += PATH

    def call() -> int:
        response = pool.request("GET", url)
        assert response.headers["x-request-id"]
        return len(response.data)

    return threads(plan, call)


def pycurl(url: str, plan: Plan) -> Any:
    import threading

    local = threading.local()

    def call() -> int:
        try:
            transfer = local.transfer
        except AttributeError:
            # A handle is not shared between threads.
            transfer = local.transfer = Transfer(url)
        transfer.request_id = b""
        body = transfer.curl.perform_rb()
        assert transfer.request_id
        return len(body)

    return threads(plan, call)


class Transfer:
    """A handle of curl, and the header that is read off its response."""

    def __init__(self, url: str) -> None:
        import pycurl

        self.request_id = b""
        self.curl = pycurl.Curl()
        self.curl.setopt(pycurl.URL, url + PATH)
        self.curl.setopt(pycurl.NOSIGNAL, True)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._header)

    def _header(self, line: bytes) -> None:
        if line[:13].lower() == b"x-request-id:":
            self.request_id = line[13:].strip()


def pyreqwest(url: str, plan: Plan) -> Any:
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()
    url += PATH

    def call() -> int:
        response = client.get(url).build().send()
        assert response.get_header("x-request-id")
        return len(response.bytes())

    return threads(plan, call)


async def reqtrail_async(url: str, plan: Plan) -> Any:
    from reqtrail import AsyncClient

    async with AsyncClient(url) as client:

        async def call() -> int:
            response = await client.get(PATH)
            assert response.request_id
            return len(response.content)

        return await tasks(plan, call)


async def aiohttp(url: str, plan: Plan) -> Any:
    import aiohttp

    url += PATH
    async with aiohttp.ClientSession() as session:

        async def call() -> int:
            async with session.get(url) as response:
                assert response.headers["x-request-id"]
                return len(await response.read())

        return await tasks(plan, call)


async def httpx_async(url: str, plan: Plan) -> Any:
    import httpx

    url += PATH
    limits = httpx.Limits(max_keepalive_connections=plan.concurrency)
    async with httpx.AsyncClient(limits=limits) as client:

        async def call() -> int:
            response = await client.get(url)
            assert response.headers["x-request-id"]
            return len(response.content)

        return await tasks(plan, call)


async def pyreqwest_async(url: str, plan: Plan) -> Any:
    from pyreqwest.client import ClientBuilder

    url += PATH
    async with ClientBuilder().build() as client:

        async def call() -> int:
            response = await client.get(url).build().send()
            assert response.get_header("x-request-id")
            return len(await response.bytes())

        return await tasks(plan, call)


def pycurl_multi(url: str, plan: Plan) -> Any:
    """Many transfers on one thread, without asyncio: what curl itself has for that."""
    import pycurl

    multi = pycurl.CurlMulti()
    transfers: dict[pycurl.Curl, tuple[Transfer, list[bytes]]] = {}
    for _ in range(plan.concurrency):
        transfer, body = Transfer(url), []
        transfer.curl.setopt(pycurl.WRITEFUNCTION, body.append)
        transfers[transfer.curl] = transfer, body

    def run(plan: Plan) -> int:
        more, count, running = plan.start(), 0, plan.concurrency
        for curl in transfers:
            multi.add_handle(curl)
        while running:
            multi.perform()
            _, done, failed = multi.info_read()
            assert not failed, failed
            for curl in done:
                multi.remove_handle(curl)
                transfer, body = transfers[curl]
                assert transfer.request_id and sum(map(len, body)) == BODY
                transfer.request_id = b""
                body.clear()
                count += 1
                # A worker's share is counted over all of them.
                if more(count // plan.concurrency):
                    multi.add_handle(curl)
                else:
                    running -= 1
            if not done:
                multi.select(1.0)
        return count

    run(plan.warm_up())
    meter = Meter()
    return meter.figures(run(plan))


CLIENTS = {
    "reqtrail": reqtrail,
    "requests": requests,
    "httpx": httpx,
    "urllib3": urllib3,
    "pycurl": pycurl,
    "pyreqwest": pyreqwest,
    "niquests": niquests,
    "reqtrail-async": reqtrail_async,
    "aiohttp": aiohttp,
    "httpx-async": httpx_async,
    "pyreqwest-async": pyreqwest_async,
    "pycurl-multi": pycurl_multi,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CLIENTS)
    parser.add_argument("concurrency", type=int)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=0, help="exactly that many, without a warm-up")
    given = parser.parse_args()
    plan = Plan(given.concurrency, given.seconds, given.requests)
    figures = CLIENTS[given.name](given.url, plan)
    if asyncio.iscoroutine(figures):
        figures = asyncio.run(figures)
    print(json.dumps(figures), flush=True)
    # The end of an interpreter is not what is measured, and pyreqwest's threads sometimes make it an abort.
    os._exit(0)


if __name__ == "__main__":
    main()
