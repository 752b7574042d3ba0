"""The client of selfcheck.py's checks. Uses only the standard library."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import NamedTuple

#: Nova's version has all fields of events, including `details`, and the expected names of flavors. Cinder's has
#: messages by request. Each service ignores the version of the other.
MICROVERSION = "compute 2.90, volume 3.50"
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: dict


def call(method: str, url: str, body: object = None, **headers: str) -> Answer:
    """Sends JSON and reads JSON. Header names have `_` instead of `-`."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    for name, value in {"Accept": "application/json", "Content-Type": "application/json", **headers}.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        response = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        text = response.read()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, names, json.loads(text) if text else {})


class Cloud:
    def __init__(self, facts: dict) -> None:
        self.facts = facts

    # Keystone

    def keystone(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return call(method, self.facts["keystone"]["endpoint"] + path, body, **headers)

    def authenticate(self, identity: dict, **more: object) -> Answer:
        return self.keystone("POST", "/auth/tokens", {"auth": {"identity": identity, **more}})

    def log_in(self, name: str) -> str:
        user = self.facts["users"][name]
        who = {"name": name, "password": user["password"], "domain": {"id": user["domain_id"]}}
        identity = {"methods": ["password"], "password": {"user": who}}
        answer = self.authenticate(identity, scope={"project": {"id": user["project_id"]}})
        assert answer.status == 201, answer
        return answer.headers["x-subject-token"]

    def log_in_with_credential(self, credential: dict) -> Answer:
        secret = {"id": credential["id"], "secret": credential["secret"]}
        return self.authenticate({"methods": ["application_credential"], "application_credential": secret})

    # Nova

    def ask(self, service: str, token: str, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Sends a request to any of the servers."""
        sent = {"X_Auth_Token": token, "OpenStack_API_Version": MICROVERSION, **headers}
        return call(method, self.facts[service]["endpoint"] + path, body, **sent)

    def nova(self, token: str, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return self.ask("nova", token, method, path, body, **headers)

    def create(self, token: str, flavor: str = "small", metadata: dict | None = None, **headers: str) -> Answer:
        server = {
            "name": "selfcheck",
            "imageRef": self.facts["image"],
            "flavorRef": self.facts["flavors"][flavor],
            "networks": [{"uuid": self.facts["network"]}],
            "metadata": metadata or {},
        }
        return self.nova(token, "POST", "/servers", {"server": server}, **headers)

    def settle(self, token: str, server_id: str) -> dict:
        """Waits until the server is in a final state, and returns it."""
        return until(
            lambda: self.nova(token, "GET", f"/servers/{server_id}").body["server"],
            lambda server: server["status"] in ("ACTIVE", "ERROR", "SHUTOFF") and not server["OS-EXT-STS:task_state"],
        )

    def boot(self, token: str, **how: object) -> dict:
        answer = self.create(token, **how)
        assert answer.status == 202, answer
        return self.settle(token, answer.body["server"]["id"])

    def act(self, token: str, server_id: str, action: dict, **headers: str) -> Answer:
        return self.nova(token, "POST", f"/servers/{server_id}/action", action, **headers)

    def resize(self, token: str, server_id: str, flavor: str, **headers: str) -> Answer:
        return self.act(token, server_id, {"resize": {"flavorRef": self.facts["flavors"][flavor]}}, **headers)


def until(look: Callable, good: Callable, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"still {seen} after {seconds} s"
        time.sleep(0.1)
    return seen


def new_request_id() -> str:
    return f"req-{uuid.uuid4()}"
