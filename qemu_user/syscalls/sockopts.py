"""Socket options: most are integers, some are structures of words (man 7 socket, ip, tcp)."""

from __future__ import annotations

import ctypes
import sys
from struct import Struct

from ..exec import hostcall
from ..exec.abi import sockets as abi
from ..exec.abi.clocks import Timeval, Timeval64
from ..exec.abi.errno import errno_table
from ..exec.abi.processes import SockFprog
from ..exec.abi.sockets import Linger, Ucred
from ..exec.bpf import INSTRUCTION
from ..exec.cpu import READ, WRITE
from ..exec.errors import LinuxError
from ..exec.fence import Fence
from .args import Addr, Fd, InBuf, InOut, Int, SockOptLevel
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.abi.layout import CStruct
    from ..exec.thread import Thread

_MAX = 65536
_INT = 4
_INSTRUCTION = 8  # struct sock_filter
_STRUCTURES: dict[tuple[int, int], type[CStruct]] = {
    (abi.SOL_SOCKET, abi.SO_RCVTIMEO_OLD): Timeval,
    (abi.SOL_SOCKET, abi.SO_SNDTIMEO_OLD): Timeval,
    (abi.SOL_SOCKET, abi.SO_RCVTIMEO_NEW): Timeval64,
    (abi.SOL_SOCKET, abi.SO_SNDTIMEO_NEW): Timeval64,
    (abi.SOL_SOCKET, abi.SO_LINGER): Linger,
    (abi.SOL_SOCKET, abi.SO_PEERCRED): Ucred,
}
_GET_FILTER = (abi.SOL_SOCKET, abi.SO_ATTACH_FILTER)  # its length counts instructions
# Options whose value holds pointers into the caller's memory.
_POINTING = frozenset(
    (
        (abi.SOL_SOCKET, abi.SO_ATTACH_FILTER),
        (abi.SOL_SOCKET, abi.SO_ATTACH_REUSEPORT_CBPF),
        (abi.SOL_PACKET, abi.PACKET_FANOUT_DATA),
    )
)


def _convert(t: Thread, key: tuple[int, int], data: bytes, to_host: bool) -> bytes:
    cls = _STRUCTURES.get(key)
    guest, host = t.arch.model, hostcall.model()
    source, target = (guest, host) if to_host else (host, guest)
    if cls is not None and source is not target and len(data) >= cls.size(source):
        return cls.unpack(source, data).pack(target)
    if key == _GET_FILTER and not to_host and guest.order != host.order:
        from_, to = Struct(source.order + INSTRUCTION), Struct(target.order + INSTRUCTION)
        return b"".join(to.pack(*one) for one in from_.iter_unpack(data))
    if source.order != target.order and len(data) == 4:
        return data[::-1]
    return data


def _told(t: Thread, key: tuple[int, int], data: bytes) -> bytes:
    """The host's answer with the guest's number of an error or a type of sockets."""
    own: dict[int, int] = {}
    if key == (abi.SOL_SOCKET, abi.SO_ERROR):
        own = errno_table(t.arch.name) or {}
    elif key == (abi.SOL_SOCKET, abi.SO_TYPE):
        constants = t.arch.constants
        own = {
            getattr(abi, n): constants[n] for n in ("SOCK_STREAM", "SOCK_DGRAM") if n in constants
        }
    if not own or len(data) != _INT:
        return data
    value = int.from_bytes(data, sys.byteorder)
    return own.get(value, value).to_bytes(_INT, sys.byteorder)


def _option(t: Thread, level: int, optname: int) -> int:
    """SOL_SOCKET's options have numbers of their own on some architectures."""
    constants = t.arch.constants
    if level & 0xFFFFFFFF != abi.SOL_SOCKET or "SO_PASSCRED" not in constants:
        return optname
    own = {number: name for name, number in constants.items() if name.startswith("SO_")}
    name = own.get(optname)
    if name is not None:
        return int(getattr(abi, name))
    taken = {getattr(abi, name) for name in own.values()}
    return -1 if optname in taken else optname


@syscall
def setsockopt(t: Thread, sockfd: Fd, level: SockOptLevel, optname: Int, optval: InBuf) -> int:
    optname = _option(t, level, optname)
    size = (optval.size & 0xFFFFFFFF ^ 0x80000000) - 0x80000000
    if size < 0:
        return hostcall.call(
            "setsockopt", sockfd, level & 0xFFFFFFFF, optname, hostcall.INVALID, size & 0xFFFFFFFF
        )
    level &= 0xFFFFFFFF
    data = b"".join(_views(t, optval.addr, min(size, _MAX), READ))
    if (level, optname) in _POINTING and len(data) == size >= _INT:
        code: list[ctypes.Array[ctypes.c_char]] = []
        data = _program(t, data, size, code)
        return hostcall.call("setsockopt", sockfd, level, optname, data, len(data))
    if len(data) == size:
        data = _convert(t, (level, optname), data, True)
        value = data if optval else None
        return hostcall.call("setsockopt", sockfd, level, optname, value, len(data))
    # Most options take an int or a structure, however long the value is said to be.
    data = _convert(t, (level, optname), data, True)
    with Fence(len(data), data) as fence:
        where = fence.address if optval else None
        return hostcall.call("setsockopt", sockfd, level, optname, where, size)


def _program(t: Thread, data: bytes, size: int, kept: list[ctypes.Array[ctypes.c_char]]) -> bytes:
    """The host's struct sock_fprog, which points to instructions that are put into `kept`."""
    if size != SockFprog.size(t.arch.model):
        return data[:_INT]  # a size that the host refuses, too
    program = SockFprog.unpack(t.arch.model, data)
    if program.filter:
        try:
            code = t.memory.read(program.filter, _INSTRUCTION * program.len)
        except LinuxError:
            program.filter = hostcall.INVALID
        else:
            layout, host = (Struct(m.order + INSTRUCTION) for m in (t.arch.model, hostcall.model()))
            code = b"".join(host.pack(*one) for one in layout.iter_unpack(code))
            kept.append(ctypes.create_string_buffer(code, len(code) or 1))
            program.filter = ctypes.addressof(kept[0])
    return hostcall.pack(program)


@syscall
def getsockopt(
    t: Thread,
    sockfd: Fd,
    level: SockOptLevel,
    optname: Int,
    optval: Addr,
    optlen: InOut[Int],
) -> int:
    level &= 0xFFFFFFFF
    optname = _option(t, level, optname)
    try:
        size = min(optlen.read(), _MAX)
    except LinuxError:
        return hostcall.call("getsockopt", sockfd, level, optname, None, hostcall.INVALID)
    unit = _INSTRUCTION if (level, optname) == _GET_FILTER else 1
    reach = sum(map(len, _views(t, optval, size * unit, WRITE)))
    length = ctypes.c_int(size)
    answer = _answer((sockfd, level, optname), length, unit, (optval, reach))
    data = _convert(t, (level, optname), _told(t, (level, optname), answer), False)
    if data:
        t.memory.write(optval, data[:reach])
    if len(data) != len(answer):
        length.value = min(len(data), size)
    optlen.write(length.value)
    return 0


def _answer(
    which: tuple[int, int, int], length: ctypes.c_int, unit: int, room: tuple[int, int]
) -> bytes:
    """What the host says, and in `length` how much; it gets the room that the guest has."""
    optval, reach = room
    said = ctypes.addressof(length)
    if reach == length.value * unit:
        value = ctypes.create_string_buffer(max(1, reach))
        hostcall.call("getsockopt", *which, value if optval else None, said)
        return value.raw[: min(reach, max(0, length.value * unit))]
    with Fence(reach) as fence:
        hostcall.call("getsockopt", *which, fence.address if optval else None, said)
        return fence.read(length.value * unit)


def _views(t: Thread, addr: int, size: int, access: int) -> list[memoryview]:
    """What permits this access from there on."""
    try:
        return t.memory.views(addr, size, access)
    except LinuxError:
        return []
