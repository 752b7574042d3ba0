"""The project's sandbox, a small NovaVMS on loopback, as a separate process."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Sandbox:
    def __init__(self, ready: dict[str, str]) -> None:
        self.base_url = ready["base_url"]
        self.token = ready["token"]
        self.email = ready["email"]
        self.password = ready["password"]
        self._control_url = ready["control_url"]

    def inject(self, *incidents: str) -> None:
        """Queues incidents, in the syntax of the sandbox's command line."""
        self._control("POST", "incidents", list(incidents))

    def requests(self) -> list[dict[str, Any]]:
        """Returns the requests that the server has received."""
        requests: list[dict[str, Any]] = self._control("GET", "requests")["requests"]
        return requests

    @property
    def request_ids(self) -> list[str]:
        return [request["request_id"] for request in self.requests()]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the examples."""
        return {**os.environ, "REQTRAIL_BASE_URL": self.base_url, "REQTRAIL_TOKEN": self.token}

    def _control(self, method: str, what: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self._control_url}/{what}", data, method=method)
        # Does not use the environment's proxy for loopback.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=20) as answer:
            return json.load(answer)


@contextmanager
def running() -> Iterator[Sandbox]:
    program = os.environ.get("REQTRAIL_SANDBOX")
    if not program:
        raise RuntimeError("REQTRAIL_SANDBOX must name the program reqtrail-sandbox; scripts/test-python.sh does that")
    with subprocess.Popen([program, "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        yield Sandbox(json.loads(process.stdout.readline()))
        process.stdin.close()
