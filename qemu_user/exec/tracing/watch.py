"""A traced thread's hardware breakpoints and watchpoints, by a look after each instruction."""

from __future__ import annotations

from ..arch import registers_of
from ..cpu import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Trap
    from ..thread import Thread


class Watch:
    """The debug registers of one thread; `words` as struct user has them."""

    def __init__(self, t: Thread) -> None:
        self.thread = t
        self.registers = registers_of(t.arch)
        first, end = self.registers.USER_DEBUG
        self.words = [0] * ((end - first) // t.arch.model.word)
        self.places: list[tuple[int, int, int]] = []  # number, address, bytes; 0 bytes: execution
        self._passed = -1  # where a breakpoint was reported that is not to be again

    def set(self, index: int, value: int) -> None:
        """Change a register; LinuxError for what it can't mean here."""
        words = list(self.words)
        words[index] = value
        self.places = self.registers.watched(words)
        self.words = words

    def run(self, limit: int) -> Trap | None:
        """Run at most `limit` instructions; None when one of `places` was hit, and so noted."""
        t = self.thread
        pc_name = t.arch.registers.pc
        watched = [place for place in self.places if place[2]]
        broken = {addr: number for number, addr, size in self.places if not size}
        trap: Trap = Limit()
        for _ in range(limit):
            pc = t.cpu.read(pc_name)
            if pc in broken and pc != self._passed:
                self._passed = pc
                self.registers.hit(self.words, broken[pc])
                return None
            self._passed = -1
            before = self._values(watched)
            trap = t.cpu.run(1)
            after = self._values(watched)
            if after != before:
                for place, old, new in zip(watched, before, after, strict=True):
                    if old != new:
                        self.registers.hit(self.words, place[0])
                return None
            if type(trap) is not Limit:
                break
        return trap

    def _values(self, watched: list[tuple[int, int, int]]) -> list[bytes]:
        memory = self.thread.memory
        return [memory.peek_prefix(addr, size) for _, addr, size in watched]
