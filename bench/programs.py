"""What is measured: the guest programs, how a figure is made of their runs, and what is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .measure import Run

X86_64 = "x86_64"
BOTH = (X86_64, "aarch64")
FOREIGN = ("aarch64", "arm", "riscv64", "mipsel", "ppc64le", "s390x")
ARCHES = (X86_64, *FOREIGN)
MEAN = 1.8  # asked of the geometric mean of ours/qemu over FOREIGN
OURS = "ours"
QEMU = "qemu-user"
NATIVE = "native"
PYTHON = "python"
USUAL = (NATIVE, QEMU, OURS)

# A guest program's name, or a path in Debian's sysroot, and its arguments. In these {root} is that
# sysroot, {data} a file of 20 MB, and {run} what binfmt_misc would put before a program.
Command = tuple[str, ...]


@dataclass(frozen=True)
class Limit:
    """The figure to reach: at most `most` units, or times the median of runner `of`."""

    most: float
    of: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """One line of the table: `value` makes one number of one run of each of `commands`."""

    name: str
    unit: str
    commands: tuple[Command, ...]
    value: Callable[[Sequence[Run]], float]
    limits: dict[str, Limit]  # by architecture
    arches: tuple[str, ...] = (X86_64,)
    runners: tuple[str, ...] = USUAL
    output: str | None = None  # a regular expression; None: the same output from every runner
    rounds: int | None = None  # at most so many, for what takes long
    in_mean: bool = False  # whether it counts in the geometric mean of an architecture


def cpu(runs: Sequence[Run]) -> float:
    """Seconds of CPU of the whole process, start-up included."""
    return runs[0].cpu


def wall_ms(runs: Sequence[Run]) -> float:
    """Milliseconds from start to end."""
    return runs[0].wall * 1e3


def rss(runs: Sequence[Run]) -> float:
    """MiB of resident memory at its highest."""
    return runs[0].rss


def per_operation(operations: int, clock: str) -> Callable[[Sequence[Run]], float]:
    """Microseconds of each operation, the second run having `operations` more than the first."""

    def value(runs: Sequence[Run]) -> float:
        few, many = ((run.cpu if clock == "cpu" else run.wall) for run in runs)
        return (many - few) / operations * 1e6

    return value


def times_plain(runs: Sequence[Run]) -> float:
    """CPU of the same extra work in the second surroundings over that in the first."""
    plain_few, plain_many, few, many = (run.cpu for run in runs)
    return (many - few) / (plain_many - plain_few)


def least_share(runs: Sequence[Run]) -> float:
    """An equal share over the smallest one: 1 is perfectly fair."""
    least = float(runs[0].output.split()[0])
    return 1 / least if least else float("inf")


def _cpu_bound(name: str, argument: int, x86_64: float | None) -> Benchmark:
    limits = dict.fromkeys(FOREIGN, Limit(3, QEMU)) | {"aarch64": Limit(2.5, QEMU)}
    if x86_64 is not None:
        limits[X86_64] = Limit(x86_64, QEMU)
    return Benchmark(name, "s", ((name, str(argument)),), cpu, limits, arches=ARCHES, in_mean=True)


def _real(
    name: str,
    most: float,
    *command: str,
    rounds: int | None = None,
    arches: tuple[str, ...] = BOTH,
) -> Benchmark:
    limits = dict.fromkeys(arches, Limit(most, QEMU))
    both = (QEMU, OURS)
    return Benchmark(name, "s", (command,), cpu, limits, arches, runners=both, rounds=rounds)


def _counted(
    name: str,
    few: int,
    many: int,
    clock: str,
    most: float | None = None,
    runners: tuple[str, ...] = USUAL,
    foreign: bool = False,
) -> Benchmark:
    limits = {} if most is None else {X86_64: Limit(most)}
    if foreign:
        limits |= dict.fromkeys(FOREIGN, Limit(3, QEMU))
    return Benchmark(
        name,
        "us" if clock == "cpu" else "us wall",
        ((name, str(few)), (name, str(many))),
        per_operation(many - few, clock),
        limits,
        arches=ARCHES if foreign else (X86_64,),
        runners=runners,
        in_mean=foreign,
    )


_BASH = ("/bin/bash", "-c")

BENCHMARKS = (
    _cpu_bound("sieve", 60, 1.6),
    _cpu_bound("sha256", 300_000, 1.8),
    _cpu_bound("branchy", 30_000_000, 1.6),
    _cpu_bound("matmul", 300, 2.5),
    _cpu_bound("memcpy", 30_000, 2.0),
    _cpu_bound("chase", 20_000_000, None),
    _counted("getppid", 20_000, 220_000, "cpu", 3, foreign=True),
    _counted("write16", 10_000, 110_000, "cpu", 5),
    Benchmark(
        "hello",
        "ms wall",
        (("hello",),),
        wall_ms,
        {X86_64: Limit(4, PYTHON)},
        runners=(NATIVE, QEMU, PYTHON, OURS),
    ),
    # ru_maxrss of a child starts with its parent's: only ours is large enough to show itself.
    Benchmark("hello-rss", "MiB", (("hello",),), rss, {X86_64: Limit(45)}, runners=(OURS,)),
    _counted("threads", 200, 5_200, "wall"),
    _counted("pingpong", 500, 5_500, "wall"),
    _counted("uipi", 500, 5_500, "wall", 40, (OURS,)),
    _counted("selfipi", 1_000, 21_000, "wall", 15, (OURS,)),
    _counted("mmap", 1_000, 6_000, "cpu"),
    Benchmark("touch", "s", (("touch", "1024"),), cpu, {}),
    Benchmark(
        "reserve",
        "x plain",
        (("sieve", "1"), ("sieve", "61"), ("reserve", "1"), ("reserve", "61")),
        times_plain,
        {X86_64: Limit(1.1)},
        runners=(NATIVE, OURS),
    ),
    Benchmark(
        "fairness",
        "x equal",
        (("fairness", "64", "3000"),),
        least_share,
        {X86_64: Limit(2)},
        runners=(NATIVE, OURS),
        output=r"\d+\.\d\d \d+\.\d\d\n",
    ),
    _real("spawn", 3, "spawn", "200", "{run}", "{root}/bin/true"),
    _real("bash-true", 3, *_BASH, "for ((i = 0; i < 200; i++)); do {run} {root}/bin/true; done"),
    _real("bash-loop", 6, *_BASH, "i=0; while ((i < 2000)); do ((i++)); done; echo $i"),
    _real(
        "bash-fork",
        6,
        *(*_BASH, "i=0; while [ $i -lt 2000 ]; do i=$(echo $((i + 1))); done; echo $i"),
        rounds=1,
        arches=(X86_64,),
    ),
    _real("python3", 5, "/usr/bin/python3", "-c", "pass"),
    _real("xz-9", 2, "/usr/bin/xz", "-9", "--stdout", "--check=sha256", "{data}", rounds=1),
    *(
        _real(f"openssl-{name}", 2, "/usr/bin/openssl", "dgst", f"-{name}", "{data}")
        for name in ("sha256", "sha512", "md5")
    ),
)
