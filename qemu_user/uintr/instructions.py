"""UIRET, TESTUI, CLUI, STUI and SENDUIPI: how they are encoded and what they do (SDM volume 2)."""

from __future__ import annotations

from .delivery import GENERAL_PROTECTION, canonical, read_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from .state import UserInterrupts

UIRET, TESTUI, CLUI, STUI = range(0xEC, 0xF0)  # the last byte of F3 0F 01 /r
SENDUIPI = 0x100  # plus the register's number

_LEGACY_PREFIXES = frozenset((0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF2, 0xF3))
_MAX_LENGTH = 15
_REMEMBERED = 4096  # decoded instructions
_REGISTERS = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *(f"r{n}" for n in range(8, 16)),
)
_CF, _PF, _AF, _ZF, _SF, _OF = 1, 4, 0x10, 0x40, 0x80, 0x800
_FROM_STACK = 0x254DD5  # CF PF AF ZF SF TF DF OF NT RF AC ID: what UIRET takes of the saved RFLAGS


def decode(code: bytes) -> tuple[int, int] | None:
    """(operation, length in bytes) of the instruction at the start of `code`, None if not ours.

    F3 selects the operation whatever else precedes it, as long as no later F2 does. A REX prefix
    counts only right before the opcode. A LOCK prefix makes all five undefined.
    """
    at, rex, repeat = 0, 0, 0
    end = min(len(code), _MAX_LENGTH)
    while at < end:
        byte = code[at]
        if byte in _LEGACY_PREFIXES:
            rex = 0
            if byte >= 0xF2:
                repeat = byte
        elif byte & 0xF0 == 0x40:
            rex = byte
        else:
            break
        at += 1
    if at + 3 > end or repeat != 0xF3 or code[at] != 0x0F:
        return None
    opcode, last = code[at + 1], code[at + 2]
    if opcode == 0x01 and UIRET <= last <= STUI:
        return last, at + 3
    if opcode == 0xC7 and last & 0xF8 == 0xF0:
        return SENDUIPI + (last & 7) + (rex & 1) * 8, at + 3
    return None


def executor(interrupts: UserInterrupts) -> Callable[[Thread, bytes], int | None]:
    """`Extension.execute` for one process; None makes it SIGILL."""
    known: dict[bytes, tuple[int, int] | None] = {}

    def execute(t: Thread, code: bytes) -> int | None:
        try:
            found = known[code]
        except KeyError:
            if len(known) > _REMEMBERED:
                known.clear()
            found = known[code] = decode(code)
        if found is None:
            return None
        operation, length = found
        if operation < SENDUIPI:
            return _SIMPLE[operation](interrupts, t, length)
        index = t.cpu.read(_REGISTERS[operation - SENDUIPI])
        return length if _senduipi(interrupts, t, index) else _refused(interrupts, t)

    return execute


def _testui(interrupts: UserInterrupts, t: Thread, length: int) -> int:
    flags = t.cpu.read("eflags") & ~(_CF | _PF | _AF | _ZF | _SF | _OF)
    t.cpu.write("eflags", flags | _CF if interrupts.receiver(t).uif else flags)
    return length


def _clui(interrupts: UserInterrupts, t: Thread, length: int) -> int:
    interrupts.receiver(t).uif = False
    return length


def _stui(interrupts: UserInterrupts, t: Thread, length: int) -> int:
    receiver = interrupts.receiver(t)
    receiver.uif = True
    if receiver.timer is not None:
        receiver.timer()  # the host thread that watches it may be late
    return length


def _uiret(interrupts: UserInterrupts, t: Thread, _length: int) -> int:
    cpu = t.cpu
    rsp = cpu.read("rsp")
    words = read_words(t, rsp, 3)
    if words is None:
        return 0
    rip, flags, new_rsp = words
    if not canonical(rip):
        t.process.trap(t, GENERAL_PROTECTION)
        return 0
    old = cpu.read("eflags")
    if (old ^ flags) & _FROM_STACK:
        cpu.write("eflags", old & ~_FROM_STACK | flags & _FROM_STACK)
    cpu.write("rsp", new_rsp)
    cpu.write("rip", rip)
    interrupts.receiver(t).uif = True
    if interrupts.trace is not None:
        interrupts.trace(f"[{t.tid}] uiret: to {rip:#x}")
    return 0


_SIMPLE: dict[int, Callable[[UserInterrupts, Thread, int], int]] = {
    UIRET: _uiret,
    TESTUI: _testui,
    CLUI: _clui,
    STUI: _stui,
}


def _senduipi(interrupts: UserInterrupts, t: Thread, index: int) -> bool:
    """Post by the table's entry; False when there is no such entry or no table."""
    table = interrupts.table(t)
    target = table.target(index) if table is not None else None
    if target is None or (
        interrupts.generation.thread_tables and not interrupts.still_named(t, target, index)
    ):
        return False
    interrupts.post(t, target)
    return True


def _refused(interrupts: UserInterrupts, t: Thread) -> int | None:
    """#UD without a table, #GP without an entry."""
    if interrupts.table(t) is None:
        return None
    t.process.trap(t, GENERAL_PROTECTION)
    return 0
