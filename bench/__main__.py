"""Measures the same guest programs natively, under qemu-user and under this emulator.

usage: python -m bench [-h] [--rounds N] [--arch A] [--json FILE] [--list] [PROGRAM ...]

The runners take turns in every round, so that a machine that is busy for a while slows all of
them. Each figure is the median over the rounds. A run that fails, hangs or prints something else
than the other runners is an error, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import sys
from pathlib import Path

from . import debian
from .guests_build import BuildError, build
from .measure import Run, RunError, run
from .programs import ARCHES, BENCHMARKS, NATIVE, OURS, PYTHON, QEMU, Benchmark, Command
from .report import json_text, means, table

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 600.0


class Result:
    """The samples of one benchmark on one architecture, by runner, and what went wrong."""

    def __init__(self, benchmark: Benchmark, arch: str) -> None:
        self.benchmark = benchmark
        self.arch = arch
        self.samples: dict[str, list[float]] = {}
        self.errors: dict[str, str] = {}
        self.outputs: dict[Command, str] = {}  # what the first runner printed

    def median(self, runner: str) -> float | None:
        """The median of a runner's samples; None if it has none or failed."""
        samples = self.samples.get(runner)
        return statistics.median(samples) if samples and runner not in self.errors else None

    def check(self, command: Command, output: str) -> None:
        """RunError unless `output` is right."""
        pattern = self.benchmark.output
        if pattern is not None:
            if not re.fullmatch(pattern, output):
                raise RunError(f"wrong output {output[:80]!r}")
            return
        expected = self.outputs.setdefault(command, output)
        if output != expected:
            raise RunError(f"wrong output {output[:80]!r}, expected {expected[:80]!r}")


def prefix(runner: str, arch: str) -> list[str] | None:
    """The command that runs a program of `arch` with `runner`; None where there is none."""
    if runner == OURS:
        # What the installed command does; `-m` imports runpy first, which takes milliseconds.
        return [sys.executable, "-c", "from qemu_user.cli import main; main()"]
    if runner == QEMU:
        path = shutil.which(f"qemu-{arch}") or shutil.which(f"qemu-{arch}-static")
        return [path] if path else None
    if runner == NATIVE and arch == platform.machine():
        return []
    return None


def environment() -> dict[str, str]:
    """Nothing that changes how qemu-user or Python works, but this checkout for `-m qemu_user`."""
    settings = ("QEMU_", "PYTHON")
    names = {name: text for name, text in os.environ.items() if not name.startswith(settings)}
    return names | {"PYTHONPATH": str(ROOT)}


def expand(command: Command, runner: str, arch: str) -> list[str]:
    """The words behind the runner's own: options, the program's path and its arguments."""
    if not any(word.startswith("/") or "{" in word for word in command):
        return [str(build(command[0], arch)), *command[1:]]
    root = str(debian.root(arch))
    # Where the kernel starts programs by the emulator, qemu-user has its own execve do so.
    execute = [*(prefix(runner, arch) or ()), "-L", root] if runner == QEMU else []
    words = [] if runner == NATIVE else ["-L", root]
    words.append(root + command[0] if command[0].startswith("/") else str(build(command[0], arch)))
    for word in command[1:]:
        if word == "{run}":
            words += execute
            continue
        for name, text in (("root", root), ("run", " ".join(execute))):
            word = word.replace(f"{{{name}}}", text)
        words.append(str(debian.data()) if word == "{data}" else word)
    return words


def measure(result: Result, runner: str) -> None:
    """One sample of one runner, if it can run this."""
    if runner in result.errors:
        return
    runs: list[Run] = []
    try:
        for command in result.benchmark.commands:
            if runner == PYTHON:
                runs.append(run([sys.executable, "-I", "-c", "pass"], environment(), TIMEOUT))
                continue
            start = prefix(runner, result.arch)
            if start is None:
                return
            words = [*start, *expand(command, runner, result.arch)]
            runs.append(run(words, environment(), TIMEOUT))
            result.check(command, runs[-1].output)
    except (RunError, BuildError) as error:
        result.errors[runner] = str(error)
        return
    result.samples.setdefault(runner, []).append(result.benchmark.value(runs))


def arguments() -> argparse.Namespace:
    """The command line."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(names))
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--arch", action="append", choices=ARCHES, help="only this architecture")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples as JSON")
    parser.add_argument("--list", action="store_true", help="list the programs")
    options = parser.parse_args()
    if unknown := set(options.programs) - set(names):
        parser.error(f"unknown program: {', '.join(sorted(unknown))}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def progress(text: str) -> None:
    """Shows on a terminal what is being measured."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main() -> int:
    """Measures what the command line selects; 0 if every run was right."""
    options = arguments()
    if options.list:
        print("\n".join(benchmark.name for benchmark in BENCHMARKS))
        return 0
    results = [
        Result(benchmark, arch)
        for arch in options.arch or ARCHES
        for benchmark in BENCHMARKS
        if arch in benchmark.arches
        if not options.programs or benchmark.name in options.programs
    ]
    for number in range(options.rounds):
        for result in results:
            if number >= (result.benchmark.rounds or options.rounds):
                continue
            progress(f"round {number + 1}/{options.rounds}: {result.benchmark.name} {result.arch}")
            for runner in result.benchmark.runners:
                measure(result, runner)
    progress("")
    print(table(results))
    print(means(results))
    if options.json:
        options.json.write_text(json_text(results, options.rounds))
    return 1 if any(result.errors for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
