"""Callbacks in Python that observers ask for; without them they don't exist in generated code."""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_int, c_uint32, c_uint64, c_void_p

from .arch import ANY
from .engine_handle import HOOK_INSN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import _CFunctionType

    from .arch import Arch
    from .cpu import Identity, RegisterBank
    from .engine_handle import Handle


class Watchers:
    """At most one callback of each kind; an exception in one goes to `fail`."""

    def __init__(self, handle: Handle, fail: Callable[[BaseException], None]) -> None:
        self._handle = handle
        self._fail = fail
        self._hooks: dict[int, c_void_p] = {}

    def watch(self, kind: int, call: Callable[[int, int], None] | None) -> None:
        """Call `call(pc, size)` at each block or instruction; None stops it."""
        hook = self._hooks.pop(kind, None)
        if hook is not None:
            self._handle.unhook(hook)
        if call is not None:
            self._hooks[kind] = self._handle.hook(kind, self._callback(call))
        self._handle.forget_all_code()

    def _callback(self, call: Callable[[int, int], None]) -> _CFunctionType:
        def watch(_engine: int, pc: int, size: int, _data: int) -> None:
            try:
                call(pc, size)
            except BaseException as error:
                self._fail(error)

        return CFUNCTYPE(None, c_void_p, c_uint64, c_uint32, c_void_p)(watch)

    def identify(
        self,
        arch: Arch,
        edit: Callable[[int, int, Identity], Identity],
        bank: Callable[..., RegisterBank],
    ) -> None:
        """Let the identifying instruction answer what `edit` makes of the architecture's table."""
        if arch.engine.identify is None:
            return
        instruction, asked, answered = arch.engine.identify
        question, answer = bank(*asked), bank(*answered)
        answers: dict[tuple[int, int], Identity] = {}

        def called() -> int:
            if not answers:  # few programs ask, and the host is looked at for it
                known = arch.identity(arch) if arch.identity is not None else arch.cpuid
                answers.update((key, edit(*key, found)) for key, found in known.items())
            leaf, subleaf = question.get()
            leaf &= 0xFFFFFFFF
            found = answers.get((leaf, ANY)) or answers.get((leaf, subleaf & 0xFFFFFFFF))
            if found is None:
                return 0  # the engine answers
            answer.set(found)
            return 1

        self._handle.hook(HOOK_INSN, CFUNCTYPE(c_int)(called), 0, c_int(instruction))
