"""Random calls of each family give the same errors and results as natively."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.programs import GUESTS, TESTS, Result

FAMILIES = sorted(p.stem.removeprefix("family_") for p in (GUESTS / "fuzz").glob("family_*.c"))
LISTED = [
    line.split(None, 3)
    for line in (TESTS / "random_call_differences.txt").read_text().splitlines()
    if not line.startswith("#")
]
KNOWN = {(family, call) for family, call, *_ in LISTED}
SEED, BATCHES, CALLS = 5, 12, 60
KERNEL = "6.18"  # the list is of this Linux; others may differ in other calls
SINCE = {("memory", "mremap"): (6, 17)}  # calls that do more since then
VERSION = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])


def by_batch(text: str) -> dict[int, list[str]]:
    """The lines of each batch; those of its end belong to it."""
    found: dict[int, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        start = re.match(r"(\d+)\.\d+ ", line)
        if start:
            lines = found.setdefault(int(start[1]), [])
        lines.append(line)
    return found


def differences(native: list[str], ours: list[str]) -> Iterator[tuple[str, str]]:
    """The calls ("leave" for the end of a batch) whose results differ, with the two lines.

    The last is one that is followed by other calls here than natively.
    """
    for one, other in zip_longest(native, ours, fillvalue="nothing"):
        if one != other:
            call = re.match(r"\d+\.\d+ (\w+)\(", one)
            yield (call[1] if call else "leave"), f"natively {one}\nhere     {other}"
            if one.split(" = ")[0] != other.split(" = ")[0]:
                return


def unlisted(family: str, native: list[str], ours: list[str]) -> str:
    """The first two lines that differ and are not of a listed call, or nothing."""
    for call, lines in differences(native, ours):
        if SINCE.get((family, call), VERSION) > VERSION:
            return ""  # and so does what follows
        if (family, call) not in KNOWN:
            return lines
    return ""


def let_in(tmp_path: Path) -> None:
    """The guest of root becomes nobody and must still reach its directory."""
    if os.geteuid() == 0:
        for directory in (tmp_path, *tmp_path.parents):
            if directory.stat().st_uid == 0 and directory.name.startswith("pytest-"):
                directory.chmod(0o755)
        tmp_path.chmod(0o755)


@pytest.mark.parametrize(("family", "call", "where"), [line[:3] for line in LISTED])
def test_listed_difference_is_there(
    guest: Callable[..., Path],
    run_ours: Callable[..., Result],
    run_native: Callable[..., Result | None],
    tmp_path: Path,
    family: str,
    call: str,
    where: str,
) -> None:
    if not platform.release().startswith(f"{KERNEL}."):
        pytest.skip(f"the list is of Linux {KERNEL}")
    let_in(tmp_path)
    program = guest(f"fuzz/family_{family}")
    seed, batch = where.split(".")
    arguments = (seed, f"{batch}-{batch}", str(CALLS), "200")
    native = run_native(program, *arguments, cwd=tmp_path)
    if native is None:
        pytest.skip("nothing to compare with")
    ours = run_ours(program, *arguments, cwd=tmp_path)
    found = next(differences(native.text.splitlines(), ours.text.splitlines()), None)
    assert found, "the same as natively: the line is to be removed"
    assert found[0] == call, found[1]


@pytest.mark.parametrize("family", FAMILIES)
def test_same_errors(
    guest: Callable[..., Path],
    run_ours: Callable[..., Result],
    run_native: Callable[..., Result | None],
    tmp_path: Path,
    family: str,
) -> None:
    let_in(tmp_path)
    program = guest(f"fuzz/family_{family}")
    arguments = (str(SEED), str(BATCHES), str(CALLS))
    native = run_native(program, *arguments, cwd=tmp_path)
    if native is None:
        pytest.skip("nothing to compare with")
    ours = run_ours(program, *arguments, cwd=tmp_path)
    assert ours.status == native.status == 0, ours.err.decode(errors="replace")
    assert ours.text.endswith("end\n")
    here = by_batch(ours.text)
    for batch, lines in by_batch(native.text).items():
        if unlisted(family, lines, here.get(batch, [])):  # unless it was only a matter of time
            again = (str(SEED), f"{batch}-{batch}", str(CALLS), "200")
            slow = run_native(program, *again, cwd=tmp_path)
            assert slow is not None
            mine = run_ours(program, *again, cwd=tmp_path)
            found = unlisted(family, slow.text.splitlines(), mine.text.splitlines())
            assert not found, found
