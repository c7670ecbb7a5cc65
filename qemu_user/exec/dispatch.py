"""From a system call trap to its definition and back to the result register."""

from __future__ import annotations

import errno as host_errno
import struct

from . import hostcall
from .errors import ERESTARTSYS, KEEP, GuestExit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import Any

    from .cpu import RegisterBank
    from .process import Process
    from .thread import Thread
    from .waiting import Wait


class EmulatorBug(Exception):
    """Kernel code failed in a way no guest can be blamed for; says where the guest was."""

    def __init__(self, t: Thread, error: BaseException) -> None:
        call = t.bound.name if t.bound is not None else "none"
        words = ", ".join(f"{w:#x}" for w in t.words)
        pc = t.cpu.read(t.arch.registers.pc)
        super().__init__(f"{error!r} at guest pc {pc:#x}, system call {call}({words}), tid {t.tid}")
        self.__cause__ = error


class _Numbered:
    """Number and arguments of a call, where the number may be in the instruction."""

    def __init__(self, of: Dispatcher, words: RegisterBank, immediate: RegisterBank) -> None:
        self._of = of
        self._words = words
        self._immediate = immediate
        self.set = words.set

    def get(self) -> Sequence[int]:
        """The number, then the arguments."""
        number, *words = self._words.get()
        found = self._immediate.get()[0] & 0xFFFF or number
        forced = self._of.forced
        if forced is not None and forced[0] is self._of.process.scheduler.current:
            found, self._of.forced = forced[1], None
        return (found, *words)


class _Narrow:
    """Registers of a processor that has wider ones than its programs."""

    def __init__(self, words: RegisterBank, mask: int) -> None:
        self._words = words
        self._mask = mask
        self.set = words.set

    def get(self) -> Sequence[int]:
        """The words, without what is above them."""
        mask = self._mask
        return [word & mask for word in self._words.get()]


class _Stacked:
    """Number and arguments of a call, where some are on the stack; what can't be read is 0.

    `known` are calls by number, if the words begin with one: those that have no argument on the
    stack are not looked for there.
    """

    def __init__(
        self, process: Process, words: RegisterBank, sp: RegisterBank, known: dict[int, Any]
    ) -> None:
        self._process = process
        self._memory = process.memory
        self._known = known
        self._words = words
        self._sp = sp
        self._distance = process.arch.syscall.stack_args
        self._four = struct.Struct(process.arch.model.order + "4I")
        self.set = words.set

    def get(self) -> Sequence[int]:
        """The number, then the arguments."""
        words = self._words.get()
        bound = self._known.get(words[0])
        if bound is not None and not self._process.calls_observed and bound.words < len(words):
            return (*words, 0, 0, 0, 0)
        try:
            data = self._memory.read(self._sp.get()[0] + self._distance, 16)
        except OSError:
            data = bytes(16)
        return (*words, *self._four.unpack(data))


class Dispatcher:
    """Answers the system calls of one process."""

    def __init__(
        self,
        process: Process,
        get: Callable[[int], Any],
        guest_errno: dict[int, int] | None,
        restart_number: int,
    ) -> None:
        self.process = process
        self.restart_number = restart_number  # restart_syscall
        self._get = get
        self._known: dict[int, Any] = {}
        self._errno = guest_errno
        arch, self._cpu = process.arch, process.cpu
        convention = arch.syscall
        self._bank: RegisterBank = self._cpu.bank(convention.number, *convention.args)
        self.forced: tuple[Thread, int] | None = None  # whose next call has which number
        if convention.immediate:
            self._bank = _Numbered(self, self._bank, self._cpu.bank(convention.immediate))
        self.arguments: RegisterBank = self._cpu.bank(*convention.args)
        self._mask = (1 << 8 * arch.model.register) - 1
        if arch.engine.word > arch.model.register:
            self._bank = _Narrow(self._bank, self._mask)
            self.arguments = _Narrow(self.arguments, self._mask)
        if convention.stack_args:
            sp = self._cpu.bank(arch.registers.sp)
            self.arguments = _Stacked(process, self.arguments, sp, {})
            self._bank = _Stacked(process, self._bank, sp, self._known)
        self._result = self._cpu.bank(convention.result)
        self._flag = None if convention.error is None else self._cpu.bank(convention.error[0])
        self._number_mask = 0xFFFFFFFF if convention.int_number else self._mask
        self._unknown: set[int] = set()
        self.error: BaseException | None = None  # raised inside the engine's hook

    def in_hook(self) -> bool:
        """`Cpu.on_syscall`: answer at once what moves no PC; False leaves it to `dispatch`."""
        scheduler = self.process.scheduler
        t = scheduler.current
        number, *words = self._bank.get()
        bound = self._known.get(number)
        if bound is None:
            bound = self._find(t, number, words)
            if bound is None:
                return True
        if bound.leaves:
            return False
        try:
            self.make(t, bound, number, words)
        except BaseException as error:
            self.error = error
            self._cpu.leave()
            return True
        if t.call is not None or scheduler.attention:
            self._cpu.leave()
        return True

    def dispatch(self, t: Thread) -> None:
        """Answer the call whose trap left the engine."""
        number, *words = self._bank.get()
        bound = self._known.get(number) or self._find(t, number, words)
        if bound is not None:
            self.make(t, bound, number, words)

    def _find(self, t: Thread, number: int, words: list[int]) -> Any:
        if number > self._number_mask:
            number &= self._number_mask
            return self._known.get(number) or self._find(t, number, words)
        bound = None
        for extension in self.process.extensions:
            bound = extension.syscall(t, number, words)
            if bound is not None:
                break
        else:
            bound = self._get(number)
        if self.process.replace_call is not None:
            bound = self.process.replace_call(t, number, bound)
        if bound is None:
            for call in self.process.observers.syscall_unknown:
                call(t, number, words)
            if number not in self._unknown:
                self._unknown.add(number)
                self.process.unimplemented(f"Unsupported syscall: {number}")
            self.fail(host_errno.ENOSYS)
            return None
        self._known[number] = bound
        if not self.process.calls_observed and bound.native is not None:
            way, name = bound.native
            self._cpu.calls.enter(number, way, hostcall.number(name))
        return bound

    def bind(self, number: int) -> None:
        """Bind a definition now: what is bound before a fork is bound in every child."""
        self._get(number)

    def forget(self) -> None:
        """Definitions may have changed (an extension's)."""
        self._known.clear()
        self._cpu.calls.clear()

    def make(self, t: Thread, bound: Any, number: int, words: list[int]) -> None:
        """Make this call."""
        t.bound, t.number, t.words = bound, number, words
        observers = self.process.observers
        for call in observers.syscall_enter:
            call(t, bound, words)
        try:
            result = bound.call(t, words)
            if bound.blocks:
                t.call = result
                self.step(t)
                return
        except Exception as error:
            self._raised(t, error)
            return
        self._done(t, result)

    def step(self, t: Thread) -> None:
        """Run a blocking call until it ends or sleeps; then `t.sleep` says on what."""
        call: Generator[Wait, None, int] = t.call  # type: ignore[assignment]
        try:
            while True:
                sleep = next(call)
                if not self.process.scheduler.ready_at_once(sleep):
                    t.sleep = sleep
                    if t.traced is not None and t.traced.code:
                        return
                    for pause in self.process.observers.syscall_pause:
                        pause(t, t.bound, t.words)
                    return
        except StopIteration as end:
            t.call = None
            self._done(t, end.value)
            if t.moved:
                self.process.files.let_go(t.moved)
        except Exception as error:
            t.call = None
            self._raised(t, error)
            if t.moved:
                self.process.files.let_go(t.moved)

    def _done(self, t: Thread, result: int | None) -> None:
        observers = self.process.observers
        if result == KEEP:
            value = 0
        else:
            value = result or 0
            self._result.set((value & self._mask,))
            if self._flag is not None:
                self._tell_failure(False)
        for call in observers.syscall_exit:
            call(t, t.bound, t.words, value, 0)

    def _raised(self, t: Thread, error: Exception) -> None:
        """A handler's exception: an errno for the guest, the end of it, or a bug of ours."""
        if isinstance(error, OSError):
            self._failed(t, error)
        elif isinstance(error, MemoryError):
            self._failed(t, OSError(host_errno.ENOMEM, ""))
        elif isinstance(error, (GuestExit, EmulatorBug)):
            raise error
        else:
            raise EmulatorBug(t, error) from error

    def _failed(self, t: Thread, error: OSError) -> None:
        number = error.errno or host_errno.EIO
        if number >= ERESTARTSYS:
            t.restart = number
            self.process.scheduler.attention = True
        else:
            self.fail(number)
            if number == host_errno.EFBIG:
                t.beyond_file_size()
        for call in self.process.observers.syscall_exit:
            call(t, t.bound, t.words, -1, number)

    def fail(self, number: int) -> None:
        """Put the guest's form of a host errno into the result register."""
        if self._errno is not None:
            number = self._errno.get(number, number)
        if self._flag is None:
            self._result.set((-number & self._mask,))
        else:
            self._result.set((number,))
            self._tell_failure(True)

    def show(self, value: int) -> None:
        """Put a result or -errno as it is into the registers of a call."""
        if value < 0 and self._flag is not None:
            self._result.set((-value,))
            self._tell_failure(True)
        else:
            self.put(value)

    def put(self, value: int) -> None:
        """Put the result of a call that succeeds into its registers."""
        self._result.set((value & self._mask,))
        if self._flag is not None:
            self._tell_failure(False)

    def result(self) -> int:
        """What the registers say a call returned; -errno, the guest's, for a failure."""
        (value,) = self._result.get()
        if self._flag is not None:
            _, _, failure = self.process.arch.syscall.error  # type: ignore[misc]
            return -value if self._flag.get()[0] & failure else value
        sign = self._mask // 2 + 1
        return (value & self._mask ^ sign) - sign

    def _tell_failure(self, failed: bool) -> None:
        _, kept, failure = self.process.arch.syscall.error  # type: ignore[misc]
        flag = self._flag
        assert flag is not None
        flag.set((flag.get()[0] & kept | (failure if failed else 0),))
