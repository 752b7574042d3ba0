"""The cloud that all servers share: projects, users, tokens, catalog, flavors. Only data, no imports of OpenStack."""

from typing import NamedTuple

DOMAIN = "default"
REGION = "RegionOne"
#: A region whose endpoints lead to an address where nothing listens.
OTHER_REGION = "RegionTwo"


class Project(NamedTuple):
    id: str
    #: How many servers, volumes, snapshots, networks and so on it may have; None for no limit.
    limit: int | None = None


class User(NamedTuple):
    password: str
    project: str
    #: Roles in the token. Keystone grants the first one, which implies the others.
    roles: tuple[str, ...]
    #: The user id of the fixed token. The same user in Keystone has another id, which Keystone made.
    fixed_id: str


#: 'main' has the id that Nova's simulated network service knows.
PROJECTS = {
    "main": Project("6f70656e737461636b20342065766572"),
    "other": Project("0b" * 16),
    "noquota": Project("0c" * 16, limit=0),
}

USERS = {
    "admin": User("admin-password", "main", ("admin", "manager", "member", "reader"), "a1" * 16),
    "member": User("member-password", "main", ("member", "reader"), "b1" * 16),
    "reader": User("reader-password", "main", ("reader",), "c1" * 16),
    "norole": User("norole-password", "main", ("bystander",), "d1" * 16),
    "other": User("other-password", "other", ("member", "reader"), "b2" * 16),
    "noquota": User("noquota-password", "noquota", ("member", "reader"), "b3" * 16),
}

#: The servers of this harness. Each validates tokens at Keystone as the user of its name.
SERVICES = ("nova", "keystone", "cinder", "glance", "neutron")
SERVICE_PROJECT = "service"
#: Facts that a server reports to serve.py but that belong to the cloud.
CLOUD_FACTS = ("user_ids", "application_credential", "network")


class Entry(NamedTuple):
    """A service in the catalog."""

    service: str
    #: The path of its API, at the end of its endpoint in the other region.
    version: str
    #: Paths by interface. All lead to the same server, but differ, so that a test sees which one was used.
    forms: dict[str, str]


#: Entries by service type. Cinder has its old type and its new one, as in many clouds.
CATALOG = {
    "compute": Entry("nova", "/v2.1", {"public": "/v2.1", "internal": "/v2.1/$(project_id)s", "admin": "/v2.1/"}),
    "compute_legacy": Entry("nova", "/v2", dict.fromkeys(("public", "internal", "admin"), "/v2/$(project_id)s")),
    "volumev3": Entry("cinder", "/v3", {"public": "/v3/$(project_id)s", "internal": "/v3", "admin": "/v3/"}),
    "block-storage": Entry("cinder", "/v3", {"public": "/v3", "internal": "/v3/$(project_id)s", "admin": ""}),
    "image": Entry("glance", "/v2", {"public": "", "internal": "/v2", "admin": "/v2/"}),
    "network": Entry("neutron", "/v2.0", {"public": "", "internal": "/v2.0", "admin": "/v2.0/"}),
}

#: Tokens that work without Keystone: one for each user, one that has expired, and one for which Keystone does not
#: respond.
FIXED_TOKENS = {name: f"fixed-{name}-token" for name in (*USERS, "expired", "keystone_down")}


class Flavor(NamedTuple):
    id: str
    memory_mb: int


#: In addition to Nova's m1.*. The last one needs a petabyte of memory, which no host has.
FLAVORS = {
    "small": Flavor("test.small", 64),
    "large": Flavor("test.large", 128),
    "impossible": Flavor("test.impossible", 1 << 30),
}

HOSTS = ("host1", "host2")

#: A public image. Its id is one that Nova's simulated image service knows.
IMAGE = "155d900f-4e14-4e4c-a73d-069cbf4541e6"

#: The capacity of Cinder's only backend. A larger volume fits nowhere.
CAPACITY_GB = 1000
#: Volume types by their effect.
VOLUME_TYPES = {"default": "__DEFAULT__", "nowhere": "nowhere"}
#: The greatest size of an image. Glance refuses more.
IMAGE_BYTES = 1_000_000
