"""Detects greenlets, such as gevent's and eventlet's."""

import sys


def may_run() -> bool:
    """Whether a hook or a log handler called now may switch to another greenlet of this thread."""
    greenlet = sys.modules.get("greenlet")
    if greenlet is None:
        return False
    if "gevent.hub" in sys.modules or "eventlet.hubs" in sys.modules:
        return True
    return greenlet.getcurrent().parent is not None
