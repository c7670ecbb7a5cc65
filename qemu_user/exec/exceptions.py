"""Exceptions of the processor: instructions that are done for it, and the signals they become."""

from __future__ import annotations

from . import cpu as traps
from .abi import signals as abi
from .signals import SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .cpu import Trap
    from .thread import Thread

_LONGEST_INSN = 15  # bytes


def raised(t: Thread, trap: Trap) -> None:
    """The processor refused an instruction or an access: do it instead, or force the signal."""
    p = t.process
    if type(trap) is traps.Raised:
        enter = p.arch.linux.entries.get(trap.number)
        if enter is not None and enter(t):
            return
    if type(trap) is traps.Illegal:
        done = _execute(t, trap)
        if done is None:
            if t.traced is not None:
                t.traced.emulated()
            return
        if done is not trap:
            p.trap(t, done)
            return
    t.last_trap = trap
    for call in p.observers.trap:
        call(t, trap)
    t.force(signal_of(t, trap))


def _execute(t: Thread, trap: Trap) -> Trap | None:
    """Do an instruction that the engine refuses: None when it is done, else how it traps."""
    p = t.process
    if p.extensions:
        pc_name = p.arch.registers.pc
        pc = p.cpu.read(pc_name)
        code = b"".join(p.memory.views(pc, _LONGEST_INSN, traps.READ))
        for extension in p.extensions:
            length = extension.execute(t, code)
            if length is not None:
                if length:
                    p.cpu.write(pc_name, pc + length)
                return None
    emulate = p.arch.linux.emulate
    done = emulate is not None and emulate(t)
    return None if done is True else done or trap


def signal_of(t: Thread, trap: Trap) -> SigInfo:
    """The signal that a trap means."""
    p = t.process
    if type(trap) is traps.Fault:
        signo, code = p.memory.fault_signal(trap.addr, trap.access)
        return SigInfo(signo, code, addr=trap.addr)
    pc = p.cpu.read(p.arch.registers.pc)
    tell = p.arch.linux.exception
    if tell is not None:
        found = tell(t, trap.number if type(trap) is traps.Raised else -1)
        if found is not None:
            return SigInfo(found[0], found[1], addr=found[2])
    if type(trap) is traps.Raised:
        unknown = (abi.SIGILL, abi.SI_KERNEL, 0)
        signo, code, _ = p.arch.engine.exceptions.get(trap.number, unknown)
        return SigInfo(signo, code, addr=0 if code == abi.SI_KERNEL else pc)
    return SigInfo(abi.SIGILL, p.arch.engine.illegal_code, addr=pc)
