"""Minimum, maximum and big-endian sums: what the engine's library does by a load and a store.

Each of these functions looks the address up and then computes. What follows the look-up is replaced
in this process's memory by a jump to a loop around the host's compare and exchange, if all of them
are exactly the known ones.
"""

from __future__ import annotations

import ctypes
import mmap
from binascii import crc32

from . import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle

_KNOWN = 0x8F1E725B  # CRC-32 of all functions, without their calls' distances
_SIZE = 40  # bytes of each that are looked at: more than what is replaced
_CALL = b"\xe8"
_ROOM = 128  # bytes for each loop
_WIDTHS = ("b", "w_le", "w_be", "l_le", "l_be", "q_le", "q_be")
# Takes the operand (rbx) in place of what was there (rcx): greater, less, above, below
_CHOICES = {"smin": 0x4F, "smax": 0x4C, "umin": 0x47, "umax": 0x42}

# By size: eax = [rdx]; zero-extend ecx; the other byte order for ecx; compare cx with bx;
# lock cmpxchg [rdx], cx
_BY_SIZE = {
    "b": ("0fb602", "0fb6c9", "", "38d9", "f00fb00a"),
    "w": ("0fb702", "0fb7c9", "66c1c908", "6639d9", "f0660fb10a"),
    "l": ("8b02", "89c9", "0fc9", "39d9", "f00fb10a"),
    "q": ("488b02", "", "480fc9", "4839d9", "f0480fb10a"),
}
_FORMS = ("fetch_{}", "{}_fetch")
_done: set[str] = set()
_kept: list[mmap.mmap] = []


def names() -> list[str]:
    """The operations: fetch_smaxl_be returns what was there, smax_fetchl_be what is there now."""
    choices = [form.format(op) + w for op in _CHOICES for form in _FORMS for w in _WIDTHS]
    return choices + [form.format("add") + w + "_be" for form in _FORMS for w in "wlq"]


def loop(name: str) -> bytes:
    """Its code: rax is the operand's address, rbx the other operand; rbx's old value is at SP."""
    before, short = name.startswith("fetch_"), name.replace("fetch_", "").replace("_fetch", "")
    op = "add" if short.startswith("add") else short[:4]
    width = short.removeprefix(op)
    load, extend, swap, compare, exchange = map(bytes.fromhex, _BY_SIZE[width[0]])
    if not width.endswith("_be"):
        swap = b""
    change = bytes.fromhex("4801d9")  # add rcx, rbx
    if op in _CHOICES:
        change = compare + bytes((0x48, 0x0F, _CHOICES[op], 0xCB))  # cmov rcx, rbx
    start = bytes.fromhex("4889c2") + load  # mov rdx, rax
    body = bytes.fromhex("4889c1") + swap + extend  # mov rcx, rax
    body += bytes.fromhex("4989c8") + change + extend  # mov r8, rcx
    body += bytes.fromhex("4989c9") + swap + exchange  # mov r9, rcx
    body += b"\x75" + (256 - len(body) - 2).to_bytes()  # jne
    result = "4c89c0" if before else "4c89c8"  # mov rax, r8 or r9
    return start + body + bytes.fromhex(result + "5bc3")  # pop rbx; ret


def mend(handle: Handle, target: str) -> bool:
    """Make those atomic whose names end in `target`; false if it can't be done."""
    if target in _done:
        return True
    places = {name: handle.function(f"helper_atomic_{name}_{target}") for name in names()}
    starts = [place or 0 for place in places.values()]
    if not all(starts):
        return False
    codes = [ctypes.string_at(place, _SIZE) for place in starts]
    calls = [code.find(_CALL) for code in codes]
    known = b"".join(c[:at] + c[at + 5 : at + 17] for c, at in zip(codes, calls, strict=True))
    if crc32(known) != _KNOWN:
        return False
    pool = _loops(list(places))
    pieces = []
    for index, (place, at) in enumerate(zip(starts, calls, strict=True)):
        address = (pool + index * _ROOM).to_bytes(8, "little")
        jump = b"\x48\xb9" + address + b"\xff\xe1"  # mov rcx, address; jmp rcx
        pieces.append((place + at + 5, jump))
    if not host.overwrite(pieces):
        return False
    _done.add(target)
    return True


def _loops(wanted: list[str]) -> int:
    """The address of the loops, one after the other; they stay for the life of the process."""
    if not _kept:
        pool = mmap.mmap(-1, _ROOM * len(wanted), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        for index, name in enumerate(wanted):
            code = loop(name)
            pool[index * _ROOM : index * _ROOM + len(code)] = code
        _kept.append(pool)
    address = ctypes.addressof(ctypes.c_char.from_buffer(_kept[0]))
    host.mprotect(address, -(-len(_kept[0]) // host.PAGE) * host.PAGE, host.READ | host.EXEC)
    return address
