"""Call frames: who called the code at an address, from .eh_frame or frame pointers.

Needs pyelftools. See the DWARF standard, 6.4, and the LSB's chapter on .eh_frame.
"""

from __future__ import annotations

from bisect import bisect_right
from io import BytesIO

from elftools.dwarf.callframe import FDE, CallFrameInfo
from elftools.dwarf.dwarf_expr import DWARFExprParser
from elftools.dwarf.structs import DWARFStructs
from elftools.elf.elffile import ELFFile

from ..exec.vdso import file_behind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..exec.memory import AddressSpace
    from ..exec.thread import Thread

_MOST = 256  # frames
_DATAREL_SDATA4 = 0x3B  # how linkers encode .eh_frame_hdr's table


class Unreadable(Exception):
    """The rules, or the stack they lead to, make no sense."""


class FrameRules:
    """What the .eh_frame section of one ELF file says; nothing if it is gone or damaged."""

    def __init__(self, path: bytes) -> None:
        self.segments: list[tuple[int, int, int]] = []  # file offset, size, address
        self._starts: list[int] = []
        self._offsets: list[int] = []  # of the FDEs in the section
        self._info: Any = None
        self._known: dict[int, Any] = {}
        try:
            with open(path, "rb") as file:
                self._read(ELFFile(file))
        except Exception:  # pyelftools has no common base for what damaged files make it raise
            self._starts = []

    def _read(self, elf: ELFFile) -> None:
        self.segments = [
            (s["p_offset"], s["p_filesz"], s["p_vaddr"])
            for s in elf.iter_segments()
            if s["p_type"] == "PT_LOAD"
        ]
        section = elf.get_section_by_name(".eh_frame")
        if section is None:
            return
        self.structs = DWARFStructs(
            little_endian=elf.little_endian, dwarf_format=32, address_size=elf.elfclass // 8
        )
        self._info = CallFrameInfo(
            *(BytesIO(section.data()), section.data_size, section["sh_addr"], self.structs),
            for_eh_frame=True,
        )
        index = elf.get_section_by_name(".eh_frame_hdr")
        order = "little" if elf.little_endian else "big"
        if index is None or not self._read_index(index, section["sh_addr"], order):
            self._read_all()

    def _read_index(self, section: Any, frames: int, order: Any) -> bool:
        """The sorted table that linkers add; False if it is in a form we do not know."""
        data, base = section.data(), section["sh_addr"]
        if len(data) < 12 or data[3] != _DATAREL_SDATA4 or data[2] != 3 or data[1] != 0x1B:
            return False
        count = int.from_bytes(data[8:12], order)
        numbers = memoryview(data)[12 : 12 + 8 * count]
        for at in range(0, len(numbers), 8):
            start = int.from_bytes(numbers[at : at + 4], order, signed=True)
            entry = int.from_bytes(numbers[at + 4 : at + 8], order, signed=True)
            self._starts.append(base + start)
            self._offsets.append(base + entry - frames)
        return True

    def _read_all(self) -> None:
        entries = [e for e in self._info.get_entries() if isinstance(e, FDE)]
        entries.sort(key=lambda e: int(e["initial_location"]))
        self._starts = [e["initial_location"] for e in entries]
        self._offsets = [e.offset for e in entries]

    def at(self, address: int) -> tuple[dict[Any, Any], int, bool] | None:
        """The rules at `address`, the return address's number, whether it is a signal frame."""
        i = bisect_right(self._starts, address) - 1
        if i < 0:
            return None
        try:
            found = self._known.get(i)
            if found is None:
                found = self._info._parse_entry_at(self._offsets[i])  # noqa: SLF001
                self._known[i] = found
            if address >= found["initial_location"] + found["address_range"]:
                return None
            return _row(found, address)
        except Exception:  # as above
            return None


def _row(entry: Any, address: int) -> tuple[dict[Any, Any], int, bool] | None:
    rows = [row for row in entry.get_decoded().table if row["pc"] <= address]
    if not rows:
        return None
    augmentation = bytes(entry.cie["augmentation"])
    return rows[-1], int(entry.cie["return_address_register"]), b"S" in augmentation


class Frames:
    """Walks stacks; keeps what it has read of each file."""

    def __init__(self) -> None:
        self._files: dict[bytes, FrameRules] = {}

    def walk(self, t: Thread) -> Iterator[tuple[int, bool]]:
        """PC of every frame of the current thread `t`, innermost first.

        With it, whether PC is where that frame goes on, behind a call.
        """
        walker = _Walker(t, self._rules)
        called = False
        for _ in range(_MOST):
            yield walker.pc, called
            try:
                called = walker.up(called)
            except (Unreadable, OSError):
                return
            if not _executable(t.memory, walker.pc):
                return

    def _rules(self, memory: AddressSpace, pc: int) -> tuple[Any, Any] | None:
        """Rules at `pc` and the structures to parse their expressions with."""
        vma = memory.vmas.at(pc)
        file = file_behind(memory.arch, vma.name) if vma is not None else b""
        if vma is None or not file:
            return None
        rules = self._files.get(file)
        if rules is None:
            rules = self._files[file] = FrameRules(file)
        offset = vma.offset + pc - vma.start
        for start, size, address in rules.segments:
            if start <= offset < start + size:
                found = rules.at(offset - start + address)
                return None if found is None else (found, rules.structs)
        return None


def _executable(memory: AddressSpace, pc: int) -> bool:
    vma = memory.vmas.at(pc)
    return vma is not None and bool(vma.prot & 4)


def _pc(t: Thread) -> int:
    """PC, behind the instruction of a system call even where the engine is still at it."""
    pc, saves = t.cpu.read(t.arch.registers.pc), t.arch.engine.syscall_saves
    following = pc + t.arch.syscall.insn_size
    return following if saves and t.cpu.read(saves[0]) == following else pc


class _Walker:
    """Registers as they were in one frame after the other, by DWARF number."""

    def __init__(self, t: Thread, rules: Callable[[AddressSpace, int], Any]) -> None:
        registers = t.arch.registers
        self._memory = t.memory
        self._word = t.arch.model.word
        self._rules = rules
        self._frame = registers.dwarf.index(registers.frame) if registers.frame else -1
        self._sp = registers.dwarf.index(registers.sp) if registers.dwarf else -1
        self.values = {n: t.cpu.read(name) for n, name in enumerate(registers.dwarf) if name}
        self.pc = _pc(t)

    def up(self, called: bool) -> bool:
        """Go to the caller; whether PC is behind a call there. Unreadable, OSError."""
        found = self._rules(self._memory, self.pc - called)
        if found is None:
            self._by_frame_pointer()
            return True
        (row, column, signal), structs = found
        before = self.values.get(self._sp, 0)
        cfa = self._cfa(row["cfa"], structs)
        values = dict(self.values)
        for number, rule in row.items():
            if isinstance(number, int):
                value = self._value(rule, number, cfa, structs)
                if value is None:
                    values.pop(number, None)
                else:
                    values[number] = value
        if self._sp not in row:
            values[self._sp] = cfa
        if called and column not in row:
            raise Unreadable  # a link register that nobody saved
        if column not in values or (called and not signal and cfa <= before):
            raise Unreadable
        self.values, self.pc = values, values[column]
        return not signal

    def _by_frame_pointer(self) -> None:
        frame = self.values.get(self._frame, 0)
        if not frame or frame < self.values.get(self._sp, 0):
            raise Unreadable
        self.values[self._frame] = self._memory.word(frame)
        self.pc = self._memory.word(frame + self._word)
        self.values[self._sp] = frame + 2 * self._word

    def _register(self, number: int) -> int:
        if number not in self.values:
            raise Unreadable
        return self.values[number]

    def _cfa(self, rule: Any, structs: Any) -> int:
        if rule.expr is not None:
            return self._evaluate(rule.expr, structs, [])
        return self._register(rule.reg) + int(rule.offset)

    def _value(self, rule: Any, number: int, cfa: int, structs: Any) -> int | None:
        kind = rule.type
        if kind == "OFFSET":
            return self._memory.word(cfa + rule.arg)
        if kind == "VAL_OFFSET":
            return cfa + int(rule.arg)
        if kind == "REGISTER":
            return self._register(rule.arg)
        if kind == "EXPRESSION":
            return self._memory.word(self._evaluate(rule.arg, structs, [cfa]))
        if kind == "VAL_EXPRESSION":
            return self._evaluate(rule.arg, structs, [cfa])
        return None if kind == "UNDEFINED" else self.values.get(number)

    def _evaluate(self, expression: Any, structs: Any, stack: list[int]) -> int:
        """The operations that compilers and linkers use in frame rules."""
        for op in DWARFExprParser(structs).parse_expr(expression):
            name, args = op.op_name.removeprefix("DW_OP_"), op.args
            if name.startswith("breg"):
                stack.append(self._register(int(name[4:])) + args[0])
            elif name.startswith("lit"):
                stack.append(int(name[3:]))
            elif name.startswith("const"):
                stack.append(args[0])
            elif name == "deref":
                stack.append(self._memory.word(stack.pop()))
            elif name == "plus_uconst":
                stack.append(stack.pop() + args[0])
            elif name in _BINARY:
                right, left = stack.pop(), stack.pop()
                stack.append(int(_BINARY[name](left, right)))
            else:
                raise Unreadable
        return stack[-1]


_BINARY: dict[str, Callable[[int, int], int]] = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "shl": lambda a, b: a << b,
    "ge": lambda a, b: a >= b,
}
