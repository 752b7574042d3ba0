"""The pytest plugin: its fixture, in separate runs of pytest, and what it must not break."""

import subprocess
import sys
from pathlib import Path

import pytest

import reqtrail_pytest
import snippets
from snippets import ROOT


def run(folder: Path, tests: str, *options: str, status: int = 0) -> str:
    """Runs pytest on tests, and returns what it prints."""
    (folder / "test_it.py").write_text(tests)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--strict-markers",
        "-rA",
        *options,
        str(folder),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stdout


def test_the_five_tests_of_the_docs() -> None:
    folder = ROOT / "docs" / "testing"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
    assert ran.returncode == 0 and "5 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_test_of_the_readme(tmp_path: Path) -> None:
    (program,) = [
        it for it in snippets.read(ROOT / "bindings-python" / "README.md") if it.heading == "Testing your code"
    ]
    assert "1 passed" in run(tmp_path, program.code)


def test_it_imports_only_pytest() -> None:
    program = "import pytest, sys; a = set(sys.modules); import reqtrail_pytest; print(sorted(set(sys.modules) - a))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "['reqtrail_pytest']", ran.stderr
    assert reqtrail_pytest.__doc__


def test_a_program_may_import_the_package_before_it_runs_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_unrelated(): pass")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error", str(tmp_path)]
    program = f"import reqtrail, reqtrail_pytest, pytest; raise SystemExit(pytest.main({options}))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ran.returncode == 0 and "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_fixture_verifies_at_the_end(tmp_path: Path) -> None:
    printed = run(
        tmp_path,
        """if True:
        import pytest

        def test_used(reqtrail_mock):
            reqtrail_mock.get("/x").replies(200)
            assert reqtrail_mock.client().get("/x").status == 200

        def test_unused(reqtrail_mock):
            reqtrail_mock.get("/unused").replies(200)

        def test_failed(reqtrail_mock):
            reqtrail_mock.get("/not-reported").replies(200)
            assert False, "its own failure"

        def test_skipped(reqtrail_mock):
            reqtrail_mock.get("/not-reported").replies(200)
            pytest.skip("for a reason")

        @pytest.mark.xfail
        def test_expected(reqtrail_mock):
            reqtrail_mock.get("/not-reported").replies(200)
            assert False

        @pytest.mark.reqtrail_mock(allow_unused=True)
        def test_allowed(reqtrail_mock):
            reqtrail_mock.get("/not-reported").replies(200)

        @pytest.mark.reqtrail_mock(clock="manual", seed=5)
        class TestMarked:
            def test_manual(self, reqtrail_mock):
                reqtrail_mock.advance(2)
                assert reqtrail_mock.elapsed == 2

        @pytest.mark.reqtrail_mock("manual")
        def test_without_a_name(reqtrail_mock):
            pass

        @pytest.fixture
        def broken():
            raise LookupError("broken")

        def test_without_a_call(reqtrail_mock, broken):
            pass
        """,
        status=1,
    )
    assert outcomes(printed) == {"4 passed", "1 failed", "1 skipped", "1 xfailed", "3 errors"}
    assert "ERROR test_it.py::test_unused - AssertionError" in printed
    assert "/unused" in printed and "its own failure" in printed
    assert "ERROR test_it.py::test_without_a_name - TypeError" in printed
    assert "ERROR test_it.py::test_without_a_call - LookupError: broken" in printed
    assert not [line for line in printed.splitlines() if line.startswith("E ") and "/not-reported" in line]


def outcomes(printed: str) -> set[str]:
    """Returns the counts of the last line."""
    last = printed.strip().splitlines()[-1].strip("= ").partition(" in ")[0]
    return set(last.split(", "))


ASYNC = """if True:
    import asyncio

    import pytest

    {mark}
    async def test_asynchronous(reqtrail_mock):
        reqtrail_mock.get("/x").replies(429, code="rate_limited", retry_after=30).then(200)
        async with reqtrail_mock.async_client() as client:
            response, _ = await asyncio.gather(client.get("/x"), asyncio.sleep(0))
        assert response.trail.elapsed >= 30

    {mark}
    async def test_unused(reqtrail_mock):
        reqtrail_mock.get("/unused").replies(200)

    @pytest.fixture
    async def response(reqtrail_mock):
        reqtrail_mock.get("/y").replies(200, text="made by a fixture")
        async with reqtrail_mock.async_client() as client:
            yield await client.get("/y")

    {mark}
    async def test_of_a_fixture(response):
        assert response.text == "made by a fixture"
"""


def test_with_pytest_asyncio(tmp_path: Path) -> None:
    printed = run(tmp_path, ASYNC.format(mark=""), "--asyncio-mode=auto", status=1)
    assert "3 passed, 1 error" in printed and "ERROR test_it.py::test_unused - AssertionError" in printed


def test_with_anyio(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'\n")
    printed = run(tmp_path, ASYNC.format(mark="@pytest.mark.anyio"), "-p", "no:asyncio", status=1)
    assert "3 passed, 1 error" in printed and "ERROR test_it.py::test_unused - AssertionError" in printed


def test_with_pytest_xdist(tmp_path: Path) -> None:
    tests = """if True:
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_numbered(reqtrail_mock, number):
            reqtrail_mock.get("/{n}").replies(503, retry_after=20).then(200, json=number)
            assert reqtrail_mock.client().get("/{n}", params={"n": number}).json() == number

        def test_unused(reqtrail_mock):
            reqtrail_mock.get("/unused").replies(200)
    """
    printed = run(tmp_path, tests, "-n2", status=1)
    assert "9 passed, 1 error" in printed and "ERROR test_it.py::test_unused - AssertionError" in printed


@pytest.mark.parametrize(
    "broken",
    [
        "raise ImportError('libssl is missing')",
        "raise OSError('the file is damaged')",
        "raise SystemError('libssl is missing')",
        "import reqtrail_is_not_here",
    ],
)
def test_a_broken_installation_breaks_no_other_test(broken: str, tmp_path: Path) -> None:
    # Replaces the installed package, whose plugin is still loaded.
    package = tmp_path / "instead" / "reqtrail"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(broken)
    tests = """if True:
        def test_unrelated():
            pass

        def test_related(reqtrail_mock):
            pass
    """
    printed = run(tmp_path, tests, "-o", f"pythonpath={package.parent}", status=1)
    assert "PASSED test_it.py::test_unrelated" in printed and "1 passed, 1 error" in printed
    reason = broken.partition("'")[2].rstrip("')") or "No module named 'reqtrail_is_not_here'"
    assert "ERROR test_it.py::test_related" in printed and reason in printed
