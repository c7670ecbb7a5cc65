"""Machine code of ours that runs in place of guest instructions which the engine refuses.

When an instruction is illegal the engine asks a hook first. The hook is a stub that looks PC up in
a table and goes to the code that was entered for it; without an entry, or where the code finds it
can't go on, the instruction traps as always. Neither Python nor a return from the engine is needed.
"""

from __future__ import annotations

import ctypes
import mmap
from ctypes import c_void_p

from . import host, stubs
from .cpu import ARENA, ON, PAGES, PERMS, SCRATCH, SLOTS, STATE, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle
    from .engine_state import Api, View

HOOK_INSN_INVALID = 1 << 14
_POOL = 1 << 22  # bytes of code
_NEAR = 0x4000  # bytes of the CPU state in which registers are looked for
_ALIGN = 16

_SCRATCH = 64  # bytes: room for an operand, which is aligned
WORDS = 8 + 2 * _SCRATCH // 8


class NativeBlocks:
    """Code by guest address, called as code(engine, words, state) -> bool.

    `state` is the host address of the first general register. True: PC was moved, go on there.
    """

    def __init__(
        self,
        handle: Handle,
        api: Api,
        view: View,
        control: ctypes.Array[ctypes.c_uint64],
        first: str,
    ) -> None:
        self._handle = handle
        self._api = api
        self._size = view.words.itemsize
        self._view = view
        self.state = self._place(first)
        pool = mmap.mmap(-1, _POOL, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._pool = pool
        self._code = ctypes.addressof(ctypes.c_char.from_buffer(pool))
        self._used = self._kept = 0
        self._table = (ctypes.c_uint64 * (2 * SLOTS))()
        words = self._words = (ctypes.c_uint64 * WORDS)()
        self.words = ctypes.addressof(words)
        words[STATE], words[TABLE], words[ON] = self.state, ctypes.addressof(self._table), 1
        words[PERMS], words[PAGES], words[ARENA] = (
            control[stubs.PERMS],
            control[stubs.PAGES],
            handle.arena,
        )
        words[SCRATCH] = self.words + 64 + _SCRATCH - 1 & -_SCRATCH
        self.scratch = host.view(words[SCRATCH], _SCRATCH)
        self._entries = 0

    def start(self, hook: bytes) -> bool:
        """Begin to be asked; `hook` is the code of the look-up. False: the host forbids it."""
        place = self.add(hook)
        if not place:
            return False
        self._kept = self._used
        self._handle.hook(HOOK_INSN_INVALID, c_void_p(place), self.words)
        return True

    def _place(self, name: str) -> int:
        view = self._view
        return view.start + view.index[name] * self._size

    def distance(self, name: str, size: int, marks: tuple[int, int]) -> int:
        """Bytes from `state` to a register of `size` bytes; LookupError when it isn't found.

        `marks` are two values that it may have for a moment.
        """
        if name in self._view.index:
            return self._place(name) - self.state
        api, before, places = self._api, self._api.read(name), None
        for mark in marks:
            api.write(name, mark)
            state, wanted = ctypes.string_at(self.state, _NEAR), mark.to_bytes(size, "little")
            found = {at for at in range(0, _NEAR, 4) if state[at : at + size] == wanted}
            places = found if places is None else places & found
        api.write(name, before)
        if not places or len(places) > 1:
            raise LookupError(name)
        return places.pop()

    def add(self, code: bytes) -> int:
        """The address of a copy that can be called; 0 when there is no room or the host forbids."""
        at = self._used
        if at + len(code) > _POOL:
            return 0
        first = self._code + at & -host.PAGE
        size = (self._code + at + len(code) + host.PAGE - 1 & -host.PAGE) - first
        try:
            host.mprotect(first, size, host.READ | host.WRITE)
            self._pool[at : at + len(code)] = code
            host.mprotect(first, size, host.READ | host.EXEC)
        except OSError:
            return 0
        self._used = at + len(code) + _ALIGN - 1 & -_ALIGN
        return self._code + at

    def enter(self, pc: int, place: int) -> None:
        """Have the code at `place` run for the instruction at `pc`."""
        slot = 2 * (pc & SLOTS - 1)
        self._table[slot], self._table[slot + 1] = pc, place
        self._entries += 1

    def forget(self) -> None:
        """Guest code was or will be changed."""
        if self._entries:
            ctypes.memset(self._table, 0, ctypes.sizeof(self._table))
            self._entries = 0

    def entered(self, pc: int) -> bool:
        """Whether there is code for the instruction at `pc`."""
        return self._table[2 * (pc & SLOTS - 1)] == pc

    def clear(self) -> None:
        """Make room; no address that `add` returned is valid any longer."""
        self.forget()
        self._used = self._kept

    @property
    def paused(self) -> bool:
        """Instructions are counted, and so done one by one."""
        return not self._words[ON]

    def pause(self, on: bool) -> None:
        """Let every instruction trap, to be counted; or not any longer."""
        self._words[ON] = not on
