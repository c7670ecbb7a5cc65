"""System calls that machine code answers inside the engine, without Python.

The engine's hook for system calls is a stub that looks the call's number up in a table. What is
entered there is done by a few instructions: ask the host's kernel, and put what it says into the
guest's register. A failure, every other call, and everything while the table is empty go on to the
callback in Python. DECISIONS.md, D17, tells what may be in the table.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, c_int, c_uint32, c_void_p

from . import stubs
from .engine_handle import HOOK_INSN, HOOK_INTR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import _CFunctionType

    from .engine_handle import Callback, Handle
    from .engine_state import Api, View
    from .unicorn_cpu import UnicornCpu

# What the stub reads, in 64-bit words. Registers are places in the CPU state; masks say which bits
# of the eight bytes there are the register's, or stay.
(
    EXCEPTION, PYTHON, IMMEDIATE, NUMBER, MASK, TABLE, RESULT, KEEP, FLAG, KEPT, PC, SKIP,
    READ, SIZE, SAVED_PC, SAVED_FLAGS, FLAGS, FIRST, SECOND, PERMS, PAGES, ARENA, THIRD, PLAIN,
    SPARE, WORDS,
) = range(26)  # fmt: skip
# Entries of the table: the guest's number, the code, the host's number, whether memory is written.
SLOTS = 256
_ENTRY = 4  # words
_ALL = (1 << 64) - 1

MACHINE = "x86_64"  # the host whose code this is
# insn(engine, words), intr(engine, exception, words): the engine's hooks.
# ask: a call without arguments. clock: clock_gettime of clocks that are the same for all threads,
# into a page that may be written and is no code. move: read and write of up to 1 MiB by descriptors
# with PLAIN set. All: (entry r8, words rdx) -> result, or less than 0 for Python to make the call.
SOURCE = {
    "insn": """
        mov rdx, rsi
        mov esi, dword ptr [rdx]
        cmp esi, dword ptr [rdx]
        jne python
        mov rax, qword ptr [rdx + 16]
        movzx eax, word ptr [rax]
        test eax, eax
        jne known
        mov rax, qword ptr [rdx + 24]
        mov rax, qword ptr [rax]
        and rax, qword ptr [rdx + 32]
    known:
        movzx r8d, al
        shl r8d, 5
        add r8, qword ptr [rdx + 40]
        cmp rax, qword ptr [r8]
        jne python
        mov rax, qword ptr [r8 + 8]
        test rax, rax
        je python
        call rax
        test rax, rax
        js python
        mov rcx, qword ptr [rdx + 48]
        mov r8, qword ptr [rdx + 56]
        and r8, qword ptr [rcx]
        or r8, rax
        mov qword ptr [rcx], r8
        mov rcx, qword ptr [rdx + 64]
        mov r8, qword ptr [rdx + 72]
        and qword ptr [rcx], r8
        mov rcx, qword ptr [rdx + 80]
        mov r8, qword ptr [rdx + 88]
        add qword ptr [rcx], r8
        mov rax, qword ptr [rdx + 96]
        test rax, rax
        jne save
        ret
    save:
        mov r8, qword ptr [rcx]
        add r8, qword ptr [rdx + 104]
        mov rcx, qword ptr [rdx + 112]
        mov qword ptr [rcx], r8
        mov esi, dword ptr [rdx + 128]
        mov rdx, qword ptr [rdx + 120]
        mov qword ptr [rdx], 0
        jmp rax
    python:
        jmp qword ptr [rdx + 8]
    """,
    "ask": """
        mov eax, dword ptr [r8 + 16]
        syscall
        ret
    """,
    "clock": """
        mov r9, qword ptr [rdx + 136]
        mov r9, qword ptr [r9]
        and r9, qword ptr [rdx + 32]
        cmp r9, 12
        jae refuse
        mov eax, 0x8f3
        bt eax, r9d
        jae refuse
        mov r10, qword ptr [rdx + 144]
        mov r10, qword ptr [r10]
        and r10, qword ptr [rdx + 32]
        mov r11, r10
        shr r11, 12
        lea rcx, [r10 + 15]
        shr rcx, 12
        cmp rcx, r11
        jne refuse
        cmp rcx, qword ptr [rdx + 160]
        jae refuse
        mov r11, qword ptr [rdx + 152]
        cmp byte ptr [r11 + rcx], 3
        jne refuse
        push rdi
        push rsi
        mov rdi, r9
        mov rsi, r10
        add rsi, qword ptr [rdx + 168]
        mov eax, dword ptr [r8 + 16]
        syscall
        pop rsi
        pop rdi
        ret
    refuse:
        mov rax, -1
        ret
    """,
    "move": """
        mov r9, qword ptr [rdx + 136]
        mov r9, qword ptr [r9]
        and r9, qword ptr [rdx + 32]
        cmp r9, 256
        jae refuse
        mov rax, qword ptr [rdx + 184]
        cmp byte ptr [rax + r9], 0
        je refuse
        mov r10, qword ptr [rdx + 144]
        mov r10, qword ptr [r10]
        and r10, qword ptr [rdx + 32]
        mov r11, qword ptr [rdx + 176]
        mov r11, qword ptr [r11]
        and r11, qword ptr [rdx + 32]
        lea rax, [r11 - 1]
        cmp rax, 0x100000
        jae refuse
        add rax, r10
        shr rax, 12
        cmp rax, qword ptr [rdx + 160]
        jae refuse
        mov rcx, r10
        shr rcx, 12
        cmp rcx, rax
        ja refuse
        push rdi
        push rsi
        push rdx
        mov rsi, qword ptr [rdx + 152]
    next:
        movzx edi, byte ptr [rsi + rcx]
        cmp edi, 3
        je good
        test edi, edi
        je leave
        cmp qword ptr [r8 + 24], 0
        jne leave
    good:
        inc rcx
        cmp rcx, rax
        jbe next
        mov rdi, r9
        mov rsi, r10
        add rsi, qword ptr [rdx + 168]
        mov rdx, r11
        mov eax, dword ptr [r8 + 16]
        syscall
        jmp done
    leave:
        mov rax, -1
    done:
        pop rdx
        pop rsi
        pop rdi
        ret
    refuse:
        mov rax, -1
        ret
    """,
}

CODE = {
    "insn": bytes.fromhex(
        "4889f28b323b320f8589000000488b42100fb70085c0750b488b4218488b0048"
        "234220440fb6c041c1e0054c034228493b007562498b40084885c07459ffd048"
        "85c07852488b4a304c8b42384c23014909c04c8901488b4a404c8b42484c2101"
        "488b4a504c8b42584c0101488b42604885c07501c34c8b014c034268488b4a70"
        "4c89018bb280000000488b527848c70200000000ffe0ff6208"
    ),
    "ask": bytes.fromhex("418b40100f05c3"),
    "clock": bytes.fromhex(
        "4c8b8a880000004d8b094c234a204983f90c735cb8f3080000440fa3c873514c"
        "8b92900000004d8b124c2352204d89d349c1eb0c498d4a0f48c1e90c4c39d975"
        "2f483b8aa000000073264c8b9a9800000041803c0b03751857564c89cf4c89d6"
        "4803b2a8000000418b40100f055e5fc348c7c0ffffffffc3"
    ),
    "move": bytes.fromhex(
        "4c8b8a880000004d8b094c234a204981f9000100000f839f000000488b82b800"
        "000042803c08000f848d0000004c8b92900000004d8b124c2352204c8b9ab000"
        "00004d8b1b4c235a20498d43ff483d0000100073654c01d048c1e80c483b82a0"
        "00000073554c89d148c1e90c4839c17749575652488bb2980000000fb63c0e83"
        "ff03740b85ff74274983781800752048ffc14839c176e44c89cf4c89d64803b2"
        "a80000004c89da418b40100f05eb0748c7c0ffffffff5a5e5fc348c7c0ffffff"
        "ffc3"
    ),
}
_WAYS = {"ask": "ask", "clock": "clock", "read": "move", "write": "move"}
_INTR = 5  # where the hook of exceptions enters "insn"


class NativeCalls:
    """The table of one engine; of no effect where machine code or registers can't be had.

    `control` is the control block of `stubs`; `native` tells that stubs are in use.
    """

    def __init__(
        self,
        handle: Handle,
        view: View | None,
        control: ctypes.Array[ctypes.c_uint64],
        native: bool,
    ) -> None:
        self._handle = handle
        self._table = (ctypes.c_uint64 * (_ENTRY * SLOTS))()
        self._words = words = (ctypes.c_uint64 * WORDS)()
        self._places: dict[str, int] | None = None
        self._used = False
        self._kept: _CFunctionType | None = None
        self._plain = bytearray()
        if not native or view is None or os.uname().machine != MACHINE:
            return
        words[TABLE] = ctypes.addressof(self._table)
        words[PERMS], words[PAGES] = control[stubs.PERMS], control[stubs.PAGES]
        words[ARENA] = handle.arena
        moving = handle.arch.engine.moving  # the stub of register windows says where they are
        spare = ctypes.addressof(words) + 8 * SPARE, _ALL
        try:
            self._describe(
                words, lambda name: spare if name in moving else _register(handle.api, view, name)
            )
        except KeyError:
            return
        self._places = stubs.place(CODE)

    def _describe(
        self, words: ctypes.Array[ctypes.c_uint64], find: Callable[[str], tuple[int, int]]
    ) -> None:
        """Where the architecture has what."""
        arch, spare = self._handle.arch, ctypes.addressof(words) + 8 * SPARE
        call, engine = arch.syscall, arch.engine
        words[EXCEPTION] = engine.syscall[1]
        words[IMMEDIATE] = find(call.immediate)[0] if call.immediate else spare
        (words[NUMBER], words[MASK]), (words[RESULT], mask) = find(call.number), find(call.result)
        words[MASK] &= (1 << 8 * arch.model.register) - 1
        words[KEEP] = _ALL ^ mask
        words[FLAG], words[KEPT] = spare, _ALL
        if call.error is not None:
            words[FLAG], mask = find(call.error[0])
            words[KEPT] = _ALL ^ mask | call.error[1] & mask
        words[PC], words[SKIP] = find(arch.registers.pc)[0], engine.syscall_skip
        words[FIRST], words[SECOND], words[THIRD] = (find(name)[0] for name in call.args[:3])
        saves = engine.syscall_saves
        if saves is not None and arch.registers.flags is not None:
            words[READ] = self._handle.function("uc_reg_read") or 0
            words[SIZE] = call.insn_size
            words[SAVED_PC], words[SAVED_FLAGS] = (find(name)[0] for name in saves)
            words[FLAGS] = self._handle.numbers.register(arch.registers.flags)

    def hook(
        self,
        cpu: UnicornCpu,
        entered: Callable[[], None],
        exception: Callable[[int, int, int], None],
    ) -> None:
        """Have the engine ask for exceptions, and for system calls where these are none.

        `exception(engine, number, data)` and `entered` are what answers where the table does not.
        """
        if self._handle.arch.engine.windows:
            from .engine_windows import attach

            windows = attach(cpu, self._handle, exception)
            if self._places is not None:
                code, words = self._places["insn"] + _INTR, ctypes.addressof(self._words)
                self._words[PYTHON] = windows.answer_natively(code, words)
            return
        raised = CFUNCTYPE(None, c_void_p, c_uint32, c_void_p)(exception)
        kind, number = self._handle.arch.engine.syscall
        if kind == "insn":
            self._handle.hook(HOOK_INTR, raised)
            # Its arguments are of no use: undeclared they cost nothing.
            self._handle.hook(HOOK_INSN, *self._stub(CFUNCTYPE(None)(entered), 0), c_int(number))
        else:
            self._handle.hook(HOOK_INTR, *self._stub(raised, _INTR))

    def _stub(self, call: _CFunctionType, at: int) -> tuple[Callback, int]:
        if self._places is None:
            return call, 0
        self._kept = call
        self._words[PYTHON] = ctypes.cast(call, c_void_p).value or 0
        return c_void_p(self._places["insn"] + at), ctypes.addressof(self._words)

    def enter(self, number: int, way: str, host: int) -> None:
        """Answer call `number` with the host's call `host`; `way` is one of `_WAYS`."""
        if self._places is None:
            return
        at = _ENTRY * (number % SLOTS)
        self._table[at : at + 4] = [number, self._places[_WAYS[way]], host, way == "read"]
        self._used = True

    def tell(self, plain: bytearray) -> None:
        """`plain` has a byte that isn't 0 for each descriptor whose files the host alone knows."""
        self._plain = plain
        self._words[PLAIN] = ctypes.addressof(ctypes.c_char.from_buffer(plain))

    def clear(self) -> None:
        """Every call is the callback's again."""
        if self._used:
            ctypes.memset(self._table, 0, ctypes.sizeof(self._table))
            self._used = False

    def stop(self) -> None:
        """The same for ever."""
        self.clear()
        self._places = None


def _register(api: Api, view: View, name: str) -> tuple[int, int]:
    """The host's address of a register and the mask of its bits there; KeyError: not found."""
    field = api.fields.get(name)
    if field is not None:
        return field.address, (1 << 8 * field.size) - 1
    size = view.words.itemsize
    return view.start + view.index[name] * size, (1 << 8 * size) - 1
