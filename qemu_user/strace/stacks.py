"""-k: the guest's stack below each line, as strace(1) writes it."""

from __future__ import annotations

import os

from ..loader.frames import Frames
from ..loader.symbols import SymbolTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..exec.memory import AddressSpace
    from ..exec.thread import Thread


class Frame:
    """One frame: the file or area, offset in it, function and offset in that, where known."""

    def __init__(self, pc: int, file: str, offset: int, symbol: tuple[str, int] | None) -> None:
        self.pc = pc
        self.file = file
        self.offset = offset
        self.symbol = symbol

    def line(self) -> str:
        """> /bin/prog(main+0x12) [0x1142]"""
        if not self.file:
            return f" > unmapped [{self.pc:#x}]"
        text = "" if self.symbol is None else "{}+{:#x}".format(*self.symbol)
        return f" > {self.file}({text}) [{self.offset:#x}]"

    def record(self) -> dict[str, object]:
        """The same as an object of JSON."""
        name, into = self.symbol or (None, None)
        offset = f"{self.offset:#x}"
        file = {"file": self.file or None, "offset": offset if self.file else None}
        return {"pc": f"{self.pc:#x}", **file, "symbol": name, "into": into}


class Stacks:
    """Reads the stacks of threads."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._symbols: SymbolTable | None = None
        self._memory: AddressSpace | None = None

    def lines(self, t: Thread) -> list[str]:
        """The stack of the current thread, innermost frame first."""
        return [frame.line() for frame in self.frames(t)]

    def frames(self, t: Thread) -> Iterator[Frame]:
        """The same as what is known of each frame."""
        if self._memory is not t.memory or self._symbols is None:
            self._symbols, self._memory = SymbolTable(t.memory), t.memory
        for pc, called in self._frames.walk(t):
            vma = t.memory.vmas.at(pc)
            if vma is None:
                yield Frame(pc, "", 0, None)
                continue
            symbol = self._symbols.at(pc - called)
            if symbol is not None:
                symbol = symbol[0], symbol[1] + called
            file = os.fsdecode(vma.name) or "[anonymous]"
            yield Frame(pc, file, vma.offset + pc - vma.start, symbol)
