"""OpenStack's compute API: signing in, its faults, and the outcome of its server actions.

:class:`Cloud` describes a cloud; ``Cloud.from_env().connect()`` signs in and returns a :class:`Connection`, which makes
clients. If you already have an endpoint and a token, use :meth:`reqtrail.Client.openstack` or
:meth:`reqtrail.AsyncClient.openstack`.
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
