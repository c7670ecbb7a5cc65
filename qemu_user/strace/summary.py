"""-c: how often each system call was made, how often it failed and the time it took."""

from __future__ import annotations

import os
from struct import Struct
from time import perf_counter_ns, thread_time_ns

from ..exec.errors import ERESTARTSYS
from ..exec.observe import Observer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..exec.files import Files
    from ..exec.process import Process
    from ..exec.thread import Thread
    from ..syscalls.syscall import Bound

_ENTRY = Struct("=32sQQQ")  # name, calls, errors, ns
_ENTRIES = 512
_AREA = _ENTRY.size * _ENTRIES
_RULE = "------ ----------- ----------- --------- --------- ----------------"


class Area:
    """One process's counts, in a file that all processes of a tree share.

    A process that is killed leaves its counts there.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._fd = files.create(lambda: os.memfd_create("summary", os.MFD_CLOEXEC))
        self._begin()

    def _begin(self) -> None:
        """Take a new area at the end, which appending makes ours alone."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        own = self._files.create(lambda: os.open(f"/proc/self/fd/{self._fd}", flags))
        os.write(own, bytes(_AREA))
        self._start = os.lseek(own, 0, os.SEEK_CUR) - _AREA
        self._files.unreserve(own)
        self._counts: dict[str, list[int]] = {}  # offset in the file, then as in an entry

    def forked(self) -> None:
        """In a forked child."""
        self._begin()

    def count(self, name: str, failed: bool, passed: int) -> None:
        """One more call that took `passed` ns."""
        counts = self._counts.get(name)
        if counts is None:
            if len(self._counts) == _ENTRIES:
                return
            at = self._start + len(self._counts) * _ENTRY.size
            counts = self._counts[name] = [at, 0, 0, 0]
        counts[1] += 1
        counts[2] += failed
        counts[3] += passed
        os.pwrite(self._fd, _ENTRY.pack(name.encode(), *counts[1:]), counts[0])

    def totals(self) -> dict[str, tuple[int, int, int]]:
        """Calls, errors and time by name, of all processes."""
        found: dict[str, tuple[int, int, int]] = {}
        for name, *numbers in self._entries():
            before = found.get(name, (0, 0, 0))
            calls, errors, time = (a + b for a, b in zip(before, numbers, strict=True))
            found[name] = calls, errors, time
        return found

    def _entries(self) -> Iterator[tuple[str, int, int, int]]:
        size = os.fstat(self._fd).st_size
        for start in range(0, size, _AREA):
            area = os.pread(self._fd, _AREA, start)
            for name, calls, errors, time in _ENTRY.iter_unpack(area):
                if calls:
                    yield name.rstrip(b"\0").decode(), calls, errors, time


class Summary(Observer):
    """Counts; the process that was started first writes the table when it ends."""

    def __init__(
        self,
        files: Files,
        write: Callable[[str], None],
        wants: Callable[[Bound], bool],
        *,
        wall: bool,
    ) -> None:
        self._area = Area(files)
        self._write = write
        self._wants = wants
        self._clock = perf_counter_ns if wall else thread_time_ns
        self._wall = wall
        self._begun: dict[int, int] = {}  # when, or how long it has taken so far
        self._first = os.getpid()

    def syscall_enter(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """The call begins; exit has no end."""
        if self._wants(call):
            self._begun[t.tid] = self._clock()

    def syscall_pause(self, t: Thread, call: Bound, words: Sequence[int]) -> None:
        """What others do from here on is not this call's time, unless time that passes counts."""
        begun = self._begun.get(t.tid)
        if begun is not None and begun > 0 and not self._wall:
            self._begun[t.tid] = begun - self._clock()

    def syscall_exit(
        self, t: Thread, call: Bound, words: Sequence[int], result: int, error: int
    ) -> None:
        """The call is over."""
        begun = self._begun.pop(t.tid, None)
        if begun is not None:
            passed = self._clock() - begun if begun > 0 else -begun
            self._area.count(call.name, 0 < error < ERESTARTSYS, passed)

    def started(self, name: str) -> None:
        """The execve that began it all."""
        self._area.count(name, False, 0)

    def process_fork(self, child: Process) -> None:
        """The child counts for itself."""
        self._begun.clear()
        self._area.forked()

    def process_exit(self, p: Process, status: int) -> None:
        """The end of the first process."""
        if p.pid == self._first:
            for line in table(self._area.totals()):
                self._write(line)


def table(totals: dict[str, tuple[int, int, int]]) -> Iterator[str]:
    """The lines of strace(1)'s table, what took longest first."""
    yield "% time     seconds  usecs/call     calls    errors syscall"
    yield _RULE
    whole = sum(time for _, _, time in totals.values())
    for name, numbers in sorted(totals.items(), key=lambda item: (-item[1][2], item[0])):
        yield _row(name, numbers, whole)
    yield _RULE
    calls, errors = (sum(n[at] for n in totals.values()) for at in (0, 1))
    yield _row("total", (calls, errors, whole), whole or 1, percent=100.0)


def _row(name: str, numbers: tuple[int, int, int], whole: int, percent: float | None = None) -> str:
    calls, errors, time = numbers
    share = percent if percent is not None else 100 * time / whole if whole else 0.0
    each = time // calls // 1000 if calls else 0
    return f"{share:6.2f} {time / 1e9:11.6f} {each:11} {calls:9} {errors or '':>9} {name}"
