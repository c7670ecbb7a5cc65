"""i386: everything the engine, the loader and Linux need to know about 32-bit Intel and AMD.

What runs is an x86-64 processor in compatibility mode, as under an x86-64 kernel: the selectors are
that kernel's, and the descriptor tables lie where 32-bit code has no addresses.
"""

from __future__ import annotations

from ..abi.ipc import MsqidDs32, ShmidDs32
from ..abi.prctl import PR_TSC_ENABLE
from ..abi.semaphores import SemidDs32
from ..abi.stats import Stat64, Statfs64, StatShort
from . import Arch, Convention, Engine, Linux, Registers
from .i386_entries import ENTRIES, SYSCALL, SYSENTER
from .i386_frames import MODEL, Frame
from .i386_segments import (
    START,
    SYSTEM_SIZE,
    begin,
    get_thread_area,
    modify_ldt,
    new_thread,
    set_thread_area,
    tls,
)
from .x86_64 import (
    BESIDE,
    CPU_FLAGS,
    CPUID,
    CPUS,
    EXCEPTIONS,
    SIGILL,
    VEX_ILLEGAL,
    choose,
    cpuinfo,
    emulate,
    exception,
    identity,
)

_GENERAL = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")

_TO_USER = bytes.fromhex(  # eax: where to
    "b92b000000"  # mov ecx, 0x2b
    "488d1534000000"  # lea rdx, [rip + gdt]
    "48891525000000"  # mov [rip + gdtr + 2], rdx
    "0f01151c000000"  # lgdt [rip + gdtr]
    "8ed9 8ec1"  # mov ds, ecx; mov es, ecx
    "b900060100 0f22e1"  # cr4 = OSFXSR OSXMMEXCPT FSGSBASE
    "6a2b 6a00 6802020000"  # push SS, RSP, RFLAGS: interrupts enabled, no I/O privilege
    "6a23 50 48cf"  # push CS, RIP; iretq
    "0000"
    "3700 0000000000000000"  # gdtr: limit, address
    "0000000000000000 0000000000000000 0000000000000000 0000000000000000"
    "ffff000000fbcf00 ffff000000f3cf00 ffff000000fbaf00"  # 32-bit code, data, 64-bit code
)

ARCH = Arch(
    name="i386",
    elf_machine=3,  # EM_386
    model=MODEL,
    engine=Engine(
        arch="X86",
        mode=("64",),
        target="x86_64",
        mends=(VEX_ILLEGAL,),
        substitutes=True,
        model="X86_EPYC_ROME",
        syscall=("intr", 0x80),
        exceptions=EXCEPTIONS | {SYSCALL: (SIGILL, 2, -2)},  # ILL_ILLOPN
        illegal=(6,),
        refused={699: SYSCALL, 700: SYSENTER},  # they would not come back
        start={"fpcw": 0x37F, "fptag": 0xFFFF, "mxcsr": 0x1F80, "eflags": 0x202, **START},
        user_mode=_TO_USER,
        contributory=(0, 10, 11, 12, 13),
        beside={name: ("eax", at, size) for name, (_, at, size) in BESIDE.items()},
        identify=(113, ("eax", "ecx"), ("eax", "ebx", "ecx", "edx")),  # X86_INS_CPUID
    ),
    registers=Registers(
        general=_GENERAL,
        pc="eip",
        sp="esp",
        flags="eflags",
        tls=None,
        vector=tuple(f"xmm{n}" for n in range(8)),
        control=("fpcw", "fpsw", "fptag", "mxcsr"),
        dwarf=(*_GENERAL, "eip"),
        frame="ebp",
    ),
    syscall=Convention(
        number="eax",
        args=("ebx", "ecx", "edx", "esi", "edi", "ebp"),
        result="eax",
        insn_size=2,
    ),
    frame=Frame(),
    variants={
        "Stat": StatShort,
        "Stat64": Stat64,
        "Statfs64": Statfs64,
        "SemidDs": SemidDs32,
        "ShmidDs": ShmidDs32,
        "MsqidDs": MsqidDs32,
    },
    special={
        "set_thread_area": set_thread_area,
        "get_thread_area": get_thread_area,
        "modify_ldt": modify_ldt,
    },
    constants={"PR_TSC_ENABLE": PR_TSC_ENABLE},
    platform=b"i686",
    cpuinfo=cpuinfo,
    uname="i686",
    hwcap=0x078BFBFD,  # CPUID leaf 1, EDX
    clone_args=("flags", "stack", "parent_tid", "tls", "child_tid"),
    task_bits=32,
    task_size=0xFFFFE000,
    linux=Linux(
        begin=begin,
        emulate=emulate,
        exception=exception,
        entries=ENTRIES,
        tls=tls,
        new_thread=new_thread,
        calls={
            "mmap": "old_mmap",
            "select": "old_select",
            "getrlimit": "old_getrlimit",
        },
        ids16=True,
    ),
    system_size=SYSTEM_SIZE,
    disassembler=("X86", "32"),
    vdso=True,
    sysinfo="__kernel_vsyscall",
    audit=0x40000003,  # AUDIT_ARCH_I386
    cpus=CPUS,
    cpuid=CPUID,
    cpu_flags=CPU_FLAGS,
    choose=choose,
    identity=identity,
)
