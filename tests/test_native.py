"""-native: execve of chosen programs becomes the host's, with all that a program inherits."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs
from tests.programs import Result

SOURCE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int seen;
static void note(int signo) { seen = signo; }

int main(int argc, char **argv)
{
    static char *environment[] = {"WORD=given", "PATH=/usr/bin:/bin", 0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, 0);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGALRM, note);
    raise(SIGUSR2);
    fcntl(dup2(open("/dev/null", O_RDONLY), 20), F_SETFD, FD_CLOEXEC);
    dup2(20, 21);
    struct rlimit limit = {64, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
    volatile int changed = 0;
    if (!vfork()) {
        changed = 1;
        execve("/nonexistent/sh", argv, environment);
        changed = 2;
        execve("/etc/passwd", argv, environment);
        changed = errno == EACCES ? 3 : 4;
        execve(argv[1], argv + 1, environment);
        _exit(1);
    }
    int status;
    wait(&status);
    ualarm(20000, 0);
    while (!seen)
        pause();
    printf("%d %d %d\n", changed, WEXITSTATUS(status), seen == SIGALRM);
    return 0;
}
"""
SCRIPT = """
echo $WORD
for fd in /proc/$$/fd/*; do echo ${fd##*/}; done
ulimit -n
while read -r name value; do
    case $name in SigIgn:|SigBlk:|ShdPnd:) echo $name $value;; esac
done < /proc/$$/status
exit 7
"""  # without a child: while a shell starts one, its mask and descriptors are others


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the host runs the guest's programs")
@pytest.mark.parametrize("glob", ["sh", "*/s?", "nothing,/bin/*"])
def test_chosen_programs_run_on_the_host(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], glob: str
) -> None:
    program = build_c(SOURCE)
    native = programs.run([program, "/bin/sh", "-c", SCRIPT])
    ours = run_ours(program, "/bin/sh", "-c", SCRIPT, options=["-strace", "-native", glob])
    assert ours.text == native.text
    assert "given" in native.text
    assert b"getuid" not in ours.err  # which every shell calls
    emulated = run_ours(program, "/bin/sh", "-c", SCRIPT, options=["-strace", "-native", "other"])
    assert b"getuid" in emulated.err


def test_the_variable_does_the_same(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    words = build_c(SOURCE), "/bin/sh", "-c", "exit 3"
    result = run_ours(*words, options=["-strace"], env={"QEMU_NATIVE": "sh"})
    assert result.text == "3 3 1\n"
    assert b"getuid" not in result.err
