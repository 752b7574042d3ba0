"""Serves a real Keystone on SQLite: its own application and middleware, in a plain threaded WSGI server.

serve.py starts it. It is not monkey-patched: Keystone runs in ordinary threads, as with any WSGI server.
"""

import child

CHILD = child.Child(__doc__)

import contextlib
import secrets
import sqlite3
import uuid
from importlib import metadata
from pathlib import Path

import keystone.conf
from keystone.cmd import bootstrap
from keystone.common import fernet_utils, provider_api
from keystone.common.sql import upgrades
from keystone.server.flask import core

import web_threads
import world

CONF = keystone.conf.CONF
PROVIDERS = provider_api.ProviderAPIs

CONFIG = """
[DEFAULT]
log_file = {log}
use_stderr = false
# A line for each request, with its request id.
default_log_levels = keystone.server.flask.request_processing.req_logging=DEBUG,stevedore=CRITICAL,alembic=WARNING

[database]
connection = sqlite:///{database}
sqlite_synchronous = false

[auth]
# The default methods, and passcodes.
methods = external,password,token,oauth1,mapped,application_credential,totp

[identity]
# These passwords are not secret, and a strong hash takes a quarter of a second each.
password_hash_rounds = 4
# The longest password of its hash. A greater limit causes a warning at every start.
max_password_length = 72

[cache]
# As in an installation, but in this process, so that it invalidates what it changes.
backend = dogpile.cache.memory_pickle

[token]
expiration = {token_seconds}

[fernet_tokens]
key_repository = {keys}

[fernet_receipts]
key_repository = {keys}

[credential]
key_repository = {keys}
"""


def database() -> Path:
    return CHILD.args.workspace / "keystone.sqlite"


def configure() -> Path:
    workspace: Path = CHILD.args.workspace
    keys = workspace / "keystone-keys"
    keys.mkdir(mode=0o700)
    config = workspace / "keystone.conf"
    config.write_text(
        CONFIG.format(
            log=CHILD.args.log,
            database=database(),
            token_seconds=CHILD.args.token_seconds,
            keys=keys,
        )
    )
    return config


def create_storage() -> None:
    """Creates the keys for tokens, and the tables."""
    # With a write-ahead log, a reader in one thread does not block the end of a transaction in another.
    with contextlib.closing(sqlite3.connect(database())) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    settings = CONF.fernet_tokens
    keys = fernet_utils.FernetUtils(settings.key_repository, settings.max_active_keys, "fernet_tokens")
    keys.initialize_key_repository()
    upgrades.offline_sync_database_to_version()


def start_application(config: Path):
    return core.initialize_application(
        name="public", config_files=[str(config)], post_log_configured_function=create_storage
    )


class Bootstrap(bootstrap.Bootstrapper):
    """Does what `keystone-manage bootstrap` does, in the running application."""

    def __init__(self) -> None:
        # The base class loads the backends. The application has already done that, and it must not happen twice.
        load, bootstrap.backends.load_backends = bootstrap.backends.load_backends, lambda: None
        try:
            super().__init__()
        finally:
            bootstrap.backends.load_backends = load
        url = CHILD.args.keystone_url + "/v3"
        self.admin_username, self.admin_password = "bootstrap", secrets.token_hex(16)
        self.project_name, self.admin_role_name = "bootstrap", "admin"
        self.region_id, self.service_name = world.REGION, "keystone"
        self.public_url = self.internal_url = self.admin_url = url


def create_project(name: str, project_id: str) -> None:
    # A client of Keystone's HTTP API cannot choose the id. A caller of its managers can.
    project = {"id": project_id, "name": name, "domain_id": world.DOMAIN, "enabled": True}
    PROVIDERS.resource_api.create_project(project_id, project)


def create_user(name: str, password: str, project_id: str, role_id: str) -> str:
    user = {"name": name, "password": password, "domain_id": world.DOMAIN, "enabled": True}
    user_id = PROVIDERS.identity_api.create_user(user)["id"]
    PROVIDERS.assignment_api.add_role_to_user_and_project(user_id, project_id, role_id)
    return user_id


def create_service(service_type: str, name: str, region: str, urls: dict[str, str]) -> None:
    """Adds endpoints by interface to the service of this type."""
    services = {service["type"]: service for service in PROVIDERS.catalog_api.list_services()}
    service = services.get(service_type)
    if service is None:
        service = {"id": uuid.uuid4().hex, "type": service_type, "name": name, "enabled": True}
        PROVIDERS.catalog_api.create_service(service["id"], service)
    for interface, url in urls.items():
        endpoint = {
            "id": uuid.uuid4().hex,
            "service_id": service["id"],
            "interface": interface,
            "region_id": region,
            "url": url,
            "enabled": True,
        }
        PROVIDERS.catalog_api.create_endpoint(endpoint["id"], endpoint)


def everywhere(url: str) -> dict[str, str]:
    return {"public": url, "internal": url, "admin": url}


def create_catalog() -> None:
    """Creates each service in two regions, of which the second does not respond, and a dead object store."""
    PROVIDERS.catalog_api.create_region({"id": world.OTHER_REGION})
    dead = CHILD.args.dead_url
    for service_type, (name, version, forms) in world.CATALOG.items():
        root = getattr(CHILD.args, f"{name}_url")
        create_service(service_type, name, world.REGION, {kind: root + form for kind, form in forms.items()})
        create_service(service_type, name, world.OTHER_REGION, everywhere(dead + version))
    create_service("object-store", "swift", world.REGION, everywhere(f"{dead}/v1/AUTH_$(project_id)s"))
    create_service("identity", "keystone", world.OTHER_REGION, everywhere(CHILD.args.keystone_url + "/v3"))


def create_application_credential(user_id: str, project_id: str, role_ids: list[str]) -> dict[str, str]:
    credential = {
        "id": uuid.uuid4().hex,
        "secret": secrets.token_urlsafe(32),
        "name": "member-automation",
        "user_id": user_id,
        "project_id": project_id,
        # All of them, because the roles of an application credential do not imply others.
        "roles": [{"id": role_id} for role_id in role_ids],
        "unrestricted": False,
    }
    PROVIDERS.application_credential_api.create_application_credential(credential)
    return {name: credential[name] for name in ("id", "secret", "name")}


def create_world() -> dict:
    """Fills the database, and returns the ids that it made."""
    Bootstrap().bootstrap()
    roles = {role["name"]: role["id"] for role in PROVIDERS.role_api.list_roles()}
    for name, project in world.PROJECTS.items():
        create_project(name, project.id)
    user_ids = {}
    for name, user in world.USERS.items():
        role = user.roles[0]
        if role not in roles:
            roles[role] = uuid.uuid4().hex
            PROVIDERS.role_api.create_role(roles[role], {"id": roles[role], "name": role})
        user_ids[name] = create_user(name, user.password, world.PROJECTS[user.project].id, roles[role])

    service_project = uuid.uuid4().hex
    create_project(world.SERVICE_PROJECT, service_project)
    for service in world.SERVICES:
        create_user(service, CHILD.args.service_password, service_project, roles["service"])
    create_catalog()
    main = world.PROJECTS["main"].id
    member_roles = [roles[role] for role in world.USERS["member"].roles]
    credential = create_application_credential(user_ids["member"], main, member_roles)
    return {"user_ids": user_ids, "application_credential": credential}


def main() -> None:
    application = start_application(configure())
    facts = create_world()
    web_threads.serve(CHILD.args.socket, web_threads.one_at_a_time(application))
    CHILD.ready(version=metadata.version("keystone"), **facts)


if __name__ == "__main__":
    main()
