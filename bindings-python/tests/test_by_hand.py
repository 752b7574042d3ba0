"""Trails, responses and errors that are made without a call."""

import copy
import math
import pickle
from datetime import timedelta
from typing import Any

import pytest

import reqtrail
from reqtrail import testing


def test_a_trail_matches_its_description() -> None:
    def make() -> reqtrail.Trail:
        return testing.trail(
            [{"code": "rate_limited", "retry_after": 2, "elapsed": 0.5}, {"failure": "timeout", "elapsed": 3}],
            method="POST",
            path="/cameras/{id}/trigger",
            params={"id": 7},
        )

    trail = make()
    first, second = trail.attempts
    assert (first.status, first.error_code, first.retry_after, first.elapsed) == (429, "rate_limited", 2, 0.5)
    assert first.request_id is not None and trail.request_ids == (first.request_id,)
    assert (second.failure, second.sent, second.elapsed) == ("timeout", "unknown", 3)
    assert first.wait is not None and second.started == pytest.approx(0.5 + first.wait)
    assert (trail.outcome, trail.stopped, trail.method) == ("timeout", "unsafe_to_retry", "POST")
    assert trail.path == "/cameras/{id}/trigger" and second.url.endswith("/cameras/7/trigger")
    for other in (
        make(),
        reqtrail.Trail.from_json(trail.to_json()),
        pickle.loads(pickle.dumps(trail)),
        copy.copy(trail),
    ):
        assert other == trail and hash(other) == hash(trail) and other.report() == trail.report()
    with pytest.raises(AttributeError, match="a Trail is read-only"):
        trail.method = "GET"  # type: ignore[misc]


def test_a_trail_is_read_from_json() -> None:
    trail = testing.trail([{"status": 204}])
    read = reqtrail.Trail.from_json(trail.to_json())
    assert (read, read.attempts) == (trail, trail.attempts)
    for wrong in ("{}", "", trail.to_json().replace("reqtrail.trail/1", "reqtrail.trail/2")):
        with pytest.raises(ValueError, match="trail"):
            reqtrail.Trail.from_json(wrong)
    with pytest.raises(TypeError):
        reqtrail.Trail.from_json(trail.to_dict())  # type: ignore[arg-type]
    # A later release may stop for another reason, and still be shown.
    later = reqtrail.Trail.from_json(trail.to_json().replace(f'"outcome":"{trail.outcome}"', '"outcome":"later"'))
    assert " later, " in repr(later)


def test_a_response() -> None:
    response = testing.response(
        json={"id": 7}, headers={"X-A": ["1", "2"]}, request_id="req_1", elapsed=timedelta(seconds=2)
    )
    assert type(response) is reqtrail.Response
    assert (response.status, response.json(), response.request_id) == (200, {"id": 7}, "req_1")
    assert response.headers.get_all("x-a") == ["1", "2"]
    assert response.trail.elapsed == 2
    response = testing.response(attempts=[{"status": 503}, {"status": 201, "text": "made"}])
    assert (response.status, response.text, len(response.trail.attempts)) == (201, "made", 2)
    assert testing.response(206, body=b"\xff").content == b"\xff"


def test_an_error() -> None:
    error = testing.error("rate_limited", message="slow down", retry_after=60)
    assert type(error) is reqtrail.RateLimitedError
    assert (error.status, error.code, error.message, error.retry_after) == (429, "rate_limited", "slow down", 60)
    assert error.code is reqtrail.novavms.ErrorCode.RATE_LIMITED
    assert (
        error.request_id is not None and error.request_id in str(error) and error.trail.request_id == error.request_id
    )
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.trail, again.args) == (type(error), str(error), error.trail, error.args)
    error = testing.error(kind="timeout", method="POST")
    assert type(error) is reqtrail.TimeoutError and error.may_have_been_sent
    error = testing.error(kind="connect", failure_code="ENOTFOUND")
    assert error.trail.attempts[0].failure_code == "ENOTFOUND"
    error = testing.error(status=418, text="short and stout", dialect=None)
    assert isinstance(error, reqtrail.ApiError) and (error.status, error.text) == (418, "short and stout")
    error = testing.error("itemNotFound", dialect="openstack")
    assert type(error) is reqtrail.NotFoundError and error.code is reqtrail.openstack.Fault.ITEM_NOT_FOUND
    error = testing.error("rate_limited", retry_after=300, max_retry_after=math.inf)
    assert error.trail.stopped == "attempts_exhausted"
    error = testing.error("not_found", attempts=[{"status": 503}, {"code": "not_found", "request_id": None}])
    assert len(error.request_ids) == 1 and error.request_id is None
    assert type(testing.error(kind="config")) is reqtrail.ConfigError
    assert type(testing.error(kind="invalid_request")) is reqtrail.RequestBuildError


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: testing.trail([]), ValueError, "attempts: it is empty"),
        (lambda: testing.trail([{"status": 404}, {"status": 200}]), ValueError, r"no attempt follows attempts\[0\]"),
        (lambda: testing.trail([{"status": 200}], jsno=1), TypeError, "a call has no 'jsno'; expected one of dialect"),
        (lambda: testing.trail([{"state": 200}]), TypeError, "an attempt has no 'state'; expected one of"),
        (lambda: testing.trail(3), TypeError, "attempts: expected a list of dicts, not int"),  # type: ignore[arg-type]
        (lambda: testing.trail({"status": 200}), TypeError, "attempts: expected a list of dicts, not dict"),
        (lambda: testing.trail([3]), TypeError, r"attempts\[0\]: expected a dict, not int"),  # type: ignore[list-item]
        (lambda: testing.response(404), ValueError, "an error of the kind `api`"),
        (lambda: testing.response(attempts=[{"status": 404}]), ValueError, "the call fails: .* testing.error"),
        (lambda: testing.response(jsno=1), TypeError, "a response has no 'jsno'; expected one of"),
        (lambda: testing.response(elapsed="1"), TypeError, "elapsed: expected seconds or a timedelta, not str"),
        (lambda: testing.error(), ValueError, "error"),
        (lambda: testing.error(attempts=[{"status": 200}]), ValueError, "the call succeeds: .* testing.response"),
        (lambda: testing.error(state=404), TypeError, "an error has no 'state'; expected one of"),
    ],
)
def test_impossible_descriptions_are_refused(make: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        make()
