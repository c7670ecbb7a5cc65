"""signalfd(2): signals read as a file."""

from __future__ import annotations

import os
from errno import EAGAIN, EINVAL
from select import POLLIN
from time import CLOCK_MONOTONIC

from ..exec import hostcall
from ..exec.abi import signals as abi
from ..exec.abi.signals import SignalfdSiginfo
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.files import SpecialFile, nonblocking
from ..exec.hostthreads import poll_fds
from ..exec.signals import UNBLOCKABLE, SigInfo, take
from ..exec.waiting import Wait
from .signals import read_sigset
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.process import Process
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking
    from .args import Addr, Fd, SignalFdFlags, Size

_NEVER, _SOON = bytes(32), bytes(24) + (1).to_bytes(8, "little")  # struct itimerspec
_RECORD = 128  # bytes of struct signalfd_siginfo


def _timer(flags: int) -> int:
    """A descriptor that polls readable when told to, and never writable: a timer."""
    return hostcall.call("timerfd_create", CLOCK_MONOTONIC, flags)


class SignalFile(SpecialFile):
    """A signalfd; the host's descriptor is a timer that has expired while there is one to read."""

    name = "anon_inode:[signalfd]"

    def __init__(self, p: Process, fd: int, mask: int) -> None:
        self._process = p
        self._event = p.files.reserve(os.dup(fd))
        self._raised = False
        self.mask = mask
        p.signal_watchers.append(self.look)
        self.look()

    def look(self) -> None:
        """Raise or lower the eventfd by what is queued."""
        p = self._process
        bits = p.pending.bits | p.scheduler.current.pending.bits
        wanted = bool(bits & self.mask)
        if wanted != self._raised:
            hostcall.call("timerfd_settime", self._event, 0, _SOON if wanted else _NEVER, None)
        if wanted and not self._raised:
            poll_fds({self._event: POLLIN}, None)
        self._raised = wanted

    def read(self, t: Thread, fd: int, size: int) -> Blocking[bytes]:
        """As many records as are queued and fit; sleeps for the first."""
        if size < _RECORD:
            raise LinuxError(EINVAL)
        first = take(t, self.mask)
        while first is None:
            if nonblocking(fd):
                raise LinuxError(EAGAIN)
            sleep = Wait()
            t.waiting_for = self.mask
            try:
                yield sleep
            finally:
                t.waiting_for = 0
            first = take(t, self.mask)
            if first is None and sleep.interrupted:
                raise LinuxError(ERESTARTSYS)
        found = [first]
        while len(found) < size // _RECORD and (more := take(t, self.mask)) is not None:
            found.append(more)
        return b"".join(_record(info, t).pack(t.arch.model) for info in found)

    def release(self) -> None:
        """Closed: nobody is to be told any more."""
        self._process.signal_watchers.remove(self.look)
        self._process.files.unreserve(self._event)

    def forked(self, fds: list[int]) -> None:
        """The child's signals are its own, and so is what says that some are queued."""
        event = _timer(os.O_CLOEXEC)
        for fd in (self._event, *fds):
            os.dup2(event, fd, inheritable=os.get_inheritable(fd))
        os.close(event)
        self._raised = False
        self.look()


def _record(info: SigInfo, t: Thread) -> SignalfdSiginfo:
    return SignalfdSiginfo(
        ssi_signo=t.arch.model.signal_to_guest(info.signo),
        ssi_errno=info.errno,
        ssi_code=info.code,
        ssi_pid=info.pid,
        ssi_uid=info.uid,
        ssi_tid=info.timer,
        ssi_overrun=info.overrun,
        ssi_status=info.status,
        ssi_int=info.value,
        ssi_ptr=info.value,
        ssi_utime=info.utime,
        ssi_stime=info.stime,
        ssi_addr=info.addr,
    )


@syscall(note="POLLIN tells of signals for the process and the running thread")
def signalfd4(t: Thread, ufd: Fd, user_mask: Addr, sizemask: Size, flags: SignalFdFlags) -> int:
    if sizemask != t.arch.model.sigset_size:
        raise LinuxError(EINVAL)
    mask = read_sigset(t, user_mask) & ~UNBLOCKABLE
    if flags & ~(abi.SFD_CLOEXEC | abi.SFD_NONBLOCK):
        raise LinuxError(EINVAL)
    files = t.process.files
    if ufd != -1:
        files.check(ufd)
        special = files.special.get(ufd)
        if not isinstance(special, SignalFile):
            raise LinuxError(EINVAL)
        special.mask = mask
        special.look()
        return ufd
    mode = (os.O_CLOEXEC if flags & abi.SFD_CLOEXEC else 0) | (
        os.O_NONBLOCK if flags & abi.SFD_NONBLOCK else 0
    )
    fd = _timer(mode)
    return files.install(fd, SignalFile(t.process, fd, mask))


@syscall
def signalfd(t: Thread, ufd: Fd, user_mask: Addr, sizemask: Size) -> int:
    return signalfd4.function(t, ufd, user_mask, sizemask, 0)
