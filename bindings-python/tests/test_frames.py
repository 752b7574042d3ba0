"""No frame of reqtrail holds a secret when an exception passes it, because error trackers, `pytest -l` and rich show
the variables of frames."""

import asyncio
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

import reqtrail
from reqtrail.openstack import Cloud

CANARY = "s3cr3t"
OWN = str(Path(reqtrail.__file__).parent)
HERE = __file__


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Iterates over an exception and its causes, each once: a chain may be a circle."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def shown(error: BaseException) -> str:
    """Returns what a tracker shows of frames that are not the program's: each variable, and its attributes."""
    lines: list[str] = []
    for one in chain(error):
        at: TracebackType | None = one.__traceback__
        while at is not None:
            if at.tb_frame.f_code.co_filename != HERE:
                for name, value in at.tb_frame.f_locals.items():
                    inside = getattr(value, "__dict__", {})
                    lines.append(f"{at.tb_frame.f_code.co_name}: {name} = {value!r} {inside!r}")
            at = at.tb_next
    return "\n".join(lines)


class Strange:
    """A value that JSON cannot hold."""


URL_WITH_PASSWORD = f"https://user:{CANARY}@api.example"
HEADERS = {"Authorization": f"Basic {CANARY}"}

BUILDING: list[Callable[[], object]] = [
    lambda: reqtrail.Client("https://api.example", token=CANARY, max_attempts=0),
    lambda: reqtrail.Client("https://api.example", token=CANARY, nope=1),  # type: ignore[call-arg]
    lambda: reqtrail.Client.novavms("https://api.example", token=CANARY, headers=HEADERS, timeout="x"),  # type: ignore[arg-type]
    lambda: reqtrail.Client.openstack("https://api.example", client_certificate=CANARY),
    lambda: reqtrail.Client("https://api.example", proxy=f"nope://{CANARY}"),
    lambda: reqtrail.Client(URL_WITH_PASSWORD),
    lambda: reqtrail.AsyncClient("https://api.example", token=CANARY, max_attempts=0),
    lambda: reqtrail.AsyncClient.novavms("https://api.example", token=CANARY, on_call=5),  # type: ignore[arg-type]
    lambda: reqtrail.AsyncClient.openstack(URL_WITH_PASSWORD, token=CANARY),
    lambda: reqtrail.AsyncClient("https://api.example", token=f"\ud800{CANARY}"),
    lambda: reqtrail.Client("https://api.example", token=f"\ud800{CANARY}"),
    lambda: Cloud(auth={"auth_url": "https://keystone.example", "password": CANARY}, nope=1),  # type: ignore[call-arg]
    lambda: Cloud(auth={"password": CANARY, "auth_url": Strange()}),  # type: ignore[dict-item]
    lambda: Cloud(auth={"password": CANARY}),
    lambda: Cloud.from_dict({"auth": {"password": CANARY, "user": {CANARY}}}),
]


@pytest.mark.parametrize("build", BUILDING)
def test_building_a_client_or_a_cloud(build: Callable[[], object]) -> None:
    with pytest.raises((reqtrail.ConfigError, TypeError, ValueError)) as info:
        build()
    assert CANARY not in shown(info.value)
    assert CANARY not in "".join(traceback.format_exception(info.value)).replace("CANARY", "")


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("/missing", {"headers": HEADERS, "json": {"password": CANARY}}),
    ("/missing/{id}", {"params": {"id": reqtrail.Secret(CANARY)}, "content": CANARY, "query": {"token": CANARY}}),
    ("/ok", {"json": {"password": CANARY, "when": Strange()}}),
    ("/ok", {"json": {"password": CANARY, "value": float("nan")}}),
    ("/ok", {"json": f"\ud800{CANARY}"}),
    ("/ok", {"headers": HEADERS, "timeout": "soon"}),
    ("/ok", {"headers": {"Authorization": f"\n{CANARY}"}}),
    ("/ok", {"headers": HEADERS, "nope": 1}),
    ("/{id}", {"json": {"password": CANARY}}),
    ("/stall", {"json": {"password": CANARY}, "timeout": 0.05}),
]


@pytest.mark.parametrize(("path", "options"), CALLS)
@pytest.mark.parametrize("method", ["post", "request", "request_link"])
def test_calls(url: str, method: str, path: str, options: dict[str, Any]) -> None:
    arguments = [path] if method == "post" else ["POST", url + path if method == "request_link" else path]
    client, looped = reqtrail.Client(url), reqtrail.AsyncClient(url)

    async def main() -> None:
        async with looped:
            await getattr(looped, method)(*arguments, **options)

    for call in (lambda: getattr(client, method)(*arguments, **options), lambda: asyncio.run(main())):
        with pytest.raises((reqtrail.ReqtrailError, TypeError, ValueError)) as info:
            call()
        assert CANARY not in shown(info.value)


def test_links(url: str) -> None:
    with reqtrail.Client(url) as client, pytest.raises(reqtrail.RequestBuildError) as info:
        client.request_link("GET", f"https://user:{CANARY}@api.example/path?token={CANARY}")
    assert CANARY not in shown(info.value)


@pytest.mark.parametrize(
    "path",
    [
        f"https://user:{CANARY}@api.example/path?token={CANARY}#{CANARY}",
        f"//user:{CANARY}@api.example/path?token={CANARY}",
        f"https://api.example/path?token={CANARY}",
    ],
)
def test_urls_given_as_paths(url: str, path: str) -> None:
    client, looped = reqtrail.Client(url), reqtrail.AsyncClient(url)

    async def main() -> None:
        async with looped:
            await looped.get(path)

    for call in (lambda: client.get(path), lambda: asyncio.run(main())):
        with pytest.raises(reqtrail.RequestBuildError, match=r"api\.example") as info:
            call()
        assert CANARY not in shown(info.value) and CANARY not in f"{info.value} {info.value!r} {vars(info.value)}"


def test_a_task_that_is_cancelled(url: str) -> None:
    async def main() -> None:
        async with reqtrail.AsyncClient(url) as client:
            task = asyncio.create_task(client.post("/stall", json={"password": CANARY}, headers=HEADERS))
            await asyncio.sleep(0.1)
            # A debugger or a dump of tasks shows the frames of a task that waits.
            frames = task.get_stack()
            assert frames and CANARY not in repr([frame.f_locals for frame in frames])
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as info:
                await task
            assert CANARY not in shown(info.value)

    asyncio.run(main())


@pytest.mark.parametrize("body", [f'{{"token": "{CANARY}"', f'"{CANARY}" NaN', f"\xff {CANARY}", f'["{CANARY}", NaN]'])
def test_bodies_that_are_not_json(url: str, body: str) -> None:
    with reqtrail.Client(url) as client:
        response = client.put("/echo", content=body.encode("latin-1"))
        with pytest.raises(reqtrail.DecodeError) as info:
            response.json()
    assert CANARY not in shown(info.value)
    for error in chain(info.value):
        assert CANARY not in f"{error} {error!r} {vars(error)}"


def test_tokens_that_are_set(url: str) -> None:
    client, looped = reqtrail.Client(url), reqtrail.AsyncClient(url)
    for set_token in (client.set_token, looped.set_token):
        for token in (f"{CANARY}\n", f"\ud800{CANARY}", [CANARY]):
            with pytest.raises((reqtrail.ConfigError, TypeError, ValueError)) as info:
                set_token(token)  # type: ignore[arg-type]
            assert CANARY not in shown(info.value) and CANARY not in f"{info.value} {info.value!r}"
