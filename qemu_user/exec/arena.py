"""Where guest memory lives: one host reservation, and the table of what each page permits."""

from __future__ import annotations

from . import host
from .cpu import READ, WRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes

    from .arch import Arch
    from .cpu import Cpu
    from .vma import Vma

PAGE = 4096
MOVING = READ | WRITE  # a page that is writable and executable, before anything was fetched
LAZY = 1 << 18  # pages: areas as big as this enter the table when they are touched
CHUNK = 4096  # pages that enter together
_MOST = 0x7E00_0000_0000  # bytes: two of the host's 128 TiB are left to it
BULK = 1 << 16  # entries that are cheaper to give back than to clear

# PROT_* -> what the table says: whatever is accessible is readable, and never W and X at once.
SHOWN = tuple(0 if not p else MOVING if p & WRITE else p | READ for p in range(8))
# PROT_* -> accesses that are right
ALLOWED = tuple(p | READ if p else 0 for p in range(8))


class NoCpu:
    """Stands for the engine before there is one."""

    def discard(self, addr: int, size: int) -> None:
        """Nothing is translated."""

    def flush_tlb(self) -> None:
        """Nothing is cached."""

    def share(self, on: bool) -> None:
        """Nothing runs."""

    def guard(self, words: ctypes.Array[ctypes.c_uint64]) -> None:
        """Nothing runs."""


class Arena:
    """Guest address 0 is at host address `base`; `perms` holds a byte of READ|WRITE|EXEC a page."""

    def __init__(self, arch: Arch) -> None:
        self.arch = arch
        self.cpu: Cpu | NoCpu = NoCpu()
        beyond = PAGE + arch.system_size if arch.system_size else 0
        self.base, self.size = _reserve(arch.task_bits, beyond)
        self.engine_size = self.size + beyond  # bytes from `base` on that the engine may see
        table = host.reserve(self.engine_size // PAGE)
        if table is None:
            raise MemoryError("no room for the table of guest pages")
        self.perms = table
        host.madvise(table, self.engine_size // PAGE, host.NOHUGEPAGE)
        if beyond:
            host.fill(table + arch.system_base // PAGE, READ, arch.system_size // PAGE)
        # What the processor reads by itself, and no guest reaches.
        self.system = host.view(self.base + self.size + PAGE, arch.system_size or 1)
        self.bytes = host.view(self.base, self.size)  # all of guest memory, nothing checked
        self.table = host.view(table, self.size // PAGE)

    def close(self) -> None:
        """Give the address space back to the host; it must not be used again."""
        self.bytes.release()
        self.table.release()
        host.munmap(self.base, self.engine_size)
        host.munmap(self.perms, self.engine_size // PAGE)

    def paint(self, start: int, end: int, shown: int) -> None:
        """Enter `shown` for the pages of [start, end)."""
        first, pages = start // PAGE, (end - start) // PAGE
        if pages < BULK or shown:
            host.fill(self.perms + first, shown, pages)
            return
        low, high = -(-first // PAGE) * PAGE, (first + pages) // PAGE * PAGE
        host.fill(self.perms + first, 0, low - first)
        host.fill(self.perms + high, 0, first + pages - high)
        host.madvise(self.perms + low, high - low, host.DONTNEED)

    def discard(self, start: int, end: int) -> None:
        """Drop translations of the executable pages in [start, end); they must still be X."""
        table, cpu = self.table, self.cpu
        for first in range(start // PAGE, end // PAGE, CHUNK):
            chunk = table[first : min(first + CHUNK, end // PAGE)].tobytes()
            left = chunk.lstrip(b"\0\1\3")
            if left:
                first += len(chunk) - len(left)
                cpu.discard(first * PAGE, len(left.rstrip(b"\0\1\3")) * PAGE)

    def release(self, areas: list[Vma]) -> None:
        """Give the host's memory of what was mapped there back; it reads as zeros again."""
        start, end = areas[0].start, areas[-1].end
        for vma in areas:
            if not vma.plain or vma.locked:
                host.blank(self.base + start, end - start)
                return
        host.madvise(self.base + start, end - start, host.DONTNEED)


def _reserve(bits: int, beyond: int) -> tuple[int, int]:
    """Address and size of an arena: all that is asked for if the host's own layout leaves room.

    Beside a position-independent Python, which lies in the middle, 64 TiB are the most. `beyond`
    bytes more are reserved behind the arena.
    """
    if host.PAGE != PAGE:
        raise MemoryError(f"the host's pages have {host.PAGE} bytes, not {PAGE}")
    for size in (min(1 << bits, _MOST), *(1 << n for n in range(min(bits, 46), 30, -1))):
        base = host.reserve(size + beyond)
        if base is not None:
            return base, size
    raise MemoryError("the host does not grant the address space that a guest needs")
