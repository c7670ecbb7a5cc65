"""ioctl: each command with what its argument points to."""

from __future__ import annotations

import ctypes
import os
from errno import EBADF, EFAULT, EINTR, EINVAL, EIO, ENOTTY
from fcntl import F_GETFL, fcntl

from ..exec import hostcall
from ..exec.abi import ioctls as io
from ..exec.abi import terminals as tty
from ..exec.abi.files import FileCloneRange
from ..exec.abi.layout import CStruct
from ..exec.abi.terminals import Termio, Termios, Termios2, WinSize
from ..exec.cpu import READ, WRITE
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.files import TTY, in_background
from ..exec.waiting import in_helper
from . import termios
from .args import Fd, IoctlCmd, ULong
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

    Shape: TypeAlias = int | type[CStruct]

_IFREQ = 40  # sizeof(struct ifreq): an interface's name, and a union of two words and more
_BLKGETSIZE64 = 0x80081272
_IFCONF_MAX = 1 << 20
_OF_SOCKETS = 0x89  # the second byte of their requests
_DIRECTION = 30  # bits of a request that say whether data is read or written (_IOC_DIRSHIFT)
_RAW = 16  # shapes of more bytes than an integer has are copied as they are

_VALUE = frozenset(
    (
        *(tty.TCSBRK, tty.TCSBRKP, tty.TCXONC, tty.TCFLSH, tty.TIOCEXCL, tty.TIOCNXCL),
        *(tty.TIOCSCTTY, tty.TIOCNOTTY, tty.TIOCSBRK, tty.TIOCCBRK, tty.TIOCGPTPEER),
        *(tty.TIOCVHANGUP, tty.TIOCSIG, tty.TIOCCONS, tty.FIOCLEX, tty.FIONCLEX),
        *(io.FICLONE, io.BLKFLSBUF, io.BLKRRPART, io.BLKRASET),
        *(io.NS_GET_USERNS, io.NS_GET_PARENT, io.NS_GET_NSTYPE),
    )
)
_IN: dict[int, Shape] = {
    **dict.fromkeys(
        (
            *(tty.FIONBIO, tty.FIOASYNC, tty.TIOCSPGRP, tty.TIOCPKT, tty.TIOCSETD),
            *(tty.TIOCMBIS, tty.TIOCMBIC, tty.TIOCMSET, tty.TIOCSPTLCK, tty.TIOCSSOFTCAR),
            *(tty.FIOSETOWN, io.SIOCSPGRP, io.BLKROSET),
            *(io.FS_IOC_SETFLAGS, io.FS_IOC_SETVERSION),
        ),
        4,
    ),
    tty.TIOCSTI: 1,
    **dict.fromkeys((tty.TCSETS, tty.TCSETSW, tty.TCSETSF, tty.TIOCSLCKTRMIOS), Termios),
    **dict.fromkeys((tty.TCSETS2, tty.TCSETSW2, tty.TCSETSF2), Termios2),
    **dict.fromkeys((tty.TCSETA, tty.TCSETAW, tty.TCSETAF), Termio),
    tty.TIOCSWINSZ: WinSize,
    io.FICLONERANGE: FileCloneRange,
    io.FS_IOC_FSSETXATTR: 28,
    **dict.fromkeys(
        (
            *(io.SIOCSIFFLAGS, io.SIOCSIFADDR, io.SIOCSIFBRDADDR),
            *(io.SIOCSIFNETMASK, io.SIOCSIFMTU),
        ),
        _IFREQ,
    ),
}
_OUT: dict[int, Shape] = {
    **dict.fromkeys(
        (
            *(tty.FIONREAD, tty.TIOCOUTQ, tty.TIOCGPGRP, tty.TIOCGSID, tty.TIOCGETD),
            *(tty.TIOCMGET, tty.TIOCGPTN, tty.TIOCGDEV, tty.TIOCGPKT, tty.TIOCGPTLCK),
            *(tty.TIOCGEXCL, tty.TIOCGSOFTCAR, tty.FIOGETOWN, io.SIOCGPGRP, io.SIOCATMARK),
            *(io.BLKSSZGET, io.BLKIOMIN, io.BLKIOOPT, io.BLKALIGNOFF, io.BLKPBSZGET),
            *(io.BLKROGET, io.FIGETBSZ, io.RNDGETENTCNT, io.NS_GET_OWNER_UID),
            *(io.FS_IOC_GETFLAGS, io.FS_IOC_GETVERSION, io.IOCTL_VM_SOCKETS_GET_LOCAL_CID),
        ),
        4,
    ),
    **dict.fromkeys((io.BLKSECTGET, io.BLKROTATIONAL), 2),
    **dict.fromkeys((_BLKGETSIZE64, tty.FIOQSIZE), 8),
    **dict.fromkeys((io.BLKGETSIZE, io.BLKRAGET), 0),
    tty.TCGETS: Termios,
    tty.TIOCGLCKTRMIOS: Termios,
    tty.TCGETS2: Termios2,
    tty.TCGETA: Termio,
    tty.TIOCGWINSZ: WinSize,
    io.FS_IOC_FSGETXATTR: 28,
    io.FS_IOC_GETFSLABEL: 256,
}
_INOUT: dict[int, Shape] = dict.fromkeys(
    (
        *(io.SIOCGIFNAME, io.SIOCGIFFLAGS, io.SIOCGIFADDR, io.SIOCGIFDSTADDR),
        *(io.SIOCGIFBRDADDR, io.SIOCGIFNETMASK, io.SIOCGIFMETRIC, io.SIOCGIFMTU),
        *(io.SIOCGIFHWADDR, io.SIOCGIFINDEX, io.SIOCGIFTXQLEN),
    ),
    _IFREQ,
)
_CHANGES = frozenset(  # what a background process must not do (man 4 tty_ioctl)
    (
        *(tty.TCSETS, tty.TCSETSW, tty.TCSETSF, tty.TCSETS2, tty.TCSETSW2, tty.TCSETSF2),
        *(tty.TCSETA, tty.TCSETAW, tty.TCSETAF, tty.TCSBRK, tty.TCSBRKP, tty.TIOCSBRK),
        *(tty.TIOCCBRK, tty.TCXONC, tty.TCFLSH, tty.TIOCSETD, tty.TIOCSPGRP),
    )
)
_DRAINS = frozenset((tty.TCSBRK, tty.TCSBRKP, tty.TCSETSW, tty.TCSETSF, tty.TCSETSW2, tty.TCSETSF2))


def _sizes(t: Thread, shape: Shape) -> tuple[int, int]:
    """Bytes of a shape in the guest's memory and the host's."""
    if isinstance(shape, int):
        return shape or t.arch.model.word, shape or hostcall.model().word
    own = t.arch.variants.get(shape.__name__, shape)
    return own.size(t.arch.model), hostcall.size(shape)


def _to_host(t: Thread, shape: Shape, data: bytes) -> bytes:
    if not isinstance(shape, int):
        found = t.arch.variants.get(shape.__name__, shape).unpack(t.arch.model, data)
        if termios.applies(shape) and termios.differs(t.arch):
            found = termios.from_guest(t.arch, found, shape)
        return hostcall.pack(found)
    if shape > _RAW or t.arch.model.order == hostcall.model().order:
        return data.ljust(_sizes(t, shape)[1], b"\0")
    return data[::-1]


def _to_guest(t: Thread, shape: Shape, data: bytes) -> bytes:
    if not isinstance(shape, int):
        found = hostcall.unpack(shape, data)
        if termios.applies(shape) and termios.differs(t.arch):
            found = termios.to_guest(t.arch, found)
        return t.arch.variants.get(shape.__name__, shape).layout(t.arch.model).pack(found)
    if shape > _RAW or t.arch.model.order == hostcall.model().order:
        return data[: _sizes(t, shape)[0]]
    return data[::-1]


def _transfer(t: Thread, fd: int, cmd: int, addr: int) -> int:
    """An ioctl whose argument points to a known shape."""
    takes = _IN.get(cmd, _INOUT.get(cmd))
    gives = _OUT.get(cmd, _INOUT.get(cmd))
    shape = takes if takes is not None else gives
    assert shape is not None
    guest_size, host_size = _sizes(t, shape)
    room = ctypes.create_string_buffer(host_size)
    if takes is not None:
        try:
            room.raw = _to_host(t, shape, t.memory.read(addr, guest_size))
        except LinuxError:
            return hostcall.call("ioctl", fd, cmd, hostcall.INVALID)
    elif t.memory.permitted(addr, guest_size, WRITE) < guest_size:
        return _unwritable(t, fd, cmd, addr)
    try:
        result = hostcall.call("ioctl", fd, cmd, room)
    except LinuxError as error:
        if error.errno == ENOTTY and cmd >> 8 == _OF_SOCKETS:
            return _unwritable(t, fd, cmd, addr)
        raise
    if gives is not None:
        t.memory.write(addr, _to_guest(t, shape, room.raw))
    return result


def _unwritable(t: Thread, fd: int, cmd: int, addr: int) -> int:
    """An ioctl that fails: EFAULT, unless something else is wrong or minded before.

    A socket takes what it does not know for a request about an interface, whose name it reads.
    """
    from ..exec.fence import Fence

    size = t.memory.permitted(addr, _IFREQ, READ)
    if not size:
        return hostcall.call("ioctl", fd, cmd, hostcall.INVALID)
    with Fence(size, t.memory.read(addr, size)) as fence:
        return hostcall.call("ioctl", fd, cmd, fence.address)


class _IfConf(ctypes.Structure):
    """struct ifconf of the host."""

    _fields_ = [("size", ctypes.c_int), ("room", ctypes.c_void_p)]


def _interfaces(t: Thread, fd: int, addr: int) -> int:
    """SIOCGIFCONF: struct ifconf holds a length and a pointer to an array of struct ifreq."""
    model = t.arch.model
    size = t.memory.u32(addr)
    target = t.memory.word(addr + model.word)
    if size > 0x7FFFFFFF:
        raise LinuxError(EINVAL)
    room = ctypes.create_string_buffer(max(1, min(size, _IFCONF_MAX))) if target else None
    ifconf = _IfConf(min(size, _IFCONF_MAX), None if room is None else ctypes.addressof(room))
    hostcall.call("ioctl", fd, io.SIOCGIFCONF, ctypes.addressof(ifconf))
    if room is not None:
        t.memory.write(target, room.raw[: ifconf.size])
    t.memory.set_u32(addr, ifconf.size)
    return 0


def _must_drain(fd: int, cmd: int) -> bool:
    """The command would wait for output that is still on its way."""
    if cmd not in _DRAINS or not os.isatty(fd):
        return False
    room = ctypes.c_int()
    hostcall.call("ioctl", fd, tty.TIOCOUTQ, ctypes.addressof(room))
    return room.value > 0


def _change(t: Thread, request: int) -> None:
    """SIGTTOU for a background process that wants to change the terminal's state."""
    from ..exec.jobcontrol import before_change

    try:
        before_change(t)
    except LinuxError as error:
        if error.errno == EIO and request == tty.TIOCSPGRP:
            raise LinuxError(ENOTTY) from None
        raise


def _drain(t: Thread, fd: int, request: int, argp: int) -> Blocking[int]:
    """TCSBRK and TCSBRKP, which a signal ends in any case."""
    try:
        return (yield from in_helper(t, lambda: hostcall.call("ioctl", fd, request, argp)))
    except LinuxError as error:
        raise LinuxError(EINTR if error.errno == ERESTARTSYS else error.errno or EIO) from None


@syscall
def ioctl(t: Thread, fd: Fd, request: IoctlCmd, argp: ULong) -> Blocking[int]:
    files = t.process.files
    special = files.special.get(fd)
    if special is not None and request not in _VALUE and request not in (tty.FIONBIO,):
        return special.ioctl(t, request, argp)
    if request in _CHANGES and files.kind(fd) == TTY and in_background(fd):
        _change(t, request)
    if request in _VALUE:
        if _must_drain(fd, request):
            return (yield from _drain(t, fd, request, argp))
        return hostcall.call("ioctl", fd, request, argp)
    if request in _IN or request in _OUT or request in _INOUT:
        if _must_drain(fd, request):
            return (yield from in_helper(t, lambda: _transfer(t, fd, request, argp)))
        return _transfer(t, fd, request, argp)
    if fcntl(files.check(fd), F_GETFL) & os.O_PATH:
        raise LinuxError(EBADF)
    if request == io.SIOCGIFCONF:
        return _interfaces(t, fd, argp)
    t.process.unimplemented(f"Unsupported ioctl: cmd=0x{request:04x}")
    if request >> _DIRECTION:  # its argument is a pointer: the host may refuse it in its own way
        try:
            hostcall.call("ioctl", fd, request, hostcall.INVALID)
        except LinuxError as error:
            if error.errno != EFAULT:
                raise
    raise LinuxError(ENOTTY)
