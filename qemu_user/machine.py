"""Puts the parts together: options, engine, memory, process, extensions, observers."""

from __future__ import annotations

import gc
import os
from errno import EINVAL

from .exec.abi import signals as sig
from .exec.abi.cheap import import_module
from .exec.abi.errno import errno_table
from .exec.arch import Arch, choose, load
from .exec.complaint import complain, remember_stderr
from .exec.cpu import Illegal
from .exec.dispatch import Dispatcher, EmulatorBug
from .exec.engine_abort import take_faults
from .exec.errors import EngineError, GuestExit
from .exec.files import Files
from .exec.hostthreads import ALL_SIGNALS, block_signals, describe, ignored, prepare_helpers
from .exec.memory import AddressSpace
from .exec.observe import Observer, Observers
from .exec.options import Options
from .exec.process import Process
from .exec.signals import Action, bit
from .exec.unicorn_cpu import UnicornCpu
from .loader import LoadError, Program, inspect, map_program
from .log import Log
from .syscalls import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from .exec.cpu import Trap
    from .exec.extension import Extension
    from .exec.thread import Thread
    from .syscalls.table import Table

_PYTHON_IGNORES = (sig.SIGPIPE, sig.SIGXFSZ)  # from its own start, whatever our parent did
_BUG_STATUS = 70  # EX_SOFTWARE of sysexits.h: the emulator failed, not the guest


class Machine:
    """A program about to run. LoadError from the constructor when it can't."""

    def __init__(
        self, options: Options, program: bytes, argv: list[bytes], envp: list[bytes]
    ) -> None:
        self.options = options
        found = inspect(options, program)
        if options.cpu is not None:
            try:
                choose(found.arch, options.cpu)
            except LookupError as error:
                raise LoadError(EINVAL, f"{options.program_name}: {error.args[0]}", 1) from None
        remember_stderr()
        files = Files()
        logs = bool(options.log_file or options.log_items or options.strace)
        self.log = Log(files, options.log_file, logs)
        self.process = process = Process(options, files, Observers(), self._unimplemented)
        process.new_engine = self._new_engine
        process.narrow_calls = self._narrow_calls
        self._narrow: Table | None = None
        self._inherit_signals()
        self._start(found, argv, envp)
        take_faults(self._host_fault)
        self._started = program, argv, len(envp)
        self._add_observers()

    def _start(self, found: Program, argv: list[bytes], envp: list[bytes]) -> None:
        process, options = self.process, self.options
        self._new_engine(found.arch)
        t = process.first_thread()
        t.mask = sum(bit(signo) for signo in self.initial_mask)
        process.memory.limit_stack(options.stack_size)
        process.image = map_program(process.memory, found, argv, envp, options.seed)
        process.enter(t)

    def _new_engine(self, arch: Arch) -> None:
        """An address space, a CPU and a system call table for `arch`."""
        process = self.process
        old: AddressSpace | None = getattr(process, "memory", None)
        memory = AddressSpace(arch) if old is None else old.successor(arch)
        memory.cpu = cpu = UnicornCpu(arch, memory.base, memory.engine_size, memory.perms)
        process.attach(arch, memory, cpu)
        cpu.calls.tell(process.files.plain)
        calls = table(arch)
        restart = next((n for n, name in calls.names.items() if name == "restart_syscall"), 0)
        process.answer(Dispatcher(process, calls.get, errno_table(arch.name), restart))
        process.extensions = self._extensions(arch)

    def _narrow_calls(self) -> Table:
        """The calls of 32-bit programs, for one of 64 bits that makes them."""
        if self._narrow is None:
            self._narrow = table(load(self.process.arch.linux.narrow))
        return self._narrow

    def _extensions(self, arch: Arch) -> tuple[Extension, ...]:
        from .uintr import ARCHES, extension

        if arch.name not in ARCHES:
            return ()
        trace = self.log.line if "uintr" in self.options.log_items else None
        made = extension(self.process, self.options.extra.get("uintr-abi", "auto"), trace)
        self.process.cpu.watch_identification(made.identify)
        return (made,)

    def _add_observers(self) -> None:
        options, observers = self.options, self.process.observers
        observers.add(_LogFollows(self.log))
        if options.strace:
            strace = import_module(".strace", __package__)
            settings = options.strace_settings or strace.Settings()
            strace.trace(self.process, self.log.line, options.strace, settings, self._started)
        if "unimp" in options.log_items:
            observers.add(_Refused(self.log))
        if "int" in options.log_items:
            observers.add(_Exceptions(self.log))

    def _unimplemented(self, what: str) -> None:
        if "unimp" in self.options.log_items:
            self.log.line(what)

    def _inherit_signals(self) -> None:
        """The guest begins with the mask and the ignored signals we were started with."""
        self.initial_mask = block_signals()
        prepare_helpers()
        for signo in ALL_SIGNALS:
            if signo not in _PYTHON_IGNORES and ignored(signo):
                self.process.handlers[signo] = Action(sig.SIG_IGN)

    def run(self) -> None:
        """Run to the end; this host process ends as the guest does. No return."""
        process = self.process
        gc.freeze()  # what was made so far stays: nothing is to be gained by looking at it again
        gc.enable()
        try:
            process.scheduler.run()
        except GuestExit as end:
            self._explain(end.status)
            process.exit(end.status)
        except (EmulatorBug, EngineError) as error:
            self._report(error)
        except Exception as error:
            self._report(EmulatorBug(process.scheduler.current, error))

    def _explain(self, status: int) -> None:
        """Say which instruction it was that nobody executes."""
        t = self.process.scheduler.current
        if status & 0x7F == sig.SIGILL and type(t.last_trap) is Illegal:
            from .refusal import described

            complain(f"{self.options.program_name}: {described(t)}")

    def _host_fault(self, signo: int, place: int) -> NoReturn:
        """A host signal for a fault of ours, not of the engine on the guest's behalf."""
        fault = RuntimeError(f"{describe(signo)} at host pc {place:#x}")
        self._report(EmulatorBug(self.process.scheduler.current, fault))

    def _report(self, error: Exception) -> NoReturn:
        complain(f"{self.options.program_name}: internal error: {error}")
        if "QEMU_USER_DEBUG" in os.environ:
            import traceback

            traceback.print_exception(error)
        os._exit(_BUG_STATUS)


class _LogFollows(Observer):
    """A forked child's log file is its own where -D says so."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def process_fork(self, child: Process) -> None:
        self._log.forked()


class _Refused(Observer):
    """-d unimp: instructions, too."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def trap(self, t: Thread, trap: Trap) -> None:
        if type(trap) is Illegal:
            from .refusal import described

            self._log.line(described(t))


class _Exceptions(Observer):
    """-d int."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def trap(self, t: Thread, trap: Trap) -> None:
        pc = t.cpu.read(t.arch.registers.pc)
        self._log.line(f"{t.tid} {trap!r} pc={pc:#x}")
