"""An API client whose every call leaves a trail.

Every :class:`Response` and every exception has the trail of its call: each HTTP attempt that went out, in order, with
the server's request ID, the status, the typed error code, the times, and why the call was retried and stopped.

The package has no assertions for pytest to rewrite: PYTEST_DONT_REWRITE.
"""

import os as _os

from . import _command

if _command.is_wanted():
    # The command does not need the package's modules, whose import takes several times as long.
    _command.run()

from . import (
    _async_client,
    _categories,
    _client,
    _codes,
    _exceptions,
    _native,
    _options,
    _recorder,
    _response,
    _trail,
    novavms,
    openstack,
)
from . import _mapping as _mapping  # the native half finds it there
from ._async_client import *
from ._categories import *
from ._client import *
from ._codes import *
from ._exceptions import *
from ._native import CancelToken, Response, Secret
from ._option_types import RetryBudget
from ._option_values import RecentFilter
from ._options import *
from ._recorder import *
from ._records import Attempt, CallInfo, InFlightCall, JournalStats, RateLimit, RecorderStats
from ._response import *
from ._trail import *

__version__ = _native.VERSION

__all__ = ["Attempt", "CallInfo", "CancelToken", "InFlightCall", "JournalStats", "RateLimit", "RecentFilter"]
__all__ += ["RecorderStats", "Response", "RetryBudget", "Secret"]
__all__ += ["__version__", "novavms", "openstack"]
__all__ += _async_client.__all__
__all__ += _categories.__all__
__all__ += _client.__all__
__all__ += _codes.__all__
__all__ += _exceptions.__all__
__all__ += _options.__all__
__all__ += _recorder.__all__
__all__ += _response.__all__
__all__ += _trail.__all__

_os.register_at_fork(after_in_child=_native.forked)
