"""z/Architecture: everything the engine, the loader and Linux need to know about s390x."""

from __future__ import annotations

import os
from errno import EFAULT

from ..abi import signals as abi
from ..abi.generated.constants_s390x import CONSTANTS
from ..abi.layout import U16, U32, U64, Addr, Array, Bytes, CStruct, DataModel, SigSet, ULong
from ..abi.signals import SigAltStack
from ..abi.stats import StatfsS390x, StatS390x
from ..cpu import EXEC
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .frames import frame_top, restore_altstack, save_altstack
from .s390x_mends import MENDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cpu import Trap
    from ..process import Process
    from ..signals import Action, SigInfo
    from ..thread import Thread

SIGILL, SIGTRAP, SIGFPE = 4, 5, 8

R = tuple(f"r{n}" for n in range(16))
# PSW (Principles of Operation, chapter 4): DAT, I/O and external interrupts, machine checks,
# problem state, 64-bit addresses; in its bits 18 and 19 the condition code.
PSW = 0x0705000180000000
_CC = 3 << 44
_CR0 = 0x60000  # floating point with all registers, vectors

_TO_USER = bytes.fromhex(  # r0: where to
    "c02000000010"  # larl r2, +32
    "eb002000002f"  # lctlg c0, c0, 0(r2)
    "e30020100024"  # stg r0, 16(r2)
    "b2b22008 0000 0000 0000 0000 0000"  # lpswe 8(r2)
) + b"".join(word.to_bytes(8, "big") for word in (_CR0, PSW, 0))

# Program interruption code -> signal and si_code, as arch/s390/kernel/traps.c
_SIGNALS = {
    1: (SIGILL, abi.ILL_ILLOPC),  # operation
    2: (SIGILL, abi.ILL_PRVOPC),  # privileged operation
    3: (SIGILL, abi.ILL_ILLOPN),  # execute
    5: (SIGILL, abi.ILL_ILLADR),  # addressing
    6: (SIGILL, abi.ILL_ILLOPN),  # specification
    8: (SIGFPE, abi.FPE_INTOVF),  # fixed-point overflow
    9: (SIGFPE, abi.FPE_INTDIV),  # fixed-point divide
    10: (SIGFPE, abi.FPE_INTOVF),  # decimal overflow
    11: (SIGFPE, abi.FPE_INTDIV),  # decimal divide
    12: (SIGFPE, abi.FPE_FLTOVF),  # hexadecimal exponent overflow
    13: (SIGFPE, abi.FPE_FLTUND),
    14: (SIGFPE, abi.FPE_FLTRES),
    15: (SIGFPE, abi.FPE_FLTDIV),
}
_DATA = 7
_IEEE = (  # flags of FPC -> si_code
    *((0x8000, abi.FPE_FLTINV), (0x4000, abi.FPE_FLTDIV), (0x2000, abi.FPE_FLTOVF)),
    *((0x1000, abi.FPE_FLTUND), (0x0800, abi.FPE_FLTRES)),
)
_BREAKPOINT = 1  # the operation code that debuggers use
_ROUNDING = (0, 3, 2, 1, 0, 0, 0, 0)  # FPC's rounding modes in the engine's numbers
_UC_VXRS = 2
_VX_LIMIT = 16


class SigRegs(CStruct):
    """_sigregs: PSW, general, access and floating-point registers."""

    mask: U64
    addr: U64
    gprs: tuple[int, ...] = Array(U64, 16)
    acrs: tuple[int, ...] = Array(U32, 16)
    fpc: U32
    _pad0: U32
    fprs: tuple[int, ...] = Array(U64, 16)


class UContext(CStruct):
    """struct ucontext_extended."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_mcontext: SigRegs
    uc_sigmask: SigSet
    unused: bytes = Bytes(120)
    vxrs_low: tuple[int, ...] = Array(U64, 16)
    vxrs_high: tuple[int, ...] = Array(U64, 32)
    reserved: bytes = Bytes(128)


_INFO_AT, _CONTEXT_AT = 168, 296  # in struct rt_sigframe
_OLD_AT = 160  # of OldFrame in struct sigframe


class OldFrame(CStruct):
    """struct sigframe from its sigcontext on, for handlers without SA_SIGINFO."""

    oldmask: SigSet
    regs: Addr
    sregs: SigRegs
    signo: U32
    _pad0: U32
    vxrs_low: tuple[int, ...] = Array(U64, 16)
    vxrs_high: tuple[int, ...] = Array(U64, 32)
    reserved: bytes = Bytes(128)
    svc_insn: U16


class Frame:
    """struct rt_sigframe, or struct sigframe for handlers without SA_SIGINFO."""

    def _setup_old(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        model, vectors = t.arch.model, _vectors(t)
        at = (frame_top(t, action) - _OLD_AT - OldFrame.size(model)) & ~7
        old = OldFrame(
            oldmask=mask,
            regs=at + _OLD_AT + 16,
            sregs=sig_regs(t),
            signo=info.signo,
            vxrs_low=tuple(low for _, low in vectors[:_VX_LIMIT]),
            vxrs_high=tuple(half for pair in vectors[_VX_LIMIT:] for half in pair),
        )
        head = t.cpu.read("r15").to_bytes(8, "big").ljust(_OLD_AT, b"\0")
        t.memory.write(at, head + old.pack(model))
        arguments = (info.signo, at + _OLD_AT, 0, info.addr)
        back = action.restorer
        if not action.flags & abi.SA_RESTORER:
            back = t.process.vdso_function("__kernel_sigreturn")
        t.cpu.bank("r2", "r3", "r4", "r5", "r14", "r15", "pc").set(
            (*arguments, back, at, action.handler)
        )

    def restore_old(self, t: Thread) -> int:
        """Sigreturn: the same for struct sigframe."""
        old = t.memory.load(t.cpu.read("r15") + _OLD_AT, OldFrame)
        if old.sregs.addr & 1:
            raise LinuxError(EFAULT)
        high = iter(old.vxrs_high)
        pairs = zip(old.sregs.fprs, old.vxrs_low, strict=True)
        _set_vectors(t, [*pairs, *zip(high, high, strict=True)])
        set_sig_regs(t, old.sregs)
        return old.oldmask

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        if not action.flags & abi.SA_SIGINFO:
            self._setup_old(t, action, info, mask)
            return
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        size = _CONTEXT_AT + UContext.size(model)
        at = (frame_top(t, action) - size) & ~7
        vectors = _vectors(t)
        registers = sig_regs(t)
        context = UContext(
            uc_flags=_UC_VXRS,
            uc_stack=save_altstack(t),
            uc_mcontext=registers,
            uc_sigmask=mask,
            vxrs_low=tuple(low for _, low in vectors[:_VX_LIMIT]),
            vxrs_high=tuple(half for pair in vectors[_VX_LIMIT:] for half in pair),
        )
        sp = registers.gprs[15]
        head = sp.to_bytes(8, "big") + bytes(_INFO_AT - 8)
        memory.write(at, head + info.pack(model) + context.pack(model))
        back = action.restorer
        if not action.flags & abi.SA_RESTORER:
            back = t.process.vdso_function("__kernel_rt_sigreturn")
        cpu.bank("r2", "r3", "r4", "r14", "r15", "pc").set(
            (info.signo, at + _INFO_AT, at + _CONTEXT_AT, back, at, action.handler)
        )

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        context = t.memory.load(t.cpu.read("r15") + _CONTEXT_AT, UContext)
        saved = context.uc_mcontext
        if saved.addr & 1:
            raise LinuxError(EFAULT)
        if context.uc_flags & _UC_VXRS:
            high = iter(context.vxrs_high)
            pairs = [*zip(saved.fprs, context.vxrs_low, strict=True), *zip(high, high, strict=True)]
            _set_vectors(t, pairs)
        else:
            set_floats(t, saved.fpc, saved.fprs)
        set_sig_regs(t, saved)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


def _vectors(t: Thread) -> list[tuple[int, int]]:
    """High and low halves of V0 to V31."""
    data = t.cpu.read("vregs").to_bytes(512, "little")
    halves = [int.from_bytes(data[at : at + 8], "little") for at in range(0, 512, 8)]
    return list(zip(halves[::2], halves[1::2], strict=True))


def _set_vectors(t: Thread, pairs: list[tuple[int, int]]) -> None:
    data = b"".join(half.to_bytes(8, "little") for pair in pairs for half in pair)
    t.cpu.write("vregs", int.from_bytes(data, "little"))


def sig_regs(t: Thread) -> SigRegs:
    """The registers as a frame holds them."""
    cpu = t.cpu
    *general, pc = cpu.bank(*R, "pc").get()
    access = cpu.read("aregs").to_bytes(64, "little")
    return SigRegs(
        mask=PSW | cpu.read("pswm") & _CC,
        addr=pc,
        gprs=tuple(general),
        acrs=tuple(int.from_bytes(access[at : at + 4], "little") for at in range(0, 64, 4)),
        fpc=cpu.read("fpc"),
        fprs=tuple(high for high, _ in _vectors(t)[:16]),
    )


def set_sig_regs(t: Thread, saved: SigRegs) -> None:
    """Take them back, but for the floating-point ones."""
    t.cpu.bank(*R, "pc").set((*saved.gprs, saved.addr))
    access = b"".join(word.to_bytes(4, "little") for word in saved.acrs)
    t.cpu.write("aregs", int.from_bytes(access, "little"))
    t.cpu.write("pswm", PSW | saved.mask & _CC)
    set_fpc(t, saved.fpc)


def set_floats(t: Thread, fpc: int, values: tuple[int, ...]) -> None:
    """The floating-point registers, which are the upper halves of vector registers."""
    pairs = _vectors(t)
    pairs[:16] = [(new, low) for new, (_, low) in zip(values, pairs, strict=False)]
    _set_vectors(t, pairs)
    set_fpc(t, fpc)


def set_fpc(t: Thread, fpc: int) -> None:
    """The floating-point control register, and what the engine keeps of it elsewhere."""
    t.cpu.write("fpc", fpc)
    t.cpu.write("rounding", _ROUNDING[fpc & 7])


def _instruction(t: Thread) -> tuple[int, int]:
    """The halfword at PC, and the length that its first bits mean."""
    pc = t.cpu.read("pc")
    data = b"".join(t.memory.views(pc, 2, EXEC))
    code = int.from_bytes(data.ljust(2, b"\0"), "big")
    return code, (2, 4, 4, 6)[code >> 14]


def exception(t: Thread, _: int) -> tuple[int, int, int] | None:
    """Program interruptions leave PC behind the instruction, which si_addr is."""
    pc, interruption = t.cpu.read("pc"), t.cpu.read("pgm")
    code, length = _instruction(t)
    signo, reason = _SIGNALS.get(interruption, (SIGILL, abi.ILL_ILLOPC))
    if interruption == 1 and code == _BREAKPOINT and t.traced is not None:
        signo, reason = SIGTRAP, abi.TRAP_BRKPT
    elif interruption == _DATA:
        fpc = t.cpu.read("fpc")
        signo, reason = (SIGFPE, 0) if fpc & 0xFF00 else (SIGILL, abi.ILL_ILLOPN)
        if fpc & 0xFF00 and not fpc & 0x300:
            reason = next((code for bit, code in _IEEE if fpc & bit), 0)
    t.cpu.write("pc", pc + length)
    return signo, reason, pc


def _emulate(t: Thread) -> bool | Trap:
    from .s390x_newer import emulate  # few programs have them

    return emulate(t)


def _tls(_: Thread, value: int) -> Callable[[Thread], None]:
    """The thread pointer is in the first two access registers."""
    return lambda t: t.cpu.write("a01", value >> 32 | (value & 0xFFFFFFFF) << 32)


def _new_thread(_parent: Thread, _child: Thread) -> None:
    """Nothing but `_tls` is to be done."""


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    count = os.cpu_count() or 1
    listed = "".join(
        f"processor {n}: version = FF,  identification = 000000,  machine = 2964\n"
        for n in range(count)
    )
    return (
        "vendor_id       : IBM/S390\n"
        f"# processors    : {count}\n"
        "bogomips per cpu: 3033.00\nmax thread id   : 0\n"
        "features\t: esan3 zarch stfle ldisp eimm etf3eh highgprs vx \n" + listed
    )


ARCH = Arch(
    name="s390x",
    elf_machine=22,  # EM_S390
    model=DataModel(8, ">"),
    engine=Engine(
        arch="S390X",
        mode=("BIG_ENDIAN",),
        syscall=("intr", 2),
        syscall_skip=2,
        exceptions={},
        illegal=(3,),  # all program interruptions; `exception` tells them apart
        illegal_code=abi.ILL_ILLOPC,
        user_mode=_TO_USER,
        target="s390x",
        mends=MENDS,
        beside={  # in CPUS390XState
            "vregs": ("r0", 0x80, 512),
            **{f"v{n}": ("r0", 0x80 + 16 * n, 16) for n in range(32)},
            "aregs": ("r0", 0x280, 64),
            "a01": ("r0", 0x280, 8),
            "fpc": ("r0", 0x2F4, 4),
            "rounding": ("r0", 0x2FE, 1),
            "pgm": ("r0", 0x350, 4),
            "svc": ("r0", 0x358, 8),  # the code, and in the upper half the instruction's length
        },
    ),
    registers=Registers(
        general=R,
        pc="pc",
        sp="r15",
        flags=None,
        tls=None,
        control=("fpc",),
        dwarf=R,
        frame="r11",
    ),
    syscall=Convention(number="r1", args=R[2:8], result="r2", insn_size=2, immediate="svc"),
    frame=Frame(),
    constants=CONSTANTS,
    variants={"Stat": StatS390x, "Statfs": StatfsS390x},
    platform=b"z13",
    cpuinfo=cpuinfo,
    hwcap=0xB37,  # ESAN3 ZARCH STFLE LDISP EIMM ETF3EH HIGH_GPRS VXRS
    clone_args=("stack", "flags", "parent_tid", "child_tid", "tls"),
    task_bits=42,
    vdso=True,
    linux=Linux(
        exception=exception,
        emulate=_emulate,
        tls=_tls,
        new_thread=_new_thread,
        calls={"mmap": "old_mmap", "clone": "clone_stack_first"},
    ),
    disassembler=("SYSZ", "BIG_ENDIAN"),
    audit=0x80000016,  # AUDIT_ARCH_S390X
    cpus=("z13",),
)
