"""AArch64: everything the engine, the loader and Linux need to know about 64-bit Arm."""

from __future__ import annotations

from ..abi.layout import DataModel
from . import Arch, Convention, Engine, Registers

SIGILL, SIGTRAP, SIGBUS, SIGSEGV = 4, 5, 7, 11

X = tuple(f"x{n}" for n in range(31))

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
