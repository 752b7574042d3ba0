"""The C bench: `bench.py CLIENT` with the built client.c."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from common.driver import first_line, main
from common.plan import Client, Language, Pair

# libcurl retries nothing, so the retry workload has no peer.
ALL = ("get", "tls", "post", "large", "h2")
PAIRS = (
    Pair("reqtrail", "libcurl-easy", ALL),
    Pair("reqtrail", "libcurl-multi"),
    Pair("reqtrail-queue", "libcurl-easy"),
    Pair("reqtrail-queue", "libcurl-multi"),
    Pair("reqtrail-queue", "libcurl-multi-socket", ALL),
)
CLIENTS = ("reqtrail", "libcurl-easy", "reqtrail-queue", "libcurl-multi", "libcurl-multi-socket")

if __name__ == "__main__":
    (given,) = sys.argv[1:]
    main(
        Language(
            "c",
            tuple(Client(name, (given,)) for name in CLIENTS),
            PAIRS,
            {
                "cc": first_line("cc", "-dumpfullversion"),
                "rustc": first_line("rustc", "--version").split()[1],
                "libcurl": first_line("pkg-config", "--modversion", "libcurl"),
            },
        )
    )
