"""Which features a vector instruction belongs to, in Linux's words (SDM volume 2)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .x86_64_vex import Insn


def _set(*ranges: tuple[int, int]) -> frozenset[int]:
    return frozenset(n for first, last in ranges for n in range(first, last + 1))


# Opcodes whose forms of 256 bits are AVX2's
_WIDE = {
    1: _set((0x60, 0x6D), (0x70, 0x70), (0x71, 0x76), (0xD1, 0xD5), (0xD7, 0xE5), (0xE8, 0xEF))
    | _set((0xF1, 0xF6), (0xF8, 0xFE)),
    2: _set((0x00, 0x0B), (0x1C, 0x1E), (0x20, 0x2B), (0x30, 0x40)),
    3: _set((0x0E, 0x0F), (0x42, 0x42), (0x4C, 0x4C)),
}
# All of whose forms are
_AVX2 = {
    2: _set((0x16, 0x16), (0x36, 0x36), (0x45, 0x47), (0x58, 0x5A), (0x78, 0x79), (0x8C, 0x93)),
    3: _set((0x00, 0x02), (0x38, 0x39), (0x46, 0x46)),
}
_BROADCASTS = (0x18, 0x19)  # of map 2: AVX's from memory, AVX2's from registers
_FMA, _AES, _SHA = _set((0x96, 0xBF)), _set((0xDB, 0xDF)), _set((0xC8, 0xCD))
_VNNI = _set((0x50, 0x53))
_SSSE3 = {2: _set((0x00, 0x0B), (0x1C, 0x1E)), 3: _set((0x0F, 0x0F))}
_GFNI = ((2, 0xCF), (3, 0xCE), (3, 0xCF))


def needed(insn: Insn) -> tuple[str, ...]:
    """The features that a processor has to have for the instruction."""
    return _legacy(insn) if insn.legacy else _vex(insn)


def _vex(insn: Insn) -> tuple[str, ...]:
    number, opcode, long = insn.map, insn.opcode, insn.long
    if (number, opcode) in _GFNI:
        return "avx", "gfni"
    if number == 2 and opcode in _VNNI:
        return "avx", "avx_vnni"
    if number == 2 and opcode in _FMA:
        return "avx", "fma"
    if (number, opcode) in ((2, 0x13), (3, 0x1D)):
        return "avx", "f16c"
    if (number == 2 and opcode in _AES) or (number, opcode) == (3, 0xDF):
        return ("avx", "vaes") if long else ("avx", "aes")
    if (number, opcode) == (3, 0x44):
        return ("avx", "vpclmulqdq") if long else ("avx", "pclmulqdq")
    wide = opcode in _AVX2.get(number, ()) or (long and opcode in _WIDE[number])
    if wide or (number == 2 and opcode in _BROADCASTS and insn.rm >= 0):
        return "avx", "avx2"
    return ("avx",)


def _legacy(insn: Insn) -> tuple[str, ...]:
    number, opcode = insn.map, insn.opcode
    if number < 2:
        return ("pni",) if (insn.pp, opcode) == (3, 0xF0) else ()
    if (number, opcode) in _GFNI:
        return ("gfni",)
    if (number == 2 and opcode in _SHA) or (number, opcode) == (3, 0xCC):
        return ("sha_ni",)
    if number == 2 and opcode in _AES:
        return ("aes",)
    if (number, opcode) == (3, 0x44):
        return ("pclmulqdq",)
    if opcode in _SSSE3[number]:
        return ("ssse3",)
    return ("sse4_2",) if opcode == 0x37 else ("sse4_1",)
