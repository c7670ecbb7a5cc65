"""-strace: observers that write each system call and signal, in qemu-user's or strace(1)'s way."""

from __future__ import annotations

import os
from importlib import import_module

from .settings import Settings
from .text import Strace
from .tracer import Lines, Started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.process import Process
    from .stacks import Stacks

__all__ = ["Lines", "Settings", "Started", "Strace", "trace"]

MODES = ("qemu", "full", "json")


def trace(
    process: Process,
    log: Callable[[str], None],
    mode: str,
    settings: Settings,
    started: tuple[bytes, list[bytes], int],
) -> None:
    """Have the calls of `process` written; `started`: path, argv and how many variables.

    OSError when -o's file can't be written.
    """
    output = None
    if settings.file is not None:
        from .output import Output

        output = Output(process.files, settings.file, separate=settings.separate)
    lines = Lines(log, output)
    stacks: Stacks | None = None
    if settings.stacks:
        stacks = import_module(".stacks", __package__).Stacks()
    if mode == "json":
        from .jsonlines import JsonLines

        tracer: Strace | JsonLines = JsonLines(lines, settings, stacks)
    else:
        tracer = Strace(lines, settings, full=mode == "full", stacks=stacks)
    by = Started(process, *started)
    if settings.lines:
        process.observers.add(tracer)
        tracer.started(by)
    if settings.summary:
        from .summary import Summary

        pid = os.getpid()
        summary = Summary(
            process.files, lambda text: lines.line(pid, text), tracer.wants, wall=settings.wall
        )
        process.observers.add(summary)
        if tracer.wants(by.call):
            summary.started("execve")
    if settings.injections:
        from .inject import Injector

        process.replace_call = Injector(settings.injections, tracer.wants).replace
