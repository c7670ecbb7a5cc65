"""Names of functions by address, for logs, traces and gdb; needs pyelftools."""

from __future__ import annotations

import os
from bisect import bisect_right

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from ..exec.vdso import file_behind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exec.memory import AddressSpace

_CODE = ("STT_FUNC", "STT_NOTYPE", "STT_GNU_IFUNC")


class Symbols:
    """The functions of one ELF file; none if the file is gone, stripped or damaged."""

    def __init__(self, path: bytes) -> None:
        self._starts: list[int] = []
        self._names: list[tuple[str, int]] = []  # name, size
        self._segments: list[tuple[int, int, int]] = []  # offset, file size, address
        try:
            with open(path, "rb") as file:
                self._read(ELFFile(file))
        except Exception:  # pyelftools has no common base for what damaged files make it raise
            return

    def _read(self, elf: ELFFile) -> None:
        self._segments = [
            (s["p_offset"], s["p_filesz"], s["p_vaddr"])
            for s in elf.iter_segments()
            if s["p_type"] == "PT_LOAD"
        ]
        found: dict[int, tuple[str, int]] = {}
        for section in elf.iter_sections():
            if isinstance(section, SymbolTableSection):
                for start, name, size in _functions(section):
                    if start not in found or found[start][1] < size:
                        found[start] = name, size
        self._starts = sorted(found)
        self._names = [found[start] for start in self._starts]

    def at(self, offset: int) -> tuple[str, int] | None:
        """Name of the function at a file offset, and how far into it that is."""
        for start, size, address in self._segments:
            if start <= offset < start + size:
                return self._at_address(offset - start + address)
        return None

    def _at_address(self, address: int) -> tuple[str, int] | None:
        i = bisect_right(self._starts, address) - 1
        if i < 0:
            return None
        name, size = self._names[i]
        into = address - self._starts[i]
        return (name, into) if into < max(size, 1) else None

    def find(self, name: str) -> int | None:
        """The address of a function as the file has it, to which the load bias is added."""
        for start, (known, _) in zip(self._starts, self._names, strict=True):
            if known == name:
                return start
        return None


def _functions(section: SymbolTableSection) -> Iterator[tuple[int, str, int]]:
    """Address, name and size; without marks of code and data ($x, $d) and RISC-V's labels (.L0)."""
    for symbol in section.iter_symbols():
        defined = symbol["st_shndx"] != "SHN_UNDEF" and symbol["st_info"]["type"] in _CODE
        if defined and symbol.name and not symbol.name.startswith(("$", ".L")):
            yield symbol["st_value"], symbol.name, symbol["st_size"]


class SymbolTable:
    """Looks guest addresses up in whatever files are mapped there."""

    def __init__(self, memory: AddressSpace) -> None:
        self._memory = memory
        self._files: dict[bytes, Symbols] = {}

    def at(self, addr: int) -> tuple[str, int] | None:
        """Name of the function that holds `addr`, and how far into it that is."""
        vma = self._memory.vmas.at(addr)
        file = file_behind(self._memory.arch, vma.name) if vma is not None else b""
        if vma is None or not file:
            return None
        symbols = self._files.get(file)
        if symbols is None:
            symbols = self._files[file] = Symbols(file)
        return symbols.at(vma.offset + addr - vma.start)

    def text(self, addr: int) -> str:
        """`name+0x1c`, `name`, `file` or nothing, as is known."""
        found = self.at(addr)
        if found is not None:
            name, into = found
            return f"{name}+{into:#x}" if into else name
        vma = self._memory.vmas.at(addr)
        return os.fsdecode(os.path.basename(vma.name)) if vma is not None else ""
