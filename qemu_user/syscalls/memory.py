"""Mapping, protecting, growing and advising on memory."""

from __future__ import annotations

import os
from errno import EFAULT, EINVAL, ENODEV, ENOMEM, ENOSPC, EPERM

from ..exec import hostcall
from ..exec.abi import memory as abi
from ..exec.errors import LinuxError
from .names import given
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from .args import (
        Addr,
        Fd,
        Int,
        MadviseAdvice,
        MemfdFlags,
        MlockFlags,
        MmapFlags,
        MmapProt,
        MremapFlags,
        MsyncFlags,
        Size,
        StringPtr,
        UInt,
        ULong,
    )

_PAGE = 4096


def _map(t: Thread, addr: int, size: int, prot: int, flags: int, fd: int, offset: int) -> int:
    if not flags & abi.MAP_ANONYMOUS:
        files = t.process.files
        files.visible(fd)
        if fd in files.special:
            raise LinuxError(ENODEV)
    return t.memory.mmap(addr, size, prot, flags, fd, offset)


@syscall
def mmap(
    t: Thread, addr: Addr, length: Size, prot: MmapProt, flags: MmapFlags, fd: Fd, offset: ULong
) -> Addr:
    return _map(t, addr, length, prot, flags, fd, offset)


@syscall
def mmap2(
    t: Thread, addr: Addr, length: Size, prot: MmapProt, flags: MmapFlags, fd: Fd, pgoffset: ULong
) -> Addr:
    return _map(t, addr, length, prot, flags, fd, pgoffset * _PAGE)


@syscall
def munmap(t: Thread, addr: Addr, length: Size) -> int:
    t.memory.munmap(addr, length)
    return 0


@syscall
def mprotect(t: Thread, addr: Addr, len_: Size, prot: MmapProt) -> int:
    t.memory.mprotect(addr, len_, prot)
    return 0


@syscall
def pkey_mprotect(t: Thread, addr: Addr, len_: Size, prot: MmapProt, pkey: Int) -> int:
    t.memory.mprotect(addr, len_, prot, pkey)
    return 0


@syscall(note="the emulated processors have no protection keys: always ENOSPC")
def pkey_alloc(t: Thread, flags: ULong, access_rights: ULong) -> int:
    bad = access_rights & ~(abi.PKEY_DISABLE_ACCESS | abi.PKEY_DISABLE_WRITE)
    raise LinuxError(EINVAL if flags or bad else ENOSPC)


@syscall(note="no key is ever allocated: always EINVAL")
def pkey_free(t: Thread, pkey: Int) -> int:
    raise LinuxError(EINVAL)


@syscall
def brk(t: Thread, addr: Addr) -> Addr:
    return t.memory.brk(addr)


@syscall
def mremap(
    t: Thread,
    old_address: Addr,
    old_size: Size,
    new_size: Size,
    flags: MremapFlags,
    new_address: Addr,
) -> Addr:
    from ..exec import remap

    return remap.mremap(t.memory, old_address, old_size, new_size, flags, new_address)


@syscall(note="MADV_HWPOISON, MADV_SOFT_OFFLINE and guard pages: EINVAL or EPERM")
def madvise(t: Thread, addr: Addr, length: Size, advice: MadviseAdvice) -> int:
    from ..exec import advice as ask

    if advice in (abi.MADV_HWPOISON, abi.MADV_SOFT_OFFLINE) and os.geteuid() != 0:
        raise LinuxError(EPERM)
    ask.madvise(t.memory, addr, length, advice)
    return 0


@syscall
def msync(t: Thread, addr: Addr, length: Size, flags: MsyncFlags) -> int:
    from ..exec import advice

    advice.msync(t.memory, addr, length, flags)
    return 0


@syscall
def mincore(t: Thread, addr: Addr, length: Size, vec: Addr) -> int:
    from ..exec import advice

    memory = t.memory
    page = t.arch.page
    if addr % page:
        raise LinuxError(EINVAL)
    pages = -(-length // page)
    if addr + pages * page > memory.task_size:
        raise LinuxError(ENOMEM)
    if vec + pages > memory.task_size:
        raise LinuxError(EFAULT)
    while pages:  # what is before a hole is told
        vma = memory.vmas.at(addr)
        if vma is None:
            raise LinuxError(ENOMEM)
        count = min(_PAGE, pages, (vma.end - addr) // page)
        resident = advice.mincore(memory, addr, count * page)
        memory.write(vec, resident[:: page // _PAGE])
        addr, vec, pages = addr + count * page, vec + count, pages - count
    return 0


@syscall
def mlock(t: Thread, addr: Addr, length: Size) -> int:
    from ..exec import advice

    advice.mlock(t.memory, addr, length)
    return 0


@syscall
def mlock2(t: Thread, addr: Addr, length: Size, flags: UInt) -> int:
    from ..exec import advice

    if flags & ~abi.MLOCK_ONFAULT:
        raise LinuxError(EINVAL)
    advice.mlock(t.memory, addr, length, bool(flags))
    return 0


@syscall
def munlock(t: Thread, addr: Addr, length: Size) -> int:
    from ..exec import advice

    advice.munlock(t.memory, addr, length)
    return 0


@syscall
def mlockall(t: Thread, flags: MlockFlags) -> int:
    from ..exec import advice

    known = abi.MCL_CURRENT | abi.MCL_FUTURE | abi.MCL_ONFAULT
    if not flags or flags & ~known or flags == abi.MCL_ONFAULT:
        raise LinuxError(EINVAL)
    advice.mlockall(t.memory, flags)
    return 0


@syscall
def munlockall(t: Thread) -> int:
    from ..exec import advice

    advice.munlockall(t.memory)
    return 0


@syscall
def mseal(t: Thread, start: Addr, len_: Size, flags: ULong) -> int:
    from ..exec import advice

    advice.mseal(t.memory, start, len_, flags)
    return 0


@syscall
def remap_file_pages(
    t: Thread, addr: Addr, size: Size, prot: MmapProt, pgoff: ULong, flags: MmapFlags
) -> int:
    from ..exec import remap

    remap.remap_file_pages(t.memory, addr, size, prot, pgoff)
    return 0


@syscall
def memfd_create(t: Thread, name: StringPtr, flags: MemfdFlags) -> Fd:
    return hostcall.call("memfd_create", given(name), flags)
