"""x86-64: everything the engine, the loader and Linux need to know about 64-bit Intel and AMD."""

from __future__ import annotations

from ..abi.layout import DataModel
from . import Arch, Convention, Engine, Registers

SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV = 4, 5, 7, 8, 11
SI_KERNEL = 0x80

_EXCEPTIONS = {  # SDM volume 3, table 6-1 -> what arch/x86 of Linux makes of it
    0: (SIGFPE, 1, 0),  # divide error: FPE_INTDIV
    1: (SIGTRAP, 2, 0),  # debug: TRAP_TRACE
    3: (SIGTRAP, SI_KERNEL, 0),  # int3 leaves PC after itself
    4: (SIGSEGV, SI_KERNEL, 0),  # overflow
    5: (SIGSEGV, 3, 0),  # bound range: SEGV_BNDERR
    7: (SIGILL, SI_KERNEL, 0),  # device not available
    10: (SIGSEGV, SI_KERNEL, 0),  # invalid TSS
    11: (SIGBUS, SI_KERNEL, 0),  # segment not present
    12: (SIGBUS, SI_KERNEL, 0),  # stack segment
    13: (SIGSEGV, SI_KERNEL, 0),  # general protection
    16: (SIGFPE, 0, 0),  # x87
    17: (SIGBUS, 1, 0),  # alignment check: BUS_ADRALN
    19: (SIGFPE, 0, 0),  # SIMD
} | {n: (SIGSEGV, SI_KERNEL, -2) for n in range(32, 256)}  # int n has no gate for user code

_IRETQ = bytes.fromhex(  # from privilege level 0 to 3, on a stack with room for five words
    "6a2b"  # push 0x2b: user SS
    "4889e0"  # mov rax, rsp
    "50"  # push rax: RSP
    "6802020000"  # push 0x202: RFLAGS with IF
    "6a33"  # push 0x33: user CS
    "488d0503000000"  # lea rax, [rip+3]
    "50"  # push rax
    "48cf"  # iretq
)

ARCH = Arch(
    name="x86_64",
    elf_machine=62,  # EM_X86_64
    model=DataModel(word=8),
    engine=Engine(
        arch="X86",
        mode=("64",),
        model="X86_EPYC_ROME",
        syscall=("insn", 699),  # X86_INS_SYSCALL
        exceptions=_EXCEPTIONS,
        illegal=(6,),
        start={"fpcw": 0x37F, "fptag": 0xFFFF, "mxcsr": 0x1F80, "eflags": 0x202},
        user_mode=_IRETQ,
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
    ),
    syscall=Convention(
        number="rax", args=("rdi", "rsi", "rdx", "r10", "r8", "r9"), result="rax", insn_size=2
    ),
    frame=None,
    platform=b"x86_64",
    hwcap=0x178BFBFF,  # CPUID leaf 1, EDX
    clone_args=("flags", "stack", "parent_tid", "child_tid", "tls"),
    task_bits=47,
    disassembler=("X86", "64"),
    audit=0xC000003E,  # AUDIT_ARCH_X86_64
)
