"""How the body of a success is read, and responses that have not changed."""

import asyncio

import pytest

import reqtrail
from conftest import Server


def test_text_is_decoded_by_its_charset(url: str) -> None:
    with reqtrail.Client(url) as client:
        assert client.get("/tagged").text == "café"


def test_json_is_utf_8(url: str) -> None:
    with reqtrail.Client(url) as client:
        assert client.post("/echo", content=b"\xef\xbb\xbf[1]").json() == [1]
        for body in (b"\xff\xfe[\0]\0", b"[NaN]", b"[-Infinity]", b'"caf\xe9"'):
            with pytest.raises(reqtrail.DecodeError) as info:
                client.post("/echo", content=body).json()
            assert info.value.trail is not None
            assert info.value.trail.outcome == "decode"


def test_a_response_that_has_not_changed(url: str, server: Server) -> None:
    with reqtrail.Client(url) as client:
        first = client.get("/tagged")
        assert not first.not_modified
        again = client.get("/tagged", if_none_match=first.headers["etag"])
        assert (again.not_modified, again.status, again.content, again.text) == (True, 304, b"", "")
        assert again.trail.outcome == "ok"
        changed = client.get("/tagged", if_none_match='"v0"')
        assert (changed.not_modified, changed.text) == (False, "café")
        assert [dict(seen[2]).get("if-none-match") for seen in server.seen] == [None, '"v1"', '"v0"']
        with pytest.raises(reqtrail.ApiError) as info:
            client.get("/tagged", headers={"If-None-Match": '"v1"'})
        assert info.value.status == 304
        with pytest.raises(reqtrail.RequestBuildError, match="if_none_match is empty"):
            client.get("/tagged", if_none_match="")

    async def main() -> bool:
        async with reqtrail.AsyncClient(url) as client:
            return (await client.get("/tagged", if_none_match='"v1"')).not_modified

    assert asyncio.run(main())
