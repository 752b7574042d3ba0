"""Checks that an installed wheel works at all, with only the standard library: smoke.py

It runs with the interpreters that the whole suite does not run with.
"""

import asyncio
import pickle
import platform
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import reqtrail
from reqtrail.testing import Mock


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"ok":true}'
        self.send_response(200 if self.path == "/ok" else 404)
        self.send_header("X-Request-Id", "req_1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def check(url: str) -> None:
    with reqtrail.Client(url) as client:
        response = client.get("/ok")
        assert (response.status, response.request_id, response.json()) == (200, "req_1", {"ok": True})
        try:
            client.get("/missing")
        except reqtrail.NotFoundError as error:
            again = pickle.loads(pickle.dumps(error))
        assert type(again) is reqtrail.NotFoundError and again.request_ids == ("req_1",)
        assert again.trail.to_json() and "FAILED: api (404)" in str(again.trail)
    asyncio.run(check_asyncio(url))
    with Mock() as mock:
        mock.get("/cameras").replies(429, code="rate_limited", retry_after=30).then(200, json=[])
        assert mock.client().get("/cameras").json() == []


async def check_asyncio(url: str) -> None:
    async with reqtrail.AsyncClient(url) as client:
        responses = await asyncio.gather(*(client.get("/ok") for _ in range(10)))
        assert [response.request_id for response in responses] == ["req_1"] * 10


def check_command() -> None:
    script = Path(sys.executable).with_name("reqtrail")
    for command in ([script], [sys.executable, "-m", "reqtrail"]):
        ran = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=60)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"reqtrail {reqtrail.__version__}\n", "")


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    check(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
check_command()
print(f"reqtrail {reqtrail.__version__} works with Python {platform.python_version()}")
