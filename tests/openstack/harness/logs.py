"""The services' logs in the format of production: `[<global id> <local id> <user> <project> ...] text`."""

import logging
from pathlib import Path

from oslo_log import formatters


def log_to(path: Path, conf, project: str, version: str, quiet: tuple[str, ...] = ()) -> None:
    """Makes this process log to `path`. The loggers in `quiet` log only warnings and errors."""
    handler = logging.FileHandler(path)
    handler.setFormatter(
        formatters.ContextFormatter(config=conf, project=project, version=version, datefmt="%Y-%m-%d %H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("alembic", "oslo_db", *quiet):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It logs an error for every optional plugin that is not installed.
    logging.getLogger("stevedore").setLevel(logging.CRITICAL)
