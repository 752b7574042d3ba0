"""The command ``reqtrail``, as the wheel installs it."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

import reqtrail

SCRIPT = [str(Path(sys.executable).with_name("reqtrail"))]
# A parent that runs in the background ignores SIGINT, and passes that on to its children.
HEEDING = ["env", "--default-signal=INT"]
MODULE = [sys.executable, "-m", "reqtrail"]
both = pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])


def run(*command: str, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, **{"capture_output": True, "text": True, "timeout": 60, **how})  # type: ignore[call-overload, no-any-return]


def unread(pipe: int) -> int:
    """Returns the number of bytes in the pipe that have not been read."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


@both
def test_the_version(command: list[str]) -> None:
    ran = run(*command, "--version")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"reqtrail {reqtrail.__version__}\n", "")


@both
def test_an_unknown_argument(command: list[str]) -> None:
    # The second argument is not UTF-8, and is passed on unchanged.
    ran = run(*command, "--colour", os.fsdecode(b"\xff"))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "'--colour'" in ran.stderr and "Usage: reqtrail " in ran.stderr


@both
def test_the_subcommand_that_the_package_leaves_out(command: list[str]) -> None:
    ran = run(*command, "sandbox", "--port", "0")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "unrecognized subcommand 'sandbox'" in ran.stderr and "`cargo install reqtrail-cli`" in ran.stderr
    assert "cargo install" not in run(*command, "sandbx").stderr


@both
def test_a_closed_reader(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = run(*command, "--help", capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (-signal.SIGPIPE, "")


@both
def test_closed_streams(command: list[str]) -> None:
    ran = run("sh", "-c", '"$@" --version <&- >&-', "sh", *command)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@both
def test_a_full_output(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ran = run(*command, "--version", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 2 and ran.stderr.startswith("reqtrail: standard output: ")


def test_the_script_does_not_wait_for_the_package() -> None:
    program = """
import sys
before = set(sys.modules)
from _reqtrail_command import main
sys.argv = ["reqtrail", "--version"]
code = main()
print(code, sorted(name for name in set(sys.modules) - before if name.startswith(("reqtrail", "asyncio", "typing"))))
"""
    ran = run(sys.executable, "-c", program)
    assert ran.stdout.splitlines()[1:] == ["0 []"], ran


@pytest.mark.parametrize("arguments", [["-m", "reqtrail"], ["-mreqtrail"]])
def test_the_module_does_not_wait_for_the_package(arguments: list[str]) -> None:
    ran = run(sys.executable, "-X", "importtime", *arguments, "--version")
    assert ran.returncode == 0 and "reqtrail._native" in ran.stderr
    assert "asyncio" not in ran.stderr and "reqtrail._client" not in ran.stderr


def test_other_main_modules_import_the_package(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").write_text("import reqtrail\n")
    (tmp_path / "own" / "__main__.py").write_text("import reqtrail\nprint(reqtrail.Client)\n")
    for arguments in (["-m", "own"], ["-m", "own", "reqtrail"], ["-m", "own", "-m", "reqtrail"]):
        ran = run(sys.executable, *arguments, cwd=tmp_path)
        assert (ran.returncode, ran.stdout) == (0, "<class 'reqtrail._client.Client'>\n"), ran
    # A slower way to the command.
    ran = run(sys.executable, "-Bmreqtrail", "--version")
    assert (ran.returncode, ran.stdout) == (0, f"reqtrail {reqtrail.__version__}\n")


def test_signal_handlers_are_restored() -> None:
    program = """
import os, signal
from reqtrail._native import run_command
# A parent that runs in the background ignores SIGINT, and passes that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
assert run_command(["--version"]) == 0
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError:
    print("refused")
"""
    ran = run(sys.executable, "-c", program)
    assert (ran.returncode, ran.stdout.splitlines()[1:]) == (0, ["interrupted", "refused"]), ran


def test_it_reads_the_journals_of_the_package(url: str, tmp_path: Path) -> None:
    with (
        reqtrail.Client(url, journal=str(tmp_path), journal_sync="always") as client,
        pytest.raises(reqtrail.NotFoundError) as missing,
    ):
        client.get("/missing")
    id = missing.value.request_id
    assert id is not None
    ran = run(*SCRIPT, "--journal", str(tmp_path), "find", id)
    assert ran.returncode == 0 and id in ran.stdout, ran
    ran = run(*SCRIPT, "find", f"{id}-other", env={**os.environ, "REQTRAIL_JOURNAL": str(tmp_path)})
    assert (ran.returncode, ran.stdout) == (5, ""), ran


@both
def test_an_interrupt_ends_it(command: list[str], tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*HEEDING, *command, "--journal", str(tmp_path), "find", "-"], **pipes) as running:  # type: ignore[call-overload]
        running.stdin.write(b"nothing\n")
        running.stdin.flush()
        while unread(running.stdin.fileno()):
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)
    assert (running.returncode, *said) == (-signal.SIGINT, b"", b"")


def test_an_interrupt_ends_tail(url: str, tmp_path: Path) -> None:
    with (
        reqtrail.Client(url, journal=str(tmp_path), journal_sync="always") as client,
        pytest.raises(reqtrail.NotFoundError),
    ):
        client.get("/missing")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*HEEDING, *SCRIPT, "--journal", str(tmp_path), "tail", "-f", "--json"], **pipes) as running:  # type: ignore[call-overload]
        assert b"/missing" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)
    assert (running.returncode, *said) == (130, b"", b"")


def test_other_threads_run_meanwhile(tmp_path: Path) -> None:
    program = """
import fcntl, os, sys, termios, threading, time
from reqtrail._native import run_command

reader, writer = os.pipe()
os.dup2(reader, 0)

def feed():
    os.write(writer, b"nothing\\n")
    while any(fcntl.ioctl(writer, termios.FIONREAD, bytes(4))):
        time.sleep(0.01)
    os.close(writer)  # the command reads to the end

threading.Thread(target=feed).start()
print(run_command(["find", "-"]))
"""
    ran = run(sys.executable, "-c", program, env={**os.environ, "REQTRAIL_JOURNAL": str(tmp_path)})
    assert (ran.returncode, ran.stdout) == (0, "5\n"), ran


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="the size of a pipe cannot be set")
def test_a_nonblocking_output() -> None:
    whole = run(*SCRIPT, "codes", "--json").stdout.encode()
    reader, writer = os.pipe()
    size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    assert len(whole) > 2 * size
    os.set_blocking(writer, False)
    with subprocess.Popen([*SCRIPT, "codes", "--json"], stdout=writer, stderr=subprocess.PIPE) as running:
        os.close(writer)
        # Waits until the command waits, because the pipe is full.
        while unread(reader) < size and running.poll() is None:
            time.sleep(0.01)
        with open(reader, "rb") as came:
            assert came.read() == whole
        assert running.communicate(timeout=60) == (None, b"")
    assert running.returncode == 0
