"""AArch64: everything the engine, the loader and Linux need to know about 64-bit Arm."""

from __future__ import annotations

from ..abi.layout import DataModel
from . import Arch, Convention, Engine, Registers

SIGILL, SIGTRAP, SIGBUS, SIGSEGV = 4, 5, 7, 11

X = tuple(f"x{n}" for n in range(31))

_TO_USER = bytes.fromhex(  # x0: where to
    "204018d5 1f4018d5"  # elr_el1 = x0; spsr_el1 = 0: EL0
    "0106a0d2 411018d5"  # cpacr_el1 = FPEN
    "410080d2 01e118d5"  # cntkctl_el1 = EL0VCTEN
    "011038d5 02009852 a280a072 210002aa"  # sctlr_el1 |= UCI nTWE nTWI UCT DZE, as Linux
    "011018d5 df3f03d5 e0039fd6"  # isb; eret
)

ARCH = Arch(
    name="aarch64",
    elf_machine=183,  # EM_AARCH64
    model=DataModel(word=8),
    engine=Engine(
        arch="ARM64",
        mode=("ARM",),
        model="ARM64_MAX",
        syscall=("intr", 2),
        exceptions={
            3: (SIGBUS, 1, 0),  # misaligned PC: BUS_ADRALN
            4: (SIGBUS, 1, 0),  # misaligned exclusive or atomic access
            7: (SIGTRAP, 1, 0),  # brk: TRAP_BRKPT
        },
        illegal=(1,),
        page_size=True,
        user_mode=_TO_USER,
    ),
    registers=Registers(
        general=(*X, "sp"),
        pc="pc",
        sp="sp",
        flags="pstate",
        tls="tpidr_el0",
        vector=tuple(f"q{n}" for n in range(32)),
        control=("fpcr", "fpsr"),
    ),
    syscall=Convention(number="x8", args=X[:6], result="x0", insn_size=4),
    frame=None,
    platform=b"aarch64",
    hwcap=0x1FB,  # FP ASIMD AES PMULL SHA1 SHA2 CRC32 ATOMICS
    clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
    task_bits=48,
    disassembler=("ARM64", "ARM"),
    audit=0xC00000B7,  # AUDIT_ARCH_AARCH64
)
