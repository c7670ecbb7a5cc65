"""A traced thread: where it stops, and what it does when it may go on (man 2 ptrace)."""

from __future__ import annotations

import os

from ..abi import processes as clone
from ..abi import ptrace as abi
from ..abi import signals as sig
from ..checked import DONE
from ..cpu import Interrupted, Limit
from ..errors import GuestExit
from ..signals import STOPPING, SigInfo, act, bit, deliver, of_others, settle, take
from ..waiting import Wait
from . import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket

    from ..cpu import Trap
    from ..process import Process
    from ..thread import Thread
    from ..waiting import Blocking
    from .link import Link
    from .watch import Watch

SYSGOOD = 0x80
_EVENT_OF = {
    abi.PTRACE_EVENT_FORK: abi.PTRACE_O_TRACEFORK,
    abi.PTRACE_EVENT_VFORK: abi.PTRACE_O_TRACEVFORK,
    abi.PTRACE_EVENT_CLONE: abi.PTRACE_O_TRACECLONE,
}
_INTERRUPTED = Interrupted()
_STEPPING = (abi.PTRACE_SINGLESTEP, abi.PTRACE_SYSEMU_SINGLESTEP)
_BATCH = 1000  # watched instructions between returns to the scheduler


def event_code(event: int, signo: int = sig.SIGTRAP) -> int:
    """The exit code of a PTRACE_EVENT stop."""
    return signo | event << 8


class Traced:
    """What ptrace keeps for one thread of ours that another process traces."""

    def __init__(self, t: Thread, link: Link, options: int, *, seized: bool) -> None:
        self.thread = t
        self.link = link
        self.options = options
        self.seized = seized
        self.code = 0  # exit code of the stop it is in (man 2 ptrace); 0: it runs
        self.kind = ""  # of that stop: signal, syscall, group, event
        self.info: SigInfo | None = None  # siginfo of the stop
        self.message = 0
        self.mode = abi.PTRACE_CONT  # the request that let it go on
        self.given = 0  # the signal that came with it
        self.listening = False
        self.number = -1  # of the system call it is in; -1: none
        self.phase = abi.PTRACE_SYSCALL_INFO_NONE
        self.trap = False  # a seized thread shall stop with PTRACE_EVENT_STOP
        self.group = 0  # one that is not shall stop with this signal of its process
        self.sleep: Wait | None = None
        self.watch: Watch | None = None
        self.newborn: tuple[tuple[socket, socket], tuple[socket, socket]] | None = None
        link.threads[t.tid] = self

    @property
    def wanted(self) -> bool:
        """Something is to be done before user code runs."""
        t = self.thread
        return bool(
            self.trap or self.group or t.restart or t.saved_mask is not None or t.has_signal()
        )

    def run(self) -> Trap:
        """Run user code: one instruction where the tracer wants steps."""
        t = self.thread
        self.number = -1
        stepping = self.mode in _STEPPING
        if self.watch is not None and self.watch.places:
            found = self.watch.run(1 if stepping else _BATCH)
            if found is None:
                self.thread.force(SigInfo(sig.SIGTRAP, sig.TRAP_HWBKPT, addr=self.watch.address))
                return _INTERRUPTED
            trap = found
        else:
            trap = t.cpu.run(1 if stepping else None)
        if type(trap) is not Limit:
            return trap
        if stepping:
            self.stepped(sig.TRAP_TRACE)
        return _INTERRUPTED

    def debug_registers(self) -> Watch:
        """The thread's debug registers, for who changes them."""
        from .watch import Watch

        if self.watch is None:
            self.watch = Watch(self.thread)
        return self.watch

    def emulated(self) -> None:
        """An instruction was done that the engine refuses: it is a step of its own."""
        if self.mode in _STEPPING:
            self.stepped(sig.TRAP_TRACE)

    def stepped(self, code: int) -> None:
        """An instruction is done: SIGTRAP."""
        t = self.thread
        pc = t.cpu.read(t.arch.registers.pc)
        t.force(SigInfo(sig.SIGTRAP, code, addr=pc))

    # stops

    def stop(self, code: int, kind: str, info: SigInfo | None = None) -> Blocking[int]:
        """Stop until the tracer lets the thread go on; the signal it gives then.

        A thread that was killed does not stop any more.
        """
        t = self.thread
        if (t.pending.bits | t.process.pending.bits) & bit(sig.SIGKILL):
            return 0
        if info is None and kind != "group":
            info = SigInfo(sig.SIGTRAP, code, pid=t.process.pid, uid=os.getuid())
        self.code, self.kind, self.info, self.given = code, kind, info, 0
        self.sleep = Wait(signals=False)
        self.link.tell("stop", t.tid, code)
        yield self.sleep
        self.code, self.kind = 0, ""
        if t.restart and (self.number < 0 or t.process.dispatcher.result() != -t.restart):
            t.restart = 0  # the tracer changed the registers of an interrupted call
        return self.given

    def resume(self, mode: int, signo: int) -> None:
        """The tracer lets it go on."""
        self.mode, self.given, self.listening = mode, signo, False
        if self.sleep is not None:
            sleep, self.sleep = self.sleep, None
            self.thread.process.scheduler.wake(sleep)

    def interrupt(self) -> None:
        """PTRACE_INTERRUPT, or the process's stop began or ended: a seized thread traps."""
        self.trap = True
        if self.listening:
            self.resume(self.mode, 0)
        else:
            self.thread.signalled()

    def event(self, event: int, message: int) -> Blocking[None]:
        """A PTRACE_EVENT stop."""
        self.message = message
        yield from self.stop(event_code(event), "event")

    # system calls

    def syscall_stop(self, phase: int) -> Blocking[None]:
        """Syscall-enter-stop and syscall-exit-stop; a signal the tracer gives is sent."""
        t = self.thread
        self.phase = phase
        self.message = (
            abi.PTRACE_EVENTMSG_SYSCALL_ENTRY
            if phase == abi.PTRACE_SYSCALL_INFO_ENTRY
            else abi.PTRACE_EVENTMSG_SYSCALL_EXIT
        )
        good = SYSGOOD if self.options & abi.PTRACE_O_TRACESYSGOOD else 0
        signo = yield from self.stop(sig.SIGTRAP | good, "syscall")
        if signo:
            t.post(SigInfo(signo, sig.SI_KERNEL))

    def seccomp_stop(self, data: int) -> Blocking[None]:
        """A filter asks the tracer about a call, with 16 bits of its own."""
        self.phase = abi.PTRACE_SYSCALL_INFO_SECCOMP
        yield from self.event(abi.PTRACE_EVENT_SECCOMP, data)

    def executed(self, tid: int) -> Blocking[None]:
        """execve succeeded; `tid` is what the thread's was."""
        t = self.thread
        self.watch = None
        if tid != t.tid:
            self.link.renamed(tid, t.tid)
        if self.options & abi.PTRACE_O_TRACEEXEC:
            yield from self.event(abi.PTRACE_EVENT_EXEC, tid)
        elif not self.seized:
            t.post(SigInfo(sig.SIGTRAP, sig.SI_USER, pid=t.process.pid, uid=os.getuid()))

    def exiting(self, status: int) -> Blocking[None]:
        """The thread is about to end."""
        if self.options & abi.PTRACE_O_TRACEEXIT:
            yield from self.event(abi.PTRACE_EVENT_EXIT, status)

    # children

    def birth(self, flags: int, exit_signal: int) -> int:
        """Before a child is made: the event to report, 0 for none. A child is then traced, too."""
        if flags & clone.CLONE_UNTRACED:
            return 0
        if flags & clone.CLONE_VFORK:
            event = abi.PTRACE_EVENT_VFORK
        elif flags & clone.CLONE_THREAD or exit_signal != sig.SIGCHLD:
            event = abi.PTRACE_EVENT_CLONE
        else:
            event = abi.PTRACE_EVENT_FORK
        if not self.options & _EVENT_OF[event]:
            return 0
        if not flags & clone.CLONE_THREAD:
            self.newborn = channel.pairs()
        return event

    def born(self, event: int, tid: int) -> Blocking[None]:
        """The child `tid` is there: report it."""
        if self.newborn is not None:
            ours, theirs = self.newborn
            self.newborn = None
            self.link.tell("child", tid, self.options, self.seized, ends=ours)
            for end in (*ours, *theirs):
                end.close()
        else:
            self.link.tell("thread", tid, self.options, self.seized)
            child = self.thread.process.threads[tid]
            self._begin(child, Traced(child, self.link, self.options, seized=self.seized))
        yield from self.event(event, tid)

    @staticmethod
    def _begin(child: Thread, traced: Traced) -> None:
        child.traced = traced
        if traced.seized:
            traced.trap = True
        else:
            child.pending.add(SigInfo(sig.SIGSTOP, sig.SI_USER))

    def vfork_done(self, pid: int) -> Blocking[None]:
        """The vfork child gave the memory back."""
        if self.options & abi.PTRACE_O_TRACEVFORKDONE:
            yield from self.event(abi.PTRACE_EVENT_VFORK_DONE, pid)

    def forked(self, t: Thread) -> None:
        """In the child of a fork: it has the tracer of its parent if that wants it, or none."""
        t.traced = None
        newborn, self.newborn = self.newborn, None
        if newborn is not None:
            for end in newborn[0]:
                end.close()
            link = self.link.another(newborn[1])
            self._begin(t, Traced(t, link, self.options, seized=self.seized))

    # signals

    def deliver(self) -> Blocking[int]:
        """What `signals.deliver` does, where the tracer decides about each signal."""
        t, handled = self.thread, False
        while t.traced is self and not t.exited:
            if self.trap or self.group:
                yield from self._stop_with_process()
                continue
            info = take(t, ~t.mask & ~of_others(t))
            if info is None:
                break
            chosen = yield from self._offer(info)
            if chosen is not None:
                ran = yield from self._act(chosen)
                handled = handled or ran
        if t.traced is None:
            t.process.stop_after_tracing()
            deliver(t, handled)
        elif not t.exited:
            settle(t, handled)
        return DONE

    def _stop_with_process(self) -> Blocking[None]:
        """Group-stop, or the PTRACE_EVENT_STOP of who is seized."""
        p = self.thread.process
        signo = self.group or p.group_stop or sig.SIGTRAP
        seized, self.trap, self.group = self.trap, False, 0
        if seized:
            code = event_code(abi.PTRACE_EVENT_STOP, signo)
            info = SigInfo(sig.SIGTRAP, code, pid=p.pid, uid=os.getuid())
            yield from self.stop(code, "group", info)
        else:
            yield from self.stop(signo, "group")

    def _offer(self, info: SigInfo) -> Blocking[SigInfo | None]:
        """Signal-delivery-stop: what is to be delivered after it."""
        t = self.thread
        if info.signo == sig.SIGKILL:
            return info
        signo = yield from self.stop(info.signo, "signal", info)
        if not signo:
            return None
        chosen = self.info or info
        if signo != chosen.signo:
            chosen = SigInfo(signo, sig.SI_USER, pid=self.link.pid, uid=os.getuid())
        if bit(signo) & t.mask:
            t.pending.add(chosen)
            return None
        return chosen

    def _act(self, info: SigInfo) -> Blocking[bool]:
        t = self.thread
        p = t.process
        if info.signo in STOPPING and p.handlers[info.signo].handler == sig.SIG_DFL:
            if t.traced is None:
                p.stop(info.signo)
            else:
                begin_group_stop(p, info.signo)
            return False
        try:
            handled = act(t, info)
        except GuestExit as end:
            if t.traced is self:
                yield from self.exiting(end.status)
            raise
        if handled and t.traced is self and self.mode in _STEPPING:
            yield from self.stop(sig.SIGTRAP, "signal")
        return handled


def tell_parent(p: Process, what: int, signo: int) -> None:
    """The parent hears of the process's stops unless it is the tracer, who does anyway."""
    tracers = {t.traced.link.pid for t in p.threads.values() if t.traced is not None}
    if p.parent not in tracers:
        channel.news(p, what, signo)


def begin_group_stop(p: Process, signo: int) -> None:
    """A stopping signal took effect: all traced threads stop."""
    p.group_stop = signo
    tell_parent(p, channel.STOPPED, signo)
    for t in p.threads.values():
        traced = t.traced
        if traced is None:
            continue
        if traced.seized:
            traced.interrupt()
        else:
            traced.group = signo
            t.signalled()
