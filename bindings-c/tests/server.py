"""A small server for the tests in C, on loopback and on a Unix socket. Every path does what its name says.

It prints its URL and the path of its socket, and ends when its standard input closes.
"""

import itertools
import json
import socket
import socketserver
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

SERVER = "c76a7603-95be-4368-87e9-7b9b89fb1d7e"
MOVING = "c76a7603-95be-4368-87e9-7b9b89fb1d7f"
REBOOTED = "c76a7603-95be-4368-87e9-7b9b89fb1d80"
VOLUME = "86a92e20-c6ef-44cc-9712-5a931ec997fe"
BROKEN = "86a92e20-c6ef-44cc-9712-5a931ec997ff"
TWIN = "86a92e20-c6ef-44cc-9712-5a931ec99800"
RESIZE = "req-11111111-1111-4111-8111-111111111111"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    ids = itertools.count(1)
    turns = itertools.count()
    met: ClassVar[set[str]] = set()
    lock = threading.Lock()
    stop = threading.Event()

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response_only(status)
        if not any(name.lower().endswith("request_id") for name in headers):
            self.send_header("X-Request-Id", f"req_{next(self.ids):08}")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_any(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        match path.strip("/").split("/"):
            case ["ok"]:
                self.answer(200, {"ok": True, "query": query})
            case ["echo"]:
                self.answer(
                    200,
                    content,
                    X_Type=self.headers.get("Content-Type", "none"),
                    X_Key=self.headers.get("Idempotency-Key", ""),
                )
            case ["image"]:
                links = [{"rel": "self", "href": "http://10.0.0.9:9292/v2/"}]
                self.answer(300, {"versions": [{"id": "v2.17", "status": "CURRENT", "links": links}]})
            case ["head", name] | ["volume", "v3", "p1", "head", name]:
                self.answer(200, {"value": self.headers.get(name)})
            case ["refused", name]:
                self.answer(400, {"error": {"code": "invalid", "message": f"bad value {self.headers.get(name)}"}})
            case ["limits"]:
                self.answer(200, {}, X_RateLimit_Limit="100", X_RateLimit_Remaining="7", X_RateLimit_Reset="1900000000")
            case ["two"]:
                self.answer(200, {}, X_Many="one", x_many="two")
            case ["nul"]:
                self.answer(200, b"a\0b")
            case ["text"]:
                self.answer(200, b"\xff is not text")
            case ["words"]:
                words = b'{"error":"not_found","message":"caf\xe9 \\ud800"}'
                self.answer(404, words, Content_Type="application/json; charset=latin1")
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
            case ["missing", *_]:
                self.answer(404, {"error": {"code": "not_found", "message": "no such camera"}})
            case ["acme"]:
                self.answer(409, {"fault": {"id": "TAKEN", "why": "it is taken"}}, X_Acme_Request_Id="acme-1")
            case ["busy"]:
                self.answer(503, {"error": "service_unavailable"}, Retry_After="0")
            case ["once", key]:
                with self.lock:
                    first = key not in self.met
                    self.met.add(key)
                self.answer(503 if first else 200, {}, **({"Retry_After": "0"} if first else {}))
            case [*_, "expired"]:
                # Every other answer makes the client sign in again.
                self.nova(200 if next(self.turns) % 2 else 401, {})
            case ["private"]:
                good = self.headers.get("Authorization") == "Bearer good"
                self.answer(200 if good else 401, {} if good else {"error": "invalid_token"})
            case ["stall"]:
                self.stall()
            case ["v3", "auth", "tokens"]:
                self.sign_in(json.loads(content)["auth"])
            case [*_, "volumes"] if self.command == "GET" and "name=stalls" in query:
                self.stall()
            case [*_, "volumes"] if self.command == "GET":
                name = query.partition("name=")[2].partition("&")[0]
                found = {"data": [BROKEN], "twins": [BROKEN, TWIN]}.get(name, [])
                self.nova(200, {"volumes": [{"id": volume, "name": name} for volume in found]})
            case [*_, "volumes", volume] if volume == BROKEN:
                self.nova(200, {"volume": {"id": BROKEN, "name": "data", "status": "error", "size": 1}})
            case [*_, "messages"] if BROKEN in query:
                note = {"id": "m", "user_message": "no space", "request_id": RESIZE, "resource_uuid": BROKEN}
                self.nova(200, {"messages": [note]})
            case [*_, "volumes"]:
                self.answer(202, {"volume": {"id": VOLUME}}, X_Openstack_Request_Id=RESIZE)
            case [*_, "volumes", _, "action"]:
                self.answer(202, {}, X_Openstack_Request_Id=RESIZE)
            case [*_, "volumes", volume] if volume == VOLUME:
                self.nova(200, {"volume": {"id": VOLUME, "status": "available", "size": 1}})
            case [*_, "messages"]:
                note = {"id": "m", "user_message": "no space", "request_id": RESIZE, "resource_uuid": VOLUME}
                self.nova(
                    200, {"messages": [note, note | {"id": "n", "request_id": "req-1", "user_message": "another's"}]}
                )
            case [*_, "servers", server, "action"]:
                self.answer(202, {}, X_Openstack_Request_Id=RESIZE)
            case [*_, "servers", server, "os-instance-actions"]:
                self.nova(200, {"instanceActions": [self.action(server)]})
            case [*_, "servers", server, "os-instance-actions", _]:
                self.nova(200, {"instanceAction": {**self.action(server), **self.steps(server)}})
            case [*_, "servers", server] if server in (SERVER, MOVING, REBOOTED):
                task = "resize_prep" if server == MOVING else None
                self.nova(200, {"server": {"id": server, "status": "ACTIVE", "OS-EXT-STS:task_state": task}})
            case [*_, "servers"]:
                servers: list[Any] = [{"id": SERVER, "name": "web"}] if "name=%5Eweb%24" in self.path else []
                self.nova(200, {"servers": servers})
            case [*_, "servers", _]:
                self.nova(404, {"itemNotFound": {"code": 404, "message": "no such server"}})
            case _:
                self.answer(404, {"error": {"code": "not_found", "message": "no such path"}})

    def stall(self) -> None:
        self.stop.wait(20)
        self.close_connection = True

    def nova(self, status: int, body: Any) -> None:
        self.answer(status, body, X_Openstack_Request_Id=f"req-00000000-0000-4000-8000-{next(self.ids):012}")

    def action(self, server: str) -> dict[str, Any]:
        return {"action": "resize", "instance_uuid": server, "request_id": RESIZE, "start_time": "2026-11-21T21:00:00"}

    def steps(self, server: str) -> dict[str, Any]:
        """The resize of one server has failed, that of another is under way, and the third was rebooted."""
        if server == REBOOTED:
            times = {"start_time": "2026-11-21T21:00:00", "finish_time": "2026-11-21T21:00:01"}
            return {"action": "reboot", "events": [{"event": "compute_reboot_instance", "result": "Success", **times}]}
        failed = server == SERVER
        event: dict[str, str | None] = {
            "event": "cold_migrate",
            "start_time": "2026-11-21T21:00:00",
            "finish_time": "2026-11-21T21:00:01" if failed else None,
            "result": "Error" if failed else None,
            "details": "No valid host was found.",
        }
        return {"message": "Error" if failed else None, "events": [event]}

    def sign_in(self, auth: Any) -> None:
        if auth["identity"].get("password", {}).get("user", {}).get("password") != "right":
            return self.answer(401, {"error": {"code": 401, "message": "no"}}, X_Openstack_Request_Id="req-refused")
        here = f"http://127.0.0.1:{self.connection.getsockname()[1]}"
        paths = {"compute": "/compute", "volumev3": "/volume/v3/%(project_id)s", "image": "/image"}
        token = {
            "catalog": [
                {"type": name, "endpoints": [{"interface": "public", "region_id": "One", "url": here + path}]}
                for name, path in paths.items()
            ],
            "expires_at": "2099-01-01T00:00:00Z",
            "user": {"id": "u1", "name": "demo"},
            "project": {"id": "p1", "name": "prod"},
        }
        self.answer(201, {"token": token}, X_Subject_Token="t-1", X_Openstack_Request_Id="req-signed-in")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = handle_any


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients go away in the middle, on purpose


class UnixHandler(Handler):
    disable_nagle_algorithm = False


class UnixServer(Server):
    address_family = socket.AF_UNIX
    # That of HTTPServer treats the address as host and port.
    server_bind = socketserver.TCPServer.server_bind


with (
    # The path must be short: a socket address has about 100 bytes.
    tempfile.TemporaryDirectory() as folder,
    Server(("127.0.0.1", 0), Handler) as server,
    UnixServer(f"{folder}/api.sock", UnixHandler) as local,  # type: ignore[arg-type] # an address of its family
):
    for one in (server, local):
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]} {local.server_address}", flush=True)
    sys.stdin.read()
    Handler.stop.set()
    server.shutdown()
    local.shutdown()
