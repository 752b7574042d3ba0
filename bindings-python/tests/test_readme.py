"""The README's programs run one after another, as written, and do what it says."""

import re

import pytest

import little_cloud
import snippets
from sandbox import Sandbox
from snippets import BASE_URL, ROOT, TOKEN, Snippet

SNIPPETS = snippets.read(ROOT / "bindings-python" / "README.md")
PROGRAMS = [snippet for snippet in SNIPPETS if snippet.language == "python"]


def test_no_program_is_left_out() -> None:
    assert len(PROGRAMS) >= 4
    assert [program for program in PROGRAMS if not program.is_run] == []


def test_the_programs_run_as_they_are_read(sandbox: Sandbox) -> None:
    program = "\n".join(snippet.code for snippet in PROGRAMS)
    assert BASE_URL in program and TOKEN in program
    ran = snippets.run(program.replace(BASE_URL, sandbox.base_url).replace(TOKEN, sandbox.token))
    assert ran.returncode == 0, ran.stderr
    listed, missing, gathered = sandbox.request_ids
    assert ran.stdout.startswith(f"200 {listed} ")
    # There is no camera 7; a reader will see the same failure.
    assert "404 not_found: No such camera" in ran.stdout
    assert ran.stdout.count(missing) == 3  # in the error, alone, and in the report
    assert f"200 {gathered}" in ran.stdout


def test_the_readme_of_the_repository(sandbox: Sandbox) -> None:
    (program,) = of_repository("Install, and a first call", "python")
    ran = snippets.run(program.code.replace(BASE_URL, sandbox.base_url).replace(TOKEN, sandbox.token))
    assert ran.returncode == 0, ran.stderr
    (missing,) = sandbox.request_ids
    assert "404 not_found: No such camera" in ran.stdout
    assert ran.stdout.count(missing) == 2  # in the error and in the report


def test_the_failed_volume_in_the_readme_of_the_repository() -> None:
    (program,), (shown,) = of_repository("OpenStack", "python"), of_repository("OpenStack", "text")
    with little_cloud.serving() as cloud:
        ran = snippets.run(program.code, little_cloud.environment(cloud))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == shown.code.strip()


def of_repository(heading: str, language: str) -> list[Snippet]:
    read = snippets.read(ROOT / "README.md")
    return [snippet for snippet in read if (snippet.heading, snippet.language) == (heading, language)]


@pytest.mark.parametrize("heading", ["No server at hand?"])
def test_what_is_shown_is_what_is_printed(heading: str) -> None:
    program, shown = (snippet for snippet in SNIPPETS if snippet.heading == heading)
    ran = snippets.run(program.code)
    assert ran.returncode == 0, ran.stderr
    assert shape(ran.stdout) == shape(shown.code)


def shape(text: str) -> list[str]:
    """Returns the text without the parts that differ from run to run."""
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID", text)
    text = re.sub(r"req_[0-9a-f]+", "ID", text)
    text = re.sub(r"[0-9][0-9T:.-]*( ms| s\b|Z|\b)", "N", text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]
