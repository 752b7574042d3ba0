"""Serves a real Glance: its own application and middleware on SQLite and a file store, in a plain threaded WSGI server.

serve.py starts it. It uses native threads, as with any WSGI server except eventlet's.
"""

import child

CHILD = child.Child(__doc__)

import json
import os
import sys
import urllib.request
from pathlib import Path

import glance.version
import sqlalchemy
from alembic import command
from glance.common import config as glance_config
from glance.common import wsgi_app
from glance.db.sqlalchemy import alembic_migrations
from glance.db.sqlalchemy import api as db_api
from oslo_config import cfg

import auth_token
import fixed_tokens
import logs
import web_threads
import world

CONF = cfg.CONF
CONFIG = """
[DEFAULT]
enabled_backends = files:file
# There is only one worker, so nobody calls another one.
worker_self_reference_url = {url}
node_staging_uri = file://{home}/staging
transport_url = fake:/
image_size_cap = {image_bytes}

[glance_store]
default_backend = files

[files]
filesystem_store_datadir = {home}/images

[os_glance_tasks_store]
filesystem_store_datadir = {home}/tasks

[os_glance_staging_store]
filesystem_store_datadir = {home}/staging

[database]
# The timeout is how long a transaction waits for another, in seconds.
connection = sqlite:///{home}/glance.sqlite?timeout=60
sqlite_synchronous = false

[paste_deploy]
flavor = keystone
config_file = {paste}

[oslo_messaging_notifications]
driver = noop

"""


def configure() -> None:
    home: Path = CHILD.args.workspace / "glance"
    for folder in ("images", "staging", "tasks"):
        (home / folder).mkdir(parents=True)
    paste = Path(sys.prefix, "etc", "glance", "glance-api-paste.ini")
    text = CONFIG.format(home=home, paste=paste, url=CHILD.args.glance_url, image_bytes=world.IMAGE_BYTES)
    config = home / "glance-api.conf"
    config.write_text(text + auth_token.section("glance", CHILD.args))
    os.environ["OS_GLANCE_CONFIG_DIR"] = str(home)
    glance_config.set_config_defaults()
    CONF([], project="glance", default_config_files=[str(config)])


def create_storage() -> None:
    """Does what `glance-manage db_sync` does, with a database whose transactions can take turns."""
    engine = db_api.get_engine()

    # An import runs in its own thread beside the requests. If two transactions read and then write, SQLite fails one of
    # them at once. Transactions that begin as writers wait for each other.
    @sqlalchemy.event.listens_for(engine, "before_cursor_execute", retval=True)
    def begin_to_write(_connection, _cursor, statement, parameters, _context, _many):
        return "BEGIN IMMEDIATE" if statement == "BEGIN" else statement, parameters

    command.upgrade(alembic_migrations.get_alembic_config(engine=engine), "heads")


def create_image() -> None:
    """Uploads the public image."""

    def send(method: str, path: str, body: bytes, content_type: str) -> None:
        headers = {"X-Auth-Token": world.FIXED_TOKENS["admin"], "Content-Type": content_type}
        url = CHILD.args.glance_url + "/v2/images" + path
        urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=60).close()

    image = {
        "id": world.IMAGE,
        "name": "cirros",
        "visibility": "public",
        "disk_format": "raw",
        "container_format": "bare",
    }
    send("POST", "", json.dumps(image).encode(), "application/json")
    send("PUT", f"/{world.IMAGE}/file", b"an image of a system", "application/octet-stream")


def main() -> None:
    configure()
    version = glance.version.version_info.version_string()
    create_storage()
    fixed_tokens.install(CHILD.args.dead_url)
    application = wsgi_app.init_app()
    # After the application, which sets up its own log.
    logs.log_to(CHILD.args.log, CONF, "glance", version, quiet=("taskflow",))
    web_threads.serve(CHILD.args.socket, web_threads.with_access_log(application))
    create_image()
    CHILD.ready(version=version)


if __name__ == "__main__":
    main()
