"""The five tests of docs/testing.md, with pytest. A program under test would take the client."""

import pytest

import reqtrail
from reqtrail.testing import Mock


# test: success
def test_success(reqtrail_mock: Mock) -> None:
    reqtrail_mock.get("/cameras/{id}").replies(200, json={"id": 7, "name": "door"})
    client = reqtrail_mock.client()

    camera = client.get("/cameras/{id}", params={"id": 7}).json()

    assert camera["name"] == "door"
    assert reqtrail_mock.requests[0].path == "/cameras/7"


# end


# test: rate_limit_then_success
def test_rate_limit_then_success(reqtrail_mock: Mock) -> None:
    reqtrail_mock.get("/cameras").replies(429, code="rate_limited", retry_after=30).then(200, json=[])
    client = reqtrail_mock.client()

    response = client.get("/cameras")

    assert response.json() == []
    assert response.trail.attempts[0].retry_after == 30  # and no time has passed


# end


# test: failure_shows_the_id
def test_failure_shows_the_id(reqtrail_mock: Mock) -> None:
    reqtrail_mock.get("/cameras/{id}").replies(404, code="not_found", request_id="req_01HK3Z9YF7W7E8PM5QKT9DYXWR")
    client = reqtrail_mock.client()

    with pytest.raises(reqtrail.NotFoundError) as caught:
        client.get("/cameras/{id}", params={"id": 8})

    assert "req_01HK3Z9YF7W7E8PM5QKT9DYXWR" in str(caught.value)


# end


# test: timeout_is_not_repeated
def test_timeout_is_not_repeated(reqtrail_mock: Mock) -> None:
    reqtrail_mock.post("/cameras/{id}/trigger").fails("timeout")
    client = reqtrail_mock.client()

    with pytest.raises(reqtrail.TimeoutError) as caught:
        client.post("/cameras/{id}/trigger", params={"id": 7})

    assert caught.value.may_have_been_sent
    assert len(reqtrail_mock.requests) == 1


# end


# test: refresh_after_a_401
def test_refresh_after_a_401(reqtrail_mock: Mock) -> None:
    reqtrail_mock.get("/cameras").replies(401, code="invalid_token").then(200, json=[])
    client = reqtrail_mock.client(token="old", token_refresher=lambda: "new")

    assert client.get("/cameras").status == 200

    assert [request.headers["authorization"] for request in reqtrail_mock.requests] == ["Bearer old", "Bearer new"]


# end
