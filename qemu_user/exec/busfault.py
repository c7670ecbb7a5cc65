"""SIGBUS of the host: pages of mapped files that another process cut off.

The host raises it where the page is touched: in translated code, in the engine's functions or in a
copy that a system call makes. A handler in machine code tells these apart. Translated code is left
at once with exact registers, and so is the look-up of a page. In all other places the handler puts
an empty page there for the time being, parks the page of the file and asks for attention; then the
guest's PC may be up to the end of its block, or the call fails with EFAULT.

`SOURCE` is what `CODE` was assembled from; a test compares them. On other hosts nothing is done
and the process dies by SIGBUS.
"""

from __future__ import annotations

import ctypes
import os
import struct
from errno import EFAULT

from . import host, hostcall
from .abi.signals import BUS_ADRERR, SIGBUS
from .arena import PAGE
from .cpu import READ
from .errors import LinuxError
from .hostthreads import handled_in_place
from .signals import SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .memory import AddressSpace
    from .thread import Thread

# Words that the handler finds a page behind its code.
BASE, SIZE = 0, 1  # where guest memory is
PROBE_READ, PROBE_WRITE, REFUSE = 2, 3, 4  # in the look-up: what touches a page, and its way out
CPU, RESTORE = 5, 6  # state, 0: unknown; restore(state, place, 1): registers as of that place
LEAVE = 7  # address of "leave"
ENGINE, STOP, EXIT = 8, 9, 10  # stop(engine), exit(state): leave translated code
TEXT, TEXT_SIZE = 11, 12  # the engine's functions
FLAG = 13  # address of the block whose first byte interrupts it,
PARK, PARKED, ROOM = 14, 15, 16  # where pages go, how many are there and may be
PLACES = 17  # address of their table: the host's address that was touched
SENT = 18  # somebody sent SIGBUS; it is blocked and pending
HIT, ADDRESS = 19, 20  # guest code touched a page, and where
CALL = 21  # something else did
NOTHING = 22  # four words of zeros: the default action
STACK = 26  # address of the handler's stack
MADE, MADE_SIZE = 27, 28  # translated code, where it can't be left at once
ASK = 29  # and ask(block), which has that byte looked at; 0: it is looked at anyway
WORDS = 30

_HOST = "x86_64"
_ROOM = 4096  # pages parked at a time
_STACK = 1 << 16  # bytes; the widest registers need less than 16 KiB
_FLAGS = 0x1C000004  # SA_SIGINFO, SA_ONSTACK, SA_RESTART, SA_RESTORER

# The handler has the arguments that SA_SIGINFO gives, the others have none.
SOURCE = {
    "handler": """
        lea rbx, [rip + 0xff9]
        mov r12, rsi
        mov r13, rdx
        cmp dword ptr [r12 + 8], 0
        jle sent
        mov r14, qword ptr [r12 + 16]
        mov rax, r14
        sub rax, qword ptr [rbx]
        cmp rax, qword ptr [rbx + 8]
        jae fatal
        mov r15, qword ptr [r13 + 168]
        cmp r15, qword ptr [rbx + 16]
        je refuse
        cmp r15, qword ptr [rbx + 24]
        je refuse
        mov rdi, qword ptr [rbx + 40]
        test rdi, rdi
        je replace
        lea rsi, [r15 + 2]
        mov edx, 1
        sub rsp, 8
        call qword ptr [rbx + 48]
        add rsp, 8
        test al, al
        je replace
        mov rax, qword ptr [rbx + 56]
        mov qword ptr [r13 + 168], rax
        and qword ptr [r13 + 160], -16
        jmp hit
    refuse:
        mov rax, qword ptr [rbx + 32]
        mov qword ptr [r13 + 168], rax
        ret
    replace:
        mov r8, qword ptr [rbx + 120]
        cmp r8, qword ptr [rbx + 128]
        jae fatal
        shl r8, 12
        add r8, qword ptr [rbx + 112]
        mov r10d, 7
    park:
        mov rdi, r14
        and rdi, -4096
        mov esi, 4096
        mov edx, 4096
        mov eax, 25
        syscall
        cmp rax, -4096
        jbe parked
        cmp r10d, 3
        je fatal
        mov r10d, 3
        jmp park
    parked:
        mov r10d, 0x32
        mov r8, -1
        xor r9d, r9d
        mov edx, 3
        mov eax, 9
        syscall
        cmp rax, -4096
        ja fatal
        mov rax, qword ptr [rbx + 120]
        mov rcx, qword ptr [rbx + 136]
        mov qword ptr [rcx + rax*8], r14
        inc rax
        mov qword ptr [rbx + 120], rax
        mov rax, r15
        sub rax, qword ptr [rbx + 88]
        cmp rax, qword ptr [rbx + 96]
        jb hit
        sub r15, qword ptr [rbx + 216]
        cmp r15, qword ptr [rbx + 224]
        jb hit
        mov qword ptr [rbx + 168], 1
        jmp flag
    hit:
        cmp qword ptr [rbx + 152], 0
        jne flag
        mov qword ptr [rbx + 152], 1
        mov qword ptr [rbx + 160], r14
    flag:
        mov rdi, qword ptr [rbx + 104]
        mov byte ptr [rdi], 1
        mov rax, qword ptr [rbx + 232]
        test rax, rax
        je back
        jmp rax
    back:
        ret
    sent:
        or qword ptr [r13 + 296], 64
        mov eax, 39
        syscall
        mov rdi, rax
        mov qword ptr [rbx + 144], 1
        cmp dword ptr [r12 + 8], -6
        je thread
        mov esi, 7
        mov rdx, r12
        mov eax, 129
        syscall
        jmp flag
    thread:
        mov eax, 186
        syscall
        mov rsi, rax
        mov edx, 7
        mov r10, r12
        mov eax, 297
        syscall
        jmp flag
    fatal:
        mov edi, 7
        lea rsi, [rbx + 176]
        xor edx, edx
        mov r10d, 8
        mov eax, 13
        syscall
        ret
    """,
    "leave": """
        lea rbx, [rip + 0xdf9]
        mov rdi, qword ptr [rbx + 64]
        call qword ptr [rbx + 72]
        mov rdi, qword ptr [rbx + 40]
        call qword ptr [rbx + 80]
    """,
    "restorer": """
        mov eax, 15
        syscall
    """,
}
_AT = {"handler": 0, "leave": 512, "restorer": 768}  # bytes behind the start of the code
CODE = {
    "handler": bytes.fromhex(
        "488d1df90f00004989f44989d541837c2408000f8e5b0100004d8b7424104c89"
        "f0482b03483b43080f83970100004d8bbda80000004c3b7b10743f4c3b7b1874"
        "39488b7b284885ff743c498d7702ba010000004883ec08ff53304883c40884c0"
        "7424488b4338498985a80000004983a5a0000000f0e9c8000000488b43204989"
        "85a8000000c34c8b43784c3b83800000000f832e01000049c1e00c4c03437041"
        "ba070000004c89f74881e700f0ffffbe00100000ba00100000b8190000000f05"
        "483d00f0ffff76124183fa030f84f300000041ba03000000ebcb41ba32000000"
        "49c7c0ffffffff4531c9ba03000000b8090000000f05483d00f0ffff0f87c300"
        "0000488b4378488b8b880000004c8934c148ffc0488943784c89f8482b435848"
        "3b4360721d4c2bbbd80000004c3bbbe0000000720d48c783a800000001000000"
        "eb1c4883bb9800000000751248c78398000000010000004c89b3a0000000488b"
        "7b68c60701488b83e80000004885c07402ffe0c349838d2801000040b8270000"
        "000f054889c748c783900000000100000041837c2408fa7411be070000004c89"
        "e2b8810000000f05ebb4b8ba0000000f054889c6ba070000004d89e2b8290100"
        "000f05eb99bf07000000488db3b000000031d241ba08000000b80d0000000f05"
        "c3"
    ),
    "leave": bytes.fromhex("488d1df90d0000488b7b40ff5348488b7b28ff5350"),
    "restorer": bytes.fromhex("b80f0000000f05"),
}


class Guard:
    """Makes the host's SIGBUS the guest's, for one address space and its engine.

    Belongs to the host thread that runs guests, and to its descendants by fork.
    """

    def __init__(self, space: AddressSpace, start: int) -> None:
        self._space = space
        self._words = words = (ctypes.c_uint64 * WORDS).from_address(start + PAGE)
        for word in (PROBE_READ, PROBE_WRITE, CPU, TEXT_SIZE, MADE_SIZE, PARKED, HIT, CALL):
            words[word] = 0
        words[BASE], words[SIZE] = space.base, space.size
        space.cpu.guard(words)
        _install(SIGBUS)
        handled_in_place(SIGBUS, _install)

    def restore(self) -> bool:
        """Put the parked pages back; whether there were any. What was stored meanwhile is lost."""
        words = self._words
        count, words[PARKED], words[CALL] = words[PARKED], 0, 0
        places = (ctypes.c_uint64 * count).from_address(words[PLACES])
        for index in reversed(range(count)):
            place = places[index] & -PAGE
            host.mremap(words[PARK] + index * PAGE, PAGE, PAGE, host.MOVE, place)
        return count > 0

    def answer(self, t: Thread) -> None:
        """Guest code of `t` was left: see whether a page was missed, or SIGBUS sent."""
        words = self._words
        if words[SENT]:
            t.process.scheduler.look()
        call = words[CALL]
        if words[PARKED] and self.restore():
            self._space.cpu.flush_tlb()
        if call and t.call is None:
            t.process.dispatcher.fail(EFAULT)
        if words[HIT]:
            words[HIT] = 0
            address = words[ADDRESS] - self._space.base
            if not self._space.fault(address, READ):
                t.force(SigInfo(SIGBUS, BUS_ADRERR, addr=address))

    def taken(self) -> None:
        """A SIGBUS that somebody sent was taken: the next one comes to the handler again."""
        self._words[SENT] = 0


def guard(space: AddressSpace) -> None:
    """Guard `space` from now on; without effect where there is no code for the host."""
    if space.guard is not None or os.uname().machine != _HOST:
        return
    if not _places:
        _places.append(_place())
    if _places[0]:
        space.guard = Guard(space, _places[0])


def _place() -> int:
    """Address of the code, with the words behind it; 0 when the host forbids it."""
    start = host.mmap(0, 2 * PAGE, host.READ | host.WRITE, host.BLANK)
    for name, code in CODE.items():
        ctypes.memmove(start + _AT[name], code, len(code))
    try:
        host.mprotect(start, PAGE, host.READ | host.EXEC)
    except LinuxError:
        return 0
    words = (ctypes.c_uint64 * WORDS).from_address(start + PAGE)
    words[LEAVE] = start + _AT["leave"]
    words[STACK] = host.mmap(0, _STACK, host.READ | host.WRITE, host.BLANK)
    words[PARK] = host.mmap(0, _ROOM * PAGE, 0, host.BLANK)
    words[PLACES] = host.mmap(0, _ROOM * 8, host.READ | host.WRITE, host.BLANK)
    words[ROOM] = _ROOM
    return start


def _install(signo: int) -> None:
    start = _places[0]
    words = (ctypes.c_uint64 * WORDS).from_address(start + PAGE)
    stack = struct.pack("=QiiQ", words[STACK], 0, 0, _STACK)
    action = struct.pack("=QQQQ", start, _FLAGS, start + _AT["restorer"], 0)
    hostcall.call("sigaltstack", stack, None)
    hostcall.call("rt_sigaction", signo, action, None, 8)


_places: list[int] = []
