"""A guest that maps at random sees what it sees natively."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import Result

SOURCE = Path(__file__).with_name("random_maps.c")


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_random_maps(
    build_c: Callable[..., Path],
    run_ours: Callable[..., Result],
    run_native: Callable[..., Result | None],
    arch: str,
    seed: int,
) -> None:
    args = (str(seed), "400")
    wanted = run_native(build_c(SOURCE.read_text(), "x86_64"), *args)
    if wanted is None:
        pytest.skip("only an x86-64 host knows the right answers")
    assert wanted.status == 0
    result = run_ours(build_c(SOURCE.read_text(), arch), *args)
    assert result.text == wanted.text, result.err.decode(errors="replace")
