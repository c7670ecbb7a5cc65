"""Sockets: making them, addresses, connections, options."""

from __future__ import annotations

import ctypes
import os
from errno import EAGAIN, EINTR, EPROTONOSUPPORT
from select import POLLIN, POLLOUT

from ..exec import hostcall
from ..exec.abi import sockets as abi
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.files import nonblocking, ready, until_ready
from ..exec.sockettime import socket_deadline
from ..exec.waiting import in_helper
from .args import (
    Fd,
    Int,
    OutArray,
    ShutHow,
    SockAddr,
    SockAddrOut,
    SocketFamily,
    SocketType,
)
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_ADDRESS = 128  # sizeof(struct sockaddr_storage)


# Netlink protocols whose messages the kernel passes on or writes as text.
_UNINTERPRETED = (abi.NETLINK_USERSOCK, abi.NETLINK_KOBJECT_UEVENT)


@syscall
def socket(t: Thread, domain: SocketFamily, type_: SocketType, protocol: Int) -> int:
    fd = hostcall.call("socket", domain, type_, protocol)
    if t.arch.is_foreign and domain == abi.AF_NETLINK and protocol not in _UNINTERPRETED:
        os.close(fd)
        raise LinuxError(EPROTONOSUPPORT)  # the kernel would overlook messages in this byte order
    return fd


@syscall
def socketpair(
    t: Thread, domain: SocketFamily, type_: SocketType, protocol: Int, sv: OutArray[Int]
) -> int:
    both = (ctypes.c_int * 2)()
    where = ctypes.addressof(both)
    try:
        sv.write((-1, -1))
    except LinuxError:
        where = hostcall.INVALID
    hostcall.call("socketpair", domain, type_, protocol, where)
    sv.write(both)
    return 0


@syscall
def bind(t: Thread, sockfd: Fd, addr: SockAddr) -> int:
    return hostcall.call("bind", sockfd, *address(addr))


def address(addr: SockAddr) -> tuple[hostcall.Word, int]:
    """The address for the host and its length; a bad one is left for the host to find."""
    try:
        return addr.read(), addr.size
    except LinuxError:
        return hostcall.INVALID, addr.size & 0xFFFFFFFF


@syscall
def listen(t: Thread, sockfd: Fd, backlog: Int) -> int:
    return hostcall.call("listen", sockfd, backlog & 0xFFFFFFFF)


def retried(t: Thread, sockfd: int, events: int, act: Callable[[], int]) -> Blocking[int]:
    """`act`, a call that does not wait, again each time `sockfd` becomes ready.

    A receive or send timeout makes it EAGAIN; a call interrupted under one is not restarted.
    """
    deadline = None
    known = False
    while True:
        try:
            return act()
        except LinuxError as error:
            sockfd = t.moved.get(sockfd, sockfd)
            if error.errno != EAGAIN or nonblocking(sockfd):
                raise
        if not known:
            deadline, known = socket_deadline(sockfd, events), True
        yield from until_ready(t, sockfd, events, deadline)


class _Name:
    """Room for an address that the host's kernel fills."""

    def __init__(self) -> None:
        self._room = ctypes.create_string_buffer(_ADDRESS)
        self._size = ctypes.c_uint(_ADDRESS)
        self.args = (ctypes.addressof(self._room), ctypes.addressof(self._size))

    def rewind(self) -> None:
        self._size.value = _ADDRESS

    def value(self) -> bytes:
        return self._room.raw[: self._size.value]


def _accept(t: Thread, sockfd: int, addr: SockAddrOut, flags: int) -> Blocking[int]:
    name = _Name()
    listening = _is_listening(sockfd)

    def attempt() -> int:
        name.rewind()
        now = t.moved.get(sockfd, sockfd)
        if listening and not nonblocking(now) and not ready(now, POLLIN):
            raise LinuxError(EAGAIN)
        return hostcall.call("accept4", now, *name.args, flags)

    fd = yield from retried(t, sockfd, POLLIN, attempt)
    if addr:
        try:
            addr.write(name.value())
        except LinuxError:
            os.close(fd)
            raise
    return fd


def _is_listening(sockfd: int) -> bool:
    room, size = ctypes.c_int(), ctypes.c_uint(4)
    try:
        hostcall.call(
            "getsockopt",
            sockfd,
            abi.SOL_SOCKET,
            abi.SO_ACCEPTCONN,
            ctypes.addressof(room),
            ctypes.addressof(size),
        )
    except LinuxError:
        return False
    return bool(room.value)


@syscall
def accept(t: Thread, sockfd: Fd, addr: SockAddrOut) -> Blocking[int]:
    return (yield from _accept(t, sockfd, addr, 0))


@syscall
def accept4(t: Thread, sockfd: Fd, addr: SockAddrOut, flags: SocketType) -> Blocking[int]:
    return (yield from _accept(t, sockfd, addr, flags))


@syscall
def connect(t: Thread, sockfd: Fd, addr: SockAddr) -> Blocking[int]:
    where = address(addr)
    if nonblocking(sockfd):
        return hostcall.call("connect", sockfd, *where)
    return (yield from _connect(t, sockfd, where))


def _connect(t: Thread, sockfd: int, where: tuple[hostcall.Word, int]) -> Blocking[int]:
    """A connection that only the calling thread waits for; interrupted, it goes on."""
    deadline = socket_deadline(sockfd, POLLOUT)
    try:
        return (yield from in_helper(t, lambda: hostcall.call("connect", sockfd, *where)))
    except LinuxError as error:
        if deadline is not None and error.errno == ERESTARTSYS:
            raise LinuxError(EINTR) from None
        raise


def _name(call: str, sockfd: int, addr: SockAddrOut) -> int:
    name = _Name()
    hostcall.call(call, sockfd, *name.args)
    addr.write(name.value())
    return 0


@syscall
def getsockname(t: Thread, sockfd: Fd, addr: SockAddrOut) -> int:
    return _name("getsockname", sockfd, addr)


@syscall
def getpeername(t: Thread, sockfd: Fd, addr: SockAddrOut) -> int:
    return _name("getpeername", sockfd, addr)


@syscall
def shutdown(t: Thread, sockfd: Fd, how: ShutHow) -> int:
    return hostcall.call("shutdown", sockfd, how & 0xFFFFFFFF)
