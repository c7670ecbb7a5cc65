"""What a guest starts and ends again leaves nothing behind in its emulator, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs

# Prints its pid and waits for a byte, again and again; between, everything happens argv[1] times.
GUEST = """
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void *thread(void *unused) { return unused; }

static void forks(void)
{
    int ends[2];
    char byte;
    pid_t pid;

    if (pipe(ends) || (pid = fork()) < 0)
        abort();
    if (!pid)
        _exit(write(ends[1], "x", 1) != 1);
    if (read(ends[0], &byte, 1) != 1 || waitpid(pid, 0, 0) != pid)
        abort();
    close(ends[0]);
    close(ends[1]);
}

static void killed(void)
{
    pid_t pid = fork();

    if (!pid)
        for (;;)
            pause();
    kill(pid, SIGKILL);
    if (waitpid(pid, 0, 0) != pid)
        abort();
}

static void spawns(char *program)
{
    char *argv[] = { program, 0 };
    pid_t pid;

    if (posix_spawn(&pid, program, 0, 0, argv, environ) || waitpid(pid, 0, 0) != pid)
        abort();
}

int main(int argc, char **argv)
{
    char byte;

    if (argc < 2)
        return 0;
    do {
        for (int i = 0; i < atoi(argv[1]); i++) {
            pthread_t other;

            forks();
            killed();
            if (i % 4 == 0)
                spawns(argv[0]);
            if (pthread_create(&other, 0, thread, 0) || pthread_join(other, 0))
                abort();
            poll(0, 0, 0);
        }
        printf("%d\\n", (int)getpid());
        fflush(stdout);
    } while (read(0, &byte, 1) == 1);
    return 0;
}
"""


def held(pid: int) -> tuple[int, int, int]:
    """How many descriptors, threads and mappings the emulator has."""
    place = Path(f"/proc/{pid}")
    maps = len((place / "maps").read_text().splitlines())
    return len(os.listdir(place / "fd")), len(os.listdir(place / "task")), maps


def grown(before: tuple[int, ...], now: tuple[int, ...]) -> bool:
    return any(new > old for old, new in zip(before, now, strict=True))


@pytest.mark.parametrize("arch", programs.MUSL)
def test_children_and_threads_leave_nothing(arch: str, build_c: Callable[..., Path]) -> None:
    program = build_c(GUEST, arch)
    with subprocess.Popen(
        [sys.executable, "-m", "qemu_user", program, "40"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(programs.ROOT)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        before = held(pid)
        for _ in range(3):
            process.stdin.write(b"x")
            process.stdin.flush()
            assert int(process.stdout.readline()) == pid
        deadline = time.monotonic() + 20
        while grown(before, now := held(pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not grown(before, now), f"{before} became {now}"
        process.stdin.close()
        assert process.wait(programs.TIMEOUT) == 0
