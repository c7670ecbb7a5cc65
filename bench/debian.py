"""The real programs that are measured, Debian's from the tests' sysroots, and their data."""

from __future__ import annotations

from pathlib import Path

from tests import debian

from .guests_build import CACHE, BuildError

ARCHES = {"x86_64": "amd64", "aarch64": "arm64"}
DATA = 20_000_000  # bytes


def root(arch: str) -> Path:
    """The sysroot for an architecture; BuildError with the reason where there can be none."""
    try:
        return debian.sysroot(ARCHES[arch], "programs")
    except debian.Unavailable as reason:
        raise BuildError(str(reason)) from None


def data() -> Path:
    """A file of DATA bytes: the libraries and modules of amd64's sysroot, one after the other."""
    file = CACHE / "data"
    if file.exists() and file.stat().st_size == DATA:
        return file
    found = sorted(p for p in (root("x86_64") / "usr/lib").rglob("*") if p.is_file())
    taken, size = [], 0
    for path in found:
        if size >= DATA:
            break
        taken.append(path.read_bytes())
        size += len(taken[-1])
    CACHE.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(taken)[:DATA])
    return file
