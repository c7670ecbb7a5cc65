"""32-bit programs of 64-bit SPARC (V8+): what the engine, the loader and Linux need to know."""

from __future__ import annotations

from ..abi.generated.constants_sparc import CONSTANTS
from ..abi.layout import DataModel
from ..abi.sparc import (
    SparcFlock,
    SparcMsqidDs32,
    SparcSemidDs32,
    SparcShmidDs32,
    SparcStat32,
    SparcStat64,
    SparcTermios,
)
from . import Arch, Convention, Linux
from .sparc32_frames import Frame
from .sparc32_traps import TRAPS, emulate
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


_VARIANTS = {
    "Flock": SparcFlock,
    "Stat": SparcStat32,
    "Stat64": SparcStat64,
    "SemidDs": SparcSemidDs32,
    "ShmidDs": SparcShmidDs32,
    "MsqidDs": SparcMsqidDs32,
    "Termios": SparcTermios,
}


def begin(t: Thread) -> None:
    """The stack has room for a window."""
    t.cpu.write("o6", t.cpu.read("o6") - 64)
    set_pc(t, t.cpu.read("pc"))


def make(name: str, elf_machine: int, uname: str, notes: tuple[str, ...] = ()) -> Arch:
    """The architecture of programs with this ELF machine; all run as on a 64-bit kernel."""
    return Arch(
        name=name,
        base="sparc32plus",
        elf_machine=elf_machine,
        model=DataModel(4, ">", signals="sparc"),
        engine=engine(4, 0x110, TRAPS),
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
        variants=_VARIANTS,
        special=SPECIAL,
        platform=b"",
        cpuinfo=cpuinfo,
        uname=uname,
        hwcap=HWCAP,
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=32,
        task_size=0xFFFFE000,
        page=8192,
        linux=Linux(
            begin=begin,
            exception=exception,
            entries=ENTRIES,
            emulate=emulate,
            new_thread=new_thread,
            calls=CALLS,
            ids16=True,
            compat="sparc",
        ),
        disassembler=("SPARC", "V9"),
        audit=2,  # AUDIT_ARCH_SPARC
        cpus=("TI-UltraSparc-II",),
        notes=("traps, frames and pages are those of a 64-bit kernel", *notes),
    )


ARCH = make("sparc32plus", 18, "sparc64")  # EM_SPARC32PLUS
