"""Instructions that the engine's translator gives up the whole process for.

Where the engine meets what it takes for impossible it calls abort(3), often at an instruction that
is only reserved. The library calls the C library through a table, and two kinds of its entries are
replaced: abort() leaves the translator as it leaves itself when code can't be fetched, and nothing
is printed. The block may have begun before the instruction. So the blocks from there on are made
anew with one instruction each: the one that can't be translated alone is illegal.

Done in the library that is known here; in any other abort() remains what it is.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, c_uint64, c_void_p

from . import host, stubs
from .cpu import Illegal
from .engine_numbers import CPU_OFFSETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import CDLL, _CFunctionType

    from .cpu import Trap
    from .engine_handle import Handle

    Start = Callable[[int, int], Trap | None]

_HOST = "x86_64"
# From uc_open: where the library calls abort, printf and fprintf, and the entry that each jumps by.
_CALLS = {-0x18510: 0x10DFD08, -0x1FA50: 0x10DC268, -0xA9B0: 0x10E6AB8}
_JUMP = b"\xff\x25"  # jmp [rip + ...]
_OWNER = bytes.fromhex("534889fb488bbf")  # push rbx; mov rbx, rdi; mov rdi, [rdi + ...]: the handle
_LONGEST = 16  # bytes: no instruction is longer
_BLOCK = 512  # instructions: no block has more

SOURCE = {  # `CODE` was assembled from it
    "abort": """
        and rsp, -16
        movabs rax, 0x1122334455667788
        call rax
        test rax, rax
        je unknown
        mov rdi, qword ptr [rax]
        call qword ptr [rax + 8]
    unknown:
        movabs rax, 0x1122334455667799
        call rax
    """,
    "print": """
        xor eax, eax
        ret
    """,
}
CODE = {
    "abort": bytes.fromhex(
        "4883e4f048b88877665544332211ffd04885c07406488b38ff500848b89977665544332211ffd0"
    ),
    "print": bytes.fromhex("31c0c3"),
}
_CALL, _ABORT = 0x1122334455667788, 0x1122334455667799

running: list[Handle | None] = [None]  # the engine that executes a guest
_kept: list[_CFunctionType] = []  # what the entry of abort() leads to
_way_out = (c_uint64 * 2)()  # the CPU state, and the function that leaves the translator with it


def survive(library: CDLL) -> None:
    """Replace the library's entries of abort() and of what prints, if it is the one known here."""
    if _kept or os.uname().machine != _HOST:
        return
    start = ctypes.cast(library.uc_open, c_void_p).value or 0
    for call, entry in _CALLS.items():
        jump = _JUMP + (entry - call - 6).to_bytes(4, "little")
        if not host.backed(start + call & -host.PAGE) or ctypes.string_at(start + call, 6) != jump:
            return
    function = CFUNCTYPE(c_void_p)(_leave)
    code = CODE["abort"]
    aborts = ctypes.cast(ctypes.CDLL(None).abort, c_void_p).value or 0
    for word, value in ((_CALL, ctypes.cast(function, c_void_p).value or 0), (_ABORT, aborts)):
        code = code.replace(word.to_bytes(8, "little"), value.to_bytes(8, "little"))
    places = stubs.place({**CODE, "abort": code})
    if places is None:
        return
    _kept.append(function)
    for entry, name in zip(_CALLS.values(), ("abort", "print", "print"), strict=True):
        c_uint64.from_address(start + entry).value = places[name]


def _leave() -> int | None:
    """In abort(): the address of `_way_out`, and the handle knows; None where there is none."""
    handle = running[0]
    if handle is None:
        return None
    target = handle.arch.engine.target
    leave = handle.function(f"cpu_loop_exit_noexc_{target}")
    place = handle.function(f"cpu_loop_exit_{target}")
    if not leave or not place or ctypes.string_at(place, len(_OWNER)) != _OWNER:
        return None
    distance = int.from_bytes(ctypes.string_at(place + len(_OWNER), 4), "little")
    for field in CPU_OFFSETS:
        state = c_uint64.from_address(handle.address + field).value
        if state % 8 or not host.backed(state + distance & -host.PAGE):
            continue
        if c_uint64.from_address(state + distance).value == handle.address:
            _way_out[0], _way_out[1] = state, leave
            handle.aborted = True
            handle.library.uc_emu_stop(handle.pointer)
            return ctypes.addressof(_way_out)
    return None


def settle(handle: Handle, start: Start, over: Callable[[], bool]) -> Trap | None:
    """Run on where the translator gave up, up to the instruction that it did so for.

    `start(pc, 0)` runs the engine; None is returned when `over()` tells that it shall not run on,
    and when the rest of the block must have been left behind.
    """
    trap = None
    for _ in range(_BLOCK):
        if over():
            break
        handle.aborted = False
        pc = handle.api.read(handle.arch.registers.pc)
        handle.set_exits(range(pc + 1, pc + _LONGEST + 1))
        trap = start(pc, 0)
        if handle.aborted:
            trap = Illegal()
        if trap is not None:
            break
    handle.aborted = False
    handle.set_exits(())
    return trap


def approach(handle: Handle, start: Start, over: Callable[[], bool], refused: int) -> Trap | None:
    """Run up to a page that can't be fetched.

    Translating a block may run into that page although instructions before it are still to be
    executed; with an exit at each following address they are translated one by one.
    """
    page, trap = refused & -host.PAGE, None
    while trap is None:
        pc = handle.api.read(handle.arch.registers.pc)
        if not page - host.PAGE <= pc < page or over():
            break
        handle.set_exits(range(pc + 1, min(pc + _LONGEST, page) + 1))
        trap = start(pc, 0)
    handle.set_exits(())
    return trap
