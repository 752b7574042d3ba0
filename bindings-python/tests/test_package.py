"""What is installed besides the code: licences, types, and metadata."""

import re
import sys
from importlib.metadata import distribution
from importlib.resources import files

import reqtrail

PACKAGE = distribution("reqtrail")


def test_the_licences_are_installed() -> None:
    names = PACKAGE.metadata.get_all("License-File") or []
    assert sorted(names) == ["LICENSE-APACHE", "LICENSE-MIT"]
    for name in names:
        text = PACKAGE.read_text(f"licenses/{name}")
        assert text is not None and "Copyright" in text


def test_the_package_is_typed() -> None:
    assert files("reqtrail").joinpath("py.typed").is_file()
    assert "Typing :: Typed" in (PACKAGE.metadata.get_all("Classifier") or [])


def test_the_metadata() -> None:
    assert PACKAGE.version == reqtrail.__version__
    assert PACKAGE.requires is None
    running = "Programming Language :: Python :: {}.{}".format(*sys.version_info)
    assert sys.version_info >= (3, 14) or running in (PACKAGE.metadata.get_all("Classifier") or [])


def test_the_command_is_installed() -> None:
    (command,) = PACKAGE.entry_points.select(group="console_scripts")
    assert (command.name, command.value) == ("reqtrail", "_reqtrail_command:main")


def test_the_pytest_plugin_is_beside_the_package() -> None:
    (plugin,) = PACKAGE.entry_points.select(group="pytest11")
    assert (plugin.name, plugin.value) == ("reqtrail", "reqtrail_pytest")
    names = [str(file) for file in PACKAGE.files or ()]
    assert "reqtrail_pytest.py" in names
    # The console script is `../../../bin/reqtrail`.
    assert sorted({name.split("/")[0] for name in names if not re.search(r"^\.\.|\.dist-info|__pycache__", name)}) == [
        "_reqtrail_command.py",
        "reqtrail",
        "reqtrail_pytest.py",
    ]


def test_one_native_module_serves_every_python() -> None:
    native = [str(file) for file in PACKAGE.files or () if str(file).endswith(".so")]
    assert native == ["reqtrail/_native.abi3.so"]
