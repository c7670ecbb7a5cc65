"""Loads and stores in translated code, with less before each.

Before each the engine's translator writes ten instructions that find the host's page. Two of them,
a copy and a shift, can be one (RORX), and where nothing stands between comparison and branch the
processor takes them for one too. When the translator comes to the way out of each such branch a
stub of ours, called in place of a function that it calls then, rewrites what was written; the copy
that stood between is then also made on that way out. It does so only where it finds exactly what
it expects, and the translator's library is the one that is known here.
"""

from __future__ import annotations

import ctypes
import struct

from . import host
from .arch.straight import ACCESSES
from .engine_library import base_if_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .engine_handle import Handle

_CALL = 0xE8
_PLACES = struct.Struct("=QQ")  # of the replaced function, and whether the host has BMI2
# rdi is the translator's state, with the end of the code at 0x88; r15 tells of the access: at 12
# the host's register that has the address, at 40 where the branch's distance is. The sequence:
#   mov rdi, address; shr rdi, n; and rdi, [mask]; add rdi, [table]; lea rsi, [address + n];
#   and rsi, n; cmp rsi, [rdi + n]; mov rsi, address; jne way_out; add rsi, [rdi + n]
SOURCE = """
    sub rsp, 8
    call qword ptr [rip + function]
    add rsp, 8
    push rax
    push rcx
    push rdx
    push rsi
    push r8
    push r9
    push r10
    mov ecx, dword ptr [r15 + 12]
    mov rdx, qword ptr [r15 + 40]
    cmp word ptr [rdx - 2], 0x850f
    jne out
    mov eax, ecx
    and eax, 7
    or eax, 0xf0
    shr ecx, 3
    cmp byte ptr [rdx - 3], al
    jne out
    cmp byte ptr [rdx - 4], 0x8b
    jne out
    movzx esi, byte ptr [rdx - 5]
    mov r8, -3
    mov r9d, esi
    and r9d, 0xf6
    xor r9d, 0x40
    je prefixed
    mov r8, -2
    test ecx, ecx
    jne out
prefixed:
    mov r9d, dword ptr [rdx]
    sub r9d, r8d
    mov r10d, dword ptr [rdx + r8 - 2]
    mov word ptr [rdx + r8 - 2], 0x850f
    mov dword ptr [rdx + r8], r9d
    mov word ptr [rdx + r8 + 4], r10w
    mov r9, qword ptr [rdi + 0x88]
    mov dword ptr [r9], r10d
    sub qword ptr [rdi + 0x88], r8
    cmp r8d, -2
    je out
    shr r10d, 16
    mov byte ptr [rdx + r8 + 6], r10b
    mov r9, qword ptr [rip + bmi2]
    cmp byte ptr [r9], 0
    je out
    or eax, 8
    mov r10d, eax
    shl r10d, 8
    or r10d, 0xefc1008b
    test esi, 8
    je narrow
    xor r10d, 0x2e890000
narrow:
    lea r9, [rdx - 23]
    lea r8, [rdx - 48]
look:
    dec r9
    cmp r9, r8
    jb out
    cmp dword ptr [r9], r10d
    jne look
    cmp byte ptr [r9 - 1], sil
    jne look
    neg ecx
    and ecx, 0x20
    xor ecx, 0xe3
    test esi, 8
    je shorter
    mov byte ptr [r9 - 1], 0x3e
    inc r9
    mov byte ptr [r9 + 1], 0xfb
    jmp both
shorter:
    mov byte ptr [r9 + 1], 0x7b
both:
    mov byte ptr [r9 - 1], 0xc4
    mov byte ptr [r9], cl
    mov byte ptr [r9 + 2], 0xf0
    mov byte ptr [r9 + 3], al
out:
    pop r10
    pop r9
    pop r8
    pop rsi
    pop rdx
    pop rcx
    pop rax
    ret
function:
    .quad 0
bmi2:
    .quad 0
"""
CODE = bytes.fromhex(
    "4883ec08ff15380100004883c40850515256415041514152418b4f0c498b5728"
    "66817afe0f850f850b01000089c883e0070df0000000c1e9033842fd0f85f500"
    "0000807afc8b0f85eb0000000fb672fb49c7c0fdffffff4189f14181e1f60000"
    "004183f140740f49c7c0feffffff85c90f85c1000000448b0a4529c1468b5402"
    "fe6642c74402fe0f8546890c026646895402044c8b8f880000004589114c2987"
    "880000004183f8fe0f848900000041c1ea1046885402064c8b0d8c0000004180"
    "3900747383c8084189c241c1e2084181ca8b00c1eff7c60800000074074181f2"
    "0000892e4c8d4ae94c8d42d049ffc94d39c1724345391175f3413871ff75edf7"
    "d983e12081f1e3000000f7c608000000740f41c641ff3e49ffc141c64101fbeb"
    "0541c641017b41c641ffc441880941c64102f041884103415a415941585e5a59"
    "58c300000000000000000000000000000000"
)


def shorten(handle: Handle) -> bool:
    """Whether translations for the processor of `handle` are as described from now on."""
    target = handle.arch.engine.target
    if target not in ACCESSES or not base_if_known(handle.library):
        return False
    start, room = (
        handle.function(f"tcg_gen_code_{target}"),
        handle.function(f"tcg_dump_op_{target}"),
    )
    if not start or not room:
        return False
    load, store, bmi2 = ACCESSES[target]
    calls = [start + load, start + store]
    goals = {_goal(place) for place in calls}
    if goals == {room}:
        return True
    if len(goals) != 1 or (goal := goals.pop()) is None:
        return False
    stub = CODE[: -_PLACES.size] + _PLACES.pack(goal, start + bmi2)
    call = [(place, struct.pack("<Bi", _CALL, room - place - 5)) for place in calls]
    return host.overwrite([(room, stub), *call])


def _goal(place: int) -> int | None:
    """What the call at `place` calls; None: it is no call."""
    code: tuple[int, int] = struct.unpack("<Bi", ctypes.string_at(place, 5))
    return place + 5 + code[1] if code[0] == _CALL else None
