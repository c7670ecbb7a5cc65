"""Compiles the guest programs of the benchmarks, once per content."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "guests"
CACHE = HERE.parent / "build" / "bench"

# No vector code of the compiler's choice and no fused multiply-add: the same work, and the same
# last digit, from every compiler on every architecture.
FLAGS = ("-O2", "-fno-tree-vectorize", "-ffp-contract=off", "-static", "-pthread")
LIBRARIES = ("-lm",)


class BuildError(Exception):
    """A guest program could not be built."""


def compiler(arch: str) -> list[str]:
    """The command that compiles C for `arch` with a static C library.

    gcc is preferred, for its glibc is what most programs run with; ziglang's clang with musl
    otherwise. BuildError if neither is there.
    """
    for name in (f"{arch}-linux-gnu-gcc", "gcc"):
        path = shutil.which(name)
        if path and _builds_for(path, arch):
            return [path]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc", "-target", f"{arch}-linux-musl"]
    raise BuildError(f"no C compiler for {arch}: install gcc's cross compiler or ziglang")


def _builds_for(path: str, arch: str) -> bool:
    """Whether this gcc makes programs for `arch` (plain gcc makes the host's)."""
    answer = subprocess.run([path, "-dumpmachine"], capture_output=True, text=True, check=False)
    return answer.stdout.startswith(arch + "-")


def build(name: str, arch: str) -> Path:
    """The program built from guests/NAME.c for `arch`; BuildError with the compiler's words."""
    source = SOURCES / f"{name}.c"
    command = [*compiler(arch), *FLAGS]
    content = hashlib.sha256(repr(command).encode())
    for path in (source, *sorted(SOURCES.glob("*.h"))):
        content.update(path.read_bytes())
    program = CACHE / f"{name}-{arch}-{content.hexdigest()[:16]}"
    if program.exists():
        return program
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_suffix(".part")
    done = subprocess.run(
        [*command, "-o", str(unfinished), str(source), *LIBRARIES],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"{source.name} for {arch}: {done.stderr.strip()}")
    unfinished.replace(program)
    return program
