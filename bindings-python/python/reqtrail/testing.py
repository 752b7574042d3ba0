"""Tests of programs that use reqtrail, without a network and without waiting.

A :class:`Mock` answers the calls of its clients as a test arranges. Everything else is real: the retries, the
decisions, the errors, the trails, the hooks. Time is virtual, so a wait of half a minute takes no time. In pytest, the
fixture ``reqtrail_mock`` is a mock.

>>> with Mock() as mock:
...     mock.get("/cameras/{id}").replies(429, code="rate_limited", retry_after=30).then(200, json={"id": 7})
...     response = mock.client().get("/cameras/{id}", params={"id": 7})
...     assert response.json() == {"id": 7} and len(response.trail.attempts) == 2

:func:`trail`, :func:`response` and :func:`error` make the results of calls without a call, for code that takes one.
"""

from . import _testing_by_hand, _testing_mock, _testing_requests, _testing_routes
from ._testing_by_hand import *
from ._testing_mock import *
from ._testing_requests import *
from ._testing_routes import *

__all__ = []
__all__ += _testing_by_hand.__all__
__all__ += _testing_mock.__all__
__all__ += _testing_requests.__all__
__all__ += _testing_routes.__all__
