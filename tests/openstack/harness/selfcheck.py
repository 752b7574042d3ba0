"""Starts the servers and checks the behavior on which the tests rely. Uses only the standard library.

Run it with the Python that scripts/openstack_env.sh prints. It prints a line for each check; the exit code is 0 if all
passed.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import selfcheck_compute
import selfcheck_services
from selfcheck_client import Cloud

SERVE = Path(__file__).resolve().parent / "serve.py"
SERVERS = ("nova", "keystone", "cinder", "glance", "neutron")
CHECKS = [
    check
    for module in (selfcheck_compute, selfcheck_services)
    for name, check in vars(module).items()
    if name.startswith("check_")
]


def resident_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


@contextlib.contextmanager
def running() -> Iterator[dict]:
    """Runs the servers, which end when their stdin is closed."""
    process = subprocess.Popen([sys.executable, str(SERVE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line, "the servers did not start"
        yield json.loads(line)
    finally:
        began = time.monotonic()
        process.stdin.close()
        code = process.wait(timeout=15)
        print(f"ended within {time.monotonic() - began:.1f} s with code {code}")


def main() -> int:
    failed = 0
    with running() as facts:
        cloud = Cloud(facts)
        print(f"ready after {facts['start_seconds']} s")
        for check in CHECKS:
            began = time.monotonic()
            try:
                check(cloud)
                verdict = "ok"
            except Exception as error:
                failed += 1
                verdict = f"FAILED: {type(error).__name__}: {error}"
            name = check.__name__.removeprefix("check_").replace("_", " ")
            print(f"{name}: {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
        print("resident: " + ", ".join(f"{name} {resident_mib(facts[name]['pid'])} MiB" for name in SERVERS))
    print(f"selfcheck: {len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
