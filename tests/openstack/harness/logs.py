"""The services' logs, in the format that they have in production: `[<global id> <local id> <user> <project> ...] text`."""

import logging
from pathlib import Path

from oslo_log import formatters


def log_to(path: Path, conf, project: str, version: str, quiet: tuple[str, ...] = ()) -> None:
    """From now on this process logs to `path`, and the loggers in `quiet` only from warnings up."""
    handler = logging.FileHandler(path)
    handler.setFormatter(
        formatters.ContextFormatter(config=conf, project=project, version=version, datefmt="%Y-%m-%d %H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("alembic", "oslo_db", *quiet):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Calls every optional plugin that is not installed an error.
    logging.getLogger("stevedore").setLevel(logging.CRITICAL)
