"""Register windows, which memory backs: what a kernel's trap handlers do about them.

The engine reports exceptions after it has moved PC, except to a function of its own that decides
whether an exception stops it. That function is replaced: machine code answers window traps, as long
as the stack may be accessed, and everything else is seen with PC and the PC after it as they are.
"""

from __future__ import annotations

import ctypes
import os
import struct
from ctypes import CFUNCTYPE, c_bool, c_int, c_uint64, c_void_p

from . import host, stubs
from .arch.windows import CODE, WRONG_SPACES, YES
from .cpu import READ, WRITE, Fault
from .engine_exact import machine_code
from .engine_handle import HOOK_INVALID, PAGE
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .cpu import Trap
    from .engine_handle import Handle
    from .unicorn_cpu import UnicornCpu

_SIZE = 0x2000  # bytes of the CPU state that are looked at
_MASK, _LOW = (1 << 64) - 1, (1 << 32) - 1
_WIDE, _SHORT = struct.Struct(">16Q"), struct.Struct(">16I")  # locals and ins of a window
_STOPS = bytes.fromhex("83fe10 0f94c0 c3")  # return number == 0x10
_ASSERTS = bytes.fromhex("31d2be")  # edx = 0; esi = a line of the engine's source
_RAISES = bytes.fromhex("4c89c2be32000000")  # rdx = r8; esi = 0x32
_RETURN = bytes.fromhex("4c8b442448")  # r8 = where the translated code goes on
_FLUSH, _MISS, _MISALIGNED = 0x103, 0x68, 0x34  # traps beside those of windows
_FLAGS = 1  # the flags are where they are, not to be computed
_BIG_PAGE = 8192
_VALID, _ATTRIBUTES = 1 << 63, 0x72  # of an entry of the processor's page tables
_NO_FAULT = (0x82, 0x83, 0x8A, 0x8B)  # address spaces


class Windows:
    """The windows of one engine.

    `place` are the host addresses of the guest's memory and of the permission table, and the
    entries in it. `call(engine, number, data)` is for all exceptions but those of windows; at a
    system call's PC is behind the instruction. `fail` and `end` end the run, with an error of ours
    or a trap.
    """

    def __init__(
        self,
        handle: Handle,
        place: tuple[int, int, int],
        call: Callable[[int, int, int], None],
        fail: Callable[[BaseException], None],
        end: Callable[[Trap], None],
    ) -> None:
        self._memory, self._perms, self._pages = place
        self._handle, self._call, self._fail, self._end = handle, call, fail, end
        engine = handle.arch.engine
        assert engine.windows is not None
        self._at, self._syscall = engine.windows, engine.syscall[1]
        state = handle.api.fields["state"].address
        self._bytes = memoryview((ctypes.c_char * _SIZE).from_address(state)).cast("B")
        self._long, self._int = self._bytes.cast("Q"), self._bytes.cast("I")
        self._count = self._int[self._at["nwindows"] // 4]
        ask = CFUNCTYPE(c_bool, c_void_p, c_int)(self._taken)
        asked = ctypes.cast(ask, c_void_p).value or 0
        self._block = (c_uint64 * 9)(0, asked, state, *place, 0, 0, self._syscall)
        self._code = machine_code(CODE, self._block)
        self._ask = ask
        self._entries = 0
        self._start, self._flush_tlb = handle.start, handle.flush_tlb
        self._replace(handle)

    def _replace(self, handle: Handle) -> None:
        field = c_uint64.from_address(handle.address + self._at["stop_interrupt"])
        if (
            os.uname().machine != stubs.HOST_OF_EXCHANGES
            or ctypes.string_at(field.value, 7) != _STOPS
        ):
            raise EngineError("register windows need the engine that is pinned")
        field.value = code = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        handle.hook(HOOK_INVALID, c_void_p(code + YES))
        for name, at, raises in WRONG_SPACES:
            _refuse(handle.function(name) or 0, at, raises)

    def answer_natively(self, code: int, words: int) -> int:
        """Have `code` make system calls, which reads `words`; where it goes if it does not."""
        self._block[6], self._block[7] = code, words
        return ctypes.addressof(ctypes.c_char.from_buffer(self._code)) + YES

    def flush_tlb(self) -> None:
        """As the engine's, and the processor's own table."""
        if self._entries:
            self._entries, first = 0, self._at["dtlb"] // 8
            for entry in range(first, first + 128):
                self._long[entry] = 0
        self._flush_tlb()

    def start(self, pc: int, count: int = 0) -> int:
        """As the engine's; the PC after this one stays if it belongs to it: behind a branch."""
        long, at = self._long, self._at
        npc, delayed = at["npc"] // 8, at["delayed"] // 8
        self._block[0] = long[npc] | 1 if long[delayed] == pc else 0
        error = self._start(pc, count)
        now = long[at["pc"] // 8]
        long[delayed] = now if long[npc] != now + 4 else 0
        return error

    def _taken(self, _engine: int, number: int) -> bool:
        try:
            self._take(number)
        except BaseException as error:
            self._fail(error)
        return True

    def _take(self, number: int) -> None:
        if 0x80 <= number < 0xC0:
            self._spill()
        elif 0xC0 <= number < 0x100:
            self._fill()
        elif number == _FLUSH:
            if self._flush():
                self._advance()
        elif number == _MISS and (self._translate() or self._without_fault()):
            pass
        elif number == self._syscall:
            self._advance()
            self._no_flags()
            self._call(0, number, 0)
        else:
            self._call(0, number, 0)

    def _no_flags(self) -> None:
        """None is set, and there are operands of which `_FLAGS` | 2, an addition, makes a carry."""
        long, at = self._long, self._at
        long[at["cc_src"] // 8], long[at["cc_src2"] // 8], long[at["cc_dst"] // 8] = _MASK, 2, 1
        self._bytes[at["cc_op"]] = _FLAGS
        self._int[at["xcc"] // 4] = self._int[at["icc"] // 4] = 0

    def _advance(self) -> None:
        long, at = self._long, self._at
        pc, npc = at["pc"] // 8, at["npc"] // 8
        long[pc], long[npc] = long[npc], long[npc] + 4 & _MASK

    def _translate(self) -> bool:
        """Loads that shall not fault ask the processor's own page tables; whether it was one."""
        page = self._long[self._at["miss"] // 8] & -_BIG_PAGE
        if not self._allowed(page, READ):
            return False
        self._entries += 1
        entry = self._at["dtlb"] // 8 + self._entries % 64 * 2
        self._long[entry], self._long[entry + 1] = page, _VALID | page | _ATTRIBUTES
        return True

    def _without_fault(self) -> bool:
        """Such a load gives 0 where nothing may be read; whether it is one."""
        pc = self._long[self._at["pc"] // 8]
        code = int.from_bytes(ctypes.string_at(self._memory + pc, 4), "big")
        if code >> 30 != 3 or code >> 23 & 3 != 1 or code >> 21 & 1:
            return False
        space = self._int[self._at["asi"] // 4] if code >> 13 & 1 else code >> 5 & 0xFF
        if space & 0xFF not in _NO_FAULT:
            return False
        number = code >> 25 & 31
        if number:
            current = self._at["regs"] // 8 + 16 * self._get("cwp") - 8
            self._long[number if number < 8 else current + number] = 0
        self._advance()
        return True

    def _allowed(self, addr: int, access: int) -> bool:
        page = addr // PAGE
        if page >= self._pages:
            return False
        return bool(ctypes.c_uint8.from_address(self._perms + page).value & access)

    def _get(self, name: str) -> int:
        return self._int[self._at[name] // 4]

    def _add(self, name: str, value: int) -> None:
        self._int[self._at[name] // 4] += value

    def _registers(self, window: int) -> list[int]:
        """Where the locals and ins of a window are; those of the last are the outs of the first."""
        first = self._at["regs"] // 8
        ins = first + 16 * window + 16
        if window == self._count - 1 and self._get("cwp") != window:
            ins = first
        return [*range(first + 16 * window + 8, first + 16 * window + 16), *range(ins, ins + 8)]

    def _stack_of(self, window: int) -> tuple[int, struct.Struct]:
        """Where a window is to be saved, and how: %o6 has a bias if it takes 64 bits."""
        first = self._at["regs"] // 8
        outs = first + 16 * window
        if window == 0 and self._get("cwp") == self._count - 1:
            outs = first + 16 * self._count
        sp = self._long[outs + 6]
        return (sp + 2047 & _MASK, _WIDE) if sp & 1 else (sp & _LOW, _SHORT)

    def _may(self, addr: int, size: int, access: int) -> bool:
        """Whether `size` bytes at `addr` may be accessed; if not the run ends."""
        if addr & 7:
            self._call(0, _MISALIGNED, 0)
            return False
        for at in (addr, addr + size - 1 & -8):
            if not self._allowed(at, access):
                self._end(Fault(at, access))
                return False
        return True

    def _store(self, window: int) -> bool:
        at, shape = self._stack_of(window)
        if not self._may(at, shape.size, WRITE):
            return False
        long, mask = self._long, _MASK if shape is _WIDE else _LOW
        data = shape.pack(*[long[place] & mask for place in self._registers(window)])
        ctypes.memmove(self._memory + at, data, shape.size)
        return True

    def _load(self, window: int) -> bool:
        """Take the locals and ins of a window from its stack; False: it may not be read."""
        at, shape = self._stack_of(window)
        if not self._may(at, shape.size, READ):
            return False
        words = shape.unpack(ctypes.string_at(self._memory + at, shape.size))
        for place, word in zip(self._registers(window), words, strict=True):
            self._long[place] = word
        return True

    def _spill(self) -> bool:
        oldest = (self._get("cwp") - self._get("cansave") - 2) % self._count
        if not self._store(oldest):
            return False
        self._add("cansave", 1)
        self._add("canrestore", -1)
        return True

    def _fill(self) -> None:
        if self._load((self._get("cwp") + 1) % self._count):
            self._add("canrestore", 1)
            self._add("cansave", -1)

    def _flush(self) -> bool:
        """Store all windows but the current one; False where a stack may not be written."""
        while self._get("canrestore"):
            if not self._spill():
                return False
        return True

    def current(self) -> tuple[int, tuple[int, ...]]:
        """Where the current window's place on the stack is, and its locals and ins."""
        window = self._get("cwp")
        return self._stack_of(window)[0], tuple(self._long[at] for at in self._registers(window))

    def take_out(self) -> list[tuple[int, tuple[int, ...]]]:
        """The same of all other windows, the oldest first; they are in memory from now on."""
        found, count = [], self._get("canrestore")
        for distance in range(count, 0, -1):
            window = (self._get("cwp") + distance) % self._count
            words = tuple(self._long[at] for at in self._registers(window))
            found.append((self._stack_of(window)[0], words))
        self._add("cansave", count)
        self._add("canrestore", -count)
        return found

    def put(self, words: Sequence[int]) -> None:
        """Set the locals and ins of the current window."""
        for place, word in zip(self._registers(self._get("cwp")), words, strict=True):
            self._long[place] = word


def _refuse(function: int, at: int, raises: int) -> None:
    """Have the function go where it raises an exception instead of ending the process."""
    jump = _RETURN + b"\xe9" + (raises - at - 10).to_bytes(4, "little", signed=True)
    code = ctypes.string_at(function + at, len(_ASSERTS)) if function else b""
    if code == _ASSERTS and ctypes.string_at(function + raises, len(_RAISES)) == _RAISES:
        host.overwrite([(function + at, jump)])


def attach(cpu: UnicornCpu, handle: Handle, call: Callable[[int, int, int], None]) -> Windows:
    """Give `cpu` its windows; `call` is for other exceptions."""

    def end(trap: Trap) -> None:
        cpu._trap = trap  # noqa: SLF001
        cpu._stop()  # noqa: SLF001

    place = handle.arena, cpu._perms, cpu._pages  # noqa: SLF001
    cpu.windows = windows = Windows(handle, place, call, cpu._fail, end)  # noqa: SLF001
    handle.start = windows.start  # type: ignore[method-assign]
    handle.flush_tlb = windows.flush_tlb  # type: ignore[method-assign]
    return windows
