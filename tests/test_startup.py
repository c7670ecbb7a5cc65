"""What starting a plain program costs: the modules it imports, and how they are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs

# Each of them, or what it imports in turn, takes a millisecond or more.
HEAVY = (
    "argparse", "ast", "capstone", "collections", "contextlib", "dataclasses", "elftools", "enum",
    "functools", "importlib", "inspect", "keystone", "logging", "operator", "pathlib", "re",
    "signal", "subprocess", "threading", "tokenize", "traceback", "typing", "unicorn",
)  # fmt: skip
# Parts of ours that a program needs only when it asks for them.
RARE = (
    "qemu_user.exec.abi.clocks", "qemu_user.exec.abi.processes", "qemu_user.exec.abi.sockets",
    "qemu_user.exec.advice", "qemu_user.exec.procfs", "qemu_user.exec.remap", "qemu_user.strace",
    "qemu_user.syscalls.clocks", "qemu_user.syscalls.processes", "qemu_user.syscalls.signals",
    "qemu_user.syscalls.sockets", "qemu_user.uintr.state",
)  # fmt: skip
HELLO = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n'
RUN = """
import os, sys
leave, place = os._exit, sys.argv.pop(1)
def list_modules(status):
    with open(place, "w") as file:
        for name, module in list(sys.modules.items()):
            print(name, getattr(module, "__file__", None) or "-", file=file)
    leave(status)
os._exit = list_modules
from qemu_user.cli import main
main()
"""


def modules_of(program: Path, place: Path) -> dict[str, str]:
    """The files of the modules that a run of `program` imports, by name, in order.

    Python's site module is left out: what it imports depends on the installation.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-S", "-c", RUN, str(place), str(program)],
        env=environment,
        cwd=programs.ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=programs.TIMEOUT,
        check=False,
    )
    assert place.exists(), done.stderr.decode()
    return dict(line.split(" ", 1) for line in place.read_text().splitlines())


@pytest.mark.parametrize("arch", programs.MUSL)
def test_a_plain_program_imports_nothing_heavy(
    arch: str, build_c: Callable[..., Path], tmp_path: Path
) -> None:
    found = modules_of(build_c(HELLO, arch), tmp_path / "modules")
    assert "qemu_user.syscalls.transfers" in found
    assert [name for name in (*HEAVY, *RARE) if name in found] == []


def test_nothing_waits_for_the_dynamic_linker(build_c: Callable[..., Path], tmp_path: Path) -> None:
    """It is locked while the engine is opened in the background."""
    found = modules_of(build_c(HELLO), tmp_path / "modules")
    names = list(found)
    later = names[names.index("qemu_user.exec.engine_library") :]
    assert [name for name in later if ".so" in found[name]] == []
    assert "qemu_user.exec.host" not in later


def small_package(folder: Path) -> Path:
    """A package with our finder, still without its module `thing`."""
    package = folder / "qemu_user"
    package.mkdir()
    for name in ("__init__.py", "finder.py"):
        shutil.copy(programs.ROOT / "qemu_user" / name, package)
    return package


def import_thing(folder: Path, before: str = "") -> str:
    """What a new Python prints that runs `before` and imports `thing` by the finder."""
    code = (
        "from qemu_user import finder; finder.install()\n"
        f"{before}\n"
        "from qemu_user import thing\n"
        "print(thing.value, type(thing.__loader__).__module__, thing.__cached__ is not None)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_changed_modules_are_compiled_again(tmp_path: Path) -> None:
    package = small_package(tmp_path)
    for value in ("1", "1", "22"):
        if not (package / "thing.py").exists() or value == "22":
            (package / "thing.py").write_text(f"value = {value}\n")
        assert import_thing(tmp_path) == f"{value} qemu_user.finder True\n"


def test_compiled_modules_cut_short_are_compiled_again(tmp_path: Path) -> None:
    """A full disk, or RLIMIT_FSIZE of the guest that is running, cuts them."""
    package = small_package(tmp_path)
    (package / "thing.py").write_text("value = " + "+".join(["7"] * 7) + "\nmore = 'x' * 9\n")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))"
    assert import_thing(tmp_path, limit) == "49 qemu_user.finder True\n"
    assert not list(package.glob("__pycache__/thing.*.pyc"))
    assert import_thing(tmp_path) == "49 qemu_user.finder True\n"
    (compiled,) = package.glob("__pycache__/thing.*.pyc")
    whole = compiled.read_bytes()
    compiled.write_bytes(whole[:40])
    assert import_thing(tmp_path) == "49 qemu_user.finder True\n"
    assert compiled.read_bytes() == whole
