"""SSE arithmetic for the engine, in the host's own instructions: the source of substitutes.

A function of the engine's gets the CPU state (rdi), its destination (rsi) and its source (rdx); an
immediate operand is in ecx. Its substitute runs the instruction with the guest's MXCSR, so that
results, flags and unmasked exceptions are the processor's (SDM volume 1, 11.5 and 11.6). While all
exceptions are masked and the other bits are as a program finds them nothing else is to be done.
"""

from __future__ import annotations

# In the CPU state
MXCSR, FLAGS, ECX, XMM0 = 0x330, 0x98, 0x08, 0x338
_GP, _SIMD = 13, 19  # exception numbers

# slow_enter: MXCSR with the bits that eax has, all masked. slow_leave: the flags become the
# guest's; it raises the exception, with nothing stored, if one is not masked. Where one of
# operands (invalid, denormal, division) is raised, those of results are not found.
COMMON = {
    "slow_enter": """
        movzx eax, ax
        or eax, 0x1f80
        push rax
        ldmxcsr dword ptr [rsp]
        pop rax
        ret
    """,
    "slow_leave": f"""
        sub rsp, 8
        stmxcsr dword ptr [rsp]
        mov ecx, dword ptr [rsp]
        mov dword ptr [rsp], 0x1f80
        ldmxcsr dword ptr [rsp]
        add rsp, 8
        and ecx, 0x3f
        mov r8d, dword ptr [rdi + {MXCSR}]
        shr r8d, 7
        not r8d
        and r8d, ecx
        jne raised
        or dword ptr [rdi + {MXCSR}], ecx
        ret
    raised:
        test r8d, 7
        je all
        and ecx, 7
    all:
        or dword ptr [rdi + {MXCSR}], ecx
        pop rcx
        mov rdx, qword ptr [rsp]
        mov esi, {_SIMD}
        jmp {{raise_exception_ra}}
    """,
}

# The engine stores vectors by halves: all of one can't be loaded while these are under way.
FIRST = "movq xmm0, qword ptr [rsi]; movhps xmm0, qword ptr [rsi + 8]; "
SECOND = "movq xmm1, qword ptr [rdx]; movhps xmm1, qword ptr [rdx + 8]; "

_STORES = {
    "s": "movss dword ptr [rsi], xmm0",
    "d": "movsd qword ptr [rsi], xmm0",
    "x": "movups xmmword ptr [rsi], xmm0",
    "f": f"and r9d, 0x45; mov qword ptr [rdi + {FLAGS}], r9",
    "": "",
}


def obeying(body: str, store: str) -> str:
    """An instruction that obeys MXCSR; `store` tells what becomes of xmm0."""
    return f"""
        mov eax, dword ptr [rdi + {MXCSR}]
        and eax, -64
        cmp eax, 0x1f80
        jne slow
        ldmxcsr dword ptr [rdi + {MXCSR}]
        {body}
        stmxcsr dword ptr [rdi + {MXCSR}]
        {_STORES[store]}
        ret
    slow:
        call {{slow_enter}}
        {body}
        call {{slow_leave}}
        {_STORES[store]}
        ret
    """


def _binary() -> dict[str, str]:
    found = {}
    compared = ("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord")
    names = dict.fromkeys(("add", "sub", "mul", "div", "min", "max"), "")
    names |= {f"cmp{name}": f", {number}" for number, name in enumerate(compared)}
    for name, operand in names.items():
        op = name if not operand else "cmp"
        for kind, size in (("s", "dword"), ("d", "qword")):
            found[f"{name}s{kind}"] = obeying(
                f"movs{kind} xmm0, {size} ptr [rsi]; {op}s{kind} xmm0, {size} ptr [rdx]{operand}",
                kind,
            )
            found[f"{name}p{kind}"] = obeying(pair(f"{op}p{kind} xmm0, xmm1{operand}"), "x")
    for name in ("hadd", "hsub", "addsub"):
        for kind in "sd":
            found[f"{name}p{kind}"] = obeying(pair(f"{name}p{kind} xmm0, xmm1"), "x")
    return found


def pair(op: str) -> str:
    """`op` on both operands, xmm0 and xmm1."""
    return f"{FIRST}{SECOND}{op}"


_HALF = "movq xmm1, qword ptr [rdx]; "


def _unary() -> dict[str, str]:
    bodies = {
        "sqrtps": (SECOND + "sqrtps xmm0, xmm1", "x"),
        "sqrtpd": (SECOND + "sqrtpd xmm0, xmm1", "x"),
        "sqrtss": ("sqrtss xmm0, dword ptr [rdx]", "s"),
        "sqrtsd": ("sqrtsd xmm0, qword ptr [rdx]", "d"),
        "cvtps2pd": ("cvtps2pd xmm0, qword ptr [rdx]", "x"),
        "cvtpd2ps": (SECOND + "cvtpd2ps xmm0, xmm1", "x"),
        "cvtss2sd": ("cvtss2sd xmm0, dword ptr [rdx]", "d"),
        "cvtsd2ss": ("cvtsd2ss xmm0, qword ptr [rdx]", "s"),
        "cvtdq2ps": (SECOND + "cvtdq2ps xmm0, xmm1", "x"),
        "cvtpi2ps": (_HALF + "cvtdq2ps xmm0, xmm1", "d"),
        "cvtsi2ss": ("cvtsi2ss xmm0, edx", "s"),
        "cvtsq2ss": ("cvtsi2ss xmm0, rdx", "s"),
        "cvtsi2sd": ("cvtsi2sd xmm0, edx", "d"),
        "cvtsq2sd": ("cvtsi2sd xmm0, rdx", "d"),
    }
    for cut in ("", "t"):
        for kind, size in (("s", "dword"), ("d", "qword")):
            for letter, to in (("i", "eax"), ("q", "rax")):
                text = f"cvt{cut}s{kind}2si {to}, {size} ptr [rsi]"
                bodies[f"cvt{cut}s{kind}2s{letter}"] = (text, "")
            packed = f"cvt{cut}p{kind}2dq xmm0, xmm1"
            bodies[f"cvt{cut}p{kind}2dq"] = (SECOND + packed, "x")
            bodies[f"cvt{cut}p{kind}2pi"] = ((_HALF if kind == "s" else SECOND) + packed, "d")
    for quiet in ("", "u"):
        for kind, size in (("s", "dword"), ("d", "qword")):
            load = f"movs{kind} xmm0, {size} ptr [rsi]; "
            text = load + f"{quiet}comis{kind} xmm0, {size} ptr [rdx]; pushfq; pop r9"
            bodies[f"{quiet}comis{kind}"] = (text, "f")
    return {name: obeying(body, store) for name, (body, store) in bodies.items()}


SLOT = 8  # bytes of an instruction with an immediate operand, and RET
# Goes to the entry of the number in r8, the first of which is 16 bytes from here.
ENTER_TABLE = f"lea r9, [rip + 9]; lea r8, [r9 + r8 * {SLOT}]; jmp r8"


def table(op: str, count: int) -> list[str]:
    """The instructions for all values of the immediate operand."""
    return [f"{op}, {number}; ret" for number in range(count)]


def with_immediate(name: str, count: int, load: str, store: str) -> str:
    """The one of a table that ecx names."""
    call = f"{load}; movzx r8d, cl; and r8d, {count - 1}; call {{table_{name}}}"
    return obeying(call, store)


_ROUNDED = {"ps": "x", "pd": "x", "ss": "s", "sd": "d"}
TABLES = {
    **{f"round{kind}_xmm": table(f"round{kind} xmm0, xmm1", 16) for kind in _ROUNDED},
    "dpps_xmm": table("dpps xmm0, xmm1", 256),
    "dppd_xmm": table("dppd xmm0, xmm1", 256),
    **{f"pcmp{kind}_xmm": table(f"pcmp{kind} xmm0, xmm1", 128) for kind in
       ("istri", "istrm", "estri", "estrm")},
}  # fmt: skip


def _strings(kind: str) -> str:
    """A comparison of strings: ECX or XMM0, and the flags. REX.W: lengths are RAX and RDX."""
    lengths = f"""
        mov rax, qword ptr [rdi]
        mov rdx, qword ptr [rdi + 16]
        test ecx, 0x100
        je known
        {_clamped("rax", "eax")}
        {_clamped("rdx", "edx")}
    known:
    """
    result = f"mov qword ptr [rdi + {ECX}], rcx"
    if kind[-1] == "m":
        result = f"movups xmmword ptr [rdi + {XMM0}], xmm0"
    return f"""
        {pair("")}
        {lengths if kind[0] == "e" else ""}
        mov r8d, ecx
        and r8d, 127
        call {{table_pcmp{kind}_xmm}}
        pushfq
        pop r9
        and r9d, 0x8d5
        mov qword ptr [rdi + {FLAGS}], r9
        {result}
        ret
    """


def _clamped(wide: str, narrow: str) -> str:
    """A length beyond 16, of either sign, is as good as 16."""
    return f"""
        lea r9, [{wide} + 16]
        cmp r9, 32
        jbe {narrow}_fits
        mov {narrow}, 16
    {narrow}_fits:
    """


def _immediate() -> dict[str, str]:
    found = {}
    for kind, store in _ROUNDED.items():
        name = f"round{kind}_xmm"
        found[name] = with_immediate(name, 16, pair(""), store)
    for name in ("dpps_xmm", "dppd_xmm"):
        found[name] = with_immediate(name, 256, pair(""), "x")
    for kind in ("istri", "istrm", "estri", "estrm"):
        found[f"pcmp{kind}_xmm"] = _strings(kind)
    return found


def _approximations() -> dict[str, str]:
    """RCP and RSQRT obey nothing, and are each processor's own."""
    found = {}
    for name in ("rcp", "rsqrt"):
        found[f"{name}ps"] = f"{SECOND}{name}ps xmm0, xmm1; {_STORES['x']}; ret"
        found[f"{name}ss"] = f"{name}ss xmm0, dword ptr [rdx]; {_STORES['s']}; ret"
    return found


# The engine takes any bits, and derives the state of its own arithmetic from them.
_LOAD = f"""
    test esi, 0xffff0000
    jne reserved
    mov dword ptr [rdi + {MXCSR}], esi
    ret
reserved:
    mov rcx, qword ptr [rsp]
    xor edx, edx
    mov esi, {_GP}
    jmp {{raise_exception_err_ra}}
"""
_LOADED = f"and dword ptr [rdi + {MXCSR}], 0xffff; ret"


_RESERVED, _MXCSR_AT = 0xFFFF0000, 24  # bits of MXCSR, and where FXRSTOR's operand has it
_RESTORE = f"""
    test sil, 15
    jne on
    push rdi
    push rsi
    sub rsp, 8
    add rsi, {_MXCSR_AT}
    mov rdx, qword ptr [rsp + 24]
    call {{cpu_ldl_data_ra}}
    add rsp, 8
    pop rsi
    pop rdi
    test eax, {_RESERVED}
    je on
    mov rcx, qword ptr [rsp]
    xor edx, edx
    mov esi, {_GP}
    jmp {{raise_exception_err_ra}}
on:
"""
# It stays: what precedes it ends with its first instructions, of so many bytes.
BEFORE = {"fxrstor": (f"{_RESTORE} push r14; push r13; push r12; push rbp", 7)}


def sources() -> dict[str, str]:
    """The substitutes by the names of the engine's functions."""
    odd = {"ldmxcsr": _LOAD, "update_mxcsr_status": _LOADED}
    return odd | _binary() | _unary() | _immediate() | _approximations()
