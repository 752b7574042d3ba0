"""Shared by all servers, which are children of serve.py: they watch its pipe, take its socket, and print a ready line.

Uses nothing that monkey patching changes, and is imported before any of it.
"""

import argparse
import json
import os
import shutil
import sys
import threading
from pathlib import Path

import world


class Child:
    """The connection of this process to serve.py."""

    def __init__(self, description: str) -> None:
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--socket", type=int, required=True, help="file descriptor of the listening socket")
        parser.add_argument("--workspace", type=Path, required=True, help="directory for temporary files")
        parser.add_argument("--log", type=Path, required=True, help="file for the service's log")
        for service in world.SERVICES:
            parser.add_argument(f"--{service}-url", required=True)
        parser.add_argument("--dead-url", required=True, help="URL of a port where nothing listens")
        parser.add_argument("--service-password", required=True, help="the services' password at Keystone")
        parser.add_argument("--token-seconds", type=int, required=True, help="lifetime of Keystone's tokens")
        self.args = parser.parse_args()
        # The services read the command line too, and do not know these options.
        del sys.argv[1:]
        # Stdout is for the ready line: what libraries print goes to stderr.
        self._stdout = os.dup(1)
        os.dup2(2, 1)
        threading.Thread(target=self._leave_with_parent, daemon=True).start()

    def _leave_with_parent(self) -> None:
        # serve.py has the other end and never writes: an end of file means that it has ended or ends this process.
        # If the parent was killed, the last child removes the workspace.
        while os.read(0, 64):
            pass
        shutil.rmtree(self.args.workspace, ignore_errors=True)
        os._exit(0)

    def ready(self, **facts: object) -> None:
        line = json.dumps({**facts, "pid": os.getpid()}) + "\n"
        os.write(self._stdout, line.encode())
        os.close(self._stdout)
