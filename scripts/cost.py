#!/usr/bin/env python3
"""Counts the hand edits of a commit by folder, as files and hunks: cost.py [COMMIT]

A hunk is a run of changed lines. It skips generated files and the generated parts of others, tests (files, and the
`mod tests` at the end of a Rust file), scenarios with their adapters, the changelog, snapshots of APIs and empty lines.
"""

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

from lines import GENERATED, GENERATED_PART, TEST_FILE, TEST_MODULE

# The first that fits counts.
FOLDERS = {
    "core": r"core/",
    "Python": r"bindings-python/",
    "Node": r"bindings-node/",
    "Go": r"bindings-c/(go/|src/go\b)",
    "C": r"bindings-c/",
    "xtask": r"xtask/",
    "schema": r"schema/",
    "docs": r"(docs/|[^/]*\.md$)",
    "other": r"",
}
LEFT_OUT = re.compile(
    # JSON has no comment that could say that a file is generated; of the schemas, codes.json alone is not.
    r"(?:tests|fuzz)/|.*/tests?/|.*_tests\.rs$|CHANGELOG\.md$|.*api-snapshot|schema/(?!codes)|Cargo\.lock$"
)
# A part of a page that xtask prints.
PRINTED_PART = re.compile(r"(?<=-->\n)(?:(?!<!-- ).*\n)*?<!-- end of what is printed -->", re.MULTILINE)
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=Path(__file__).parent, check=True, capture_output=True, text=True
    ).stdout


def written(revision: str, path: str) -> list[bool]:
    """Says of each line of a file whether it is written by hand."""
    try:
        text = git("show", f"{revision}:{path}")
    except subprocess.CalledProcessError:
        return []
    by_hand = [line.strip() != "" for line in text.splitlines()]
    # What prints the others has their headings.
    if not path.startswith(("xtask/", "scripts/")) and GENERATED.search(GENERATED_PART.sub("", text)):
        return [False] * len(by_hand)
    for found in chain(*(part.finditer(text) for part in (GENERATED_PART, PRINTED_PART, TEST_MODULE))):
        first = text.count("\n", 0, found.start())
        for at in range(first, min(first + found.group().count("\n") + 1, len(by_hand))):
            by_hand[at] = False
    return by_hand


def hunks(commit: str, path: str) -> int:
    """Counts the hunks of a file that have a line written by hand."""
    before, after = written(f"{commit}^", path), written(commit, path)
    diff = git("diff", "--unified=0", "--no-renames", f"{commit}^", commit, "--", f":/{path}")
    count = 0
    for old, old_length, new, new_length in HUNK.findall(diff):
        changed = [
            *before[int(old) - 1 :][: int(old_length or 1)],
            *after[int(new) - 1 :][: int(new_length or 1)],
        ]
        count += any(changed)
    return count


def main() -> None:
    commit = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    changed = git("diff", "--name-only", "--no-renames", f"{commit}^", commit).splitlines()
    counts = {path: hunks(commit, path) for path in changed if not LEFT_OUT.match(path) and not TEST_FILE.search(path)}
    files = {path: count for path, count in counts.items() if count}
    print(git("log", "-1", "--format=%h %s", commit), end="")
    print(f"{'':12}{'files':>6}{'hunks':>7}")
    for folder in FOLDERS:
        own = [path for path in files if folder_of(path) == folder]
        print(f"{folder:12}{len(own):6}{sum(files[path] for path in own):7}  {' '.join(own)}".rstrip())


def folder_of(path: str) -> str:
    return next(folder for folder, pattern in FOLDERS.items() if re.match(pattern, path))


if __name__ == "__main__":
    main()
