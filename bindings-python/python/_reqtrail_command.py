"""The console script ``reqtrail``.

It loads only the package's native module: importing the whole package takes longer than the command does.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder
from os import path

__all__ = ["main"]

# Stands for `typing.TYPE_CHECKING`: importing `typing` would take longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = "reqtrail._native"


def _load() -> "Callable[[list[str]], int]":
    if _NAME not in sys.modules:
        folder = path.join(path.dirname(path.abspath(__file__)), "reqtrail")
        spec = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec(_NAME)
        module = spec and spec.loader and spec.loader.create_module(spec)
        if spec and spec.loader and module:
            spec.loader.exec_module(module)
            return module.run_command  # type: ignore[no-any-return]
    # The module is elsewhere; if it is nowhere, this raises the usual error.
    from reqtrail._native import run_command

    return run_command


def main() -> int:
    """Runs the command with the arguments of the process and returns its exit code."""
    return _load()(sys.argv[1:])
