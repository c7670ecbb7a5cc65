"""The system's strace and gdb, emulated, say of guest programs what they say natively."""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import run_native, run_ours

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="needs an x86-64 machine")

PROGRAM = r"""
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int total;

void handler(int signo)
{
    total += 100;
}

int twice(int x)
{
    return 2 * x;
}

int main(void)
{
    int status;
    pid_t child;

    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    total += twice(21);
    child = fork();
    if (!child)
        execl("/proc/self/exe-that-is-not-there", "x", (char *)0), _exit(3);
    waitpid(child, &status, 0);
    kill(getpid(), SIGTERM);
    return 0;
}
"""

SESSION = """\
set pagination off
break main
run
next
break twice
continue
bt
finish
delete
print total
watch total
continue
print twice(total)
info registers rip
catch syscall wait4
continue
delete
continue
"""


def tool(name: str) -> str:
    """Where the program is; the test is skipped without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name}")
    return found


def comparable(text: str) -> str:
    """Without what differs from run to run: addresses, ids, times."""
    text = re.sub(r"0x[0-9a-f]+", "ADDRESS", text)
    text = re.sub(r"si_[us]time=\d+( /\* [0-9.]+ s \*/)?", "TIME", text)
    text = re.sub(r"\((LWP|process) \d+\)|process \d+", "ID", text)
    text = re.sub(r"(?m)^(\[pid +)?\d+\]? +|(?<=[(= ])\d{3,7}(?=[,) ]|$)", "N ", text)
    return re.sub(r" +", " ", text)


def lines_by_process(log: Path) -> list[str]:
    """The lines of strace -ff -o LOG, process after process; layouts of memory left out."""
    found = []
    for path in sorted(log.parent.glob(f"{log.name}.*"), key=lambda p: int(p.suffix[1:])):
        text = comparable(path.read_text())
        found += [line for line in text.splitlines() if not line.startswith(("execve", "brk"))]
        path.unlink()
    return found


def test_strace(build_c: Callable[..., Path], tmp_path: Path) -> None:
    strace = tool("strace")
    program = build_c(PROGRAM, "x86_64", "musl")
    log = tmp_path / "log"
    command = ("-ff", "-o", str(log), str(program))
    native = run_native(strace, *command)
    assert native is not None
    wanted = lines_by_process(log)
    ours = run_ours(strace, *command)
    assert ours.status == native.status == -15, ours.err.decode()
    assert lines_by_process(log) == wanted
    assert any("SIGUSR1" in line for line in wanted)


def test_strace_changes_a_call(build_c: Callable[..., Path]) -> None:
    program = build_c(
        "#include <stdio.h>\n#include <unistd.h>\nint main(void) { return getppid() == 77; }",
        "x86_64",
        "musl",
    )
    result = run_ours(tool("strace"), "-e", "inject=getppid:retval=77", str(program))
    assert result.status == 1, result.err.decode()
    assert b"getppid()" in result.err
    assert b"(INJECTED)" in result.err


def test_gdb(build_c: Callable[..., Path], tmp_path: Path) -> None:
    gdb = tool("gdb")
    program = build_c(PROGRAM, "x86_64", "glibc", "-g", "-O0")
    session = tmp_path / "session"
    session.write_text(SESSION)
    command = ("-batch", "-nx", "-x", str(session), str(program))
    native = run_native(gdb, *command)
    assert native is not None
    ours = run_ours(gdb, *command)
    assert comparable(ours.text) == comparable(native.text), ours.err.decode()
    assert "Hardware watchpoint" in native.text
    assert ours.status == native.status
