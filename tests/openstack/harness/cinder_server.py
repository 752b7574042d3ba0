"""Serves a real Cinder in one process: API, scheduler, and one volume backend.

serve.py starts it. The database is SQLite in memory, the message bus is in the process, and the storage behind the
driver is simulated.
"""

import child

# Before monkey patching, because the thread that watches the parent has to be a real one.
CHILD = child.Child(__doc__)

import eventlet

eventlet.monkey_patch()
# As in Cinder's own commands: the original threading module has to see the threads of the patched one.
import threading

import __original_module_threading as original_threading

original_threading.current_thread.__globals__["_active"] = threading._active

import sys
from pathlib import Path

from cinder import context as cinder_context
from cinder import coordination, db, objects, rpc, service, version
from cinder.api import microversions  # noqa: F401  Its import registers what the API needs.
from cinder.api.openstack import api_version_request
from cinder.common import config as cinder_config
from cinder.db import migration
from cinder.volume import volume_types
from oslo_config import cfg
from oslo_service import wsgi

import auth_token
import fixed_tokens
import logs
import web_green
import world

CONF = cfg.CONF
CONFIG = """
[DEFAULT]
auth_strategy = keystone
api_paste_config = {etc}/api-paste.ini
resource_query_filters_file = {etc}/resource_filters.json
state_path = {home}
transport_url = fake:/
enabled_backends = scripted
default_volume_type = {default_type}
enable_new_services = True
# Only tests that ask for it meet a quota.
quota_volumes = -1
quota_gigabytes = -1
quota_snapshots = -1
quota_backups = -1
quota_backup_gigabytes = -1
# Everything is in one process: a request that keeps it busy must not make its services look dead.
service_down_time = 3600
scheduler_driver_init_wait_time = 5
# There is only one backend, so no other attempt.
scheduler_max_attempts = 1
glance_api_servers = {glance}

[scripted]
volume_driver = volume_driver.ScriptedDriver
volume_backend_name = scripted
target_helper = fake

[database]
connection = sqlite://

[coordination]
backend_url = file://{home}/coordination

[oslo_concurrency]
lock_path = {home}

[oslo_messaging_notifications]
driver = noop

[oslo_policy]
# A reader may not write.
enforce_new_defaults = True

"""


def configure() -> None:
    home: Path = CHILD.args.workspace / "cinder"
    (home / "coordination").mkdir(parents=True)
    etc = Path(sys.prefix, "etc", "cinder")
    text = CONFIG.format(home=home, etc=etc, default_type=world.VOLUME_TYPES["default"], glance=CHILD.args.glance_url)
    config = home / "cinder.conf"
    config.write_text(text + auth_token.section("cinder", CHILD.args))
    objects.register_all()
    CONF(["--config-file", str(config)], project="cinder", version=version.version_string())
    cinder_config.set_middleware_defaults()
    quiet = ("eventlet", "taskflow", "oslo_policy", "oslo_service")
    logs.log_to(CHILD.args.log, CONF, "cinder", version.version_string(), quiet)


def create_world() -> None:
    context = cinder_context.get_admin_context()
    volume_types.get_default_volume_type()
    nowhere = {"volume_backend_name": "a backend that does not exist"}
    volume_types.create(context, world.VOLUME_TYPES["nowhere"], nowhere)
    for project in world.PROJECTS.values():
        if project.limit is not None:
            for resource in ("volumes", "snapshots", "backups"):
                db.quota_create(context, project.id, resource, project.limit)


def start_services() -> None:
    # The backend comes first: the scheduler asks for its capabilities when it starts.
    for options in (
        {"binary": "cinder-volume", "host": "host1@scripted", "service_name": "scripted", "coordination": False},
        {"binary": "cinder-scheduler", "host": "host1"},
    ):
        service.Service.create(**options).start()


def main() -> None:
    configure()
    # SQLite in memory allows only one connection, which all share.
    migration.db_sync()
    rpc.init(CONF)
    coordination.COORDINATOR.start()
    create_world()
    start_services()
    fixed_tokens.install(CHILD.args.dead_url)
    application = wsgi.Loader(CONF).load_app("osapi_volume")
    CHILD.ready(
        version=version.version_string(),
        min_microversion=api_version_request.min_api_version().get_string(),
        max_microversion=api_version_request.max_api_version().get_string(),
    )
    web_green.serve(CHILD.args.socket, application)


if __name__ == "__main__":
    main()
