"""A simulated storage that fails where a volume's or snapshot's metadata says so.

The key `driver.<method>` holds steps, separated by commas, that are taken before the method does its work:

    sleep=SECONDS  wait
    error          raise what a broken backend raises
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
    """What a broken backend raises."""


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
    """Lets the metadata of the first volume or snapshot among the arguments speak before `method` of the driver does."""

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        things = (thing for thing in (*args, *kwargs.values()) if isinstance(thing, (objects.Volume, objects.Snapshot)))
        if thing := next(things, None):
            play(method.__name__, thing)
        return method(self, *args, **kwargs)

    return wrapper


class ScriptedDriver(fake_driver.FakeLoggingVolumeDriver):
    """Cinder's driver that only logs, with an honest capacity and the steps above."""

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
        # As a backend that has the image already: there is no device to write it to.
        return {}, True

    def extend_volume(self, volume, size) -> None:
        pass

    def revert_to_snapshot(self, context, volume, snapshot) -> None:
        pass

    def copy_volume_to_image(self, *args, **kwargs) -> None:
        raise DriverError("there is no device to read")


for _name in METHODS:
    setattr(ScriptedDriver, _name, scripted(getattr(ScriptedDriver, _name)))
