"""Serves a real Nova in one process: API, conductor, scheduler, two computes, and Placement.

Nova ships fixtures with which its own functional tests start all of its services without a database server, a message
broker or a hypervisor. This file puts them behind a real socket, and reverts the changes of the fixtures that a client
could notice. serve.py starts it.
"""

import child

# Before monkey patching, because the thread that watches the parent has to be a real one.
CHILD = child.Child(__doc__)

from nova import monkey_patch

monkey_patch.patch()

import logging
import os
import sys

import eventlet
import fixtures
from keystoneauth1 import loading
from nova import context as nova_context
from nova import objects, version
from nova import test as nova_test
from nova.api import wsgi as nova_wsgi
from nova.api.openstack import api_version_request, identity, wsgi_app
from nova.tests import fixtures as nova_fixtures
from nova.tests.functional import fixtures as functional_fixtures
from nova.virt import fake

import auth_token
import fixed_tokens
import hypervisor
import logs
import web_green
import world

CONF = nova_test.CONF
# Nova looks for drivers only in its own modules.
fake.ScriptedDriver = hypervisor.ScriptedDriver


class CellDatabases(nova_fixtures.CellDatabases):
    """The databases of the cells, found only by the request's context, as in production.

    The shipped fixture also keeps a current cell for the whole process, with a lock for which parallel requests
    contend.
    """

    def _wrap_target_cell(self, context, cell_mapping):
        return self._real_target_cell(context, cell_mapping)

    def _wrap_get_context_manager(self, context):
        return getattr(context, "db_connection", None) or self._default_ctxt_mgr


class Placement(functional_fixtures.PlacementFixture):
    """Placement, called in its own thread.

    It leaves the context of its request in the thread that served it. In the caller's thread, the next lines of
    conductor and scheduler would have Placement's request id instead of the client's.
    """


def _in_own_thread(method):
    def call(*args, **kwargs):
        return eventlet.spawn(method, *args, **kwargs).wait()

    return call


for _name in ("_fake_get", "_fake_put", "_fake_post", "_fake_delete"):
    setattr(Placement, _name, _in_own_thread(getattr(functional_fixtures.PlacementFixture, _name)))


class Cloud(nova_test.TestCase):
    """Nova's environment for functional tests. `setUp` starts it, and it runs until the process ends."""

    REQUIRES_LOCKING = True

    def __init__(self) -> None:
        super().__init__("runTest")

    def runTest(self) -> None:
        raise NotImplementedError("this is a server, not a test")

    def setUp(self) -> None:
        # Replaces fixtures of the base class: StandardLogging keeps every log record in memory and formats even DEBUG.
        nova_fixtures.StandardLogging = fixtures.Fixture
        nova_fixtures.CellDatabases = CellDatabases
        super().setUp()
        logs.log_to(CHILD.args.log, CONF, "nova", version.version_string(), quiet=("placement",))
        log_calls_to_cinder()

        self.useFixture(Placement())
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        self.glance = self.useFixture(nova_fixtures.GlanceFixture(self))
        # After Placement's fixture, which changes the enforcement of policies for the whole process.
        self._configure()
        self.useFixture(nova_fixtures.RealPolicyFixture())
        self._trust_keystone()
        self._use_cinder()
        self._create_flavors()
        self._limit_projects()

        self.start_service("conductor")
        self.start_service("scheduler")
        for host in world.HOSTS:
            self.start_service("compute", host=host)
        wsgi_app._setup_service(CONF.host, "osapi_compute")
        self.application = nova_wsgi.Loader().load_app("osapi_compute")

    def _configure(self) -> None:
        self.flags(compute_driver="fake.ScriptedDriver", service_down_time=3600)
        self.flags(transport_url=self.cell_mappings["cell1"].transport_url)
        self.flags(allow_resize_to_same_host=False)
        # Settings in which the fixtures differ from an installation.
        self.flags(api_paste_config=os.path.join(sys.prefix, "etc", "nova", "api-paste.ini"), group="wsgi")
        self.flags(response_validation="warn", group="api")
        self.flags(enforce_scope=True, enforce_new_defaults=True, group="oslo_policy")
        # Only tests that ask for it meet a quota.
        self.flags(instances=-1, cores=-1, ram=-1, group="quota")

    def _trust_keystone(self) -> None:
        """Makes auth_token, configured as in any nova.conf, ask Keystone about every token except the fixed ones."""
        CONF.register_opts(loading.get_auth_plugin_conf_options("password"), group="keystone_authtoken")
        loading.register_auth_conf_options(CONF, "keystone_authtoken")
        self.flags(**auth_token.options("nova", CHILD.args), group="keystone_authtoken")
        fixed_tokens.install(CHILD.args.dead_url)
        # Nova asks Keystone with the client's token whether a project exists. Keystone does not know the fixed tokens.
        exists = identity.verify_project_id
        self.stub_out(
            "nova.api.openstack.identity.verify_project_id",
            lambda context, project: context.auth_token in world.FIXED_TOKENS.values() or exists(context, project),
        )

    def _use_cinder(self) -> None:
        """Makes Nova's own client call the real Cinder, with the user's token and Nova's own service token."""
        CONF.register_opts(loading.get_auth_plugin_conf_options("password"), group="service_user")
        self.flags(send_service_user_token=True, **auth_token.credentials("nova", CHILD.args), group="service_user")
        # The fixed tokens have no catalog.
        self.flags(endpoint_template=f"{CHILD.args.cinder_url}/v3/%(project_id)s", group="cinder")
        self.flags(block_device_allocate_retries_interval=1)

    def _create_flavors(self) -> None:
        for flavor in world.FLAVORS.values():
            objects.Flavor(
                nova_context.get_admin_context(),
                flavorid=flavor.id,
                name=flavor.id,
                memory_mb=flavor.memory_mb,
                vcpus=1,
                root_gb=1,
                ephemeral_gb=0,
                swap=0,
                rxtx_factor=1.0,
                disabled=False,
                is_public=True,
            ).create()

    def _limit_projects(self) -> None:
        for project in world.PROJECTS.values():
            if project.limit is not None:
                context = nova_context.get_admin_context()
                objects.Quotas.create_limit(context, project.id, "instances", project.limit)


def log_calls_to_cinder() -> None:
    """Logs each call to Cinder with the request ID of the response, an edge of the call graph, as DEBUG does.

    The other DEBUG lines are left out, mainly those of Placement, which runs in this process.
    """

    def wanted(record: logging.LogRecord) -> bool:
        to_cinder = isinstance(record.args, dict) and record.args.get("service_name") == "volumev3"
        return to_cinder or record.levelno > logging.DEBUG

    logger = logging.getLogger("keystoneauth.session")
    logger.setLevel(logging.DEBUG)
    logger.addFilter(wanted)


def as_deployed(application):
    """Hides eventlet's server from Nova, which does not log requests if it thinks that eventlet does."""

    def wrapper(environ, start_response):
        environ.pop("eventlet.input", None)
        return application(environ, start_response)

    return wrapper


def main() -> None:
    # A time limit for tests, which must not end a server.
    os.environ.pop("OS_TEST_TIMEOUT", None)
    cloud = Cloud()
    cloud.setUp()
    assert cloud.neutron.tenant_id == world.PROJECTS["main"].id
    assert cloud.glance.image1["id"] == world.IMAGE
    CHILD.ready(
        version=version.version_string(),
        min_microversion=api_version_request.min_api_version().get_string(),
        max_microversion=api_version_request.max_api_version().get_string(),
        network=cloud.neutron.network_1["id"],
    )
    web_green.serve(CHILD.args.socket, as_deployed(cloud.application))


if __name__ == "__main__":
    main()
