"""Numbers the engine gives to architectures, modes, processor models and registers."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, int]:
    """Numbers from "name number name number ..."."""
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


ARCHES = _pairs("ARM 1 ARM64 2 MIPS 3 X86 4 PPC 5 SPARC 6 M68K 7 RISCV 8 S390X 9")
MODES = _pairs(  # bits mean different things to different architectures
    "ARM 0 THUMB 16 ARMBE8 1024 BIG_ENDIAN 1073741824 16 2 32 4 64 8"
    " MIPS32 4 MIPS64 8 PPC32 4 PPC64 8 SPARC32 4 SPARC64 8 RISCV32 4 RISCV64 8"
)
MODELS = _pairs(
    "X86_EPYC_ROME 37 ARM64_MAX 3 ARM_CORTEX_A15 17 MIPS32_74KF 10 MIPS64_MIPS64R2_GENERIC 5"
    " PPC32_7457A_V1_2 289 M68K_M68030 3"
)
CPU_OFFSETS = (0x1A8, 0x1B8, 0x1A0)  # of the CPU state's address in the handle, as seen so far
# What a plain run names; reading a whole constants file takes milliseconds. r8..15 106: those
# registers have the numbers from 106 on.
REGISTERS = {
    "X86": (
        "rax 35 rbp 36 rbx 37 rcx 38 rdi 39 rdx 40 rip 41 rsi 43 rsp 44 eflags 25 fpsw 31"
        " gdtr 243 ldtr 244 fpcw 246 fptag 247 mxcsr 249 fs_base 250 gs_base 251"
        " eax 19 ebp 20 ebx 21 ecx 22 edi 23 edx 24 eip 26 esi 29 esp 30"
        " cs 11 ds 17 es 28 fs 32 gs 33 ss 49 r8..15 106 fp0..7 82 st0..7 114 xmm0..15 122"
    ),
    "ARM": "cpsr 3 fpscr 6 lr 10 pc 11 sp 12 c13_c0_3 113 r0..12 66 d0..31 14 q0..15 50",
    "ARM64": (
        "x29 1 x30 2 nzcv 3 sp 4 pc 260 tpidr_el0 262 pstate 265 fpcr 291 fpsr 292"
        " x0..28 199 q0..31 104"
    ),
    "PPC": "pc 1 lr 74 xer 75 ctr 76 msr 77 fpscr 78 cr 79 r0..31 2 fpr0..31 42",
    "S390X": "pc 65 pswm 66 r0..15 1 f0..15 17 a0..15 49",
    "M68K": "sr 17 pc 18 a0..7 1 d0..7 9",
    "MIPS": "pc 1 hi 129 lo 130 cp0_userlocal 138 cp0_status 139 fcsr 141 r0..31 2 f0..31 57",
    "SPARC": "pc 88 g0..7 53 i0..5 61 i6 67 i7 68 l0..7 70 o0..7 78",
    "RISCV": "fcsr 43 pc 190 x0..31 1 f0..31 158",
}


def registers(arch: str) -> dict[str, int]:
    """The numbers of REGISTERS; empty for an architecture that is not there."""
    found = {}
    for name, number in _pairs(REGISTERS.get(arch, "")).items():
        first, _, last = name.partition("..")
        if last:
            letters = first.rstrip("0123456789")
            start = int(first[len(letters) :])
            for place in range(start, int(last) + 1):
                found[f"{letters}{place}"] = number + place - start
        else:
            found[name] = number
    return found


class Numbers:
    """The numbers of one architecture; `directory` is the engine package's, for rare names."""

    def __init__(self, arch: str, directory: str) -> None:
        self.arch = arch
        self.directory = directory
        self.known = registers(arch)
        self.all: dict[str, int] | None = None

    def mode(self, names: tuple[str, ...]) -> int:
        """The mode word that `names` make together."""
        word = 0
        for name in names:
            word |= MODES[name]
        return word

    def model(self, name: str) -> int:
        """The number of a processor model such as "X86_EPYC_ROME"."""
        number = MODELS.get(name)
        return self._constant(f"UC_CPU_{name}") if number is None else number

    def register(self, name: str) -> int:
        """The number of a register; KeyError when the engine has none of that name."""
        number = self.known.get(name)
        return self._constant(f"UC_{self.arch}_REG_{name.upper()}") if number is None else number

    def _constant(self, name: str) -> int:
        if self.all is None:
            self.all = {}
            with open(f"{self.directory}/{self.arch.lower()}_const.py", encoding="ascii") as file:
                for line in file:
                    key, _, value = line.partition(" = ")
                    if value.strip().isdigit():
                        self.all[key] = int(value)
        return self.all[name]
