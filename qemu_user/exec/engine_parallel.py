"""What the engine's library needs before its atomic operations can be trusted.

In the library as it is distributed the exchange is a load and a store, unlike all others; and an
atomic operation on an unaligned address starts over for ever, since nobody executes it with the
other processors stopped. Both are functions with names, a few bytes of which are replaced in this
process's memory if they are exactly those expected. Anything else means that it can't be done.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import c_uint32, c_uint64

from . import host, stubs
from .engine_numbers import CPU_OFFSETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle

_HEAD = 0x40  # bytes at its start that are looked through
_NONE = 0xFFFFFFFF  # the field's value when nothing is asked for
_FUNCTION = 48  # bytes: longer than what is looked for and before it

# What the exchange does once the address is known -> the same as one operation. By operand:
# "l_le" are 4 bytes, little-endian.
EXCHANGES = {
    "b": ("0fb6108818", "86180fb6d3"),  # movzx edx, [rax]; mov [rax], bl
    "w_le": ("0fb710668918", "6687180fb7d3"),
    "w_be": ("0fb70066c1ca0866c1c808668911", "66c1ca086687110fb7c266c1c808"),
    "l_le": ("448b008918", "87184189d8"),
    "l_be": ("8b108918", "871889da"),
    "q_le": ("4c8b00488918", "4887184989d8"),
    "q_be": ("488b10488918", "4887184889da"),
}
_MOVE_EXCEPTION = bytes.fromhex("4883ec08c787")  # sub rsp, 8; mov [rdi + ...],
_ATOMIC = (0x10005).to_bytes(4, "little")  # the exception; a call follows
_PADDING = (b"\x66", b"\x0f", b"\x90", b"\xcc")  # how what fills up a function begins


def prepare(handle: Handle, field: Field | None) -> c_uint32 | None:
    """Make atomic operations right; the field for the next block, or None if it can't be done."""
    if os.uname().machine != stubs.HOST_OF_EXCHANGES:
        return None
    from .engine_atomics import mend

    target = handle.arch.engine.target
    if field is None or not _mend_unaligned(handle, target, field.offset):
        return None
    for operand, (old, new) in EXCHANGES.items():
        place = handle.function(f"helper_atomic_xchg{operand}_{target}")
        if place is None or not _replace(place, bytes.fromhex(old), bytes.fromhex(new)):
            return None
    return c_uint32.from_address(field.address) if mend(handle, target) else None


class Field:
    """A word at `address`, `offset` bytes into the engine's CPU state."""

    def __init__(self, state: int, offset: int) -> None:
        self.address = state + offset
        self.offset = offset


def find_field(handle: Handle) -> Field | None:
    """The word near the CPU state's start that a run resets; it must be the only one.

    Nothing must be fetchable.
    """
    pc = handle.api.read(handle.arch.registers.pc)
    before = handle.new_context()  # starting may change more than PC
    unsaved = {name: handle.api.read(name) for name in handle.arch.engine.unsaved}
    found = []
    for place in CPU_OFFSETS:
        state = c_uint64.from_address(handle.address + place).value
        if state % 8 or not host.backed(state & -host.PAGE):
            continue
        for offset in range(0, _HEAD, 4):
            word = c_uint32.from_address(state + offset)
            if word.value == _NONE:
                word.value = stubs.PARALLEL
                handle.start(pc)
                if word.value == _NONE:
                    found.append(Field(state, offset))
                word.value = _NONE
    handle.library.uc_context_restore(handle.pointer, before)
    handle.library.uc_context_free(before)
    for name, value in unsaved.items():
        handle.api.write(name, value)
    return found[0] if len(found) == 1 else None


def _mend_unaligned(handle: Handle, target: str, offset: int) -> bool:
    """Have an instruction that gives up for its alignment executed once, not atomically."""
    place = handle.function(f"cpu_loop_exit_atomic_{target}")
    if place is None:
        return False
    code = ctypes.string_at(place, _FUNCTION)
    single = bytes((0xC7, 0x47, offset, 1, 0, 0, 0))  # mov dword [rdi + offset], 1
    if code[4:11] == single:
        return True
    head, call, rest = code[:14], code[14:19], code[19:26]
    if not head.startswith(_MOVE_EXCEPTION) or head[10:] != _ATOMIC or call[0] != 0xE8:
        return False
    if not rest.startswith(_PADDING):
        return False
    distance = int.from_bytes(call[1:], "little", signed=True) - len(single)
    jump = call[:1] + distance.to_bytes(4, "little", signed=True)
    return _replace(place, code[:26], head[:4] + single + head[4:] + jump)


def _replace(place: int, old: bytes, new: bytes) -> bool:
    """Replace machine code in the function at `place`; true if it is there afterwards."""
    code = ctypes.string_at(place, _FUNCTION)
    at = code.find(old)
    if at < 0:
        return new in code
    return host.overwrite([(place + at, new)])
