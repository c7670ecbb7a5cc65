"""-strace beside qemu-user's and strace(1)'s own output, and the lines of many threads."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qemu_user.exec.abi import signals
from qemu_user.exec.arch import load
from qemu_user.exec.signals import SigInfo
from qemu_user.strace import lines, qemu, values
from qemu_user.syscalls import args

SOURCES = Path(__file__).with_name("strace")
PROGRAMS = ("files", "memory", "signals", "sockets")
X86 = load("x86_64")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", '"plain"'),
        (b'a"b\\c', r'"a\"b\\c"'),
        (b"\n\t\r\v\f", r'"\n\t\r\v\f"'),
        (b"\0001\08\xff9\x1b", r'"\0001\08\3779\33"'),
        (b"x" * 33, '"' + "x" * 32 + '"...'),
        (b"x" * 32, '"' + "x" * 32 + '"'),
        (b"", '""'),
    ],
)
def test_strings_are_escaped_as_in_c(data: bytes, text: str) -> None:
    assert values.quoted(data, 32) == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("OpenFlags", 0, "O_RDONLY"),
        ("OpenFlags", 0o4010102, "O_RDWR|O_CREAT|O_SYNC"),
        ("OpenFlags", 0o10001, "O_WRONLY|O_DSYNC"),
        ("OpenFlags", 0o20200001, "O_WRONLY|O_TMPFILE"),
        ("MmapProt", 0, "PROT_NONE"),
        ("MmapFlags", 0x4022, "MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE"),
        ("MmapFlags", 0x1000032, "MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|0x1000000"),
        ("SocketType", 0x80002, "SOCK_DGRAM|SOCK_CLOEXEC"),
        ("MsgFlags", 0, "0"),
    ],
)
def test_flags(kind: str, value: int, text: str) -> None:
    assert values.flags_text(vars(args)[kind], value, X86) == text


def test_constants() -> None:
    clock = vars(args)["Clock"]
    assert values.const_text(clock, 1, X86) == "CLOCK_MONOTONIC"
    assert values.const_text(clock, 99, X86) == "0x63 /* CLOCK_??? */"


def test_modes() -> None:
    assert [values.mode_text(m) for m in (0, 0o22, 0o644, 0o1777)] == [
        "000",
        "022",
        "0644",
        "01777",
    ]
    assert values.file_mode_text(0o104755) == "S_IFREG|S_ISUID|0755"


def test_signal_sets() -> None:
    assert values.sigset_text(1 << 1 | 1 << 14 | 1 << 39, X86) == "[INT TERM RT_8]"
    assert values.sigset_text((1 << 64) - 1 & ~(1 << 4), X86) == "~[TRAP]"
    assert values.sigset_text(0, X86) == "[]"


@pytest.mark.parametrize(
    ("info", "full", "short"),
    [
        (
            SigInfo(signals.SIGSEGV, signals.SEGV_ACCERR, addr=0x1234),
            "{si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=0x1234}",
            "--- SIGSEGV {si_signo=SIGSEGV, si_code=2, si_addr=0x0000000000001234} ---",
        ),
        (
            SigInfo(signals.SIGUSR1, signals.SI_USER, pid=7, uid=8),
            "{si_signo=SIGUSR1, si_code=SI_USER, si_pid=7, si_uid=8}",
            "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=7, si_uid=8} ---",
        ),
        (
            SigInfo(signals.SIGALRM, signals.SI_KERNEL),
            "{si_signo=SIGALRM, si_code=SI_KERNEL}",
            "--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL, si_pid=0, si_uid=0} ---",
        ),
    ],
)
def test_signal_lines(info: SigInfo, full: str, short: str) -> None:
    assert lines.siginfo_text(info, X86) == full
    assert qemu.signal_line(info, X86) == short


@pytest.fixture
def program(build_c: Callable[..., Path]) -> Callable[..., Path]:
    return lambda name, *more: build_c((SOURCES / f"{name}.c").read_text(), *more)


def alike(text: str, *patterns: tuple[str, str]) -> list[str]:
    """Without what differs from run to run: ids, addresses, left-over time, padding."""
    out = []
    for line in text.splitlines():
        for pattern, replacement in (
            *patterns,
            (r"\b(0x0*[0-9a-f]{5,12})\b", "ADDR"),
            (r"\bpid\s+\d+|(?<=si_pid=)\d+", "PID"),
            (r"((get[pt]id\(\)|set_tid_address\(\w+\)) += )\d+", r"\1PID"),
            (r"(?<=kill\()\d{2,}", "PID"),
            (r"tv_nsec=\d{4,}", "tv_nsec=N"),
            (r" += ", " = "),
            (r"\d+ vars", "N vars"),
        ):
            line = re.sub(pattern, replacement, line)
        out.append(line)
    return out


def traced(path: Path, tool: list[str]) -> str:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    done = subprocess.run(
        [*tool, path], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return done.stderr.decode("utf-8", "surrogateescape")


def ours(run_ours: Callable[..., Any], path: Path, option: str) -> str:
    err: bytes = run_ours(path, options=(option,)).err
    return err.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("name", PROGRAMS)
def test_full_is_what_strace_writes(
    name: str, program: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = program(name)
    theirs = alike(traced(path, ["strace"]))
    mine = alike(ours(run_ours, path, "-strace=full"), (r" \(core dumped\)", ""))
    # Our own last word is about its death.
    assert [line for line in mine if not line.startswith("qemu: ")] == theirs


@pytest.mark.parametrize("name", PROGRAMS)
def test_short_is_what_qemu_user_writes(
    name: str, program: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = program(name)

    def comparable(text: str) -> list[str]:
        kept = []
        for line in alike(text, (r"^\d+ ", ""), (r"\b\d{12,}\b", "ADDR")):
            # Words beyond a call's own are left-overs in registers, addresses among them.
            line = re.sub(r"(?<=[(,])-?\d{6,}(?=[,)])", "ADDR", line)
            kept.append(line)
        return kept

    theirs = comparable(traced(path, ["qemu-x86_64", "-strace"]))
    mine = comparable(ours(run_ours, path, "-strace"))
    unlike = [(a, b) for a, b in zip(mine, theirs, strict=False) if a != b]
    assert len(mine) == len(theirs)
    assert [pair for pair in unlike if not _known(*pair)] == []


def _known(mine: str, theirs: str) -> bool:
    """Where qemu-user 7.2 fails at what the call does, not at writing it."""
    return mine.split("(", maxsplit=1)[0] == theirs.split("(", maxsplit=1)[0] and (
        "errno" in theirs or "errno" in mine or mine.startswith(("set_tid_address", "fcntl"))
    )


def test_lines_are_whole_and_name_their_thread(
    program: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    text = ours(run_ours, program("threads"), "-strace=full")
    shape = re.compile(
        r"(\[pid +\d+\] )?("
        r"\w+\(.*( += (-?\d+|0x[0-9a-f]+|\?)( .*)?| <unfinished \.\.\.>)"
        r"|<\.\.\. \w+ resumed>.*\) += .*|--- SIG.* ---|\+\+\+ .* \+\+\+)"
    )
    wrong = [line for line in text.splitlines() if not shape.fullmatch(line)]
    assert wrong == []
    assert re.search(r"\[pid +\d+\] read\(\d+,  <unfinished \.\.\.>", text)
    assert re.search(r'\[pid +\d+\] <\.\.\. read resumed>"x", 1\) += 1', text)
    assert re.search(r"\[pid +\d+\] \+\+\+ exited with 7 \+\+\+", text)
    assert "[{WIFEXITED(s) && WEXITSTATUS(s) == 7}]" in text
    assert text.splitlines()[-1] == "+++ exited with 0 +++"


def test_short_lines_are_whole_with_threads(
    program: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    text = ours(run_ours, program("threads"), "-strace")
    shape = re.compile(r"\d+ \w+\(.*\)( = .*)?|--- SIG.* ---|\d+ Unknown syscall \d+")
    assert [line for line in text.splitlines() if not shape.fullmatch(line)] == []


def test_a_failing_pointer_is_written_as_an_address(
    build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = build_c(
        "#include <sys/syscall.h>\n#include <unistd.h>\n"
        "int main(void) { for (long n = 0; n < 450; n++)\n"
        "  if (n != SYS_exit && n != SYS_exit_group && n != SYS_fork && n != SYS_vfork &&\n"
        "      n != SYS_clone && n != SYS_pause && n != SYS_rt_sigreturn && n != SYS_kill &&\n"
        "      n != SYS_rt_sigsuspend && n != SYS_vhangup && n != SYS_sync && n != SYS_syncfs &&\n"
        "      n != SYS_setrlimit && n != SYS_munmap && n != SYS_alarm && n != SYS_wait4)\n"
        "    syscall(n, -8L, -8L, -8L, -8L, -8L, -8L);\n  return 0; }\n"
    )
    for mode in ("full", "qemu", "json"):
        result = run_ours(path, options=(f"-strace={mode}",))
        assert result.status == 0
        assert b"observer" not in result.err
        assert result.err.count(b"\n") > 300


def test_signals_that_an_architecture_numbers_in_its_own_way_have_their_names(
    build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = build_c(
        "#include <signal.h>\nstatic void on(int n) {}\n"
        "int main(void) { sigset_t set; signal(SIGUSR1, on); raise(SIGUSR1);\n"
        "  sigemptyset(&set); sigaddset(&set, SIGCHLD); sigprocmask(SIG_SETMASK, &set, 0); }\n",
        "mipsel",
    )
    text = ours(run_ours, path, "-strace")
    assert "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_TKILL" in text
    assert re.search(r"rt_sigprocmask\(SIG_BLOCK,.*rt_sigprocmask\(SIG_SETMASK,", text, re.DOTALL)
    text = ours(run_ours, path, "-strace=full")
    assert re.search(r"--- SIGUSR1 \{si_signo=SIGUSR1, si_code=SI_TKILL", text)
    assert "rt_sigprocmask(SIG_SETMASK, [CHLD], NULL, 16) = 0" in text
    text = ours(run_ours, path, "-strace=json")
    assert '"name":"SIGUSR1","number":16' in text
