"""Serves a real Neutron: its own application and middleware with ML2 on SQLite, in a plain threaded WSGI server.

serve.py starts it. No agent runs, and there are no packets: the mechanism driver only logs its calls.
"""

import child

CHILD = child.Child(__doc__)

import sys
from pathlib import Path

from neutron import version
from neutron.common import config as neutron_config
from neutron.common import eventlet_utils
from neutron.db.migration.models import head  # noqa: F401  Its import defines all tables.
from neutron.db.quota import driver as quota
from neutron_lib import context as neutron_context
from neutron_lib import rpc
from neutron_lib.db import api as db_api
from neutron_lib.db import model_base
from oslo_config import cfg

import auth_token
import fixed_tokens
import logs
import web_threads
import world

CONF = cfg.CONF
CONFIG = """
[DEFAULT]
core_plugin = ml2
service_plugins = router
auth_strategy = keystone
api_paste_config = {paste}
state_path = {home}
transport_url = fake:/
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
rpc_workers = 0
rpc_state_report_workers = 0

[ml2]
type_drivers = local,flat,vlan,vxlan
tenant_network_types = vxlan
mechanism_drivers = logger
extension_drivers = port_security

[ml2_type_vxlan]
vni_ranges = 1:1000

[ml2_type_vlan]
network_vlan_ranges = physnet1:100:101

[quotas]
# Only tests that ask for it meet a quota.
default_quota = -1
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_router = -1
quota_floatingip = -1
quota_security_group = -1
quota_security_group_rule = -1

[database]
connection = sqlite:///{home}/neutron.sqlite?timeout=60
sqlite_synchronous = false

[oslo_concurrency]
lock_path = {home}

[oslo_messaging_notifications]
driver = noop

"""


def configure() -> None:
    home: Path = CHILD.args.workspace / "neutron"
    home.mkdir()
    paste = Path(sys.prefix, "etc", "neutron", "api-paste.ini")
    config = home / "neutron.conf"
    config.write_text(CONFIG.format(home=home, paste=paste) + auth_token.section("neutron", CHILD.args))
    neutron_config.register_common_config_options()
    neutron_config.init([], default_config_files=[str(config)])
    neutron_config.set_config_defaults()


def create_storage() -> None:
    """Creates the tables from the models, because Neutron's migrations need a database server."""
    context = neutron_context.get_admin_context()
    with db_api.CONTEXT_WRITER.using(context) as session:
        engine = session.get_bind()
    model_base.BASEV2.metadata.create_all(engine)


def limit_projects() -> None:
    context = neutron_context.get_admin_context()
    for project in world.PROJECTS.values():
        if project.limit is not None:
            for resource in ("network", "subnet", "port", "router"):
                quota.DbQuotaDriver.update_quota_limit(context, project.id, resource, project.limit)


def main() -> None:
    # The mechanism driver is in Neutron's tests, whose import would replace threads with green threads.
    eventlet_utils.IS_MONKEY_PATCHED = True
    configure()
    create_storage()
    fixed_tokens.install(CHILD.args.dead_url)
    rpc.init(CONF)
    application = neutron_config.load_paste_app("neutron")
    # After the application, which sets up its own log.
    logs.log_to(CHILD.args.log, CONF, "neutron", version.version_info.version_string())
    limit_projects()
    # SQLite allows only one writer.
    web_threads.serve(CHILD.args.socket, web_threads.with_access_log(web_threads.one_at_a_time(application)))
    CHILD.ready(version=version.version_info.version_string())


if __name__ == "__main__":
    main()
