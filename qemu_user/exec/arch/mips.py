"""32-bit MIPS, big-endian (ABI o32): what the engine, the loader and Linux need to know."""

from __future__ import annotations

import os

from ..abi import signals as abi
from ..abi.generated.constants_mips import CONSTANTS as O32
from ..abi.generated.constants_mips64 import CONSTANTS as N64
from ..abi.generated.constants_mipsn32 import CONSTANTS as N32
from ..abi.ipc import MsqidDs32
from ..abi.layout import CStruct, DataModel
from ..abi.mips import (
    MipsFlock,
    MipsKernelSigaction,
    MipsMsqidDs32Big,
    MipsOldSigaction,
    MipsShmidDs32,
    MipsSigAltStack,
    MipsStat,
    MipsStat64,
    MipsStat64Bits,
    MipsStatfs,
    MipsStatfs64,
    MipsTermios,
    MipsTermios2,
)
from ..cpu import EXEC, READ
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers, mips_fpu
from .mend import Mend
from .mips_calls import SPECIAL, new_thread
from .mips_emulate import emulate
from .mips_frames import Frame, R, trampolines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..process import Process
    from ..thread import Thread

PAGE = 4096
SIGILL, SIGTRAP, SIGBUS, SIGFPE = 4, 5, 7, 8

TLS = "cp0_userlocal"
# Status: coprocessor 1 (and DSP) usable; FR, PX, UX in 64 bits; ERL, as after reset
_STATUS = {4: 0x21000004, 8: 0x248000E4}
# What the engine makes of it for user mode, with RDHWR of register 29 permitted
_STATE = {4: 0x3800A2, 8: 0x2000EA}
_BRANCH = 0x87F800  # a branch has been done but for its slot
_AT = {4: (0x2B94, 0x2BC8), 8: (0x3E44, 0x3E80)}  # of that, and of the pointer to the page tables
_INTDIV, _INTOVF = 7, 6  # codes of BREAK and of traps
_FPE = ((0x10000, 7), (0x8000, 3), (0x4000, 4), (0x2000, 5), (0x1000, 6))  # causes -> si_code


def begin(t: Thread) -> None:
    """Map the page that handlers return to; a program finds its entry point in t9."""
    space, at = t.memory, trampoline_page(t.arch)
    code = trampolines(t.arch)
    space.bytes[at : at + len(code)] = code
    space.paint(at, at + PAGE, READ | EXEC)
    t.cpu.write("r25", t.cpu.read("pc"))
    mips_fpu.begin(t)


def trampoline_page(arch: Arch) -> int:
    """The page above all mappings."""
    return arch.task_size


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """Breaks and traps have codes that tell divisions by zero and overflows."""
    pc = t.cpu.read("pc")
    if number in (-1, 19):
        return SIGILL, abi.SI_KERNEL, 0
    if number == 23:
        causes = t.cpu.read("fcsr")
        code = next((code for bit, code in _FPE if causes & bit), abi.FPE_FLTUNK)
        return SIGFPE, code, pc
    if number not in (18, 22):
        return None
    try:
        code = _code(t, pc, number)
    except LinuxError:
        code = 0
    if code in (_INTDIV, _INTOVF):
        return SIGFPE, abi.FPE_INTDIV if code == _INTDIV else abi.FPE_INTOVF, pc
    return (SIGTRAP, abi.TRAP_BRKPT, pc) if number == 18 else (SIGTRAP, abi.SI_KERNEL, 0)


def _code(t: Thread, pc: int, number: int) -> int:
    """The code in a BREAK or trap instruction at PC, or in the slot of the branch there."""
    for at in (pc, pc + 4):
        insn = int.from_bytes(
            t.memory.read(at, 4), (t.arch.model.order == ">" and "big") or "little"
        )
        if insn >> 26 == 0 and insn & 0x3F == 13 and number == 18:
            code = insn >> 6 & 0xFFFFF
            return (code & 0x3FF) << 10 | code >> 10 if code >= 1 << 10 else code
        if insn >> 26 == 0 and insn & 0x38 == 0x30 and number == 22:
            return insn >> 6 & 0x3FF
    return 0


def refused(flags: int) -> str:
    """Why a program of these e_flags can't run (the ABI's EF_MIPS_*)."""
    if flags & 0xF000 not in (0, 0x1000):
        return "MIPS o64 or EABI"
    if flags >> 28 in (9, 10):
        return "MIPS release 6: the engine takes its PC-relative instructions for illegal"
    return "MIPS NaN 2008: the processor has the earlier encoding" if flags & 0x400 else ""


def cpuinfo(p: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    wide = p.arch.model.register == 8
    isa = (
        "mips1 mips2 mips3 mips4 mips5 mips32r1 mips32r2 mips64r1 mips64r2"
        if wide
        else ("mips1 mips2 mips32r1 mips32r2")
    )
    about = (
        f"cpu model\t\t: MIPS {'GENERIC QEMU' if wide else '74Kc'}  FPU V0.0\n"
        "BogoMIPS\t\t: 100.00\nwait instruction\t: yes\nmicrosecond timers\t: yes\n"
        f"isa\t\t\t: {isa}\nASEs implemented\t:{'' if wide else ' mips16 dsp dsp2'}\n\n"
    )
    head = "system type\t\t: MIPS Malta\nmachine\t\t\t: Unknown\n"
    return head + "".join(f"processor\t\t: {n}\n{about}" for n in range(os.cpu_count() or 1))


_EXCEPTIONS = {
    12: (SIGBUS, abi.SI_KERNEL, 0),  # misaligned, and not to be mended
    13: (SIGBUS, abi.SI_KERNEL, 0),
    18: (SIGTRAP, abi.TRAP_BRKPT, 0),
    19: (SIGILL, abi.SI_KERNEL, 0),  # coprocessor unusable
    20: (SIGILL, abi.SI_KERNEL, 0),
    21: (SIGFPE, abi.FPE_INTOVF, 0),
    22: (SIGTRAP, abi.SI_KERNEL, 0),
    23: (SIGFPE, abi.FPE_FLTUNK, 0),
}
_VARIANTS: dict[str, type[CStruct]] = {
    "KernelSigaction": MipsKernelSigaction,
    "SigAltStack": MipsSigAltStack,
    "Statfs": MipsStatfs,
    "Termios": MipsTermios,
    "Termios2": MipsTermios2,
}


def _mend(name: str, wide: bool) -> Mend:
    """Blocks of 64 instructions at most, not 512.

    Each leaves temporary values behind, for which the translator has too little room.
    """
    at = 0x75 if wide else 0x73
    most, fewer = (512).to_bytes(4, "little"), (64).to_bytes(4, "little")
    return Mend(
        symbol=f"tb_gen_code_{name}",
        machine="x86_64",
        before=0,
        size=0x100,
        pieces={
            at: (b"\x81\xfb" + most, b"\x81\xfb" + fewer),  # cmp ebx
            at + 12: (b"\xbb" + most, b"\xbb" + fewer),  # mov ebx
        },
    )


def _variants(model: DataModel) -> dict[str, type[CStruct]]:
    found = dict(_VARIANTS)
    if model.word == 4:
        found |= {
            "Statfs64": MipsStatfs64,
            "Flock": MipsFlock,
            "ShmidDs": MipsShmidDs32,
            "MsqidDs": MsqidDs32 if model.order == "<" else MipsMsqidDs32Big,
        }
    if model.register == 4:
        return found | {"Stat": MipsStat, "Stat64": MipsStat64, "OldSigaction": MipsOldSigaction}
    return found | {"Stat": MipsStat64Bits}


def _engine(model: DataModel) -> Engine:
    size, order = model.register, model.order
    wide = size == 8
    name = f"mips{'64' if wide else ''}{'el' if order == '<' else ''}"
    state, tables = _AT[size]
    return Engine(
        arch="MIPS",
        mode=(f"MIPS{8 * size}", *(("BIG_ENDIAN",) if order == ">" else ())),
        # Programs of these ABIs expect the older kind of quiet NaN, which further models lack.
        model="MIPS64_MIPS64R2_GENERIC" if wide else "MIPS32_74KF",
        target=name,
        syscall=("intr", 17),
        exceptions=_EXCEPTIONS,
        illegal=(12, 13, 20),
        illegal_code=abi.SI_KERNEL,
        beside={"hflags": ("r1", state - size, 4), "tlb": ("r1", tables - size, 8)},
        kept_on_fill=("hflags", 0xFFFFFFFF & ~_BRANCH),
        mends=(_mend(name, wide),),
        slot=("hflags", _BRANCH, 4),
        tables=("tlb", 8, "r4k_map_address", "no_mmu_map_address"),
        start={"cp0_status": _STATUS[size], "hflags": _STATE[size]},
    )


_REGISTERS = Registers(
    general=R[1:],
    pc="pc",
    sp="r29",
    flags=None,
    tls=TLS,
    vector=tuple(f"f{n}" for n in range(32)),
    control=("fcsr",),
    dwarf=R,
    frame="r30",
)


def _convention(wide: bool) -> Convention:
    return Convention(
        number="r2",
        args=R[4:10] if wide else R[4:8],
        stack_args=0 if wide else 16,
        result="r2",
        insn_size=4,
        aligned_pairs=not wide,
        error=("r7", 0, 1),
    )


def make(name: str, word: int, order: str, register: int = 0) -> Arch:
    """One of the ABIs: sizes in bytes of a long and, if it is another, of a register."""
    model = DataModel(word, order, signals="mips", register=register)
    wide, n32 = model.register == 8, word != model.register
    audit = 8 | (0x40000000 if order == "<" else 0) | (0x80000000 if wide else 0)
    task_bits = 40 if word == 8 else 31
    return Arch(
        name=name,
        base="mips",
        elf_machine=8,  # EM_MIPS
        model=model,
        engine=_engine(model),
        registers=_REGISTERS,
        syscall=_convention(wide),
        frame=Frame(),
        constants=N32 if n32 else N64 if wide else O32,
        variants=_variants(model),
        special=SPECIAL,
        platform=b"",
        cpuinfo=cpuinfo,
        uname="mips64" if wide else "mips",
        hwcap=0 if wide else 0x188,  # MIPS16 DSP DSP2
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=task_bits,
        task_size=(1 << task_bits) - 0x10000,
        linux=Linux(
            begin=begin,
            exception=exception,
            emulate=emulate,
            new_thread=new_thread,
            base_platform=b"mips64r2" if wide else b"mips32r2",
            prctl=mips_fpu.prctl,
            refused=refused,
        ),
        disassembler=("MIPS", f"MIPS{8 * model.register}"),
        audit=audit | (0x20000000 if n32 else 0),
        cpus=("MIPS64R2-generic" if wide else "74Kf",),
        notes=(
            "no MSA, no R6: those models have the newer NaN encoding, which programs do not expect",
            "CVT.S.D makes an infinity of a NaN whose fraction has none of the upper 23 bits set",
            "signals 65 to 127 are refused with EINVAL",
        ),
    )


ARCH = make("mips", 4, ">")
