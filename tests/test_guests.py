"""Guest programs behave under the emulator as they do on Linux.

Each of tests/guests is compiled for every architecture and C library there is a compiler for. What
it prints and its exit status must be those of a run on this machine, compiled for it (or under
qemu-user where that can't be), or those checked in as NAME.out where no hardware can be expected.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samples import build
from tests import programs


def marks(name: str, arch: str, libc: str) -> list[pytest.MarkDecorator]:
    """What is known about a guest program on an architecture."""
    known = programs.header(programs.GUESTS / f"{name}.c").xfail
    reason = known.get(arch) or known.get(f"{arch}-{libc}")
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


CASES = [
    pytest.param(name, arch, libc, id=f"{name}-{arch}-{libc}", marks=marks(name, arch, libc))
    for name in programs.guests()
    for arch, libc in programs.targets(name)
]
SAMPLES = [
    pytest.param(name, arch, id=f"{name}-{arch}")
    for arch in build.ARCHES
    for name in build.samples(arch)
]


def expected(name: str, arch: str, libc: str) -> programs.Result:
    """What the guest program must do."""
    status = programs.header(programs.GUESTS / f"{name}.c").status
    recorded = programs.GUESTS / f"{name}.out"
    if recorded.exists():
        return programs.Result(status, recorded.read_bytes(), b"")
    own = programs.header(programs.GUESTS / f"{name}.c").own
    for judge in (*programs.here(), arch):
        if own and programs.word_of(judge) != programs.word_of(arch):
            continue
        known = arch in programs.GLIBC_ONLY or (judge, libc) in programs.targets(name)
        if known and programs.reference(judge) is not None:
            native = programs.run_native(programs.compile_guest(name, judge, libc), arch=judge)
            assert native is not None
            assert native.status == status, f"natively: {native}"
            return native
    pytest.skip(f"nothing here runs {arch} programs to compare with")


@pytest.mark.parametrize(("name", "arch", "libc"), CASES)
def test_guest(name: str, arch: str, libc: str, guest: Callable[..., Path]) -> None:
    path = guest(name, arch, libc)
    lacking = set(programs.header(programs.GUESTS / f"{name}.c").host) - programs.processor()
    if lacking:
        pytest.skip(f"this processor has no {' '.join(sorted(lacking))}")
    wanted = expected(name, arch, libc)
    options = programs.header(programs.GUESTS / f"{name}.c").options
    result = programs.run_ours(path, options=options)
    assert result.text == wanted.text, result.err.decode(errors="replace")
    assert result.status == wanted.status, result.err.decode(errors="replace")
    assert b"Traceback" not in result.err


@pytest.mark.parametrize(("name", "arch"), SAMPLES)
def test_sample(name: str, arch: str) -> None:
    recorded = build.SAMPLES / "expected" / f"{name}.out"
    if name == "asm_hello":
        recorded = recorded.with_name(f"{name}.{arch}.out")
    try:
        path = build.build(name, arch)
    except build.BuildError as reason:
        if "no C compiler" in str(reason) or "not installed" in str(reason):
            pytest.skip(str(reason))
        raise
    result = programs.run_ours(path)
    assert result.text == recorded.read_text(), result.err.decode(errors="replace")
    assert result.status == 0
