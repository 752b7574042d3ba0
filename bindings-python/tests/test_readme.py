"""The README's snippets are Python, and the one that needs no server does what it says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def test_every_snippet_is_python() -> None:
    assert len(SNIPPETS) >= 4
    for snippet in SNIPPETS:
        compile(snippet, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_a_failure_without_a_server() -> None:
    (snippet,) = (snippet for snippet in SNIPPETS if "127.0.0.1:9" in snippet)
    ran = subprocess.run([sys.executable, "-c", snippet], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert "GET /anything  FAILED: connect  2 attempts" in ran.stdout
