"""Which instruction it was that neither the engine nor we execute, for who has to find out why."""

from __future__ import annotations

import os

from .exec.errors import LinuxError
from .loader.symbols import SymbolTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .exec.thread import Thread

_LONGEST = 16  # bytes
_GENERAL = ("jump", "call", "ret", "int", "iret", "privilege", "branch_relative", "mode", "not64")


def described(t: Thread) -> str:
    """One line about the instruction at PC: what it is, of which extension, in which function."""
    memory = t.memory
    pc = t.cpu.read(t.arch.registers.pc)
    try:
        code = b"".join(bytes(v) for v in memory.views(pc, _LONGEST, 1))
    except LinuxError:
        code = b""
    text = _disassembled(t, code, pc) or code[:8].hex(" ")
    where = SymbolTable(memory).text(pc)
    place = f"{pc:#x} in {where}" if where else f"{pc:#x}"
    return f"{os.fsdecode(t.comm)}: illegal instruction {text} at {place}"


def _disassembled(t: Thread, code: bytes, pc: int) -> str:
    """Its text and the names of extensions it belongs to; "" where nothing can tell."""
    arch, mode = t.arch.disassembler
    try:
        import capstone
    except ImportError:
        return ""
    if not arch:
        return ""
    order = capstone.CS_MODE_BIG_ENDIAN if t.arch.model.order == ">" else 0
    modes = getattr(capstone, f"CS_MODE_{mode}", 0)
    try:
        machine = capstone.Cs(getattr(capstone, f"CS_ARCH_{arch}"), modes | order)
        machine.detail = True
        insn = next(machine.disasm(code, pc, 1), None)
    except (capstone.CsError, AttributeError):
        return ""
    if insn is None or not insn.id:  # m68k: data that are no instruction
        return ""
    groups = [insn.group_name(number) for number in insn.groups]
    special = [g for g in groups if g and not g.lower().startswith(_GENERAL)]
    extension = f" ({', '.join(special).upper()})" if special else ""
    return f"{insn.mnemonic} {insn.op_str}".rstrip() + extension
