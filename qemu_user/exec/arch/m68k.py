"""m68k: everything the engine, the loader and Linux need to know about the Motorola 68040."""

from __future__ import annotations

from errno import EINVAL

from ..abi import signals as abi
from ..abi.generated.constants_m68k import CONSTANTS
from ..abi.ipc import MsqidDs32, ShmidDs32
from ..abi.layout import Addr, DataModel, ULong
from ..abi.semaphores import SemidDs32
from ..abi.statvariants import Stat64M68k, StatM68k
from ..cpu import EXEC, READ
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .m68k_frames import RETURN, RETURNS, RT_RETURN, A, D, Frame
from .m68k_mends import INFINITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..process import Process
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS, SIGFPE = 4, 5, 7, 8
_DIVIDE, _PAGE = 5, 4096


def begin(t: Thread) -> None:
    """Map what handlers return to: the kernel's frames are code, which our stacks are not."""
    page = (RETURN.ljust(8, b"\0") + RT_RETURN).ljust(_PAGE, b"\0")
    t.memory.bytes[RETURNS : RETURNS + _PAGE] = page
    t.memory.paint(RETURNS, RETURNS + _PAGE, READ | EXEC)


def get_thread_area(t: Thread) -> Addr:
    """The thread pointer."""
    return t.cpu.read("tp")


def set_thread_area(t: Thread, addr: Addr) -> int:
    """Set the thread pointer, which no register holds."""
    t.cpu.write("tp", addr)
    return 0


def atomic_cmpxchg_32(
    t: Thread,
    newval: ULong,
    oldval: ULong,
    d3: ULong,  # noqa: ARG001
    d4: ULong,  # noqa: ARG001
    d5: ULong,  # noqa: ARG001
    mem: Addr,
) -> ULong:
    """Store `newval` at `mem` if `oldval` is there; what was there."""
    found = t.memory.word(mem)
    if found == oldval:
        t.memory.set_word(mem, newval)
    return found


def atomic_barrier(_: Thread) -> int:
    """Order memory accesses; the call alone does."""
    return 0


def cacheflush(t: Thread, addr: Addr, scope: ULong, cache: ULong, length: ULong) -> int:
    """Code in `length` bytes from `addr` on was written (man 2 cacheflush)."""
    if not 1 <= scope <= 3 or cache & ~3:
        raise LinuxError(EINVAL)
    end = addr + length
    if scope == 3 or end > t.memory.task_size:  # FLUSH_SCOPE_ALL
        addr, end = 0, t.memory.task_size
    t.memory.discard(addr & -_PAGE, end + _PAGE - 1 & -_PAGE)
    return 0


def _operand_size(code: int, size: int) -> int:
    """Bytes behind an operation word that its effective address takes, without full formats."""
    mode, register = code >> 3 & 7, code & 7
    if mode in (5, 6):
        return 2
    return (2, 4, 2, 2, size, 0, 0, 0)[register] if mode == 7 else 0


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """A division by zero is over when it is reported: PC is the next instruction's."""
    if number != _DIVIDE:
        return None
    pc = t.cpu.read("pc")
    code = int.from_bytes(b"".join(t.memory.views(pc, 2, EXEC)).ljust(2, b"\0"), "big")
    is_long = code >> 6 == 0x131  # DIVSL, DIVUL
    size = 4 + _operand_size(code, 4) if is_long else 2 + _operand_size(code, 2)
    t.cpu.write("pc", pc + size)
    return SIGFPE, abi.FPE_INTDIV, pc


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    return (
        "CPU:\t\t68040\nMMU:\t\t68040\nFPU:\t\t68040\n"
        "Clocking:\t25.0MHz\nBogoMips:\t16.53\nCalibration:\t82688 loops\n"
    )


ARCH = Arch(
    name="m68k",
    elf_machine=4,  # EM_68K
    model=DataModel(4, ">", 2),
    engine=Engine(
        arch="M68K",
        mode=("BIG_ENDIAN",),
        model="M68K_M68030",  # the engine's numbers are one too high: this is the 68040
        target="m68k",
        mends=(INFINITIES,),
        syscall=("intr", 32),
        syscall_skip=2,
        exceptions={
            3: (SIGBUS, abi.BUS_ADRALN, 0),
            4: (SIGILL, abi.ILL_ILLOPC, 0),
            _DIVIDE: (SIGFPE, abi.FPE_INTDIV, 0),
            6: (SIGFPE, abi.FPE_INTOVF, 0),
            7: (SIGFPE, abi.FPE_INTOVF, 0),  # TRAPV, TRAPcc
            8: (SIGILL, abi.ILL_PRVOPC, 0),
            10: (SIGILL, abi.ILL_ILLOPC, 0),
            11: (SIGILL, abi.ILL_ILLOPC, 0),
            **dict.fromkeys(range(33, 47), (SIGILL, abi.ILL_ILLTRP, 2)),
            47: (SIGTRAP, abi.TRAP_BRKPT, 2),
        },
        illegal=(4, 10, 11),
        illegal_code=abi.ILL_ILLOPC,
        start={"sr": 0},
        beside={
            "tp": ("d0", 84, 4),  # the interrupt stack pointer, of which user code knows nothing
            "fp": ("d0", 112, 128),
            "fpcr": ("d0", 256, 4),
            "fpsr": ("d0", 260, 4),
            "rounding": ("d0", 265, 1),  # what the engine has made of FPCR
            "precision": ("d0", 267, 1),
        },
    ),
    registers=Registers(
        general=(*D, *A),
        pc="pc",
        sp="a7",
        flags="sr",
        tls="tp",
        control=("fpcr", "fpsr"),
        dwarf=(*D, *A),
        frame="a6",
    ),
    syscall=Convention(
        number="d0", args=("d1", "d2", "d3", "d4", "d5", "a0"), result="d0", insn_size=2
    ),
    frame=Frame(),
    constants=CONSTANTS,
    variants={
        "Stat": StatM68k,
        "Stat64": Stat64M68k,
        "SemidDs": SemidDs32,
        "ShmidDs": ShmidDs32,
        "MsqidDs": MsqidDs32,
    },
    special={
        "get_thread_area": get_thread_area,
        "set_thread_area": set_thread_area,
        "atomic_cmpxchg_32": atomic_cmpxchg_32,
        "atomic_barrier": atomic_barrier,
        "cacheflush": cacheflush,
    },
    platform=b"",
    cpuinfo=cpuinfo,
    hwcap=0,
    clone_args=("flags", "stack", "parent_tid", "child_tid", "tls"),
    task_bits=32,
    task_size=0xF0000000,
    linux=Linux(
        begin=begin,
        exception=exception,
        calls={"mmap": "old_mmap", "select": "old_select", "getrlimit": "old_getrlimit"},
        ids16=True,
    ),
    disassembler=("M68K", "M68K_040"),
    audit=4,  # AUDIT_ARCH_M68K
    cpus=("m68040",),
)
