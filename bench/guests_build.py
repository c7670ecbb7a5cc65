"""Compiles the guest programs of the benchmarks, once per content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from samples import build as compilers

SOURCES = Path(__file__).resolve().parent / "guests"
CACHE = compilers.BUILD / "bench"

# No vector code of the compiler's choice and no fused multiply-add: the same work, and the same
# last digit, from every compiler on every architecture.
FLAGS = ("-O2", "-fno-tree-vectorize", "-ffp-contract=off", "-static", "-pthread")


class BuildError(Exception):
    """A guest program could not be built."""


def build(name: str, arch: str) -> Path:
    """The program built from guests/NAME.c for `arch`; BuildError with the compiler's words.

    glibc is preferred, for that is what most programs run with; musl where only it is there.
    """
    compiler = compilers.compiler(arch, "glibc") or compilers.compiler(arch, "musl")
    if compiler is None:
        raise BuildError(f"no C compiler for {arch}: install gcc or ziglang")
    source = SOURCES / f"{name}.c"
    command = [*compiler, *FLAGS]
    content = hashlib.sha256(repr(command).encode())
    for path in (source, *sorted(SOURCES.glob("*.h"))):
        content.update(path.read_bytes())
    program = CACHE / f"{name}-{arch}-{content.hexdigest()[:16]}"
    if program.exists():
        return program
    CACHE.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_suffix(".part")
    done = compilers.run([*command, "-o", str(unfinished), str(source), "-lm"])
    if done.returncode != 0:
        raise BuildError(f"{source.name} for {arch}: {done.stdout.strip()}")
    unfinished.replace(program)
    return program
