"""Sending and receiving on sockets."""

from __future__ import annotations

import ctypes
from errno import EFAULT, EINPROGRESS, EINVAL, EMSGSIZE, ENOBUFS, EPIPE
from select import POLLIN, POLLOUT
from time import monotonic_ns

from ..exec import foreign, hostcall
from ..exec.abi import sockets as abi
from ..exec.abi.clocks import Timespec
from ..exec.abi.sockets import MMsgHdr, MsgHdr
from ..exec.cpu import READ, WRITE
from ..exec.errors import LinuxError
from ..exec.files import nonblocking
from ..exec.waiting import writable
from .args import Addr, Fd, InBuf, InOut, MsgFlags, OutBuf, SockAddr, SockAddrOut, UInt
from .hostmessages import HostMessage, buffer, passed_descriptors, reach, repack_control
from .pointers import IOV_MAX, MAX_RW_COUNT, IoVecIn, IoVecOut
from .sockets import retried
from .syscall import syscall
from .transfers import broken_pipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_ADDRESS = 128
_CONTROL_MAX = 1 << 20
_COMPAT = 0x80000000  # MSG_CMSG_COMPAT
_MMSG_MAX = 1024  # UIO_MAXIOV


def _send(t: Thread, fd: int, message: HostMessage, flags: int) -> Blocking[int]:
    """sendmsg(2); stream sockets take all or wait on, a signal after a part returns that."""
    wanted = flags | abi.MSG_DONTWAIT
    stream = None
    done = 0

    def attempt() -> int:
        return hostcall.call("sendmsg", t.moved.get(fd, fd), message.word, wanted)

    while True:
        try:
            if flags & abi.MSG_DONTWAIT:
                return attempt()
            sent = yield from retried(t, fd, POLLOUT, attempt)
        except LinuxError as error:
            if done:
                return done
            if error.errno == EINPROGRESS and not (flags & abi.MSG_DONTWAIT or nonblocking(fd)):
                yield from writable(t, fd)  # TCP Fast Open that found no cookie
                wanted &= ~abi.MSG_FASTOPEN
                continue
            if error.errno == EPIPE and not flags & abi.MSG_NOSIGNAL:
                broken_pipe(t)
            raise
        done += sent
        if stream is None:
            left = _left(message)
        left -= sent
        if left <= 0 or nonblocking(t.moved.get(fd, fd)):
            return done
        stream = True
        _advance(message, sent)


def _entries(message: HostMessage) -> ctypes.Array[hostcall.IoVec]:
    return message.kept[1]


def _left(message: HostMessage) -> int:
    return sum(entry.length for entry in _entries(message))


def _advance(message: HostMessage, sent: int) -> None:
    """The rest of a message of which `sent` bytes have gone, control data with them."""
    message.control, message.controllen = None, 0
    for entry in _entries(message):
        part = min(sent, entry.length)
        entry.base = (entry.base or 0) + part
        entry.length -= part
        sent -= part


def _receive(t: Thread, fd: int, message: HostMessage, flags: int) -> Blocking[int]:
    """recvmsg(2); MSG_WAITALL goes on until the room is full."""
    namelen, controllen = message.namelen, message.controllen
    done = 0

    def attempt() -> int:
        message.namelen, message.controllen, message.flags = namelen, controllen, 0
        now = t.moved.get(fd, fd)
        got = hostcall.call("recvmsg", now, message.word, flags | abi.MSG_DONTWAIT)
        t.process.scheduler.catch_up()
        return got

    if flags & (abi.MSG_DONTWAIT | abi.MSG_ERRQUEUE):
        return attempt()
    whole = flags & abi.MSG_WAITALL and not flags & abi.MSG_PEEK
    left = _left(message)
    while True:
        try:
            got = yield from retried(t, fd, POLLIN, attempt)
        except LinuxError:
            if done:
                return done
            raise
        done += got
        left -= got
        fd = t.moved.get(fd, fd)
        if (
            not whole
            or not got
            or left <= 0
            or socket_type(fd) != abi.SOCK_STREAM
            or nonblocking(fd)
        ):
            return done
        _advance(message, got)


def socket_type(fd: int, option: int = abi.SO_TYPE) -> int:
    """SOCK_STREAM and so on, or what another option is; EBADF, ENOTSOCK."""
    room, size = ctypes.c_int(), ctypes.c_uint(4)
    where = ctypes.addressof(room), ctypes.addressof(size)
    hostcall.call("getsockopt", fd, abi.SOL_SOCKET, option, *where)
    return room.value


def _one(t: Thread, buf: InBuf | OutBuf) -> list[tuple[int, int]]:
    """The only segment of a message; an address that is no user's is told before all else."""
    size = min(buf.size, MAX_RW_COUNT)
    if hostcall.bad(t, buf.addr, size) == hostcall.BEYOND:
        raise LinuxError(EFAULT)
    return [(buf.addr, size)]


def _destination(sockfd: int, addr: SockAddr) -> ctypes.Array[ctypes.c_char] | None:
    """The address to send to, be it empty; what is no socket is told before a bad address."""
    try:
        data = addr.read()
        if data or socket_type(sockfd) != abi.SOCK_DGRAM:
            return buffer(data)
        bare = socket_type(sockfd, abi.SO_DOMAIN) in (abi.AF_UNIX, abi.AF_NETLINK)
        return None if bare else buffer(b"\0")  # sendto(2) refuses none, sendmsg(2) goes without
    except LinuxError:
        socket_type(sockfd)
        raise


def _checked(t: Thread, flags: int) -> int:
    """Flags of the calls with a msghdr; EINVAL for the one that stands for a 32-bit layout."""
    if flags & _COMPAT and t.arch.model.word == 8:
        raise LinuxError(EINVAL)
    return flags & ~_COMPAT


@syscall
def sendto(
    t: Thread, sockfd: Fd, buf: InBuf, flags: MsgFlags, dest_addr: SockAddr
) -> Blocking[int]:
    message = HostMessage()
    flags &= ~_COMPAT
    segments = _one(t, buf)
    name = _destination(sockfd, dest_addr) if dest_addr else None
    message.hold(name, reach(t, segments, READ), None)
    return (yield from _send(t, sockfd, message, flags))


@syscall
def recvfrom(
    t: Thread, sockfd: Fd, buf: OutBuf, flags: MsgFlags, src_addr: SockAddrOut
) -> Blocking[int]:
    message = HostMessage()
    flags &= ~_COMPAT
    segments = _one(t, buf)
    message.hold(ctypes.create_string_buffer(_ADDRESS), reach(t, segments, WRITE), None)
    count = yield from _receive(t, sockfd, message, flags)
    if src_addr:
        src_addr.write(_source(message))
    return count


def _source(message: HostMessage) -> bytes:
    room = message.kept[0]
    assert room is not None
    return room.raw[: message.namelen]


def _outgoing(t: Thread, guest: MsgHdr) -> HostMessage:
    """The host's message for what the guest wants to send."""
    message = HostMessage()
    name = None
    if guest.msg_name and guest.msg_namelen < 0:
        raise LinuxError(EINVAL)
    if guest.msg_name and guest.msg_namelen:
        data = t.memory.read(guest.msg_name, min(guest.msg_namelen, _ADDRESS))
        name = buffer(foreign.address(data, True) if t.arch.is_foreign else data)
    if guest.msg_iovlen > IOV_MAX:
        raise LinuxError(EMSGSIZE)
    segments = IoVecIn(t.memory, guest.msg_iov, guest.msg_iovlen).segments()
    control = None
    if guest.msg_controllen:
        if guest.msg_controllen > _CONTROL_MAX:
            raise LinuxError(ENOBUFS)
        data = t.memory.read(guest.msg_control, guest.msg_controllen)
        control = buffer(repack_control(data, t.arch.model, hostcall.model()))
        _check_rights(t, data)
    message.hold(name, reach(t, segments, READ), control)
    return message


def _check_rights(t: Thread, data: bytes) -> None:
    """The emulator's descriptors cannot be passed on."""
    for fd in passed_descriptors(t.arch.model, data):
        t.process.files.visible(fd)


def _incoming(t: Thread, guest: MsgHdr) -> HostMessage:
    if guest.msg_name and guest.msg_namelen < 0:
        raise LinuxError(EINVAL)
    if guest.msg_iovlen > IOV_MAX:
        raise LinuxError(EMSGSIZE)
    message = HostMessage()
    segments = IoVecOut(t.memory, guest.msg_iov, guest.msg_iovlen).segments()
    room = min(guest.msg_controllen, _CONTROL_MAX)
    control = ctypes.create_string_buffer(room) if room and guest.msg_control else None
    message.hold(ctypes.create_string_buffer(_ADDRESS), reach(t, segments, WRITE), control)
    return message


def _store(t: Thread, addr: int, guest: MsgHdr, message: HostMessage) -> None:
    """Tell the guest what came beside the data."""
    if guest.msg_name:
        name = _source(message)
        if t.arch.is_foreign:
            name = foreign.address(name, False)
        t.memory.write(guest.msg_name, name[: guest.msg_namelen])
        guest.msg_namelen = len(name)
    control = message.kept[2]
    data = b"" if control is None else control.raw[: message.controllen]
    data = repack_control(data, hostcall.model(), t.arch.model)
    if data:
        t.memory.write(guest.msg_control, data)
        for fd in passed_descriptors(t.arch.model, data):
            t.process.files.arrived(fd)
    guest.msg_controllen = len(data)
    guest.msg_flags = message.flags & ~abi.MSG_CMSG_CLOEXEC
    t.memory.store(addr, guest)


@syscall
def sendmsg(t: Thread, sockfd: Fd, msg: Addr, flags: MsgFlags) -> Blocking[int]:
    flags = _checked(t, flags)
    socket_type(sockfd)
    message = _outgoing(t, t.memory.load(msg, MsgHdr))
    return (yield from _send(t, sockfd, message, flags))


@syscall
def recvmsg(t: Thread, sockfd: Fd, msg: Addr, flags: MsgFlags) -> Blocking[int]:
    flags = _checked(t, flags)
    socket_type(sockfd)
    guest = t.memory.load(msg, MsgHdr)
    message = _incoming(t, guest)
    count = yield from _receive(t, sockfd, message, flags)
    _store(t, msg, guest, message)
    return count


@syscall
def sendmmsg(t: Thread, sockfd: Fd, msgvec: Addr, vlen: UInt, flags: MsgFlags) -> Blocking[int]:
    flags = _checked(t, flags)
    socket_type(sockfd)
    step = MMsgHdr.size(t.arch.model)
    done = 0
    for index in range(min(vlen, _MMSG_MAX)):
        addr = msgvec + index * step
        try:
            message = _outgoing(t, t.memory.load(addr, MsgHdr))
            sent = yield from _send(t, sockfd, message, flags)
            t.memory.set_u32(addr + MsgHdr.size(t.arch.model), sent)
        except LinuxError:
            if done:
                return done
            raise
        done += 1
    return done


@syscall(wide="recvmmsg_time64", note="an error after the first message is not told later")
def recvmmsg(
    t: Thread, sockfd: Fd, msgvec: Addr, vlen: UInt, flags: MsgFlags, timeout: InOut[Timespec]
) -> Blocking[int]:
    flags = _checked(t, flags)
    deadline = None
    if timeout:
        limit = timeout.read()
        if limit.tv_sec < 0 or not 0 <= limit.tv_nsec < 10**9:
            raise LinuxError(EINVAL)
        deadline = monotonic_ns() + limit.tv_sec * 10**9 + limit.tv_nsec
    socket_type(sockfd)
    pending = 0 if flags & abi.MSG_ERRQUEUE else socket_type(sockfd, abi.SO_ERROR)
    if pending:  # told before any message is looked for
        raise LinuxError(pending)
    step = MMsgHdr.size(t.arch.model)
    done = 0
    for index in range(min(vlen, _MMSG_MAX)):
        addr = msgvec + index * step
        try:
            guest = t.memory.load(addr, MsgHdr)
            message = _incoming(t, guest)
            count = yield from _receive(t, sockfd, message, flags & ~abi.MSG_WAITFORONE)
            _store(t, addr, guest, message)
            t.memory.set_u32(addr + MsgHdr.size(t.arch.model), count)
        except LinuxError:
            if done:
                break
            raise
        done += 1
        if flags & abi.MSG_WAITFORONE:
            flags |= abi.MSG_DONTWAIT
        if deadline is not None and monotonic_ns() >= deadline:
            break
    if deadline is not None and done:
        left = max(0, deadline - monotonic_ns())
        timeout.write(Timespec(tv_sec=left // 10**9, tv_nsec=left % 10**9))
    return done
