"""32-bit PowerPC, big-endian: what the engine, the loader and Linux need to know about it."""

from __future__ import annotations

from ..abi import signals as abi
from ..abi.generated.constants_ppc import CONSTANTS
from ..abi.ipc import PpcMsqidDs32, PpcShmidDs32
from ..abi.layout import DataModel
from ..abi.semaphores import PpcSemidDs32
from ..abi.stats import PpcStat32, PpcStat64
from ..abi.terminals import PpcTermio, PpcTermios
from . import Arch, Convention, Engine, Linux, Registers
from .powerpc import EXCEPTIONS, FLUSH, FPR, ILLEGAL, MSR, VECTOR, R, cpuinfo, emulate, exception
from .powerpc_mends import EXACT, FLUSHING, NARROW
from .ppc_frames import Frame, swapcontext

_BESIDE = {
    "cr0": ("ctr", 4, 4),
    "so": ("ctr", 40, 4),
    "ov": ("ctr", 44, 4),
    "ca": ("ctr", 48, 4),
    "ov32": ("ctr", 52, 4),
    "ca32": ("ctr", 56, 4),
    **VECTOR,
    "vrsave": ("r0", 1720, 4),
}
_AUXV = ((19, 32), (20, 32), (21, 0), (22, 22), (22, 22))  # cache blocks, AT_IGNOREPPC

ARCH = Arch(
    name="ppc",
    elf_machine=20,  # EM_PPC
    model=DataModel(4, ">"),
    engine=Engine(
        arch="PPC",
        mode=("PPC32", "BIG_ENDIAN"),
        model="PPC32_7457A_V1_2",
        syscall=("intr", 8),
        exceptions=EXCEPTIONS,
        illegal=ILLEGAL,
        illegal_code=abi.ILL_ILLOPC,
        start={"msr": MSR, "flush": FLUSH},
        beside=_BESIDE,
        mends=(EXACT, *FLUSHING, NARROW),
        target="ppc",
    ),
    registers=Registers(
        general=(*R, "ctr", "lr"),
        pc="pc",
        sp="r1",
        flags=None,
        tls="r2",
        vector=FPR,
        control=("fpscr",),
        dwarf=R,
        frame="r31",
    ),
    syscall=Convention(
        number="r0",
        args=R[3:9],
        result="r3",
        insn_size=4,
        error=("cr0", ~1, 1),  # SO
        aligned_pairs=True,
    ),
    frame=Frame(),
    constants=CONSTANTS,
    variants={
        "Stat": PpcStat32,
        "Stat64": PpcStat64,
        "ShmidDs": PpcShmidDs32,
        "SemidDs": PpcSemidDs32,
        "MsqidDs": PpcMsqidDs32,
        "Termios": PpcTermios,
        "Termio": PpcTermio,
    },
    special={"swapcontext": swapcontext},
    platform=b"ppc7450",
    cpuinfo=cpuinfo,
    hwcap=0x9C000000,  # PPC32 ALTIVEC FPU MMU
    clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
    task_bits=32,
    task_size=0xC0000000,
    vdso=True,
    linux=Linux(
        emulate=emulate,
        exception=exception,
        auxv=_AUXV,
        base_platform=b"ppc7450",
        calls={"fadvise64_64": "arm_fadvise64_64"},
        leaving=("swapcontext",),
    ),
    disassembler=("PPC", "32"),
    audit=20,  # AUDIT_ARCH_PPC
    cpus=("7457a_v1.2",),
)
