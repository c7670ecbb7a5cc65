"""System calls with random numbers and arguments: nothing crashes, hangs or loses output."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.programs import Result

WORD = (1 << 64) - 1
CALLS = 5000  # of one batch, those that the guest leaves out included


def checksum(seed: int, batches: int) -> str:
    """What the guest prints at its end: it depends on its arguments alone."""
    total = 0
    for batch in range(batches):
        state = seed * 1000003 + batch + 1
        for _ in range(8):
            state ^= state << 13 & WORD
            state ^= state >> 7
            state ^= state << 17 & WORD
            total = (total * 31 + state * 0x2545F4914F6CDD1D) & WORD
    return f"{total:016x}\n"


def survive(result: Result, seed: int, batches: int) -> int:
    """Checks that all batches came to their ends; the number of calls they made."""
    assert result.status == 0, result.err.decode(errors="replace")[-2000:]
    assert result.text == checksum(seed, batches)
    end = re.fullmatch(
        rf"(\d+) calls, {batches} of {batches} batches to the end\n",
        result.err.decode(errors="replace"),
    )
    assert end, result.err.decode(errors="replace")[-2000:]
    return int(end[1])


@pytest.mark.parametrize(("arch", "seed", "batches"), [("x86_64", 1, 60), ("aarch64", 2, 30)])
def test_random_calls(
    guest: Callable[..., Path],
    run_ours: Callable[..., Result],
    tmp_path: Path,
    arch: str,
    seed: int,
    batches: int,
) -> None:
    program = guest("fuzz/calls", arch)
    result = run_ours(program, str(seed), str(batches), str(CALLS), cwd=tmp_path, timeout=300)
    assert survive(result, seed, batches) > batches * CALLS // 2


@pytest.mark.parametrize("style", ["-strace", "-strace=full"])
@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_random_calls_traced(
    guest: Callable[..., Path],
    run_ours: Callable[..., Result],
    tmp_path: Path,
    arch: str,
    style: str,
) -> None:
    seed, batches, log, scratch = 3, 5, tmp_path / "log", tmp_path / "scratch"
    scratch.mkdir()
    result = run_ours(
        guest("fuzz/calls", arch),
        *(str(seed), str(batches), str(CALLS)),
        options=(style, "-D", str(log)),
        cwd=scratch,
        timeout=300,
    )
    calls = survive(result, seed, batches)
    traced = log.read_bytes()
    assert b"Traceback" not in traced
    assert traced.count(b"\n") >= calls


def damaged(contents: bytes, seed: int) -> bytes:
    """An executable with some bytes of its headers changed."""
    random = Random(seed)
    entries, size, count = struct.unpack_from("<Q14xHH", contents, 32)
    damage = bytearray(contents)
    for _ in range(random.randint(1, 3)):
        # not e_entry: a program that starts somewhere else may do anything
        at = random.choice((*range(4, 24), *range(32, 64), *range(entries, entries + size * count)))
        damage[at] = random.choice((0, 1, 2, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(damage[: random.choice((len(contents), len(contents), random.randrange(4096)))])


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_damaged_programs(
    guest: Callable[..., Path], run_ours: Callable[..., Result], tmp_path: Path, arch: str
) -> None:
    contents = guest("cli/probe", arch).read_bytes()
    program = tmp_path / "damaged"
    statuses = set()
    for seed in range(60):
        program.write_bytes(damaged(contents, seed))
        program.chmod(0o755)
        result = run_ours(program, cwd=tmp_path, timeout=30)
        assert b"Traceback" not in result.err, (seed, result.err.decode())
        if result.status in (1, 255):
            assert result.err.count(b"\n") == 1, (seed, result.err.decode())
            assert bytes(program) in result.err
        else:
            assert result.status == 0 or result.status < 0, (seed, result)
        statuses.add(result.status)
    assert {0, 255} <= statuses
