"""Waiting for descriptors: poll and select."""

from __future__ import annotations

import ctypes
import os
from errno import EBADF, EFAULT, EINVAL
from struct import Struct
from time import monotonic_ns

from ..exec import hostcall
from ..exec.abi import polling as abi
from ..exec.abi.clocks import Timespec, Timeval
from ..exec.abi.limits import RLIMIT_NOFILE
from ..exec.abi.polling import PselectSigmask
from ..exec.abi.signals import KernelSigset
from ..exec.cpu import WRITE
from ..exec.errors import ERESTART_RESTARTBLOCK, ERESTARTNOHAND, ERESTARTSYS, LinuxError
from ..exec.signals import UNBLOCKABLE
from ..exec.waiting import Wait, wait
from .args import Addr, In, InOut, Int, Size, UInt
from .clocks import nanoseconds, timespec
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

    T = TypeVar("T")

_SIGSET = 8  # bytes of the host's signal set
_FEW = 64  # descriptors that every process has room for
_MILLISECOND = 1_000_000
_HOST_POLLFD = Struct("=ihh")
_READ = abi.POLLRDNORM | abi.POLLRDBAND | abi.POLLIN
_WRITE = abi.POLLWRBAND | abi.POLLWRNORM | abi.POLLOUT
_EVENTS = (_READ, _WRITE, abi.POLLPRI)
_CLOSED = abi.POLLNVAL  # while it was waited for: for select(2) it is ready then
_REPORTS = (
    _READ | abi.POLLHUP | abi.POLLERR | _CLOSED,
    _WRITE | abi.POLLERR | _CLOSED,
    abi.POLLPRI | _CLOSED,
)


def masked(t: Thread, mask: int | None, call: Blocking[T]) -> Blocking[T]:
    """Run `call` under a signal mask; one that a signal interrupts keeps it for delivery."""
    if mask is None:
        return (yield from call)
    t.saved_mask, t.mask = t.mask, mask & ~UNBLOCKABLE
    try:
        return (yield from call)
    except LinuxError as error:
        if error.errno is not None and error.errno >= ERESTARTSYS:
            mask = None
        raise
    finally:
        if mask is not None and t.saved_mask is not None:
            t.mask, t.saved_mask = t.saved_mask, None


def mask_at(t: Thread, addr: int, size: int) -> int | None:
    """The signal set there, None for NULL; EINVAL for a size that no set has."""
    if not addr:
        return None
    if size != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    return t.memory.load(addr, KernelSigset).sig


def _host_poll(entries: list[tuple[int, int]]) -> list[int]:
    """What poll(2) reports at once for each (descriptor, events)."""
    data = b"".join(_HOST_POLLFD.pack(fd, _signed(events), 0) for fd, events in entries)
    room = ctypes.create_string_buffer(data, max(len(data), 1))
    hostcall.call("ppoll", room, len(entries), bytes(16), None, _SIGSET)
    return [
        revents & 0xFFFF for _, _, revents in _HOST_POLLFD.iter_unpack(room.raw[: 8 * len(entries)])
    ]


def _signed(events: int) -> int:
    return (events & 0xFFFF ^ 0x8000) - 0x8000


def poll_until(
    t: Thread, entries: list[tuple[int, int]], deadline: int | None
) -> Blocking[list[int]]:
    """Events of each entry as soon as there are any, or none at `deadline` (0: do not wait)."""
    hidden = t.process.files.reserved
    if any(fd in hidden for fd, _ in entries):
        return [abi.POLLNVAL if fd in hidden else 0 for fd, _ in entries]
    fds = [(fd, events & 0xFFFF) for fd, events in entries if fd >= 0]
    while True:
        found = _host_poll(entries)
        if any(found):
            t.process.scheduler.catch_up()
            return found
        if t.has_signal():
            raise LinuxError(ERESTARTSYS)
        if deadline is not None and monotonic_ns() >= deadline:
            return found
        yield from wait(t, Wait(fds, deadline))


def _check_fds(t: Thread, nfds: int) -> None:
    if nfds > hostcall.descriptor_limits()[0]:
        from ..exec.guestlimits import get

        if nfds > get(t, RLIMIT_NOFILE)[0]:
            raise LinuxError(EINVAL)


def _poll(t: Thread, addr: int, nfds: int, deadline: int | None) -> Blocking[int]:
    if nfds > 256:
        _check_fds(t, nfds)
    layout = Struct(t.arch.model.order + "ihh")
    data = t.memory.read(addr, nfds * layout.size) if nfds else b""
    entries = [(fd, events) for fd, events, _ in layout.iter_unpack(data)]
    try:
        found = yield from poll_until(t, entries, deadline)
    except LinuxError:
        beyond = hostcall.bad(t, addr, 0) == hostcall.BEYOND
        if beyond or t.memory.permitted(addr, len(data), WRITE) < len(data):
            raise LinuxError(EFAULT) from None
        raise
    out = b"".join(
        layout.pack(fd, events, _signed(revents))
        for (fd, events), revents in zip(entries, found, strict=True)
    )
    if out:
        t.memory.write(addr, out)
    elif hostcall.bad(t, addr, 0) == hostcall.BEYOND:
        raise LinuxError(EFAULT)
    return sum(1 for revents in found if revents)


def _resume_poll(t: Thread, addr: int, nfds: int, deadline: int | None) -> Blocking[int]:
    """poll(2), which restart_syscall(2) goes on with."""
    try:
        return (yield from _poll(t, addr, nfds, deadline))
    except LinuxError as error:
        if error.errno != ERESTARTSYS:
            raise
        t.restart_block = lambda: _resume_poll(t, addr, nfds, deadline)
        raise LinuxError(ERESTART_RESTARTBLOCK) from None


@syscall
def poll(t: Thread, fds: Addr, nfds: UInt, timeout: Int) -> Blocking[int]:
    deadline = None if timeout < 0 else monotonic_ns() + timeout * _MILLISECOND
    return (yield from _resume_poll(t, fds, nfds, deadline))


def _no_hand(call: Blocking[T]) -> Blocking[T]:
    """An interruption that only a handler turns into EINTR."""
    try:
        return (yield from call)
    except LinuxError as error:
        if error.errno == ERESTARTSYS:
            raise LinuxError(ERESTARTNOHAND) from None
        raise


class _Timeout:
    """A relative time that the call updates to what is left of it."""

    def __init__(self, pointer: InOut[Timespec]) -> None:
        self._pointer = pointer
        length = nanoseconds(pointer.read()) if pointer else None
        self.deadline = None if length is None else monotonic_ns() + length

    def store(self) -> None:
        if self.deadline is not None:
            try:
                self._pointer.write(timespec(max(0, self.deadline - monotonic_ns())))
            except LinuxError:
                return


@syscall(wide="ppoll_time64")
def ppoll(
    t: Thread, fds: Addr, nfds: UInt, tmo_p: InOut[Timespec], sigmask: Addr, sigsetsize: Size
) -> Blocking[int]:
    timeout = _Timeout(tmo_p)
    mask = mask_at(t, sigmask, sigsetsize)
    try:
        return (yield from masked(t, mask, _no_hand(_poll(t, fds, nfds, timeout.deadline))))
    finally:
        timeout.store()


def _table_size(t: Thread) -> int:
    """How many descriptors the kernel's table would have room for: it looks no further."""
    own = (int(name) for name in os.listdir("/proc/self/fd"))
    highest = max((fd for fd in own if fd not in t.process.files.reserved), default=0)
    return max(_FEW, 1 << highest.bit_length())


class _Sets:
    """The three fd_sets of select(2)."""

    def __init__(self, t: Thread, nfds: int, addrs: tuple[int, int, int]) -> None:
        if nfds < 0:
            raise LinuxError(EINVAL)
        self.t = t
        self.addrs = addrs
        if nfds > _FEW:
            nfds = min(nfds, _table_size(t))
        bits = 8 * t.arch.model.word
        self.size = -(-nfds // bits) * t.arch.model.word
        self.nfds = nfds
        self.wanted = [self._load(addr) if addr else frozenset() for addr in addrs]

    def _load(self, addr: int) -> frozenset[int]:
        data = self.t.memory.read(addr, self.size) if self.size else b""
        value = int.from_bytes(self._swap(data), "little")
        return frozenset(fd for fd in range(self.nfds) if value >> fd & 1) if value else frozenset()

    def _swap(self, data: bytes) -> bytes:
        """Words of a big-endian machine as little-endian ones."""
        if self.t.arch.model.order == "<":
            return data
        word = self.t.arch.model.word
        return b"".join(data[at : at + word][::-1] for at in range(0, len(data), word))

    def entries(self) -> list[tuple[int, int]]:
        """What to poll."""
        every = sorted(frozenset().union(*self.wanted))
        return [
            (fd, sum(e for e, w in zip(_EVENTS, self.wanted, strict=True) if fd in w))
            for fd in every
        ]

    def ready(self, entries: list[tuple[int, int]], found: list[int]) -> bool:
        """Whether anything that was reported is in a set that asks for it."""
        return any(
            fd in wanted and revents & reports
            for (fd, _), revents in zip(entries, found, strict=True)
            for wanted, reports in zip(self.wanted, _REPORTS, strict=True)
        )

    def store(self, entries: list[tuple[int, int]], found: list[int]) -> int:
        """Write the sets back; returns how many bits they have."""
        count = 0
        for addr, wanted, reports in zip(self.addrs, self.wanted, _REPORTS, strict=True):
            value = 0
            for (fd, _), revents in zip(entries, found, strict=True):
                if fd in wanted and revents & reports:
                    value |= 1 << fd
                    count += 1
            if addr and self.size:
                self.t.memory.write(addr, self._swap(value.to_bytes(self.size, "little")))
        return count


def _select(
    t: Thread, nfds: int, addrs: tuple[int, int, int], deadline: int | None
) -> Blocking[int]:
    sets = _Sets(t, nfds, addrs)
    entries = sets.entries()
    while True:
        found = yield from poll_until(t, entries, deadline)
        for (fd, _), revents in zip(entries, found, strict=True):
            if revents & abi.POLLNVAL and fd not in t.moved:
                raise LinuxError(EBADF)
        if not any(found) or sets.ready(entries, found):
            return sets.store(entries, found)
        # poll(2) reports hangups and errors that no set asks for
        entries = [entry for entry, revents in zip(entries, found, strict=True) if not revents]


@syscall(also=("_newselect",))
def select(
    t: Thread, nfds: Int, readfds: Addr, writefds: Addr, exceptfds: Addr, timeout: InOut[Timeval]
) -> Blocking[int]:
    deadline = None
    if timeout:
        length = timeout.read()
        if length.tv_usec < 0 or length.tv_sec + length.tv_usec // 10**6 < 0:
            raise LinuxError(EINVAL)
        deadline = monotonic_ns() + length.tv_sec * 10**9 + length.tv_usec * 1000
    try:
        return (yield from _no_hand(_select(t, nfds, (readfds, writefds, exceptfds), deadline)))
    finally:
        if deadline is not None:
            left = max(0, deadline - monotonic_ns())
            try:
                timeout.write(Timeval(tv_sec=left // 10**9, tv_usec=left % 10**9 // 1000))
            except LinuxError:
                pass


@syscall(wide="pselect6_time64")
def pselect6(
    t: Thread,
    nfds: Int,
    readfds: Addr,
    writefds: Addr,
    exceptfds: Addr,
    timeout: InOut[Timespec],
    sigmask: In[PselectSigmask],
) -> Blocking[int]:
    mask = None
    packed = sigmask.read() if sigmask else None
    limit = _Timeout(timeout)
    if packed is not None:
        mask = mask_at(t, packed.ss, packed.ss_len)
    addrs = (readfds, writefds, exceptfds)
    try:
        return (yield from masked(t, mask, _no_hand(_select(t, nfds, addrs, limit.deadline))))
    finally:
        limit.store()
