"""The Go bench: `bench.py GO FOLDER` with the go command, and a folder with the built programs.

They differ in how reqtrail drives its calls (docs/adr/0017): as it is, always by the queue, always blocking.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from common.driver import first_line, main
from common.plan import Client, Language, Pair

OURS = ("reqtrail", "reqtrail-queue", "reqtrail-blocking")
PAIRS = (
    Pair("reqtrail", "net/http", ("get", "tls", "post", "large", "h2")),
    Pair("reqtrail", "resty", ("get", "retry")),
    Pair("reqtrail", "reqtrail-queue", note="reqtrail, always by the queue"),
    Pair("reqtrail", "reqtrail-blocking", note="reqtrail, always blocking"),
)
CLIENTS = (*OURS, "net/http", "resty")

if __name__ == "__main__":
    go, folder = sys.argv[1:]
    programs = {name: str(Path(folder) / (name if name in OURS else "reqtrail")) for name in CLIENTS}
    resty = re.search(r"resty/v2 v(\S+)", (HERE / "go.mod").read_text())
    main(
        Language(
            "go",
            tuple(Client(name, (programs[name],)) for name in CLIENTS),
            PAIRS,
            {
                "Go": first_line(go, "env", "GOVERSION").removeprefix("go"),
                "rustc": first_line("rustc", "--version").split()[1],
                "resty": resty[1] if resty else "",
            },
        )
    )
