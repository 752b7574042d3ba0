"""The Rust bench: `bench.py PROGRAM` with the built reqtrail-bench."""

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from common.driver import first_line, main, pin
from common.plan import Client, Language, Pair

PEERS = (
    Pair("reqtrail", "hyper-util"),
    Pair("reqtrail", "hyper-util-equal", ("get", "post", "large")),
    Pair("reqtrail", "reqwest", ("get", "tls", "post", "large", "h2")),
    Pair("reqtrail", "reqwest-retry", ("get", "retry")),
    Pair("reqtrail-blocking", "ureq"),
)
CLIENTS = ("reqtrail", "reqtrail-blocking", "hyper-util", "hyper-util-equal", "reqwest", "reqwest-retry", "ureq")
SHOWN = ("hyper", "hyper-util", "reqwest", "reqwest-middleware", "reqwest-retry", "rustls", "tokio", "ureq")


def versions() -> dict[str, str]:
    locked = tomllib.loads((HERE / "Cargo.lock").read_text())["package"]
    found = {package["name"]: package["version"] for package in locked}
    return {"rustc": first_line("rustc", "--version").split()[1], **{name: found[name] for name in SHOWN}}


def own_work(program: str) -> dict[str, float]:
    """Nanoseconds of a whole call over a transport that answers at once."""
    ran = subprocess.run([program, "own-work"], capture_output=True, text=True, check=True, preexec_fn=pin(1))
    return {"own_work_ns": float(ran.stdout)}


if __name__ == "__main__":
    (given,) = sys.argv[1:]
    main(
        Language(
            "rust",
            tuple(Client(name, (given,)) for name in CLIENTS),
            PEERS,
            versions(),
            lambda: own_work(given),
        )
    )
