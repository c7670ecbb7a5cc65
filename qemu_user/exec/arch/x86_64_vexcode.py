"""Vector instructions as code for x86-64 hosts that have them.

They are the very instructions, on the guest's registers where the engine keeps them, each memory
operand checked as the engine checks it.
Such code is called as code(engine, words, state) -> bool, and by the hook with the state in RAX.
"""

from __future__ import annotations

from ..cpu import ARENA, ON, PAGES, PERMS, SAVED, SCRATCH, SLOTS, STATE, TABLE
from .x86_64_vex import Insn

_RAX, _RCX, _RDX = 0, 1, 2
_FLAGS = 0x8D5  # OF, SF, ZF, AF, PF, CF
_CC_EFLAGS = 1  # how the engine says that it has the flags themselves
_PAGE = 4096
_MASKED = 0x1F80  # MXCSR: no exception is raised
_STRINGS_MASK = (0x60, 0x62)  # of map 3: they leave their result in XMM0
_PREFIXES, _MAPS = (b"", b"\x66", b"\xf3", b"\xf2"), {1: b"", 2: b"\x38", 3: b"\x3a"}


def u32(value: int) -> bytes:
    """Four bytes, little-endian."""
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


class Layout:
    """Where registers are, in bytes from the first general one."""

    def __init__(
        self,
        general: tuple[int, ...],
        pc: int,
        vector: int,
        mxcsr: int,
        flags: tuple[int, int],
        bases: dict[str, int],
    ) -> None:
        self.general = general  # by number
        self.pc = pc
        self.vector = vector  # the first; each has 64 bytes
        self.mxcsr = mxcsr
        self.flags = flags  # the flags of the last operation, and what kind it was
        self.bases = bases  # of segments


def hook(layout: Layout) -> bytes:
    """Looks up the code for the instruction at PC: hook(engine, words) -> bool."""
    return (
        b"\x48\x83\x7e"
        + bytes((8 * ON, 0))  # cmp qword ptr [rsi + ON], 0
        + b"\x74\x22"  # je miss
        + b"\x48\x8b\x46"
        + bytes((8 * STATE,))  # mov rax, [rsi + STATE]
        + b"\x48\x8b\x88"
        + u32(layout.pc)  # mov rcx, [rax + pc]
        + b"\x89\xca\x81\xe2"
        + u32(SLOTS - 1)  # mov edx, ecx; and edx, SLOTS - 1
        + b"\xc1\xe2\x04"  # shl edx, 4
        + b"\x48\x03\x56"
        + bytes((8 * TABLE,))  # add rdx, [rsi + TABLE]
        + b"\x48\x39\x0a\x75\x03"  # cmp [rdx], rcx; jne miss
        + b"\xff\x62\x08"  # jmp [rdx + 8]
        + b"\x31\xc0\xc3"  # miss: xor eax, eax; ret
    )


def encode(insn: Insn, reg: int, rm: int, memory: bool) -> bytes:
    """The instruction with other operands; `rm` holds the address where `memory` is true."""
    modrm = (0 if memory else 0xC0) | (reg & 7) << 3 | rm & 7
    imm = bytes((insn.imm,)) if "i" in insn.form or "k" in insn.form else b""
    if insn.legacy:
        rex = bytes((0x40 | (reg >> 3) << 2 | rm >> 3, 0x0F))
        return _PREFIXES[insn.pp] + rex + _MAPS[insn.map] + bytes((insn.opcode, modrm)) + imm
    inverted = (reg >> 3 ^ 1) << 7 | 0x40 | ((rm >> 3 ^ 1) << 5)
    last = insn.wide << 7 | (~insn.vvvv & 15) << 3 | insn.long << 2 | insn.pp
    return bytes((0xC4, inverted | insn.map, last, insn.opcode, modrm)) + imm


def _move(load: bool, register: int, at: int, wide: bool) -> bytes:
    """VMOVDQU between a register and the state; MOVUPS where it is not to be wide."""
    if not wide:
        head = bytes((0x40 | (register >> 3) << 2, 0x0F, 0x10 if load else 0x11))
        return head + bytes((0x80 | (register & 7) << 3,)) + u32(at)
    first = 0xFE if register < 8 else 0x7E
    return bytes((0xC5, first, 0x6F if load else 0x7F, 0x80 | (register & 7) << 3)) + u32(at)


class _Code:
    """One piece of code under construction."""

    def __init__(self, layout: Layout, insns: list[tuple[int, Insn]], checked: bool) -> None:
        self.layout = layout
        self.insns = insns
        self.checked = checked  # else the operand is in the scratch area
        self.parts: list[bytes] = []
        self.size = 0
        self.refusals: list[tuple[int, int]] = []  # where a jump ends, and the instruction's number
        self.used: set[int] = set()
        self.written: set[int] = set()
        for _, insn in insns:
            self._registers(insn)
        self.wide = not all(insn.legacy for _, insn in insns)
        self.rounds = any("M" in insn.form for _, insn in insns)

    def put(self, code: bytes) -> None:
        self.parts.append(code)
        self.size += len(code)

    def refuse(self, condition: int, number: int) -> None:
        """Jump out of the code if a condition holds."""
        self.put(bytes((0x0F, 0x80 | condition)) + bytes(4))
        self.refusals.append((self.size, number))

    def _registers(self, insn: Insn) -> None:
        flags, used = insn.form[1:], self.used
        if "Z" in flags or insn.map == 0:
            return
        if not any(flag in flags for flag in "gdDc"):
            used.add(insn.reg)
        if "x" in flags:
            used.add(0)
        if "v" in flags or "o" in flags or "d" in flags:
            used.add(insn.vvvv)
        if insn.rm >= 0 and "r" not in flags:
            used.add(insn.rm)
        if "k" in flags:
            used.add(insn.imm >> 4)
        if "d" in flags:
            self.written.add(insn.vvvv)
        elif "p" in flags:
            if insn.opcode in _STRINGS_MASK:
                used.add(0)
                self.written.add(0)
        elif "S" in flags or "D" in flags:
            if insn.rm >= 0 and "r" not in flags:
                self.written.add(insn.rm)
        elif "g" not in flags and "z" not in flags and "c" not in flags:
            self.written.add(insn.reg)

    def build(self) -> bytes:
        layout = self.layout
        if not self.checked:
            self.put(b"\x48\x89\xd0")  # mov rax, rdx: not called by the hook
        if self.rounds:
            self.put(b"\x0f\xae\x5e" + bytes((8 * SAVED,)))  # stmxcsr [rsi + SAVED]
            self.put(b"\x8b\x88" + u32(layout.mxcsr))  # mov ecx, [rax + mxcsr]
            self.put(b"\xf7\xd1\xf7\xc1" + u32(_MASKED))  # not ecx; test ecx, _MASKED
            self.refuse(5, -1)  # jne
            self.put(b"\x0f\xae\x90" + u32(layout.mxcsr))  # ldmxcsr [rax + mxcsr]
        for register in sorted(self.used):
            self.put(_move(True, register, layout.vector + 64 * register, self.wide))
        for number, (_, insn) in enumerate(self.insns):
            self._insn(number, insn)
        pc, insn = self.insns[-1]
        self._leave(pc + insn.length)
        return self._finish()

    def _leave(self, pc: int) -> None:
        self.put(b"\x48\xb9" + (pc & (1 << 64) - 1).to_bytes(8, "little"))  # mov rcx, pc
        self.common = self.size
        for register in sorted(self.written):
            self.put(_move(False, register, self.layout.vector + 64 * register, self.wide))
        if self.rounds:
            self.put(b"\x0f\xae\x98" + u32(self.layout.mxcsr))  # stmxcsr [rax + mxcsr]
            self.put(b"\x0f\xae\x56" + bytes((8 * SAVED,)))  # ldmxcsr [rsi + SAVED]
        self.put(b"\x48\x89\x88" + u32(self.layout.pc))  # mov [rax + pc], rcx
        self.put(b"\xc5\xf8\x77\xb8" + u32(1) + b"\xc3")  # vzeroupper; mov eax, 1; ret

    def _finish(self) -> bytes:
        code = bytearray(b"".join(self.parts))
        exits: dict[int, int] = {}
        for end, number in self.refusals:
            if number not in exits:
                exits[number] = len(code)
                code += self._refusal(number, len(code))
            code[end - 4 : end] = u32(exits[number] - end)
        return bytes(code)

    def _refusal(self, number: int, at: int) -> bytes:
        """What has been done stays; the instruction of that number traps."""
        if number <= 0:
            back = b"\x0f\xae\x56" + bytes((8 * SAVED,)) if self.rounds and not number else b""
            return back + b"\xc5\xf8\x77\x31\xc0\xc3"  # vzeroupper; xor eax, eax; ret
        code = b"\x48\xb9" + (self.insns[number][0] & (1 << 64) - 1).to_bytes(8, "little")
        return code + b"\xe9" + u32(self.common - (at + len(code) + 5))

    def _insn(self, number: int, insn: Insn) -> None:
        layout, flags = self.layout, insn.form[1:]
        if "Z" in flags:
            self._zero(insn)
            return
        if insn.map == 0:
            if "l" in flags:
                self._load_address(number, insn)
            return
        memory = insn.rm < 0
        if memory:
            self._address(number, insn)
        reg = insn.reg
        if "d" in flags or "D" in flags:
            reg = insn.ext
        elif "g" in flags:
            reg = _RDX
        rm = _RCX if memory else insn.rm
        general = "r" in flags and not memory
        if general:
            rm = _RDX
            if "S" not in flags:  # mov rdx, [rax + rm]
                self.put(b"\x48\x8b\x90" + u32(layout.general[insn.rm]))
        if "p" in flags:
            self._lengths(insn)
        self.put(encode(insn, reg, rm, memory))
        target = insn.reg if "g" in flags else insn.rm if general and "S" in flags else -1
        if target >= 0:
            self.put(b"\x48\x89\x90" + u32(layout.general[target]))  # mov [rax + target], rdx
        if "p" in flags:
            self.put(b"\x4c\x89\xc0")  # mov rax, r8
            if insn.opcode not in _STRINGS_MASK:
                self.put(b"\x48\x89\x88" + u32(layout.general[_RCX]))
        if "z" in flags:
            self.put(b"\x9c\x5a\x81\xe2" + u32(_FLAGS))  # pushfq; pop rdx; and edx, _FLAGS
            self.put(b"\x48\x89\x90" + u32(layout.flags[0]))
            self.put(b"\xc7\x80" + u32(layout.flags[1]) + u32(_CC_EFLAGS))

    def _lengths(self, insn: Insn) -> None:
        """EAX and EDX as the explicit-length comparisons take them; the state moves to R8."""
        at = self.layout.general
        self.put(b"\x49\x89\xc0")  # mov r8, rax
        self.put(b"\x48\x8b\x90" + u32(at[_RDX]) + b"\x48\x8b\x80" + u32(at[_RAX]))

    def _zero(self, insn: Insn) -> None:
        """VZEROUPPER, or VZEROALL where L is set."""
        self.put(b"\xc5\xfc\x77" if insn.long else b"\xc5\xf8\x77")
        self.written |= self.used
        self.put(b"\x31\xd2")  # xor edx, edx
        for register in range(16 if len(self.layout.general) > 8 else 8):
            if register in self.used:
                continue
            for at in range(0 if insn.long else 16, 32, 8):  # mov [rax + at], rdx
                self.put(b"\x48\x89\x90" + u32(self.layout.vector + 64 * register + at))

    def _address(self, number: int, insn: Insn) -> None:
        """RCX = the host's address of the operand."""
        if not self.checked:
            self.put(b"\x48\x8b\x4e" + bytes((8 * SCRATCH,)))  # mov rcx, [rsi + SCRATCH]
            return
        self._effective(number, insn)
        if insn.segment:
            self.put(b"\x48\x03\x88" + u32(self.layout.bases[insn.segment]))
        self._check(number, insn)

    def _load_address(self, number: int, insn: Insn) -> None:
        """LEA."""
        self._effective(number, insn)
        if not insn.wide:
            self.put(b"\x89\xc9")  # mov ecx, ecx
        self.put(b"\x48\x89\x88" + u32(self.layout.general[insn.reg]))  # mov [rax + reg], rcx

    def _effective(self, number: int, insn: Insn) -> None:
        """RCX = the operand's address in its segment."""
        at = self.layout.general
        if insn.base == -2:
            target = self.insns[number][0] + insn.disp
            self.put(b"\x48\xb9" + (target & (1 << 64) - 1).to_bytes(8, "little"))
        else:
            if insn.base >= 0:
                self.put(b"\x48\x8b\x88" + u32(at[insn.base]))  # mov rcx, [rax + base]
            else:
                self.put(b"\x31\xc9")  # xor ecx, ecx
            if insn.index >= 0:  # mov rdx, [rax + index]; lea rcx, [rcx + rdx * scale + disp]
                self.put(b"\x48\x8b\x90" + u32(at[insn.index]))
                self.put(bytes((0x48, 0x8D, 0x8C, insn.scale << 6 | 0x11)) + u32(insn.disp))
            elif insn.disp:
                self.put(b"\x48\x81\xc1" + u32(insn.disp))  # add rcx, disp
        if insn.narrow:
            self.put(b"\x89\xc9")  # mov ecx, ecx

    def _check(self, number: int, insn: Insn) -> None:
        """Leave unless the pages permit the access; the host's address then."""
        store = "S" in insn.form
        permits = b"\x80\x3a\x03" if store else b"\xf6\x02\x01"  # cmp [rdx], 3; test [rdx], 1
        refused = 5 if store else 4  # jne, je
        if "a" in insn.form:
            self.put(b"\xf6\xc1" + bytes((insn.size - 1,)))  # test cl, size - 1
            self.refuse(5, number)
        self.put(b"\x48\x89\xca\x48\xc1\xea\x0c")  # mov rdx, rcx; shr rdx, 12
        self.put(b"\x48\x3b\x56" + bytes((8 * PAGES,)))  # cmp rdx, [rsi + PAGES]
        self.refuse(3, number)  # jae
        self.put(b"\x48\x03\x56" + bytes((8 * PERMS,)) + permits)  # add rdx, [rsi + PERMS]
        self.refuse(refused, number)
        if insn.size > 1 and "a" not in insn.form:
            self.put(b"\x41\x89\xc8\x41\x81\xe0" + u32(_PAGE - 1))  # mov r8d, ecx; and r8d, 0xfff
            self.put(b"\x41\x81\xf8" + u32(_PAGE - insn.size))  # cmp r8d, what still fits
            second = bytes((permits[0], permits[1] | 0x40, 1, permits[2]))  # of [rdx + 1]
            self.put(bytes((0x76, len(second) + 6)) + second)  # jbe behind the second look
            self.refuse(refused, number)
        self.put(b"\x48\x03\x4e" + bytes((8 * ARENA,)))  # add rcx, [rsi + ARENA]


def translate(layout: Layout, insns: list[tuple[int, Insn]]) -> bytes:
    """Code for instructions at consecutive addresses."""
    return _Code(layout, insns, True).build()


def translate_detached(layout: Layout, pc: int, insn: Insn) -> bytes:
    """Code for one instruction whose memory operand is in the scratch area."""
    return _Code(layout, [(pc, insn)], False).build()
