"""A web service that calls an API: when a call fails, its request ID is in the service's log and in its error body.

    uvicorn fastapi_app:app

REQTRAIL_BASE_URL and REQTRAIL_TOKEN say which NovaVMS to call.
"""

import logging
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

import reqtrail

logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
log = logging.getLogger("camera_service")
# reqtrail itself logs failed calls at WARNING too. The line below also names this service's request.
logging.getLogger("reqtrail").setLevel(logging.ERROR)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
    base_url, token = os.environ["REQTRAIL_BASE_URL"], os.environ["REQTRAIL_TOKEN"]
    # Less than this service's callers wait, so that they get a response.
    async with reqtrail.AsyncClient.novavms(base_url, token=token, timeout=10) as client:
        yield {"client": client}


app = FastAPI(lifespan=lifespan)


@app.get("/cameras/{camera_id}")
async def camera(camera_id: str, request: Request) -> Any:
    client: reqtrail.AsyncClient = request.state.client
    return (await client.get("/cameras/{id}", params={"id": camera_id})).json()


@app.get("/events")
async def events(request: Request) -> Any:
    client: reqtrail.AsyncClient = request.state.client
    return (await client.get("/events", query={"limit": 10})).json()["data"]


@app.exception_handler(reqtrail.ReqtrailError)
async def upstream_failed(request: Request, error: Exception) -> JSONResponse:
    """Handles every failed call, whichever route made it."""
    assert isinstance(error, reqtrail.ReqtrailError)
    call_id = error.trail.call_id if error.trail is not None else None
    # The error's text is one line without secrets that has every request ID. The fields are for a JSON formatter.
    log.error(
        "%s %s: %s",
        *(request.method, request.url.path, error),
        extra={"upstream_request_ids": error.request_ids, "upstream_call_id": call_id, "code": error.code},
    )
    # The API's message goes to the log. Callers get the ID that they need to ask about it.
    body = {"error": "upstream_failed", "upstream_request_id": error.request_id, "upstream_call_id": call_id}
    headers = {} if error.retry_after is None else {"Retry-After": str(math.ceil(error.retry_after))}
    return JSONResponse(body, status_of(error), headers)


def status_of(error: reqtrail.ReqtrailError) -> int:
    match error:
        case reqtrail.NotFoundError():
            return 404
        case reqtrail.RateLimitedError() | reqtrail.UnavailableError():
            return 503
        case reqtrail.TimeoutError():
            return 504
        case _:
            return 502
