"""Random calls have the same results under the emulator as under this machine's kernel."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.programs import Result

CALLS = 3000


def make_removable(place: Path) -> None:
    """Lets pytest delete directories whose permissions the calls changed."""
    place.chmod(0o700)
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                make_removable(Path(entry))


@pytest.fixture
def same_place(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """An empty directory of the same name each time: names are part of what calls return."""
    place = tmp_path / "scratch"

    def empty() -> Path:
        if place.exists():
            place.rename(tmp_path / "native")
        place.mkdir()
        return place

    yield empty
    make_removable(tmp_path)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="compares with this machine's kernel")
@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
@pytest.mark.parametrize("seed", range(1, 7))
def test_same_results_as_the_kernel(
    guest: Callable[..., Path],
    run_ours: Callable[..., Result],
    run_native: Callable[..., Result],
    same_place: Callable[[], Path],
    seed: int,
    arch: str,
) -> None:
    arguments = (str(seed), str(CALLS))
    native = run_native(guest("fuzz/errnos", "x86_64", "glibc"), *arguments, cwd=same_place())
    assert native.text.endswith("\nend\n"), native.text[-500:]
    ours = run_ours(guest("fuzz/errnos", arch, "glibc"), *arguments, cwd=same_place())
    assert ours.text.splitlines() == native.text.splitlines(), ours.err.decode()
