"""Serves a real Nova in one process: API, conductor, scheduler, two computes, and Placement.

Nova ships fixtures with which its own functional tests stand up all of its services without a database server, a
message broker or a hypervisor. This puts them behind a real socket, and undoes what they change for the sake of tests
but a client could see. serve.py starts it.
"""

import child

# Before monkey patching: the thread that watches the parent has to be a real one.
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
# Nova looks for its drivers in its own modules only.
fake.ScriptedDriver = hypervisor.ScriptedDriver


class CellDatabases(nova_fixtures.CellDatabases):
    """The databases of the cells, found by the request's context alone, as in production.

    The shipped fixture also keeps a current cell for the whole process, behind a lock that parallel requests contend
    for.
    """

    def _wrap_target_cell(self, context, cell_mapping):
        return self._real_target_cell(context, cell_mapping)

    def _wrap_get_context_manager(self, context):
        return getattr(context, "db_connection", None) or self._default_ctxt_mgr


class Placement(functional_fixtures.PlacementFixture):
    """Placement, called in a thread of its own.

    It leaves its request's context behind in the thread that it served. In the caller's thread, the lines that
    conductor and scheduler log next would carry Placement's request id in place of the client's.
    """


def _in_own_thread(method):
    def call(*args, **kwargs):
        return eventlet.spawn(method, *args, **kwargs).wait()

    return call


for _name in ("_fake_get", "_fake_put", "_fake_post", "_fake_delete"):
    setattr(Placement, _name, _in_own_thread(getattr(functional_fixtures.PlacementFixture, _name)))


class Cloud(nova_test.TestCase):
    """Nova's environment for functional tests; `setUp` starts it, and it lives until the process ends."""

    REQUIRES_LOCKING = True

    def __init__(self) -> None:
        super().__init__("runTest")

    def runTest(self) -> None:
        raise NotImplementedError("a server, not a test")

    def setUp(self) -> None:
        # The base class takes these by name: it would keep every log record in memory, and formats even those of DEBUG.
        nova_fixtures.StandardLogging = fixtures.Fixture
        nova_fixtures.CellDatabases = CellDatabases
        super().setUp()
        logs.log_to(CHILD.args.log, CONF, "nova", version.version_string(), quiet=("placement",))
        tell_calls_to_cinder()

        self.useFixture(Placement())
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        self.glance = self.useFixture(nova_fixtures.GlanceFixture(self))
        # After Placement's fixture, which changes how policies are enforced for the whole process.
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
        # Where the fixtures differ from what an installation has.
        self.flags(api_paste_config=os.path.join(sys.prefix, "etc", "nova", "api-paste.ini"), group="wsgi")
        self.flags(response_validation="warn", group="api")
        self.flags(enforce_scope=True, enforce_new_defaults=True, group="oslo_policy")
        # Only what a test asks for shall run into a quota.
        self.flags(instances=-1, cores=-1, ram=-1, group="quota")

    def _trust_keystone(self) -> None:
        """Makes auth_token, as configured in any nova.conf, ask Keystone about every token but the fixed ones."""
        CONF.register_opts(loading.get_auth_plugin_conf_options("password"), group="keystone_authtoken")
        loading.register_auth_conf_options(CONF, "keystone_authtoken")
        self.flags(**auth_token.options("nova", CHILD.args), group="keystone_authtoken")
        fixed_tokens.install(CHILD.args.dead_url)
        # Nova asks Keystone, with the client's token, whether a project exists; Keystone knows no fixed token.
        exists = identity.verify_project_id
        self.stub_out(
            "nova.api.openstack.identity.verify_project_id",
            lambda context, project: context.auth_token in world.FIXED_TOKENS.values() or exists(context, project),
        )

    def _use_cinder(self) -> None:
        """Makes Nova's own client ask the real Cinder, with the user's token and Nova's own beside it."""
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


def tell_calls_to_cinder() -> None:
    """Logs each call to Cinder with the request ID that came back, an edge of the call graph, as DEBUG does.

    The rest of DEBUG stays away, above all Placement's, which is called within this process.
    """

    def wanted(record: logging.LogRecord) -> bool:
        to_cinder = isinstance(record.args, dict) and record.args.get("service_name") == "volumev3"
        return to_cinder or record.levelno > logging.DEBUG

    logger = logging.getLogger("keystoneauth.session")
    logger.setLevel(logging.DEBUG)
    logger.addFilter(wanted)


def as_deployed(application):
    """Hides eventlet's server from Nova, whose request log is silent where it believes that eventlet logs already."""

    def wrapper(environ, start_response):
        environ.pop("eventlet.input", None)
        return application(environ, start_response)

    return wrapper


def main() -> None:
    # A limit for tests, which a server has to outlive.
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
