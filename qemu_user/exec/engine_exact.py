"""Exceptions at the instruction that caused them, on engines that forget where it was.

Some of the engine's processors set PC to where the last system call returned before anybody is told
of an exception. Earlier the engine asks a function of its own whether the exception ends the run; a
function here answers that all do but the system call, and keeps the number. PC is exact then.

Such a processor may also have stopped in the slot behind a branch: Linux shows the branch.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from ctypes import c_bool, c_int, c_uint64, c_void_p

from . import host
from .cpu import Limit
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import _CFunctionType

    from .cpu import Cpu, Trap
    from .engine_handle import Handle

# Where the handle has the CPU state's address, and where that function's, as seen so far
_PLACES = {0x1A8: 0xD0, 0x1B8: 0xE0}
_BLOCK = 0x1122334455667788  # stands for the address of the two words: number, system call's number
_UNKNOWN = 1 << 40
_INTERNAL = 0x10000  # numbers from here on are the engine's own affairs
SOURCE = {  # (engine, number) -> whether to stop
    "x86_64": """
        movabs rax, 0x1122334455667788
        mov qword ptr [rax], rsi
        cmp esi, 0x10000
        jae other
        cmp esi, dword ptr [rax + 8]
        setne al
        ret
    other:
        xor eax, eax
        ret
    """,
    "aarch64": """
        ldr x9, 48
        str x1, [x9]
        lsr w10, w1, #16
        cbnz w10, other
        ldr w10, [x9, #8]
        cmp w1, w10
        cset w0, ne
        ret
    other:
        mov w0, #0
        ret
        nop
        nop
        .quad 0x1122334455667788
    """,
}
CODE = {
    "x86_64": bytes.fromhex("48b8887766554433221148893081fe0000010073073b70080f95c0c331c0c3"),
    "aarch64": bytes.fromhex(
        "89010058210100f92a7c1053aa0000352a0940b93f000a6be0079f1ac0035fd6"
        "00008052c0035fd61f2003d51f2003d58877665544332211"
    ),
}


class Exact:
    """What tells exceptions of one engine; EngineError where that can't be had."""

    def __init__(self, cpu: Cpu, handle: Handle, native: bool) -> None:
        self._cpu = cpu
        if handle.arch.engine.tables:
            translate_nothing(handle)
        self._block = (c_uint64 * 2)(_UNKNOWN, handle.arch.engine.syscall[1])
        code = CODE.get(os.uname().machine) if native else None
        self._kept: mmap.mmap | _CFunctionType
        self._kept = machine_code(code, self._block) if code else self._callback()
        field = c_uint64.from_address(handle.address + _place(handle))
        if field.value:
            raise EngineError(_WHY)
        if isinstance(self._kept, mmap.mmap):
            field.value = ctypes.addressof(ctypes.c_char.from_buffer(self._kept))
        else:
            field.value = ctypes.cast(self._kept, c_void_p).value or 0
        handle.start(0)  # nothing can be fetched yet; the function is asked all the same
        if self._block[0] == _UNKNOWN:
            raise EngineError(_WHY)

    @property
    def number(self) -> int:
        """Which exception ended the last run, if one did."""
        return self._block[0]

    def settle(self, trap: Trap, step: Callable[[int], Trap]) -> Trap:
        """Leave the slot behind a branch: PC is that of the branch; `step` does both together."""
        name, bits, size = self._cpu.arch.engine.slot  # type: ignore[misc]
        while type(trap) is Limit and self._cpu.read(name) & bits:
            trap = step(1)
        state = self._cpu.read(name)
        if state & bits:
            pc = self._cpu.arch.registers.pc
            self._cpu.write(name, state & ~bits)
            self._cpu.write(pc, self._cpu.read(pc) - size)
        return trap

    def _callback(self) -> _CFunctionType:
        block = self._block

        def stops(_engine: int, number: int) -> bool:
            block[0] = number & 0xFFFFFFFF
            return block[0] < _INTERNAL and number != block[1]

        return ctypes.CFUNCTYPE(c_bool, c_void_p, c_int)(stops)


def translate_nothing(handle: Handle) -> None:
    """Addresses are physical for those instructions that ask the processor's own tables."""
    name, at, old, new = handle.arch.engine.tables  # type: ignore[misc]
    functions = []
    for function in (old, new):
        found = getattr(handle.library, f"{function}_{handle.arch.engine.target}", None)
        functions.append(ctypes.cast(found, c_void_p).value if found else None)
    tables = handle.api.fields[name].get()
    field = c_uint64.from_address(tables + at) if tables else c_uint64()
    if None in functions or field.value != functions[0]:
        raise EngineError("the processor's address tables were not found")
    field.value = functions[1] or 0


def _place(handle: Handle) -> int:
    for state, place in _PLACES.items():
        address = c_uint64.from_address(handle.address + state).value
        if address % 8 == 0 and 0x10000 < address < 1 << 47 and host.backed(address & -host.PAGE):
            return place
    raise EngineError(_WHY)


def machine_code(code: bytes, block: ctypes.Array[c_uint64]) -> mmap.mmap:
    """A page with `code`, in which the address of `block` takes the place of its stand-in."""
    address = ctypes.addressof(block).to_bytes(8, "little")
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    page[: len(code)] = code.replace(_BLOCK.to_bytes(8, "little"), address)
    where = c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    executable = mmap.PROT_READ | mmap.PROT_EXEC
    if ctypes.CDLL(None).mprotect(where, ctypes.c_size_t(mmap.PAGESIZE), executable):
        raise EngineError("this host forbids machine code of one's own")
    return page


_WHY = "where this engine's exceptions happen can't be told"
