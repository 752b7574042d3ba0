"""The cloud that both servers describe: projects, users, tokens, flavors. Data only; imports nothing of OpenStack."""

from typing import NamedTuple

DOMAIN = "default"
REGION = "RegionOne"
#: A region whose compute endpoint is an address where nothing listens.
OTHER_REGION = "RegionTwo"


class Project(NamedTuple):
    id: str
    #: How many servers it may have; None: as many as it likes.
    instances: int | None = None


class User(NamedTuple):
    password: str
    project: str
    #: Roles in the token. Keystone grants the first and implies the others.
    roles: tuple[str, ...]
    #: Identity of the user's fixed token. The same user in Keystone has an id that Keystone made.
    fixed_id: str


#: The id of 'main' is the one that Nova's simulated network service knows.
PROJECTS = {
    "main": Project("6f70656e737461636b20342065766572"),
    "other": Project("0b" * 16),
    "noquota": Project("0c" * 16, instances=0),
}

USERS = {
    "admin": User("admin-password", "main", ("admin", "manager", "member", "reader"), "a1" * 16),
    "member": User("member-password", "main", ("member", "reader"), "b1" * 16),
    "reader": User("reader-password", "main", ("reader",), "c1" * 16),
    "norole": User("norole-password", "main", ("bystander",), "d1" * 16),
    "other": User("other-password", "other", ("member", "reader"), "b2" * 16),
    "noquota": User("noquota-password", "noquota", ("member", "reader"), "b3" * 16),
}

#: Who Nova is when it asks Keystone about a token.
SERVICE_USER = "nova"
SERVICE_PROJECT = "service"

#: Tokens that work without Keystone, by what they are: each user's, one that has expired, and one for which Nova
#: finds that Keystone does not answer.
FIXED_TOKENS = {name: f"fixed-{name}-token" for name in (*USERS, "expired", "keystone_down")}


class Flavor(NamedTuple):
    id: str
    memory_mb: int


#: Beside Nova's m1.*; the last needs a petabyte of memory, which no host has.
FLAVORS = {
    "small": Flavor("test.small", 64),
    "large": Flavor("test.large", 128),
    "impossible": Flavor("test.impossible", 1 << 30),
}

HOSTS = ("host1", "host2")
