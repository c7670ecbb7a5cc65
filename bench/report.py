"""The results as an aligned table and as JSON."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Sequence
from typing import Protocol

from .programs import FOREIGN, MEAN, NATIVE, OURS, PYTHON, QEMU, Benchmark, Limit

HEADER = ("program", "arch", "unit", "native", "qemu-user", "ours", "ours/qemu", "asked", "")


class Measured(Protocol):
    """What the report needs of a result."""

    benchmark: Benchmark
    arch: str
    samples: dict[str, list[float]]
    errors: dict[str, str]

    def median(self, runner: str) -> float | None:
        """The median of a runner's samples; None if it has none or failed."""


def number(value: float | None) -> str:
    """Three significant digits, without an exponent."""
    if value is None:
        return "-"
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}"


def ratio(result: Measured) -> float | None:
    """Ours over qemu-user's."""
    ours, theirs = result.median(OURS), result.median(QEMU)
    return ours / theirs if ours is not None and theirs else None


def asked(result: Measured, limit: Limit | None) -> str:
    """The figure to reach, in words."""
    if limit is None:
        return ""
    if limit.of is None:
        return f"<= {limit.most:g} {result.benchmark.unit.removesuffix(' wall')}".replace(
            " x ", "x "
        )
    if limit.of == PYTHON:
        return f"<= {limit.most:g}x python3 -I -c pass ({number(result.median(PYTHON))})"
    return f"<= {limit.most:g}x {limit.of}"


def met(result: Measured, limit: Limit | None) -> bool | None:
    """Whether the figure is reached; None if none is asked or something is missing."""
    ours = result.median(OURS)
    base = 1.0 if limit is None or limit.of is None else result.median(limit.of)
    if limit is None or ours is None or base is None:
        return None
    return ours <= limit.most * base


def table(results: Sequence[Measured]) -> str:
    """One line for each result, columns aligned; errors below."""
    rows: list[tuple[str, ...]] = [HEADER]
    errors = []
    for result in results:
        benchmark, limit = result.benchmark, result.benchmark.limits.get(result.arch)
        verdict = {None: "", True: "met", False: "NOT MET"}[met(result, limit)]
        rows.append(
            (
                benchmark.name,
                result.arch,
                benchmark.unit,
                *(
                    "error" if r in result.errors else number(result.median(r))
                    for r in (NATIVE, QEMU, OURS)
                ),
                number(ratio(result)),
                asked(result, limit),
                verdict,
            )
        )
        for runner, message in result.errors.items():
            errors.append(f"error: {benchmark.name} {result.arch} {runner}: {message}")
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    lines = [
        "  ".join(
            cell.rjust(width) if 3 <= i <= 6 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines + errors)


def means(results: Sequence[Measured]) -> str:
    """Geometric means of ours/qemu, of each architecture and of all that are foreign."""
    of: dict[str, list[float]] = {}
    for result in results:
        found = ratio(result)
        if result.benchmark.in_mean and found is not None and found > 0:
            of.setdefault(result.arch, []).append(found)
    lines = [
        f"geometric mean {arch}: {statistics.geometric_mean(ratios):.2f} of {len(ratios)} programs"
        for arch, ratios in of.items()
    ]
    foreign = [each for arch in FOREIGN for each in of.get(arch, ())]
    if foreign:
        mean = statistics.geometric_mean(foreign)
        verdict = "met" if mean <= MEAN else "NOT MET"
        lines.append(f"geometric mean of foreign ones: {mean:.2f}, asked <= {MEAN:g} {verdict}")
    return "\n".join(lines)


def json_text(results: Sequence[Measured], rounds: int) -> str:
    """Everything that was measured, with medians, ratios and verdicts."""
    document = {
        "host": platform.machine(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "rounds": rounds,
        "results": [
            {
                "program": result.benchmark.name,
                "arch": result.arch,
                "unit": result.benchmark.unit,
                "medians": {r: result.median(r) for r in result.samples},
                "samples": result.samples,
                "errors": result.errors,
                "ours_over_qemu": ratio(result),
                "asked": asked(result, result.benchmark.limits.get(result.arch)) or None,
                "met": met(result, result.benchmark.limits.get(result.arch)),
            }
            for result in results
        ],
    }
    return json.dumps(document, indent=2) + "\n"
