"""Starts services of OpenStack on loopback, prints their addresses as one line of JSON, and stops them when it ends.

It ends on SIGTERM or SIGINT, and when its standard input closes or its parent ends. Run it with the Python that
scripts/openstack_env.sh prints. The README in this folder has the details.
"""

import argparse
import importlib.util
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import world

HERE = Path(__file__).resolve().parent


class Failure(Exception):
    """An error that is printed without a traceback."""


class Stop(Exception):
    """Ends the program. The text is the reason."""


class Service:
    """One of the servers: a child process that ends when its pipe closes."""

    def __init__(self, name: str, port: int, logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self.stderr = logs / f"{name}.stderr"
        self.socket = listen(name, port)
        self.url = url_of(self.socket)
        self.facts: dict | None = None
        self.process: subprocess.Popen | None = None
        self._line = b""

    def start(self, arguments: list[str], environment: dict[str, str]) -> None:
        command = [sys.executable, str(HERE / f"{self.name}_server.py"), "--socket", str(self.socket.fileno())]
        with self.stderr.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*command, "--log", str(self.log), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                pass_fds=[self.socket.fileno()],
                # Ctrl-C in a terminal is for this process, which then ends the children.
                start_new_session=True,
            )
        self.socket.close()

    def read(self) -> None:
        """Reads from the child's stdout, which has the ready line."""
        part = os.read(self.process.stdout.fileno(), 65536)
        self._line += part
        if not part:
            raise Failure(f"{self.name} did not start:\n{self.last_words()}")
        if self._line.endswith(b"\n"):
            self.facts = json.loads(self._line)

    def check(self) -> None:
        if self.process.poll() is not None:
            raise Failure(f"{self.name} has ended with {self.process.returncode}:\n{self.last_words()}")

    def last_words(self) -> str:
        """Returns the ends of its stderr and its log, because the files may be removed."""
        written = [path.read_text(errors="replace") for path in (self.stderr, self.log) if path.exists()]
        lines = [line for text in written for line in text.splitlines()[-10:]]
        return "\n".join(lines) or "(no output)"

    def close(self) -> None:
        """Asks the child to end."""
        if self.process:
            self.process.stdin.close()

    def stop(self) -> None:
        if not self.process:
            return
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def listen(name: str, port: int) -> socket.socket:
    # Bound here before the servers start, so that each knows the addresses of the others, and a port in use is noticed
    # at once.
    taken = socket.socket()
    if port:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", port))
        taken.listen(128)
    except OSError as error:
        raise Failure(f"{name}: port {port}: {error.strerror}") from error
    return taken


def url_of(taken: socket.socket) -> str:
    return f"http://127.0.0.1:{taken.getsockname()[1]}"


class Watch:
    """Watches for the events that end this process."""

    def __init__(self, detached: bool) -> None:
        self.parent = None if detached else os.getppid()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @staticmethod
    def _on_signal(number: int, _frame: object) -> None:
        # Only the first signal counts: another one must not interrupt the cleanup.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Stop(signal.Signals(number).name)

    def wait(self, seconds: float, others: list[Service]) -> list[Service]:
        """Waits for output of the services. Raises `Stop` if it is time to end."""
        by_fd = {service.process.stdout.fileno(): service for service in others}
        stdin = [] if self.parent is None else [0]
        readable, _, _ = select.select([*by_fd, *stdin], [], [], seconds)
        if 0 in readable and not os.read(0, 4096):
            raise Stop("stdin was closed")
        if self.parent is not None and os.getppid() != self.parent:
            raise Stop("the parent has ended")
        return [by_fd[fd] for fd in readable if fd != 0]


#: The path of each service's API.
VERSIONS = {"nova": "/v2.1", "keystone": "/v3", "cinder": "/v3", "glance": "/v2", "neutron": "/v2.0"}


def entry(service: Service) -> dict:
    """Returns the part of a service in the ready line."""
    return {
        "endpoint": service.url + VERSIONS[service.name],
        "root": f"{service.url}/",
        "log": str(service.log),
        **{name: fact for name, fact in service.facts.items() if name not in world.CLOUD_FACTS},
    }


def ready_line(services: dict[str, Service], dead_url: str, seconds: float) -> dict:
    keystone = services["keystone"]
    users = {
        name: {
            "name": name,
            "password": user.password,
            "id": keystone.facts["user_ids"][name],
            "project": user.project,
            "project_id": world.PROJECTS[user.project].id,
            "roles": user.roles,
            "domain_id": world.DOMAIN,
        }
        for name, user in world.USERS.items()
    }
    credential = keystone.facts["application_credential"]
    return {
        "event": "ready",
        "pid": os.getpid(),
        **{name: entry(service) for name, service in services.items()},
        "region": world.REGION,
        "other_region": world.OTHER_REGION,
        "dead_endpoint": f"{dead_url}/v2.1",
        "projects": {name: project.id for name, project in world.PROJECTS.items()},
        "users": users,
        "application_credential": {**credential, "user": "member", "project": "main"},
        "fixed_tokens": world.FIXED_TOKENS,
        "image": world.IMAGE,
        **({"network": services["nova"].facts["network"]} if "nova" in services else {}),
        "flavors": {name: flavor.id for name, flavor in world.FLAVORS.items()},
        "volume_types": world.VOLUME_TYPES,
        "capacity_gb": world.CAPACITY_GB,
        "image_bytes": world.IMAGE_BYTES,
        "hosts": world.HOSTS,
        "start_seconds": round(seconds, 2),
    }


def run(args: argparse.Namespace, workspace: Path) -> None:
    began = time.monotonic()
    watch = Watch(args.detached)
    logs = args.log_dir.resolve() if args.log_dir else workspace
    logs.mkdir(parents=True, exist_ok=True)
    services = {name: Service(name, getattr(args, f"{name}_port"), logs) for name in args.services}
    # Bound, but never listening: connections are refused, and no other process can take the port.
    dead = socket.socket()
    dead.bind(("127.0.0.1", 0))

    facts = {
        "workspace": str(workspace),
        "dead-url": url_of(dead),
        # The catalog has all services, even those that are not started.
        **{f"{name}-url": services[name].url if name in services else url_of(dead) for name in world.SERVICES},
        "service-password": secrets.token_hex(16),
        "token-seconds": str(args.token_seconds),
    }
    arguments = [f"--{name}={value}" for name, value in facts.items()]
    environment = {
        **os.environ,
        # Temporary files of the services are removed with the workspace.
        "TMPDIR": str(workspace),
        # Compiling the imports takes as long as the rest of the start, so the result is kept, but outside the sources.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(Path(sys.prefix, "pycache")),
    }
    try:
        for service in services.values():
            service.start(arguments, environment)
        while waiting := [service for service in services.values() if service.facts is None]:
            if time.monotonic() - began > args.start_timeout:
                raise Failure(f"{waiting[0].name} was not ready within {args.start_timeout} s")
            for service in watch.wait(0.5, waiting):
                service.read()
        print(json.dumps(ready_line(services, url_of(dead), time.monotonic() - began)), flush=True)
        while True:
            watch.wait(0.5, [])
            # A test may stop or kill the other services.
            if "nova" in services:
                services["nova"].check()
    finally:
        # All at once, because each may take a while.
        for service in services.values():
            service.close()
        for service in services.values():
            service.stop()
        dead.close()


def names_of_services(text: str) -> list[str]:
    wanted = {*text.split(","), "keystone"}
    if unknown := wanted.difference(world.SERVICES):
        known = ", ".join(world.SERVICES)
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; expected some of {known}")
    return [name for name in world.SERVICES if name in wanted]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--services",
        type=names_of_services,
        default=world.SERVICES,
        help=f"services to start, separated by commas; Keystone always starts. Default: {','.join(world.SERVICES)}",
    )
    for name in world.SERVICES:
        parser.add_argument(f"--{name}-port", type=int, default=0, help="port; 0, the default, takes a free one")
    parser.add_argument("--token-seconds", type=int, default=3600, help="lifetime of Keystone's tokens")
    parser.add_argument("--log-dir", type=Path, help="folder for the logs; without it they are removed at the end")
    parser.add_argument("--start-timeout", type=float, default=300, metavar="SECONDS")
    parser.add_argument("--detached", action="store_true", help="end only on a signal, not with stdin or the parent")
    return parser.parse_args()


def main() -> int:
    args = parse()
    if importlib.util.find_spec("nova") is None:
        hint = "use the Python that scripts/openstack_env.sh prints"
        print(f"serve.py: {sys.executable} has no nova; {hint}", file=sys.stderr)
        return 2
    workspace = Path(tempfile.mkdtemp(prefix="reqtrail-openstack-"))
    try:
        run(args, workspace)
    except Stop:
        return 0
    except Failure as failure:
        print(f"serve.py: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
