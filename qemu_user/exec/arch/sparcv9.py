"""What 64-bit processors of SPARC do for programs of either word size."""

from __future__ import annotations

import os

from ..abi import signals as abi
from ..cpu import EXEC
from ..errors import LinuxError
from . import Engine, Registers
from .sparc_state import G, I, L, O, operand
from .sparc_windows import store_window
from .windows import PLACES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..process import Process
    from ..thread import Thread

SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV = 4, 5, 8, 7, 11
_MISALIGNED, _TAGGED, _ASKED, _BREAKPOINT, _DIVISION = 0x34, 0x23, 0x100, 0x101, 0x102
_WRONG_SPACE = 0x32  # address spaces are parts of instructions
_EMT_TAGOVF = 1
_FLOATING = 0x21
_IEEE_EXCEPTION = 1 << 14  # FSR.ftt
_CAUSES = (  # FSR.cexc
    (16, abi.FPE_FLTINV),
    (8, abi.FPE_FLTOVF),
    (4, abi.FPE_FLTUND),
    (2, abi.FPE_FLTDIV),
    (1, abi.FPE_FLTRES),
)
_JUMPS = ((2, 0x38), (2, 0x39))  # JMPL, RETURN

_STATE = {  # what the CPU state has where, in bytes from its beginning
    "state": (0, 0x2000),
    "fpr": (0x98, 256),
    "npc": (0x50, 8),
    "y": (0x58, 8),
    "cc_src": (0x60, 8),
    "cc_src2": (0x68, 8),
    "cc_dst": (0x70, 8),
    "cc_op": (0x78, 4),
    "fsr": (0x90, 8),
    "icc": (0x88, 4),
    "rounding": (0x1B39, 1),  # what the engine has made of FSR
    "xcc": (0x1C40, 4),
    "asi": (0x1C44, 4),
    "pstate": (0x1C48, 4),
    "tl": (0x1C4C, 4),
    "cansave": (0x1C54, 4),
    "canrestore": (0x1C58, 4),
    "cleanwin": (0x1C64, 4),
    "gsr": (0x1F60, 8),
    "fprs": (0x1F68, 8),
    "delayed": (0x1290, 8),  # a register of the memory management unit that nothing uses
}


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """Traps that name an address, and those of instructions that ask for one."""
    pc = t.cpu.read("pc")
    if number == _MISALIGNED:
        return SIGBUS, abi.BUS_ADRALN, _operand(t, pc)
    if number == _WRONG_SPACE:
        return SIGSEGV, abi.SEGV_MAPERR, _operand(t, pc)
    if number == _TAGGED:
        return abi.SIGSTKFLT, _EMT_TAGOVF, pc  # which stands for SIGEMT
    if number == _FLOATING:
        return SIGFPE, _floating(t.cpu.read("fsr")), pc
    if number >= _ASKED and number not in (_BREAKPOINT, _DIVISION):
        return SIGILL, abi.ILL_ILLTRP, pc
    return None


def _floating(fsr: int) -> int:
    """The si_code of an exception that FSR tells of; unknown where it is none of IEEE 754."""
    if fsr & 0x1C000 != _IEEE_EXCEPTION:
        return abi.FPE_FLTUNK
    return next((code for bit, code in _CAUSES if fsr & bit), abi.FPE_FLTUNK)


def _operand(t: Thread, pc: int) -> int:
    """The address that the instruction at PC accesses or jumps to; PC itself if it does neither."""
    code = int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), "big")
    if code >> 30 != 3 and (code >> 30, code >> 19 & 0x3F) not in _JUMPS:
        return pc
    return operand(t, code)


def new_thread(_parent: Thread, child: Thread) -> None:
    """It begins with its parent's window alone, and knows that it is the child."""
    for at, words in child.cpu.windows.take_out():
        try:
            store_window(child, at, words)
        except LinuxError:  # a bad stack is the child's own affair
            continue
    child.cpu.write("o1", 1)


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    count = os.cpu_count() or 1
    return (
        "cpu\t\t: TI UltraSparc II  (BlackBird)\nfpu\t\t: UltraSparc II integrated FPU\n"
        f"prom\t\t: OBP\ntype\t\t: sun4u\nncpus probed\t: {count}\nncpus active\t: {count}\n"
        "MMU Type\t: Spitfire\n"
    )


def engine(word: int, syscall: int, illegal: tuple[int, ...]) -> Engine:
    """The processor for programs of this word size; `syscall` and `illegal` are traps."""
    return Engine(
        arch="SPARC",
        mode=("SPARC64", "BIG_ENDIAN"),
        target="sparc64",
        word=8,
        syscall=("intr", syscall),
        exceptions={
            0x11: (SIGILL, abi.ILL_PRVOPC, 0),
            _FLOATING: (SIGFPE, abi.FPE_FLTUNK, 0),
            0x28: (SIGFPE, abi.FPE_INTDIV, 0),
            _MISALIGNED: (SIGBUS, abi.BUS_ADRALN, 0),
            0x37: (SIGILL, abi.ILL_PRVOPC, 0),
            0x68: (SIGSEGV, abi.SEGV_MAPERR, 0),
            _BREAKPOINT: (SIGTRAP, abi.TRAP_BRKPT, 0),
            _DIVISION: (SIGFPE, abi.FPE_INTDIV, 0),
        },
        illegal=(0x10, 0x20, *illegal),
        illegal_code=abi.ILL_ILLOPC,
        start={
            "pstate": 0x10 if word == 8 else 0x18,  # user mode, floating point; 32-bit addresses
            "tl": 0,
            "fprs": 4,
            "asi": 0x82,
            "cansave": 6,
            "cleanwin": 7,
        },
        beside={name: ("g1", at - 8, size) for name, (at, size) in _STATE.items()},
        unsaved=("state",),
        moving=(*O, *L, *I),
        windows=PLACES,
    )


def pipe(t: Thread) -> int:
    """Man 2 pipe: the descriptors are in two registers."""
    first, second = os.pipe()
    os.set_inheritable(first, True)
    os.set_inheritable(second, True)
    t.cpu.write("o1", second)
    return first


def _floats(t: Thread) -> bool:
    """An instruction that Linux does, or an exception."""
    from .sparc_quads import enter

    return enter(t)


def getpagesize(t: Thread) -> int:
    """Man 2 getpagesize."""
    return t.arch.page


REGISTERS = Registers(
    general=(*G, *O, *L, *I),
    pc="pc",
    sp="o6",
    flags=None,
    tls="g7",
    control=("fsr",),
    dwarf=("g0", *G, *O, *L, *I),
    frame="i6",
)
# The carry of both condition codes: flags that are in place, or those of the addition that
# `engine_windows` leaves behind at a system call
CARRY = ("cc_op", ~2, 2)
HWCAP = 0x8000B1F  # FLUSH STBAR SWAP MULDIV V9 MUL32 DIV32 V8PLUS, ADP: copying without VIS
ENTRIES = {_FLOATING: _floats}
SPECIAL = {"pipe": pipe, "getpagesize": getpagesize}
CALLS = {
    "fork": "fork_two_results",
    "vfork": "vfork_two_results",
    "clone": "clone_two_results",
    "rt_sigaction": "rt_sigaction_restorer",
}
