"""Clouds on loopback, for tests of connections and services."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from reqtrail.openstack import Cloud


class CloudHandler(BaseHTTPRequestHandler):
    """Answers in JSON. Keystone's answer to any credential is the catalog."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    hang: threading.Event | None = None
    """What requests wait for that a test holds back."""
    hung = threading.Event()
    """Whether one waits."""

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in {"X_Openstack_Request_Id": f"req-{len(self.seen)}", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hold(self) -> None:
        """Waits for the end of the test, if it holds requests back."""
        if self.hang is not None:
            self.hung.set()
            self.hang.wait()

    def here(self) -> str:
        return url_of(self.server)

    def catalog(self) -> list[Any]:
        """The services of the cloud."""
        return []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        token = {"catalog": self.catalog(), "project": {"id": "p1", "name": "prod"}}
        self.answer(201, {"token": token}, X_Subject_Token="t1")


@contextmanager
def serving(handler: type[CloudHandler], **own: Any) -> Iterator[Any]:
    """Serves with a handler that shares nothing with other tests. `own` are more of its attributes."""
    shared = {"seen": [], "hang": None, "hung": threading.Event(), **own}
    alone: Any = type("Own", (handler,), shared)
    with ThreadingHTTPServer(("127.0.0.1", 0), alone) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        if alone.hang is not None:
            alone.hang.set()
        server.shutdown()


def url_of(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def entry(server: Any, **settings: Any) -> dict[str, Any]:
    """The server's entry in `clouds.yaml`."""
    auth = {
        "auth_url": url_of(server),
        "application_credential_id": "c1",
        "application_credential_secret": "hunter2",
    }
    return {"auth_type": "v3applicationcredential", "auth": auth, **settings}


def cloud(server: Any, **settings: Any) -> Cloud:
    return Cloud(**entry(server, **settings))
