"""CPUID as extensions edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cpu_rig import Rig

if TYPE_CHECKING:
    from qemu_user.exec.cpu import Identity

CPUID = "mov eax, 7; mov ecx, {subleaf}; cpuid; ud2"
RESULT = ("rax", "rbx", "rcx", "rdx")


def ask(rig: Rig, subleaf: int) -> Identity:
    rig.run(CPUID.format(subleaf=subleaf))
    eax, ebx, ecx, edx = (rig.cpu.read(name) for name in RESULT)
    return eax, ebx, ecx, edx


def test_engine_answers_what_the_architecture_says() -> None:
    rig = Rig("x86_64")
    for (leaf, subleaf), answer in rig.arch.cpuid.items():
        if leaf == 7:
            assert ask(rig, subleaf) == answer


def test_edited_leaf_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig("x86_64")
    monkeypatch.setattr(rig.arch, "identity", None)  # what is known without looking at the host
    plain = ask(rig, 0), ask(rig, 1)

    def edit(leaf: int, subleaf: int, answer: Identity) -> Identity:
        if (leaf, subleaf) != (7, 0):
            return answer
        return answer[0], answer[1], 0x12345678, answer[3] | 1 << 31

    rig.cpu.watch_identification(edit)
    eax, ebx, _, edx = plain[0]
    assert ask(rig, 0) == (eax, ebx, 0x12345678, edx | 1 << 31)
    assert ask(rig, 1) == plain[1]
