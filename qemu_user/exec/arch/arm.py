"""arm: everything the engine, the loader and Linux need to know about 32-bit Arm (EABI)."""

from __future__ import annotations

import os

from ..abi import signals as abi
from ..abi.generated.constants_arm import CONSTANTS
from ..abi.ipc import MsqidDs32, ShmidDs32
from ..abi.layout import Addr, DataModel, ULong
from ..abi.semaphores import SemidDs32
from ..abi.stats import PackedStatfs64, Stat64, StatShort
from ..cpu import EXEC, READ
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .arm_frames import SIGPAGE, THUMB, Frame, sigreturn_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..process import Process
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS = 4, 5, 7
_ALIGNMENT = 4  # the engine's number for a misaligned access

_GENERAL = (*(f"r{n}" for n in range(13)), "sp", "lr")
_ALL = (*_GENERAL, "pc")
TLS = "c13_c0_3"  # TPIDRURO

_PREPARE = bytes.fromhex(  # r0: where to
    "501f11ee 0f1681e3 501f01ee"  # cpacr |= cp10, cp11
    "0111a0e3 101ae8ee"  # fpexc = EN
    "0210a0e3 111f0eee"  # cntkctl = PL0VCTEN
)
_TO_USER = bytes.fromhex("1010a0e3")  # mov r1, #0x10: user mode
_TO_BIG_USER = bytes.fromhex("211ea0e3")  # mov r1, #0x210: and big-endian data
_GO = bytes.fromhex("01f06fe1 00f0b0e1")  # msr spsr, r1; movs pc, r0
_HINTS = {  # bytes of one, and those of YIELD and WFE
    False: (4, (b"\x01\xf0\x20\xe3", b"\x02\xf0\x20\xe3")),
    True: (2, (b"\x10\xbf", b"\x20\xbf")),
}
_VECTORS, PAGE = 0xFFFF0000, 4096
_HELPERS = {  # Documentation/arch/arm/kernel_user_helpers.rst
    0xF60: bytes.fromhex(  # kuser_cmpxchg64
        "f0002de9 d040c0e1 d060c1e1"  # push {r4-r7}; ldrd r4, r5, [r0]; ldrd r6, r7, [r1]
        "5bf07ff5 9f0fb2e1"  # dmb ish; 1: ldrexd r0, r1, [r2]
        "043030e0 05303100"  # eors r3, r0, r4; eorseq r3, r1, r5
        "963fa201 01005303 f9ffff0a"  # strexdeq r3, r6, r7, [r2]; cmpeq r3, #1; beq 1b
        "000073e2 5bf07ff5 f000bde8 1eff2fe1"  # rsbs r0, r3, #0; dmb ish; pop {r4-r7}; bx lr
    ),
    0xFA0: bytes.fromhex("5bf07ff5 1eff2fe1"),  # kuser_memory_barrier: dmb ish; bx lr
    0xFC0: bytes.fromhex(  # kuser_cmpxchg
        "5bf07ff5 9f3f92e1 003053e0"  # dmb ish; 1: ldrex r3, [r2]; subs r3, r3, r0
        "913f8201 01005303 faffff0a"  # strexeq r3, r1, [r2]; cmpeq r3, #1; beq 1b
        "000073e2 efffffea"  # rsbs r0, r3, #0; b kuser_memory_barrier
    ),
    0xFE0: bytes.fromhex("700f1dee 1eff2fe1"),  # kuser_get_tls: mrc p15, 0, r0, c13, c0, 3; bx lr
}
_VERSION = 5  # kuser_helper_version, at the page's end


def begin(t: Thread) -> None:
    """Map the page of helpers; the lowest bit of an entry point chooses the instruction set."""
    space = t.memory
    page = bytearray(PAGE)
    for at, code in _HELPERS.items():
        page[at : at + len(code)] = code
    page[0xFFC:] = _VERSION.to_bytes(4, "little" if space.arch.model.order == "<" else "big")
    code = sigreturn_code()
    page[SIGPAGE - _VECTORS : SIGPAGE - _VECTORS + len(code)] = code
    space.bytes[_VECTORS : _VECTORS + PAGE] = bytes(page)
    space.paint(_VECTORS, _VECTORS + PAGE, READ | EXEC)
    entry = t.cpu.read("pc")
    if entry & 1:
        t.cpu.write("cpsr", t.cpu.read("cpsr") | THUMB)
        t.cpu.write("pc", entry & ~1)


def emulate(t: Thread) -> bool:
    """YIELD and WFE: the engine stops behind them as if the next instruction were undefined."""
    pc = t.cpu.read("pc")
    thumb = bool(t.cpu.read("cpsr") & THUMB)
    size, hints = _HINTS[thumb]
    try:
        before, code = t.memory.read(pc - size, size), t.memory.read(pc, size)
    except LinuxError:
        return False
    return before in hints and not _undefined(int.from_bytes(code, "little"), thumb)


def _undefined(code: int, thumb: bool) -> bool:
    """Whether it is one of the instructions that are undefined for ever (UDF, all bits alike)."""
    if thumb:
        return code >> 8 == 0xDE
    return code & 0xFFF000F0 == 0xE7F000F0 or code in (0, 0xFFFFFFFF)


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """The undefined instructions that stand for breakpoints, and misalignment."""
    pc = t.cpu.read("pc")
    thumb = t.cpu.read("cpsr") & THUMB
    if number == _ALIGNMENT:
        return SIGBUS, abi.BUS_ADRALN, _accessed(t, pc, bool(thumb))
    if number >= 0:
        return None
    if not thumb and pc & 3:
        return SIGBUS, abi.BUS_ADRALN, pc
    code = int.from_bytes(t.memory.read(pc, 2 if thumb else 4), "little")
    if code == 0xDE01 if thumb else code & 0x0FFFFFFF == 0x07F001F0:
        return SIGTRAP, abi.TRAP_BRKPT, pc
    return None


def _accessed(t: Thread, pc: int, thumb: bool) -> int:
    """The address that an exclusive access at PC uses."""
    code = t.memory.read(pc, 4)
    if not thumb:
        return t.cpu.read(_ALL[int.from_bytes(code, "little") >> 16 & 15])
    first, second = int.from_bytes(code[:2], "little"), int.from_bytes(code[2:], "little")
    offset = (second & 0xFF) * 4 if first & 0xFFE0 == 0xE840 else 0  # LDREX and STREX have one
    return t.cpu.read(_ALL[first & 15]) + offset & 0xFFFFFFFF


def set_tls(t: Thread, value: ULong) -> int:
    """Set the thread pointer (TPIDRURO)."""
    t.cpu.write(TLS, value)
    return 0


def get_tls(t: Thread) -> Addr:
    """The thread pointer."""
    return t.cpu.read(TLS)


def cacheflush(t: Thread, start: Addr, end: Addr, flags: ULong) -> int:  # noqa: ARG001
    """Code in [start, end) was written (man 2 cacheflush)."""
    if start < end <= t.memory.task_size:
        t.memory.discard(start & -PAGE, end + PAGE - 1 & -PAGE)
    return 0


def refused(flags: int) -> str:
    """Programs before the EABI."""
    return "" if flags & 0xFF000000 else "the ABI before Arm's EABI"


def refused_big(flags: int) -> str:
    """The same of big-endian programs: their instructions must not be (EF_ARM_BE8)."""
    return refused(flags) or ("" if flags & 0x00800000 else "big-endian instructions, not BE8")


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    about = (
        "model name\t: ARMv7 Processor rev 1 (v7l)\nBogoMIPS\t: 100.00\n"
        "Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae"
        " evtstrm \n"
        "CPU implementer\t: 0x41\nCPU architecture: 7\nCPU variant\t: 0x2\n"
        "CPU part\t: 0xc0f\nCPU revision\t: 1\n\n"
    )
    count = os.cpu_count() or 1
    tail = "Hardware\t: Generic DT based system\nRevision\t: 0000\nSerial\t\t: 0000000000000000\n"
    return "".join(f"processor\t: {n}\n{about}" for n in range(count)) + tail


def _engine(order: str) -> Engine:
    big = order == ">"
    return Engine(
        arch="ARM",
        mode=("ARM", "ARMBE8") if big else ("ARM",),
        model="ARM_CORTEX_A15",
        target="arm",
        syscall=("intr", 2),
        exceptions={
            3: (SIGBUS, 1, 0),  # misaligned PC: BUS_ADRALN
            _ALIGNMENT: (SIGBUS, 1, 0),  # misaligned exclusive access
            7: (SIGTRAP, 1, 0),  # bkpt: TRAP_BRKPT
        },
        illegal=(1,),
        illegal_code=abi.ILL_ILLOPC,
        page_size=True,
        user_mode=_PREPARE + (_TO_BIG_USER if big else _TO_USER) + _GO,
        beside={"thumb": ("r0", 0x220, 4), "condexec": ("r0", 0x224, 4)},
        start={"cpsr": 0x210 if big else 0x10},
        start_bit="thumb",
        kept_on_fill=("condexec", 0),
    )


REGISTERS = Registers(
    general=_GENERAL,
    pc="pc",
    sp="sp",
    flags="cpsr",
    tls=TLS,
    vector=tuple(f"q{n}" for n in range(16)),
    control=("fpscr",),
    dwarf=(*_GENERAL, "pc"),
    frame="r11",
)
CONVENTION = Convention(
    number="r7",
    args=("r0", "r1", "r2", "r3", "r4", "r5"),
    result="r0",
    insn_size=4,
    half_size=("cpsr", THUMB),
    aligned_pairs=True,
)
VARIANTS = {
    "Stat": StatShort,
    "Stat64": Stat64,
    "Statfs64": PackedStatfs64,
    "SemidDs": SemidDs32,
    "ShmidDs": ShmidDs32,
    "MsqidDs": MsqidDs32,
}


def make(name: str, order: str, uname: str, platform: bytes) -> Arch:
    """The architecture of one byte order; instructions are little-endian on either (BE8)."""
    return Arch(
        name=name,
        base="arm",
        elf_machine=40,  # EM_ARM
        model=DataModel(4, order),
        engine=_engine(order),
        registers=REGISTERS,
        syscall=CONVENTION,
        frame=Frame(),
        constants=CONSTANTS,
        variants=VARIANTS,
        special={"set_tls": set_tls, "get_tls": get_tls, "cacheflush": cacheflush},
        platform=platform,
        cpuinfo=cpuinfo,
        uname=uname,
        # HALF THUMB FAST_MULT VFP EDSP NEON VFPv3 TLS VFPv4 IDIVA IDIVT VFPD32 LPAE EVTSTRM
        hwcap=0x3FB0D6,
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=32,
        task_size=_VECTORS,
        linux=Linux(
            begin=begin,
            exception=exception,
            emulate=emulate,
            ids16=True,
            refused=refused_big if order == ">" else refused,
        ),
        disassembler=("ARM", "ARM"),
        audit=0x28 if order == ">" else 0x40000028,  # AUDIT_ARCH_ARMEB, AUDIT_ARCH_ARM
        cpus=("cortex-a15",),
    )


ARCH = make("arm", "<", "armv7l", b"v7l")
