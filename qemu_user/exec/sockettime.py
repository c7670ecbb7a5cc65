"""How long reads and writes of a socket may wait."""

from __future__ import annotations

import ctypes
from select import POLLIN
from time import monotonic_ns

from . import hostcall
from .abi import sockets as abi
from .abi.clocks import Timeval
from .errors import LinuxError


def socket_deadline(fd: int, events: int) -> int | None:
    """When SO_RCVTIMEO (POLLIN) or SO_SNDTIMEO ends a wait that begins now; None for never."""
    option = abi.SO_RCVTIMEO_OLD if events == POLLIN else abi.SO_SNDTIMEO_OLD
    room = ctypes.create_string_buffer(hostcall.size(Timeval))
    size = ctypes.c_uint(len(room))
    try:
        hostcall.call("getsockopt", fd, abi.SOL_SOCKET, option, room, ctypes.addressof(size))
    except LinuxError:
        return None
    value = hostcall.unpack(Timeval, room.raw)
    length = value.tv_sec * 1_000_000_000 + value.tv_usec * 1000
    return monotonic_ns() + length if length else None
