"""SYSENTER and SYSCALL of 32-bit programs: the vDSO's convention (arch/x86/entry of Linux).

What returns from the call is the vDSO's code behind its `int 0x80`, whoever made the call: it takes
EBP, EDX and ECX from the stack, and returns. The sixth argument is where EBP is pushed.
"""

from __future__ import annotations

from errno import EFAULT

from ..errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

SYSCALL, SYSENTER = 256, 257  # no numbers of the processor's


def _enter(t: Thread) -> bool:
    """Make the call whose arguments are in the registers but for the sixth, at ESP."""
    cpu, process = t.cpu, t.process
    cpu.write("eip", process.vdso_function("int80_landing_pad") + t.arch.syscall.insn_size)
    try:
        cpu.write("ebp", t.memory.word(cpu.read("esp")))
    except LinuxError:
        process.dispatcher.fail(EFAULT)
        return True
    process.dispatcher.dispatch(t)
    return True


def _sysenter(t: Thread) -> bool:
    """ESP is in EBP."""
    t.cpu.write("esp", t.cpu.read("ebp"))
    return _enter(t)


def _syscall(t: Thread) -> bool:
    """ECX is in EBP."""
    t.cpu.write("ecx", t.cpu.read("ebp"))
    return _enter(t)


ENTRIES = {SYSCALL: _syscall, SYSENTER: _sysenter}
