"""The CPU contract on Unicorn's C library."""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, c_int, c_uint64, c_void_p

from . import stubs
from .cpu import EXEC, READ, WRITE, Context, Fault, Illegal, Interrupted, Limit, Raised, Syscall
from .engine_abort import approach, settle
from .engine_calls import NativeCalls
from .engine_handle import HOOK_BLOCK, HOOK_INSN, PAGE, Handle
from .engine_library import library_path, open_library
from .engine_lookup import Lookup, exact_of
from .engine_state import PendingException, find_view, registers_of, saver
from .engine_tlb import TlbGrowth
from .engine_watch import Watchers
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .arch import Arch
    from .cpu import Identity, RegisterBank, Trap
    from .engine_blocks import NativeBlocks

_INSN_INVALID, _FETCH_REFUSED = 10, 21
_ACCESS = {16: READ, 17: WRITE, 18: EXEC}
_SLICE = 1 << 20  # instructions between looks at the flag on a host without stubs
_LOW_HALF, _HIGH_HALF = 1 << 47, (1 << 64) - (1 << 47)  # canonical addresses end and begin again
_IDLE = 4  # starts without effect
_DISCARD_ALL = 1 << 28  # from this size on, forgetting everything is cheaper

_SYSCALL, _INTERRUPTED, _LIMIT, _ILLEGAL = Syscall(), Interrupted(), Limit(), Illegal()


class UnicornContext(Context):
    """The engine's own copy of all registers, floating point and thread pointer included."""

    __slots__ = ("_free", "unsaved")
    unsaved: Sequence[int]  # values of the registers that the engine leaves out

    def __init__(self, pointer: c_void_p, free: Callable[[c_void_p], object]) -> None:
        self.pointer = pointer
        self._free = free

    def __del__(self) -> None:
        self._free(self.pointer)


class UnicornCpu:
    """One engine over one arena (see `cpu.Cpu`).

    `arena` is the host address of guest address 0, `perms` that of the table with one byte of
    READ, WRITE, EXEC bits for each 4096-byte page. `native` and `view` ask for callbacks in
    machine code and registers in place; where they can't be had the slow way is taken.
    """

    def __init__(
        self,
        arch: Arch,
        arena: int,
        size: int,
        perms: int,
        *,
        native: bool = True,
        view: bool = True,
        path: str | None = None,
    ) -> None:
        self.arch = arch
        self.on_syscall: Callable[[], bool] = bool
        self._trap: Trap | None = None
        self._start_bit = arch.engine.start_bit
        self._raised = -1  # the number of the exception that ended the last run
        self._error: BaseException | None = None
        self._control = control = (c_uint64 * stubs.WORDS)()
        self._grows = memoryview(control).cast("B")[1:2]
        self._perms = control[stubs.PERMS] = perms
        self._pages = control[stubs.PAGES] = size // PAGE
        self._counter: c_void_p | None = None
        path = path or library_path()
        package = os.path.dirname(os.path.dirname(path))
        self._handle = handle = Handle(open_library(path), arch, package)
        handle.map_all(arena, size)
        self.windows: Any = None
        self._watchers = Watchers(handle, self._fail)
        self._tlb = TlbGrowth(self._control, handle.flush_tlb)
        self._api = handle.api
        self._view = find_view(self._api, handle.address, arch, view)
        self._index = self._view.index if self._view else {}
        self._words = self._view.words if self._view else memoryview(b"")
        self._lookup = Lookup(handle, control, native or bool(arch.engine.windows))
        self._request = self._lookup.request
        self._stubs, self.guard = self._lookup.stubs, self._lookup.guard
        self._slice = 0 if self._stubs else _SLICE
        self.calls = NativeCalls(handle, self._view, control, self._stubs is not None)
        self._add_exceptions()
        self._exact = exact_of(self, handle, native)
        self._fault_address = handle.find_fault_address()
        for name, value in (dict.fromkeys(registers_of(arch), 0) | {**arch.engine.start}).items():
            self.write(name, value)
        unsaved = arch.engine.unsaved
        self._unsaved = self.bank(*unsaved) if unsaved else None
        self._fresh = self.new_context()
        self._pending = PendingException(self._view) if self._view else None

    def close(self) -> None:
        """Give the engine's memory back; contexts stay, nothing else may be called."""
        self._handle.close()

    # Callbacks

    def _add_exceptions(self) -> None:
        engine, entered = self.arch.engine, self._on_entry()
        syscall = engine.syscall[1] if engine.syscall[0] == "intr" else -1
        skip, pc = engine.syscall_skip, self.arch.registers.pc

        def exception(_engine: int, number: int, _data: int) -> None:
            if number == syscall:
                if skip:
                    self.write(pc, self.read(pc) + skip)
                entered()
                return
            self._raised = number
            self._trap = _ILLEGAL if number in engine.illegal else Raised(number)
            self._stop()

        self.calls.hook(self, entered, exception)
        for instruction, number in engine.refused.items():
            refuse = CFUNCTYPE(None)(lambda number=number: exception(0, number, 0))
            self._handle.hook(HOOK_INSN, refuse, 0, c_int(instruction))

    def _on_entry(self) -> Callable[[], None]:
        keep = self._saver()
        stop = self._stop

        def entered() -> None:
            try:
                if keep is not None:
                    keep()
                if not self.on_syscall():
                    self._trap = _SYSCALL
                    stop()
            except BaseException as error:
                self._fail(error)

        return entered

    def _fail(self, error: BaseException) -> None:
        """In a callback, from which exceptions don't come out: `run` raises it."""
        self._error = error
        self._stop()

    def _saver(self) -> Callable[[], None] | None:
        """What stores next PC and flags where the instruction leaves them; None: nowhere."""
        saves, flags = self.arch.engine.syscall_saves, self.arch.registers.flags
        if saves is None or flags is None:
            return None
        pc, size = self.arch.registers.pc, self.arch.syscall.insn_size
        if self._view:
            return saver(self._view, self._api, pc, size, flags, saves)

        def save() -> None:
            self.write(saves[0], self.read(pc) + size)
            self.write(saves[1], self.read(flags))

        return save

    # Registers

    def read(self, name: str) -> int:
        """A register's unsigned value; KeyError when the engine has none of that name."""
        place = self._index.get(name)
        return self._api.read(name) if place is None else self._words[place]

    def write(self, name: str, value: int) -> None:
        """Set a register; KeyError when the engine has none of that name."""
        place = self._index.get(name)
        if place is None:
            self._api.write(name, value)
        else:
            self._words[place] = value

    def bank(self, *names: str) -> RegisterBank:
        """Registers of up to 128 bits, read and written together."""
        bank = self._view.bank(names) if self._view else None
        return bank or self._api.bank(names)

    def new_context(self) -> UnicornContext:
        """A context holding a copy of the current registers."""
        context = UnicornContext(self._handle.new_context(), self._handle.library.uc_context_free)
        if self._unsaved is not None:
            context.unsaved = self._unsaved.get()
        return context

    def save(self, context: Context) -> None:
        """Copy all registers into `context`."""
        self._handle.library.uc_context_save(self._handle.pointer, context.pointer)
        if self._unsaved is not None:
            context.unsaved = self._unsaved.get()  # type: ignore[attr-defined]

    def restore(self, context: Context) -> None:
        """Copy all registers from `context`."""
        self._handle.library.uc_context_restore(self._handle.pointer, context.pointer)
        if self._unsaved is not None:
            self._unsaved.set(context.unsaved)  # type: ignore[attr-defined]

    def reset(self) -> None:
        """Registers as a new program finds them."""
        self.restore(self._fresh)

    # Running

    def run(self, limit: int | None = None) -> Trap:
        """See `cpu.Cpu`."""
        if self._request.answer():
            return _INTERRUPTED
        if self._lookup.wanted is not None:
            self._lookup.change()
        self._idle = 0
        trap = self._run_counted(limit) if limit is not None else self._run_freely()
        if self._exact is not None:
            trap = self._exact.settle(trap, self._run_counted)
        if type(trap) is Raised or type(trap) is Illegal:
            self._settle(self._raised)
        return trap

    def _run_freely(self) -> Trap:
        if self._counter is not None:
            self._handle.unhook(self._counter)
            self._handle.forget_all_code()
            self._counter = None
            self._lookup.count(False)
        trap = None
        while trap is None:
            trap = self._enter(self._slice)
        return trap

    def _run_counted(self, limit: int) -> Trap:
        control = self._control
        control[stubs.COUNT] = limit
        if self._stubs and self._counter is None:  # the engine's own count misses translated code
            stub, data = c_void_p(self._stubs["count"]), ctypes.addressof(control)
            self._counter = self._handle.hook(self._lookup.each, stub, data)
            self._handle.forget_all_code()
            self._lookup.count(True)
        self._tlb.pause()  # an extra stop would spoil the count
        try:
            trap = self._enter(0 if self._stubs else limit)
        finally:
            self._tlb.resume()
        if type(trap) is Fault and trap.access == EXEC and not control[stubs.COUNT]:
            return _LIMIT  # it belongs to the instruction after the last one
        return trap or _LIMIT

    def _enter(self, count: int) -> Trap | None:
        """Run once; None when something counted ran out and has been seen to."""
        if self._grows[0]:
            self._tlb.grow()
        place = self.arch.registers.pc
        pc = self.read(place)
        trap = self._start(pc, count)
        if type(trap) is Fault and trap.access == EXEC and self._lookup.elsewhere(trap.addr, pc):
            if trap.addr // PAGE < self.read(place) // PAGE and trap.addr // PAGE + 1 == pc // PAGE:
                return _ILLEGAL  # the engine looks before an instruction that it refuses
            if trap.addr // PAGE != self.read(place) // PAGE:
                trap = approach(self._handle, self._start, self._is_over, trap.addr)
            return _INTERRUPTED if trap is None and self._request.answer() else trap
        if trap is None and self._handle.aborted:
            trap = settle(self._handle, self._start, self._is_over)
        if trap is not None:
            return trap
        if self._request.answer():
            return _INTERRUPTED
        if count or self._grows[0] or (self._counter and not self._control[stubs.COUNT]):
            return None
        if self.read(place) != pc:
            return _INTERRUPTED
        # It stopped by itself: for a request that was answered before it was seen, or, if it does
        # so again, at an instruction that waits for an interrupt.
        self._idle += 1
        return _ILLEGAL if self._counter or self._idle > _IDLE else None

    def _start(self, pc: int, count: int) -> Trap | None:
        self._trap = None
        self._raised = -1
        self._lookup.begin()
        if self._start_bit:
            pc |= self.read(self._start_bit) & 1
        error = self._handle.start(pc, count)
        if self._error is not None:
            raised, self._error = self._error, None
            raise raised
        return self._trap_of(error) if error else self._trap

    def _is_over(self) -> bool:
        counted = self._counter is not None and not self._control[stubs.COUNT]
        return bool(self._request.made or counted)

    def interrupt(self) -> None:
        """From any host thread: make `run` return at the next block; never lost."""
        self._request.make()

    def leave(self) -> None:
        """Inside `on_syscall`: return `Interrupted` from `run` once the call is done."""
        self._trap = _INTERRUPTED
        self._stop()

    def _stop(self) -> None:
        self._handle.library.uc_emu_stop(self._handle.pointer)

    def _trap_of(self, error: int) -> Trap:
        if error == _INSN_INVALID:
            self._raised = self._exact.number if self._exact else self.arch.engine.stopping
            illegal = self._raised < 0 or self._raised in self.arch.engine.illegal
            return _ILLEGAL if illegal else Raised(self._raised)
        if error != _FETCH_REFUSED:
            raise EngineError(self._handle.error_text(error))
        address = self._control[stubs.REFUSED]
        exact = self._fault_address
        if exact is not None and not self._lookup.elsewhere(exact.value, address):
            address = exact.value
        access = _ACCESS[self._control[stubs.KIND]]
        address = self._lookup.lacking(address, access)
        raised = self.arch.engine.noncanonical
        if raised is not None and access != EXEC and _LOW_HALF <= address < _HIGH_HALF:
            self._raised = raised
            return Raised(raised)
        return Fault(address, access)

    def _settle(self, number: int) -> None:
        """Move PC to where Linux shows it, and tell the engine that the exception is over."""
        engine = self.arch.engine
        pc, correction = self.arch.registers.pc, engine.exceptions.get(number, (0, 0, 0))[2]
        if correction:
            self.write(pc, self.read(pc) + correction)
        if number in engine.contributory and self._pending:
            self._pending.forget(number)

    # Memory

    def flush_tlb(self) -> None:
        """Forget cached page entries."""
        self._handle.flush_tlb()
        self._tlb.flushed()

    def native_blocks(self, first: str) -> NativeBlocks | None:
        """See `cpu.Cpu`."""
        return self._lookup.native_blocks(self._view, self._api, first)

    def discard(self, addr: int, size: int) -> None:
        """Forget translations of code that was or will be rewritten."""
        self._lookup.forget()
        if size >= _DISCARD_ALL:
            self._handle.forget_all_code()
            return
        if addr // PAGE >= self._pages:
            return
        each = self.arch.page // PAGE
        entries = (ctypes.c_uint8 * each).from_address(self._perms + addr // PAGE // each * each)
        before = bytes(entries)
        entries[:] = [perms | EXEC for perms in before]  # it looks the first page up as to fetch
        self._handle.forget_code(addr, size)
        if bytes(entries) != before:
            entries[:] = list(before)
            self._handle.flush_tlb()

    def share(self, on: bool) -> None:
        """See `cpu.Cpu`; in effect from the next `run` on."""
        self._lookup.wanted = on
        self._request.make()

    # Watching

    def watch_block(self, call: Callable[[int, int], None] | None) -> None:
        """Call `call(pc, size)` at each block's start; None stops it."""
        self._watchers.watch(HOOK_BLOCK, call)

    def watch_instruction(self, call: Callable[[int, int], None] | None) -> None:
        """Call `call(pc, size)` before each instruction; None stops it."""
        self._lookup.watch(call is not None)
        self._watchers.watch(self._lookup.each, call)

    def watch_identification(self, edit: Callable[[int, int, Identity], Identity]) -> None:
        """Answer CPUID as `edit(leaf, subleaf, answer)` changes the architecture's `cpuid`."""
        self._watchers.identify(self.arch, edit, self.bank)
