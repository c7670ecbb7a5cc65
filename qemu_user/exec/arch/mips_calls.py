"""System calls that MIPS alone has, or has in another form."""

from __future__ import annotations

import os
from errno import EFAULT, EINVAL, EIO

from ..abi.layout import Addr, Long, ULong
from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..thread import Thread

TLS = "cp0_userlocal"
_PAGE = 4096
# Commands of sysmips (<asm/sysmips.h>)
_FLUSH_CACHE, _FIXADE, _RDNVRAM, _ATOMIC_SET = 3, 7, 10, 2001
_MEND, _LOG = 1, 2  # what MIPS_FIXADE sets: misaligned accesses are done, and reported


class FixAde:
    """The key under which a thread keeps what it set by MIPS_FIXADE."""


def pipe(t: Thread) -> int:
    """Man 2 pipe: the descriptors are in two registers."""
    first, second = os.pipe()
    os.set_inheritable(first, True)
    os.set_inheritable(second, True)
    t.cpu.write("r3", second)
    return first


def set_thread_area(t: Thread, addr: Addr) -> int:
    """Set the thread pointer."""
    t.cpu.write(TLS, addr)
    return 0


def cacheflush(t: Thread, addr: Addr, nbytes: ULong, cache: ULong) -> int:  # noqa: ARG001
    """Man 2 cacheflush."""
    if nbytes and addr + nbytes > t.memory.task_size:
        raise LinuxError(EFAULT)
    if nbytes:
        t.memory.discard(addr & -_PAGE, addr + nbytes + _PAGE - 1 & -_PAGE)
    return 0


def sysmips(t: Thread, cmd: Long, arg1: Long, arg2: Long) -> int:
    """Misaligned accesses mended or not, an exchange, and the caches."""
    if cmd == _FLUSH_CACHE:
        t.cpu.discard(0, t.memory.task_size)
        return 0
    if cmd == _ATOMIC_SET:
        return _exchange(t, arg1, arg2)
    if cmd == _FIXADE and not arg1 & ~(_MEND | _LOG):
        t.ext[FixAde] = arg1
        return 0
    raise LinuxError(EIO if cmd == _RDNVRAM else EINVAL)


def _exchange(t: Thread, addr: int, value: int) -> int:
    if addr % 4 or not 0 <= addr <= t.memory.task_size - 4:
        raise LinuxError(EINVAL)
    old = t.memory.u32(addr)
    t.memory.set_u32(addr, value & 0xFFFFFFFF)
    return (old ^ 1 << 31) - (1 << 31)


def mends(t: Thread) -> bool:
    """Whether misaligned accesses of a thread are done, as by default."""
    return bool(t.ext.get(FixAde, _MEND) & _MEND)


def new_thread(parent: Thread, child: Thread) -> None:
    """What MIPS_FIXADE set is inherited."""
    if FixAde in parent.ext:
        child.ext[FixAde] = parent.ext[FixAde]


SPECIAL: dict[str, Callable[..., object]] = {
    "set_thread_area": set_thread_area,
    "cacheflush": cacheflush,
    "pipe": pipe,
    "sysmips": sysmips,
}
