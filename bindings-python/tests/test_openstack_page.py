"""The programs of the pages on OpenStack. Each prints what the page shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import little_cloud
import snippets
from clouds import url_of
from snippets import ROOT, Snippet

PAGE = ROOT / "docs" / "python" / "openstack.md"
PROGRAMS = [snippet for snippet in snippets.read(PAGE) if snippet.language == "python"]
VOLUMES_PAGE, EXPLAINS = ROOT / "docs" / "why-did-my-volume-fail.md", "One call explains it"


def heading(snippet: Snippet) -> str:
    return snippet.heading


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables that name the page's `clouds.yaml`, with the address of the test's cloud."""
    (described,) = (snippet.code for snippet in snippets.read(PAGE) if snippet.language == "yaml")
    assert little_cloud.PASSWORD in described and "https://keystone.example:5000" in described
    with little_cloud.serving() as cloud:
        file: Path = tmp_path_factory.mktemp("cloud") / "clouds.yaml"
        file.write_text(described.replace("https://keystone.example:5000", url_of(cloud)))
        yield {"OS_CLIENT_CONFIG_FILE": str(file), "OS_CLOUD": "prod"}


def test_no_program_is_left_out() -> None:
    assert len(PROGRAMS) >= 6 and all(program.is_run for program in PROGRAMS)
    assert len({program.heading for program in PROGRAMS}) == len(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS, ids=heading)
def test_a_program_prints_what_is_shown(program: Snippet, variables: dict[str, str]) -> None:
    ran = snippets.run(program.code, variables)
    assert ran.returncode == 0, ran.stderr
    shown = under(PAGE, program.heading, "text")
    if shown:
        assert [ran.stdout] == shown
    else:
        assert little_cloud.CREATION in ran.stdout


def test_the_page_on_volumes_explains_one(variables: dict[str, str]) -> None:
    (program,), shown = under(VOLUMES_PAGE, EXPLAINS, "python"), under(VOLUMES_PAGE, EXPLAINS, "text")
    ran = snippets.run(program, variables)
    assert ran.returncode == 0, ran.stderr
    assert [ran.stdout.strip()] == [text.strip() for text in shown]


def under(page: Path, heading: str, language: str) -> list[str]:
    read = snippets.read(page)
    return [snippet.code for snippet in read if (snippet.heading, snippet.language) == (heading, language)]
