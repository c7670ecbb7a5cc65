"""Checked access to guest memory, as the kernel's copy_from_user and its relatives do it."""

from __future__ import annotations

import struct
from errno import EFAULT, ENAMETOOLONG

from .arena import CHUNK, PAGE, Arena
from .cpu import EXEC, READ, WRITE
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from .abi.layout import CStruct
    from .arch import Arch

    S = TypeVar("S", bound=CStruct)


class GuestMemory(Arena):
    """Reading and writing; every failure is LinuxError, EFAULT unless said otherwise."""

    def __init__(self, arch: Arch) -> None:
        super().__init__(arch)
        self._u32 = struct.Struct(arch.model.order + "I")
        self._word = struct.Struct(arch.model.order + ("Q" if arch.model.word == 8 else "I"))

    def fault(self, addr: int, access: int) -> bool:
        """Whether the page permits `access` after all; see AddressSpace."""
        raise NotImplementedError

    def permitted(self, addr: int, size: int, access: int) -> int:
        """How many of the `size` bytes at `addr` permit `access`, up to the first that does not.

        With WRITE, translations of what is about to be written are dropped.
        """
        end = addr + size
        if end <= self.size and end <= (addr // PAGE + 1) * PAGE:  # one page, nothing special
            entry = self.table[addr // PAGE] if size > 0 else 0
            if entry if access == READ else entry == READ | WRITE:
                return size
        end = min(end, self.size)
        page, last = addr // PAGE, -(-end // PAGE)
        while page < last:
            chunk = self.table[page : min(last, page + CHUNK)].tobytes()
            if access == READ:
                good = chunk.find(0)
                good = len(chunk) if good < 0 else good
            else:
                good = len(chunk) - len(chunk.lstrip(b"\3"))
            page += good
            if good < len(chunk):
                if not self._permit(page, access):
                    break
                page += 1
        return max(0, min(end, page * PAGE) - addr)

    def _permit(self, page: int, access: int) -> bool:
        if self.table[page] & access != access and not self.fault(page * PAGE, access):
            return False
        if access & WRITE and self.table[page] & EXEC:
            self.cpu.discard(page * PAGE, PAGE)
        return True

    def read(self, addr: int, size: int) -> bytes:
        """The bytes there."""
        end = addr + size
        if not size:
            return b""
        if (
            size < 0
            or end > self.size
            or (
                not (self.table[addr // PAGE] and end <= (addr // PAGE + 1) * PAGE)
                and self.permitted(addr, size, READ) < size
            )
        ):
            raise LinuxError(EFAULT)
        return self.bytes[addr:end].tobytes()

    def write(self, addr: int, data: bytes | bytearray | memoryview) -> None:
        """Write all of `data`, or nothing."""
        size = len(data)
        end = addr + size
        if not size:
            return
        if end > self.size or (
            not (self.table[addr // PAGE] == READ | WRITE and end <= (addr // PAGE + 1) * PAGE)
            and self.permitted(addr, size, WRITE) < size
        ):
            raise LinuxError(EFAULT)
        self.bytes[addr:end] = data

    def views(self, addr: int, size: int, access: int) -> list[memoryview]:
        """Writable views of the part that permits `access`, from `addr` on; [] for no bytes."""
        if size <= 0:
            return []
        size = self.permitted(addr, size, WRITE if access & WRITE else READ)
        if not size:
            raise LinuxError(EFAULT)
        return [self.bytes[addr : addr + size]]

    def string(self, addr: int, limit: int = 4096) -> bytes:
        """The bytes up to a NUL; ENAMETOOLONG when none is among the first `limit`."""
        parts: list[bytes] = []
        stop = addr + limit
        while addr < stop:
            end = min((addr // PAGE + 1) * PAGE, stop)
            if not self.permitted(addr, 1, READ):
                raise LinuxError(EFAULT)
            part = self.bytes[addr:end].tobytes()
            nul = part.find(b"\0")
            if nul >= 0:
                return b"".join(parts) + part[:nul] if parts else part[:nul]
            parts.append(part)
            addr = end
        raise LinuxError(ENAMETOOLONG)

    def load(self, addr: int, cls: type[S]) -> S:
        """The structure there, laid out as this architecture has it."""
        shape = self._shape(cls)
        layout = shape.layout(self.arch.model)
        if self.permitted(addr, layout.size, READ) < layout.size:
            raise LinuxError(EFAULT)
        return shape.unpack_from(self.arch.model, self.bytes, addr)

    def store(self, addr: int, value: CStruct) -> None:
        """Write the structure as this architecture lays it out."""
        self.write(addr, self._shape(type(value)).layout(self.arch.model).pack(value))

    def _shape(self, cls: type[S]) -> type[S]:
        return self.arch.variants.get(cls.__name__, cls)  # type: ignore[return-value]

    def u32(self, addr: int) -> int:
        """The unsigned 32-bit value there, in the guest's byte order."""
        if (
            addr >= self.size or addr % PAGE > PAGE - 4 or not self.table[addr // PAGE]
        ) and self.permitted(addr, 4, READ) < 4:
            raise LinuxError(EFAULT)
        value: int = self._u32.unpack_from(self.bytes, addr)[0]
        return value

    def set_u32(self, addr: int, value: int) -> None:
        """Store the low 32 bits of `value`."""
        self.write(addr, self._u32.pack(value & 0xFFFFFFFF))

    def word(self, addr: int) -> int:
        """The unsigned long there."""
        size = self._word.size
        if (
            addr >= self.size or addr % PAGE > PAGE - size or not self.table[addr // PAGE]
        ) and self.permitted(addr, size, READ) < size:
            raise LinuxError(EFAULT)
        value: int = self._word.unpack_from(self.bytes, addr)[0]
        return value

    def set_word(self, addr: int, value: int) -> None:
        """Store `value` as an unsigned long, cut to its size."""
        size = self._word.size
        self.write(addr, self._word.pack(value & (1 << 8 * size) - 1))

    def cmpxchg_u32(self, addr: int, old: int, new: int) -> int:
        """Store `new` if the value there is `old`; the value found. No other thread runs now."""
        if self.permitted(addr, 4, WRITE) < 4:
            raise LinuxError(EFAULT)
        found: int = self._u32.unpack_from(self.bytes, addr)[0]
        if found == old & 0xFFFFFFFF:
            self._u32.pack_into(self.bytes, addr, new & 0xFFFFFFFF)
        return found
