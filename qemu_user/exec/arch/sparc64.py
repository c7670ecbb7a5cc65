"""64-bit SPARC: everything the engine, the loader and Linux need to know about it."""

from __future__ import annotations

from ..abi.generated.constants_sparc64 import CONSTANTS
from ..abi.layout import DataModel
from ..abi.sparc import SparcMsqidDs, SparcSemidDs, SparcShmidDs, SparcTermios
from ..abi.stats import StatX86_64
from . import Arch, Convention, Linux
from .sparc64_context import emulate
from .sparc64_frames import BIAS, Frame
from .sparc_state import O, set_pc
from .sparcv9 import (
    CALLS,
    CARRY,
    ENTRIES,
    HWCAP,
    REGISTERS,
    SPECIAL,
    cpuinfo,
    engine,
    exception,
    new_thread,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread


def begin(t: Thread) -> None:
    """The stack pointer is biased, and has room for a window."""
    t.cpu.write("o6", t.cpu.read("o6") - 128 - BIAS)
    set_pc(t, t.cpu.read("pc"))


ARCH = Arch(
    name="sparc64",
    elf_machine=43,  # EM_SPARCV9
    model=DataModel(8, ">", signals="sparc"),
    engine=engine(8, 0x16D, illegal=(0x16E, 0x16F)),
    registers=REGISTERS,
    syscall=Convention(
        number="g1",
        args=O[:6],
        result="o0",
        insn_size=4,
        error=CARRY,
    ),
    frame=Frame(),
    constants=CONSTANTS | {"PTRACE_DETACH": 11},
    variants={
        "Stat": StatX86_64,
        "SemidDs": SparcSemidDs,
        "ShmidDs": SparcShmidDs,
        "MsqidDs": SparcMsqidDs,
        "Termios": SparcTermios,
    },
    special=SPECIAL,
    platform=b"",
    cpuinfo=cpuinfo,
    hwcap=HWCAP,
    clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
    task_bits=43,
    page=8192,
    linux=Linux(
        begin=begin,
        exception=exception,
        entries=ENTRIES,
        emulate=emulate,
        new_thread=new_thread,
        calls=CALLS | {"ipc": "ipc_direct"},
        compat="sparc",
    ),
    disassembler=("SPARC", "V9"),
    audit=0x8000002B,  # AUDIT_ARCH_SPARC64
    cpus=("TI-UltraSparc-II",),
)
