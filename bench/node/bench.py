"""The Node bench: `bench.py OURS PEERS` with the folders that have the packages."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from common.driver import first_line, main
from common.plan import Client, Language, Pair

PAIRS = (
    Pair("reqtrail", "fetch"),
    Pair("reqtrail", "undici.request", ("get", "tls", "post", "large")),
    Pair("reqtrail", "undici.dispatch"),
    Pair("reqtrail", "undici.RetryAgent", ("get", "retry")),
    Pair("reqtrail", "axios"),
    Pair("reqtrail", "got", ("get", "h2")),
)
CLIENTS = ("reqtrail", "fetch", "undici.request", "undici.dispatch", "undici.RetryAgent", "axios", "got")

if __name__ == "__main__":
    ours, peers = sys.argv[1:]
    main(
        Language(
            "node",
            tuple(
                Client(name, ("node", str(HERE / "client.mjs"), ours if name == "reqtrail" else peers))
                for name in CLIENTS
            ),
            PAIRS,
            {
                "Node": first_line("node", "-p", "process.versions.node"),
                "rustc": first_line("rustc", "--version").split()[1],
                **json.loads((HERE / "package.json").read_text())["dependencies"],
            },
        )
    )
