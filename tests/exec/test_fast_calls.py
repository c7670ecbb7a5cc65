"""SYSENTER and SYSCALL of 32-bit x86, by the vDSO's convention."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import Result

SOURCE = r"""
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

long enter(long number, ...);
asm("enter: push %ebp; push %ebx; push %esi; push %edi\n"
    "mov 20(%esp), %eax; mov 24(%esp), %ebx; mov 28(%esp), %ecx; mov 32(%esp), %edx\n"
    "mov 36(%esp), %esi; mov 40(%esp), %edi; mov 44(%esp), %ebp\n"
    "push $back; push %ecx; push %edx; push %ebp\n" ENTER "; ud2\n"
    "back: pop %edi; pop %esi; pop %ebx; pop %ebp; ret");

static void handler(int signo) { write(1, "alarm\n", 6); }

int main(void)
{
    char page[4096];
    struct timespec moment = {0, 1000000};
    setvbuf(stdout, 0, _IONBF, 0);
    printf("%d\n", enter(SYS_getpid) == getpid());
    printf("%ld\n", enter(SYS_write, 1, "hello\n", 6));
    printf("%ld\n", enter(SYS_write, 99, "hello\n", 6));
    printf("%ld\n", enter(9999));
    FILE *file = fopen("/proc/self/exe", "r");
    char *mapped = (char *)enter(SYS_mmap2, 0, 4096, PROT_READ, MAP_PRIVATE, fileno(file), 1);
    fseek(file, 4096, SEEK_SET);
    fread(page, 1, sizeof page, file);
    printf("%d\n", memcmp(page, mapped, sizeof page));
    printf("%ld\n", enter(SYS_nanosleep, &moment, 0));
    int fds[2];
    pipe(fds);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    ualarm(20000, 0);
    if (!fork()) {
        usleep(100000);
        write(fds[1], "x", 1);
        _exit(0);
    }
    printf("%ld %c\n", enter(SYS_read, fds[0], page, 1), page[0]);
    action.sa_flags = 0;
    sigaction(SIGALRM, &action, 0);
    ualarm(20000, 0);
    printf("%ld\n", enter(SYS_read, fds[0], page, 1));
}
"""
WAYS = {"sysenter": "mov %esp, %ebp; sysenter", "syscall": "mov %ecx, %ebp; syscall"}
PRINTED = "1\nhello\n6\n-9\n-38\n0\n0\nalarm\n1 x\nalarm\n-4\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_call_returns_through_the_vdso(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], way: str
) -> None:
    path = build_c(SOURCE.replace("ENTER", f'"{WAYS[way]}"'), "i386", "musl")
    result = run_ours(path)
    assert (result.status, result.text) == (0, PRINTED)
