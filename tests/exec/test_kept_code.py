"""Translations that outlive execve: used again for the same code, never for any other.

Whether a translation is in use shows when other code is put under it behind the engine's back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qemu_user.exec import arch, keptcode, remap
from qemu_user.exec.abi import memory as abi
from qemu_user.exec.cpu import EXEC, READ, WRITE, Fault, Illegal, Interrupted
from qemu_user.exec.memory import AddressSpace
from qemu_user.exec.unicorn_cpu import UnicornCpu
from tests.cpu_rig import LINES, assemble

PAGE = 8192  # a multiple of all page sizes
RX = READ | EXEC
PRIVATE = abi.MAP_PRIVATE | abi.MAP_FIXED
ANONYMOUS = PRIVATE | abi.MAP_ANONYMOUS
AT, OTHER, CALLER, STACK = (n << 28 for n in (1, 2, 3, 4))


class Guest:
    """An address space, a CPU, and a file of eight pages that begin with functions:
    the first four with one, the others with another."""

    def __init__(self, name: str, file: Path) -> None:
        self.arch = arch.load(name)
        self.lines = LINES[name]
        self.space = AddressSpace(self.arch)
        self.cpu = UnicornCpu(self.arch, self.space.base, self.space.size, self.space.perms)
        self.space.cpu = self.cpu
        self.file = file
        self.one = self.lines.code_of_set_1.ljust(PAGE, b"\0")
        self.two = self.lines.code_of_set_2.ljust(PAGE, b"\0")
        self.write(self.one * 4 + self.two * 4)
        self.begin()

    def close(self) -> None:
        self.cpu.close()
        self.space.close()

    def write(self, data: bytes) -> None:
        self.file.write_bytes(data)

    def begin(self) -> None:
        self.space.mmap(CALLER, PAGE, RX, ANONYMOUS)
        call = assemble(self.arch.name, self.lines.call, CALLER)
        stop = assemble(self.arch.name, self.lines.illegal, CALLER + len(call))
        self.space.poke(CALLER, call + stop)

    def exec(self) -> None:
        self.space.reset()
        self.cpu.reset()
        self.begin()

    def map(
        self, prot: int = RX, page: int = 0, pages: int = 4, file: Path | None = None, at: int = AT
    ) -> None:
        fd = os.open(file or self.file, os.O_RDONLY)
        self.space.mmap(at + page * PAGE, pages * PAGE, prot, PRIVATE, fd, page * PAGE)
        os.close(fd)

    def sneak(self, code: bytes, page: int = 0) -> None:
        """Put `code` there so that only a new translation sees it."""
        at = AT + page * PAGE
        self.space.bytes[at : at + PAGE] = code

    def call(self, page: int = 0, at: int = AT) -> int:
        registers = self.arch.registers
        if self.space.vmas.at(STACK) is None:
            self.space.mmap(STACK, PAGE, READ | WRITE, ANONYMOUS)
        self.cpu.reset()
        self.cpu.write(registers.sp, STACK + PAGE - 64)
        self.cpu.write(self.lines.pointer, at + page * PAGE)
        self.cpu.write(registers.pc, CALLER)
        while True:
            trap = self.cpu.run()
            if isinstance(trap, Interrupted):  # memory is shared from now on
                continue
            if isinstance(trap, Fault) and self.space.fault(trap.addr, trap.access):
                continue
            assert isinstance(trap, Illegal)
            return self.cpu.read(self.lines.value)


@pytest.fixture(params=sorted(LINES))
def guest(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Guest]:
    monkeypatch.setattr(keptcode, "_SETTLED", -1 << 62)  # files made just now count as settled
    guest = Guest(request.param, tmp_path / "code")
    yield guest
    guest.close()


def ready(guest: Guest) -> None:
    """Code of all pages is translated, and execve has happened."""
    guest.map()
    assert [guest.call(page) for page in range(4)] == [1] * 4
    guest.exec()


def test_the_same_code_at_the_same_place_is_not_translated_again(guest: Guest) -> None:
    ready(guest)
    guest.map()
    guest.sneak(guest.two, page=2)
    assert guest.call(page=2) == 1
    guest.space.discard(AT, AT + 4 * PAGE)
    assert guest.call(page=2) == 2


def test_a_library_is_mapped_readable_first_and_executable_then(guest: Guest) -> None:
    ready(guest)
    guest.map(READ)
    guest.map(RX, page=1, pages=2)
    guest.sneak(guest.two, page=1)
    assert guest.call(page=1) == 1


def test_parts_are_told_apart(guest: Guest) -> None:
    ready(guest)
    guest.map(RX, page=1, pages=1)
    guest.space.mmap(AT + 2 * PAGE, PAGE, RX, ANONYMOUS)
    guest.space.poke(AT + 2 * PAGE, guest.two)
    guest.map(RX, page=3, pages=1)
    guest.sneak(guest.two, page=1)
    guest.sneak(guest.two, page=3)
    assert [guest.call(page) for page in (1, 2, 3)] == [1, 2, 1]


def test_more_than_one_execve_and_fork_between(guest: Guest) -> None:
    ready(guest)
    guest.map()
    pid = os.fork()
    if not pid:
        guest.exec()
        guest.map()
        guest.sneak(guest.two)
        os._exit(guest.call())
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    guest.exec()
    guest.map()
    assert guest.call() == 1


def test_what_an_execve_left_is_gone_after_another(guest: Guest) -> None:
    ready(guest)
    guest.exec()
    guest.map()
    guest.sneak(guest.two)
    assert guest.call() == 2


def rewritten(guest: Guest) -> None:
    guest.write(guest.two * 4)
    guest.map()


def rewritten_with_the_old_mtime(guest: Guest) -> None:
    status = guest.file.stat()
    guest.write(guest.two * 4)
    os.utime(guest.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    guest.map()


def replaced(guest: Guest) -> None:
    new = guest.file.with_name("new")
    new.write_bytes(guest.two * 4)
    new.rename(guest.file)
    guest.map()


def another_file(guest: Guest) -> None:
    other = guest.file.with_name("other")
    other.write_bytes(guest.two * 4)
    guest.map(file=other)


def another_offset(guest: Guest) -> None:
    fd = os.open(guest.file, os.O_RDWR)
    guest.space.mmap(AT, 4 * PAGE, RX, PRIVATE, fd, 4 * PAGE)
    os.close(fd)


def anonymous_code(guest: Guest) -> None:
    guest.space.mmap(AT, 4 * PAGE, READ | WRITE, ANONYMOUS)
    guest.space.write(AT, guest.two * 4)
    guest.space.mprotect(AT, 4 * PAGE, RX)


def all_at_once(guest: Guest) -> None:
    guest.space.mmap(AT, 4 * PAGE, READ | WRITE | EXEC, ANONYMOUS)
    guest.space.write(AT, guest.two * 4)


def written_privately(guest: Guest) -> None:
    guest.map(READ | WRITE)
    guest.space.write(AT, guest.two * 4)
    guest.space.mprotect(AT, 4 * PAGE, RX)


def readable_then_written(guest: Guest) -> None:
    guest.map(READ)
    guest.space.mprotect(AT, 4 * PAGE, READ | WRITE)
    guest.space.write(AT, guest.two * 4)
    guest.space.mprotect(AT, 4 * PAGE, RX)


def readable_then_poked(guest: Guest) -> None:
    guest.map(READ)
    guest.space.poke(AT, guest.two * 4)
    guest.space.mprotect(AT, 4 * PAGE, RX)


def readable_then_rewritten(guest: Guest) -> None:
    guest.map(READ)
    guest.write(guest.two * 4)
    guest.space.mprotect(AT, 4 * PAGE, RX)


def poked(guest: Guest) -> None:
    guest.map()
    guest.space.poke(AT, guest.two * 4)


def moved_there(guest: Guest) -> None:
    other = guest.file.with_name("other")
    other.write_bytes(guest.two * 4)
    guest.map(file=other, at=OTHER)
    flags = abi.MREMAP_MAYMOVE | abi.MREMAP_FIXED
    remap.mremap(guest.space, OTHER, 4 * PAGE, 4 * PAGE, flags, AT)


def shared(guest: Guest) -> None:
    guest.write(guest.two * 4)
    fd = os.open(guest.file, os.O_RDWR)
    guest.space.mmap(AT, 4 * PAGE, RX, abi.MAP_SHARED | abi.MAP_FIXED, fd)
    os.close(fd)


def hidden_for_another_view(guest: Guest) -> None:
    fd = os.open(guest.file, os.O_RDWR)
    guest.space.mmap(OTHER, 4 * PAGE, READ | WRITE, abi.MAP_SHARED | abi.MAP_FIXED, fd)
    os.close(fd)
    guest.map()
    guest.space.write(OTHER, guest.two * 4)


def unmapped_between(guest: Guest) -> None:
    guest.map(READ)
    guest.space.munmap(AT, 4 * PAGE)
    anonymous_code(guest)


@pytest.mark.parametrize(
    "change",
    [
        *(rewritten, rewritten_with_the_old_mtime, replaced, another_file, another_offset),
        *(anonymous_code, all_at_once, written_privately, readable_then_written),
        *(readable_then_poked, readable_then_rewritten, poked, moved_there, shared),
        *(hidden_for_another_view, unmapped_between),
    ],
)
def test_other_code_is_translated(guest: Guest, change: Callable[[Guest], None]) -> None:
    ready(guest)
    change(guest)
    assert [guest.call(page) for page in range(4)] == [2] * 4


def test_what_was_changed_before_execve_is_forgotten(guest: Guest) -> None:
    def by_protection() -> None:
        guest.space.mprotect(AT, PAGE, READ | WRITE)
        guest.space.write(AT, guest.two)
        guest.space.mprotect(AT, PAGE, RX)

    for change in (by_protection, lambda: guest.space.poke(AT, guest.two)):
        guest.map()
        assert guest.call() == 1
        change()
        assert guest.call() == 2
        guest.exec()
        guest.map()
        assert guest.call() == 1
        guest.exec()


def test_a_file_that_may_still_change_unseen_is_not_trusted(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keptcode, "_SETTLED", 3_000_000_000)
    guest.write(guest.one * 4)
    ready(guest)
    guest.map()
    guest.sneak(guest.two)
    assert guest.call() == 2


def test_code_that_is_also_written_through_its_file(guest: Guest) -> None:
    fd = os.open(guest.file, os.O_RDWR)
    shared_fixed = abi.MAP_SHARED | abi.MAP_FIXED
    guest.space.mmap(OTHER, 4 * PAGE, READ | WRITE, shared_fixed, fd)
    guest.map()
    assert guest.call() == 1
    guest.exec()
    guest.space.mmap(OTHER, 4 * PAGE, READ | WRITE, shared_fixed, fd)
    os.close(fd)
    guest.map()
    guest.space.write(OTHER, guest.two * 4)
    assert [guest.call(page) for page in range(4)] == [2] * 4
