"""The Python programs in Markdown files."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# The server and the token in the pages, which tests replace with their own.
BASE_URL, TOKEN = "https://novavms.example/api/v1", "sk_live_…"

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Snippet:
    heading: str
    language: str
    info: str
    """The text after the language: ``no-run`` marks a program that cannot be run."""
    code: str

    @property
    def is_run(self) -> bool:
        return self.language == "python" and self.info.strip() != "no-run"


def read(path: Path) -> list[Snippet]:
    found = []
    for section in re.split(r"^#+ (?=\S)", path.read_text(), flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        found += [Snippet(heading, *match.groups()) for match in _FENCE.finditer(section)]
    return found


def run(program: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a program in a separate process, with these variables in its environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    # Keeps the environment's proxy from being used for loopback.
    environment = {**inherited, "NO_PROXY": "127.0.0.1", **(variables or {})}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
