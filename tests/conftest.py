"""Fixtures shared by all tests; tests/programs.py does their work.

    guest(name, arch="x86_64", libc="musl") -> Path     tests/guests/<family/file>.c compiled
    build_c(text, arch="x86_64", libc="musl", *flags) -> Path          the same for C text
    build_asm(text) -> Path            Keystone source compiled, see samples/build_asm.py
    run_ours(path, *args, options=(), timeout=, input=b"", env={}, cwd=) -> Result
    run_native(path, *args, arch="x86_64", timeout=, input=, cwd=) -> Result | None

A Result has status (minus the signal's number when one killed the program), out and err (bytes)
and text (out as str). A program that exceeds its timeout is killed with its process group and
fails the test. A missing compiler skips it. Everything compiled is cached in build/guests.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs

resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

for _signo in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    # A suite started in the background ignores some, and so would every guest.
    if signal.getsignal(_signo) == signal.SIG_IGN:
        signal.signal(_signo, signal.SIG_DFL)

for _name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # `make test` is not the guests' make
    os.environ.pop(_name, None)


def compiled(source: Path, arch: str, libc: str, flags: list[str]) -> Path:
    """The executable; without a compiler the test is skipped."""
    try:
        return programs.compile_c(source, arch, libc, flags)
    except programs.NoCompiler as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def guest() -> Callable[..., Path]:
    """guest(name, arch, libc): tests/guests/<name>.c compiled."""

    def compile_it(name: str, arch: str = "x86_64", libc: str = "musl") -> Path:
        source = programs.GUESTS / f"{name}.c"
        return compiled(source, arch, libc, programs.header(source).flags)

    return compile_it


@pytest.fixture
def build_c(tmp_path: Path) -> Callable[..., Path]:
    """build_c(text, arch, libc, *flags): C text compiled."""

    def compile_it(text: str, arch: str = "x86_64", libc: str = "musl", *flags: str) -> Path:
        source = tmp_path / "guest.c"
        source.write_text(text)
        return compiled(source, arch, libc, list(flags))

    return compile_it


@pytest.fixture
def build_asm(tmp_path: Path) -> Callable[[str], Path]:
    """build_asm(text): assembly text made an executable."""
    pytest.importorskip("keystone")
    from samples import build_asm as assembler

    def assemble(text: str) -> Path:
        source = tmp_path / "guest.s"
        source.write_text(text)
        assembler.build(source, tmp_path / "guest")
        return tmp_path / "guest"

    return assemble


@pytest.fixture(scope="session")
def run_ours() -> Callable[..., programs.Result]:
    """run_ours(path, *args, options=, timeout=, input=, env=, cwd=): a Result."""
    return programs.run_ours


@pytest.fixture(scope="session")
def run_native() -> Callable[..., programs.Result | None]:
    """run_native(path, *args, arch=): a Result from this machine or qemu-user, or None."""
    return programs.run_native
