"""x87 for the engine, in the host's own instructions: the source of substitutes.

A function of the engine's gets the CPU state (rdi) and a value or the number of a stack register
(rsi). Its substitute does the operation on the host's x87 stack, which is empty else, so results,
condition codes and exceptions are the processor's (SDM volume 1, chapter 8). The host's exception
flags are never more than the guest's, so that they can stay: clearing them takes long.
"""

from __future__ import annotations

# In the CPU state
TOP, STATUS, CONTROL, TAGS, STACK, OPERAND, FLAGS = 0x25C, 0x260, 0x262, 0x264, 0x270, 0x310, 0x98
_MF = 16  # exception number
_SUMMARY, _INVALID, _ERROR, _BUSY = 0x80, 0x01, 0x40, 0x8000  # of the status word
_C1, _C2, _CODES = 0x200, 0x400, 0x4700

# begin: raises what is pending; the guest's control word; r8 is where ST(0) is, r10d tells whether
# the control word is another one than the host's. enter: the same, and ST(0) is to be read. What
# an empty register gives is not a number, with a stack fault.
# leave: status and the host's control word again; edx has the condition codes that were set.
# leave_empty: the same where nothing shall be left on the host's stack.
COMMON = {
    "begin": f"""
        test byte ptr [rdi + {STATUS}], {_SUMMARY}
        jne pending
        fnstsw ax
        movzx ecx, word ptr [rdi + {STATUS}]
        not ecx
        and eax, ecx
        test al, 0x3f
        je subset
        fnclex
    subset:
        mov r8d, dword ptr [rdi + {TOP}]
        shl r8d, 4
        lea r8, [rdi + r8 + {STACK}]
        xor r10d, r10d
        movzx ecx, word ptr [rdi + {CONTROL}]
        cmp ecx, 0x37f
        jne other
        ret
    other:
        inc r10d
        not ecx
        test cl, 0x3f
        je masked
        fnclex
    masked:
        fldcw word ptr [rdi + {CONTROL}]
        ret
    pending:
        pop rcx
        mov rdx, qword ptr [rsp]
        mov esi, {_MF}
        jmp {{raise_exception_ra}}
    """,
    "enter": f"""
        mov eax, dword ptr [rdi + {TOP}]
        cmp byte ptr [rdi + rax + {TAGS}], 0
        jne empty
        jmp {{begin}}
    empty:
        test byte ptr [rdi + {STATUS}], {_SUMMARY}
        jne {{begin}}
        mov byte ptr [rdi + rax + {TAGS}], 0
        shl eax, 4
        movabs rcx, 0xc000000000000000
        mov qword ptr [rdi + rax + {STACK}], rcx
        mov word ptr [rdi + rax + {STACK + 8}], 0xffff
        movzx eax, word ptr [rdi + {STATUS}]
        or eax, {_INVALID | _ERROR}
        mov word ptr [rdi + {STATUS}], ax
        jmp {{begin}}
    """,
    "leave": f"""
        fnstsw ax
        test r10d, r10d
        je merge
        test al, {_SUMMARY}
        je same
        fnclex
    same:
        push 0x37f
        fldcw word ptr [rsp]
        pop rcx
    merge:
        movzx ecx, word ptr [rdi + {STATUS}]
        or ecx, edx
        xor ecx, edx
        or edx, 0x80ff
        and eax, edx
        or ecx, eax
        mov word ptr [rdi + {STATUS}], cx
        ret
    """,
    "leave_empty": f"""
        fnstsw ax
        test r10d, r10d
        je merge
        test al, {_SUMMARY}
        je same
        fninit
    same:
        push 0x37f
        fldcw word ptr [rsp]
        pop rcx
    merge:
        movzx ecx, word ptr [rdi + {STATUS}]
        and ecx, {0xFFFF & ~_C1}
        and eax, {0x80FF | _C1}
        or ecx, eax
        mov word ptr [rdi + {STATUS}], cx
        ret
    """,
}
TABLES: dict[str, list[str]] = {}
USED = {"do_fldenv": 0x431230}  # not exported

_ST0, _ST1 = "tbyte ptr [r8]", "tbyte ptr [r9]"
_OPERAND = f"tbyte ptr [rdi + {OPERAND}]"
_DROP = "fstp st(0)"


def _register(number: str) -> str:
    """r9 = where ST(number) is."""
    return (
        f"mov eax, dword ptr [rdi + {TOP}]; add eax, {number}; and eax, 7; shl eax, 4; "
        f"lea r9, [rdi + rax + {STACK}]; "
    )


_PUSH = f"""
    mov eax, dword ptr [rdi + {TOP}]
    dec eax
    and eax, 7
    mov dword ptr [rdi + {TOP}], eax
    mov byte ptr [rdi + rax + {TAGS}], 0
    shl eax, 4
    lea r9, [rdi + rax + {STACK}]
"""
# What an exception of the operands that is not masked keeps from being popped stays.
_OPERANDS = 0x07
_POP_UNLESS_REFUSED = f"""
    movzx eax, word ptr [rdi + {STATUS}]
    test al, {_SUMMARY}
    jne refused
pop:
    {{pop}}
    ret
refused:
    movzx ecx, word ptr [rdi + {CONTROL}]
    not ecx
    and ecx, eax
    test cl, {_OPERANDS}
    je pop
    ret
"""
_POP = f"""
    mov eax, dword ptr [rdi + {TOP}]
    mov byte ptr [rdi + rax + {TAGS}], 1
    inc eax
    and eax, 7
    mov dword ptr [rdi + {TOP}], eax
"""


def _leave(codes: int = _C1) -> str:
    return f"mov edx, {codes}; call {{leave}}"


def _arithmetic() -> dict[str, str]:
    found = {}
    for name in ("add", "mul", "sub", "subr", "div", "divr"):
        op = f"f{name} st(0), st(1)"
        found[f"f{name}_ST0_FT0"] = (
            f"call {{enter}}; fld {_OPERAND}; fld {_ST0}; {op}; {_leave()}; "
            f"fstp {_ST0}; {_DROP}; ret"
        )
        found[f"f{name}_STN_ST0"] = (
            f"call {{enter}}; {_register('esi')} fld {_ST0}; fld {_ST1}; {op}; {_leave()}; "
            f"fstp {_ST1}; {_DROP}; ret"
        )
    for name, codes in (("scale", _C1), ("prem", _CODES), ("prem1", _CODES)):
        found[f"f{name}"] = (
            f"call {{enter}}; {_register('1')} fld {_ST1}; fld {_ST0}; f{name}; {_leave(codes)}; "
            f"fstp {_ST0}; {_DROP}; ret"
        )
    for name in ("sqrt", "rndint", "2xm1", "sin", "cos"):
        leave = _leave(_C1 | _C2 if name in ("sin", "cos") else _C1)
        found[f"f{name}"] = f"call {{enter}}; fld {_ST0}; f{name}; {leave}; fstp {_ST0}; ret"
    return found


def _that_pop_or_push() -> dict[str, str]:
    """They leave another number of values when an exception is not masked, or C2 is set."""
    found = {}
    for name in ("yl2x", "yl2xp1", "patan"):
        found[f"f{name}"] = f"""
            call {{enter}}
            {_register("1")}
            fld {_ST1}
            fld {_ST0}
            f{name}
            {_leave()}
            test byte ptr [rdi + {STATUS}], {_SUMMARY}
            jne refused
            fstp {_ST1}
            {_POP}
            ret
        refused:
            fninit
            ret
        """
    for name in ("ptan", "sincos", "xtract"):
        found[f"f{name}"] = f"""
            call {{enter}}
            fld {_ST0}
            f{name}
            {_leave(_C1 if name == "xtract" else _C1 | _C2)}
            test word ptr [rdi + {STATUS}], {_SUMMARY if name == "xtract" else _SUMMARY | _C2}
            jne refused
            {_PUSH}
            fstp {_ST1}
            fstp {_ST0}
            ret
        refused:
            fninit
            ret
        """
    return found


def _comparisons() -> dict[str, str]:
    found = {}
    for name in ("com", "ucom"):
        load = f"call {{enter}}; fld {_OPERAND}; fld {_ST0}; "
        found[f"f{name}_ST0_FT0"] = f"{load} f{name} st(1); {_leave(_CODES)}; {_DROP}; {_DROP}; ret"
        found[f"f{name}i_ST0_FT0"] = (
            f"{load} f{name}i st(0), st(1); pushfq; pop r11; {_leave()}; {_DROP}; {_DROP}; "
            f"and r11d, 0x45; mov qword ptr [rdi + {FLAGS}], r11; ret"
        )
    return found


def _conversions() -> dict[str, str]:
    found = {}
    for letter, width, source in (("s", "dword", "esi"), ("l", "qword", "rsi")):
        load = (
            f"call {{begin}}; push rax; mov {width} ptr [rsp], {source}; fld {width} ptr [rsp]; "
            f"pop rax; {_leave()}; "
        )
        found[f"fld{letter}_FT0"] = f"{load} fstp {_OPERAND}; ret"
        found[f"fld{letter}_ST0"] = f"{load} {_PUSH}; fstp {_ST1}; ret"
    stores = {
        "fsts": ("fstp dword", "eax"),
        "fstl": ("fstp qword", "rax"),
        "fist": ("fistp word", "eax"),
        "fistl": ("fistp dword", "eax"),
        "fistll": ("fistp qword", "rax"),
        "fistt": ("fisttp word", "eax"),
        "fisttl": ("fisttp dword", "eax"),
        "fisttll": ("fisttp qword", "rax"),
    }
    for name, (op, register) in stores.items():
        size = "qword" if register == "rax" else "dword"
        load = f"mov {register}, {size} ptr [rsp]"
        if op.endswith(" word"):
            load = "movsx eax, word ptr [rsp]"
        found[f"{name}_ST0"] = (
            f"call {{enter}}; fld {_ST0}; push rax; {op} ptr [rsp]; call {{leave_empty}}; "
            f"{load}; pop rcx; ret"
        )
    for name in ("l2t", "l2e", "pi", "lg2", "ln2"):
        found[f"fld{name}_ST0"] = f"call {{begin}}; fld{name}; {_leave()}; fstp {_ST0}; ret"
    return found


_DECIMAL = f"""
    call {{enter}}
    push rdi
    push rsi
    sub rsp, 24
    fld {_ST0}
    fbstp tbyte ptr [rsp]
    call {{leave_empty}}
    mov rdx, qword ptr [rsp]
    mov rcx, qword ptr [rsp + 40]
    call {{cpu_stq_data_ra}}
    movzx edx, word ptr [rsp + 8]
    mov rsi, qword ptr [rsp + 24]
    mov rdi, qword ptr [rsp + 32]
    add rsi, 8
    mov rcx, qword ptr [rsp + 40]
    call {{cpu_stw_data_ra}}
    add rsp, 40
    ret
"""
_SUMMARIZE = f"""
    movzx eax, word ptr [rdi + {STATUS}]
    and eax, {0xFFFF & ~(_SUMMARY | _BUSY)}
    movzx ecx, word ptr [rdi + {CONTROL}]
    not ecx
    and ecx, eax
    test cl, 0x3f
    je quiet
    or eax, {_SUMMARY | _BUSY}
quiet:
    mov word ptr [rdi + {STATUS}], ax
"""
_CONTROL = f"""
    and esi, 0x1f3f
    or esi, 0x40
    mov word ptr [rdi + {CONTROL}], si
    {_SUMMARIZE}
    jmp {{update_fp_status}}
"""
_ENVIRONMENT = f"""
    push rdi
    mov rcx, qword ptr [rsp + 8]
    call {{do_fldenv}}
    pop rdi
    and word ptr [rdi + {CONTROL}], 0x1f3f
    or word ptr [rdi + {CONTROL}], 0x40
    {_SUMMARIZE}
    ret
"""
_C3, _C0 = 0x4000, 0x100
_EXAMINE = f"""
    call {{begin}}
    mov eax, dword ptr [rdi + {TOP}]
    cmp byte ptr [rdi + rax + {TAGS}], 0
    jne empty
    fld {_ST0}
    fxam
    {_leave(_CODES)}
    {_DROP}
    ret
empty:
    {_leave(_CODES)}
    movzx eax, word ptr [rdi + {STATUS}]
    and eax, {0xFFFF & ~_CODES}
    or eax, {_C3 | _C0}
    test byte ptr [r8 + 9], 0x80
    je positive
    or eax, {_C1}
positive:
    mov word ptr [rdi + {STATUS}], ax
    ret
"""
_WAIT = f"""
    test byte ptr [rdi + {STATUS}], {_SUMMARY}
    jne pending
"""
_PENDING = f"""
pending:
    mov rdx, qword ptr [rsp]
    mov esi, {_MF}
    jmp {{raise_exception_ra}}
"""
# Functions that stay: what precedes them ends with their first instructions, of so many bytes.
BEFORE = {
    name: (f"{_WAIT} jmp on; {_PENDING} on: {first}", size)
    for name, (first, size) in {
        "fxchg_ST0_STN": (f"mov eax, dword ptr [rdi + {TOP}]", 6),
        "fmov_STN_ST0": (f"mov eax, dword ptr [rdi + {TOP}]", 6),
        "fldt_ST0": ("push r14; push r13; push r12", 6),
        "fstt_ST0": ("push r13; push r12; push rbp", 5),
    }.items()
}


def sources() -> dict[str, str]:
    """The substitutes by the names of the engine's functions."""
    odd = {
        "fbst_ST0": _DECIMAL,
        "fldcw": _CONTROL,
        "fxam_ST0": _EXAMINE,
        "fldenv": _ENVIRONMENT,
        "fwait": f"{_WAIT} ret; {_PENDING}",
        "fpush": f"{_WAIT} {_PUSH} ret; {_PENDING}",
        "fpop": _POP_UNLESS_REFUSED.format(pop=_POP),
    }
    return _arithmetic() | _that_pop_or_push() | _comparisons() | _conversions() | odd
