"""The pytest plugin of reqtrail: the fixture ``reqtrail_mock``.

pytest imports this module in every run, so it imports only pytest: a broken installation of reqtrail fails only the
tests that use the fixture. It has no assertions for pytest to rewrite: PYTEST_DONT_REWRITE.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from reqtrail.testing import Mock

__all__ = ["reqtrail_mock"]

_FIXTURE = "reqtrail_mock"
_has_passed = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line(
        "markers",
        f"{_FIXTURE}(seed=0, clock='auto', allow_unused=False): the options of the test's reqtrail.testing.Mock",
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, object, None]:
    """Records whether the test itself has passed."""
    # `object`: the outcome's class is pluggy's.
    outcome = yield
    if _FIXTURE in getattr(item, "fixturenames", ()):
        report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
        if report.when == "call":
            item.stash[_has_passed] = report.passed


@pytest.fixture
def reqtrail_mock(request: pytest.FixtureRequest) -> "Iterator[Mock]":
    """A ``reqtrail.testing.Mock``: it answers the calls of its clients, without a network and without waiting.

    At the end of a test that has passed so far, it verifies that all replies were used, and that the requests were as
    wanted. ``@pytest.mark.reqtrail_mock(clock="manual")`` sets its options.
    """
    from reqtrail.testing import Mock

    marker = request.node.get_closest_marker(_FIXTURE)
    # `Mock` refuses positional arguments, instead of ignoring them.
    mock = Mock(*marker.args, **marker.kwargs) if marker else Mock()
    yield mock
    if request.node.stash.get(_has_passed, False):
        mock.verify()
