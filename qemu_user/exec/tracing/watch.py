"""A traced thread's hardware breakpoints and watchpoints, by a look after each instruction."""

from __future__ import annotations

from ..arch import registers_of
from ..cpu import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Context, Trap
    from ..thread import Thread

    Place = tuple[int, int, int]

_UNIT = 16  # bytes, aligned: what one atomic instruction reads and writes at most


class Watch:
    """The debug registers of one thread; `words` in the order of its architecture."""

    def __init__(self, t: Thread) -> None:
        self.thread = t
        self.registers = registers_of(t.arch)
        self.words = [0] * self.registers.DEBUG_WORDS
        self.places: list[Place] = []  # number, address, bytes; 0 bytes: execution
        self.address = 0  # si_addr for the last hit
        self._passed = -1  # where a breakpoint was reported that is not to be again
        self._undo: Undo | None = None

    def set(self, words: list[int]) -> None:
        """Change the registers; LinuxError for what they can't mean here."""
        self.places = self.registers.watched(words)
        self.words = words
        watched = [place for place in self.places if place[2]]
        self._undo = Undo(self.thread, watched) if self.registers.TRAPS_BEFORE else None

    def run(self, limit: int) -> Trap | None:
        """Run at most `limit` instructions; None when one of `places` was hit, and so noted."""
        t = self.thread
        pc_name = t.arch.registers.pc
        watched = [place for place in self.places if place[2]]
        broken = {addr: number for number, addr, size in self.places if not size}
        trap: Trap = Limit()
        for _ in range(limit):
            pc = t.cpu.read(pc_name)
            if pc != self._passed:
                self._passed = -1
                if pc in broken:
                    self._passed = self.address = pc
                    self.registers.hit(self.words, broken[pc])
                    return None
            before = _values(t, watched)
            if self._undo is not None:
                self._undo.prepare(pc)
            trap = t.cpu.run(1)
            after = _values(t, watched)
            if after != before:
                changed = [
                    p for p, old, new in zip(watched, before, after, strict=True) if old != new
                ]
                self._report(changed)
                return None
            if type(trap) is not Limit:
                break
        return trap

    def _report(self, changed: list[Place]) -> None:
        """A store is done, or undone, that changed these places."""
        t = self.thread
        for number, _, _ in changed:
            self.registers.hit(self.words, number)
        self.address = t.cpu.read(t.arch.registers.pc)
        if self._undo is not None:
            self._undo.apply()
            self.address = changed[0][1]


class Undo:
    """What the next instruction may change at watched places, to have it stopped before it."""

    def __init__(self, t: Thread, watched: list[Place]) -> None:
        self.thread = t
        self.units: list[Place] = []
        for number, addr, size in watched:
            start = addr & -_UNIT
            self.units.append((number, start, (addr + size + _UNIT - 1 & -_UNIT) - start))
        self._context: Context = t.cpu.new_context()
        self._values: list[bytes] = []
        self._pc = 0

    def prepare(self, pc: int) -> None:
        """The instruction at `pc` is about to be executed."""
        self.thread.cpu.save(self._context)
        self._values = _values(self.thread, self.units)
        self._pc = pc

    def apply(self) -> None:
        """As if it had not been; one that could not be repeated then stays done."""
        t = self.thread
        insn = t.memory.peek_prefix(self._pc, 4)
        if not registers_of(t.arch).repeatable(int.from_bytes(insn, "little")):
            return
        t.cpu.restore(self._context)
        for (_, addr, _), value in zip(self.units, self._values, strict=True):
            t.memory.poke(addr, value)


def _values(t: Thread, places: list[Place]) -> list[bytes]:
    return [t.memory.peek_prefix(addr, size) for _, addr, size in places]
