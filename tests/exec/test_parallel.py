"""Atomic instructions that other processes see whole: what the engine's library needs for them."""

from __future__ import annotations

import ctypes
import mmap
import os
import random
from collections.abc import Callable

import pytest

from qemu_user.exec import engine_atomics, stubs
from qemu_user.exec.cpu import Interrupted, Limit, Syscall
from qemu_user.exec.engine_parallel import EXCHANGES
from tests.cpu_rig import CODE, DATA, LINES, PAGE, Rig, assemble

pytestmark = pytest.mark.skipif(
    os.uname().machine != stubs.HOST_OF_EXCHANGES, reason="the engine's code is not known here"
)


@pytest.fixture(params=sorted(LINES))
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


def test_every_exchange_of_the_library_is_replaced(rig: Rig) -> None:
    cpu = rig.cpu
    cpu._lookup.wanted = True
    cpu._lookup.change()
    assert cpu._lookup._next is not None
    for operand, (old, new) in EXCHANGES.items():
        name = f"helper_atomic_xchg{operand}_{rig.arch.engine.target}"
        place = ctypes.cast(getattr(cpu._handle.library, name), ctypes.c_void_p).value or 0
        code = ctypes.string_at(place, 48)
        assert bytes.fromhex(new) in code
        assert code.find(bytes.fromhex(old)) in (-1, 32), name  # 32: the next function's


def test_registers_and_program_survive_the_change(rig: Rig) -> None:
    line = rig.lines
    for turn, on in enumerate((True, True, False, True), start=1):
        rig.put(f"{line.set_value.format(n=turn)}; {line.store}; {line.syscall}")
        rig.cpu.discard(CODE, PAGE)
        rig.start(**{line.pointer: DATA})
        rig.cpu.share(on)
        before = [rig.cpu.read(name) for name in rig.arch.registers.general]
        assert isinstance(rig.cpu.run(), Interrupted)  # so that the change can be made
        assert isinstance(rig.cpu.run(0), Limit)
        assert [rig.cpu.read(name) for name in rig.arch.registers.general] == before
        assert rig.pc == CODE
        assert isinstance(rig.cpu.run(), Syscall)
        assert rig.word(DATA) == turn


def test_known_bytes_are_what_they_say() -> None:
    keystone = pytest.importorskip("keystone")
    assert keystone
    for old, new in EXCHANGES.values():
        assert len(old) == len(new)
    text = "xchg dword ptr [rax], ebx; mov r8d, ebx"
    assert assemble(stubs.HOST_OF_EXCHANGES, text).hex() == EXCHANGES["l_le"][1]
    text = "ror dx, 8; xchg word ptr [rcx], dx; movzx eax, dx; ror ax, 8"
    assert assemble(stubs.HOST_OF_EXCHANGES, text).hex() == EXCHANGES["w_be"][1]
    text = "xchg byte ptr [rax], bl; movzx edx, bl"
    assert assemble(stubs.HOST_OF_EXCHANGES, text).hex() == EXCHANGES["b"][1]


PAGES: list[mmap.mmap] = []  # that functions are in


def called(code: bytes) -> Callable[[int, int], int]:
    """A loop as a function of the operand's address and the other operand."""
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    whole = bytes.fromhex("534889f34889f8") + code  # push rbx; mov rbx, rsi; mov rax, rdi
    page[: len(whole)] = whole
    PAGES.append(page)
    kind = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)
    return kind(ctypes.addressof(ctypes.c_char.from_buffer(page)))


@pytest.mark.parametrize("name", engine_atomics.names())
def test_loops_compute_what_their_names_say(name: str) -> None:
    kind = name.replace("fetch_", "").replace("_fetch", "")
    op = "add" if kind.startswith("add") else kind[:4]
    size = {"b": 1, "w": 2, "l": 4, "q": 8}[kind[len(op)]]
    bits, order = 8 * size, "big" if kind.endswith("_be") else "little"
    top, mask = 1 << bits - 1, (1 << bits) - 1
    function, word = called(engine_atomics.loop(name)), (ctypes.c_uint8 * 8)()
    random.seed(name)
    values = (0, 1, top - 1, top, mask, *(random.getrandbits(bits) for _ in range(4)))
    for old in values:
        for operand in values:
            choices = {
                "add": old + operand & mask,
                "smin": min(old, operand, key=lambda value: value ^ top),
                "smax": max(old, operand, key=lambda value: value ^ top),
                "umin": min(old, operand),
                "umax": max(old, operand),
            }
            word[:size] = old.to_bytes(size, order)
            above = 0x5A5A_5A5A_5A5A_5A5A & ~mask if size < 4 else 0
            result = function(ctypes.addressof(word), operand | above)
            assert int.from_bytes(bytes(word[:size]), order) == choices[op]
            assert result == (old if name.startswith("fetch_") else choices[op])
