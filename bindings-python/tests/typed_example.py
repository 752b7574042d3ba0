"""A typed program for the type checkers, with every public name that programs usually use."""

from datetime import datetime
from pathlib import Path
from typing import assert_type

import reqtrail
from reqtrail.novavms import ErrorCode
from reqtrail.openstack import ActionReport, AsyncCompute, AsyncResources, Cloud, Compute, Connection, ServerHistory
from reqtrail.testing import Mock, Request, error, response, trail


def on_attempt(call: reqtrail.CallInfo, attempt: reqtrail.Attempt) -> None:
    assert_type(call.path, str)
    assert_type(attempt.status, int | None)


def synchronous() -> None:
    acme: reqtrail.CustomDialect = {"name": "acme", "auth": {"header": "X-Key", "prefix": ""}}
    with reqtrail.Client("https://acme.example", dialect=acme, token=reqtrail.Secret("k"), retry_budget=None) as client:
        assert_type(client, reqtrail.Client)
    with reqtrail.Client.novavms("https://novavms.example/api/v1", timeout=30, on_attempt=on_attempt) as client:
        assert_type(client, reqtrail.Client)
    local = reqtrail.Client(
        "http://api.example",
        unix_socket=Path("/run/api.sock"),
        http2_ping_interval=None,
        http2_ping_timeout=3,
        headers={"X-Thing": reqtrail.Secret("s"), "X-Plain": "p"},
    )
    with local as client:
        try:
            response = client.get(
                "/cameras/{id}", params={"id": 7}, query={"limit": 10, "tag": ["a", None], "cursor": None}
            )
        except reqtrail.RateLimitedError as error:
            assert_type(error.retry_after, float | None)
            assert_type(error.trail, reqtrail.Trail)
            assert_type(error.code == ErrorCode.RATE_LIMITED, bool)
        except reqtrail.InternalError as error:
            assert_type(error.trail, reqtrail.Trail | None)
        else:
            assert_type(response.status, int)
            assert_type(response.headers["x"], str)
            assert_type(response.trail.started_at, datetime)
            assert_type(response.trail.attempts, tuple[reqtrail.Attempt, ...])
            assert_type(response.rate_limit, reqtrail.RateLimit | None)


async def asynchronous() -> None:
    async def refresh() -> str:
        return "token"

    async with reqtrail.AsyncClient.openstack("https://nova.example/v2.1", token_refresher=refresh) as client:
        assert_type(client, reqtrail.AsyncClient)
        resize = await client.post("/servers/{id}/action", params={"id": "x"}, json={"resize": {}}, idempotent=False)
        assert_type(resize, reqtrail.Response)
        assert_type(await AsyncCompute(client).follow("x", resize, deadline=600), ActionReport)
        assert_type(await AsyncResources(client).follow(resize, deadline=600), ActionReport)
        assert_type(await AsyncResources(client).follow("volume.extend", "x", "req-1", size=2), ActionReport)


def compute(client: reqtrail.Client) -> ServerHistory:
    return Compute(client).explain("x", limit=3)


def tests(reqtrail_mock: Mock) -> None:
    with Mock(seed=1, clock="manual", allow_unused=True) as mock:
        route = mock.post("/cameras/{id}", query={"a": 1}, headers={"X-A": None}, json={"a": 1})
        route.replies(429, code="rate_limited", retry_after=60, times=2).then(200, json=[]).then_fails("timeout")
        mock.load({"schema": "reqtrail.script/1", "exchanges": []})
        assert_type(mock.client(token="t", timeout=5), reqtrail.Client)
        assert_type(mock.async_client("https://nova.example", dialect="openstack"), reqtrail.AsyncClient)
        assert_type(mock.requests, list[Request])
        assert_type(mock.requests[0].headers["x"], str)
    assert_type(trail([{"code": "rate_limited"}, {"failure": "timeout"}], method="POST"), reqtrail.Trail)
    assert_type(response(json={}, attempts=[{"status": 200}]), reqtrail.Response)
    assert_type(error("rate_limited", retry_after=5), reqtrail.ReqtrailError)
    assert_type(reqtrail.Trail.from_json("{}"), reqtrail.Trail)


def clouds(cancel: reqtrail.CancelToken) -> None:
    auth: dict[str, str | reqtrail.Secret] = {"auth_url": "https://keystone.example", "token": reqtrail.Secret("s")}
    cloud = Cloud(auth=auth, volume_interface=["internal", "public"], image_api_version=2, dns_region_name=None)
    connection = cloud.connect(cancel=cancel)
    assert_type(connection, Connection)
    assert_type(connection.client(service="volume", interface="internal", cancel=cancel), reqtrail.Client)
    Cloud(volume_default_microversion=3.7)  # type: ignore[arg-type] # a number loses the last digit of 3.70
