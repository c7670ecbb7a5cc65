"""A guest process: what its threads share, and how it begins, forks, execs and ends."""

from __future__ import annotations

import os
from _thread import get_native_id
from time import monotonic_ns

from . import cpu as traps
from . import futex, vdso
from .abi import signals as abi
from .arrivals import CALL_BACK, HOST_MODEL, Arrived
from .complaint import complain, remember_stderr
from .dispatch import Dispatcher
from .errors import GuestExit
from .hostcall import set_name
from .hostthreads import describe, die, in_place, let_in, stop
from .robust import release_robust_list
from .scheduler import Scheduler
from .signals import CORE, PendingSignals, SigInfo, SignalHandlers, generate
from .thread import Thread
from .visible import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .arch import Arch
    from .cpu import Cpu, Trap
    from .extension import Extension
    from .files import Files
    from .hostthreads import Parked
    from .memory import AddressSpace
    from .observe import Observers
    from .options import Options
    from .signals import SigInfo as Info
    from .tracing.state import Tracing
    from .waiting import Wait

_SPARE_THREADS = 32  # so many other threads end before one's id is seen again
_PROMPT = 50_000_000  # ns within which the signal that ended a stop is here


class Process:
    """A thread group. `image` is what the loader made of the program."""

    def __init__(
        self,
        options: Options,
        files: Files,
        observers: Observers,
        unimplemented: Callable[[str], None],
    ) -> None:
        self.options = options
        self.files = files
        self.observers = observers
        self.unimplemented = unimplemented  # told what the guest asked for in vain
        # Asked once per system call that is used: who answers it instead of its definition.
        self.replace_call: Callable[[Thread, int, Any], Any] | None = None
        self.extensions: tuple[Extension, ...] = ()
        self.pid = os.getpid()
        self.comm = b""
        self.image: Any = None
        self.handlers = SignalHandlers()
        self.pending = PendingSignals()
        self.chosen: dict[int, Thread] = {}  # who was woken for a signal in `pending`
        self.threads: dict[int, Thread] = {}
        self.signal_watchers: list[Callable[[], None]] = []  # called when queues changed
        self.spare: list[Parked] = []  # host threads that no guest thread has just now
        self.vfork_fd = -1  # a vfork parent waits for its closing
        self.futexes = futex.Futexes()
        self.child_waits: list[Wait] = []  # sleeps that a SIGCHLD from the host ends
        self.quiet_children = False  # some child's end sends no SIGCHLD
        self.shares_directory = False  # and umask with another process (CLONE_FS)
        self.membarriers = 0  # registrations of membarrier(2)
        self.scheduled = False  # some thread asked for processors, a policy or a nice value
        self.before_exit: list[Callable[[], None]] = []
        self.parent = 0  # pid of the emulator that forked this one; 0: none did
        self.tracing: Tracing | None = None  # since somebody first traced
        self.checks = False  # some thread's calls are to be looked at before they are made
        self.group_stop = 0  # the signal by which traced threads stop together
        self.host_stop = 0  # the signal by which the host stops us just now
        self._continued = False
        self._raised: Callable[[Thread, Trap], None] | None = None  # once there was an exception
        self.kept: dict[type, Any] = {}  # what families of system calls keep per process
        self.scheduler = Scheduler(self)
        self.new_engine: Callable[[Arch], None]  # execve of another architecture
        self.narrow_calls: Callable[[], Any]  # the table of 32-bit programs' calls
        self.arch: Arch
        self.cpu: Cpu
        self.memory: AddressSpace
        self.dispatcher: Dispatcher

    def detach(self) -> None:
        """Give engine and address space back, if there are any, before others are attached."""
        for t in self.threads.values():
            t.context = None
            t.cpu.close()
            t.memory.close()

    def attach(self, arch: Arch, memory: AddressSpace, cpu: Cpu) -> None:
        """Use this engine and address space from now on (start, or execve of another kind)."""
        self.arch, self.memory, self.cpu = arch, memory, cpu
        for t in self.threads.values():
            t.arch, t.memory, t.cpu, t.context = arch, memory, cpu, None

    def answer(self, dispatcher: Dispatcher) -> None:
        """Let `dispatcher` answer the system calls."""
        if self.checks:
            from .checked import CheckedDispatcher

            dispatcher = CheckedDispatcher(dispatcher)
        self.dispatcher = dispatcher
        self.cpu.on_syscall = dispatcher.in_hook

    @property
    def calls_observed(self) -> bool:
        """Somebody is to see each system call: none is answered in the engine (D17)."""
        observers = self.observers.syscall_enter or self.observers.syscall_exit
        return bool(self.checks or self.replace_call or observers)

    def check_calls(self) -> None:
        """From now on threads may be traced, and have filters of system calls (also children)."""
        if not self.checks:
            self.checks = True
            self.answer(self.dispatcher)
            self.cpu.calls.clear()

    # signals

    def generate(self, info: Info, target: Thread | None) -> None:
        generate(self, info, target)

    def post(self, info: Info) -> None:
        """Send a signal to the process (kill)."""
        generate(self, info, None)

    def signal_came(self, tid: int, raw: bytes) -> None:
        """In a listener's host thread: a host signal, `tid` 0 when any thread may take it."""
        self.scheduler.from_outside(Arrived(self, tid, raw))

    def signal_taken(self, tid: int, raw: bytes) -> None:
        """A host signal becomes the guest's."""
        info = SigInfo.unpack(HOST_MODEL, raw)
        self._continued = self._continued or info.signo == abi.SIGCONT
        if info.code == CALL_BACK:
            from .tracing import attach

            attach.called(self, info.pid, info.value)
            return
        if info.signo in in_place:
            if info.signo == abi.SIGBUS and self.memory.guard is not None:
                self.memory.guard.taken()
            let_in(info.signo)
        if info.signo == abi.SIGCHLD:
            for sleep in list(self.child_waits):
                self.scheduler.wake(sleep)
        target = None
        if info.code == abi.SI_TKILL:
            target = self.threads.get(tid or self.pid)
            if target is None:
                return
        generate(self, info, target)

    def stop(self, signo: int) -> None:
        """Default action of the stopping signals: the host stops us until SIGCONT."""
        self.host_stop, self._continued = signo, False
        stop(signo)
        # It may be a tracer that let us run, and then no code of the guest may.
        self.scheduler.take_in(lambda: self._continued, monotonic_ns() + _PROMPT)
        self.host_stop = 0

    def stop_after_tracing(self) -> None:
        """Nobody traces a thread any more: if the process was stopped it is by the host now."""
        if self.group_stop and all(t.traced is None for t in self.threads.values()):
            signo, self.group_stop = self.group_stop, 0
            self.stop(signo)

    def killed(self, info: Info) -> None:
        """Default action of the fatal signals."""
        raise GuestExit(info.signo | (0x80 if info.signo in CORE else 0))

    # traps

    def trap(self, t: Thread, trap: Trap) -> None:
        """Answer what is not a system call: soft faults, extensions' instructions, signals."""
        if type(trap) is traps.Fault and self.memory.fault(trap.addr, trap.access):
            return
        gates, pc = self.arch.linux.gates, self.arch.registers.pc
        if type(trap) is traps.Fault and trap.access == traps.EXEC and trap.addr in gates:
            self.cpu.write(pc, self.vdso_function(gates[trap.addr]))
            return
        if self._raised is None:
            from .exceptions import raised

            self._raised = raised
        self._raised(t, trap)

    # threads

    def enter(self, t: Thread) -> None:
        """Point the fresh registers of `t` at the program that was loaded."""
        registers, image = self.arch.registers, self.image
        self.comm = t.comm = os.path.basename(image.path)[:15]
        set_name(t.comm)
        show(self.memory.base, image)
        self.cpu.write(registers.sp, image.sp)
        self.cpu.write(registers.pc, image.entry)
        begin = self.arch.linux.begin
        if begin is not None:
            begin(t)

    def vdso_function(self, name: str) -> int:
        """The guest's address of a function of its vDSO."""
        image = self.image
        if not image.vdso_symbols:
            image.vdso_symbols = vdso.symbols(self.arch)
        address: int = image.vdso + image.vdso_symbols[name]
        return address

    def first_thread(self) -> Thread:
        """The main thread of a program about to start."""
        t = Thread(self, get_native_id())
        self.threads[t.tid] = t
        self.scheduler.current = t
        self.scheduler.add(t)
        return t

    def new_thread(self, parent: Thread) -> Thread:
        """A thread beside `parent`, with a copy of its registers; it is not yet scheduled."""
        spares = len(self.spare) == _SPARE_THREADS
        parked = self.spare.pop(0) if spares else self.scheduler.signals.park(self.signal_came)
        t = Thread(self, parked.tid, parked)
        t.context = self.cpu.new_context()
        t.mask, t.seccomp = parent.mask, parent.seccomp
        t.comm, t.cpus = parent.comm, parent.cpus
        self.threads[t.tid] = t
        if self.scheduled:
            _inherit(parent.tid, t.tid)
        for extension in self.extensions:
            extension.thread_start(t, parent)
        for call in self.observers.thread_start:
            call(t)
        return t

    def end_thread(self, t: Thread, code: int, signo: int = 0) -> None:
        """exit(2), or a signal kills it: the last one ends the process. Raises GuestExit then."""
        status = (code & 0xFF) << 8 | signo
        for call in self.observers.thread_exit:
            call(t, code)
        for extension in self.extensions:
            extension.thread_exit(t)
        release_robust_list(t)
        del self.threads[t.tid]
        if not self.threads:
            raise GuestExit(status)
        if self.tracing is not None:
            self.tracing.thread_ended(t, status)
        if t.clear_child_tid:
            self._clear_child_tid(t)
        self._drop(t)

    def _clear_child_tid(self, t: Thread) -> None:
        try:
            t.memory.set_u32(t.clear_child_tid, 0)
            futex.wake(self, t.clear_child_tid, 1)
        except OSError:
            return

    def _drop(self, t: Thread) -> None:
        t.exited = True
        if t.call is not None:
            call, t.call = t.call, None
            call.close()
            self.files.let_go(t.moved)
        self.scheduler.remove(t)
        if t.parked is not None:
            self._park(t.parked)

    def _park(self, parked: Parked) -> None:
        """Keep a few host threads for guest threads to come.

        Not where somebody traces: the tracer may still have to hear of the end of who had the id.
        """
        if len(self.spare) < _SPARE_THREADS and self.tracing is None:
            self.spare.append(parked)
        else:
            parked.end()

    # fork, exec, exit

    def fork(self, t: Thread, make: Callable[[], int] = os.fork) -> int:
        """fork(2) by `make`: the child's pid in the parent, 0 in the child, where only `t` is."""
        for extension in self.extensions:
            extension.forking(t)
        self.memory.forking()
        pid = make()
        if pid == 0:
            self._become_child(t)
        return pid

    def _become_child(self, t: Thread) -> None:
        self.parent, self.pid = self.pid, os.getpid()
        self.memory.loan = None  # it was lent to who forked us
        self.release_vfork_parent()
        self.spare.clear()
        self.child_waits = []
        self.quiet_children = False
        for other in self.threads.values():
            if other is not t:
                other.exited = True
                self.files.let_go(other.moved)
        if self.scheduled:
            _inherit(t.tid, self.pid)
        t.tid, t.parked, t.cpus, t.user_dispatch = self.pid, None, None, None
        self.threads = {t.tid: t}
        self.pending = PendingSignals()
        self.chosen = {}
        t.pending = PendingSignals()
        self.futexes.clear()
        self.memory.forked()
        self.files.forked()
        self.scheduler.forked(t)
        self.group_stop = 0
        if self.tracing is not None:
            self.tracing.forked(t)
        for extension in self.extensions:
            extension.forked(t)
        for call in self.observers.process_fork:
            call(self)

    def begin_exec(self, t: Thread) -> None:
        """execve's point of no return: other threads and handlers go."""
        for other in list(self.threads.values()):
            if other is not t:
                del self.threads[other.tid]
                if self.tracing is not None:
                    self.tracing.thread_ended(other, 0)
                self._drop(other)
        if t.parked is not None:
            self._park(t.parked)
            t.parked = None
            del self.threads[t.tid]
            t.tid = self.pid
            self.threads[t.tid] = t
        for extension in self.extensions:
            extension.exec(t)
        self.handlers.exec()
        t.altstack = (0, 0, 0)
        t.clear_child_tid = t.robust_list = 0
        t.rseq, t.user_dispatch, self.membarriers = None, None, 0
        self.release_vfork_parent()
        remember_stderr()

    def release_vfork_parent(self) -> None:
        """The address space is no longer shared with a vfork parent."""
        if self.memory.loan is not None:
            self.memory.loan.give_back()
        if self.vfork_fd >= 0:
            fd, self.vfork_fd = self.vfork_fd, -1
            self.files.unreserve(fd)

    def exit(self, status: int) -> None:
        """Leave the host as the guest does: `status` as wait4 would report it. No return."""
        for thread in self.threads.values():
            release_robust_list(thread)
        for call in self.before_exit:
            call()
        if self.tracing is not None:
            self.tracing.process_ended(status)
        for observer in self.observers.process_exit:
            observer(self, status)
        self.release_vfork_parent()
        signo = status & 0x7F
        if not signo:
            os._exit(status >> 8)
        if signo in CORE:
            name = self.options.program_name
            own = self.arch.model.signal_to_guest(signo)
            complain(f"{name}: uncaught target signal {own} ({describe(signo)}) - core dumped")
        die(signo)


def _inherit(source: int, tid: int) -> None:
    from .scheduling import inherit

    inherit(source, tid)
