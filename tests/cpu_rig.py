"""A CPU over memory without an operating system, and the assembler snippets that tests need."""

from __future__ import annotations

import ctypes
import mmap
import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from qemu_user.exec import arch
from qemu_user.exec.cpu import EXEC, READ, WRITE, Trap
from qemu_user.exec.unicorn_cpu import UnicornCpu
from tests import m68k_asm, mips_asm, riscv_asm

PAGE = 4096
SIZE = 1 << 32
CODE, DATA, STACK, RO, HOLE = 0x40000, 0x50000, 0x60000, 0x70000, 0x80000


def _reserve(size: int) -> tuple[mmap.mmap, int]:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0x4000)
    memory = mmap.mmap(-1, size, flags=flags)
    return memory, ctypes.addressof(ctypes.c_char.from_buffer(memory))


class Rig:
    """A program in one page of code, two of data, two of stack, one read-only; HOLE is unmapped."""

    def __init__(self, name: str, **options: Any) -> None:
        self.arch = arch.load(name)
        self.lines = LINES[name]
        self.size = self.arch.model.word  # bytes of what `word` reads
        self.order: Literal["little", "big"] = "big" if self.arch.model.order == ">" else "little"
        self.memory, base = _reserve(SIZE)
        self.perms, perms = _reserve(SIZE // PAGE)
        self.base = base
        self.cpu = UnicornCpu(self.arch, base, SIZE, perms, **options)
        self.protect(CODE, READ | EXEC)
        self.protect(DATA, READ | WRITE, 2 * PAGE)
        self.protect(STACK, READ | WRITE, 2 * PAGE)
        self.protect(RO, READ)
        self.start()

    def __del__(self) -> None:
        if hasattr(self, "cpu"):
            self.cpu.close()

    def protect(self, addr: int, bits: int, size: int = PAGE) -> None:
        self.perms[addr // PAGE : (addr + size) // PAGE] = bytes([bits]) * (size // PAGE)
        self.cpu.flush_tlb()

    def put(self, text: str, addr: int = CODE) -> list[int]:
        """Assemble into memory; the addresses of the instructions and of the end."""
        addresses = []
        for line in text.replace(";", "\n").splitlines():
            if line.strip():
                addresses.append(addr)
                code = assemble(self.arch.name, line, addr)
                self.memory[addr : addr + len(code)] = code
                addr += len(code)
        return [*addresses, addr]

    def start(self, pc: int = CODE, **registers: int) -> None:
        """Registers as a new program's, with a stack."""
        self.cpu.reset()
        self.cpu.write(self.arch.registers.pc, pc)
        self.cpu.write(self.arch.registers.sp, STACK + PAGE)
        for name, value in registers.items():
            self.cpu.write(name, value)

    def run(self, text: str, **registers: int) -> Trap:
        """Assemble, forget old code, start at it and run to a trap."""
        self.put(text)
        self.cpu.discard(CODE, PAGE)
        self.start(**registers)
        return self.cpu.run()

    @property
    def pc(self) -> int:
        return self.cpu.read(self.arch.registers.pc)

    @pc.setter
    def pc(self, value: int) -> None:
        self.cpu.write(self.arch.registers.pc, value)

    def word(self, addr: int) -> int:
        return int.from_bytes(self.memory[addr : addr + self.size], self.order)

    def set_word(self, addr: int, value: int) -> None:
        self.memory[addr : addr + self.size] = value.to_bytes(self.size, self.order)


def assemble(name: str, text: str, addr: int = 0) -> bytes:
    """Machine code for one architecture or host; `.hex ...` stands for itself."""
    import keystone

    match = re.match(r"\s*\.hex (.*)", text)
    if match:
        return bytes.fromhex(match[1])
    if name == "m68k":
        return m68k_asm.assemble(text, addr)
    if name.startswith("mips"):
        return mips_asm.assemble(text, addr, "little" if name.endswith("el") else "big")
    if name.startswith("riscv"):
        return riscv_asm.assemble(text, addr)
    match = re.match(r"\s*(ba|bne) %xcc, (\d+)", text)
    if match:  # keystone takes the address for the distance
        base = {"ba": 0x10680000, "bne": 0x12680000}[match[1]]
        return (base | (int(match[2]) - addr) // 4 & 0x7FFFF).to_bytes(4, "big")
    kind, mode = {
        "x86_64": (keystone.KS_ARCH_X86, keystone.KS_MODE_64),
        "i386": (keystone.KS_ARCH_X86, keystone.KS_MODE_32),
        "arm": (keystone.KS_ARCH_ARM, keystone.KS_MODE_ARM),
        "ppc": (keystone.KS_ARCH_PPC, keystone.KS_MODE_PPC32 | keystone.KS_MODE_BIG_ENDIAN),
        **dict.fromkeys(
            ("sparc64", "sparc32plus"),
            (keystone.KS_ARCH_SPARC, keystone.KS_MODE_SPARC64 | keystone.KS_MODE_BIG_ENDIAN),
        ),
        "armeb": (keystone.KS_ARCH_ARM, keystone.KS_MODE_ARM),  # instructions are little-endian
        "aarch64_be": (keystone.KS_ARCH_ARM64, keystone.KS_MODE_LITTLE_ENDIAN),
        "aarch64": (keystone.KS_ARCH_ARM64, keystone.KS_MODE_LITTLE_ENDIAN),
    }[name]
    return bytes(keystone.Ks(kind, mode).asm(text, addr)[0])


@dataclass
class Lines:
    """How an architecture writes what all tests need. Register roles: see each line."""

    counter: str  # times left to loop
    pointer: str
    value: str
    tls: str
    vector: str
    add_memory: str  # [pointer] += 1, not atomically
    add_locked: str  # [pointer] += 1, atomically
    loop: str  # counter -= 1; go to {start} until it is 0
    syscall: str
    nop: str
    illegal: str
    load: str  # value = [pointer]
    store: str  # [pointer] = value
    set_value: str  # value = {n}
    call: str  # call pointer
    ret: str
    jump: str  # to {to}
    code_of_set_1: bytes  # value = 1; return
    code_of_set_2: bytes
    next_page: str  # pointer += PAGE
    vector_bits: int = 128
    slots: int = 0  # instructions that stepping does together with the branch before them
    # Faulting instructions: text, registers, (address, access)
    faults: list[tuple[str, dict[str, int], tuple[int, int]]] = field(default_factory=list)
    # Exceptions: text, index of the line where PC is, number, signal
    exceptions: list[tuple[str, int, int, int]] = field(default_factory=list)
    privileged: list[str] = field(default_factory=list)
    sizes: bool = True  # the engine tells watchers of instructions how long they are
    unsteppable: str = ""  # why it does not stop after each instruction as it should


_X86 = Lines(
    counter="rcx", pointer="rbx", value="rax", tls="fs_base", vector="xmm5",
    add_memory="add qword ptr [rbx], 1",
    add_locked="lock inc qword ptr [rbx]",
    loop="dec rcx; jne {start}",
    syscall="syscall", nop="nop", illegal="ud2",
    load="mov rax, qword ptr [rbx]", store="mov qword ptr [rbx], rax",
    set_value="mov eax, {n}", call="call rbx", ret="ret", jump="jmp {to}",
    code_of_set_1=bytes.fromhex("b801000000c3"), code_of_set_2=bytes.fromhex("b802000000c3"),
    next_page=f"add rbx, {PAGE}",
    faults=[
        ("mov rax, qword ptr [rbx]", {"rbx": HOLE + 5}, (HOLE + 5, READ)),
        ("mov qword ptr [rbx], rax", {"rbx": HOLE + 5}, (HOLE + 5, WRITE)),
        ("mov qword ptr [rbx], rax", {"rbx": RO + 5}, (RO + 5, WRITE)),
        ("mov byte ptr [rbx], al", {"rbx": RO + 4095}, (RO + 4095, WRITE)),
        ("mov qword ptr [rbx], rax", {"rbx": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("mov rax, qword ptr [rbx]", {"rbx": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("mov qword ptr [rbx], rax", {"rbx": DATA - 3}, (DATA - 3, WRITE)),
        ("push rax", {"rsp": STACK}, (STACK - 8, WRITE)),
        ("push rax", {"rsp": RO + 64}, (RO + 56, WRITE)),
        ("pop rax", {"rsp": HOLE + 8}, (HOLE + 8, READ)),
        ("call rbx", {"rsp": STACK, "rbx": DATA}, (STACK - 8, WRITE)),
        ("ret", {"rsp": HOLE}, (HOLE, READ)),
        ("enter 16, 0", {"rsp": RO + 64}, (RO + 56, WRITE)),
        ("lock add qword ptr [rbx], 1", {"rbx": RO + 8}, (RO + 8, WRITE)),
        ("xchg qword ptr [rbx], rax", {"rbx": RO + 8}, (RO + 8, WRITE)),
        ("lock cmpxchg16b xmmword ptr [rbx]", {"rbx": RO + 16}, (RO + 16, WRITE)),
        ("movups xmmword ptr [rbx], xmm0", {"rbx": RO + 17}, (RO + 17, WRITE)),
        ("fxsave [rbx]", {"rbx": RO + 16}, (RO + 16, WRITE)),
        ("fstp tbyte ptr [rbx]", {"rbx": RO + 2}, (RO + 2, WRITE)),
        ("movsq", {"rsi": DATA, "rdi": HOLE + 3}, (HOLE + 3, WRITE)),
        ("jmp rbx", {"rbx": HOLE + 7}, (HOLE + 7, EXEC)),
        ("jmp rbx", {"rbx": DATA + 7}, (DATA + 7, EXEC)),
        ("jmp rbx", {"rbx": 0}, (0, EXEC)),
        ("mov rax, qword ptr [rbx]", {"rbx": (1 << 47) - 8}, ((1 << 47) - 8, READ)),
        ("mov qword ptr [rbx], rax", {"rbx": 0xFFFF8 << 44}, (0xFFFF8 << 44, WRITE)),
        ("mov rax, qword ptr [rbx]", {"rbx": SIZE}, (SIZE, READ)),
    ],
    exceptions=[
        ("xor ecx, ecx; div ecx", 1, 0, 8),
        ("nop; int3", 2, 3, 5),
        ("nop; int 0x80", 1, 0x80, 11),
        ("nop; hlt", 1, 13, 11),
        ("mov eax, 0x2b; mov ds, eax", 1, 13, 11),
        ("mov rbx, 0x8000000000000000; mov rax, qword ptr [rbx]", 1, 13, 11),
        ("mov rbx, 0x800000000000; mov byte ptr [rbx], al", 1, 13, 11),
    ],
    privileged=["hlt", "cli", "mov rax, cr0", "wbinvd", "invlpg [rax]", "rdmsr", "lgdt [rax]"],
)  # fmt: skip
_X30 = "add x3, x1, #"
_A64 = Lines(
    counter="x0", pointer="x1", value="x2", tls="tpidr_el0", vector="q5",
    add_memory="ldr x9, [x1]; add x9, x9, #1; str x9, [x1]",
    add_locked="ldaxr x9, [x1]; add x9, x9, #1; stlxr w10, x9, [x1]; cbnz w10, {start}",
    loop="subs x0, x0, #1; b.ne {start}",
    syscall="svc #0", nop="nop", illegal=".hex 00000000",
    load="ldr x2, [x1]", store="str x2, [x1]",
    set_value="mov x2, #{n}", call="blr x1", ret="ret", jump="b {to}",
    code_of_set_1=bytes.fromhex("220080d2c0035fd6"),
    code_of_set_2=bytes.fromhex("420080d2c0035fd6"),
    next_page=f"add x1, x1, #{PAGE}",
    faults=[
        ("ldr x2, [x1]", {"x1": HOLE + 5}, (HOLE + 5, READ)),
        ("str x2, [x1]", {"x1": HOLE + 5}, (HOLE + 5, WRITE)),
        ("str x2, [x1]", {"x1": RO + 5}, (RO + 5, WRITE)),
        ("strb w2, [x1]", {"x1": RO + 4095}, (RO + 4095, WRITE)),
        ("str x2, [x1]", {"x1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("ldr x2, [x1]", {"x1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("str x2, [x1]", {"x1": DATA - 3}, (DATA - 3, WRITE)),
        ("stp x2, x3, [x1]", {"x1": RO + 16}, (RO + 16, WRITE)),
        ("stp x2, x3, [sp, #-16]!", {"sp": RO + 64}, (RO + 48, WRITE)),
        ("ldp x2, x3, [x1]", {"x1": HOLE + 16}, (HOLE + 16, READ)),
        ("ldp x2, x3, [sp], #16", {"sp": HOLE + 16}, (HOLE + 16, READ)),
        ("stp q0, q1, [x1]", {"x1": RO + 32}, (RO + 32, WRITE)),
        ("dc zva, x1", {"x1": RO + 64}, (RO + 64, WRITE)),
        (".hex 220060f8", {"x1": RO + 8}, (RO + 8, WRITE)),  # ldadd x0, x2, [x1]
        (".hex 227ca0c8", {"x1": RO + 8}, (RO + 8, WRITE)),  # cas x0, x2, [x1]
        ("br x1", {"x1": HOLE + 8}, (HOLE + 8, EXEC)),
        ("br x1", {"x1": DATA + 8}, (DATA + 8, EXEC)),
        ("br x1", {"x1": 0}, (0, EXEC)),
        ("ldr x2, [x1]", {"x1": SIZE}, (SIZE, READ)),
        ("ldr x2, [x1]", {"x1": 1 << 52}, (1 << 52, READ)),
    ],
    exceptions=[
        ("nop; brk #1", 1, 7, 5),
        ("add x3, x1, #3; ldxr x0, [x3]", 1, 4, 7),
    ],
    privileged=["msr daifset, #2", "mrs x0, sctlr_el1", "tlbi vmalle1", "eret", "hvc #0"],
)  # fmt: skip
# The engine stores the second half of a 128-bit register first.
_A64_BE = replace(_A64, faults=[case for case in _A64.faults if "stp q0" not in case[0]])
_RV64 = Lines(
    counter="x5", pointer="x6", value="x7", tls="x4", vector="f5",
    add_memory="ld x28, 0(x6); addi x28, x28, 1; sd x28, 0(x6)",
    add_locked="lr.d x28, (x6); addi x28, x28, 1; sc.d x29, x28, (x6); bnez x29, {start}",
    loop="addi x5, x5, -1; bnez x5, {start}",
    syscall="ecall", nop="nop", illegal="unimp",
    load="ld x7, 0(x6)", store="sd x7, 0(x6)",
    set_value="addi x7, x0, {n}", call="jalr x1, x6", ret="ret", jump="j {to}",
    code_of_set_1=bytes.fromhex("9303100067800000"),
    code_of_set_2=bytes.fromhex("9303200067800000"),
    next_page="addi x6, x6, 2047; addi x6, x6, 2047; addi x6, x6, 2", vector_bits=64,
    faults=[
        ("ld x7, 0(x6)", {"x6": HOLE + 5}, (HOLE + 5, READ)),
        ("sd x7, 0(x6)", {"x6": HOLE + 5}, (HOLE + 5, WRITE)),
        ("sd x7, 0(x6)", {"x6": RO + 5}, (RO + 5, WRITE)),
        ("sb x7, 0(x6)", {"x6": RO + 4095}, (RO + 4095, WRITE)),
        ("sd x7, 0(x6)", {"x6": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("ld x7, 0(x6)", {"x6": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("sd x7, 0(x6)", {"x6": DATA - 3}, (DATA - 3, WRITE)),
        ("fsd f7, 0(x6)", {"x6": RO + 32}, (RO + 32, WRITE)),
        ("amoadd.d x7, x5, (x6)", {"x6": RO + 8}, (RO + 8, WRITE)),
        ("amoswap.w x7, x5, (x6)", {"x6": RO + 4}, (RO + 4, WRITE)),
        ("lr.d x7, (x6)", {"x6": HOLE + 8}, (HOLE + 8, READ)),
        ("jalr x0, x6", {"x6": HOLE + 8}, (HOLE + 8, EXEC)),
        ("jalr x0, x6", {"x6": DATA + 8}, (DATA + 8, EXEC)),
        ("jalr x0, x6", {"x6": 0}, (0, EXEC)),
        ("ld x7, 0(x6)", {"x6": SIZE}, (SIZE, READ)),
        ("ld x7, 0(x6)", {"x6": 1 << 63}, (1 << 63, READ)),
    ],
    exceptions=[
        ("nop; ebreak", 1, 3, 5),
        ("addi x6, x6, 3; lr.d x7, (x6)", 1, 4, 7),
        ("addi x6, x6, 3; amoadd.d x7, x5, (x6)", 1, 4, 7),
    ],
    privileged=["mret", "sret", "wfi", "sfence.vma", "csrr x7, 0x300"],
)  # fmt: skip


def _narrow(text: str) -> str:
    """A text with words of 32 bits in the place of 64."""
    return re.sub(r"\b(l|s|amoadd\.|lr\.|sc\.)d\b", r"\1w", text)


_RV32 = replace(
    _RV64,
    **{
        name: _narrow(getattr(_RV64, name))
        for name in ("add_memory", "add_locked", "load", "store")
    },
    faults=[
        *((_narrow(text), regs, at) for text, regs, at in _RV64.faults if at[0] < SIZE),
        ("lw x7, 0(x6)", {"x6": SIZE - 4}, (SIZE - 4, READ)),
    ],
    exceptions=[(_narrow(text), *rest) for text, *rest in _RV64.exceptions],
)
_I386 = Lines(
    counter="ecx", pointer="ebx", value="eax", tls="gs", vector="xmm5",
    add_memory="add dword ptr [ebx], 1",
    add_locked="lock inc dword ptr [ebx]",
    loop="dec ecx; jne {start}",
    syscall="int 0x80", nop="nop", illegal="ud2",
    load="mov eax, dword ptr [ebx]", store="mov dword ptr [ebx], eax",
    set_value="mov eax, {n}", call="call ebx", ret="ret", jump="jmp {to}",
    code_of_set_1=bytes.fromhex("b801000000c3"), code_of_set_2=bytes.fromhex("b802000000c3"),
    next_page="add ebx, 4096",
    faults=[
        ("mov eax, dword ptr [ebx]", {"ebx": HOLE + 5}, (HOLE + 5, READ)),
        ("mov dword ptr [ebx], eax", {"ebx": RO + 5}, (RO + 5, WRITE)),
        ("mov dword ptr [ebx], eax", {"ebx": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("mov eax, dword ptr [ebx]", {"ebx": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("push eax", {"esp": STACK}, (STACK - 4, WRITE)),
        ("pop eax", {"esp": HOLE + 8}, (HOLE + 8, READ)),
        ("call ebx", {"esp": STACK, "ebx": DATA}, (STACK - 4, WRITE)),
        ("lock add dword ptr [ebx], 1", {"ebx": RO + 8}, (RO + 8, WRITE)),
        ("lock cmpxchg8b qword ptr [ebx]", {"ebx": RO + 16}, (RO + 16, WRITE)),
        ("movups xmmword ptr [ebx], xmm0", {"ebx": RO + 17}, (RO + 17, WRITE)),
        ("fxsave [ebx]", {"ebx": RO + 16}, (RO + 16, WRITE)),
        (".hex a5", {"esi": DATA, "edi": HOLE + 3}, (HOLE + 3, WRITE)),
        ("jmp ebx", {"ebx": HOLE + 7}, (HOLE + 7, EXEC)),
        ("jmp ebx", {"ebx": DATA + 7}, (DATA + 7, EXEC)),
        ("jmp ebx", {"ebx": 0}, (0, EXEC)),
        ("mov eax, dword ptr [ebx]", {"ebx": 0xFFFFFFFC}, (0xFFFFFFFC, READ)),
        ("mov eax, dword ptr [ebx]", {"ebx": 0xFFFFFFFE}, (0xFFFFFFFE, READ)),
    ],
    exceptions=[
        ("xor ecx, ecx; div ecx", 1, 0, 8),
        ("nop; int3", 2, 3, 5),
        ("nop; int 0x81", 1, 0x81, 11),
        ("nop; hlt", 1, 13, 11),
    ],
    privileged=["hlt", "cli", "mov eax, cr0", "wbinvd", "invlpg [eax]", "rdmsr", "lgdt [eax]",
                ".hex 0f05"],
)  # fmt: skip
_ARM = Lines(
    counter="r0", pointer="r1", value="r2", tls="c13_c0_3", vector="q5",
    add_memory="ldr r9, [r1]; add r9, r9, #1; str r9, [r1]",
    add_locked="ldrex r9, [r1]; add r9, r9, #1; strex r10, r9, [r1]; cmp r10, #0; bne {start}",
    loop="subs r0, r0, #1; bne {start}",
    syscall="svc #0", nop="nop", illegal=".hex f200f0e7",
    load="ldr r2, [r1]", store="str r2, [r1]",
    set_value="mov r2, #{n}", call="blx r1", ret="bx lr", jump="b {to}",
    code_of_set_1=bytes.fromhex("0120a0e31eff2fe1"),
    code_of_set_2=bytes.fromhex("0220a0e31eff2fe1"),
    next_page="add r1, r1, #4096",
    faults=[
        ("ldr r2, [r1]", {"r1": HOLE + 5}, (HOLE + 5, READ)),
        ("str r2, [r1]", {"r1": RO + 5}, (RO + 5, WRITE)),
        ("strb r2, [r1]", {"r1": RO + 4095}, (RO + 4095, WRITE)),
        ("str r2, [r1]", {"r1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("ldr r2, [r1]", {"r1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("push {r2, r3}", {"sp": RO + 64}, (RO + 56, WRITE)),
        ("pop {r2, r3}", {"sp": HOLE + 8}, (HOLE + 8, READ)),
        ("ldrd r2, r3, [r1]", {"r1": HOLE + 8}, (HOLE + 8, READ)),
        ("vst1.8 {q0}, [r1]", {"r1": RO + 17}, (RO + 17, WRITE)),
        ("swp r2, r3, [r1]", {"r1": RO + 8}, (RO + 8, WRITE)),
        ("ldrex r2, [r1]", {"r1": HOLE + 8}, (HOLE + 8, READ)),
        ("bx r1", {"r1": HOLE + 8}, (HOLE + 8, EXEC)),
        ("bx r1", {"r1": DATA + 8}, (DATA + 8, EXEC)),
        ("bx r1", {"r1": 0}, (0, EXEC)),
        ("ldr r2, [r1]", {"r1": 0xFFFFFFFC}, (0xFFFFFFFC, READ)),
    ],
    exceptions=[
        ("nop; bkpt #1", 1, 7, 5),
        ("add r3, r1, #3; ldrex r0, [r3]", 1, 4, 7),
    ],
    privileged=[
        "mrc p15, 0, r0, c1, c0, 0", "mcr p15, 0, r0, c8, c7, 0", ".hex 700060e1", ".hex 700040e1",
    ],
)  # fmt: skip
_M68K = Lines(
    counter="d0", pointer="a1", value="d2", tls="tp", vector="fp",
    add_memory=".hex 5291",
    add_locked=".hex 2611; .hex 2803; .hex 5284; .hex 0ed10103; bne {start}",  # CAS
    loop=".hex 5380; bne {start}",
    syscall=".hex 4e40", nop=".hex 4e71", illegal=".hex 4afc",
    load=".hex 2411", store=".hex 2282",
    set_value="set {n}", call=".hex 4e91", ret=".hex 4e75", jump="bra {to}",
    code_of_set_1=bytes.fromhex("243c000000014e75"),
    code_of_set_2=bytes.fromhex("243c000000024e75"),
    next_page=".hex d3fc00001000", vector_bits=1024,
    faults=[
        (".hex 2411", {"a1": HOLE + 5}, (HOLE + 5, READ)),
        (".hex 2282", {"a1": RO + 5}, (RO + 5, WRITE)),
        (".hex 1282", {"a1": RO + 4095}, (RO + 4095, WRITE)),
        (".hex 2282", {"a1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        (".hex 2411", {"a1": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        (".hex 2f02", {"a7": STACK}, (STACK - 4, WRITE)),  # move.l d2, -(a7)
        (".hex 241f", {"a7": HOLE + 8}, (HOLE + 8, READ)),  # move.l (a7)+, d2
        (".hex 4e91", {"a7": STACK, "a1": DATA}, (STACK - 4, WRITE)),  # jsr (a1)
        (".hex 4e75", {"a7": HOLE}, (HOLE, READ)),  # rts
        (".hex 48e7ff00", {"a7": RO + 64}, (RO + 60, WRITE)),  # movem.l d0-d7, -(a7)
        (".hex f2116800", {"a1": RO + 16}, (RO + 16, WRITE)),  # fmove.x fp0, (a1)
        (".hex 0ed10103", {"a1": RO + 8}, (RO + 8, WRITE)),  # cas.l d3, d4, (a1)
        (".hex 4ed1", {"a1": HOLE + 8}, (HOLE + 8, EXEC)),  # jmp (a1)
        (".hex 4ed1", {"a1": DATA + 8}, (DATA + 8, EXEC)),
        (".hex 4ed1", {"a1": 0}, (0, EXEC)),
        (".hex 2411", {"a1": 0xFFFFFFFC}, (0xFFFFFFFC, READ)),
    ],
    exceptions=[
        (".hex 7200; .hex 84c1", 1, 5, 8),  # moveq #0, d1; divu.w d1, d2
        (".hex 7200; .hex 4c412002", 1, 5, 8),  # divu.l d1, d2
        (".hex 7001; .hex 4181", 2, 6, 8),  # moveq #1, d0; chk.w d1, d0
        (".hex 4e71; .hex 4e4f", 2, 47, 5),  # trap #15
        (".hex 4e71; .hex 4e41", 2, 33, 4),  # trap #1
    ],
    privileged=[
        ".hex 46fc2700", ".hex 4e70", ".hex 4e73", ".hex 4e68", ".hex 4e7a0801",
    ],
    sizes=False,
    unsteppable="the engine forgets between two instructions how flags are to be computed",
)  # fmt: skip
_PPC = Lines(
    counter="r5", pointer="r6", value="r7", tls="r2", vector="fpr5", vector_bits=64,
    add_memory="lwz 9, 0(6); addi 9, 9, 1; stw 9, 0(6)",
    add_locked="lwarx 9, 0, 6; addi 9, 9, 1; stwcx. 9, 0, 6; bne {start}",
    loop="addic. 5, 5, -1; bne {start}",
    syscall="sc", nop="nop", illegal=".hex 00000000",
    load="lwz 7, 0(6)", store="stw 7, 0(6)",
    set_value="li 7, {n}", call="mtctr 6; bctrl", ret="blr", jump="b {to}",
    code_of_set_1=bytes.fromhex("38e000014e800020"),
    code_of_set_2=bytes.fromhex("38e000024e800020"),
    next_page="addi 6, 6, 4096",
    faults=[
        ("lwz 7, 0(6)", {"r6": HOLE + 5}, (HOLE + 5, READ)),
        ("stw 7, 0(6)", {"r6": RO + 5}, (RO + 5, WRITE)),
        ("stb 7, 0(6)", {"r6": RO + 4095}, (RO + 4095, WRITE)),
        ("stw 7, 0(6)", {"r6": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, WRITE)),
        ("lwz 7, 0(6)", {"r6": DATA + 2 * PAGE - 3}, (DATA + 2 * PAGE, READ)),
        ("stwu 1, -16(1)", {"r1": RO + 64}, (RO + 48, WRITE)),
        ("stfd 1, 0(6)", {"r6": RO + 8}, (RO + 8, WRITE)),
        ("lwarx 7, 0, 6", {"r6": HOLE + 8}, (HOLE + 8, READ)),
        ("dcbz 0, 6", {"r6": RO + 32}, (RO + 32, WRITE)),
        ("stvx 0, 0, 6", {"r6": RO + 32}, (RO + 32, WRITE)),
        ("stmw 30, 0(6)", {"r6": RO + 32}, (RO + 32, WRITE)),
        ("blr", {"lr": HOLE + 8}, (HOLE + 8, EXEC)),
        ("blr", {"lr": DATA + 8}, (DATA + 8, EXEC)),
        ("blr", {"lr": 0}, (0, EXEC)),
        ("lwz 7, 0(6)", {"r6": 0xFFFFFFFC}, (0xFFFFFFFC, READ)),
    ],
    exceptions=[
        ("addi 3, 6, 2; lwarx 7, 0, 3", 1, 5, 7),
    ],
    privileged=["mfmsr 3", "mtmsr 3", "rfi", "tlbie 3", "mfspr 3, 22"],
)  # fmt: skip


def _sparc(name: str) -> Lines:
    """SPARC V9 with programs of either size; what follows a branch is its slot."""
    wide = name == "sparc64"
    load, store, swap = ("ldx", "stx", "casx") if wide else ("ld", "st", "cas")
    beyond = (
        [
            (f"{load} [%g2], %g3", {"g2": SIZE}, (SIZE, READ)),
            (f"{load} [%g2], %g3", {"g2": 1 << 63}, (1 << 63, READ)),
        ]
        if wide
        else [
            (f"{load} [%g2], %g3", {"g2": 1 << 32 | HOLE + 8}, (HOLE + 8, READ)),
            (f"{store} %g3, [%g2]", {"g2": 0xFFFFFFF8}, (0xFFFFFFF8, WRITE)),
            ("jmp %g2; nop", {"g2": 1 << 32 | HOLE + 8}, (HOLE + 8, EXEC)),
        ]
    )
    return Lines(
        counter="g1", pointer="g2", value="g3", tls="g7", vector="fpr", vector_bits=2048,
        add_memory=f"{load} [%g2], %g4; add %g4, 1, %g4; {store} %g4, [%g2]",
        add_locked=f"{load} [%g2], %g4; add %g4, 1, %g5; {swap} [%g2], %g4, %g5;"
        " cmp %g4, %g5; bne %xcc, {start}; nop",
        loop="subcc %g1, 1, %g1; bne %xcc, {start}; nop",
        syscall=".hex 91d0206d" if wide else ".hex 91d02010", nop="nop", illegal=".hex 00000000",
        load=f"{load} [%g2], %g3", store=f"{store} %g3, [%g2]",
        set_value="mov {n}, %g3", call="call %g2; nop", ret="retl; nop",
        jump="ba %xcc, {to}; nop",
        code_of_set_1=bytes.fromhex("81c3e00886102001"),
        code_of_set_2=bytes.fromhex("81c3e00886102002"),
        next_page="sethi 4, %g4; add %g2, %g4, %g2",
        faults=[
            (f"{load} [%g2], %g3", {"g2": HOLE + 8}, (HOLE + 8, READ)),
            (f"{store} %g3, [%g2]", {"g2": HOLE + 8}, (HOLE + 8, WRITE)),
            (f"{store} %g3, [%g2]", {"g2": RO + 8}, (RO + 8, WRITE)),
            ("stb %g3, [%g2]", {"g2": RO + 4095}, (RO + 4095, WRITE)),
            ("std %f0, [%g2]", {"g2": RO + 8}, (RO + 8, WRITE)),
            (f"{swap} [%g2], %g3, %g4", {"g2": RO + 8}, (RO + 8, WRITE)),
            ("jmp %g2; nop", {"g2": HOLE + 8}, (HOLE + 8, EXEC)),
            ("jmp %g2; nop", {"g2": DATA + 8}, (DATA + 8, EXEC)),
            ("jmp %g2; nop", {"g2": 0}, (0, EXEC)),
            *beyond,
        ],
        exceptions=[
            ("nop; .hex 91d02001", 1, 0x101, 5),  # ta 1
            ("nop; udivx %g2, %g0, %g3", 1, 0x28, 8),
            ("nop; sdivx %g2, %g0, %g3", 1, 0x28, 8),
            (f"add %g2, {4 if wide else 2}, %g2; {load} [%g2], %g3", 1, 0x34, 7),
            ("add %g2, 1, %g2; st %g3, [%g2]", 1, 0x34, 7),
            ("nop; rdpr %pstate, %g3", 1, 0x11, 4),
        ],
        privileged=["rdpr %pstate, %g3", "wrpr %g3, 0, %pstate", ".hex 81f00000", ".hex 83f00000"],
    )  # fmt: skip


def _mips(size: int, order: Literal["little", "big"]) -> Lines:
    """MIPS of either size; what follows a branch is its slot."""
    load, store, link, conditional = ("lw", "sw", "ll", "sc")
    add = "addiu"
    if size == 8:
        load, store, link, conditional, add = "ld", "sd", "lld", "scd", "daddiu"
    return Lines(
        counter="r9", pointer="r8", value="r10", tls="cp0_userlocal", vector="f5",
        add_memory=f"{load} $11, 0($8); {add} $11, $11, 1; {store} $11, 0($8)",
        add_locked=f"{link} $11, 0($8); {add} $11, $11, 1; {conditional} $11, 0($8);"
        " beq $11, $0, {start}; nop",
        loop=f"{add} $9, $9, -1; bne $9, $0, {{start}}; nop",
        syscall="syscall", nop="nop", illegal=".word ec000000",
        load=f"{load} $10, 0($8)", store=f"{store} $10, 0($8)",
        set_value="addiu $10, $0, {n}", call="jalr $8; nop", ret="jr $31; nop",
        jump="b {to}; nop",
        code_of_set_1=b"".join(word.to_bytes(4, order) for word in (0x03E00008, 0x240A0001)),
        code_of_set_2=b"".join(word.to_bytes(4, order) for word in (0x03E00008, 0x240A0002)),
        next_page=f"{add} $8, $8, {PAGE}", vector_bits=64, slots=1,
        faults=[
            (f"{load} $10, 0($8)", {"r8": HOLE + 8}, (HOLE + 8, READ)),
            (f"{store} $10, 0($8)", {"r8": HOLE + 8}, (HOLE + 8, WRITE)),
            (f"{store} $10, 0($8)", {"r8": RO + 8}, (RO + 8, WRITE)),
            ("sb $10, 0($8)", {"r8": RO + 4095}, (RO + 4095, WRITE)),
            (f"{link} $10, 0($8)", {"r8": HOLE + 8}, (HOLE + 8, READ)),
            ("sdc1 $f4, 0($8)", {"r8": RO + 8}, (RO + 8, WRITE)),
            (f"b .+16; {load} $10, 0($8)", {"r8": HOLE + 8}, (HOLE + 8, READ)),  # in the slot
            ("jr $8; nop", {"r8": HOLE + 8}, (HOLE + 8, EXEC)),
            ("jr $8; nop", {"r8": DATA + 8}, (DATA + 8, EXEC)),
            ("jr $8; nop", {"r8": 0}, (0, EXEC)),
        ],
        exceptions=[
            ("nop; break", 1, 18, 5),
            ("nop; teq $0, $0", 1, 22, 5),
            ("b .+16; break", 0, 18, 5),  # PC is the branch's
            ("lui $10, 0x7fff; add $10, $10, $10", 1, 21, 8),
            ("nop; mfc0 $10, $12", 1, 19, 4),
        ],
        privileged=["mfc0 $10, $12", "mtc0 $10, $12", "eret", "tlbwi", "wait", "di"],
    )  # fmt: skip


LINES = {
    "i386": _I386,
    "arm": _ARM,
    "armeb": _ARM,
    "x86_64": _X86,
    "aarch64": _A64,
    "aarch64_be": _A64_BE,
    "riscv64": _RV64,
    "riscv32": _RV32,
    "m68k": _M68K,
    "ppc": _PPC,
    "mips": _mips(4, "big"),
    "mipsel": _mips(4, "little"),
    "mips64": _mips(8, "big"),
    "mips64el": _mips(8, "little"),
    "sparc64": _sparc("sparc64"),
    "sparc32plus": _sparc("sparc32plus"),
}
NAMES = tuple(LINES)
