#!/usr/bin/env python3
"""Counts the lines of each face that are written by hand: lines.py [ROOT]

It skips generated files, tests (files, and the `mod tests` at the end of a Rust file), examples, documents and
empty lines. The core is counted in the same way, for comparison.
"""

import re
import subprocess
import sys
from pathlib import Path

FACES = {
    "Python": ("bindings-python/src/*.rs", "bindings-python/python/*.py*"),
    "Node": ("bindings-node/src/*.rs", "bindings-node/ts/*ts"),
    "C": ("bindings-c/src/*.rs :!bindings-c/src/go.rs :!bindings-c/src/go",),
    "Go": ("bindings-c/go/shim.* bindings-c/src/go.rs bindings-c/src/go/*.rs", "bindings-c/go/*.go"),
}
CORE = "core/src/*.rs"

GENERATED = re.compile(r"^.*Generated (by|from) .*do not edit", re.MULTILINE | re.IGNORECASE)
# A part of a file that is written by hand otherwise.
GENERATED_PART = re.compile(
    r"^\s*(?://|#) [^\n]*Generated from [^\n]*do not edit\.\n.*?^\s*(?://|#) Generated until here\.\n",
    re.MULTILINE | re.DOTALL,
)
TEST_FILE = re.compile(r"_test\.go$|/tests?\.rs$|/tests/")
TEST_MODULE = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{.*", re.MULTILINE | re.DOTALL)


def lines(root: Path, patterns: str) -> int:
    listed = subprocess.run(
        ["git", "ls-files", *patterns.split()], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    texts = [(name, (root / name).read_text()) for name in listed.splitlines() if not TEST_FILE.search(name)]
    texts = [(name, GENERATED_PART.sub("", TEST_MODULE.sub("", text))) for name, text in texts]
    written = (text for _, text in texts if not GENERATED.search(text))
    return sum(1 for text in written for line in text.splitlines() if line.strip())


def main() -> None:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    counts = {face: [lines(root, pattern) for pattern in patterns] for face, patterns in FACES.items()}
    print(f"{'':12}{'native':>8}{'package':>9}{'together':>10}")
    for face, (native, *package) in counts.items():
        print(f"{face:12}{native:8,}{sum(package):9,}{native + sum(package):10,}")
    print(f"{'all faces':12}{sum(map(sum, counts.values())):27,}")
    print(f"{'the core':12}{lines(root, CORE):27,}")


if __name__ == "__main__":
    main()
