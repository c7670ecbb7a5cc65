"""64-bit PowerPC, big-endian: what the engine, the loader and Linux need to know about it."""

from __future__ import annotations

import os
from errno import EFAULT

from ..abi import signals as abi
from ..abi.generated.constants_ppc64 import CONSTANTS
from ..abi.ipc import PpcMsqidDs, PpcShmidDs
from ..abi.layout import S32, U64, Addr, Array, Bytes, CStruct, DataModel, SigSet, ULong
from ..abi.semaphores import PpcSemidDs
from ..abi.signals import SigAltStack
from ..abi.stats import StatX86_64
from ..abi.terminals import PpcTermio, PpcTermios
from ..cpu import EXEC, WRITE, Fault, Illegal, Raised
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Mend, Registers
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ..process import Process
    from ..signals import Action, SigInfo
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS = 4, 5, 7

R = tuple(f"r{n}" for n in range(32))
# MSR (Power ISA book III, 4.2.1): 64-bit, AltiVec, VSX, problem state, floating point, and what
# Linux has on: external interrupts, machine checks, address translation, recoverable.
MSR = 1 << 63 | 1 << 25 | 1 << 23 | 1 << 15 | 1 << 14 | 1 << 13 | 1 << 12 | 0x32
_LITTLE = 1
_VEC, _VSX = 1 << 25, 1 << 23
_SO, _CA = 1 << 31, 1 << 29  # of XER
_OV = 1 << 30
_PROGRAM, _ALIGNMENT = 6, 5
GENERAL = (*R, "pc", "ctr", "lr")
_STACK_ROOM, _RED_ZONE = 128, 512
_VRSAVE_AT = 528  # in the area of vector registers


class SigContext(CStruct):
    """struct sigcontext: pt_regs, floating point, vectors."""

    reserved: tuple[int, ...] = Array(ULong, 4)
    signal: S32
    _pad0: S32
    handler: ULong
    oldmask: ULong
    regs: Addr
    gp_regs: tuple[int, ...] = Array(U64, 48)
    fp_regs: tuple[int, ...] = Array(U64, 33)
    v_regs: Addr
    vmx_reserve: bytes = Bytes(808)


class UContext(CStruct):
    """struct ucontext."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_sigmask: SigSet
    unused: bytes = Bytes(120)
    uc_mcontext: SigContext


_GP_AT = 168 + 64  # of gp_regs in ucontext
_VMX_AT = 168 + 64 + 48 * 8 + 33 * 8 + 8  # of vmx_reserve
_INFO_AT = 1920  # in struct rt_sigframe: behind ucontext, the old trampoline and two pointers
_FRAME_SIZE = _INFO_AT + 128 + _RED_ZONE


class Frame:
    """struct rt_sigframe of arch/powerpc/kernel/signal_64.c."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        at = (frame_top(t, action) - _FRAME_SIZE) & ~15
        sp = at - _STACK_ROOM
        vectors = -(-(at + _VMX_AT) // 16) * 16
        state = SigContext(
            signal=info.signo,
            handler=action.handler,
            oldmask=mask,
            regs=at + _GP_AT,
            gp_regs=pt_regs(t),
            fp_regs=(*cpu.bank(*FPR).get(), cpu.read("fpscr")),
            v_regs=vectors,
            vmx_reserve=bytes(vectors - at - _VMX_AT) + vector_image(t),
        )
        context = UContext(uc_stack=save_altstack(t), uc_sigmask=mask, uc_mcontext=state)
        data = context.pack(model).ljust(_INFO_AT - 16, b"\0")
        for pointer in (at + _INFO_AT, at):
            data += pointer.to_bytes(8, _order(t))
        old_sp = cpu.read("r1")
        memory.write(sp, old_sp.to_bytes(8, _order(t)) + bytes(_STACK_ROOM - 8))
        memory.write(at, data + info.pack(model))
        self._enter(t, action, info, at)

    def _enter(self, t: Thread, action: Action, info: SigInfo, at: int) -> None:
        """Registers for the handler, in both ABIs: ELFv1 has pointers to descriptors."""
        cpu, memory = t.cpu, t.memory
        entry = action.handler
        if uses_descriptors(t):
            entry, toc = memory.word(action.handler), memory.word(action.handler + 8)
            cpu.write("r2", toc)
        else:
            cpu.write("r12", entry)
        arguments = (info.signo, at + _INFO_AT, at, at)
        if not action.flags & abi.SA_SIGINFO:
            arguments = (info.signo, at + 168, at, at)
        cpu.bank("r3", "r4", "r5", "r6").set(arguments)
        back = t.process.vdso_function("__kernel_sigtramp_rt64")
        cpu.bank("r1", "lr", "ctr", "pc").set((at - _STACK_ROOM, back, entry, entry))

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        cpu = t.cpu
        at = cpu.read("r1")
        context = t.memory.load(at, UContext)
        saved = context.uc_mcontext
        gp = saved.gp_regs
        if saved.v_regs and gp[33] & _VEC:
            size = 544 + (256 if gp[33] & _VSX else 0)
            set_vector_image(t, t.memory.read(saved.v_regs, size))
        cpu.bank(*FPR).set(saved.fp_regs[:32])
        cpu.write("fpscr", saved.fp_regs[32] & 0xFFFFFFFF)
        if gp[32] & 3:
            raise LinuxError(EFAULT)
        set_pt_regs(t, gp)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


FPR = tuple(f"fpr{n}" for n in range(32))


def _order(t: Thread) -> Literal["little", "big"]:
    return "big" if t.arch.model.order == ">" else "little"


def uses_descriptors(t: Thread) -> bool:
    """Whether function pointers are those of ELFv1: e_flags of the program say so."""
    return t.arch.model.order == ">" and t.process.image.flags & 3 < 2


def begin(t: Thread) -> None:
    """The entry point of an ELFv1 program is a descriptor, too."""
    image = t.process.image
    if uses_descriptors(t):
        entry, toc = t.memory.word(image.entry), t.memory.word(image.entry + 8)
        bias = image.interpreter_base or image.bias
        t.cpu.write("pc", entry + bias)
        t.cpu.write("r2", toc + bias)
    else:
        t.cpu.write("r12", image.entry)


def read_xer(t: Thread) -> int:
    """XER, which the engine keeps in parts."""
    so, ov, ca, ov32, ca32 = t.cpu.bank("so", "ov", "ca", "ov32", "ca32").get()
    parts = so << 31 | ov << 30 | ca << 29 | ov32 << 19 | ca32 << 18
    return parts | t.cpu.read("xer") & 0x7F


def _write_xer(t: Thread, xer: int) -> None:
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
    msr = MSR | (_LITTLE if t.arch.model.order == "<" else 0)
    trap, dar, dsisr = _trap_words(t)
    orig = general[3] if orig_r3 is None else orig_r3
    return (
        *general,
        *(pc, msr, orig, ctr, lr, read_xer(t), cpu.read("cr"), 1),
        *(trap, dar, dsisr, 0, 0, 0, 0, 0),
    )


def set_pt_regs(t: Thread, words: Sequence[int]) -> None:
    """Take from pt_regs what user code may change."""
    t.cpu.bank(*GENERAL).set((*words[:32], words[32], words[35], words[36]))
    _write_xer(t, words[37])
    t.cpu.write("cr", words[38] & 0xFFFFFFFF)


def vector_image(t: Thread) -> bytes:
    """VR0 to VR31, VSCR, VRSAVE, then the low halves of VSR0 to VSR31."""
    data = t.cpu.read("vsr").to_bytes(1024, "little")
    step = -1 if t.arch.model.order == ">" else 1
    high = b"".join(data[at : at + 16][::step] for at in range(512, 1024, 16))
    low = b"".join(data[at : at + 8][::step] for at in range(0, 512, 16))
    return high + bytes(32) + low


def set_vector_image(t: Thread, image: bytes) -> None:
    """Take back what `vector_image` gave, with or without the low halves."""
    data = bytearray(t.cpu.read("vsr").to_bytes(1024, "little"))
    step = -1 if t.arch.model.order == ">" else 1
    for n in range(32):
        data[512 + 16 * n : 528 + 16 * n] = image[16 * n : 16 * n + 16][::step]
        if len(image) > 544:
            data[16 * n : 16 * n + 8] = image[544 + 8 * n : 552 + 8 * n][::step]
    t.cpu.write("vsr", int.from_bytes(data, "little"))


def _instruction(t: Thread) -> int:
    pc = t.cpu.read("pc")
    return int.from_bytes(b"".join(t.memory.views(pc, 4, EXEC)), _order(t))


def operand_address(t: Thread) -> int:
    """The address a misaligned load or store at PC is about (forms D and X)."""
    code = _instruction(t)
    base = t.cpu.read(R[code >> 16 & 31]) if code >> 16 & 31 else 0
    if code >> 26 == 31:
        return base + t.cpu.read(R[code >> 11 & 31]) & (1 << 64) - 1
    return base + (code & 0xFFFF) - (code & 0x8000) * 2 & (1 << 64) - 1


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """A program interrupt is a trap or a privileged instruction; which one, its code says."""
    if number == _ALIGNMENT:
        return SIGBUS, abi.BUS_ADRALN, operand_address(t)
    if number != _PROGRAM:
        return None
    code, pc = _instruction(t), t.cpu.read("pc")
    if code >> 26 in (2, 3) or (code >> 26 == 31 and code >> 1 & 0x3FF in (4, 68)):
        return SIGTRAP, abi.TRAP_BRKPT, pc
    return SIGILL, abi.ILL_PRVOPC, pc


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    about = "cpu\t\t: POWER9, altivec supported\nclock\t\t: 2000.000000MHz\nrevision\t: 2.0\n\n"
    count = os.cpu_count() or 1
    listed = "".join(f"processor\t: {n}\n{about}" for n in range(count))
    return f"{listed}timebase\t: 512000000\nplatform\t: pSeries\n"


_EXCEPTIONS = {  # the engine adds 4 to PC
    _ALIGNMENT: (SIGBUS, 1, -4),
    _PROGRAM: (SIGTRAP, 1, -4),
    95: (SIGILL, abi.ILL_ILLOPC, -4),  # facility unavailable
    96: (SIGILL, abi.ILL_ILLOPC, -4),  # emulation assistance
}
_BESIDE = {
    "cr01": ("ctr", 8, 8),
    "so": ("ctr", 56, 8),
    "ov": ("ctr", 64, 8),
    "ca": ("ctr", 72, 8),
    "ov32": ("ctr", 80, 8),
    "ca32": ("ctr", 88, 8),
    "vsr": ("fpr0", -8, 1024),
}
# Unicorn 2.1.3 has the floating-point functions of 32-bit PowerPC alone.
_MEND = Mend(
    symbol="helper_fcmpu",
    machine="x86_64",
    before=0x2F90,
    size=0x11D40,
    checksum=294893955,
    after=3645380814,
    distances={
        -7120: -7200,  # exception_index
        264: 528,  # crf
        332: 640,  # msr
        **{70336 + n: 76576 + n for n in (0, 4, 8, 12)},  # vsr
        **{71396 + n: 77636 + n for n in (0, 1, 2)},  # fp_status
        71404: 77648,  # fpscr
        71472: 77728,  # error_code
    },
    spared=(0xC4C4,),
)
_AUXV = ((19, 128), (20, 128), (21, 0), (22, 22), (22, 22))  # cache blocks, AT_IGNOREPPC


def make(name: str, order: str) -> Arch:
    """The architecture in one byte order."""
    return Arch(
        name=name,
        elf_machine=21,  # EM_PPC64
        model=DataModel(8, order),
        engine=Engine(
            arch="PPC",
            mode=("PPC64", "BIG_ENDIAN"),  # MSR decides; naming a model would make it 32 bits
            syscall=("intr", 8),
            exceptions=_EXCEPTIONS,
            illegal=(95, 96),
            illegal_code=abi.ILL_ILLOPC,
            start={"msr": MSR | (_LITTLE if order == "<" else 0)},
            beside=_BESIDE,
            mend=_MEND,
        ),
        registers=Registers(
            general=(*R, "ctr", "lr"),
            pc="pc",
            sp="r1",
            flags=None,
            tls="r13",
            vector=FPR,
            control=("fpscr",),
            dwarf=R,
            frame="r31",
        ),
        syscall=Convention(
            number="r0", args=R[3:9], result="r3", insn_size=4, error=("cr01", ~1, 1)
        ),  # CR0.SO
        frame=Frame(),
        constants=CONSTANTS,
        variants={
            "Stat": StatX86_64,
            "ShmidDs": PpcShmidDs,
            "SemidDs": PpcSemidDs,
            "MsqidDs": PpcMsqidDs,
            "Termios": PpcTermios,
            "Termio": PpcTermio,
        },
        platform=b"power9",
        cpuinfo=cpuinfo,
        # PPC32 PPC64 ALTIVEC FPU MMU SMT ICACHE_SNOOP ARCH_2_05 DFP ARCH_2_06 VSX TRUE_LE PPC_LE
        hwcap=0xDC007583,
        hwcap2=0x8AE00000,  # ARCH_2_07 ISEL VEC_CRYPTO ARCH_3_00 HAS_IEEE128 DARN
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=46,
        vdso=True,
        linux=Linux(exception=exception, begin=begin, auxv=_AUXV, base_platform=b"power9"),
        disassembler=("PPC", "64"),
        audit=0xC0000015 if order == "<" else 0x80000015,
        cpus=("power9",),
    )


ARCH = make("ppc64", ">")
