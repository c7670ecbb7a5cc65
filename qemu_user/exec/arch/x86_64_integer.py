"""Integer vector instructions for the engine, in the host's own, and port I/O: substitutes.

They take what `x86_64_sse` tells. Vector operations are replaced where the engine has loops for
them, and where it is wrong: its horizontal MMX operations read what they have just written.
"""

from __future__ import annotations

from .x86_64_sse import FIRST, FLAGS, pair, table
from .x86_64_x87 import TAGS, TOP

_GP = 13
_STORE = "; movups xmmword ptr [rsi], xmm0; ret"
_PAIR = pair("")
COMMON: dict[str, str] = {}
_TWO_OPERANDS = """
    paddb paddw paddd paddq psubb psubw psubd psubq paddusb paddsb psubusb psubsb paddusw paddsw
    psubusw psubsw pminub pmaxub pminsw pmaxsw pand pandn por pxor pcmpgtb pcmpgtw pcmpgtd pcmpeqb
    pcmpeqw pcmpeqd pmullw pmulhuw pmulhw pavgb pavgw pmuludq pmaddwd psadbw packsswb packuswb
    packssdw punpcklbw punpcklwd punpckhbw punpckhwd pshufb phaddw phaddd phaddsw pmaddubsw phsubw
    phsubd phsubsw pmulhrsw psignb psignw psignd pcmpeqq packusdw pminsb pminsd pminuw pminud
    pmaxsb pmaxsd pmaxuw pmaxud pmulld pcmpgtq pmuldq aesdec aesdeclast aesenc aesenclast
"""
_SHIFTS = "psrlw psraw psllw psrld psrad pslld psrlq psllq"
# Their count is stored by quarters.
_COUNT = "movd xmm1, dword ptr [rdx]; movd xmm2, dword ptr [rdx + 4]; punpckldq xmm1, xmm2; "
_SPELT = {"paddd": "paddl", "psubd": "psubl", "pcmpgtd": "pcmpgtl", "pcmpeqd": "pcmpeql"}
_ONE_OPERAND = """
    pabsb pabsw pabsd phminposuw aesimc pmovsxbw pmovsxbd pmovsxwd pmovzxbw pmovzxbd pmovzxwd
"""
_SSSE3 = ["pmaddubsw", "psignb", "psignw", "psignd", "pabsb", "pabsw", "pabsd", "pmulhrsw"]
_HORIZONTAL = ["phaddw", "phaddd", "phaddsw", "phsubw", "phsubd", "phsubsw"]
# Shifts by bytes have their count in the source, PALIGNR in ecx: beyond these nothing is left.
_COUNTS = {"psrldq": 16, "pslldq": 16}
TABLES = {
    **{f"{name}_xmm": table(f"{name} xmm0", count) for name, count in _COUNTS.items()},
    "palignr_xmm": table("palignr xmm0, xmm1", 32),
    "mpsadbw_xmm": table("mpsadbw xmm0, xmm1", 8),
}
_PRODUCTS = (0x00, 0x01, 0x10, 0x11)


def _shift(name: str, count: str, end: int) -> str:
    return f"""
        mov r8d, {count}
        cmp r8d, {end}
        jae none
        {_PAIR}
        call {{table_{name}_xmm}}
        movups xmmword ptr [rsi], xmm0
        ret
    none:
        xorps xmm0, xmm0
        movups xmmword ptr [rsi], xmm0
        ret
    """


def _mmx() -> dict[str, str]:
    """MMX forms of SSSE3: the engine forgets that they take the x87 registers, all of them."""
    found = {}
    begin = (
        f"mov dword ptr [rdi + {TOP}], 0; mov qword ptr [rdi + {TAGS}], 0; "
        "movq xmm0, qword ptr [rsi]; movq xmm1, qword ptr [rdx]; "
    )
    end = "; movq qword ptr [rsi], xmm0; ret"
    for name in _SSSE3:
        found[name] = f"{begin} {name} xmm0, xmm1 {end}"
    for name in _HORIZONTAL:  # operands are the halves of one vector
        found[name] = f"{begin} punpcklqdq xmm0, xmm1; {name} xmm0, xmm0 {end}"
    found["pshufb"] = f"{begin} punpcklqdq xmm0, xmm0; pshufb xmm0, xmm1 {end}"
    shifted = "punpcklqdq xmm1, xmm0; movaps xmm0, xmm1; mov r8d, ecx; "
    found["palignr"] = f"""
        {begin} {shifted}
        cmp ecx, 16
        jae none
        call {{table_psrldq_xmm}}
        movq qword ptr [rsi], xmm0
        ret
    none:
        mov qword ptr [rsi], 0
        ret
    """
    return {f"{name}_mmx": text for name, text in found.items()}


_CARRYLESS = "".join(
    f"""
        cmp ecx, {number}
        jne not_{number}
        pclmulqdq xmm0, xmm1, {number}
        movups xmmword ptr [rsi], xmm0
        ret
    not_{number}:
    """
    for number in _PRODUCTS
)
_REFUSED = f"mov rcx, qword ptr [rsp]; xor edx, edx; mov esi, {_GP}; jmp {{raise_exception_err_ra}}"


def sources() -> dict[str, str]:
    """The substitutes by the names of the engine's functions."""
    found = {
        f"{_SPELT.get(name, name)}_xmm": pair(f"{name} xmm0, xmm1{_STORE}")
        for name in _TWO_OPERANDS.split()
    }
    for name in _SHIFTS.split():
        found[f"{name}_xmm"] = f"{FIRST}{_COUNT}{name} xmm0, xmm1{_STORE}"
    found |= {
        f"{name}_xmm": f"{pair('')}{name} xmm0, xmm1{_STORE}" for name in _ONE_OPERAND.split()
    }
    for name, end in _COUNTS.items():
        found[f"{name}_xmm"] = _shift(name, "dword ptr [rdx]", end)
    found["palignr_xmm"] = _shift("palignr", "ecx", 32)
    # The engine writes into the vector's upper half, too.
    found["mpsadbw_xmm"] = f"{_PAIR} mov r8d, ecx; and r8d, 7; call {{table_mpsadbw_xmm}} {_STORE}"
    found["pclmulqdq_xmm"] = f"{pair('')} and ecx, 0x11; {_CARRYLESS} ret"
    found["ptest_xmm"] = (
        f"{pair('')} ptest xmm0, xmm1; pushfq; pop rax; and eax, 0x41; "
        f"mov qword ptr [rdi + {FLAGS}], rax; ret"
    )
    found |= _mmx()
    for size in "bwl":  # user code has no I/O privilege
        found[f"in{size}"] = found[f"out{size}"] = _REFUSED
    return found
