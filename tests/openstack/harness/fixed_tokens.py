"""Tokens that the services accept or refuse without asking Keystone.

The fixed tokens are answered at the point where keystonemiddleware asks Keystone. Everything else in auth_token, from
expiry to the 503 of an unreachable Keystone, is its own code. Every other token goes to Keystone.
"""

import datetime

from keystoneauth1 import fixture
from keystonemiddleware.auth_token import _identity

import world

FAR = datetime.datetime(2100, 1, 1)
PAST = datetime.datetime(2001, 1, 1)


def token_of(name: str, expires: datetime.datetime = FAR) -> dict:
    """Returns what Keystone says about a token of this user."""
    user = world.USERS[name]
    token = fixture.V3Token(
        user_id=user.fixed_id,
        user_name=name,
        user_domain_id=world.DOMAIN,
        user_domain_name="Default",
        project_id=world.PROJECTS[user.project].id,
        project_name=user.project,
        project_domain_id=world.DOMAIN,
        project_domain_name="Default",
        expires=expires,
    )
    for role in user.roles:
        token.add_role(name=role)
    return token


def install(dead_url: str) -> None:
    """Makes auth_token know the fixed tokens. `dead_url` is an address where nothing listens."""
    known = {world.FIXED_TOKENS[name]: token_of(name) for name in world.USERS}
    known[world.FIXED_TOKENS["expired"]] = token_of("member", PAST)
    ask_keystone = _identity.IdentityServer.verify_token

    def verify_token(self, token, *args, **kwargs):
        if token == world.FIXED_TOKENS["keystone_down"]:
            # Fails like any request to a Keystone that is not running.
            self._adapter.session.get(dead_url, authenticated=False)
        if token in known:
            return known[token]
        return ask_keystone(self, token, *args, **kwargs)

    _identity.IdentityServer.verify_token = verify_token
