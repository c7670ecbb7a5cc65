"""The extension's face to the core; what it needs is imported when a program uses it."""

from __future__ import annotations

import os

from ..exec.extension import Extension
from .generation import MEMFD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..exec.files import SpecialFile
    from ..exec.process import Process
    from ..exec.thread import Thread
    from ..syscalls.syscall import Bound
    from .generation import Generation
    from .state import UserInterrupts

_CPUID_BIT = 1 << 5  # CPUID.(7,0):EDX
_NUMBERS = frozenset((*range(449, 456), *range(471, 481)))  # all that any generation uses


class Uintr(Extension):
    """Intel user interrupts for one process; `abi` is one of generation.NAMES."""

    name = "uintr"
    cpuinfo_flags = ("uintr",)

    def __init__(
        self, process: Process, abi: str = "auto", trace: Callable[[str], None] | None = None
    ) -> None:
        self.state: UserInterrupts | None = None
        self._process = process
        self._abi = abi
        self._trace = trace
        self._chosen = False
        others = [r for r in process.files.recognisers if r.__name__ != "recognise"]
        process.files.recognisers[:] = [*others, self.recognise]  # instead of a former engine's

    def recognise(self, fd: int) -> SpecialFile | None:
        """A descriptor that came over a socket may name a vector or table of another process."""
        if not os.readlink(f"/proc/self/fd/{fd}").startswith(f"/memfd:{MEMFD}"):
            return None
        from .files import recognise

        return recognise(self._started(), fd)

    def _started(self) -> UserInterrupts:
        if self.state is None:
            from .generation import AUTO, GENERATIONS
            from .state import UserInterrupts

            generation: Generation
            if self._abi == AUTO:
                from .auto import FINAL

                generation = FINAL
            else:
                generation = GENERATIONS[self._abi]
                self._chosen = True
            self.state = UserInterrupts(self._process, generation)
            self.state.trace = self._trace
            from .delivery import deliverer

            self.before_user = deliverer(self.state)  # type: ignore[assignment,method-assign]
        return self.state

    def syscall(self, t: Thread, number: int, words: Sequence[int]) -> Bound | None:
        if number not in _NUMBERS:
            return None
        state = self._started()
        if not self._chosen:
            from .auto import choose

            generation = choose(state, t, number, words)
            if generation is None:
                return None
            state.generation = generation
            self._chosen = True
        return self._bind(t, state, number)

    def _bind(self, t: Thread, state: UserInterrupts, number: int) -> Bound | None:
        name = state.generation.numbers().get(number)
        if name is None:
            return None
        from importlib import import_module

        from ..syscalls.syscall import Bound
        from . import calls

        module = import_module(f".{state.generation.module}", __package__)
        call = getattr(module, f"uintr_{name}", None) or getattr(calls, f"uintr_{name}")
        return Bound(call, t.arch, f"uintr_{name}", number)

    def execute(self, t: Thread, code: bytes) -> int | None:
        # Only the first use pays for imports; afterwards the instance has the functions themselves.
        if 0xF3 not in code:
            return None
        from .instructions import executor

        self.execute = executor(self._started())  # type: ignore[assignment,method-assign]
        return self.execute(t, code)

    def identify(
        self, leaf: int, subleaf: int, answer: tuple[int, int, int, int]
    ) -> tuple[int, int, int, int]:
        if leaf != 7 or subleaf:
            return answer
        eax, ebx, ecx, edx = answer
        return eax, ebx, ecx, edx | _CPUID_BIT

    def interrupts(self, t: Thread) -> bool:
        return self.state is not None and self.state.ends_sleep(t)

    def thread_exit(self, t: Thread) -> None:
        if self.state is not None:
            self.state.thread_exit(t)

    def forking(self, t: Thread) -> None:
        if self.state is not None:
            self.state.about_to_fork()

    def forked(self, t: Thread) -> None:
        if self.state is not None:
            self.state.forked(t)

    def exec(self, t: Thread) -> None:
        if self.state is not None:
            self.state.exec(t)
            self.state = None
            del self.before_user
            self.__dict__.pop("execute", None)
            self._chosen = False
            t.process.dispatcher.forget()
