"""64-bit PowerPC, big-endian: what the engine, the loader and Linux need to know about it."""

from __future__ import annotations

from errno import EFAULT

from ..abi import signals as abi
from ..abi.generated.constants_ppc64 import CONSTANTS
from ..abi.ipc import PpcMsqidDs, PpcShmidDs
from ..abi.layout import S32, U64, Addr, Array, Bytes, CStruct, DataModel, SigSet, ULong
from ..abi.semaphores import PpcSemidDs
from ..abi.signals import SigAltStack
from ..abi.stats import StatX86_64
from ..abi.terminals import PpcTermio, PpcTermios
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .frames import frame_top, restore_altstack, save_altstack
from .powerpc import (
    EXCEPTIONS,
    FLUSH,
    FPR,
    ILLEGAL,
    MSR,
    VEC,
    VECTOR,
    R,
    cpuinfo,
    emulate,
    exception,
    order_of,
    pt_regs,
    set_pt_regs,
    set_vector_image,
    vector_image,
)
from .powerpc_mends import CLASSES, DECIMAL, EXACT, EXTREMES, FLUSHING, WIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..signals import Action, SigInfo
    from ..thread import Thread

_VSX = 1 << 23
_MSR = 1 << 63 | MSR | _VSX
_LITTLE = 1
_STACK_ROOM, _RED_ZONE = 128, 512


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
            data += pointer.to_bytes(8, order_of(t))
        old_sp = cpu.read("r1")
        memory.write(sp, old_sp.to_bytes(8, order_of(t)) + bytes(_STACK_ROOM - 8))
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
        if saved.v_regs and gp[33] & VEC:
            size = 544 + (256 if gp[33] & _VSX else 0)
            set_vector_image(t, t.memory.read(saved.v_regs, size))
        cpu.bank(*FPR).set(saved.fp_regs[:32])
        cpu.write("fpscr", saved.fp_regs[32] & 0xFFFFFFFF)
        if gp[32] & 3:
            raise LinuxError(EFAULT)
        set_pt_regs(t, gp)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


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


_BESIDE = {
    "cr01": ("ctr", 8, 8),
    "so": ("ctr", 56, 8),
    "ov": ("ctr", 64, 8),
    "ca": ("ctr", 72, 8),
    "ov32": ("ctr", 80, 8),
    "ca32": ("ctr", 88, 8),
    **VECTOR,
    "vrsave": ("r0", 4888, 4),
    **{f"vs{n}": ("fpr0", 16 * n - 8, 16) for n in range(64)},
}
_AUXV = ((19, 128), (20, 128), (21, 0), (22, 22), (22, 22))  # cache blocks, AT_IGNOREPPC


def _engine(order: str) -> Engine:
    return Engine(
        arch="PPC",
        mode=("PPC64", "BIG_ENDIAN"),  # MSR decides; naming a model would make it 32 bits
        syscall=("intr", 8),
        exceptions=EXCEPTIONS,
        illegal=ILLEGAL,
        illegal_code=abi.ILL_ILLOPC,
        start={"msr": _MSR | (_LITTLE if order == "<" else 0), "flush": FLUSH},
        beside=_BESIDE,
        mends=(EXACT, *FLUSHING, WIDE, EXTREMES, CLASSES, DECIMAL),
        target="ppc64",
    )


def make(name: str, order: str) -> Arch:
    """The architecture in one byte order."""
    return Arch(
        name=name,
        base="ppc64",
        elf_machine=21,  # EM_PPC64
        model=DataModel(8, order),
        engine=_engine(order),
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
        linux=Linux(
            exception=exception, emulate=emulate, begin=begin, auxv=_AUXV, base_platform=b"power9"
        ),
        disassembler=("PPC", "64"),
        audit=0xC0000015 if order == "<" else 0x80000015,
        cpus=("power9",),
    )


ARCH = make("ppc64", ">")
