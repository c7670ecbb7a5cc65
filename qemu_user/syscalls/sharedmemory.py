"""System V shared memory: the host's segments, shown in the guest's memory (man 2 shmget)."""

from __future__ import annotations

from errno import EINVAL

from ..exec import host, hostcall, mapping, paging
from ..exec.abi import ipc as abi
from ..exec.abi.ipc import ShmidDs, ShmLimits, ShmUsage
from ..exec.abi.memory import MAP_FIXED, MAP_SHARED
from ..exec.arena import PAGE
from ..exec.cpu import EXEC, READ, WRITE
from ..exec.errors import LinuxError
from ..exec.vma import Backing, Vma
from .args import Addr, IpcFlags, ShmCmd, ShmFlags, Size
from .ipcs import control
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.memory import AddressSpace
    from ..exec.thread import Thread
    from .args import Int

_NAME = b"/SYSV"
_DEVICE = 1  # anonymous shared memory's
_STRUCTURES = {
    abi.IPC_SET: ShmidDs,
    abi.IPC_STAT: ShmidDs,
    abi.SHM_STAT: ShmidDs,
    abi.SHM_STAT_ANY: ShmidDs,
    abi.IPC_INFO: ShmLimits,
    abi.SHM_INFO: ShmUsage,
}


@syscall
def shmget(t: Thread, key: Int, size: Size, shmflg: IpcFlags) -> int:
    return hostcall.call("shmget", key & 0xFFFFFFFF, size, shmflg)


@syscall
def shmctl(t: Thread, shmid: Int, cmd: ShmCmd, buf: Addr) -> int:
    return control(t, "shmctl", (shmid,), cmd, buf, _STRUCTURES.get(cmd & ~abi.IPC_64))


@syscall
def shmat(t: Thread, shmid: Int, shmaddr: Addr, shmflg: ShmFlags) -> Addr:
    space = t.memory
    if shmid < 0:
        raise LinuxError(EINVAL)
    chosen = shmaddr != 0
    if shmaddr % t.arch.page:
        shmaddr &= -t.arch.page
        if not shmflg & abi.SHM_RND or (not shmaddr and shmflg & abi.SHM_REMAP):
            raise LinuxError(EINVAL)
    elif not shmaddr and shmflg & abi.SHM_REMAP:
        raise LinuxError(EINVAL)
    about = hostcall.fill(ShmidDs, "shmctl", shmid, abi.IPC_STAT, hostcall.OUT)
    size = about.segsz + t.arch.page - 1 & -t.arch.page
    if shmflg & abi.SHM_EXEC:  # takes a right of its own
        flags = shmflg & (abi.SHM_EXEC | abi.SHM_RDONLY)
        hostcall.call("shmdt", hostcall.call("shmat", shmid, None, flags))
    if shmaddr and not shmflg & abi.SHM_REMAP:
        end = shmaddr + size
        if end >= 1 << 8 * t.arch.model.word or space.vmas.within(shmaddr, end):
            raise LinuxError(EINVAL)
    shmaddr = space.place(shmaddr, size, MAP_FIXED if chosen else 0)
    prot = READ | (0 if shmflg & abi.SHM_RDONLY else WRITE)
    if shmflg & abi.SHM_EXEC:
        prot |= EXEC
    mapping.check_room(space, size, prot, MAP_SHARED)
    mapping.check_seals(space, shmaddr, shmaddr + size)
    name = b"%b%08x (deleted)" % (_NAME, about.perm.key & 0xFFFFFFFF)
    vma = Vma(shmaddr, shmaddr + size, prot, MAP_SHARED, name, may_write=bool(prot & WRITE))
    return _attach(space, vma, shmid, about.segsz)


def _attach(space: AddressSpace, vma: Vma, shmid: int, size: int) -> int:
    flags = abi.SHM_REMAP | (0 if vma.prot & WRITE else abi.SHM_RDONLY)
    hostcall.call("shmat", shmid, space.base + vma.start, flags)
    used = vma.start + size + PAGE - 1 & -PAGE
    if used < vma.end:
        host.blank(space.base + used, vma.end - used)
    space.unmap(vma.start, vma.end, release=False)
    key = (_DEVICE, shmid)
    backing = space.vmas.backings.get(key)
    if backing is None:
        backing = space.vmas.backings[key] = Backing(*key, size)
    vma.backing, vma.plain = backing, False
    whole = space.vmas.add(vma)
    paging.show(space, whole, vma.start, vma.end)
    return vma.start


@syscall
def shmdt(t: Thread, shmaddr: Addr) -> int:
    space = t.memory
    if shmaddr % t.arch.page:
        raise LinuxError(EINVAL)
    ours = [v for v in space.vmas if v.start - v.offset == shmaddr and v.name.startswith(_NAME)]
    if not ours:
        raise LinuxError(EINVAL)
    for vma in ours:
        if vma.backing is ours[0].backing and not vma.sealed:
            space.unmap(vma.start, vma.end)
    return 0
