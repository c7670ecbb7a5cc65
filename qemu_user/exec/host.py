"""The host's memory calls on raw addresses (man 2 mmap and its relatives)."""

from __future__ import annotations

import ctypes
import errno
import os

from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = os.sysconf("SC_PAGESIZE")

# asm-generic's numbers, which x86-64 and aarch64 hosts use.
READ, WRITE, EXEC = 1, 2, 4
SHARED, PRIVATE, FIXED, ANONYMOUS, NORESERVE = 0x01, 0x02, 0x10, 0x20, 0x4000
DONTNEED, NOHUGEPAGE, POPULATE_READ, POPULATE_WRITE = 4, 15, 22, 23
MOVE = 1 | 2  # mremap: MAYMOVE, FIXED
BLANK = PRIVATE | ANONYMOUS | NORESERVE

_FAILED = 2 ** (8 * ctypes.sizeof(ctypes.c_void_p)) - 1

# PyDLL keeps the interpreter lock: no other host thread maps anything into a hole that two
# consecutive calls leave for a moment.
_libc = ctypes.PyDLL(None, use_errno=True)
_mmap = _libc.mmap
_mmap.restype = ctypes.c_void_p
_mmap.argtypes = [
    *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
]
_mremap = _libc.mremap
_mremap.restype = ctypes.c_void_p
_mremap.argtypes = [
    *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p)
]
_madvise = _libc.madvise
_madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_memset = ctypes.memset


def fill(addr: int, value: int, size: int) -> None:
    """Set `size` bytes to `value`."""
    _memset(addr, value, size)


def view(addr: int, size: int) -> memoryview:
    """The bytes at `addr` as a writable memoryview; nothing checks that they are mapped."""
    return memoryview((ctypes.c_ubyte * size).from_address(addr)).cast("B")


def _check(result: int) -> None:
    if result:
        raise LinuxError(ctypes.get_errno())


def mmap(addr: int, size: int, prot: int, flags: int, fd: int = -1, offset: int = 0) -> int:
    """Mmap(2); the host address."""
    got: int | None = _mmap(addr, size, prot, flags, fd, offset)
    if got == _FAILED:
        raise LinuxError(ctypes.get_errno())
    return got or 0


def reserve(size: int) -> int | None:
    """The address of `size` zero bytes that cost nothing until touched; None if refused."""
    got: int | None = _mmap(None, size, READ | WRITE, BLANK, -1, 0)
    return None if got == _FAILED else got


def blank(addr: int, size: int) -> None:
    """Replace whatever is mapped there by zeros that cost nothing until touched."""
    mmap(addr, size, READ | WRITE, BLANK | FIXED)


def munmap(addr: int, size: int) -> None:
    """Munmap(2); leaves a hole that the caller fills at once."""
    _check(_libc.munmap(ctypes.c_void_p(addr), ctypes.c_size_t(size)))


def mprotect(addr: int, size: int, prot: int) -> None:
    """Mprotect(2)."""
    _check(_libc.mprotect(ctypes.c_void_p(addr), ctypes.c_size_t(size), prot))


def mremap(old: int, old_size: int, size: int, flags: int, new: int | None) -> None:
    """Mremap(2)."""
    if _mremap(old, old_size, size, flags, new) == _FAILED:
        raise LinuxError(ctypes.get_errno())


def madvise(addr: int, size: int, advice: int) -> None:
    """Madvise(2)."""
    if _madvise(addr, size, advice):
        raise LinuxError(ctypes.get_errno())


def msync(addr: int, size: int, flags: int) -> None:
    """Msync(2)."""
    _check(_libc.msync(ctypes.c_void_p(addr), ctypes.c_size_t(size), flags))


def mincore(addr: int, pages: int) -> bytes:
    """Mincore(2): a byte per page."""
    vector = (ctypes.c_ubyte * pages)()
    _check(_libc.mincore(ctypes.c_void_p(addr), ctypes.c_size_t(pages * 4096), vector))
    return bytes(vector)


def mlock(addr: int, size: int, on_fault: bool = False) -> None:
    """Mlock2(2)."""
    _check(_libc.mlock2(ctypes.c_void_p(addr), ctypes.c_size_t(size), int(on_fault)))


def munlock(addr: int, size: int) -> None:
    """Munlock(2)."""
    _check(_libc.munlock(ctypes.c_void_p(addr), ctypes.c_size_t(size)))


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def overwrite(pieces: Sequence[tuple[int, bytes]]) -> bool:
    """Replace machine code, given as address and bytes; false on a host that refuses it."""
    first = min(place for place, _ in pieces) & -PAGE
    end = max(place + len(code) for place, code in pieces)
    size = (end - first + PAGE - 1) & -PAGE
    try:
        mprotect(first, size, READ | WRITE | EXEC)
    except OSError:
        return False
    for place, code in pieces:
        ctypes.memmove(place, code, len(code))
    mprotect(first, size, READ | EXEC)
    return True


def backed(addr: int) -> bool:
    """Whether the page can be touched: False beyond the end of a mapped file (SIGBUS there)."""
    try:
        madvise(addr & -4096, 4096, POPULATE_READ)
    except LinuxError as error:
        if error.errno != errno.EINVAL:  # EINVAL: older than Linux 5.14
            return False
        return _can_copy(addr)
    return True


def _can_copy(addr: int) -> bool:
    byte = ctypes.c_ubyte()
    local = _Iovec(ctypes.addressof(byte), 1)
    remote = _Iovec(addr, 1)
    reader = _libc.process_vm_readv
    reader.restype = ctypes.c_ssize_t
    got: int = reader(
        os.getpid(), ctypes.byref(local), 1, ctypes.byref(remote), 1, ctypes.c_ulong(0)
    )
    return got == 1
