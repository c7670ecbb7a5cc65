"""Bit instructions that the engine's translator gets wrong: source of changes to it.

Its code for BMI is otherwise right, and stays. At some places it calls other functions: they emit
more operations and then what was emitted there (`tcg_gen_*` of the library: r15 is the translator's
context, rbp describes the instruction, ebx is 2 where operands have 32 bits and 3 where 64).
"""

from __future__ import annotations

_A0, _T0, _T1 = 0xD8, 0xE0, 0xE8  # temporary values, from rbp
_CARRY = 0x9988  # the global value with the carry's source, from r15
_EQ, _LEU = 8, 12  # conditions
_NEG = 0x72  # an operation
_NARROW = 2
_SAVE = "push rdi; push rsi; push rdx; push rcx; push r8; push r9; sub rsp, 8; "
_BACK = "add rsp, 8; pop r9; pop r8; pop rcx; pop rdx; pop rsi; pop rdi; "
_ZERO_EXTEND = (  # T0, where it is half a register
    f"mov rdi, r15; mov rsi, [rbp + {_T0}]; mov rdx, rsi; call {{tcg_gen_ext32u_i64}}; "
)

USED = {
    **{f"tcg_gen_{name}_i64": 0 for name in ("ext32u", "ext8u", "setcond", "setcondi", "movcond")},
    "tcg_gen_op2_i64": 0x44B6C0,  # not exported
}
COMMON = {
    # BLSI: the carry tells whether the source is not 0, and the engine inverts what it is given
    "blsi": f"""
        {_SAVE}
        cmp ebx, {_NARROW}
        jne whole
        {_ZERO_EXTEND}
    whole:
        mov rdi, r15
        mov esi, {_EQ}
        mov rdx, [r15 + {_CARRY}]
        mov rcx, [rbp + {_T0}]
        xor r8d, r8d
        call {{tcg_gen_setcondi_i64}}
        {_BACK}
        jmp {{tcg_gen_op2_i64}}
    """,
    # BEXTR: what is shifted is 32 bits; the length's power is 0 if all bits stay
    "bextr_source": f"{_SAVE} {_ZERO_EXTEND} {_BACK} jmp {{tcg_gen_ext8u_i64}}",
    "bextr_length": f"""
        {_SAVE}
        mov rdx, [rbp + {_T1}]
        call {{tcg_gen_setcond_i64}}
        {_BACK}
        jmp {{tcg_gen_movcond_i64}}
    """,
    # BZHI: the mask of what goes is 0 if all bits stay
    "bzhi_mask": f"""
        {_SAVE}
        mov esi, {_LEU}
        mov rdx, [rbp + {_A0}]
        call {{tcg_gen_setcond_i64}}
        mov rdi, r15
        mov esi, {_NEG}
        mov rdx, [rbp + {_A0}]
        mov rcx, rdx
        call {{tcg_gen_op2_i64}}
        {_BACK}
        jmp {{tcg_gen_movcond_i64}}
    """,
    # PDEP: of 32 bits, the mask, too
    "pdep_mask": f"{_SAVE} call {{tcg_gen_ext32u_i64}}; {_ZERO_EXTEND} {_BACK} ret",
}
TABLES: dict[str, list[str]] = {}
# Places in the library: calls that go to these functions, calls that are left out (one sets what
# the other has set), and bytes (BZHI: CF tells that the index is above, not at, the last bit)
CALLS = {
    0x45C293: "bextr_source",
    0x45C344: "bextr_length",
    0x45C4AB: "bzhi_mask",
    0x45D00E: "pdep_mask",
    0x45E18A: "blsi",
}
NO_CALLS = (0x45C368, 0x45C4CE)
BYTES = {0x45C485: bytes((_LEU,))}


def sources() -> dict[str, str]:
    """No function is replaced as a whole."""
    return {}
