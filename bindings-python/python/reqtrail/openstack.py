"""OpenStack's compute API: signing in, its faults, and what becomes of its server actions.

:class:`Cloud` is what a program knows of a cloud; ``Cloud.from_env().connect()`` signs in and gives a
:class:`Connection`, which begins clients. For an endpoint and a token that are known already there are
:meth:`reqtrail.Client.openstack` and :meth:`reqtrail.AsyncClient.openstack`.
"""

from . import _cloud, _compute, _openstack, _openstack_faults, _openstack_records, _resources
from ._cloud import *
from ._compute import *
from ._openstack import *
from ._openstack_faults import *
from ._openstack_records import *
from ._resources import *

__all__ = []
__all__ += _cloud.__all__
__all__ += _compute.__all__
__all__ += _openstack.__all__
__all__ += _openstack_faults.__all__
__all__ += _openstack_records.__all__
__all__ += _resources.__all__
