"""Bytes that the host's kernel reads and writes in its own order, for guests of the other one."""

from __future__ import annotations

import os
import sys
from struct import unpack_from

from .abi.sockets import AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HOST_ORDER = "<" if sys.byteorder == "little" else ">"
# Numbers in the host's order behind the family of an address: (where, bytes).
_FIELDS = {
    AF_NETLINK: ((4, 4), (8, 4)),  # nl_pid, nl_groups
    AF_INET6: ((24, 4),),  # sin6_scope_id
    AF_PACKET: ((4, 4), (8, 2)),  # sll_ifindex, sll_hatype
    AF_VSOCK: ((4, 4), (8, 4)),  # svm_port, svm_cid
}
_COUNTERS = ("anon_inode:[eventfd]", "anon_inode:[timerfd]")
_NOTIFIER = "anon_inode:inotify"
_EVENT = 16  # bytes of struct inotify_event before the name


def address(data: bytes, to_host: bool) -> bytes:
    """A socket address of a guest for the host, or back."""
    if len(data) < 2:
        return data
    order = HOST_ORDER if not to_host else "<" if HOST_ORDER == ">" else ">"
    (family,) = unpack_from(order + "H", data)
    result = bytearray(data)
    for at, size in ((0, 2), *_FIELDS.get(family, ())):
        if at + size <= len(result):
            result[at : at + size] = result[at : at + size][::-1]
    return bytes(result)


def numbers(data: bytes, size: int = 4) -> bytes:
    """Numbers of `size` bytes in the other order; what is left over at the end stays."""
    whole = len(data) - len(data) % size
    parts = [data[at : at + size][::-1] for at in range(0, whole, size)]
    return b"".join(parts) + data[whole:]


def counts(fd: int) -> bool:
    """Whether what is read from `fd` is a counter of eight bytes."""
    return _link(fd) in _COUNTERS


def reader(fd: int) -> Callable[[bytes], bytes] | None:
    """What makes the guest's bytes of those read from `fd`; None where they are the same."""
    kind = _link(fd)
    if kind in _COUNTERS:
        return lambda data: numbers(data, 8)
    return _events if kind == _NOTIFIER else None


def notifies(fd: int) -> bool:
    """Whether `fd` is inotify's."""
    return _link(fd) == _NOTIFIER


def _link(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


def _events(data: bytes) -> bytes:
    """Structures inotify_event, whose last number is the length of the name behind it."""
    out, at = b"", 0
    while at + _EVENT <= len(data):
        (length,) = unpack_from(HOST_ORDER + "I", data, at + 12)
        end = at + _EVENT + length
        out += numbers(data[at : at + _EVENT]) + data[at + _EVENT : end]
        at = end
    return out
