"""A little OpenStack on loopback: Keystone, and a Cinder on which no volume fits."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

VOLUME = "f70f9d0a-c5dd-4cbb-b66c-86922993abef"
CREATION = "req-0fb4c369-c169-40ac-b4f5-a43035603157"
NO_HOST = "schedule allocate volume:Could not find any available weighted backend."
TOKEN, PASSWORD = "gAAAAA-t1", "hunter2"


class LittleCloud(BaseHTTPRequestHandler):
    """It has one volume, `data`, whose creation failed, and neither servers nor images."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    hang: ClassVar[threading.Event | None] = None
    services: ClassVar[Mapping[str, str]] = {}

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

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/volumes"):
            volume = {"id": VOLUME, "name": "data", "status": "creating"}
            return self.answer(202, {"volume": volume}, X_Openstack_Request_Id=CREATION)
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        catalog = [
            {"type": name, "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": here + path}]}
            for name, path in self.services.items()
        ]
        token = {"catalog": catalog, "project": {"id": "p1", "name": "prod"}}
        self.answer(201, {"token": token}, X_Subject_Token=TOKEN)

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.hang is not None:
            self.hang.wait()
        volume = {"id": VOLUME, "name": "data", "status": "error", "size": 100, "attachments": []}
        message = {"id": "m1", "user_message": NO_HOST, "request_id": CREATION, "resource_uuid": VOLUME}
        message |= {"event_id": "VOLUME_VOLUME_001_003", "message_level": "ERROR", "resource_type": "VOLUME"}
        message |= {"created_at": "2026-11-21T21:00:00.000000"}
        path, _, query = self.path.partition("?")
        match path.strip("/").split("/"):
            case ["volume", _, _, "volumes"]:
                wanted = "name=" not in query or "name=data" in query
                self.answer(200, {"volumes": [volume] if wanted else []})
            case ["volume", _, _, "volumes", id] if id == VOLUME:
                self.answer(200, {"volume": volume})
            case ["volume", _, _, "volumes", id]:
                message = f"Volume {id} could not be found."
                self.answer(404, {"itemNotFound": {"code": 404, "message": message}})
            case ["volume", _, _, "messages"]:
                self.answer(200, {"messages": [message]})
            case ["compute", _, "servers"]:
                self.answer(200, {"servers": []})
            case ["image", _, "images"]:
                self.answer(200, {"images": []})
            case _:
                self.answer(404, {"itemNotFound": {"code": 404, "message": "no such thing"}})


CINDER = {"volumev3": "/volume/v3/p1"}
ALL = {"compute": "/compute/v2.1", **CINDER, "image": "/image/v2"}


@contextmanager
def serving(services: Mapping[str, str] = ALL) -> Iterator[Any]:
    """Serves a cloud whose catalog has these services, with their paths."""
    handler = type("OwnCloud", (LittleCloud,), {"seen": [], "hang": None, "services": services})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        if handler.hang is not None:  # type: ignore[attr-defined]
            handler.hang.set()  # type: ignore[attr-defined]
        server.shutdown()


def url(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def environment(server: Any) -> dict[str, str]:
    """What a user's openrc sets for the cloud."""
    names = {"OS_PROJECT_NAME": "prod", "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default"}
    return {"OS_AUTH_URL": f"{url(server)}/v3", "OS_USERNAME": "demo", "OS_PASSWORD": PASSWORD, **names}
