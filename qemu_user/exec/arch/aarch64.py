"""AArch64: everything the engine, the loader and Linux need to know about 64-bit Arm."""

from __future__ import annotations

import os
from errno import EFAULT
from struct import pack

from ..abi import signals as abi
from ..abi.generated.constants_aarch64 import CONSTANTS
from ..abi.layout import U32, U64, Addr, Array, Bytes, CStruct, DataModel, SigSet, ULong
from ..abi.signals import SigAltStack
from ..cpu import EXEC, READ, WRITE, Fault
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..process import Process
    from ..signals import Action, SigInfo
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS, SIGSEGV = 4, 5, 7, 11

X = tuple(f"x{n}" for n in range(31))

_TO_USER = bytes.fromhex(  # x0: where to
    "204018d5 1f4018d5"  # elr_el1 = x0; spsr_el1 = 0: EL0
    "0106a0d2 411018d5"  # cpacr_el1 = FPEN
    "410080d2 01e118d5"  # cntkctl_el1 = EL0VCTEN
    "011038d5 02009852 a280a072 210002aa"  # sctlr_el1 |= UCI nTWE nTWI UCT DZE, as Linux
    "011018d5 df3f03d5 e0039fd6"  # isb; eret
)

_SAVED = (*X, "sp", "pc", "pstate")
_VECTOR = tuple(f"q{n}" for n in range(32))
_FPSIMD_MAGIC, _ESR_MAGIC = 0x46508001, 0x45535201
_BTYPE = 3 << 10
PSTATE = 0xF0000000 | _BTYPE  # what sigreturn takes from a frame: flags and BTYPE
_IDENTIFICATION = {  # (CRm, op2) -> value; what is not here reads as zero
    (0, 0): 0x000F0510,  # MIDR: as /proc/cpuinfo has it
    (0, 5): 1 << 31,  # MPIDR: nothing to see
    (4, 0): 0x11,  # PFR0: FP, AdvSIMD, EL0 and EL1 in AArch64 only
    (5, 0): 6,  # DFR0: the debug architecture of ARMv8
    # ISAR0: AES and PMULL, SHA1, SHA2 and SHA512, CRC32, atomics, RDM, SHA3, SM3, SM4, DP
    (6, 0): 0x111110212120,
    (6, 1): 0x101000,  # ISAR1: JSCVT, LRCPC
    (7, 0): 0xFF000000,  # MMFR0: granules are none of a program's business
}
_FAULT_CLASS = {READ: 0x24, WRITE: 0x24, EXEC: 0x20}  # ESR_EL1.EC (Arm ARM, D17.2.37)


def byte_order(model: DataModel) -> Literal["little", "big"]:
    """What int.to_bytes calls it."""
    return "big" if model.order == ">" else "little"


class SigContext(CStruct):
    """struct sigcontext up to its records of optional state."""

    min_align = 16
    fault_address: U64
    regs: tuple[int, ...] = Array(U64, 31)
    sp: U64
    pc: U64
    pstate: U64


class UContext(CStruct):
    """struct ucontext up to uc_mcontext."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_sigmask: SigSet
    unused: bytes = Bytes(120)


class FpSimdContext(CStruct):
    """struct fpsimd_context."""

    magic: U32
    record_size: U32
    fpsr: U32
    fpcr: U32
    vregs: bytes = Bytes(512)


class EsrContext(CStruct):
    """struct esr_context: the syndrome of the exception that led to the signal."""

    magic: U32
    record_size: U32
    esr: U64


class Frame:
    """struct rt_sigframe: siginfo, ucontext, records; a frame record lies above it."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        record = (frame_top(t, action) & ~15) - 16
        at = record - _FRAME_SIZE
        context = UContext(uc_stack=save_altstack(t), uc_sigmask=mask)
        *regs, sp, pc, pstate = cpu.bank(*_SAVED).get()
        address, records = _records(t)
        registers = SigContext(
            fault_address=address, regs=tuple(regs), sp=sp, pc=pc, pstate=pstate
        ).pack(model)
        data = info.pack(model) + context.pack(model).ljust(_CONTEXT_AT, b"\0") + registers
        memory.write(at, (data + records).ljust(_FRAME_SIZE, b"\0"))
        memory.write(record, pack(model.order + "QQ", regs[29], regs[30]))
        back = action.restorer
        if not action.flags & abi.SA_RESTORER:
            back = t.process.vdso_function("__kernel_rt_sigreturn")
        cpu.bank("x0", "x1", "x2", "x29", "x30", "sp", "pc").set(
            (info.signo, at, at + 128, record, back, at, action.handler)
        )
        cpu.write("pstate", pstate & ~_BTYPE)

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        cpu, memory, model = t.cpu, t.memory, t.arch.model
        at = cpu.read("sp")
        if at & 15:
            raise LinuxError(EFAULT)
        context = memory.load(at + 128, UContext)
        saved = memory.load(at + 128 + _CONTEXT_AT, SigContext)
        fp_at = at + 128 + _CONTEXT_AT + SigContext.size(model)
        fp = memory.load(fp_at, FpSimdContext)
        if fp.magic == _FPSIMD_MAGIC:
            order = byte_order(model)
            values = [int.from_bytes(fp.vregs[16 * n : 16 * n + 16], order) for n in range(32)]
            cpu.bank(*_VECTOR).set(values)
            cpu.bank("fpsr", "fpcr").set((fp.fpsr, fp.fpcr))
        cpu.bank(*_SAVED).set((*saved.regs, saved.sp, saved.pc, saved.pstate & PSTATE))
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


_CONTEXT_AT = 176  # of SigContext in ucontext, aligned to 16
_FRAME_SIZE = 4688  # sizeof(struct rt_sigframe)


def _records(t: Thread) -> tuple[int, bytes]:
    """fault_address, and the records after struct sigcontext."""
    cpu, model = t.cpu, t.arch.model
    fpsr, fpcr = cpu.bank("fpsr", "fpcr").get()
    order = byte_order(model)
    vregs = b"".join(value.to_bytes(16, order) for value in cpu.bank(*_VECTOR).get())
    fp = FpSimdContext(
        magic=_FPSIMD_MAGIC, record_size=528, fpsr=fpsr, fpcr=fpcr, vregs=vregs
    ).pack(model)
    trap = t.last_trap
    if not isinstance(trap, Fault):
        return 0, fp
    known = t.memory.fault_code(trap.addr) == abi.SEGV_ACCERR
    esr = _FAULT_CLASS[trap.access] << 26 | 1 << 25 | (0x0F if known else 0x07)
    if trap.access == WRITE:
        esr |= 1 << 6  # WnR
    record = EsrContext(magic=_ESR_MAGIC, record_size=16, esr=esr)
    return trap.addr, fp + record.pack(model)


def exception(t: Thread, number: int) -> tuple[int, int, int] | None:
    """Misalignment: where the instruction is or what it accesses."""
    pc = t.cpu.read("pc")
    if number == -1 and pc & 3:
        return SIGBUS, abi.BUS_ADRALN, pc
    if number != 4:
        return None
    base = int.from_bytes(t.memory.read(pc, 4), "little") >> 5 & 31
    return SIGBUS, abi.BUS_ADRALN, t.cpu.read("sp" if base == 31 else X[base])


def emulate(t: Thread) -> bool:
    """MRS of an identification register, which the kernel answers for user programs.

    Documentation/arch/arm64/cpu-feature-registers.rst: op0 3, op1 0, CRn 0, CRm 0 and 4 to 7.
    """
    pc = t.cpu.read("pc")
    try:
        insn = int.from_bytes(t.memory.read(pc, 4), "little")
    except LinuxError:
        return False
    if insn & 0xFFFFF000 != 0xD5380000:
        return False
    row, column, target = insn >> 8 & 15, insn >> 5 & 7, insn & 31
    if row in (1, 2, 3) or row > 7 or (row == 0 and column not in (0, 5, 6)):
        return False
    if target != 31:
        t.cpu.write(X[target], _IDENTIFICATION.get((row, column), 0))
    t.cpu.write("pc", pc + 4)
    return True


def cpuinfo(_: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    about = (
        "BogoMIPS\t: 100.00\n"
        "Features\t: fp asimd aes pmull sha1 sha2 crc32 atomics cpuid asimdrdm jscvt lrcpc sha3"
        " sm3 sm4 asimddp sha512\n"
        "CPU implementer\t: 0x00\nCPU architecture: 8\nCPU variant\t: 0x0\n"
        "CPU part\t: 0x051\nCPU revision\t: 0\n\n"
    )
    return "".join(f"processor\t: {n}\n{about}" for n in range(os.cpu_count() or 1))


_COMPAT = {"<": "armv8l", ">": "armv8b"}


def make(name: str, model: DataModel) -> Arch:
    """The architecture in one byte order."""
    return Arch(
        name=name,
        base="aarch64",
        elf_machine=183,  # EM_AARCH64
        model=model,
        engine=Engine(
            arch="ARM64",
            mode=("ARM",) if model.order == "<" else ("ARM", "BIG_ENDIAN"),
            target="aarch64",
            model="ARM64_MAX",
            syscall=("intr", 2),
            exceptions={
                3: (SIGBUS, 1, 0),  # misaligned PC: BUS_ADRALN
                4: (SIGBUS, 1, 0),  # misaligned exclusive or atomic access
                7: (SIGTRAP, 1, 0),  # brk: TRAP_BRKPT
            },
            illegal=(1,),
            illegal_code=abi.ILL_ILLOPC,
            page_size=True,
            user_mode=_TO_USER,
        ),
        registers=Registers(
            general=(*X, "sp"),
            pc="pc",
            sp="sp",
            flags="pstate",
            tls="tpidr_el0",
            vector=_VECTOR,
            control=("fpcr", "fpsr"),
            dwarf=(*X, "sp"),
            frame="x29",
        ),
        syscall=Convention(number="x8", args=X[:6], result="x0", insn_size=4, int_number=True),
        frame=Frame(),
        constants=CONSTANTS,
        cpuinfo=cpuinfo,
        platform=name.encode(),
        # FP ASIMD AES PMULL SHA1 SHA2 CRC32 ATOMICS CPUID ASIMDRDM JSCVT LRCPC SHA3 SM3 SM4
        # ASIMDDP SHA512
        hwcap=0x3EB9FB,
        linux=Linux(exception=exception, emulate=emulate, compat=_COMPAT[model.order]),
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=48,
        disassembler=("ARM64", "ARM"),
        vdso=True,
        audit=0xC00000B7,  # AUDIT_ARCH_AARCH64
        cpus=("max",),
    )


ARCH = make("aarch64", DataModel(word=8))
