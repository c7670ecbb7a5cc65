"""The descriptor table: guest descriptors are the host's, but for those that the emulator keeps."""

from __future__ import annotations

import os
import stat
from errno import EAGAIN, EBADF, EINTR, EINVAL, ENOTTY, EOPNOTSUPP, ESPIPE
from fcntl import F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, FD_CLOEXEC, fcntl
from select import POLLIN, POLLOUT, poll

from . import hostcall
from .errors import ERESTARTSYS, LinuxError
from .hostcall import unlimited
from .waiting import Wait, in_helper, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .thread import Thread
    from .waiting import Blocking


# The emulator's own descriptors begin here, or lower where the host allows us fewer than that.
SOFT_AT_START, _HARD_LIMIT = hostcall.descriptor_limits()
SPARE = min(16, _HARD_LIMIT // 8)  # of those: guests that use up theirs leave us these
if SOFT_AT_START > _HARD_LIMIT - SPARE:
    hostcall.descriptor_limits((_HARD_LIMIT - SPARE, _HARD_LIMIT))
FIRST_RESERVED = min(1000, max(_HARD_LIMIT // 2, _HARD_LIMIT - 48))
_MEM_MAJOR = 1  # null, zero, full, random: never block
_MASTER = os.makedev(5, 2)  # of pseudoterminals: job control is about the slaves
_SURE = 256  # bytes that a terminal takes at once when it says it is writable

# Never waits; can be asked not to wait (RWF_NOWAIT); must be polled; a terminal, so too; only reads
# can be asked.
PLAIN, TRY, POLL, TTY, TRY_READ = 1, 2, 3, 4, 5


class SpecialFile:
    """An open file that the emulator implements; the host's descriptor holds its number.

    What polls, dup, CLOEXEC, fork and SCM_RIGHTS say of the descriptor is the host's doing, so it
    is chosen to answer rightly (an eventfd raised when readable; a memfd where epoll gives EPERM).
    """

    name = "anon_inode:[special]"  # what /proc/self/fd says
    fdinfo = ""  # its own lines of /proc/self/fdinfo
    path = b""  # the host's file of which stat(2) and statfs(2) tell
    in_part = False  # a read gives what is in reach, and EFAULT only where nothing is
    on_host = False  # the host's descriptor can be read as well

    def read(self, t: Thread, fd: int, size: int) -> Blocking[bytes]:
        """At most `size` bytes for read(2)."""
        raise LinuxError(EINVAL)
        yield

    def write(self, t: Thread, fd: int, data: bytes) -> Blocking[int]:
        """How many bytes of `data` write(2) took."""
        raise LinuxError(EINVAL)
        yield

    def pread(self, t: Thread, size: int, offset: int) -> bytes:
        """At most `size` bytes for pread(2)."""
        raise LinuxError(EINVAL)

    def pwrite(self, t: Thread, data: bytes, offset: int) -> int:
        """How many bytes of `data` pwrite(2) took."""
        raise LinuxError(EINVAL)

    def seek(self, t: Thread, fd: int, offset: int, whence: int) -> int:
        """The new position for lseek(2)."""
        raise LinuxError(ESPIPE)

    def ioctl(self, t: Thread, request: int, argp: int) -> int:
        """ioctl(2) with a request that the host's descriptor cannot answer."""
        raise LinuxError(ENOTTY)

    def release(self) -> None:
        """The last descriptor in this process is closed."""

    def forked(self, fds: list[int]) -> None:
        """In a forked child, where it is open as `fds`."""


class Files:
    """The files of a process (files_struct): guest fd = host fd.

    `special` holds the files that the emulator implements; descriptors in `reserved` are the
    emulator's own and do not exist for the guest.
    """

    __slots__ = ("_kinds", "plain", "recognisers", "reserved", "special", "watchers")

    def __init__(self) -> None:
        self.special: dict[int, SpecialFile] = {}
        self.reserved: set[int] = set()
        self.recognisers: list[Callable[[int], SpecialFile | None]] = []
        self.watchers: list[Callable[[int], None]] = []  # told each descriptor that is closed
        self._kinds: dict[int, int] = {}
        self.plain = bytearray(256)  # 1: the descriptor is PLAIN and not special (D17)

    def forked(self) -> None:
        """Tell the special files that this is a child now."""
        for special in set(self.special.values()):
            special.forked([fd for fd, file in self.special.items() if file is special])

    def reserve(self, fd: int) -> int:
        """Move an emulator's descriptor out of the guest's sight; returns its new number."""
        high = _duplicate_high(fd)
        os.close(fd)
        self.reserved.add(high)
        return high

    def create(self, make: Callable[[], int]) -> int:
        """Reserve the descriptor that `make` opens, also where the guest has used up its limit."""
        return unlimited(lambda: self.reserve(make()))

    def unreserve(self, fd: int) -> None:
        """Close an emulator's descriptor."""
        self.reserved.discard(fd)
        os.close(fd)

    def keep(self, fd: int) -> int:
        """Another descriptor, hidden, of the open file `fd`; EBADF."""
        new = _duplicate_high(fd)
        self.reserved.add(new)
        self._kinds[new] = self.kind(fd)
        if fd in self.special:
            self.special[new] = self.special[fd]
        return new

    def let_go(self, moved: dict[int, int]) -> None:
        """Close what `keep` made for a call that has ended."""
        while moved:
            _, fd = moved.popitem()
            self.unreserve(fd)
            self._drop(fd)

    def check(self, fd: int) -> int:
        """`fd`, or EBADF when the guest has no such descriptor."""
        if fd < 0 or fd in self.reserved:
            raise LinuxError(EBADF)
        fcntl(fd, F_GETFD)
        return fd

    def visible(self, fd: int) -> int:
        """`fd`, or EBADF when it is one of the emulator's; it need not be open."""
        if fd in self.reserved:
            raise LinuxError(EBADF)
        return fd

    def install(self, fd: int, special: SpecialFile) -> int:
        """Make `special` what the host descriptor `fd` stands for."""
        self.special[fd] = special
        self._hide(fd)
        return fd

    def arrived(self, fd: int) -> None:
        """A descriptor came from another process: it may be an emulated file of that one."""
        for recognise in self.recognisers:
            special = recognise(fd)
            if special is not None:
                self.install(fd, special)

    def duplicated(self, fd: int, new: int) -> int:
        """The host duplicated `fd` as `new`, which closed what `new` was."""
        if new != fd:
            self._drop(new)
            if fd in self.special:
                self.special[new] = self.special[fd]
        return new

    def close(self, fd: int) -> None:
        """close(2); EBADF."""
        if fd in self.reserved:
            raise LinuxError(EBADF)
        os.close(fd)
        self._drop(fd)

    def forget(self, fd: int) -> None:
        """The host has closed `fd` (it may be open again as something else)."""
        self._drop(fd)

    def open_descriptors(self) -> list[int]:
        """The guest's open descriptors, in order."""
        found = set(map(int, unlimited(lambda: os.listdir("/proc/self/fd"))))
        return sorted(fd for fd in found - self.reserved if _is_open(fd))

    def close_on_exec(self) -> None:
        """execve: close the guest's descriptors that have FD_CLOEXEC."""
        for fd in self.open_descriptors():
            if fcntl(fd, F_GETFD) & FD_CLOEXEC:
                self.close(fd)

    def kind(self, fd: int) -> int:
        """How reads and writes of `fd` can wait: PLAIN, TRY and so on; EBADF."""
        kind = self._kinds.get(fd)
        if kind is None:
            if fd in self.reserved:
                raise LinuxError(EBADF)
            about = os.fstat(fd)
            mode = about.st_mode
            plain = stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISBLK(mode)
            if stat.S_ISCHR(mode) and os.major(about.st_rdev) == _MEM_MAJOR:
                plain = True
            kind = PLAIN if plain else TRY
            if kind == TRY and stat.S_ISCHR(mode) and about.st_rdev != _MASTER and os.isatty(fd):
                kind = TTY
            self._kinds[fd] = kind
            if kind == PLAIN and fd < len(self.plain):
                self.plain[fd] = fd not in self.special
        return kind

    def must_poll(self, fd: int, events: int) -> None:
        """`fd` turned out to refuse RWF_NOWAIT for POLLIN or POLLOUT."""
        self._kinds[fd] = POLL if events == POLLIN else TRY_READ

    def _hide(self, fd: int) -> None:
        if fd < len(self.plain):
            self.plain[fd] = 0

    def _drop(self, fd: int) -> None:
        self._kinds.pop(fd, None)
        self._hide(fd)
        for tell in self.watchers:
            tell(fd)
        if self.special:
            special = self.special.pop(fd, None)
            if special is not None and special not in self.special.values():
                special.release()


def _duplicate_high(fd: int) -> int:
    """A copy at FIRST_RESERVED or above, whatever the guest's limit."""
    return int(unlimited(lambda: fcntl(fd, F_DUPFD_CLOEXEC, FIRST_RESERVED)))


def _is_open(fd: int) -> bool:
    try:
        fcntl(fd, F_GETFD)
    except OSError:
        return False
    return True


def nonblocking(fd: int) -> bool:
    """Whether the open file of `fd` has O_NONBLOCK; EBADF."""
    if fd < 0:
        raise LinuxError(EBADF)
    return bool(fcntl(fd, F_GETFL) & os.O_NONBLOCK)


def in_background(fd: int) -> bool:
    """Whether the terminal `fd` is this session's and another process group's turn to use."""
    try:
        return os.tcgetpgrp(fd) not in (0, os.getpgrp())
    except OSError:
        return False


def heed_job_control(t: Thread, fd: int) -> None:
    """Before a read of a terminal: SIGTTIN for a background process group."""
    if in_background(fd):
        from .jobcontrol import before_read

        before_read(t)


def ready(fd: int, events: int) -> bool:
    """Whether poll(2) has anything to say of `fd` now; EBADF."""
    if fd < 0:
        raise LinuxError(EBADF)
    (asked := poll()).register(fd, events)
    return bool(asked.poll(0))


def wait_ends(fd: int, events: int) -> int | None:
    """When a socket's time-out ends a wait that begins now; EBADF where the use is not allowed."""
    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        hostcall.check_use("read" if events == POLLIN else "write", fd)
        return None

    def ask() -> int | None:
        from .sockettime import socket_deadline

        return socket_deadline(fd, events)

    return unlimited(ask)


def until_ready(t: Thread, fd: int, events: int, deadline: int | None) -> Blocking[None]:
    """Sleep until `fd` is ready; EAGAIN at a socket's deadline, with which nothing restarts."""
    what = Wait([(fd, events)], deadline)
    try:
        yield from wait(t, what)
    except LinuxError as error:
        if deadline is not None and error.errno == ERESTARTSYS:
            raise LinuxError(EINTR) from None
        raise
    if what.timed_out and not what.ready:
        raise LinuxError(EAGAIN)


def receive(t: Thread, fd: int, views: list[memoryview]) -> Blocking[int]:
    """readv(2) into `views`, during which only `t` waits."""
    files = t.process.files
    deadline: int | None = None
    while True:
        fd = t.moved.get(fd, fd)
        kind = files.kind(fd)
        kind = TRY if kind == TRY_READ else kind
        if kind == PLAIN:
            return os.readv(fd, views)
        if kind == TTY:
            heed_job_control(t, fd)
        try:
            if kind != TRY and not ready(fd, POLLIN) and not nonblocking(fd):
                raise LinuxError(EAGAIN)
            got = os.preadv(fd, views, -1, os.RWF_NOWAIT) if kind == TRY else os.readv(fd, views)
            t.process.scheduler.catch_up()
            return got
        except OSError as error:
            if error.errno == EOPNOTSUPP and kind == TRY:
                files.must_poll(fd, POLLIN)
                continue
            if error.errno != EAGAIN or nonblocking(fd):
                raise
        if kind == TTY:
            from .terminalreads import await_input

            if (yield from await_input(t, fd)):
                continue
            return 0
        deadline = deadline or wait_ends(fd, POLLIN)
        yield from until_ready(t, fd, POLLIN, deadline)


def send(t: Thread, fd: int, views: list[memoryview]) -> Blocking[int]:
    """writev(2) of `views`, during which only `t` waits; a signal after a part returns that."""
    files = t.process.files
    done = 0
    deadline: int | None = None
    while True:
        fd = t.moved.get(fd, fd)
        kind = files.kind(fd)
        if kind == PLAIN:
            return os.writev(fd, views)
        if kind == TTY and not done and in_background(fd):
            from .jobcontrol import before_write

            before_write(t, fd)
        if kind >= POLL and sum(map(len, views)) > _SURE and not nonblocking(fd):
            return (yield from in_helper(t, _writing(fd, views)))
        try:
            sent = _offer(fd, views, kind)
            done += sent
            views = rest(views, sent)
            if not views or (kind == TRY and nonblocking(fd)):
                return done
        except OSError as error:
            if error.errno == EOPNOTSUPP and kind == TRY:
                files.must_poll(fd, POLLOUT)
                continue
            if done:
                return done
            if error.errno != EAGAIN or nonblocking(fd):
                raise
        deadline = deadline or wait_ends(fd, POLLOUT)
        try:
            yield from until_ready(t, fd, POLLOUT, deadline)
        except LinuxError:
            if done:
                return done
            raise


def _writing(fd: int, views: list[memoryview]) -> Callable[[], int]:
    """A write for a helper thread, which a signal can interrupt."""
    vector = hostcall.vector(views)
    return lambda: hostcall.call("writev", fd, vector, len(vector))


def _offer(fd: int, views: list[memoryview], kind: int) -> int:
    """Write what fits; EAGAIN when nothing does."""
    if kind == TRY:
        return os.pwritev(fd, views, -1, os.RWF_NOWAIT)
    if ready(fd, POLLOUT) or nonblocking(fd):
        return os.writev(fd, views)
    raise LinuxError(EAGAIN)


def rest(views: list[memoryview], skip: int) -> list[memoryview]:
    """`views` without their first `skip` bytes."""
    for index, view in enumerate(views):
        if skip < len(view):
            return [view[skip:], *views[index + 1 :]]
        skip -= len(view)
    return []
