"""XGETBV, XSAVE, XSAVEOPT and XRSTOR for models with AVX, which the engine's know nothing about.

SDM volume 1, chapter 13. They reach us since the engine's CR4.OSXSAVE is clear.
"""

from __future__ import annotations

from .x86_64_fp import FpState, fp_state, restore_fp, set_upper_halves, upper_halves
from .x86_64_vex import Insn, operands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .x86_64_supply import Supply

_X87, _SSE, _AVX = 1, 2, 4
_ALL = _X87 | _SSE | _AVX
_GP = 13
_LEGACY, _UPPER_AT, _SIZE = 512, 576, 832
_X87_PARTS = ((0, 24), (32, 160))  # bytes of the area
_SSE_PART, _MXCSR_PART = (160, 416), (24, 32)
_FCW = b"\x7f\x03"  # of a processor after its start


def execute(supply: Supply, pc: int, code: bytes) -> bool:
    """Do the instruction at `pc`; False: it is none of these."""
    rex, at = 0, 0
    if supply.bits == 64 and code[0] & 0xF0 == 0x40:
        rex, at = code[0], 1
    if code[at : at + 3] == b"\x0f\x01\xd0":
        _xgetbv(supply)
        supply.cpu.write(supply.pc, pc + at + 3)
        return True
    if code[at : at + 2] != b"\x0f\xae" or len(code) < at + 3:
        return False
    insn = Insn()
    insn.form, insn.long, insn.wide = "F", False, False
    insn.segment, insn.narrow = "", False
    try:
        end = operands(insn, code, at + 2, supply.bits, rex)
    except IndexError:
        return False
    if insn.rm >= 0 or insn.ext not in (4, 5, 6):
        return False
    if insn.base == -2:
        insn.disp += end
    address = supply.address(pc, insn)
    if address % 64:
        supply.refuse(_GP)
    cpu = supply.cpu
    wanted = (cpu.read("rax") & 0xFFFFFFFF) & _ALL
    (_xrstor if insn.ext == 5 else _xsave)(supply, address, wanted)
    cpu.write(supply.pc, pc + end)
    return True


def _xgetbv(supply: Supply) -> None:
    cpu = supply.cpu
    if cpu.read("rcx") & 0xFFFFFFFF > 1:
        supply.refuse(_GP)
    cpu.write("rax", _ALL)  # XCR0, and what is in use
    cpu.write("rdx", 0)


def _parts(wanted: int) -> list[tuple[int, int]]:
    """The bytes of the legacy area that belong to components."""
    parts = list(_X87_PARTS) if wanted & _X87 else []
    if wanted & (_SSE | _AVX):
        parts.append(_MXCSR_PART)
    if wanted & _SSE:
        parts.append(_SSE_PART)
    return parts


def _xsave(supply: Supply, address: int, wanted: int) -> None:
    size = _SIZE if wanted & _AVX else _UPPER_AT
    supply.check(address, size, 2)
    area = bytearray(supply.load(address, size))
    image = fp_state(supply.cpu).pack(supply.memory.arch.model)
    for start, end in _parts(wanted):
        area[start:end] = image[start:end]
    used = int.from_bytes(area[_LEGACY : _LEGACY + 8], "little") & ~wanted | wanted
    area[_LEGACY : _LEGACY + 8] = used.to_bytes(8, "little")
    if wanted & _AVX:
        area[_UPPER_AT:_SIZE] = upper_halves(supply.cpu)
    supply.store(address, area)


def _xrstor(supply: Supply, address: int, wanted: int) -> None:
    size = _SIZE if wanted & _AVX else _UPPER_AT
    area = supply.load(address, size)
    used = int.from_bytes(area[_LEGACY : _LEGACY + 8], "little")
    if used & ~_ALL or any(area[_LEGACY + 8 : _LEGACY + 24]):
        supply.refuse(_GP)
    model = supply.memory.arch.model
    image = bytearray(fp_state(supply.cpu).pack(model))
    upper = upper_halves(supply.cpu)
    for component in (_X87, _SSE):
        if wanted & component:
            for start, end in _parts(component):
                new = area[start:end] if used & component else bytes(end - start)
                if (start, end) != _MXCSR_PART:
                    image[start:end] = new
            if component == _X87 and not used & _X87:
                image[:2] = _FCW
    if wanted & (_SSE | _AVX):
        if any(area[26:28]):
            supply.refuse(_GP)
        image[24:28] = area[24:28]
    restore_fp(supply.cpu, FpState.unpack(model, bytes(image)))
    if wanted & _AVX:
        upper = area[_UPPER_AT:_SIZE] if used & _AVX else bytes(_SIZE - _UPPER_AT)
    set_upper_halves(supply.cpu, upper)
