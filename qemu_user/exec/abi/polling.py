"""Structures and constants of waiting for descriptors (man 2 poll, select; man 7 epoll)."""

from __future__ import annotations

from .layout import S16, U8, U16, U32, U64, Addr, CStruct, Int, Size


class PollFd(CStruct):
    """struct pollfd."""

    fd: Int
    events: S16
    revents: S16


class EpollEvent(CStruct):
    """struct epoll_event."""

    events: U32
    data: U64


class PackedEpollEvent(EpollEvent):
    """struct epoll_event where 64-bit programs share the layout of 32-bit ones."""

    packed = True


class EpollParams(CStruct):
    """struct epoll_params of EPIOCSPARAMS."""

    busy_poll_usecs: U32
    busy_poll_budget: U16
    prefer_busy_poll: U8
    _pad0: U8


class PselectSigmask(CStruct):
    """The sixth argument of pselect6(2): the signal set and its size."""

    ss: Addr
    ss_len: Size


# man 2 poll
POLLIN = 1
POLLPRI = 2
POLLOUT = 4
POLLERR = 8
POLLHUP = 0x10
POLLNVAL = 0x20
POLLRDNORM = 0x40
POLLRDBAND = 0x80
POLLWRNORM = 0x100
POLLWRBAND = 0x200
POLLMSG = 0x400
POLLREMOVE = 0x1000
POLLRDHUP = 0x2000

# man 2 epoll_ctl
EPOLL_CLOEXEC = 524288
EPOLL_CTL_ADD = 1
EPOLL_CTL_DEL = 2
EPOLL_CTL_MOD = 3

EPOLLIN = 1
EPOLLPRI = 2
EPOLLOUT = 4
EPOLLERR = 8
EPOLLHUP = 0x10
EPOLLNVAL = 0x20
EPOLLRDNORM = 0x40
EPOLLRDBAND = 0x80
EPOLLWRNORM = 0x100
EPOLLWRBAND = 0x200
EPOLLMSG = 0x400
EPOLLRDHUP = 0x2000
EPOLLEXCLUSIVE = 0x10000000
EPOLLWAKEUP = 0x20000000
EPOLLONESHOT = 0x40000000
EPOLLET = 0x80000000
