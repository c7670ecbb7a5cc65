"""NUMA policies of the arena's pages are the host's (man 7 numa)."""

from __future__ import annotations

import ctypes
from errno import E2BIG, EINVAL, EPERM
from struct import Struct

from ..exec import hostcall
from ..exec.arena import PAGE
from ..exec.errors import LinuxError
from ..exec.tracing import visit
from ..exec.tracing.channel import thread_group
from .args import Addr, Int, Out, Pid, Size, UInt, ULong
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_MPOL_F_NODE, _MPOL_F_ADDR = 1, 2
_POLICY = 8  # the first bit of an area's marks that is a policy's
_NODES_MAX = PAGE * 8  # bits of a mask, as the kernel limits them


def _mask(t: Thread, addr: int, maxnode: int) -> bytes | None:
    """A guest's node mask of `maxnode` - 1 bits as the host's, which has longs as wide as ours."""
    if not addr or maxnode == 1:
        return None
    if not 0 < maxnode <= _NODES_MAX + 1:
        raise LinuxError(EINVAL)
    word = t.arch.model.word
    count = -(-(maxnode - 1) // (8 * word))
    code = "Q" if word == 8 else "I"
    words = Struct(f"{t.arch.model.order}{count}{code}").unpack(t.memory.read(addr, count * word))
    bits: int = sum(value << 8 * word * i for i, value in enumerate(words))
    return bits.to_bytes(-(-count * word // 8) * 8, "little")


@syscall
def get_mempolicy(
    t: Thread, mode: Out[Int], nodemask: Addr, maxnode: ULong, addr: Addr, flags: ULong
) -> int:
    if maxnode - 1 > _NODES_MAX:
        raise LinuxError(EINVAL)
    size = -(-max(maxnode - 1, 0) // 64) * 8
    room = ctypes.create_string_buffer(max(size, 8)) if nodemask else None
    found = ctypes.c_int()
    where = addr
    if flags & _MPOL_F_ADDR:
        known = _is_covered(t, addr & -PAGE, PAGE)
        if known and flags & _MPOL_F_NODE:  # it takes the page itself
            known = len(visit.read(t.memory, addr & -PAGE, 1)) == 1
        where = t.memory.base + addr if known else hostcall.INVALID
    word = ctypes.addressof(found) if mode else None
    hostcall.call("get_mempolicy", word, room, maxnode, where, flags)
    if mode:
        mode.write(found.value)
    if room is not None and size:
        bits = int.from_bytes(room.raw, "little")
        step = t.arch.model.word
        layout = Struct(t.arch.model.order + ("Q" if step == 8 else "I"))
        count = -(-(maxnode - 1) // (8 * step))
        low = (1 << 8 * step) - 1
        parts = [layout.pack(bits >> 8 * step * i & low) for i in range(count)]
        t.memory.write(nodemask, b"".join(parts))
    return 0


def _is_covered(t: Thread, addr: int, size: int) -> bool:
    """Whether the guest has mapped all of the range."""
    at = addr
    for vma in t.memory.vmas.within(addr, addr + size):
        if vma.start <= at:
            at = vma.end
    return at >= addr + size


@syscall
def set_mempolicy(t: Thread, mode: Int, nodemask: Addr, maxnode: ULong) -> int:
    return hostcall.call("set_mempolicy", mode, _mask(t, nodemask, maxnode), maxnode)


@syscall
def mbind(
    t: Thread, addr: Addr, length: Size, mode: ULong, nodemask: Addr, maxnode: ULong, flags: UInt
) -> int:
    mask: hostcall.Word
    try:
        mask = _mask(t, nodemask, maxnode)
    except LinuxError:
        mask = hostcall.INVALID  # or the count is too large, which the host sees first
    size = length + PAGE - 1 & -PAGE & (1 << 64) - 1
    where = t.memory.base + addr
    mode &= 0xFFFFFFFF
    holes = not mode and t.memory.vmas.within(addr, addr + size)  # MPOL_DEFAULT minds none
    if not holes and not _is_covered(t, addr, size):
        where = addr % PAGE  # where nothing is, for the errors that come before EFAULT
    done = hostcall.call("mbind", where, size, mode, mask, maxnode, flags)
    end = min(addr + size, t.memory.task_size)
    if size and where == t.memory.base + addr:
        policy = (hash((mode, mask)) & 0xFFFFFF) + 1 << _POLICY if mode else 0
        for vma in t.memory.vmas.isolate(addr, end):
            vma.marks, vma.plain = vma.marks & (1 << _POLICY) - 1 | policy, False
        t.memory.vmas.join(addr, end)
    return done


@syscall(note="only pages of the process itself: EPERM")
def move_pages(
    t: Thread, pid: Pid, count: ULong, pages: Addr, nodes: Addr, status: Addr, flags: Int
) -> int:
    if pid and pid not in t.process.threads:
        thread_group(pid)
        raise LinuxError(EPERM)
    if count > 1 << 20:
        raise LinuxError(E2BIG)
    word, order = t.arch.model.word, t.arch.model.order
    code = "Q" if word == 8 else "I"
    addresses = Struct(f"{order}{count}{code}").unpack(t.memory.read(pages, count * word))
    known = t.memory.vmas
    hosts = [t.memory.base + a if known.at(a) else hostcall.INVALID for a in addresses]
    wanted = None
    if nodes:
        numbers = Struct(f"{order}{count}i").unpack(t.memory.read(nodes, 4 * count))
        wanted = Struct(f"{count}i").pack(*numbers)
    room = ctypes.create_string_buffer(max(4 * count, 1))
    left = hostcall.call(
        "move_pages", 0, count, Struct(f"{count}Q").pack(*hosts), wanted, room, flags
    )
    values = Struct(f"{count}i").unpack(room.raw[: 4 * count])
    t.memory.write(status, Struct(f"{order}{count}i").pack(*values))
    return left
