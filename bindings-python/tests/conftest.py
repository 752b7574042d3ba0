"""A small server on loopback. Every path does what its name says."""

import itertools
import json
import socket
import socketserver
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import sandbox as sandboxes


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("X-Request-Id", f"req_{next(self.server.ids):08}")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        path, _, query = self.path.partition("?")
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        error = {"error": {"code": "not_found", "message": "no such camera"}}
        match path.strip("/").split("/"):
            case ["ok"]:
                self.answer(200, {"ok": True, "query": query})
            case ["echo"]:
                self.answer(200, body)
            case ["two"]:
                self.answer(200, {}, X_Many="one", x_many="two", Set_Cookie="s3cr3t")
            case ["text", *_]:
                self.answer(200, b"\xff not text")
            case ["words"]:
                words = b'{"error":"not_found","message":"caf\xe9 \\ud800"}'
                self.answer(404, words, Content_Type="application/json; charset=latin1")
            case ["marked"]:
                self.answer(404, b'\xef\xbb\xbf{"error": "not_found"}')
            case ["html"]:
                self.answer(404, b"<h1>")
            case ["tagged"]:
                current = self.headers.get("If-None-Match") == '"v1"'
                self.answer(
                    304 if current else 200,
                    b"" if current else b"caf\xe9",
                    ETag='"v1"',
                    Content_Type="text/plain; charset=latin1",
                )
            case ["missing"]:
                self.answer(404, error)
            case ["busy"]:
                self.answer(503, {"error": "service_unavailable"}, Retry_After="0")
            case ["wait"]:
                self.answer(503, {"error": "service_unavailable"}, Retry_After="30")
            case ["once", key]:
                with self.server.lock:
                    first = key not in self.server.met
                    self.server.met.add(key)
                self.answer(503 if first else 200, {}, **({"Retry_After": "0"} if first else {}))
            case ["private"]:
                good = self.headers.get("Authorization") == "Bearer good"
                self.answer(200 if good else 401, {} if good else {"error": "invalid_token"})
            case ["repeats", name]:
                given = self.headers.get(name)
                self.answer(400, {"error": {"code": "invalid", "message": f"not with {given}"}})
            case ["stall"]:
                self.server.stop.wait(20)
                self.close_connection = True
            case ["slow"]:
                time.sleep(0.05)
                self.answer(200, {})
            case _:
                self.answer(404, error)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = handle_any


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: Any = ("127.0.0.1", 0), handler: type[Handler] = Handler) -> None:
        super().__init__(address, handler)
        self.ids = itertools.count(1)
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.met: set[str] = set()
        self.lock = threading.Lock()
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # tests let clients disconnect in the middle


class UnixHandler(Handler):
    disable_nagle_algorithm = False


class UnixServer(Server):
    """The same server on a Unix socket."""

    address_family = socket.AF_UNIX
    # HTTPServer's own `server_bind` expects a host and a port.
    server_bind = socketserver.TCPServer.server_bind

    def __init__(self, path: str) -> None:
        super().__init__(path, UnixHandler)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stop.set()
            server.shutdown()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@pytest.fixture
def unix_server() -> Iterator[Server]:
    # The path must be short: an address holds about 100 bytes.
    with tempfile.TemporaryDirectory() as folder, serving(UnixServer(f"{folder}/api.sock")) as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    return server.url


@pytest.fixture
def sandbox() -> Iterator[sandboxes.Sandbox]:
    with sandboxes.running() as sandbox:
        yield sandbox
