"""A guest thread: what Linux keeps per task besides the registers, which the CPU holds."""

from __future__ import annotations

import os

from .abi import signals as abi
from .signals import Action, PendingSignals, SigInfo, bit, of_others

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import Any

    from .arch import Arch
    from .cpu import Context, Cpu, Trap
    from .hostthreads import Parked
    from .memory import AddressSpace
    from .process import Process
    from .rseq import RestartableSequences
    from .seccomp import Seccomp
    from .tracing.traced import Traced
    from .userdispatch import UserDispatch
    from .waiting import Wait


class Thread:
    """A kernel task. Its registers are in `cpu` while it is the scheduler's current thread."""

    def __init__(self, process: Process, tid: int, parked: Parked | None = None) -> None:
        self.process = process
        self.tid = tid
        self.parked = parked  # owns the tid; None for the main thread
        self.arch: Arch = process.arch
        self.cpu: Cpu = process.cpu
        self.memory: AddressSpace = process.memory
        self.context: Context | None = None  # registers while another thread runs
        self.mask = 0  # blocked signals, bit signo - 1
        self.saved_mask: int | None = None  # to come back after a call that swapped the mask
        self.waiting_for = 0  # signals that rt_sigtimedwait waits for
        self.pending = PendingSignals()
        self.altstack = (0, 0, 0)  # ss_sp, ss_flags, ss_size
        self.clear_child_tid = 0
        self.robust_list = 0
        self.rseq: RestartableSequences | None = None  # registered by rseq(2)
        self.cpus: frozenset[int] | None = None  # processors it may use; None: as the main thread
        self.comm = process.comm
        self.ext: dict[type, Any] = {}  # extensions' state
        self.exited = False
        self.traced: Traced | None = None  # by ptrace(2)
        self.seccomp: Seccomp | None = None  # its mode and filters
        self.user_dispatch: UserDispatch | None = None  # calls that are to be signals
        self.turns = 0  # how often the scheduler chose it
        self.sleep: Wait | None = None
        self.call: Generator[Wait, None, int] | None = None  # a system call that sleeps
        self.moved: dict[int, int] = {}  # descriptors that were closed meanwhile -> open files
        self.last_trap: Trap | None = None  # for signal frames
        self.restart = 0  # restart code of the call just ended
        self.restart_block: Callable[[], Generator[Wait, None, int]] | None = None
        self.bound: Any = None  # the system call under way: its definition, number and words
        self.number = 0
        self.words: Sequence[int] = ()
        self.cpu_time = 0  # ns of engine time, for thread clocks

    @property
    def held(self) -> int:
        """Signals that stay queued even if they would be ignored."""
        return self.mask | self.waiting_for | (self.saved_mask or 0)

    @property
    def pending_bits(self) -> int:
        """Signals queued for this thread or its process."""
        return self.pending.bits | self.process.pending.bits

    def has_signal(self) -> bool:
        """A signal waits that is not blocked."""
        bits = self.pending.bits | self.process.pending.bits
        return bool(bits and bits & ~self.mask & ~of_others(self))

    def processor(self) -> int:
        """The number of the processor it runs on."""
        from .rseq import cpu_of

        return cpu_of(self)

    def signalled(self) -> None:
        """A signal was queued: end an interruptible sleep, or look at it before user code."""
        self.process.scheduler.signalled(self)

    def post(self, info: SigInfo) -> None:
        """Send a signal to this thread (tgkill)."""
        self.process.generate(info, self)

    def beyond_file_size(self) -> None:
        """A call failed with EFBIG: take the SIGXFSZ that may come with it (man 2 setrlimit)."""
        from .hostthreads import forget_signal

        if forget_signal(abi.SIGXFSZ):
            uid = os.getuid()
            self.post(SigInfo(abi.SIGXFSZ, abi.SI_USER, pid=self.process.pid, uid=uid))

    def force(self, info: SigInfo) -> None:
        """A fault's signal: blocked or ignored ones kill (man 2 sigaction)."""
        action = self.process.handlers[info.signo]
        if action.handler == abi.SIG_IGN or self.mask & bit(info.signo):
            self.force_default(info)
            return
        self.pending.add(info)
        self.signalled()

    def force_default(self, info: SigInfo) -> None:
        """A signal that cannot be caught."""
        self.process.handlers[info.signo] = Action()
        self.mask &= ~bit(info.signo)
        self.pending.add(info)
        self.signalled()

    def rerun_syscall(self, *, block: bool) -> None:
        """Set the registers so that the interrupted call's instruction runs again.

        With `block` it is restart_syscall that runs, which goes on with `restart_block`.
        """
        convention, pc = self.arch.syscall, self.arch.registers.pc
        number = self.number
        if block and self.restart_block is not None:
            number = self.process.dispatcher.restart_number
        self.cpu.write(convention.args[0], self.words[0])
        if convention.immediate:
            self.process.dispatcher.forced = (self, number) if number != self.number else None
        else:
            self.cpu.write(convention.number, number)
        size = convention.insn_size
        if convention.half_size is not None:
            register, bits = convention.half_size
            size >>= bool(self.cpu.read(register) & bits)
        self.cpu.write(pc, self.cpu.read(pc) - size)
