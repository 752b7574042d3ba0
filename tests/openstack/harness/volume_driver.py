"""A simulated storage that fails as the metadata of a volume or snapshot says.

The key `driver.<method>` has steps, separated by commas, that run before the method:

    sleep=SECONDS  wait
    error          raise the error of a broken backend
"""

import functools
import time

from cinder import objects
from cinder.tests import fake_driver

import world

METHODS = (
    "clone_image",
    "create_cloned_volume",
    "create_export",
    "create_snapshot",
    "create_volume",
    "create_volume_from_snapshot",
    "delete_snapshot",
    "delete_volume",
    "extend_volume",
    "initialize_connection",
    "revert_to_snapshot",
    "terminate_connection",
)


class DriverError(Exception):
    """The error of a broken backend."""


def play(method: str, thing: objects.Volume | objects.Snapshot) -> None:
    for step in (thing.metadata or {}).get(f"driver.{method}", "").split(","):
        name, _, argument = step.strip().partition("=")
        match name:
            case "":
                pass
            case "sleep":
                time.sleep(float(argument))
            case "error":
                raise DriverError(f"driver.{method}=error was asked for")
            case _:
                raise ValueError(f"driver.{method}: no such step: {step}")


def scripted(method):
    """Runs the steps of the first volume or snapshot among the arguments before `method` of the driver."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        things = (thing for thing in (*args, *kwargs.values()) if isinstance(thing, (objects.Volume, objects.Snapshot)))
        if thing := next(things, None):
            play(method.__name__, thing)
        return method(self, *args, **kwargs)

    return wrapper


class ScriptedDriver(fake_driver.FakeLoggingVolumeDriver):
    """Cinder's driver that only logs, with a limited capacity and the steps above."""

    def _update_volume_stats(self) -> None:
        super()._update_volume_stats()
        for pool in self._stats["pools"]:
            pool.update(
                total_capacity_gb=world.CAPACITY_GB,
                free_capacity_gb=world.CAPACITY_GB,
                provisioned_capacity_gb=0,
                allocated_capacity_gb=0,
                reserved_percentage=0,
            )

    def clone_image(self, context, volume, location, image, service) -> tuple[dict, bool]:
        # Acts like a backend that already has the image, because there is no device to write it to.
        return {}, True

    def extend_volume(self, volume, size) -> None:
        pass

    def revert_to_snapshot(self, context, volume, snapshot) -> None:
        pass

    def copy_volume_to_image(self, *args, **kwargs) -> None:
        raise DriverError("there is no device to read")


for _name in METHODS:
    setattr(ScriptedDriver, _name, scripted(getattr(ScriptedDriver, _name)))
