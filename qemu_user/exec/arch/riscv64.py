"""RISC-V, 64 bits: everything the engine, the loader and Linux need to know about RV64GC.

`make` also gives what RV32GC differs in.
"""

from __future__ import annotations

import os
from errno import EFAULT, EINVAL
from struct import pack

from ..abi import signals as abi
from ..abi.layout import U32, U64, Addr, Array, Bytes, CStruct, DataModel, SigSet, ULong
from ..abi.signals import KernelSigactionNoRestorer, SigAltStack
from ..errors import LinuxError
from . import Arch, Convention, Engine, Linux, Registers
from .frames import frame_top, restore_altstack, save_altstack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..process import Process
    from ..signals import Action, SigInfo
    from ..thread import Thread

SIGILL, SIGTRAP, SIGBUS = 4, 5, 7

X = tuple(f"x{n}" for n in range(1, 32))  # without x0, which is always 0
F = tuple(f"f{n}" for n in range(32))

_TO_USER = bytes.fromhex(  # x1: where to
    "73901034"  # csrw mepc, ra
    "b7620000 73900230"  # lui t0, 6; csrw mstatus, t0: FS on, MPP = U
    "93027000 73906230 73906210"  # li t0, 7; csrw mcounteren, t0; csrw scounteren, t0
    "73002030"  # mret
)


class SigContext(CStruct):
    """struct sigcontext: PC and x1 to x31, then the floating-point registers."""

    min_align = 16
    pc: ULong
    regs: tuple[int, ...] = Array(ULong, 31)
    f: tuple[int, ...] = Array(U64, 32)
    fcsr: U32
    rest: bytes = Bytes(256)  # of the union with the quad-precision state
    reserved: U32
    magic: U32  # of the first record of further state: 0 ends them
    size_: U32


class UContext(CStruct):
    """struct ucontext."""

    uc_flags: ULong
    uc_link: Addr
    uc_stack: SigAltStack
    uc_sigmask: SigSet
    unused: bytes = Bytes(120)
    uc_mcontext: SigContext


class Frame:
    """struct rt_sigframe: siginfo and ucontext; handlers return through the vDSO."""

    def setup(self, t: Thread, action: Action, info: SigInfo, mask: int) -> None:
        """Push the frame and go to the handler; EFAULT leaves the registers as they were."""
        cpu, model = t.cpu, t.arch.model
        at = (frame_top(t, action) - 128 - UContext.size(model)) & ~15
        pc, *regs = cpu.bank("pc", *X).get()
        state = SigContext(
            pc=pc, regs=tuple(regs), f=tuple(cpu.bank(*F).get()), fcsr=cpu.read("fcsr")
        )
        context = UContext(uc_stack=save_altstack(t), uc_sigmask=mask, uc_mcontext=state)
        t.memory.write(at, info.pack(model) + context.pack(model))
        back = t.process.vdso_function("__vdso_rt_sigreturn")
        cpu.bank("x10", "x11", "x12", "x1", "x2", "pc").set(
            (info.signo, at, at + 128, back, at, action.handler)
        )

    def restore(self, t: Thread) -> int:
        """rt_sigreturn: take everything back from the frame; the signal mask. EFAULT."""
        cpu = t.cpu
        context = t.memory.load(cpu.read("x2") + 128, UContext)
        saved = context.uc_mcontext
        if saved.reserved or saved.magic or saved.size_:
            raise LinuxError(EFAULT)
        cpu.bank(*F).set(saved.f)
        cpu.write("fcsr", saved.fcsr & 0xFF)
        cpu.bank("pc", *X).set((saved.pc & ~1, *saved.regs))
        restore_altstack(t, context.uc_stack)
        return context.uc_sigmask


def riscv_flush_icache(t: Thread, start: Addr, end: Addr, flags: ULong) -> int:
    """Man 2 riscv_flush_icache."""
    if flags & ~1:  # SYS_RISCV_FLUSH_ICACHE_LOCAL
        raise LinuxError(EINVAL)
    t.cpu.discard(start, end - start if end > start else t.memory.task_size)
    return 0


_PROBES = {
    0: 0,  # MVENDORID
    1: 0,  # MARCHID
    2: 0,  # MIMPID
    3: 1,  # BASE_BEHAVIOR: IMA
    4: 3,  # IMA_EXT_0: F and D, C
    5: 3,  # CPUPERF_0: misaligned accesses are fast
}


def riscv_hwprobe(
    t: Thread, pairs: Addr, pair_count: ULong, cpusetsize: ULong, cpus: Addr, flags: ULong
) -> int:
    """Documentation/arch/riscv/hwprobe.rst: values of keys; an unknown key becomes -1."""
    if flags or bool(cpusetsize) != bool(cpus):
        raise LinuxError(EINVAL)
    known = _PROBES | {7: t.memory.task_size - 1}  # HIGHEST_VIRT_ADDRESS
    for pair in range(pairs, pairs + 16 * pair_count, 16):  # struct riscv_hwprobe
        key = int.from_bytes(t.memory.read(pair, 8), "little", signed=True)
        answer = key if key in known else -1
        t.memory.write(pair, pack("<qQ", answer, known.get(key, 0)))
    return 0


def cpuinfo(p: Process) -> str:
    """/proc/cpuinfo of the processor that guests run on (man 5 proc)."""
    isa, mmu = ("rv64", "sv48") if p.arch.model.word == 8 else ("rv32", "sv32")
    return "".join(
        f"processor\t: {n}\nhart\t\t: {n}\nisa\t\t: {isa}imafdc_zicsr_zifencei\nmmu\t\t: {mmu}\n\n"
        for n in range(os.cpu_count() or 1)
    )


def _emulate(t: Thread) -> bool:
    from .riscv_bits import emulate  # few programs have them

    return emulate(t)


_EXCEPTIONS = {  # the engine adds 4 to PC, however long the instruction
    0: (SIGBUS, 1, -4),  # misaligned PC: BUS_ADRALN
    2: (SIGILL, abi.ILL_ILLOPC, -4),
    3: (SIGTRAP, 1, 0),  # ebreak: TRAP_BRKPT
    4: (SIGBUS, 1, -4),  # misaligned LR
    6: (SIGBUS, 1, -4),  # misaligned SC or AMO
}


def make(
    name: str, word: int, variants: Mapping[str, type[CStruct]], audit: int, task_size: int = 0
) -> Arch:
    """The architecture with registers of `word` bytes."""
    mode = f"RISCV{8 * word}"
    return Arch(
        name=name,
        elf_machine=243,  # EM_RISCV
        model=DataModel(word),
        engine=Engine(
            arch="RISCV",
            mode=(mode,),
            target=name,
            syscall=("intr", 8),
            exceptions=_EXCEPTIONS,
            illegal=(2,),
            illegal_code=abi.ILL_ILLOPC,
            stopping=3,
            unsaved=("fcsr",),
            user_mode=_TO_USER,
        ),
        registers=Registers(
            general=X,
            pc="pc",
            sp="x2",
            flags=None,
            tls="x4",
            vector=F,
            control=("fcsr",),
            dwarf=("x0", *X),
            frame="x8",
        ),
        syscall=Convention(number="x17", args=X[9:15], result="x10", insn_size=4),
        frame=Frame(),
        variants={"KernelSigaction": KernelSigactionNoRestorer, **variants},
        special={"riscv_flush_icache": riscv_flush_icache, "riscv_hwprobe": riscv_hwprobe},
        cpuinfo=cpuinfo,
        platform=b"",
        hwcap=0x112D,  # the letters I, M, A, F, D, C
        clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
        task_bits=47 if word == 8 else 32,
        task_size=task_size,
        linux=Linux(emulate=_emulate),
        disassembler=("RISCV", mode),
        vdso=True,
        audit=audit,
        cpus=("any",),
    )


ARCH = make("riscv64", 8, {}, 0xC00000F3)  # AUDIT_ARCH_RISCV64
