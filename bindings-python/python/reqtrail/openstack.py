"""OpenStack's compute API: its faults. The client is :meth:`reqtrail.Client.openstack`."""

from ._openstack_faults import Fault

__all__ = ["Fault"]
