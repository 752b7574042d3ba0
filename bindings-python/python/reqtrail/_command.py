"""``python -m reqtrail``, which is the command ``reqtrail``."""

import sys

from ._native import run_command

__all__ = ["is_wanted", "run"]

# Stands for `typing.TYPE_CHECKING`: importing `typing` would take longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def is_wanted() -> bool:
    """Whether the interpreter imports the package to find its ``__main__``."""
    # Until it has found that, ``sys.argv[0]`` is "-m", which stands for everything up to the module's name.
    return sys.argv[:1] == ["-m"] and sys.orig_argv[-len(sys.argv) :][:1] in (["reqtrail"], ["-mreqtrail"])


def run() -> "NoReturn":
    """Runs the command with the arguments of the process, and ends with its exit code."""
    sys.exit(run_command(sys.argv[1:]))
