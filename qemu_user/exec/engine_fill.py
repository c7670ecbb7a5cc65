"""Page permission look-up in Python: for hosts without machine code of ours."""

from __future__ import annotations

import ctypes

from .stubs import FIELD, FILL_LIMIT, FILLS, KEEP, KIND, PAGES, PERMS, REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import _CFunctionType

_FETCH = 18


def fill_in_python(control: ctypes.Array[ctypes.c_uint64]) -> _CFunctionType:
    """The stub "fill" for other hosts."""
    perms, pages = control[PERMS], control[PAGES]
    flag = memoryview(control).cast("B")[1:2]
    byte, word = ctypes.c_uint8.from_address, ctypes.c_uint64.from_address

    def fill(_engine: int, addr: int, kind: int, entry: int, _data: int) -> bool:
        page = addr >> 12
        bits = byte(perms + page).value if page < pages else 0
        if not bits >> (kind - 16) & 1:
            control[REFUSED], control[KIND] = addr, kind
            return False
        word(entry).value = addr
        ctypes.c_uint32.from_address(entry + 8).value = bits
        if kind != _FETCH and control[FIELD]:
            field = ctypes.c_uint32.from_address(control[FIELD])
            field.value &= control[KEEP]
        control[FILLS] += 1
        if control[FILLS] >= control[FILL_LIMIT]:
            flag[0] = 1
        return True

    return ctypes.CFUNCTYPE(
        ctypes.c_bool,
        ctypes.c_void_p,
        ctypes.c_uint64,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
    )(fill)
