"""Making processes and threads."""

from __future__ import annotations

import ctypes
import os
from errno import E2BIG, EINVAL
from select import POLLIN

from ..exec import hostcall
from ..exec.abi import processes as abi
from ..exec.abi import signals as sig
from ..exec.abi.numbers import call_numbers
from ..exec.abi.processes import CloneArgs
from ..exec.cpu import WRITE
from ..exec.errors import ERESTARTNOINTR, LinuxError
from ..exec.hostcall import unlimited
from ..exec.signals import COUNT
from ..exec.waiting import Wait
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.thread import Thread
    from ..exec.vfork import Loan
    from ..exec.waiting import Blocking
    from .args import Addr, CloneFlags, Size, ULong

_THREAD = abi.CLONE_VM | abi.CLONE_SIGHAND | abi.CLONE_THREAD
_THREAD_ONLY = _THREAD | abi.CLONE_FS | abi.CLONE_FILES | abi.CLONE_SYSVSEM
_SETTINGS = (
    abi.CLONE_SETTLS
    | abi.CLONE_PARENT_SETTID
    | abi.CLONE_CHILD_SETTID
    | abi.CLONE_CHILD_CLEARTID
    | abi.CLONE_DETACHED
)
_OF_CHILDREN = ("execve", "exit_group")  # what they call while their parents may not have
_PROCESS_FLAGS = (
    _SETTINGS
    | abi.CLONE_VM
    | abi.CLONE_VFORK
    | abi.CLONE_PIDFD
    | abi.CLONE_CLEAR_SIGHAND
    | abi.CLONE_UNTRACED
    | abi.CLONE_IO
    | abi.CSIGNAL
)
_BY_HOST = (  # what only the host's clone3 can do
    abi.CLONE_PARENT
    | abi.CLONE_FS
    | abi.CLONE_INTO_CGROUP
    | abi.CLONE_NEWNS
    | abi.CLONE_NEWCGROUP
    | abi.CLONE_NEWUTS
    | abi.CLONE_NEWIPC
    | abi.CLONE_NEWUSER
    | abi.CLONE_NEWPID
    | abi.CLONE_NEWNET
    | abi.CLONE_NEWTIME
)
_CHILDREN_SPACE = "/proc/self/ns/pid_for_children"
_SHARING = "without CLONE_THREAD: CLONE_VM only with CLONE_VFORK; CLONE_FILES is EINVAL"
_MOST_TIDS = 32  # MAX_PID_NS_LEVEL
_NOT_CLONE3 = (abi.CSIGNAL & ~abi.CLONE_NEWTIME) | abi.CLONE_DETACHED


class Request:
    """What clone(2) and clone3(2) ask for, in one form."""

    __slots__ = (
        *("cgroup", "child_tid", "exit_signal", "flags", "parent_tid", "pidfd"),
        *("set_tid", "stack", "tls"),
    )

    def __init__(self, flags: int, exit_signal: int = sig.SIGCHLD, stack: int = 0) -> None:
        self.flags = flags
        self.exit_signal = exit_signal
        self.stack = stack  # where the child's stack pointer begins; 0: as the parent's
        self.parent_tid = self.child_tid = self.pidfd = self.tls = self.cgroup = 0
        self.set_tid: tuple[int, ...] = ()


def _signal(t: Thread, number: int) -> int:
    return t.arch.model.signal_to_ours(number)


@syscall(leaves=True, note=_SHARING)
def clone(
    t: Thread, flags: CloneFlags, stack: Addr, a2: ULong, a3: ULong, a4: ULong
) -> Blocking[int]:
    request = Request(flags & ~abi.CSIGNAL, _signal(t, flags & abi.CSIGNAL), stack)
    order = dict(zip(t.arch.clone_args[2:], (a2, a3, a4), strict=True))
    request.parent_tid = request.pidfd = order["parent_tid"]
    request.child_tid, request.tls = order["child_tid"], order["tls"]
    result = yield from _clone(t, request)
    return result


@syscall(leaves=True)
def fork_two_results(t: Thread) -> Blocking[int]:
    return _two_results(t, (yield from fork(t)))


@syscall(leaves=True)
def vfork_two_results(t: Thread) -> Blocking[int]:
    return _two_results(t, (yield from vfork(t)))


def _two_results(t: Thread, result: int) -> int:
    """The second register tells whether it is the child."""
    t.cpu.write(t.arch.syscall.args[1], not result)
    return result


@syscall(leaves=True)
def clone_two_results(
    t: Thread, flags: CloneFlags, stack: Addr, a2: ULong, a3: ULong, a4: ULong
) -> Blocking[int]:
    return _two_results(t, (yield from clone(t, flags, stack, a2, a3, a4)))


@syscall(leaves=True)
def clone_stack_first(
    t: Thread, stack: Addr, flags: CloneFlags, a2: ULong, a3: ULong, a4: ULong
) -> Blocking[int]:
    request = Request(flags & ~abi.CSIGNAL, _signal(t, flags & abi.CSIGNAL), stack)
    order = dict(zip(t.arch.clone_args[2:], (a2, a3, a4), strict=True))
    request.parent_tid = request.pidfd = order["parent_tid"]
    request.child_tid, request.tls = order["child_tid"], order["tls"]
    return (yield from _clone(t, request))


@syscall(leaves=True, note=_SHARING)
def clone3(t: Thread, uargs: Addr, size: Size) -> Blocking[int]:
    known = CloneArgs.size(t.arch.model)
    if size < 64 or size > 4096:
        raise LinuxError(EINVAL if size < 64 else E2BIG)
    data = t.memory.read(uargs, size)
    if any(data[known:]):
        raise LinuxError(E2BIG)
    args = CloneArgs.unpack(t.arch.model, data[:known].ljust(known, b"\0"))
    if args.flags & _NOT_CLONE3 or bool(args.stack) != bool(args.stack_size):
        raise LinuxError(EINVAL)
    if args.set_tid_size > _MOST_TIDS or bool(args.set_tid) != bool(args.set_tid_size):
        raise LinuxError(EINVAL)
    if args.exit_signal and args.flags & (abi.CLONE_THREAD | abi.CLONE_PARENT):
        raise LinuxError(EINVAL)
    stack = args.stack + args.stack_size
    request = Request(args.flags, _signal(t, args.exit_signal), stack)
    request.parent_tid, request.child_tid = args.parent_tid, args.child_tid
    request.pidfd, request.tls, request.cgroup = args.pidfd, args.tls, args.cgroup
    request.set_tid = tuple(t.memory.u32(args.set_tid + 4 * i) for i in range(args.set_tid_size))
    result = yield from _clone(t, request)
    return result


@syscall(leaves=True)
def fork(t: Thread) -> Blocking[int]:
    result = yield from _clone(t, Request(0))
    return result


@syscall(leaves=True)
def vfork(t: Thread) -> Blocking[int]:
    result = yield from _clone(t, Request(abi.CLONE_VM | abi.CLONE_VFORK))
    return result


def _clone(t: Thread, request: Request) -> Blocking[int]:
    flags = request.flags
    if flags & abi.CLONE_SIGHAND and not flags & abi.CLONE_VM:
        raise LinuxError(EINVAL)
    if flags & abi.CLONE_THREAD and not flags & abi.CLONE_SIGHAND:
        raise LinuxError(EINVAL)
    if flags & abi.CLONE_THREAD:
        if flags & ~(_THREAD_ONLY | _SETTINGS | abi.CLONE_IO | abi.CLONE_UNTRACED):
            raise LinuxError(EINVAL)
        event = t.traced.birth(flags, request.exit_signal) if t.traced is not None else 0
        tid = _new_thread(t, request)
        if t.traced is not None and event:
            yield from t.traced.born(event, tid)
        return tid
    if flags & ~(_PROCESS_FLAGS | _BY_HOST) or request.exit_signal > COUNT:
        raise LinuxError(EINVAL)
    if flags & abi.CLONE_VM and not flags & abi.CLONE_VFORK:
        raise LinuxError(EINVAL)  # it would not be shared
    result = yield from _new_process(t, request)
    return result


def _new_thread(t: Thread, request: Request) -> int:
    p, flags = t.process, request.flags
    set_tls = _tls(t, request)
    before = t.cpu.new_context()
    try:
        _child_registers(t, request)
        child = _made(t)
        new_thread = t.arch.linux.new_thread
        if new_thread is not None and child.context is not None:
            new_thread(t, child)
            set_tls(child)
            t.cpu.save(child.context)
    finally:
        t.cpu.restore(before)
    if flags & abi.CLONE_PARENT_SETTID:
        _store_tid(t, request.parent_tid, child.tid)
    if flags & abi.CLONE_CHILD_SETTID:
        _store_tid(t, request.child_tid, child.tid)
    if flags & abi.CLONE_CHILD_CLEARTID:
        child.clear_child_tid = request.child_tid
    p.scheduler.add(child)
    return child.tid


def _made(t: Thread) -> Thread:
    try:
        return t.process.new_thread(t)
    except LinuxError:
        try:
            same = os.readlink(_CHILDREN_SPACE) == os.readlink("/proc/self/ns/pid")
        except FileNotFoundError:  # there is nobody in it yet
            same = False
        if same:
            raise
        raise LinuxError(EINVAL) from None  # it would be in another one than its process


def _child_registers(t: Thread, request: Request) -> None:
    """Make the parent's registers those that the child begins with."""
    registers = t.arch.registers
    t.process.dispatcher.put(0)
    if request.stack:
        t.cpu.write(registers.sp, request.stack)
    if request.flags & abi.CLONE_SETTLS and registers.tls:
        t.cpu.write(registers.tls, request.tls)


def _tls(t: Thread, request: Request) -> Callable[[Thread], None]:
    """What CLONE_SETTLS does beside setting a register; LinuxError for a bad value."""
    hook = t.arch.linux.tls
    if not request.flags & abi.CLONE_SETTLS or hook is None:
        return lambda _: None
    return hook(t, request.tls)


def _store_tid(t: Thread, addr: int, tid: int) -> None:
    """The kernel ignores a bad address here."""
    try:
        t.memory.set_u32(addr, tid)
    except LinuxError:
        return


def _new_process(t: Thread, request: Request) -> Blocking[int]:
    p, flags = t.process, request.flags
    set_tls = _tls(t, request)
    p.scheduler.take_in(lambda: True, 0)
    if t.has_signal():  # what is for the whole process group the child must not miss
        raise LinuxError(ERESTARTNOINTR)
    numbers = call_numbers(t.arch.name)
    for name in _OF_CHILDREN:
        p.dispatcher.bind(numbers[name])
    if flags & abi.CLONE_PIDFD and t.memory.permitted(request.pidfd, 4, WRITE) < 4:
        _maker(request, hostcall.INVALID)()  # EFAULT, unless the host finds another error first
    ends = unlimited(lambda: os.pipe2(os.O_CLOEXEC)) if flags & abi.CLONE_VFORK else None
    loan = _lend(t) if ends is not None and flags & abi.CLONE_VM else None
    event = t.traced.birth(flags, request.exit_signal) if t.traced is not None else 0
    p.shares_directory = p.shares_directory or bool(flags & abi.CLONE_FS)
    pid = p.fork(t, _maker(request))
    if pid == 0:
        p.shares_directory = bool(flags & abi.CLONE_FS)
        _in_child(t, request, ends)
        set_tls(t)
        if loan is not None:
            loan.begin()
        return 0
    if request.exit_signal != sig.SIGCHLD and not flags & abi.CLONE_PARENT:
        p.quiet_children = True
    if flags & abi.CLONE_PARENT_SETTID:
        _store_tid(t, request.parent_tid, pid)
    if flags & abi.CLONE_PIDFD:
        t.memory.set_u32(request.pidfd, os.pidfd_open(pid))
    if ends is not None:
        os.close(ends[1])
    if t.traced is not None and event:
        yield from t.traced.born(event, pid)
    if ends is not None:
        fd = p.files.create(lambda: ends[0])
        try:
            yield Wait([(fd, POLLIN)], signals=False)
        finally:
            p.files.unreserve(fd)
        if loan is not None:
            loan.take_back()
        if t.traced is not None:
            yield from t.traced.vfork_done(pid)
    return pid


def _maker(request: Request, pidfd: int = 0) -> Callable[[], int]:
    """os.fork unless something is asked for that it does not do; a `pidfd` is out of reach."""
    wanted = request.flags & _BY_HOST | (abi.CLONE_PIDFD if pidfd else 0)
    if not wanted and not request.set_tid and request.exit_signal == sig.SIGCHLD:
        return os.fork

    def make() -> int:
        from ..exec.hostclone import clone

        tids = (ctypes.c_int * len(request.set_tid))(*request.set_tid)
        signo = 0 if wanted & abi.CLONE_PARENT else request.exit_signal
        args = CloneArgs(flags=wanted, pidfd=pidfd, exit_signal=signo, cgroup=request.cgroup)
        if request.set_tid:
            args.set_tid, args.set_tid_size = ctypes.addressof(tids), len(tids)
        return clone(args)

    return make


def _lend(t: Thread) -> Loan:
    from ..exec.vfork import Loan

    return Loan(t.memory)


def _in_child(t: Thread, request: Request, ends: tuple[int, int] | None) -> None:
    p, flags = t.process, request.flags
    if ends is not None:
        os.close(ends[0])
        p.vfork_fd = p.files.create(lambda: ends[1])
    _child_registers(t, request)
    t.clear_child_tid = request.child_tid if flags & abi.CLONE_CHILD_CLEARTID else 0
    t.robust_list = 0
    if flags & abi.CLONE_VM:
        t.rseq = None
    if flags & abi.CLONE_CHILD_SETTID:
        _store_tid(t, request.child_tid, t.tid)
    if flags & abi.CLONE_CLEAR_SIGHAND:
        p.handlers.exec()
