"""The hooks in machine code, and translation for memory that other processes change as well.

The engine has atomic operations of the host's for guests with several processors, but never asks
for them: it executes an atomic instruction as a load and a store. What the next block is translated
for stands in a field of the CPU state that the engine resets at each use; the block hook sets it
again. So all blocks are translated for several processors, at a price for indirect jumps, which
then look their target up in the engine's main loop.
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint32, c_void_p

from . import stubs
from .engine_access import shorten
from .engine_handle import HOOK_BLOCK, HOOK_CODE, HOOK_TLB_FILL, PAGE
from .engine_request import Request
from .engine_straight import straighten
from .errors import EngineError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cpu import Cpu
    from .engine_blocks import NativeBlocks
    from .engine_exact import Exact
    from .engine_handle import Handle
    from .engine_parallel import Field
    from .engine_state import Api, View


def exact_of(cpu: Cpu, handle: Handle, native: bool) -> Exact | None:
    """What tells where exceptions happened on engines that forget it."""
    if handle.arch.engine.slot is None:
        return None
    from .engine_exact import Exact

    return Exact(cpu, handle, native)


class Lookup:
    """Permission look-ups and interruption; `stubs` is None where callbacks in Python do it.

    `control` is the control block of `stubs`, with PERMS and PAGES set. `wanted` is what `change`
    shall make true, None: nothing.
    """

    def __init__(
        self, handle: Handle, control: ctypes.Array[ctypes.c_uint64], native: bool
    ) -> None:
        self._handle = handle
        self._control = control
        self._next: c_uint32 | None = None
        self._field: Field | None = None  # where that is, once it was looked for
        self._looked = False
        self._guard: ctypes.Array[ctypes.c_uint64] | None = None  # to be told of the engine
        self._shares = self._watches = False
        self._blocks: NativeBlocks | None = None
        self._counts = self._prepared = False
        # Engines with windows lose the way out of a branch's slot where an instruction has a hook:
        # each instruction becomes a block there.
        self._single = HOOK_BLOCK if handle.arch.engine.windows else 0
        self.each = self._single or HOOK_CODE  # the kind of hook that each instruction has
        self.wanted: bool | None = None
        name, kept = handle.arch.engine.kept_on_fill or ("", 0xFFFFFFFF)
        unspoilt = ctypes.addressof(control) + 8 * stubs.KEEP  # a place where nothing happens
        control[stubs.FIELD] = handle.api.fields[name].address if name else unspoilt
        control[stubs.KEEP] = kept
        control[stubs.STOP] = ctypes.cast(handle.library.uc_emu_stop, c_void_p).value or 0
        self.stubs = stubs.load() if native else None
        self._pairs = handle.arch.page > PAGE
        known = bool(self.stubs) and straighten(handle)
        if known:
            shorten(handle)
        self.request = Request(handle, control, self.stubs, known)
        self._hook: c_void_p | None = None  # of every block
        self._hooked = ""  # the stub it calls
        place = (self.stubs or {}).get("pair" if self._pairs else "fill")
        if place is None:
            from .engine_fill import fill_in_python

            handle.hook(HOOK_TLB_FILL, fill_in_python(control))
        else:
            self._fill = handle.hook(HOOK_TLB_FILL, c_void_p(place), ctypes.addressof(control))
        self._settle()

    def _settle(self) -> None:
        """Have each block hooked by the stub that is needed now, or by none; outside of a run."""
        if self.stubs is None:
            return
        each = self._watches or self._counts
        self.request.hush(not (self._shares or each))
        wanted = "parallel" if self._shares else "" if self.request.quiet else "block"
        if each and self._single:
            wanted = "single"
            self._next = self._next or self._place()
        if wanted == self._hooked:
            return
        if self._hook is not None:
            self._handle.unhook(self._hook)
            self._hook = None
        if wanted:
            stub, data = c_void_p(self.stubs[wanted]), ctypes.addressof(self._control)
            self._hook = self._handle.hook(HOOK_BLOCK, stub, data)
        self._hooked = wanted
        self._handle.forget_all_code()

    def elsewhere(self, address: int, pc: int) -> bool:
        """Whether they are on different pages of the engine."""
        return (address ^ pc) // self._handle.arch.page != 0

    def lacking(self, address: int, access: int) -> int:
        """Where access is refused: `address`, or the other half of the engine's page."""
        page, control = address // PAGE, self._control
        if self._pairs and page < control[stubs.PAGES]:
            bits = ctypes.c_uint8.from_address(control[stubs.PERMS] + page).value
            if bits & access:
                return address & -PAGE ^ PAGE
        return address

    def change(self) -> None:
        """Translate for memory that other processes write to, or not; outside of a run.

        Without effect where the engine can't.
        """
        on, self.wanted = bool(self.wanted), None
        if self._guard is not None:
            self._tell_guard()
        if not self._prepared:
            if not on or self.stubs is None:
                return
            self._next = self._prepare()
            if self._next is None:
                return
            self._prepared = True
        if on is self._shares:
            return
        self._shares = on
        self._settle()

    def _prepare(self) -> c_uint32 | None:
        from .engine_parallel import prepare

        field = prepare(self._handle, self._find())
        if field is not None:
            self._control[stubs.NEXT] = ctypes.addressof(field)
        return field

    def _place(self) -> c_uint32 | None:
        field = self._find()
        if field is None:
            raise EngineError("how blocks are translated can't be told")
        self._control[stubs.NEXT] = field.address
        return c_uint32.from_address(field.address)

    def _find(self) -> Field | None:
        if not self._looked:
            from .engine_parallel import find_field

            self._looked, control = True, self._control
            pages, control[stubs.PAGES] = control[stubs.PAGES], 0  # nothing can be fetched
            self._handle.flush_tlb()
            self._field = find_field(self._handle)
            control[stubs.PAGES] = pages
        return self._field

    def guard(self, words: ctypes.Array[ctypes.c_uint64]) -> None:
        """See `cpu.Cpu`; what is the engine's own comes before the next run."""
        from .busfault import ASK, FLAG

        words[FLAG] = ctypes.addressof(self._control)
        words[ASK] = (self.stubs or {}).get("ask", 0)
        self._guard = words
        self.request.make()
        if self.wanted is None:
            self.wanted = self._shares

    def _tell_guard(self) -> None:
        """Pages are touched when they are looked up, and translated code may be left."""
        from .engine_guard import tell

        words, self._guard = self._guard, None
        if words is None or self.stubs is None or "probe" not in self.stubs or self._pairs:
            return
        handle, control = self._handle, self._control
        control[stubs.ARENA] = handle.arena
        place = self.stubs["probe"]
        handle.unhook(self._fill)
        self._fill = handle.hook(HOOK_TLB_FILL, c_void_p(place), ctypes.addressof(control))
        tell(words, handle, self._find(), control, place)

    def begin(self) -> None:
        """The engine starts now: its first block has no block before it that asks."""
        if self._next is not None and self._hooked in ("parallel", "single"):
            self._next.value = stubs.PARALLEL if self._hooked == "parallel" else stubs.SINGLE

    def native_blocks(self, view: View | None, api: Api, first: str) -> NativeBlocks | None:
        """See `cpu.Cpu`."""
        if self._blocks is None and view and self.stubs and first in view.index:
            from .engine_blocks import NativeBlocks

            self._blocks = NativeBlocks(self._handle, api, view, self._control, first)
            self._blocks.pause(self._counts)
        return self._blocks

    def count(self, on: bool) -> None:
        """Instructions are counted, or not any longer: they are to be done one by one."""
        self._counts = on
        if self._blocks is not None:
            self._blocks.pause(on)
        self._settle()

    def watch(self, on: bool) -> None:
        """Instructions have a hook of somebody else's, or not any longer."""
        self._watches = on
        self._settle()

    def forget(self) -> None:
        """Code was or will be rewritten."""
        if self._blocks is not None:
            self._blocks.forget()
