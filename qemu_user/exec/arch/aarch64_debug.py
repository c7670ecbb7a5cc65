"""Hardware breakpoints and watchpoints of AArch64 for ptrace(2): struct user_hwdebug_state.

How control words are made is in the Arm ARM, DBGBCR<n>_EL1 and DBGWCR<n>_EL1. Loads can't be
watched here: EINVAL.
"""

from __future__ import annotations

from errno import EINVAL, ENOSPC

from ..abi.layout import U32, U64, Array, CStruct
from ..errors import LinuxError
from .aarch64 import ARCH
from .regsets import RegisterSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_SLOTS = 4  # of each kind
_ROOM = 16  # in the structure
_INFO = 6 << 8 | _SLOTS  # debug architecture: that of Armv8
_ENABLED = 1
_STORE = 2
_ADDRESS_LIMIT = 1 << 48
DEBUG_WORDS = 4 * _SLOTS  # address and control word of each: breakpoints, then watchpoints
TRAPS_BEFORE = True  # a store that is watched: nothing of it is done yet


class DebugRegister(CStruct):
    """An element of dbg_regs."""

    addr: U64
    ctrl: U32
    pad: U32


class UserHwdebugState(CStruct):
    """struct user_hwdebug_state."""

    dbg_info: U32
    pad: U32
    dbg_regs: tuple[DebugRegister, ...] = Array(DebugRegister, _ROOM)


def watched(words: list[int]) -> list[tuple[int, int, int]]:
    """(number, address, bytes) that is enabled, 0 bytes for execution; EINVAL for loads."""
    found = []
    for n in range(2 * _SLOTS):
        addr, ctrl = words[2 * n : 2 * n + 2]
        if not ctrl & _ENABLED:
            continue
        kind, select = ctrl >> 3 & 3, ctrl >> 5 & 0xFF
        if addr >= _ADDRESS_LIMIT:
            raise LinuxError(EINVAL)
        if n < _SLOTS:
            if kind or addr & 3:
                raise LinuxError(EINVAL)
            found.append((n, addr, 0))
        else:
            first = (select & -select).bit_length() - 1
            size = select.bit_count()
            if kind != _STORE or addr & 7 or select != (1 << size) - 1 << max(first, 0) or not size:
                raise LinuxError(EINVAL)
            found.append((n, addr + first, size))
    return found


def hit(_: list[int], _number: int) -> None:
    """Nothing notes which one it was: si_addr tells."""


def repeatable(insn: int) -> bool:
    """Whether it stores the same once more; a store-exclusive fails when it is not the first."""
    return insn & 0x3FC00000 != 0x08000000


def _set_of(first: int) -> RegisterSet:
    """The registers whose words begin at `first`."""

    def read(t: Thread, _: int) -> bytes:
        watch = t.traced.watch if t.traced is not None else None
        words = watch.words if watch is not None else [0] * DEBUG_WORDS
        registers = [
            DebugRegister(addr=words[n], ctrl=words[n + 1])
            for n in range(first, first + 2 * _SLOTS, 2)
        ]
        registers += [DebugRegister()] * (_ROOM - _SLOTS)
        return UserHwdebugState(dbg_info=_INFO, dbg_regs=tuple(registers)).pack(ARCH.model)

    def write(t: Thread, data: bytes) -> None:
        registers = UserHwdebugState.unpack(ARCH.model, data).dbg_regs
        if any(register.ctrl & _ENABLED for register in registers[_SLOTS:]):
            raise LinuxError(ENOSPC)
        if t.traced is not None:
            watch = t.traced.debug_registers()
            words = list(watch.words)
            for n, register in enumerate(registers[:_SLOTS]):
                words[first + 2 * n : first + 2 * n + 2] = register.addr, register.ctrl
            watch.set(words)

    return RegisterSet(read, write, 4)


BREAKPOINTS = _set_of(0)
WATCHPOINTS = _set_of(2 * _SLOTS)
