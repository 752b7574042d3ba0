"""The Python bench: `bench.py PYTHON PEERS` with the Python that has the package, and a folder with an environment per peer."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from common.driver import first_line, main
from common.plan import Client, Language, Pair

# The clients in the order in which a round runs them, each with the environment that it is in; ours have none.
CLIENTS = {
    "reqtrail": "",
    "requests": "requests",
    "httpx": "httpx",
    "urllib3": "urllib3",
    "pycurl": "pycurl",
    "curl_cffi": "curl_cffi",
    "pyreqwest": "pyreqwest",
    "niquests": "niquests",
    "reqtrail-async": "",
    "aiohttp": "aiohttp",
    "httpx-async": "httpx",
    "pyreqwest-async": "pyreqwest",
    "pycurl-multi": "pycurl",
}
PAIRS = (
    Pair("reqtrail", "requests"),
    Pair("reqtrail", "httpx"),
    Pair("reqtrail", "urllib3", ("get", "retry")),
    Pair("reqtrail", "pycurl", ("get", "tls", "post", "large", "h2")),
    Pair("reqtrail", "curl_cffi"),
    Pair("reqtrail", "pyreqwest"),
    Pair("reqtrail", "niquests"),
    Pair("reqtrail-async", "aiohttp", ("get", "tls")),
    Pair("reqtrail-async", "httpx-async"),
    Pair("reqtrail-async", "pyreqwest-async", ("get", "h2")),
    Pair("reqtrail-async", "pycurl-multi", note="runs without asyncio"),
)


def pins() -> dict[str, str]:
    """The version of each peer, by the name of its environment: the first of its pins."""
    lines = (HERE / "peers.txt").read_text().splitlines()
    fields = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {name: first.partition("==")[2] for name, first, *_ in fields}


def client(name: str, python: str, peers: Path) -> Client:
    environment = CLIENTS[name]
    program = str(peers / environment / "bin" / "python") if environment else python
    missing = "" if Path(program).exists() else "it could not be installed"
    return Client(name, (program, str(HERE / "client.py")), missing)


if __name__ == "__main__":
    own, folder = sys.argv[1:]
    main(
        Language(
            "python",
            tuple(client(name, own, Path(folder)) for name in CLIENTS),
            PAIRS,
            {
                "Python": first_line(own, "-c", "import platform; print(platform.python_version())"),
                "rustc": first_line("rustc", "--version").split()[1],
                **pins(),
            },
        )
    )
