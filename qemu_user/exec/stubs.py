"""Machine code that the engine calls millions of times: page permission lookup and interruption.

The engine's callbacks are too frequent for Python, so they are a few instructions of host code
that read a control block. `SOURCE` is what `CODE` was assembled from; a test compares them. Hosts
that are not listed use callbacks in Python and slices of counted instructions instead.
"""

from __future__ import annotations

import ctypes
import mmap
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The control block, in 64-bit words.
FLAGS = 0  # byte 0: interrupt() was called; byte 1: the fill counter reached its limit
STOP = 1  # address of the engine's stop function
PERMS = 2  # address of the table: one byte of READ, WRITE, EXEC bits per page
PAGES = 3  # entries in the table
FILLS = 4  # how many pages were looked up with success
FILL_LIMIT = 5  # where byte 1 of FLAGS gets set
REFUSED = 6  # page address of the last refused access
KIND = 7  # and its kind: 16 read, 17 write, 18 fetch
COUNT = 8  # instructions that may still run
NEXT = 9  # address of the engine's field that says how the next block is translated
FIELD = 10  # address of a field that the engine spoils when it looks data pages up,
KEEP = 11  # and the bits of it that stay; the others are 0
ARENA = 12  # the host's address of guest address 0
REQUEST = 13  # address of the byte in which the engine is asked to end a run,
COUNTER = 14  # and of the 16 bits that make a block look there; `engine_request`
SPARE = 15  # where both are of no effect
WORDS = 16

PARALLEL = 0x80000  # what it says for memory that other processors change (CF_PARALLEL)
SINGLE = 1  # and for a block of one instruction
HOST_OF_EXCHANGES = "x86_64"  # whose code engine_parallel knows

# block(engine, address, size, control): calls the engine's stop function when FLAGS is not 0.
# parallel: the same, and has the next block translated as PARALLEL.
# single: the same, and the next block is to be of one instruction.
# count(engine, address, size, control): calls it when COUNT instructions have run.
# fill(engine, address, kind, entry, control) -> bool: entry is {u64 physical; u32 permissions}.
# pair: the same for pages of 8192 bytes; what both halves allow is allowed, but a half that is not
# there does not count: a file ends before it.
# probe: as fill, and touches the page, so that the host says then if it has none.
# ask(control): asks the engine to end the run.
# swap(place, old, new) -> the word before: compare and exchange, for calls in place of the guest.
# What the three ways of looking a page up have in common: its entry in the table,
_LOOK_UP = """
    sub edx, 16
    mov rax, rsi
    shr rax, 12
    cmp rax, qword ptr [r8 + 24]
    jae refuse
    mov r9, qword ptr [r8 + 16]
"""
# whether it allows the access,
_ALLOWED = """
    movzx eax, byte ptr [r9 + rax]
    bt eax, edx
    jae refuse
"""
# the answer,
_ENTER = """
    mov qword ptr [rcx], rsi
    mov dword ptr [rcx + 8], eax
"""
# the field that the engine spoils,
_KEEP_FIELD = """
    cmp edx, 2
    je count
    mov r9, qword ptr [r8 + 80]
    mov eax, dword ptr [r8 + 88]
    and dword ptr [r9], eax
count:
"""
# and both ends.
_COUNT_FILL = """
    mov rax, qword ptr [r8 + 32]
    inc rax
    mov qword ptr [r8 + 32], rax
    cmp rax, qword ptr [r8 + 40]
    jb done
    mov byte ptr [r8 + 1], 1
    mov r9, qword ptr [r8 + 104]
    mov byte ptr [r9], 0x80
    mov r9, qword ptr [r8 + 112]
    mov word ptr [r9], 0xffff
done:
    mov eax, 1
    ret
refuse:
    add edx, 16
    mov qword ptr [r8 + 48], rsi
    mov qword ptr [r8 + 56], rdx
    xor eax, eax
    ret
"""
SOURCE = {
    "x86_64": {
        "block": """
            cmp dword ptr [rcx], 0
            jne stop
            ret
        stop:
            jmp qword ptr [rcx + 8]
        """,
        "parallel": """
            cmp dword ptr [rcx], 0
            jne stop
            mov rax, qword ptr [rcx + 72]
            mov dword ptr [rax], 0x80000
            ret
        stop:
            jmp qword ptr [rcx + 8]
        """,
        "single": """
            cmp dword ptr [rcx], 0
            jne stop
            mov rax, qword ptr [rcx + 72]
            mov dword ptr [rax], 1
            ret
        stop:
            jmp qword ptr [rcx + 8]
        """,
        "count": """
            cmp qword ptr [rcx + 64], 0
            je stop
            dec qword ptr [rcx + 64]
            ret
        stop:
            jmp qword ptr [rcx + 8]
        """,
        "fill": _LOOK_UP + _ALLOWED + _ENTER + _KEEP_FIELD + _COUNT_FILL,
        "pair": _LOOK_UP
        + """
            movzx r10d, byte ptr [r9 + rax]
            xor rax, 1
            movzx eax, byte ptr [r9 + rax]
            test eax, eax
            je either
            test r10d, r10d
            je either
            and eax, r10d
            jmp both
        either:
            or eax, r10d
        both:
            bt eax, edx
            jae refuse
        """
        + _ENTER
        + _COUNT_FILL,
        "ask": """
            mov rax, qword ptr [rdi + 104]
            mov byte ptr [rax], 0x80
            mov rax, qword ptr [rdi + 112]
            mov word ptr [rax], 0xffff
            ret
        """,
        "probe": _LOOK_UP
        + _ALLOWED
        + """
            mov r9, qword ptr [r8 + 96]
            cmp edx, 1
            ja allow
            je write
            cmp byte ptr [r9 + rsi], 0
            jmp allow
        write:
            lock or byte ptr [r9 + rsi], 0
        allow:
        """
        + _ENTER
        + _KEEP_FIELD
        + _COUNT_FILL,
        "swap": """
            mov eax, esi
            lock cmpxchg dword ptr [rdi], edx
            ret
        """,
    },
    "aarch64": {
        "block": """
            ldr w9, [x3]
            cbnz w9, stop
            ret
        stop:
            ldr x9, [x3, #8]
            br x9
        """,
        "parallel": """
            ldr w9, [x3]
            cbnz w9, stop
            ldr x10, [x3, #72]
            mov w9, #0x80000
            str w9, [x10]
            ret
        stop:
            ldr x9, [x3, #8]
            br x9
        """,
        "count": """
            ldr x9, [x3, #64]
            cbz x9, stop
            sub x9, x9, #1
            str x9, [x3, #64]
            ret
        stop:
            ldr x9, [x3, #8]
            br x9
        """,
        "fill": """
            sub w2, w2, #16
            lsr x9, x1, #12
            ldr x10, [x4, #24]
            cmp x9, x10
            b.hs refuse
            ldr x10, [x4, #16]
            ldrb w9, [x10, x9]
            lsr w10, w9, w2
            tbz w10, #0, refuse
            str x1, [x3]
            str w9, [x3, #8]
            cmp w2, #2
            b.eq count
            ldr x10, [x4, #80]
            ldr w9, [x10]
            ldr w11, [x4, #88]
            and w9, w9, w11
            str w9, [x10]
        count:
            ldr x9, [x4, #32]
            add x9, x9, #1
            str x9, [x4, #32]
            ldr x10, [x4, #40]
            cmp x9, x10
            b.lo done
            mov w9, #1
            strb w9, [x4, #1]
        done:
            mov w0, #1
            ret
        refuse:
            add w2, w2, #16
            str x1, [x4, #48]
            str x2, [x4, #56]
            mov w0, #0
            ret
        """,
        "swap": """
        again:
            ldaxr w8, [x0]
            cmp w8, w1
            b.ne out
            stlxr w9, w2, [x0]
            cbnz w9, again
        out:
            mov w0, w8
            ret
        """,
    },
}
CODE: dict[str, dict[str, bytes]] = {
    "x86_64": {
        "block": bytes.fromhex("8339007501c3ff6108"),
        "parallel": bytes.fromhex("833900750b488b4148c70000000800c3ff6108"),
        "single": bytes.fromhex("833900750b488b4148c70001000000c3ff6108"),
        "count": bytes.fromhex("4883794000740548ff4940c3ff6108"),
        "fill": bytes.fromhex(
            "83ea104889f048c1e80c493b401873524d8b4810410fb604010fa3d073444889"
            "3189410883fa02740b4d8b4850418b4058412101498b402048ffc04989402049"
            "3b4028721741c64001014d8b486841c601804d8b48706641c701ffffb8010000"
            "00c383c210498970304989503831c0c3"
        ),
        "pair": bytes.fromhex(
            "83ea104889f048c1e80c493b4018735c4d8b4810450fb614014883f001410fb6"
            "040185c0740a4585d274054421d0eb034409d00fa3d07334488931894108498b"
            "402048ffc049894020493b4028721741c64001014d8b486841c601804d8b4870"
            "6641c701ffffb801000000c383c210498970304989503831c0c3"
        ),
        "ask": bytes.fromhex("488b4768c60080488b477066c700ffffc3"),
        "probe": bytes.fromhex(
            "83ea104889f048c1e80c493b4018736a4d8b4810410fb604010fa3d0735c4d8b"
            "486083fa01770f740741803c3100eb06f041800c310048893189410883fa0274"
            "0b4d8b4850418b4058412101498b402048ffc049894020493b4028721741c640"
            "01014d8b486841c601804d8b48706641c701ffffb801000000c383c210498970"
            "304989503831c0c3"
        ),
        "swap": bytes.fromhex("89f0f00fb117c3"),
    },
    "aarch64": {
        "block": bytes.fromhex("690040b949000035c0035fd6690440f920011fd6"),
        "parallel": bytes.fromhex(
            "690040b9a90000356a2440f90901a052490100b9c0035fd6690440f920011fd6"
        ),
        "count": bytes.fromhex("692040f9890000b4290500d1692000f9c0035fd6690440f920011fd6"),
        "fill": bytes.fromhex(
            "4240005129fc4cd38a0c40f93f010aeb020300548a0840f9496969382a25c21a"
            "8a020036610000f9690800b95f080071c00000548a2840f9490140b98b5840b9"
            "29010b0a490100b9891040f929050091891000f98a1440f93f010aeb63000054"
            "290080528904003920008052c0035fd642400011811800f9821c00f900008052"
            "c0035fd6"
        ),
        "swap": bytes.fromhex("08fc5f881f01016b6100005402fc098889ffff35e003082ac0035fd6"),
    },
}


# Places in "probe": what touches the page, and the way out if there is none.
PROBES = {
    "x86_64": tuple(
        CODE["x86_64"]["probe"].index(bytes.fromhex(code))
        for code in ("41803c3100", "f041800c3100", "83c210498970")
    )
}


def load(host: str | None = None) -> dict[str, int] | None:
    """Addresses of the stubs by name, in executable memory; None: not made for this host.

    The memory stays for the life of the process. A host that forbids it (PROT_EXEC on anonymous
    memory) counts as not made for.
    """
    code = CODE.get(host or os.uname().machine)
    return None if code is None else place(code)


def place(code: Mapping[str, bytes]) -> dict[str, int] | None:
    """Addresses of copies of `code` by name, in executable memory; None: forbidden here."""
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    places = {}
    for index, (name, stub) in enumerate(code.items()):
        page[256 * index : 256 * index + len(stub)] = stub
        places[name] = address + 256 * index
    _KEPT.append(page)
    protect = ctypes.CDLL(None).mprotect
    readable = mmap.PROT_READ | mmap.PROT_EXEC
    failed = protect(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE), readable)
    return None if failed else places


def swapper() -> Callable[[int, int, int], int] | None:
    """The stub "swap" as a function; None: not made for this host, or forbidden there."""
    if not _SWAP and (places := load()) is not None:
        word = ctypes.c_uint32
        _SWAP.append(ctypes.CFUNCTYPE(word, ctypes.c_void_p, word, word)(places["swap"]))
    return _SWAP[0] if _SWAP else None


_KEPT: list[mmap.mmap] = []
_SWAP: list[Callable[[int, int, int], int]] = []
