"""What 32-bit and 64-bit PowerPC have in common: pt_regs, vectors, exceptions."""

from __future__ import annotations

import os

from ..abi import signals as abi
from ..cpu import EXEC, WRITE, Fault, Illegal, Raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ..cpu import Trap
    from ..process import Process
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS = 4, 5, 7

R = tuple(f"r{n}" for n in range(32))
FPR = tuple(f"fpr{n}" for n in range(32))
GENERAL = (*R, "pc", "ctr", "lr")
# MSR (Power ISA book III, 4.2.1) of user code with floating point and AltiVec: problem state, and
# what Linux has on: external interrupts, machine checks, address translation, recoverable.
MSR = 1 << 25 | 1 << 15 | 1 << 14 | 1 << 13 | 1 << 12 | 0x32
VEC = 1 << 25
FLUSH = 0x0101  # denormal results and operands of AltiVec are zeros, as VSCR says at first
_NON_JAVA, _SATURATED = 1 << 16, 1  # VSCR
VECTOR = {  # of the engine's state; `flush` is what it has made of VSCR
    "vsr": ("fpr0", -8, 1024),
    "vscr": ("fpr0", -16, 4),
    "saturated": ("fpr0", 1016, 16),
    "flush": ("fpr0", 1048, 2),
}
PROGRAM, _ALIGNMENT = 6, 5


def order_of(t: Thread) -> Literal["little", "big"]:
    """Its byte order, as int.from_bytes calls it."""
    return "big" if t.arch.model.order == ">" else "little"


def read_xer(t: Thread) -> int:
    """XER, which the engine keeps in parts."""
    so, ov, ca, ov32, ca32 = t.cpu.bank("so", "ov", "ca", "ov32", "ca32").get()
    parts = so << 31 | ov << 30 | ca << 29 | ov32 << 19 | ca32 << 18
    return parts | t.cpu.read("xer") & 0x7F


def write_xer(t: Thread, xer: int) -> None:
    """Set XER."""
    t.cpu.bank("so", "ov", "ca", "ov32", "ca32").set([xer >> n & 1 for n in (31, 30, 29, 19, 18)])
    t.cpu.write("xer", xer & 0x7F)


def _trap_words(t: Thread) -> tuple[int, int, int]:
    """trap, DAR and DSISR of the thread's last exception."""
    trap = t.last_trap
    if isinstance(trap, Fault):
        if trap.access == EXEC:
            return 0x400, 0, 0
        missing = 0x08000000 if t.memory.fault_code(trap.addr) == abi.SEGV_ACCERR else 0x40000000
        return 0x300, trap.addr, missing | (0x02000000 if trap.access == WRITE else 0)
    if isinstance(trap, Raised) and trap.number == _ALIGNMENT:
        return 0x600, operand_address(t), 0
    if isinstance(trap, (Raised, Illegal)):
        return 0x700, 0, 0
    return 0xC00, 0, 0


def pt_regs(t: Thread, orig_r3: int | None = None) -> tuple[int, ...]:
    """struct pt_regs as gp_regs of a frame and ptrace(2) show it."""
    cpu = t.cpu
    *general, pc, ctr, lr = cpu.bank(*GENERAL).get()
    trap, dar, dsisr = _trap_words(t)
    wide = int(t.arch.model.word == 8)  # softe there, mq here
    orig = general[3] if orig_r3 is None else orig_r3
    return (
        *general,
        *(pc, t.arch.engine.start["msr"], orig, ctr, lr, read_xer(t), cpu.read("cr"), wide),
        *(trap, dar, dsisr, 0, 0, 0, 0, 0),
    )


def set_pt_regs(t: Thread, words: Sequence[int]) -> None:
    """Take from pt_regs what user code may change."""
    t.cpu.bank(*GENERAL).set((*words[:32], words[32], words[35], words[36]))
    write_xer(t, words[37])
    t.cpu.write("cr", words[38] & 0xFFFFFFFF)


def set_traced_regs(t: Thread, words: Sequence[int]) -> int | None:
    """Take from pt_regs what a tracer gives; in a call, r0 is its number."""
    set_pt_regs(t, words)
    if t.traced is None or t.traced.number < 0:
        return None
    number = words[0] & 0xFFFFFFFF
    return number - (number >> 31 << 32)


def _vector_status(t: Thread) -> tuple[int, int]:
    """VSCR and VRSAVE."""
    vscr, saturated, vrsave = t.cpu.bank("vscr", "saturated", "vrsave").get()
    return vscr | (_SATURATED if saturated else 0), vrsave


def _set_vector_status(t: Thread, vscr: int, vrsave: int) -> None:
    values = (vscr & ~_SATURATED, vscr & _SATURATED, FLUSH if vscr & _NON_JAVA else 0, vrsave)
    t.cpu.bank("vscr", "saturated", "flush", "vrsave").set(values)


def vector_image(t: Thread) -> bytes:
    """VR0 to VR31, VSCR, VRSAVE, then the low halves of VSR0 to VSR31.

    VSCR is the last word of its register, VRSAVE the first one. In 32-bit
    frames that is the first word of VSCR's.
    """
    data = t.cpu.read("vsr").to_bytes(1024, "little")
    step = -1 if t.arch.model.order == ">" else 1
    high = b"".join(data[at : at + 16][::step] for at in range(512, 1024, 16))
    low = b"".join(data[at : at + 8][::step] for at in range(0, 512, 16))
    order, (vscr, vrsave) = order_of(t), _vector_status(t)
    status, saved = vscr.to_bytes(16, order), vrsave.to_bytes(4, order)
    if t.arch.model.word == 4:
        status = saved + status[4:]
    return high + status + saved + bytes(12) + low


def set_vector_image(t: Thread, image: bytes) -> None:
    """Take back what `vector_image` gave, with or without the low halves."""
    data = bytearray(t.cpu.read("vsr").to_bytes(1024, "little"))
    step = -1 if t.arch.model.order == ">" else 1
    for n in range(32):
        data[512 + 16 * n : 528 + 16 * n] = image[16 * n : 16 * n + 16][::step]
        if len(image) > 544:
            data[16 * n : 16 * n + 8] = image[544 + 8 * n : 552 + 8 * n][::step]
    t.cpu.write("vsr", int.from_bytes(data, "little"))
    order = order_of(t)
    at = 512 if order == "little" else 524
    vrsave = int.from_bytes(image[528:532] or image[512:516], order)
    _set_vector_status(t, int.from_bytes(image[at : at + 4], order), vrsave)


def _instruction(t: Thread) -> int:
    pc = t.cpu.read("pc")
    return int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), order_of(t))


def operand_address(t: Thread) -> int:
    """The address a misaligned load or store at PC is about (forms D and X)."""
    code = _instruction(t)
    mask = (1 << 8 * t.arch.model.word) - 1
    base = t.cpu.read(R[code >> 16 & 31]) if code >> 16 & 31 else 0
    if code >> 26 == 31:
        return base + t.cpu.read(R[code >> 11 & 31]) & mask
    return base + (code & 0xFFFF) - (code & 0x8000) * 2 & mask


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """A program interrupt is a trap or a privileged instruction; which one, its code says."""
    if number == _ALIGNMENT:
        return SIGBUS, abi.BUS_ADRALN, operand_address(t)
    if number != PROGRAM:
        return None
    code, pc = _instruction(t), t.cpu.read("pc")
    if code >> 26 in (2, 3) or (code >> 26 == 31 and code >> 1 & 0x3FF in (4, 68)):
        return SIGTRAP, abi.TRAP_BRKPT, pc
    return SIGILL, abi.ILL_PRVOPC, pc


def emulate(t: Thread) -> bool | Trap:
    """What Linux does for programs, and what the engine does wrong."""
    from .powerpc_emulate import emulate  # few programs need it

    return emulate(t)


def cpuinfo(p: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    wide = p.arch.model.word == 8
    cpu, revision = ("POWER9", "2.0 (pvr 004e 1200)") if wide else ("7447A", "1.2 (pvr 8003 0102)")
    about = f"cpu\t\t: {cpu}, altivec supported\nclock\t\t: 2000.000000MHz\n"
    about += f"revision\t: {revision}\n\n"
    count = os.cpu_count() or 1
    listed = "".join(f"processor\t: {n}\n{about}" for n in range(count))
    platform = "pSeries" if wide else "PowerMac"
    return f"{listed}timebase\t: 512000000\nplatform\t: {platform}\n"


ILLEGAL = (PROGRAM, 95, 96)  # `emulate` tells them apart
EXCEPTIONS = {  # the engine adds 4 to PC
    _ALIGNMENT: (SIGBUS, 1, -4),
    PROGRAM: (SIGTRAP, 1, -4),
    95: (SIGILL, abi.ILL_ILLOPC, -4),  # facility unavailable
    96: (SIGILL, abi.ILL_ILLOPC, -4),  # emulation assistance
}
