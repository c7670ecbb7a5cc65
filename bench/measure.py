"""Runs one command and measures it: CPU time, wall time, resident memory and what it printed."""

from __future__ import annotations

import os
import select
import signal
import tempfile
import time
from dataclasses import dataclass


class RunError(Exception):
    """The command failed, hung or could not be started."""


@dataclass(frozen=True)
class Run:
    """One finished run; times in seconds, `rss` in MiB (getrusage(2): ru_maxrss)."""

    cpu: float
    wall: float
    rss: float
    output: str


def run(command: list[str], environment: dict[str, str], timeout: float) -> Run:
    """Runs `command` to its end; RunError if it isn't exit status 0 within `timeout` seconds."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, stdout.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, stderr.fileno(), 2),
        ]
        begin = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, environment, file_actions=actions)
        ended = _wait(pid, timeout)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - begin
        stdout.seek(0)
        stderr.seek(0)
        output = stdout.read().decode(errors="replace")
        errors = stderr.read().decode(errors="replace").strip()
    if not ended:
        raise RunError(f"not finished after {timeout:.0f} s")
    if status != 0:
        code = os.waitstatus_to_exitcode(status)
        end = f"signal {-code}" if code < 0 else f"exit status {code}"
        raise RunError(f"{end}{': ' + errors.splitlines()[-1] if errors else ''}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)


def _wait(pid: int, timeout: float) -> bool:
    """Waits until the child has ended; kills it and returns False when the time is up."""
    fd = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        if poll.poll(timeout * 1000):
            return True
        os.kill(pid, signal.SIGKILL)
        return False
    finally:
        os.close(fd)
