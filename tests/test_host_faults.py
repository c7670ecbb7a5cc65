"""Faults of the host's processor: the engine's are the guest's, others say that they are bugs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests import programs

# The engine gets a function for one instruction that stores where nothing is: at address 4.
IN_THE_ENGINE = """
import sys
from ctypes import byref, c_int, c_uint64, c_void_p, cast
from qemu_user import cli, machine
run = machine.Machine.run
def patched(self):
    handle = self.process.cpu._handle
    spot = c_uint64(int(sys.argv[-1], 16))
    read = cast(handle.library.uc_mem_read, c_void_p)
    add = handle.library.uc_hook_add
    assert not add(handle.pointer, byref(c_void_p()), c_int(4), read, c_void_p(8), spot, spot)
    run(self)
machine.Machine.run = patched
cli.main()
"""
ILLEGAL = """
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>

extern char spot[];
static volatile int before, after, at_the_spot;

static void handle(int signo, siginfo_t *info, void *context)
{
    ucontext_t *u = context;

    at_the_spot += info->si_addr == spot && u->uc_mcontext.gregs[REG_RIP] == (long)spot;
    u->uc_mcontext.gregs[REG_RIP]++;
}

__attribute__((noinline)) static void step(void)
{
    asm volatile("incl %0; .globl spot; spot: nop; incl %1" : "+m"(before), "+m"(after));
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };

    if (argc == 1) {
        printf("%p\\n", spot);
        return 0;
    }
    sigaction(SIGILL, &action, 0);
    for (int i = 0; i < 3; i++)
        step();
    printf("%d %d %d\\n", before, at_the_spot, after);
    return 0;
}
"""
IN_THE_EMULATOR = """
import ctypes, os
from qemu_user import cli
os.umask = lambda *_: ctypes.string_at(8)
cli.main()
"""
ASKS = """
#include <sys/stat.h>

int main(void)
{
    return umask(18);
}
"""


def run(script: str, *words: str) -> programs.Result:
    environment = {**os.environ, "PYTHONPATH": str(programs.ROOT)}
    return programs.run([sys.executable, "-c", script, *words], env=environment)


def test_a_fault_of_the_engine_is_an_illegal_instruction(build_c: Callable[..., Path]) -> None:
    program = build_c(ILLEGAL, "x86_64", "musl", "-no-pie")
    spot = programs.run_ours(program).text.strip()
    result = run(IN_THE_ENGINE, str(program), spot)
    assert (result.status, result.text, result.err) == (0, "3 3 3\n", b"")


def test_a_fault_of_the_emulator_says_so(build_c: Callable[..., Path]) -> None:
    result = run(IN_THE_EMULATOR, str(build_c(ASKS)))
    assert (result.status, result.out) == (70, b"")
    assert re.fullmatch(
        rb"qemu: internal error: .*Segmentation fault.* at host pc 0x[0-9a-f]+.* "
        rb"at guest pc 0x[0-9a-f]+, system call umask\(0x12.*\), tid [0-9]+\n",
        result.err,
    ), result.err
