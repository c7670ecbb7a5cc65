"""Guest programs of the tests: compiling them, running them natively and under the emulator.

`python -m tests.programs` compiles all of tests/guests for every compiler there is.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from qemu_user.exec import arch as architectures
from samples import build

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
GUESTS = TESTS / "guests"
CACHE = build.BUILD / "guests"
FAMILIES = (
    "basics", "errors", "files", "floats", "ipc", "limits", "memory", "processes", "ptrace",
    "signals", "smc", "terminals", "threads", "time", "uintr",
)  # fmt: skip
ARCHES = (
    *("x86_64", "aarch64", "riscv64", "i386", "arm"),
    *("ppc64le", "s390x", "aarch64_be", "m68k", "ppc"),
    *("riscv32", "mipsel", "mips64", "sparc64"),
)
# Another byte order or ABI of one of those: only what may be different runs on them too
TWINS = ("mips", "mips64el", "mipsn32", "mipsn32el", "armeb", "ppc64", "sparc32plus")
BARE = ("sparc",)  # without a C library: only programs that name it
TIME64 = ("riscv32",)  # without calls for 32-bit times and offsets
BIG_ENDIAN = (
    *("ppc", "ppc64", "s390x", "aarch64_be", "armeb", "m68k"),
    *("mips", "mips64", "mipsn32", "sparc64", "sparc32plus"),
)
OWN_NUMBERS = (
    *("mips", "mipsel", "mips64", "mips64el", "mipsn32", "mipsn32el"),
    *("sparc64", "sparc32plus"),
)
MUSL_ONLY = ("mipsel", "mips64", "mipsn32", "mipsn32el", "armeb", "ppc64")
GLIBC_ONLY = ("m68k", "sparc64", "sparc32plus", "mips", "mips64el")  # not the first three with zig
MUSL = tuple(arch for arch in ARCHES if arch not in GLIBC_ONLY)
COMPATIBLE = {"x86_64": "i386"}  # a machine, and what else its processor and kernel may run
LIBCS = ("musl", "glibc")
WHOLE = ("x86_64", "aarch64")  # both C libraries for all families; elsewhere glibc for a few
GLIBC_FAMILIES = ("basics", "signals", "threads", "time")
FLAGS = [
    "-std=gnu11", "-O1", "-g0", "-static", "-pthread", "-fno-strict-aliasing", "-fwrapv",
    "-w", f"-I{GUESTS}", f"-I{build.SAMPLES}",
]  # fmt: skip
ZIG_FLAGS = ["-fno-sanitize=all", "-fno-stack-protector"]
TELLING = frozenset(
    (
        *("basics/arguments", "basics/identity", "errors/arguments", "errors/machine_rules"),
        *("files/locks", "files/misc", "files/scm", "floats/double", "ipc/sysv", "limits/rlimits"),
        *("memory/mmap_rules", "processes/exec", "processes/vfork", "ptrace/requests"),
        *("ptrace/syscalls", "signals/altstack", "signals/faults", "signals/fp_state"),
        *("signals/frame_edit", "signals/signalfd", "signals/timers"),
        *("smc/rewrite", "threads/clone_raw", "threads/robust"),
    )
)
TIMEOUT = 60.0  # seconds, of one program under the emulator

Word = str | os.PathLike[str]


class CompileError(Exception):
    """A guest program does not compile."""


class TimedOut(Exception):
    """A program ran longer than it may; its process group was killed."""


class NoCompiler(Exception):
    """This machine cannot compile for an architecture and C library."""


class Result(NamedTuple):
    """What a finished run left behind; status is minus the signal when one killed it."""

    status: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode(errors="replace")


class Header(NamedTuple):
    """The `// key: value` lines a guest program starts with.

    expect-status: the exit status, or minus a signal (default 0)
    arch:          the only architecture, or architectures, it is for
    libc:          the only C library it is for
    word:          the only word size it is for, in bytes
    numbers:       "usual" where it prints those of signals or options that some have of their own
    order:         "little" for what big-endian guests are known not to do
    page:          the only page size it is for, in bytes
    calls:         "old" for those that the newest 32-bit architectures do not have
    reference:     "own" where the output depends on the word size: no other machine's will do
    host:          features of this machine's processor it needs, as /proc/cpuinfo calls them
    flags:         more arguments for the compiler
    options:       options of the emulator
    xfail:         why the emulator is known to differ; xfail-ARCH[-LIBC]: only there
    """

    status: int
    arch: list[str] | None
    libc: str | None
    word: int | None
    own: bool
    usual: bool
    little: bool
    page: int | None
    old: bool
    host: list[str]
    flags: list[str]
    options: list[str]
    xfail: dict[str, str]


def header(source: Path) -> Header:
    """The header of a guest program."""
    found = dict(re.findall(r"^// ([a-z0-9_-]+): (.*)$", source.read_text(), re.MULTILINE))
    return Header(
        int(found.get("expect-status", 0)),
        found["arch"].split() if "arch" in found else None,
        found.get("libc"),
        int(found["word"]) if "word" in found else None,
        found.get("reference") == "own",
        found.get("numbers") == "usual",
        found.get("order") == "little",
        int(found["page"]) if "page" in found else None,
        found.get("calls") == "old",
        found.get("host", "").split(),
        found.get("flags", "").split(),
        found.get("options", "").split(),
        {
            where: reason
            for arch in (*ARCHES, *TWINS)
            for where in (arch, *(f"{arch}-{libc}" for libc in LIBCS))
            if (reason := found.get(f"xfail-{where}") or found.get("xfail"))
        },
    )


def run(
    command: Iterable[Word],
    *,
    timeout: float = TIMEOUT,
    input: bytes = b"",
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Runs a command in a session of its own; raises TimedOut.

    Input and output are files, so that a child that outlives the program can't block the test.
    """
    argv = [os.fspath(word) for word in command]
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        stdin.write(input)
        stdin.seek(0)
        process = subprocess.Popen(
            argv, stdin=stdin, stdout=out, stderr=err, env=env, cwd=cwd, start_new_session=True
        )
        try:
            status: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            kill_group(process)
        out.seek(0)
        err.seek(0)
        written, complaints = out.read(), err.read()
    if status is None:
        raise TimedOut(
            f"{' '.join(argv)}: still running after {timeout} s\n"
            f"stdout: {written[-2000:]!r}\nstderr: {complaints[-2000:]!r}"
        )
    return Result(status, written, complaints)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and whatever it started in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def compile_c(source: Path, arch: str, libc: str, flags: Iterable[str] = ()) -> Path:
    """The executable of source, from the cache unless something it is made of changed.

    Raises NoCompiler and CompileError.
    """
    compiler = build.compiler(arch, libc)
    if compiler is None:
        raise NoCompiler(f"no C compiler for {arch} with {libc}")
    command = [*compiler, *FLAGS, *(ZIG_FLAGS if libc == "musl" else ()), *flags]
    if libc == "musl" and source.is_relative_to(GUESTS) and source.parent.name in FAMILIES:
        command.append("-Wl,-S")  # or its C library's debug information makes megabytes of each
    key = hashlib.sha256(repr(command).encode())
    for path in [source, *sorted(GUESTS.glob("*.h")), build.SAMPLES / "uintr" / "uintr.h"]:
        key.update(path.read_bytes())
    output = CACHE / f"{source.stem}-{arch}-{libc}-{key.hexdigest()[:16]}"
    if output.exists():
        return output
    CACHE.mkdir(parents=True, exist_ok=True)
    scratch = output.with_name(f"{output.name}.{os.getpid()}")
    done = build.run([*command, str(source), "-o", str(scratch), "-lm"])
    if done.returncode != 0:
        raise CompileError(f"{source} ({arch}, {libc}):\n{done.stdout}")
    scratch.rename(output)
    return output


def compile_guest(name: str, arch: str, libc: str) -> Path:
    """The executable of tests/guests/<name>.c, with the flags of its header."""
    source = GUESTS / f"{name}.c"
    return compile_c(source, arch, libc, header(source).flags)


def guests() -> list[str]:
    """The names of the guest programs that run alone: family/file."""
    return [f"{f}/{path.stem}" for f in FAMILIES for path in sorted((GUESTS / f).glob("*.c"))]


def runs_on_twins(name: str) -> bool:
    """Whether a guest program shows what byte orders and ABIs differ in."""
    return name in TELLING or "EVERYTHING" in os.environ


def word_of(arch: str) -> int:
    """The size of a long on an architecture."""
    return architectures.load(arch).model.word


def targets(name: str) -> list[tuple[str, str]]:
    """The (architecture, C library) pairs a guest program is for."""
    wanted = header(GUESTS / f"{name}.c")
    return [
        (arch, libc)
        for arch in (*ARCHES, *TWINS, *BARE)
        for libc in LIBCS
        if (
            arch in ARCHES or (arch in TWINS and runs_on_twins(name)) or arch in (wanted.arch or ())
        )
        and (wanted.arch is None or arch in wanted.arch)
        and wanted.libc in (None, libc)
        and wanted.word in (None, word_of(arch))
        and not (wanted.little and arch in BIG_ENDIAN)
        and wanted.page in (None, architectures.load(arch).page)
        and not (wanted.usual and arch in OWN_NUMBERS)
        and not (wanted.old and arch in TIME64)
        and not (libc == "musl" and arch in GLIBC_ONLY)
        and not (libc == "glibc" and arch in MUSL_ONLY)
        and (
            libc == "musl"
            or arch in (*WHOLE, *GLIBC_ONLY)
            or name.split("/", 1)[0] in GLIBC_FAMILIES
        )
    ]


def run_ours(
    path: Word,
    *args: str,
    options: Iterable[str] = (),
    timeout: float = TIMEOUT,
    input: bytes = b"",
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """One run under this checkout's emulator; env is added to the environment."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("QEMU_")}
    environment |= {"PYTHONPATH": str(ROOT)} | (env or {})
    command = [sys.executable, "-m", "qemu_user", *options, path, *args]
    return run(command, timeout=timeout, input=input, env=environment, cwd=cwd)


def here() -> tuple[str, ...]:
    """The architectures whose programs this machine runs by itself, if its kernel lets it."""
    machine = platform.machine()
    return (machine, COMPATIBLE[machine]) if machine in COMPATIBLE else (machine,)


@cache
def processor() -> frozenset[str]:
    """The features of this machine's processor."""
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return frozenset(flags[1].split() if flags else ())


@cache
def _runs(arch: str) -> bool:
    """Whether the machine's kernel runs programs of its architecture's 32-bit form."""
    try:
        path = compile_guest("basics/exit_status", arch, "musl")
        return run([path], timeout=10).status == header(GUESTS / "basics/exit_status.c").status
    except (NoCompiler, OSError):
        return False


def reference(arch: str) -> list[str] | None:
    """What to write before a program to run it without us; None when there is nothing."""
    if arch == platform.machine() or (arch in here() and _runs(arch)):
        return []
    emulator = shutil.which(f"qemu-{arch}") or shutil.which(f"qemu-{arch}-static")
    return [emulator] if emulator else None


def run_native(
    path: Word,
    *args: str,
    arch: str = "x86_64",
    timeout: float = TIMEOUT,
    input: bytes = b"",
    cwd: Path | None = None,
) -> Result | None:
    """One run on this machine or under qemu-user; None when it can't run the architecture."""
    command = reference(arch)
    if command is None:
        return None
    return run([*command, path, *args], timeout=timeout, input=input, cwd=cwd)


def main() -> int:
    """Compiles every guest program; the exit status."""
    for name in guests():
        for arch, libc in targets(name):
            try:
                print(compile_guest(name, arch, libc).relative_to(ROOT))
            except NoCompiler as reason:
                print(f"{name}: {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
