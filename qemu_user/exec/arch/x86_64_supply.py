"""The instructions that the engine refuses and this processor has, done for it.

On hosts that have them they run as they are, consecutive ones together and without a return from
the engine; one that can't (a page refuses, an exception is not masked) is done here, exactly.
"""

from __future__ import annotations

import ctypes

from ..cpu import READ, WRITE, Fault, Raised
from ..errors import LinuxError
from . import x86_64_legacy as legacy
from . import x86_64_vex as vex
from .x86_64_cpu import advertised, hidden, host_features
from .x86_64_features import needed
from .x86_64_fp import use_wide_vectors
from .x86_64_vex import LONGEST, Insn
from .x86_64_vexcode import Layout, hook, translate, translate_detached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..cpu import Cpu, Trap
    from ..engine_blocks import NativeBlocks
    from ..memory import AddressSpace
    from ..thread import Thread

_MOST = 256  # instructions in one piece of code
_NEEDED = frozenset(("avx", "avx2", "fma", "f16c", "aes", "pclmulqdq"))
_NOT_NATIVE = frozenset("cGq")
_GENERAL_64 = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
)
_GENERAL_32 = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")
_MASKED, _RAISED = 0x1F80, 0x3F  # of MXCSR
_GP, _XM = 13, 19
_LOW_HALF = 1 << 47  # canonical addresses end
_VECTORS = 16 * 64  # bytes


class Refused(Exception):
    """The instruction ends in a trap and had no effect."""

    def __init__(self, trap: Trap) -> None:
        super().__init__()
        self.trap = trap


class Supply:
    """What is kept for one CPU."""

    def __init__(self, cpu: Cpu, memory: AddressSpace) -> None:
        self.cpu = cpu
        self.memory = memory
        self.bits = 64 if memory.arch.model.register == 8 else 32
        self.general = _GENERAL_64 if self.bits == 64 else _GENERAL_32
        self.pc = memory.arch.registers.pc
        self.known: dict[int, tuple[bytes, int]] = {}  # code that was made, by PC
        self.detached: dict[bytes, int] = {}
        self.layout: Layout | None = None
        self.blocks: NativeBlocks | None = None
        self.features = host_features()
        if self.features >= _NEEDED:
            self._prepare()
        self.features -= hidden(memory.arch)

    def _prepare(self) -> None:
        blocks = self.cpu.native_blocks(self.general[0])
        if blocks is None:
            return
        try:
            layout = _layout(blocks, self.general, self.pc)
        except LookupError:
            return
        if blocks.start(hook(layout)):
            self.blocks, self.layout = blocks, layout

    def run(self, pc: int, insn: Insn, code: bytes) -> bool:
        """Do the instruction at `pc`, or have it run natively from now on; Refused.

        False: this host's processor doesn't have it.
        """
        blocks = self.blocks
        if blocks is None or self.layout is None:
            return False
        single = blocks.paused or not self._together(insn)
        if not single and not (blocks.entered(pc) and self._unchanged(pc)):
            self._enter(blocks, self.layout, pc)
        else:
            self._exactly(blocks, self.layout, pc, insn, code)
        return True

    def decode(self, code: bytes, sse: bool = False) -> Insn | None:
        """The instruction, if it is one that this processor has and the engine hasn't.

        `sse`: or one of SSE, which may stand between them.
        """
        insn = vex.decode(code, self.bits) or legacy.decode(code, self.bits, sse=sse)
        if insn is None or not self.features.issuperset(needed(insn)):
            return None
        if not insn.legacy:
            use_wide_vectors(self.cpu)
        return insn

    def _together(self, insn: Insn) -> bool:
        """Whether it can be part of code that runs without Python."""
        return _NOT_NATIVE.isdisjoint(insn.form) and not (insn.segment and self.bits == 32)

    def _unchanged(self, pc: int) -> bool:
        known = self.known.get(pc)
        return known is not None and self._code(pc, len(known[0])) == known[0]

    def _code(self, pc: int, size: int) -> bytes:
        size = self.memory.permitted(pc, size, READ)
        return self.memory.bytes[pc : pc + size].tobytes()

    def _enter(self, blocks: NativeBlocks, layout: Layout, pc: int) -> None:
        if not self._unchanged(pc):
            insns: list[tuple[int, Insn]] = []
            at = pc
            code = self._code(pc, _MOST * 8)
            while len(insns) < _MOST:
                insn = self.decode(code[at - pc : at - pc + LONGEST], bool(insns))
                if insn is None or not self._together(insn):
                    break
                insns.append((at, insn))
                at += insn.length
            made = translate(layout, insns)
            place = blocks.add(made)
            if not place:
                blocks.clear()
                self.known.clear()
                self.detached.clear()
                place = blocks.add(made)
            self.known[pc] = code[: at - pc], place
        blocks.enter(pc, self.known[pc][1])

    # one by one

    def _exactly(
        self, blocks: NativeBlocks, layout: Layout, pc: int, insn: Insn, code: bytes
    ) -> None:
        if not _NOT_NATIVE.isdisjoint(insn.form):
            from .x86_64_memory import ODD

            ODD[next(flag for flag in insn.form if flag in ODD)](self, pc, insn)
            self.cpu.write(self.pc, pc + insn.length)
            return
        address, store = 0, "S" in insn.form
        mask = None
        if insn.rm < 0 and "Z" not in insn.form:
            address = self.address(pc, insn)
            if "a" in insn.form and address % insn.size:
                raise Refused(Raised(_GP))
            if "K" in insn.form:
                mask = self.mask(insn)
                blocks.scratch[:32] = self.masked_load(address, mask) if not store else bytes(32)
                if store:
                    self.check_masked(address, mask)
            elif not store:
                blocks.scratch[: insn.size] = self.load(address, insn.size)
            else:
                self.check(address, insn.size, WRITE)
        self._detached(blocks, layout, pc, insn, code)
        if store and insn.rm < 0:
            if mask is None:
                self.memory.write(address, blocks.scratch[: insn.size])
            else:
                self.masked_store(address, mask, blocks.scratch)

    def _detached(
        self, blocks: NativeBlocks, layout: Layout, pc: int, insn: Insn, code: bytes
    ) -> None:
        key = pc.to_bytes(8, "little") + code[: insn.length]
        place = self.detached.get(key)
        if place is None:
            made = translate_detached(layout, pc, insn)
            place = blocks.add(made)
            if not place:
                blocks.clear()
                self.known.clear()
                self.detached.clear()
                place = blocks.add(made)
            self.detached[key] = place
        call = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 3)(place)
        mxcsr = ctypes.c_uint32.from_address(blocks.state + layout.mxcsr)
        before = mxcsr.value
        if before & _MASKED == _MASKED:
            call(None, blocks.words, blocks.state)
            return
        state = ctypes.string_at(blocks.state, layout.vector + _VECTORS)
        mxcsr.value = (before | _MASKED) & ~_RAISED
        call(None, blocks.words, blocks.state)
        raised = mxcsr.value & _RAISED
        if raised & ~(before >> 7):
            ctypes.memmove(blocks.state, state, len(state))
            mxcsr.value = before | raised
            raise Refused(Raised(_XM))
        mxcsr.value = before | raised

    # operands

    def address(self, pc: int, insn: Insn) -> int:
        """Where the memory operand is."""
        cpu, names = self.cpu, self.general
        if insn.base == -2:
            at = pc + insn.disp
        else:
            at = insn.disp + (cpu.read(names[insn.base]) if insn.base >= 0 else 0)
            if insn.index >= 0 and "G" not in insn.form:
                at += cpu.read(names[insn.index]) << insn.scale
        if insn.narrow:
            at &= 0xFFFFFFFF
        if insn.segment:
            at += cpu.read(insn.segment)
        return at & (0xFFFFFFFF if self.bits == 32 else (1 << 64) - 1)

    def check(self, address: int, size: int, access: int) -> None:
        """Refused with the exact address unless the memory permits the access."""
        if address + size > _LOW_HALF and address < (1 << 64) - _LOW_HALF:
            raise Refused(Raised(_GP))
        good = self.memory.permitted(address, size, access) if address < self.memory.size else 0
        if good < size:
            raise Refused(Fault(address + good, access))

    def refuse(self, number: int) -> None:
        """Raise an exception of the processor's."""
        raise Refused(Raised(number))

    def load(self, address: int, size: int) -> bytes:
        """The bytes there; Refused."""
        self.check(address, size, READ)
        return self.memory.bytes[address : address + size].tobytes()

    def store(self, address: int, data: bytes | bytearray) -> None:
        """Write them; Refused."""
        self.check(address, len(data), WRITE)
        self.memory.write(address, data)

    def vector(self, number: int) -> bytes:
        """A register's 32 bytes."""
        return self.cpu.read(f"ymm{number}").to_bytes(32, "little")

    def set_vector(self, number: int, data: bytes | bytearray) -> None:
        """Set a register; what is missing to 32 bytes is 0."""
        self.cpu.write(f"ymm{number}", int.from_bytes(data, "little"))

    def mask(self, insn: Insn) -> list[tuple[int, int]]:
        """(offset, size) of the elements that a masked move concerns."""
        wide = insn.opcode & 1 if insn.opcode < 0x80 else insn.wide
        size, bits = (8 if wide else 4), self.vector(insn.vvvv)
        return [(at, size) for at in range(0, insn.size, size) if bits[at + size - 1] & 0x80]

    def masked_load(self, address: int, mask: list[tuple[int, int]]) -> bytes:
        """32 bytes with the elements there; Refused."""
        found = bytearray(32)
        for at, size in mask:
            found[at : at + size] = self.load(self._wrap(address + at), size)
        return bytes(found)

    def check_masked(self, address: int, mask: list[tuple[int, int]]) -> None:
        """Refused unless all elements can be written."""
        for at, size in mask:
            self.check(self._wrap(address + at), size, WRITE)

    def masked_store(self, address: int, mask: list[tuple[int, int]], data: memoryview) -> None:
        """Write the elements."""
        for at, size in mask:
            self.memory.write(self._wrap(address + at), data[at : at + size])

    def _wrap(self, address: int) -> int:
        return address & ((1 << self.bits) - 1)


def _layout(blocks: NativeBlocks, general: tuple[str, ...], pc: str) -> Layout:
    """Where the engine keeps registers; LookupError when they can't be found."""
    marks = (
        int.from_bytes(b"\x5a" * 31 + b"\x11", "little"),
        int.from_bytes(b"\x3c" * 32, "little"),
    )
    vector = blocks.distance("ymm0", 32, marks)
    if blocks.distance("ymm1", 32, marks) != vector + 64:
        raise LookupError
    flags = blocks.distance("eflags", 8, (0x8D5, 0x845))
    if ctypes.c_uint32.from_address(blocks.state + flags + 16).value != 1:
        raise LookupError
    bases = {}
    if len(general) > 8:
        place = (0x5AC3_1177_0010, 0x3C22_0911_0020)
        bases = {name: blocks.distance(name, 8, place) for name in ("fs_base", "gs_base")}
    return Layout(
        tuple(blocks.distance(name, 8, (0, 0)) for name in general),
        blocks.distance(pc, 8, (0, 0)),
        vector,
        blocks.distance("mxcsr", 4, (0x7FA1, 0x3F92)),
        (flags, flags + 16),
        bases,
    )


def _system(supply: Supply, pc: int, code: bytes) -> bool:
    if 0x0F not in code[:2] or not advertised(supply.memory.arch) >= {"avx", "xsave"}:
        return False
    from .x86_64_xsave import execute

    return execute(supply, pc, code)


_made: list[Supply] = []


def emulate(t: Thread) -> bool | Trap:
    """Do the instruction at PC: whether it was one of these, or the trap that it ends in."""
    if not _made or _made[0].cpu is not t.cpu:
        _made[:] = (Supply(t.cpu, t.memory),)
    supply = _made[0]
    pc = t.cpu.read(supply.pc)
    try:
        code = t.memory.read(pc, t.memory.permitted(pc, LONGEST, READ))
    except LinuxError:
        return False
    insn = supply.decode(code)
    supply.memory = t.memory
    try:
        if insn is None:
            return _system(supply, pc, code)
        return supply.run(pc, insn, code)
    except Refused as refused:
        return refused.trap
