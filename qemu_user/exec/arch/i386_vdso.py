"""The vDSO of 32-bit x86 (man 7 vdso)."""

from __future__ import annotations

from ..abi.vdso import Source, calls

_NAMES = {
    "__vdso_clock_gettime": "clock_gettime",
    "__vdso_clock_gettime64": "clock_gettime64",
    "__vdso_clock_getres": "clock_getres",
    "__vdso_gettimeofday": "gettimeofday",
    "__vdso_time": "time",
    "__vdso_getcpu": "getcpu",
}
# EBX is the caller's; EDX is the third argument of none of these, or one that is not looked at.
_CALL = (
    "mov edx, ebx; mov ebx, [esp + 4]; mov ecx, [esp + 8]; mov eax, {number}; int 0x80;"
    "mov ebx, edx; ret"
)

VDSO = Source(
    assembler=("X86", ("32",)),
    version="LINUX_2.6",
    soname="linux-gate.so.1",
    functions={
        "__kernel_vsyscall": "int 0x80; ret",
        "__kernel_sigreturn": "pop eax; mov eax, {sigreturn}; int 0x80",
        "__kernel_rt_sigreturn": "mov eax, {rt_sigreturn}; int 0x80",
        # Behind its first instruction: where SYSENTER and SYSCALL return to
        "int80_landing_pad": "int 0x80; pop ebp; pop edx; pop ecx; ret",
    }
    | calls(_CALL, _NAMES),
    frame=(4, 4, 8, -4),
    bare=("__kernel_sigreturn", "__kernel_rt_sigreturn", "int80_landing_pad"),
)
