"""A little OpenStack on loopback: Keystone, and a Cinder on which no volume fits."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import clouds
from clouds import CloudHandler

VOLUME = "f70f9d0a-c5dd-4cbb-b66c-86922993abef"
CREATION = "req-0fb4c369-c169-40ac-b4f5-a43035603157"
NO_HOST = "schedule allocate volume:Could not find any available weighted backend."
PASSWORD = "hunter2"


class LittleCloud(CloudHandler):
    """It has one volume, `data`, whose creation failed, and neither servers nor images."""

    services: ClassVar[Mapping[str, str]] = {}

    def catalog(self) -> list[Any]:
        return [
            {"type": name, "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": self.here() + path}]}
            for name, path in self.services.items()
        ]

    def do_POST(self) -> None:
        if not self.path.endswith("/volumes"):
            return super().do_POST()
        self.rfile.read(int(self.headers["Content-Length"]))
        volume = {"id": VOLUME, "name": "data", "status": "creating"}
        self.answer(202, {"volume": volume}, X_Openstack_Request_Id=CREATION)

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.hold()
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


def serving(services: Mapping[str, str] = ALL) -> AbstractContextManager[Any]:
    """Serves a cloud whose catalog has these services, with their paths."""
    return clouds.serving(LittleCloud, services=services)


def environment(server: Any) -> dict[str, str]:
    """What a user's openrc sets for the cloud."""
    names = {"OS_PROJECT_NAME": "prod", "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default"}
    return {"OS_AUTH_URL": f"{clouds.url_of(server)}/v3", "OS_USERNAME": "demo", "OS_PASSWORD": PASSWORD, **names}
