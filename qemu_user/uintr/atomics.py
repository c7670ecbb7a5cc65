"""Atomic operations on 64-bit words in memory that several host processes map."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import sys
from errno import EAGAIN, EINTR

from ..exec import host, hostcall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    CompareExchange: TypeAlias = Callable[[int, int, int], int]

# `u64 compare_exchange(u64 *word, u64 old, u64 new)`, returns what was there; see STUB_SOURCE.
STUBS = {
    "x86_64": bytes.fromhex("4889f0f0480fb117c3"),
    "aarch64": bytes.fromhex("03fc5fc87f0001eb6100005402fc04c884ffff35e00303aac0035fd6"),
}
STUB_SOURCE = {
    "x86_64": "mov rax, rsi; lock cmpxchg qword ptr [rdi], rdx; ret",
    "aarch64": (
        "again: ldaxr x3, [x0]; cmp x3, x1; b.ne done; stlxr w4, x2, [x0]; cbnz w4, again;"
        "done: mov x0, x3; ret"
    ),
}
_LOCK_BYTE = 0x75697069  # in /dev/null, whose locks all processes of this host share
_MASK = (1 << 64) - 1


def _native(code: bytes) -> CompareExchange:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    word = ctypes.c_uint64
    call = ctypes.CFUNCTYPE(word, ctypes.c_void_p, word, word)(address)
    _kept.append(page)
    return call


def _locked(address: int, old: int, new: int) -> int:
    """The same under a lock that every process takes: for hosts without a stub."""
    word = ctypes.c_uint64.from_address(address)
    if not _lock_fd:
        _lock_fd.append(fcntl.fcntl(os.open("/dev/null", os.O_RDWR), fcntl.F_DUPFD_CLOEXEC, 1000))
    fcntl.lockf(_lock_fd[0], fcntl.LOCK_EX, 1, _LOCK_BYTE)
    try:
        found = word.value
        if found == old:
            word.value = new
        return found
    finally:
        fcntl.lockf(_lock_fd[0], fcntl.LOCK_UN, 1, _LOCK_BYTE)


_kept: list[mmap.mmap] = []
_lock_fd: list[int] = []


def compare_exchange_for(machine: str) -> CompareExchange:
    """The host's operation: `(address, old, new)` returns what was there."""
    code = STUBS.get(machine)
    if code is None:
        return _locked
    try:
        return _native(code)
    except OSError:  # a host that refuses writable code
        return _locked


class SharedWords:
    """A shared mapping of the file `fd` as 64-bit words; an index counts words, not bytes."""

    __slots__ = ("_address", "_exchange", "_size", "_words")
    _host: CompareExchange | None = None

    def __init__(self, fd: int, size: int) -> None:
        if SharedWords._host is None:
            SharedWords._host = staticmethod(compare_exchange_for(os.uname().machine))
        # Python's mmap would keep a descriptor of its own, which the guest could see.
        self._address = host.mmap(0, size, host.READ | host.WRITE, host.SHARED, fd)
        self._size = size
        self._words = host.view(self._address, size).cast("Q")
        self._exchange: CompareExchange = SharedWords._host

    def __getitem__(self, index: int) -> int:
        return self._words[index]

    def __setitem__(self, index: int, value: int) -> None:
        self._words[index] = value

    def close(self) -> None:
        """Unmap; nothing may be used any more."""
        self._words.release()
        host.munmap(self._address, self._size)

    def address(self, index: int) -> int:
        """The host address of a word."""
        return self._address + 8 * index

    def compare_exchange(self, index: int, old: int, new: int) -> bool:
        """Store `new` if `old` is there; whether it was."""
        return self._exchange(self._address + 8 * index, old, new) == old

    def exchange(self, index: int, new: int) -> int:
        """Store `new`, return what was there."""
        while True:
            old = self._words[index]
            if self._exchange(self._address + 8 * index, old, new) == old:
                return old

    def fetch_or(self, index: int, bits: int) -> int:
        """Set `bits`, return what was there."""
        while True:
            old = self._words[index]
            if self._exchange(self._address + 8 * index, old, old | bits) == old:
                return old

    def fetch_clear(self, index: int, bits: int) -> int:
        """Clear `bits`, return what was there."""
        while True:
            old = self._words[index]
            if self._exchange(self._address + 8 * index, old, old & ~bits) == old:
                return old

    def add(self, index: int, value: int) -> None:
        """Add to a word, modulo 2^64."""
        while True:
            old = self._words[index]
            new = old + value & _MASK
            if self._exchange(self._address + 8 * index, old, new) == old:
                return


_FUTEX_WAIT, _FUTEX_WAKE = 0, 1  # not private: several processes (man 2 futex)
_LOW_HALF = 0 if sys.byteorder == "little" else 4


def futex_wait(address: int, value: int) -> None:
    """Sleep while the low half of the word at `address` is `value`; may return early."""
    try:
        hostcall.call("futex", address + _LOW_HALF, _FUTEX_WAIT, value, None, None, 0)
    except OSError as error:
        if error.errno not in (EAGAIN, EINTR):
            raise


def futex_wake(address: int) -> None:
    """Wake all who sleep on the word at `address`."""
    hostcall.call("futex", address + _LOW_HALF, _FUTEX_WAKE, 1 << 30, None, None, 0)
