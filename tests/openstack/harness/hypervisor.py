"""A simulated hypervisor that fails as a server's metadata says.

The key `hypervisor.<method>` has steps, separated by commas, that run before the method:

    sleep=SECONDS  wait
    error          raise the error of a broken hypervisor
    abort          give up the build without trying another host
    rollback       fail, and ask Nova to restore the server's former state
    unsupported    report that this hypervisor does not support it
"""

import functools
import inspect
import time

from nova import exception
from nova.virt import fake

METHODS = (
    "finish_migration",
    "get_console_output",
    "get_vnc_console",
    "migrate_disk_and_power_off",
    "pause",
    "power_off",
    "power_on",
    "reboot",
    "rescue",
    "resume",
    "set_admin_password",
    "snapshot",
    "spawn",
    "suspend",
    "unpause",
)


def play(method: str, instance) -> None:
    for step in instance.metadata.get(f"hypervisor.{method}", "").split(","):
        name, _, argument = step.strip().partition("=")
        cause = f"hypervisor.{method}={name} was asked for"
        match name:
            case "":
                pass
            case "sleep":
                time.sleep(float(argument))
            case "error":
                raise exception.NovaException(cause)
            case "abort":
                raise exception.BuildAbortException(instance_uuid=instance.uuid, reason=cause)
            case "rollback":
                raise exception.InstanceFaultRollback(exception.NovaException(cause))
            case "unsupported":
                raise NotImplementedError(cause)
            case _:
                raise ValueError(f"hypervisor.{method}: no such step: {step}")


def scripted(method):
    """Runs the steps of the metadata before `method` of the driver."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def wrapper(*args, **kwargs):
        play(method.__name__, signature.bind(*args, **kwargs).arguments["instance"])
        return method(*args, **kwargs)

    return wrapper


class ScriptedDriver(fake.FakeDriver):
    """Nova's simulated hypervisor with the steps above."""


for _name in METHODS:
    setattr(ScriptedDriver, _name, scripted(getattr(fake.FakeDriver, _name)))
