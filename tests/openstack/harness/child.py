"""What all servers do as children of serve.py: hold on to its pipe, take its socket, say once that they are ready.

Uses only what no monkey patching changes, and is imported before any.
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
    """This process's ties to serve.py."""

    def __init__(self, description: str) -> None:
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--socket", type=int, required=True, help="file descriptor of the listening socket")
        parser.add_argument("--workspace", type=Path, required=True, help="directory for what lives as long as this")
        parser.add_argument("--log", type=Path, required=True, help="file for the service's log")
        for service in world.SERVICES:
            parser.add_argument(f"--{service}-url", required=True)
        parser.add_argument("--dead-url", required=True, help="where nothing listens")
        parser.add_argument("--service-password", required=True, help="with which a service asks Keystone about tokens")
        parser.add_argument("--token-seconds", type=int, required=True, help="how long a token of Keystone lives")
        self.args = parser.parse_args()
        # The services look at the command line too, and would not know these options.
        del sys.argv[1:]
        # Stdout belongs to the ready line: what libraries print goes to stderr instead.
        self._stdout = os.dup(1)
        os.dup2(2, 1)
        threading.Thread(target=self._leave_with_parent, daemon=True).start()

    def _leave_with_parent(self) -> None:
        # serve.py holds the other end and never writes: an end of file means that it has gone or wants us gone. The
        # last child to leave removes what a killed parent could not.
        while os.read(0, 64):
            pass
        shutil.rmtree(self.args.workspace, ignore_errors=True)
        os._exit(0)

    def ready(self, **facts: object) -> None:
        line = json.dumps({**facts, "pid": os.getpid()}) + "\n"
        os.write(self._stdout, line.encode())
        os.close(self._stdout)
