"""The programs on the page for users of requests and httpx. Each runs against the sandbox."""

import re

import pytest

import snippets
from sandbox import Sandbox
from snippets import BASE_URL, ROOT, TOKEN, Snippet

PAGE = ROOT / "docs" / "python" / "from-requests-and-httpx.md"
SETUP, *PROGRAMS = [snippet for snippet in snippets.read(PAGE) if snippet.language == "python"]

# The server's incidents while the programs under a heading run.
INCIDENTS = {
    "A GET with retries": "service_unavailable:retry_after=0,on=GET /cameras",
    "Timeouts": "stall:on=GET /events",
    "A token that expires": "expire_tokens:on=GET /events",
    "Cancelling": "stall:on=GET /events",
}

# What the programs under a heading print. One pattern serves the program without reqtrail and the one with it.
PRINTS = {
    "A GET with retries": [r"12 ID", r"12 ID\n\('ID', 'ID'\)"],
    "A POST with JSON": [r"202 UUID"],
    "Errors": [r"404 not_found ID"],
    # On a very busy machine, the request may not have left yet; the same below.
    "Timeouts": [r"(Read|Connect)Timeout", r"deadline (True|False)"],
    "Sessions and connection pools": [r"36"],
    "Many calls with asyncio": [r"200 ID\n404 ID"],
    "A token that expires": [r"200", r"200 \[<Cause.INITIAL: 'initial'>, <Cause.REAUTH: 'reauth'>\]"],
    "The request ID in the log": [
        r"(.*\n)*INFO:root:GET http://\S+/cameras: 200, request ID ID",
        r"(.*\n)*DEBUG:reqtrail:GET /cameras attempt 1: 200, request ID ID",
    ],
    "Cancelling": [r"cancelled (True|False)", r"cancelled \[(<Sent\.\w+: '\w+'>)?\]"],
}


def test_every_program_is_run() -> None:
    # The folder's README is a map, and test_openstack_page.py runs the programs of its page.
    pages = [page for page in PAGE.parent.iterdir() if page.name not in ("README.md", "openstack.md")]
    assert pages == [PAGE], "a page without a test"
    assert all(program.is_run for program in PROGRAMS)
    assert {program.heading for program in PROGRAMS} == set(PRINTS)
    assert sum("import reqtrail" in program.code for program in PROGRAMS) >= 10


def patterns() -> list[tuple[Snippet, str]]:
    found = []
    for heading, prints in PRINTS.items():
        programs = [program for program in PROGRAMS if program.heading == heading]
        found += zip(programs, prints if len(prints) == len(programs) else prints * len(programs), strict=True)
    return found


def name(value: object) -> str | None:
    return f"{value.heading}-{'reqtrail' if 'reqtrail' in value.code else 'peer'}" if isinstance(value, Snippet) else ""


@pytest.mark.parametrize(("program", "prints"), patterns(), ids=name)
def test_a_program(program: Snippet, prints: str, sandbox: Sandbox) -> None:
    if incident := INCIDENTS.get(program.heading):
        sandbox.inject(incident)
    setup = SETUP.code.replace(BASE_URL, sandbox.base_url).replace(TOKEN, sandbox.token)
    login = f"EMAIL, PASSWORD = {sandbox.email!r}, {sandbox.password!r}\n"
    ran = snippets.run(setup + login + program.code)
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout + ran.stderr
    said = re.sub(r"\breq_[0-9A-Z]{26}\b", "ID", said)
    said = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID", said)
    assert re.fullmatch(prints, said.strip()), said
