"""The credentials of a service, and its `[keystone_authtoken]`, with which it validates tokens at Keystone."""

import argparse

import world


def credentials(service: str, args: argparse.Namespace) -> dict[str, str]:
    """Returns the credentials with which the service signs in as itself."""
    return {
        "auth_type": "password",
        "auth_url": args.keystone_url,
        "username": service,
        "password": args.service_password,
        "user_domain_id": world.DOMAIN,
        "project_name": world.SERVICE_PROJECT,
        "project_domain_id": world.DOMAIN,
    }


def options(service: str, args: argparse.Namespace) -> dict[str, object]:
    """Returns the options of keystonemiddleware for this service."""
    return {
        **credentials(service, args),
        "www_authenticate_uri": args.keystone_url,
        "region_name": world.REGION,
        "service_token_roles_required": True,
        # So that a revoked or expired token is refused at the next request.
        "token_cache_time": -1,
        # So that a Keystone that is gone is noticed at once.
        "http_request_max_retries": 0,
    }


def section(service: str, args: argparse.Namespace) -> str:
    """Returns the same options as a section of a configuration file."""
    lines = [f"{name} = {value}" for name, value in options(service, args).items()]
    return "\n".join(["[keystone_authtoken]", *lines, ""])
