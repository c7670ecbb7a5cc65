"""VEX-encoded instructions: AVX, AVX2, FMA and F16C, decoded (SDM volume 2, 2.3 and appendix A).

BMI1 and BMI2 are the engine's. What an instruction computes is not said here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Per map: prefix (n none, 6: 0x66, 3: 0xf3, 2: 0xf2), opcodes, form. A form begins with the size
# of the memory operand: 1, 2, 4, 8, X (16); F all of the vector, H, Q, E half, a quarter, an
# eighth of it; D 8 or 32; Y 4 or 8 by W; - none. The letters after it:
#   S  the operand with ModRM's memory is the destination
#   v  VEX.vvvv is a source, o: only without memory; d: it is the destination, reg is more opcode
#   g  reg is a general register; r  so is rm when it is not memory
#   i  a byte follows; k  it names a vector register; m  memory only, n  never memory
#   a  memory is aligned; z  sets flags; M  obeys and sets MXCSR
#   0 1  VEX.L is that; w W  VEX.W is 0, 1
#   c VLDMXCSR, Z VZEROUPPER, K masked moves, G gathers, q VMASKMOVDQU, p string comparisons
_FORMS = {
    1: """
        n6:10:F 3:10:4o 2:10:8o n6:11:FS 3:11:4So 2:11:8So n:12:8v0 6:12:8vm0 3:12:F 2:12:D
        n6:13:8Sm0 n6:14-15:Fv n:16:8v0 6:16:8vm0 3:16:F n6:17:8Sm0 n6:28:Fa n6:29:FSa
        32:2a:YrvM n6:2b:FSam 3:2c-2d:4gM 2:2c-2d:8gM n:2e-2f:4zM 6:2e-2f:8zM n6:50:-gn
        n6:51:FM 3:51:4vM 2:51:8vM n:52-53:F 3:52-53:4v n6:54-57:Fv
        n6:58-59:FvM n6:5c-5f:FvM 3:58-5a:4vM 3:5c-5f:4vM 2:58-5a:8vM 2:5c-5f:8vM
        n:5a:HM 6:5a:FM n63:5b:FM 6:60-6d:Fv 6:6e:Yr0 6:6f:Fa 3:6f:F 632:70:Fi 6:71-73:-ndi
        6:74-76:Fv n:77:-Z 62:7c-7d:FvM 6:7e:YrS0 3:7e:80 6:7f:FSa 3:7f:FS n:ae:4mc0
        n6:c2:FviM 3:c2:4viM 2:c2:8viM 6:c4:2rvi0 6:c5:-gni0 n6:c6:Fvi 62:d0:FvM
        6:d1-d3:Xv 6:d4-d5:Fv 6:d6:8S0 6:d7:-gn 6:d8-e0:Fv 6:e1-e2:Xv 6:e3-e5:Fv 6:e6:FM
        3:e6:H 2:e6:FM 6:e7:FSam 6:e8-ef:Fv 2:f0:Fm 6:f1-f3:Xv 6:f4-f6:Fv 6:f7:-nq0 6:f8-fe:Fv
    """,
    2: """
        6:00-0b:Fv 6:0c-0d:Fvw 6:0e-0f:Fzw 6:13:HwM 6:16:Fv1w 6:17:Fz 6:18:4w 6:19:8w1
        6:1a:Xm1w 6:1c-1e:F 6:20:H 6:21:Q 6:22:E 6:23:H 6:24:Q 6:25:H 6:28-29:Fv 6:2a:Fam 6:2b:Fv
        6:2c-2d:FvmwK 6:2e-2f:FvmwKS 6:30:H 6:31:Q 6:32:E 6:33:H 6:34:Q 6:35:H 6:36:Fv1w
        6:37-40:Fv 6:41:F0 6:45:Fv 6:46:Fvw 6:47:Fv 6:58:4w 6:59:8w 6:5a:Xm1w 6:78:1w 6:79:2w
        6:8c:FvmK 6:8e:FvmKS 6:90-93:FmG 6:96-98:FvM 6:9a:FvM 6:9c:FvM 6:9e:FvM 6:a6-a8:FvM
        6:aa:FvM 6:ac:FvM 6:ae:FvM 6:b6-b8:FvM 6:ba:FvM 6:bc:FvM 6:be:FvM 6:99:YvM 6:9b:YvM
        6:9d:YvM 6:9f:YvM 6:a9:YvM 6:ab:YvM 6:ad:YvM 6:af:YvM 6:b9:YvM 6:bb:YvM 6:bd:YvM
        6:bf:YvM 6:50-53:Fvw 6:cf:Fvw 6:db:F0 6:dc-df:Fv
    """,
    3: """
        6:00-01:Fi1W 6:02:Fviw 6:04-05:Fiw 6:06:Fvi1w 6:08-09:FiM 6:0a:4viM 6:0b:8viM 6:0c-0f:Fvi
        6:14:1rSi0 6:15:2rSi0 6:16:YrSi0 6:17:4rSi0 6:18:Xvi1w 6:19:XSi1w 6:1d:HSiwM 6:20:1rvi0
        6:21:4vi0 6:22:Yrvi0 6:38:Xvi1w 6:39:XSi1w 6:40:FviM 6:41:FviM0 6:42:Fvi 6:44:Fvi
        6:46:Fvi1w 6:4a-4c:Fvkw 6:60-63:Fizp0 6:ce-cf:FviW 6:df:Fi0
    """,
}
PREFIXES = {"n": 0, "6": 1, "3": 2, "2": 3}
_GROUPS = {0x71: (2, 4, 6), 0x72: (2, 4, 6), 0x73: (2, 3, 6, 7), 0xAE: (2, 3)}
SEGMENTS = {0x64: "fs_base", 0x65: "gs_base", 0x2E: "", 0x36: "", 0x3E: "", 0x26: ""}
_ADDRESS_SIZE = 0x67
_RIP = -2  # as a base
LONGEST = 15


def forms_of(maps: Mapping[int, str]) -> dict[tuple[int, int, int], str]:
    """Forms by map, prefix and opcode, of such tables."""
    found = {}
    for number, text in maps.items():
        for word in text.split():
            prefixes, opcodes, form = word.split(":")
            first, _, last = opcodes.partition("-")
            for opcode in range(int(first, 16), int(last or first, 16) + 1):
                for prefix in prefixes:
                    found[number, PREFIXES[prefix], opcode] = form
    return found


FORMS = forms_of(_FORMS)


class Insn:
    """A decoded instruction; register numbers are the processor's, -1: none."""

    __slots__ = (
        *("base", "disp", "ext", "form", "imm", "index", "legacy", "length", "long", "map"),
        *("narrow", "opcode", "pp", "reg", "rm", "scale", "segment", "size", "vvvv", "wide"),
    )
    legacy: bool  # not VEX-encoded
    map: int  # 1: 0F, 2: 0F38, 3: 0F3A
    pp: int
    opcode: int
    wide: bool  # VEX.W
    long: bool  # VEX.L
    form: str
    reg: int
    ext: int  # reg without its extension: more opcode
    vvvv: int
    rm: int  # a register; -1 where it is memory
    base: int  # -1 none, -2 the next instruction
    index: int
    scale: int
    disp: int
    segment: str  # the register with the segment's base, "": 0
    narrow: bool  # addresses have 32 bits
    size: int  # bytes of the memory operand
    imm: int
    length: int

    @property
    def key(self) -> tuple[int, int, int]:
        """What instruction it is: map, prefix, opcode."""
        return self.map, self.pp, self.opcode


def decode(code: bytes, bits: int = 64) -> Insn | None:
    """The instruction that `code` begins with; None when it is none of these."""
    try:
        return _decode(code, bits)
    except IndexError:
        return None


def _decode(code: bytes, bits: int) -> Insn | None:
    insn = Insn()
    insn.segment, insn.narrow, insn.legacy = "", bits == 32, False
    at = 0
    while code[at] in SEGMENTS or code[at] == _ADDRESS_SIZE:
        if code[at] == _ADDRESS_SIZE:
            if bits == 32:
                return None  # 16-bit addresses
            insn.narrow = True
        else:
            insn.segment = SEGMENTS[code[at]] or (insn.segment if bits == 64 else "")
        at += 1
    first, second = code[at], code[at + 1]
    if first not in (0xC4, 0xC5) or (bits == 32 and second < 0xC0):
        return None
    if first == 0xC5:
        insn.map, extensions, last, at = 1, second | 0x7F, second & 0x7F, at + 2
    else:
        insn.map, extensions, last, at = second & 31, second, code[at + 2], at + 3
    insn.pp, insn.wide, insn.long = last & 3, bool(last & 0x80), bool(last & 4)
    insn.vvvv = ~last >> 3 & 15
    insn.opcode = code[at]
    insn.form = form = FORMS.get(insn.key, "")
    if not form or not _fits(insn, form):
        return None
    if "Z" in form:
        insn.reg = insn.rm = insn.ext = -1
        insn.imm, insn.size, insn.length = 0, 0, at + 1
        return None if insn.vvvv else insn
    if bits == 32:
        insn.vvvv, insn.wide = insn.vvvv & 7, insn.wide and "r" not in form and "Y" not in form
    at = operands(insn, code, at + 1, bits, ~extensions >> 5)
    insn.imm = 0
    if "i" in form or "k" in form:
        insn.imm, at = code[at], at + 1
        if "k" in form and bits == 32:
            insn.imm &= 0x7F
    insn.length = at
    if at > LONGEST or not _valid(insn, form):
        return None
    if insn.base == _RIP:
        insn.disp += at
    return insn


def _fits(insn: Insn, form: str) -> bool:
    flags = form[1:]
    return not (
        ("0" in flags and insn.long)
        or ("1" in flags and not insn.long)
        or ("w" in flags and insn.wide)
        or ("W" in flags and not insn.wide)
    )


def _valid(insn: Insn, form: str) -> bool:
    memory = insn.rm < 0
    used = "v" in form or "d" in form or "G" in form or ("o" in form and not memory)
    if (insn.vvvv and not used) or ("m" in form and not memory) or ("n" in form and memory):
        return False
    if insn.opcode in _GROUPS and insn.map == 1 and insn.ext not in _GROUPS[insn.opcode]:
        return False
    if "G" in form:
        apart = len({insn.reg, insn.vvvv, insn.index}) == 3
        return insn.index >= 0 and apart
    return True


def operands(insn: Insn, code: bytes, at: int, bits: int, extensions: int) -> int:
    """ModRM, SIB and displacement; where they end. `extensions` are R, X and B."""
    modrm = code[at]
    at += 1
    if bits == 32:
        extensions = 0
    mode, rm = modrm >> 6, modrm & 7
    insn.ext = modrm >> 3 & 7
    insn.reg = insn.ext | (extensions & 4) << 1
    insn.base = insn.index = insn.rm = -1
    insn.scale, insn.disp, insn.size = 0, 0, 0
    if mode == 3:
        insn.rm = rm | (extensions & 1) << 3
        return at
    insn.size = _size(insn)
    if rm == 4:
        sib = code[at]
        at += 1
        insn.scale, rm = sib >> 6, sib & 7
        index = sib >> 3 & 7 | (extensions & 2) << 2
        insn.index = index if index != 4 or "G" in insn.form else -1
        if rm != 5 or mode:
            insn.base = rm | (extensions & 1) << 3
        else:
            mode = 2
    elif rm == 5 and not mode:
        insn.base, mode = (_RIP if bits == 64 else -1), 2
    else:
        insn.base = rm | (extensions & 1) << 3
    size = (0, 1, 4)[mode]
    if len(code) < at + size:
        raise IndexError
    insn.disp = int.from_bytes(code[at : at + size], "little", signed=True)
    return at + size


def _size(insn: Insn) -> int:
    kind, whole = insn.form[0], 32 if insn.long else 16
    if kind == "Y":
        return 8 if insn.wide else 4
    if kind == "D":
        return 32 if insn.long else 8
    sizes = {"F": whole, "H": whole // 2, "Q": whole // 4, "E": whole // 8, "X": 16, "-": 0}
    return sizes[kind] if kind in sizes else int(kind)
