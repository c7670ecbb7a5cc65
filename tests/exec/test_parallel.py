"""Atomic instructions that other processes see whole: what the engine's library needs for them."""

from __future__ import annotations

import ctypes
import os

import pytest

from qemu_user.exec import stubs
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
