"""One opened engine: its control calls, hooks and start, above the bare C functions."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_int, c_size_t, c_uint32, c_uint64, c_void_p

from .engine_abort import running, survive
from .engine_numbers import ARCHES, Numbers
from .engine_state import Api
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from ctypes import CDLL, _CFunctionType

    from .arch import Arch

    Callback = c_void_p | _CFunctionType

PAGE = 4096
HOOK_INTR, HOOK_INSN, HOOK_CODE, HOOK_BLOCK, HOOK_TLB_FILL = 1, 2, 4, 8, 1 << 17
HOOK_INVALID = 1 << 14
_CTL_PAGE_SIZE, _CTL_USE_EXITS, _CTL_EXITS, _CTL_MODEL = 1, 4, 6, 7
_CTL_REMOVE_CACHE, _CTL_TB_FLUSH, _CTL_TLB_FLUSH, _CTL_TLB_TYPE = 9, 10, 11, 12
_WRITE = 1 << 30  # uc_ctl's direction bits
_SCRATCH, _NOWHERE = 0x10000, 0x20000  # guest addresses while the arena is not mapped yet
_FIELDS = 0x800  # bytes of the handle that are surely there
_PROBES = (0x5AC3_1170, 0x2AC3_2ABC)  # addresses nothing can be mapped at yet


class Handle:
    """An engine with paging by callback only, set up for `arch` at user privilege."""

    def __init__(self, library: CDLL, arch: Arch, directory: str) -> None:
        engine = arch.engine
        self.library = library
        self.arch = arch
        self.numbers = Numbers(engine.arch, directory)
        self.pointer = c_void_p()
        self.aborted = False  # the translator gave up in the last run
        survive(library, Handle.start.__code__)
        if engine.mends:
            from .engine_mend import mend

            for wanted in engine.mends:
                mend(library, wanted)
        if engine.substitutes:
            from .engine_substitutes import substitute

            substitute(library)
        mode = self.numbers.mode(engine.mode)
        self._check(library.uc_open(ARCHES[engine.arch], mode, byref(self.pointer)))
        self.address = self.pointer.value or 0
        if engine.page_size:
            self._set_page_size()
        if engine.model:
            self._ctl(_CTL_MODEL, c_int(self.numbers.model(engine.model)))
        self._ctl(_CTL_USE_EXITS, c_int(1))  # an `until` address would end runs by surprise
        self.api = Api(library, self.address, self.numbers.register)
        self.arena = 0  # the host's address of guest address 0
        self._kept: list[Callback] = []  # callbacks, which generated code may still call
        if engine.user_mode:
            self._become_user()

    def close(self) -> None:
        """Free the engine."""
        self.library.uc_close(self.pointer)

    def map_all(self, host: int, size: int) -> None:
        """Make `size` bytes at `host` the guest's memory from address 0, seen through look-ups."""
        self.arena = host
        self._map(0, host, size)
        self._ctl(_CTL_TLB_TYPE, c_int(1))

    def hook(self, kind: int, call: Callback, data: int = 0, *extra: c_int) -> c_void_p:
        """Add a callback, a ctypes function or the address of machine code; kept for ever."""
        hook = c_void_p()
        address = ctypes.cast(call, c_void_p)
        always = c_uint64(1), c_uint64(0)
        add = self.library.uc_hook_add
        where = c_void_p(data)
        self._check(add(self.pointer, byref(hook), c_int(kind), address, where, *always, *extra))
        self._kept.append(call)
        return hook

    def function(self, name: str) -> int | None:
        """The address of a function of the engine's library; None where it has none."""
        try:
            return ctypes.cast(getattr(self.library, name), c_void_p).value
        except AttributeError:
            return None

    def unhook(self, hook: c_void_p) -> None:
        """Take a callback away; translations that call it must be forgotten as well."""
        self._check(self.library.uc_hook_del(self.pointer, hook))

    def flush_tlb(self) -> None:
        """Forget all page look-ups."""
        self._ctl(_CTL_TLB_FLUSH)

    def forget_code(self, addr: int, size: int) -> None:
        """Forget translations in a range whose first page is fetchable."""
        self._ctl(_CTL_REMOVE_CACHE, c_uint64(addr), c_uint64(addr + size))

    def forget_all_code(self) -> None:
        """Forget all translations."""
        self._ctl(_CTL_TB_FLUSH)

    def start(self, pc: int, count: int = 0) -> int:
        """Execute from `pc`; the error number that ended it, 0 for a stop."""
        running[0] = self
        error: int = self.library.uc_emu_start(self.address, pc, 0, 0, count)
        running[0] = None
        return error

    def set_exits(self, addresses: Sequence[int]) -> None:
        """Where runs end by themselves; an address execution starts at counts as well."""
        array = (c_uint64 * len(addresses))(*addresses)
        self._ctl(_CTL_EXITS, ctypes.cast(array, c_void_p), c_size_t(len(addresses)))

    def new_context(self) -> c_void_p:
        """Memory for all registers, their current values in it; `uc_context_free` frees it."""
        context = c_void_p()
        self._check(self.library.uc_context_alloc(self.pointer, byref(context)))
        self._check(self.library.uc_context_save(self.pointer, context))
        return context

    def find_fault_address(self) -> c_uint64 | None:
        """The field of the handle with the last fault's address, None when it can't be told."""
        places = list(range(0, _FIELDS, 8))
        for address in _PROBES:
            self.start(address)
            fields = memoryview(ctypes.string_at(self.address, _FIELDS)).cast("Q")
            places = [place for place in places if fields[place // 8] == address]
        return c_uint64.from_address(self.address + places[0]) if len(places) == 1 else None

    def error_text(self, error: int) -> str:
        """The engine's words for an error number."""
        text: bytes = self.library.uc_strerror(error)
        return text.decode()

    def _check(self, error: int) -> None:
        if error:
            raise EngineError(self.error_text(error))

    def _ctl(self, number: int, *values: c_int | c_uint32 | c_uint64 | c_size_t | c_void_p) -> None:
        word = c_int(number | len(values) << 26 | _WRITE)
        self._check(self.library.uc_ctl(self.pointer, word, *values))

    def _set_page_size(self) -> None:
        word = c_int(_CTL_PAGE_SIZE | 1 << 26 | _WRITE)  # refused where the size can't be chosen
        self.library.uc_ctl(self.pointer, word, c_uint32(PAGE))

    def _map(self, addr: int, host: int, size: int) -> None:
        pointer, everything = c_void_p(host), c_uint32(7)
        call = self.library.uc_mem_map_ptr
        self._check(call(self.pointer, c_uint64(addr), c_size_t(size), everything, pointer))

    def _become_user(self) -> None:
        """Run the architecture's code that lowers privilege, in a page of its own."""
        code, registers = self.arch.engine.user_mode, self.arch.registers
        memory = (ctypes.c_char * (2 * PAGE))()
        page = (ctypes.addressof(memory) + PAGE - 1) & -PAGE
        ctypes.memmove(page, code, len(code))
        self._map(_SCRATCH, page, PAGE)
        self.api.write(registers.sp, _SCRATCH + PAGE)
        self.api.write(registers.general[0], _NOWHERE)
        self.start(_SCRATCH)
        if self.api.read(registers.pc) != _NOWHERE:
            raise EngineError("user mode was not reached")
        unmap = self.library.uc_mem_unmap
        self._check(unmap(self.pointer, c_uint64(_SCRATCH), c_size_t(PAGE)))
