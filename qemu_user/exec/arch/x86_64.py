"""x86-64: everything the engine, the loader and Linux need to know about 64-bit Intel and AMD."""

from __future__ import annotations

from errno import EFAULT, EINVAL, EPERM

from ..abi import signals as abi
from ..abi.layout import U16, U64, Addr, Array, CStruct, DataModel, Int, SigSet, ULong
from ..abi.memory import MAP_32BIT
from ..abi.polling import PackedEpollEvent
from ..abi.prctl import PR_TSC_ENABLE
from ..abi.semaphores import X86SemidDs
from ..abi.signals import SigAltStack
from ..abi.stats import StatX86_64
from ..cpu import EXEC, WRITE, Fault, Illegal, Raised
from ..errors import LinuxError
from . import ANY, Arch, Convention, Engine, Linux, Registers
from .frames import frame_top, restore_altstack, save_altstack
from .mend import Mend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..cpu import Trap
    from ..process import Process
    from ..signals import Action, SigInfo
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV = 4, 5, 7, 8, 11
SI_KERNEL = 0x80

EXCEPTIONS = {  # SDM volume 3, table 6-1 -> what arch/x86 of Linux makes of it
    0: (SIGFPE, 1, 0),  # divide error: FPE_INTDIV
    1: (SIGTRAP, 2, 0),  # debug: TRAP_TRACE
    3: (SIGTRAP, SI_KERNEL, 0),  # int3 leaves PC after itself
    4: (SIGSEGV, SI_KERNEL, 0),  # overflow
    5: (SIGSEGV, SI_KERNEL, 0),  # bound range
    7: (SIGILL, SI_KERNEL, 0),  # device not available
    10: (SIGSEGV, SI_KERNEL, 0),  # invalid TSS
    11: (SIGBUS, SI_KERNEL, 0),  # segment not present
    12: (SIGBUS, SI_KERNEL, 0),  # stack segment
    13: (SIGSEGV, SI_KERNEL, 0),  # general protection
    16: (SIGFPE, 0, 0),  # x87
    17: (SIGBUS, 1, 0),  # alignment check: BUS_ADRALN
    19: (SIGFPE, 0, 0),  # SIMD
} | dict.fromkeys(range(32, 256), (SIGSEGV, SI_KERNEL, -2))  # int n has no gate for user code

# In the CPU state: about the last exception, whether an INT raised it and where that ended
BESIDE = {"error_code": ("rax", 0x1508, 4), "soft": ("rax", 0x150C, 4), "next": ("rax", 0x1510, 8)}

_TO_USER = bytes.fromhex(  # rax: where to
    "488d0d2e000000"  # lea rcx, [rip + gdt]
    "48890d1f000000"  # mov [rip + gdtr + 2], rcx
    "0f011516000000"  # lgdt [rip + gdtr]
    "b900060100 0f22e1"  # cr4 = OSFXSR OSXMMEXCPT FSGSBASE; PKE would claim invalid opcodes
    "6a2b 6a00"  # push SS, RSP
    "6802020000"  # push RFLAGS: interrupts enabled, no I/O privilege
    "6a33 50 48cf"  # push CS, RIP; iretq
    "3700 0000000000000000"  # gdtr: limit, address
    "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000"
    "ffff000000f3cf00 ffff000000fbaf00"  # 0x2b: user data, 0x33: 64-bit user code
)

# The translator takes VEX instructions for their SSE forms, whatever their third operand is. They
# are illegal now, but for those of BMI1 and BMI2 (opcode 0xf0 and up in maps 2 and 3).
VEX_ILLEGAL = Mend(
    symbol="gen_intermediate_code_x86_64",
    machine="x86_64",
    before=63084,
    size=179,
    pieces={
        0: (  # je illegal: the two-byte prefix has map 1
            bytes.fromhex("0f84040f0000"),
            bytes.fromhex("0f8446f9ffff"),
        ),
        99: (
            bytes.fromhex(
                "3c020f84f18100003c030f845b7500003c010f85d1f8ffff488b742408488b7c24104489"
                "8c24c4010000898c24c0010000e87316ffff8b8c24c0010000448b8c24c4010000440fb6"
                "d04181ca00010000"
            ),
            bytes.fromhex(
                "8d50fe80fa01 0f87ddf8ffff"  # lea edx, [rax - 2]; cmp dl, 1; ja illegal
                "44898c24c4010000"  # mov [rsp + 0x1c4], r9d
                "488b7c2410 488b742408 488b7640"  # mov rdi, env; mov rsi, s; mov rsi, s->pc
                "e8c2b8f4ff 3cf0 0f82baf8ffff"  # call cpu_ldub_code; cmp al, 0xf0; jb illegal
                "448b8c24c4010000 4489c9 c1f907"  # mov r9d, [rsp + 0x1c4]; ecx = r9d >> 7
                "f68424bc01000001 0f84ae810000 e91b750000"  # test map, 1; je map2; jmp map3
            ),
        ),
    },
    required=False,
)

# Where the vsyscall page's three functions are; they can be called, and nothing there can be read.
VSYSCALLS = {
    0xFFFFFFFFFF600000: "__vdso_gettimeofday",
    0xFFFFFFFFFF600400: "__vdso_time",
    0xFFFFFFFFFF600800: "__vdso_getcpu",
}
_RED_ZONE = 128  # bytes below RSP that a leaf function may use (System V ABI)
FLAGS = 0x50DD5  # what sigreturn takes from a frame: AC, RF, OF, DF, TF and the arithmetic flags
_TF, _DF, _RF = 0x100, 0x400, 0x10000
_UC_FLAGS = 7  # UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS
CS, SS = 0x33, 0x2B
_SAVED = (
    *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
    *("rdi", "rsi", "rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip"),
)


class SigContext(CStruct):
    """struct sigcontext: the interrupted registers, in the kernel's order."""

    general: tuple[int, ...] = Array(U64, 17)
    eflags: U64
    cs: U16
    gs: U16
    fs: U16
    ss: U16
    err: U64
    trapno: U64
    oldmask: U64
    cr2: U64
    fpstate: Addr
    reserved: tuple[int, ...] = Array(U64, 8)


class UContext(CStruct):
    """struct ucontext as rt_sigframe holds it."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_mcontext: SigContext
    uc_sigmask: SigSet


class Frame:
    """struct rt_sigframe: return address, ucontext, siginfo; the FP state lies above it."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        from .x86_64_fp import clear_fp, fp_image

        cpu, memory, model = t.cpu, t.memory, t.arch.model
        image = fp_image(cpu, model)
        fp_at = (frame_top(t, action, _RED_ZONE) - len(image)) & ~63
        at = ((fp_at - _FRAME_SIZE) & ~15) - 8
        context = UContext(
            uc_flags=_UC_FLAGS,
            uc_stack=save_altstack(t),
            uc_mcontext=self._context(t, fp_at, mask),
            uc_sigmask=mask,
        )
        memory.write(fp_at, image)
        restorer = action.restorer.to_bytes(8, "little")
        memory.write(at, restorer + context.pack(model) + info.pack(model))
        cpu.bank("rdi", "rsi", "rdx", "rax", "rsp", "rip").set(
            (info.signo, at + 8 + UContext.size(model), at + 8, 0, at, action.handler)
        )
        cpu.write("eflags", cpu.read("eflags") & ~(_TF | _DF | _RF))
        clear_fp(cpu)

    def _context(self, t: Thread, fp_at: int, mask: int) -> SigContext:
        number, error, cr2 = last_trap(t)
        return SigContext(
            general=tuple(t.cpu.bank(*_SAVED).get()),
            eflags=t.cpu.read("eflags"),
            cs=CS,
            ss=SS,
            err=error,
            trapno=number,
            oldmask=mask,
            cr2=cr2,
            fpstate=fp_at,
        )

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        cpu, memory = t.cpu, t.memory
        context = memory.load(cpu.read("rsp"), UContext)
        saved = context.uc_mcontext
        if saved.fpstate:
            from .x86_64_fp import restore_image

            restore_image(t, saved.fpstate)
        if not _canonical(saved.general[-1]):
            raise LinuxError(EFAULT)
        cpu.bank(*_SAVED).set(saved.general)
        cpu.write("eflags", cpu.read("eflags") & ~FLAGS | saved.eflags & FLAGS)
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


_FRAME_SIZE = 8 + 304 + 128  # pretcode, UContext, siginfo


def _canonical(addr: int) -> bool:
    return addr >> 47 in (0, (1 << 17) - 1)


class Coded(Raised):
    """An exception with an error code."""

    __slots__ = ("error",)

    def __init__(self, number: int, error: int) -> None:
        super().__init__(number)
        self.error = error


def last_trap(t: Thread) -> tuple[int, int, int]:
    """trapno, error code and CR2 of the thread's last exception (SDM volume 3, chapter 6)."""
    trap = t.last_trap
    if isinstance(trap, Fault):
        error = 4 | (2 if trap.access == WRITE else 0) | (16 if trap.access == EXEC else 0)
        return 14, error | (t.memory.fault_code(trap.addr) == abi.SEGV_ACCERR), trap.addr
    if isinstance(trap, Coded):
        return trap.number, trap.error, 0
    if isinstance(trap, Raised):
        return (trap.number, 0, 0) if trap.number < 32 else (13, trap.number * 8 + 2, 0)
    return (6, 0, 0) if isinstance(trap, Illegal) else (0, 0, 0)


ARCH_SET_GS, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS = 0x1001, 0x1002, 0x1003, 0x1004
_ARGS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
_BASES = {ARCH_SET_GS: "gs_base", ARCH_SET_FS: "fs_base"}


def arch_prctl(t: Thread, code: Int, addr: ULong) -> int:
    """Man 2 arch_prctl."""
    name = _BASES.get(code)
    if name is not None:
        if addr >= t.memory.size:
            raise LinuxError(EPERM)
        t.cpu.write(name, addr)
        return 0
    if code in (ARCH_GET_FS, ARCH_GET_GS):
        t.memory.set_word(addr, t.cpu.read("fs_base" if code == ARCH_GET_FS else "gs_base"))
        return 0
    raise LinuxError(EINVAL)


def _tls(t: Thread, addr: int) -> Callable[[Thread], None]:
    """CLONE_SETTLS refuses, as arch_prctl does, what is no user's address: EPERM."""
    if addr >= t.memory.size:
        raise LinuxError(EPERM)
    return lambda _: None


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """See `Linux.exception`."""
    from . import x86_64_traps

    return x86_64_traps.exception(t, number)


def _gate(t: Thread) -> bool:
    """`int 0x80`."""
    from . import x86_64_gate

    return x86_64_gate.enter(t)


def choose(arch: Arch, model: str, features: Mapping[str, bool]) -> None:
    """See `Arch.choose`."""
    from . import x86_64_cpu

    x86_64_cpu.choose(arch, model, features)


def emulate(t: Thread) -> bool | Trap:
    """Do an instruction that the engine refuses."""
    from . import x86_64_supply

    return x86_64_supply.emulate(t)


# What the engine's EPYC-Rome says in CPUID leaves 1, 7, 0xd and 0x80000001, in Linux's words.
CPU_FLAGS = (
    "fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2"
    " syscall nx mmxext pdpe1gb rdtscp lm rep_good nopl cpuid extd_apicid pni pclmulqdq monitor"
    " ssse3 cx16 sse4_1 sse4_2 movbe popcnt aes xsave rdrand hypervisor lahf_lm svm cr8_legacy abm"
    " sse4a fsgsbase bmi1 smep bmi2 adx smap clflushopt clwb"
)


CPUID = {
    (1, ANY): (0x00830F10, 0x800, 0xC6D8220B, 0x078BFBFD),
    (7, 0): (0, 0x1980189, 0, 0),
    (7, 1): (0, 0, 0, 0),
    (13, 0): (7, 0x240, 0x340, 0),
    (0x80000001, ANY): (0x00830F10, 0, 0x75, 0x2DD3FBFD),
}
CPUS = {
    "EPYC-Rome": "the default: SSE4.2, AES, BMI2, ADX, SHA; AVX2 and FMA work unadvertised",
    "max": "EPYC-Rome that advertises AVX, AVX2, FMA, F16C, VAES and GFNI, too",
    "Haswell-noTSX": "x86-64-v3 and little else",
    "Nehalem": "x86-64-v2",
    "qemu64": "x86-64-v1 and SSE3",
}


def cpuinfo(p: Process) -> str:
    """See `Arch.cpuinfo`."""
    from . import x86_64_cpu

    return x86_64_cpu.cpuinfo(p)


def identity(arch: Arch) -> Mapping[tuple[int, int], tuple[int, int, int, int]]:
    """See `Arch.identity`."""
    from . import x86_64_cpu

    return x86_64_cpu.identity(arch)


ARCH = Arch(
    name="x86_64",
    elf_machine=62,  # EM_X86_64
    model=DataModel(word=8),
    engine=Engine(
        arch="X86",
        mode=("64",),
        target="x86_64",
        mends=(VEX_ILLEGAL,),
        substitutes=True,
        model="X86_EPYC_ROME",
        syscall=("insn", 699),  # X86_INS_SYSCALL
        exceptions=EXCEPTIONS,
        illegal=(6,),
        start={
            "fpcw": 0x37F,
            "fptag": 0xFFFF,
            "mxcsr": 0x1F80,
            "eflags": 0x202,
            "gdtr": 0,  # gone, so that loading a segment register raises #GP
        },
        user_mode=_TO_USER,
        syscall_saves=("rcx", "r11"),
        contributory=(0, 10, 11, 12, 13),
        noncanonical=13,
        beside=BESIDE,
        identify=(113, ("rax", "rcx"), ("rax", "rbx", "rcx", "rdx")),  # X86_INS_CPUID
    ),
    registers=Registers(
        general=(
            *("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"),
            *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
        ),
        pc="rip",
        sp="rsp",
        flags="eflags",
        tls="fs_base",
        vector=tuple(f"xmm{n}" for n in range(16)),
        control=("fpcw", "fpsw", "fptag", "mxcsr"),
        dwarf=(
            *("rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp"),
            *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"),
        ),
        frame="rbp",
    ),
    syscall=Convention(number="rax", args=_ARGS, result="rax", insn_size=2, int_number=True),
    frame=Frame(),
    constants={"MAP_32BIT": MAP_32BIT, "PR_TSC_ENABLE": PR_TSC_ENABLE},
    variants={
        "Stat": StatX86_64,
        "EpollEvent": PackedEpollEvent,
        "SemidDs": X86SemidDs,
    },
    special={"arch_prctl": arch_prctl},
    linux=Linux(
        emulate=emulate,
        exception=exception,
        entries={0x80: _gate},
        narrow="i386",
        tls=_tls,
        gates=VSYSCALLS,
        compat="i686",
    ),
    platform=b"x86_64",
    cpuinfo=cpuinfo,
    hwcap=0x078BFBFD,  # CPUID leaf 1, EDX
    clone_args=("flags", "stack", "parent_tid", "child_tid", "tls"),
    task_bits=47,
    disassembler=("X86", "64"),
    cpuid=CPUID,
    cpu_flags=CPU_FLAGS,
    vdso=True,
    audit=0xC000003E,  # AUDIT_ARCH_X86_64
    cpus=CPUS,
    choose=choose,
    identity=identity,
)
