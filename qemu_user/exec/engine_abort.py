"""Instructions that the engine gives up the whole process for.

Where the engine's translator meets what it takes for impossible it calls abort(3), often at an
instruction that is only reserved, or it follows an address that is none. The library calls the C
library through a table, and two kinds of its entries are replaced: abort() leaves the translator as
it leaves itself when code can't be fetched, and nothing is printed. A host's signal for a fault
goes the same way: its handler, in machine code, lets the faulting code go on as if it had called
abort(). What translated code called leaves with the registers as of the guest's instruction. In the
translator the block may have begun earlier. So the blocks from there on are made anew with one
instruction each: the one that can't be done alone is illegal.

Faults anywhere else are bugs of ours. Done in the library that is known here; in any other abort()
remains what it is, and a fault is the host's end of the process.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from ctypes import CFUNCTYPE, c_bool, c_int, c_uint64, c_void_p

from . import host, stubs
from .abi.signals import SIGBUS, SIGFPE, SIGILL, SIGSEGV
from .cpu import Illegal
from .engine_numbers import CPU_OFFSETS
from .hostthreads import handled_in_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import CDLL, _CFunctionType
    from types import CodeType

    from .cpu import Trap
    from .engine_handle import Handle

    Start = Callable[[int, int], Trap | None]

_HOST = "x86_64"
# From uc_open: where the library calls abort, printf and fprintf, and the entry that each jumps by.
_CALLS = {-0x18510: 0x10DFD08, -0x1FA50: 0x10DC268, -0xA9B0: 0x10E6AB8}
_JUMP = b"\xff\x25"  # jmp [rip + ...]
_OWNER = bytes.fromhex("534889fb488bbf")  # push rbx; mov rbx, rdi; mov rdi, [rdi + ...]: the handle
_TEXT = -0x200E0, 0xCEBDE1  # from uc_open: where its code begins and ends
_MAIN_LOOP = 0xA00  # bytes of cpu_exec at most
_ENTERS = (b"\xff\x90\x90\0\0\0", b"\xff\x92\x90\0\0\0")  # calls translated code
_FRAME = 1216  # bytes between where the main loop and where translated code leave return addresses
_PAGES = 16  # of the stack, that may be between a fault and the main loop
_LONGEST = 16  # bytes: no instruction is longer
_BLOCK = 512  # instructions: no block has more
_FLAGS = 0x18000004  # SA_SIGINFO, SA_ONSTACK, SA_RESTART
_STACK = 1 << 16  # bytes, of the signals' stack; the widest registers need less than 16 KiB

# A handler has the arguments that SA_SIGINFO gives. Code goes on at "enter" as if it had called
# that with the signal's number, the fault's place and the stack there; a second fault is the end.
# A signal that was sent is blocked and sent again: the guest's thread takes it as it takes others.
SOURCE = {  # `CODE` was assembled from it
    "enter": """
        movabs rax, 0x1122334455667788
        call rax
        mov rdi, qword ptr [rax]
        call qword ptr [rax + 8]
    """,
    "abort": """
        mov rdx, rsp
        xor esi, esi
        xor edi, edi
        and rsp, -16
        movabs rax, 0x1122334455667788
        call rax
        test rax, rax
        je unknown
        mov rdi, qword ptr [rax]
        call qword ptr [rax + 8]
    unknown:
        movabs rax, 0x1122334455667799
        call rax
    """,
    "print": """
        xor eax, eax
        ret
    """,
    "handler": """
        cmp dword ptr [rsi + 8], 0
        jle sent
        cmp edi, 7
        jne mine
        cmp dword ptr [rsi + 8], 128
        jne default
    mine:
        movabs rax, 0x11223344556677aa
        cmp qword ptr [rax], 0
        jne default
        mov qword ptr [rax], 1
        mov rcx, qword ptr [rdx + 168]
        mov r8, qword ptr [rdx + 160]
        mov qword ptr [rdx + 104], rdi
        mov qword ptr [rdx + 112], rcx
        mov qword ptr [rdx + 136], r8
        sub r8, 256
        and r8, -16
        mov qword ptr [rdx + 160], r8
        mov rcx, qword ptr [rax + 8]
        mov qword ptr [rdx + 168], rcx
        and dword ptr [rdx + 176], -1281
        ret
    default:
        push 0
        push 0
        push 0
        push 0
        mov rsi, rsp
        xor edx, edx
        mov r10d, 8
        mov eax, 13
        syscall
        add rsp, 32
        ret
    sent:
        lea ecx, [rdi - 1]
        mov r8, qword ptr [rdx + 296]
        bts r8, rcx
        mov qword ptr [rdx + 296], r8
        mov r8d, edi
        mov r9, rsi
        mov eax, 39
        syscall
        mov rdi, rax
        cmp dword ptr [r9 + 8], -6
        je thread
        mov esi, r8d
        mov rdx, r9
        mov eax, 129
        syscall
        ret
    thread:
        mov eax, 186
        syscall
        mov rsi, rax
        mov edx, r8d
        mov r10, r9
        mov eax, 297
        syscall
        ret
    """,
}
CODE = {
    "enter": bytes.fromhex("48b88877665544332211ffd0488b38ff5008"),
    "abort": bytes.fromhex(
        "4889e231f631ff4883e4f048b88877665544332211ffd04885c07406488b38ff"
        "500848b89977665544332211ffd0"
    ),
    "print": bytes.fromhex("31c0c3"),
    "handler": bytes.fromhex(
        "837e08000f8e8900000083ff077509817e0880000000755c48b8aa7766554433"
        "221148833800754c48c70001000000488b8aa80000004c8b82a000000048897a"
        "6848894a704c8982880000004981e8000100004983e0f04c8982a0000000488b"
        "480848898aa800000081a2b0000000fffaffffc36a006a006a006a004889e631"
        "d241ba08000000b80d0000000f054883c420c38d4fff4c8b8228010000490fab"
        "c84c8982280100004189f84989f1b8270000000f054889c741837908fa740e44"
        "89c64c89cab8810000000f05c3b8ba0000000f054889c64489c24d89cab82901"
        "00000f05c3"
    ),
}
_CALL, _ABORT, _WORDS = 0x1122334455667788, 0x1122334455667799, 0x11223344556677AA

_libc = ctypes.CDLL(None)
running: list[Handle | None] = [None]  # the engine that executes a guest
_starts: list[CodeType] = []  # the function that calls the engine
_kept: list[_CFunctionType] = []  # what the entry of abort() leads to
_way_out = (c_uint64 * 2)()  # the CPU state, and the function that leaves the translator with it
_words = (c_uint64 * 3)()  # whether a fault is being answered, addresses of "enter" and "handler"
_text = [0, 0]  # start and end of the engine's code
_report: list[Callable[[int, int], None]] = []


def survive(library: CDLL, start: CodeType) -> None:
    """Replace the library's entries of abort() and of what prints, if it is the one known here.

    `start` is the code of the function that has the library run guests.
    """
    if _kept or os.uname().machine != _HOST:
        return
    known = ctypes.cast(library.uc_open, c_void_p).value or 0
    for call, entry in _CALLS.items():
        jump = _JUMP + (entry - call - 6).to_bytes(4, "little")
        if not host.backed(known + call & -host.PAGE) or ctypes.string_at(known + call, 6) != jump:
            return
    function = CFUNCTYPE(c_void_p, c_int, c_uint64, c_uint64)(_leave)
    aborts = ctypes.cast(_libc.abort, c_void_p).value or 0
    values = {_CALL: ctypes.cast(function, c_void_p).value or 0, _ABORT: aborts}
    values[_WORDS] = ctypes.addressof(_words)
    codes = dict(CODE)
    for name in CODE:
        for word, value in values.items():
            code = codes[name].replace(word.to_bytes(8, "little"), value.to_bytes(8, "little"))
            codes[name] = code
    places = stubs.place(codes)
    if places is None:
        return
    _kept.append(function)
    _starts.append(start)
    _text[:] = (known + _TEXT[0], known + _TEXT[1])
    _words[1], _words[2] = places["enter"], places["handler"]
    for entry, name in zip(_CALLS.values(), ("abort", "print", "print"), strict=True):
        c_uint64.from_address(known + entry).value = places[name]


def take_faults(report: Callable[[int, int], None]) -> None:
    """Have faults of the calling host thread, that which runs guests, handled from now on.

    `report(signal, place)` is called for those outside of the engine; it is not to return.
    """
    if not _kept:
        return
    _report[:] = (report,)
    stack = host.mmap(0, _STACK, host.READ | host.WRITE, host.BLANK)
    _libc.sigaltstack(struct.pack("=QiiQ", stack, 0, 0, _STACK), None)
    for signo in (SIGSEGV, SIGILL, SIGFPE, SIGBUS):
        _install(signo)
        handled_in_place(signo, _install)


def _install(signo: int) -> None:
    action = struct.pack("=Q128xiiQ", _words[2], _FLAGS, 0, 0)
    _libc.sigaction(signo, action, None)


def _leave(signo: int, place: int, stack: int) -> int | None:
    """After a fault, or in abort(): the address of `_way_out`, and the handle knows.

    None where there is none. `place` is the fault's, 0 in abort().
    """
    handle = running[0]
    state = None
    if handle is not None and _caller_code() is _starts[0]:
        state = _way(handle)
    if state is None or handle is None:
        return None if not place else _report[0](signo, place)
    translated = _restore(handle, state, place, stack)
    if place and not translated and not _text[0] <= place < _text[1]:
        _report[0](signo, place)
    _words[0] = 0
    handle.aborted = True
    handle.library.uc_emu_stop(handle.pointer)
    return ctypes.addressof(_way_out)


def _caller_code() -> CodeType:
    return sys._getframe(2).f_code  # noqa: SLF001


def _way(handle: Handle) -> int | None:
    """Fill in `_way_out`: the address of the CPU state, None where it is not found."""
    target = handle.arch.engine.target
    leave = handle.function(f"cpu_loop_exit_noexc_{target}")
    place = handle.function(f"cpu_loop_exit_{target}")
    if not leave or not place or ctypes.string_at(place, len(_OWNER)) != _OWNER:
        return None
    distance = int.from_bytes(ctypes.string_at(place + len(_OWNER), 4), "little")
    for field in CPU_OFFSETS:
        state = c_uint64.from_address(handle.address + field).value
        if state % 8 or not host.backed(state + distance & -host.PAGE):
            continue
        if c_uint64.from_address(state + distance).value == handle.address:
            _way_out[0], _way_out[1] = state, leave
            return state
    return None


def _restore(handle: Handle, state: int, place: int, stack: int) -> bool:
    """Make registers those of the instruction whose translated code is left, if it is such."""
    restore = handle.function(f"cpu_restore_state_{handle.arch.engine.target}")
    if not restore:
        return False
    call = CFUNCTYPE(c_bool, c_uint64, c_uint64, c_bool)(restore)
    if place and call(state, place + 2, True):  # it looks two bytes before that
        return True
    caller = _caller(handle, stack)
    return bool(caller) and call(state, caller, True)


def _caller(handle: Handle, stack: int) -> int:
    """Where translated code called the function that is left; 0 where none did."""
    loop = handle.function(f"cpu_exec_{handle.arch.engine.target}") or 0
    place = stack & -8
    for _ in range(_PAGES):
        end = (place & -host.PAGE) + host.PAGE
        if not host.backed(end - host.PAGE):
            return 0
        for (word,) in struct.iter_unpack("=Q", ctypes.string_at(place, end - place)):
            if loop < word < loop + _MAIN_LOOP and ctypes.string_at(word - 6, 6) in _ENTERS:
                found = place - _FRAME
                return c_uint64.from_address(found).value if found >= stack - 8 else 0
            place += 8
    return 0


def settle(handle: Handle, start: Start, over: Callable[[], bool]) -> Trap | None:
    """Run on where the translator gave up, up to the instruction that it did so for.

    `start(pc, 0)` runs the engine; None is returned when `over()` tells that it shall not run on,
    and when the rest of the block must have been left behind.
    """
    trap = None
    for _ in range(_BLOCK):
        if over():
            break
        handle.aborted = False
        pc = handle.api.read(handle.arch.registers.pc)
        handle.set_exits(range(pc + 1, pc + _LONGEST + 1))
        trap = start(pc, 0)
        if handle.aborted:
            trap = Illegal()
        if trap is not None:
            break
    handle.aborted = False
    handle.set_exits(())
    return trap


def approach(handle: Handle, start: Start, over: Callable[[], bool], refused: int) -> Trap | None:
    """Run up to a page that can't be fetched.

    Translating a block may run into that page although instructions before it are still to be
    executed; with an exit at each following address they are translated one by one.
    """
    page, trap = refused & -host.PAGE, None
    while trap is None:
        pc = handle.api.read(handle.arch.registers.pc)
        if not page - host.PAGE <= pc < page or over():
            break
        handle.set_exits(range(pc + 1, min(pc + _LONGEST, page) + 1))
        trap = start(pc, 0)
    handle.set_exits(())
    return trap
