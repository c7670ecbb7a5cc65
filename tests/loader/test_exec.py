"""execve of programs of another architecture, and on a host that grants little memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.programs import Result

CHAIN = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int left = atoi(argv[1]);
    struct rlimit limit;
    struct utsname name;
    getrlimit(RLIMIT_STACK, &limit);
    uname(&name);
    if (left < 3)
        printf("%s %d %ld\n", name.machine, left, (long)limit.rlim_cur);
    fflush(stdout);
    if (left == 0)
        return argc;
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_STACK, &limit);
    char next[20];
    sprintf(next, "%d", left - 1);
    execl(argv[2], argv[2], next, argv[3], argv[2], NULL);
    perror("execl");
    return 1;
}
"""


def test_architectures_take_turns(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    one, other = build_c(CHAIN, "x86_64"), build_c(CHAIN, "aarch64")
    result = run_ours(one, "12", str(other), str(one))
    assert result.text == "x86_64 2 1048576\naarch64 1 1048576\nx86_64 0 1048576\n"
    assert result.status == 4
