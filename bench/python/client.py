"""One client: the whole body and the request ID of every call.

`client.py NAME WORKLOAD CONCURRENCY URL --seconds=S` or `… --requests=N`; the workloads are in bench/common/plan.py.
Peers are used as their documentation says for many requests, with a pool that is large enough for the workers; what
they have beyond that (cookies, retries, redirects) stays at its default.
"""

import argparse
import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

from measure import Meter, Plan, tasks, threads

JSON = {"content-type": "application/json"}
PAYLOAD = b'"' + b"x" * 1022 + b'"'
ATTEMPTS = 32
"""Enough that no call of the retry workload ends without an answer."""
PATHS = {"post": ("/post", 0), "large": ("/large", 1024 * 1024), "retry": ("/retry", 1024)}


@dataclass(frozen=True)
class Work:
    """One workload on one server."""

    name: str
    base: str
    path: str
    length: int
    ca: str

    @property
    def url(self) -> str:
        return self.base + self.path

    @property
    def post(self) -> bool:
        return self.name == "post"

    def only(self, *names: str) -> None:
        """Refuses the workloads that the client is not written for here."""
        if self.name not in names:
            raise SystemExit(f"it has no workload {self.name}")


def _options(work: Work) -> dict[str, Any]:
    """Only the retry workload sets options: waits as short as the peers', and no budget."""
    if work.name != "retry":
        return {}
    return {"max_attempts": ATTEMPTS, "base_delay": 0.001, "max_delay": 0.001, "retry_budget": None}


def reqtrail(work: Work, plan: Plan) -> Any:
    from reqtrail import Client

    client, path = Client(work.base, **_options(work)), work.path

    def post() -> int:
        response = client.post(path, content=PAYLOAD, headers=JSON)
        assert response.request_id
        return len(response.content)

    def get() -> int:
        response = client.get(path)
        assert response.request_id
        return len(response.content)

    return threads(plan, post if work.post else get)


def requests(work: Work, plan: Plan) -> Any:
    work.only("get")
    import requests

    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=plan.concurrency))
    url = work.url

    def call() -> int:
        response = session.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def niquests(work: Work, plan: Plan) -> Any:
    work.only("get")
    import niquests

    session = niquests.Session(pool_maxsize=plan.concurrency)
    url = work.url

    def call() -> int:
        response = session.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def httpx(work: Work, plan: Plan) -> Any:
    work.only("get")
    import httpx

    client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=plan.concurrency))
    url = work.url

    def call() -> int:
        response = client.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


def urllib3(work: Work, plan: Plan) -> Any:
    work.only("get", "retry")
    import urllib3

    pool, url = urllib3.PoolManager(maxsize=plan.concurrency), work.url
    if work.name == "retry":
        pool.connection_pool_kw["retries"] = urllib3.Retry(total=ATTEMPTS - 1, status_forcelist=[503], backoff_factor=0)

    def call() -> int:
        response = pool.request("GET", url)
        assert response.headers["x-request-id"]
        return len(response.data)

    return threads(plan, call)


def pycurl(work: Work, plan: Plan) -> Any:
    work.only("get", "tls", "post", "large", "h2")
    import threading

    local = threading.local()

    def call() -> int:
        try:
            transfer = local.transfer
        except AttributeError:
            # A handle is not shared between threads.
            transfer = local.transfer = Transfer(work)
        transfer.request_id = b""
        body = transfer.curl.perform_rb()
        assert transfer.request_id
        return len(body)

    return threads(plan, call)


class Transfer:
    """A handle of curl, and the header that is read off its response."""

    def __init__(self, work: Work) -> None:
        import pycurl

        self.request_id = b""
        self.curl = pycurl.Curl()
        self.curl.setopt(pycurl.URL, work.url)
        self.curl.setopt(pycurl.NOSIGNAL, True)
        self.curl.setopt(pycurl.CAINFO, work.ca)
        if work.post:
            self.curl.setopt(pycurl.POSTFIELDS, PAYLOAD)
            self.curl.setopt(pycurl.HTTPHEADER, ["content-type: application/json"])
        self.curl.setopt(pycurl.HEADERFUNCTION, self._header)

    def _header(self, line: bytes) -> None:
        if line[:13].lower() == b"x-request-id:":
            self.request_id = line[13:].strip()


def pyreqwest(work: Work, plan: Plan) -> Any:
    work.only("get")
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()
    url = work.url

    def call() -> int:
        response = client.get(url).build().send()
        assert response.get_header("x-request-id")
        return len(response.bytes())

    return threads(plan, call)


def curl_cffi(work: Work, plan: Plan) -> Any:
    work.only("get")
    from curl_cffi import requests

    # A session has a handle of curl for each thread.
    session, url = requests.Session(), work.url

    def call() -> int:
        response = session.get(url)
        assert response.headers["x-request-id"]
        return len(response.content)

    return threads(plan, call)


async def reqtrail_async(work: Work, plan: Plan) -> Any:
    from reqtrail import AsyncClient

    path = work.path
    async with AsyncClient(work.base, **_options(work)) as client:

        async def post() -> int:
            response = await client.post(path, content=PAYLOAD, headers=JSON)
            assert response.request_id
            return len(response.content)

        async def get() -> int:
            response = await client.get(path)
            assert response.request_id
            return len(response.content)

        return await tasks(plan, post if work.post else get)


async def aiohttp(work: Work, plan: Plan) -> Any:
    work.only("get", "tls", "post", "large")
    import aiohttp

    url = work.url
    async with aiohttp.ClientSession() as session:

        async def call() -> int:
            async with session.get(url) as response:
                assert response.headers["x-request-id"]
                return len(await response.read())

        async def post() -> int:
            async with session.post(url, data=PAYLOAD, headers=JSON) as response:
                assert response.headers["x-request-id"]
                return len(await response.read())

        return await tasks(plan, post if work.post else call)


async def httpx_async(work: Work, plan: Plan) -> Any:
    work.only("get")
    import httpx

    url = work.url
    limits = httpx.Limits(max_keepalive_connections=plan.concurrency)
    async with httpx.AsyncClient(limits=limits) as client:

        async def call() -> int:
            response = await client.get(url)
            assert response.headers["x-request-id"]
            return len(response.content)

        return await tasks(plan, call)


async def pyreqwest_async(work: Work, plan: Plan) -> Any:
    work.only("get", "tls", "h2", "large")
    from pyreqwest.client import ClientBuilder

    url = work.url
    # It does not offer HTTP/2 by default.
    builder = ClientBuilder().http2(True) if work.name == "h2" else ClientBuilder()
    async with builder.build() as client:

        async def call() -> int:
            response = await client.get(url).build().send()
            assert response.get_header("x-request-id")
            return len(await response.bytes())

        return await tasks(plan, call)


def pycurl_multi(work: Work, plan: Plan) -> Any:
    """Many transfers on one thread, without asyncio: what curl itself has for that."""
    work.only("get")
    import pycurl

    multi = pycurl.CurlMulti()
    transfers: dict[pycurl.Curl, tuple[Transfer, list[bytes]]] = {}
    for _ in range(plan.concurrency):
        transfer = Transfer(work)
        body: list[bytes] = []
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
                assert transfer.request_id and sum(map(len, body)) == work.length
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
    "curl_cffi": curl_cffi,
    "reqtrail-async": reqtrail_async,
    "aiohttp": aiohttp,
    "httpx-async": httpx_async,
    "pyreqwest-async": pyreqwest_async,
    "pycurl-multi": pycurl_multi,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CLIENTS)
    parser.add_argument("workload")
    parser.add_argument("concurrency", type=int)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=0, help="exactly that many, without a warm-up")
    given = parser.parse_args()
    path, length = PATHS.get(given.workload, ("/events", 1024))
    work = Work(given.workload, given.url, path, length, os.environ.get("BENCH_CA", ""))
    figures = CLIENTS[given.name](work, Plan(given.concurrency, given.seconds, given.requests, length))
    if asyncio.iscoroutine(figures):
        figures = asyncio.run(figures)
    print(json.dumps(figures), flush=True)
    # The end of an interpreter is not what is measured, and pyreqwest's threads sometimes make it an abort.
    os._exit(0)


if __name__ == "__main__":
    main()
