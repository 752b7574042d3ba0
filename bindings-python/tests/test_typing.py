"""Types: of the package itself, of its stub against the module, and of a typed program."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import reqtrail
import reqtrail_pytest

HERE = Path(__file__).parent


def check(*command: str) -> None:
    ran = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=HERE, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_mypy(tmp_path: Path) -> None:
    check("mypy", "--strict", "--cache-dir", str(tmp_path), "-p", "reqtrail")
    # Checked alone: beside the installed modules, mypy would check all of them.
    plugin = tmp_path / "plugin" / "reqtrail_pytest.py"
    plugin.parent.mkdir()
    plugin.write_text(Path(reqtrail_pytest.__file__).read_text())
    check("mypy", "--strict", "--cache-dir", str(tmp_path), str(plugin))
    check("mypy", "--strict", "--cache-dir", str(tmp_path), "typed_example.py")


def test_pyright(tmp_path: Path) -> None:
    config = tmp_path / "pyrightconfig.json"
    config.write_text(f'{{"typeCheckingMode": "strict", "include": ["{HERE / "typed_example.py"}"]}}')
    check("pyright", "--project", str(config), "--pythonpath", sys.executable)


def test_the_stub_matches_the_module() -> None:
    check("mypy.stubtest", "reqtrail._native", "--ignore-disjoint-bases")


@pytest.mark.parametrize("module", ["reqtrail", "reqtrail.novavms", "reqtrail.openstack", "reqtrail.testing"])
def test_all_names_what_is_public(module: str) -> None:
    imported = importlib.import_module(module)
    assert sorted(imported.__all__, key=str.lower) == sorted(set(imported.__all__), key=str.lower)
    for name in imported.__all__:
        assert hasattr(imported, name)
        assert getattr(imported, name).__doc__ or name.startswith("__"), name
    assert reqtrail.__version__.count(".") == 2
