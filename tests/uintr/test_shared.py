"""Atomic words, UPIDs and target tables that several host processes share."""

from __future__ import annotations

import fcntl
import os
import platform

import pytest

from qemu_user.exec.errors import LinuxError
from qemu_user.exec.files import Files
from qemu_user.uintr import atomics, timer
from qemu_user.uintr.files import area_behind
from qemu_user.uintr.uitt import ENTRIES, Areas, Uitt, is_table
from qemu_user.uintr.upid import SIZE, Area

keystone = pytest.importorskip("keystone")

MODES = {
    "x86_64": (keystone.KS_ARCH_X86, keystone.KS_MODE_64),
    "aarch64": (keystone.KS_ARCH_ARM64, keystone.KS_MODE_LITTLE_ENDIAN),
}


def words_of_a_page() -> atomics.SharedWords:
    fd = os.memfd_create("words")
    os.ftruncate(fd, 4096)
    return atomics.SharedWords(fd, 4096)


@pytest.mark.parametrize("machine", atomics.STUBS)
def test_stub_is_its_source(machine: str) -> None:
    code, _ = keystone.Ks(*MODES[machine]).asm(atomics.STUB_SOURCE[machine], as_bytes=True)
    assert code == atomics.STUBS[machine]


def test_counter_stub_is_its_source() -> None:
    code, _ = keystone.Ks(*MODES["x86_64"]).asm(timer.RDTSC_SOURCE, as_bytes=True)
    assert code == timer.RDTSC


@pytest.mark.parametrize("machine", [platform.machine(), "a host without a stub"])
def test_words_shared_by_processes_lose_no_update(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = staticmethod(atomics.compare_exchange_for(machine))
    monkeypatch.setattr(atomics.SharedWords, "_host", host)
    words = words_of_a_page()
    rounds, children = 2000, []
    for child in range(3):
        pid = os.fork()
        if pid == 0:
            for _ in range(rounds):
                words.add(1, 1)
                words.fetch_or(2, 1 << child)
                words.fetch_clear(2, 1 << child)
            os._exit(0)
        children.append(pid)
    for _ in range(rounds):
        words.add(1, 1)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
    assert words[1] == 4 * rounds
    assert words[2] == 0


def test_exchange_and_wraparound() -> None:
    words = words_of_a_page()
    words[3] = 2**64 - 1
    words.add(3, 2)
    assert words.exchange(3, 2**63) == 1
    assert not words.compare_exchange(3, 1, 5)
    assert words[3] == 2**63


def test_post_notifies_once_until_taken() -> None:
    upid = Area.create(Files()).new(tid=7)
    assert upid.post(63)
    assert not upid.post(0)
    assert not upid.post(0)
    assert upid.noticed()
    assert upid.take() == 1 << 63 | 1
    assert not upid.noticed()
    assert upid.post(5)


def test_suppressed_upid_keeps_requests() -> None:
    upid = Area.create(Files()).new(tid=7)
    upid.suppress(True)
    assert not upid.post(9)
    upid.suppress(False)
    assert upid.noticed()
    assert upid.take() == 1 << 9


def test_descriptor_names_receiver_and_vector_through_dup_and_another_mapping() -> None:
    files = Files()
    area = Area.create(files)
    area.new(tid=1)
    upid = area.new(tid=2)
    fd = os.dup(upid.open(33))
    found, offset = area_behind(fd, Areas())
    assert found is not None
    assert found is not area
    assert (found.cookie, offset) == (area.cookie, upid.at + 33)
    assert upid.post(33)
    assert found.words[upid.at // 8 + 1] == 1 << 33


def test_what_is_not_ours_is_not_recognised() -> None:
    plain = os.memfd_create("user-interrupts")
    os.ftruncate(plain, SIZE)
    sealed = os.memfd_create("user-interrupts", os.MFD_ALLOW_SEALING)
    os.ftruncate(sealed, SIZE)
    fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | 1)
    for fd in (plain, sealed, os.pipe()[0], Uitt.create(Files(), Areas()).open()):
        assert area_behind(fd, Areas()) == (None, 0)
    assert not is_table(f"/proc/self/fd/{plain}")


def test_vector_is_held_until_the_last_copy_closes() -> None:
    upid = Area.create(Files()).new(tid=1)
    fd = upid.open(4)
    assert not upid.held(4)
    upid.hold(fd, 4)
    copy = os.dup(fd)
    os.close(fd)
    assert upid.held(4)
    assert not upid.held(5)
    os.close(copy)
    assert not upid.held(4)


def test_owner_that_died_is_noticed() -> None:
    reader, writer = os.pipe()
    stop_reader, stop_writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        area = Area.create(Files())
        upid = area.new(tid=os.getpid())
        fd = upid.open(1)
        os.write(writer, f"{fd}".encode())
        os.close(stop_writer)
        os.read(stop_reader, 1)
        os._exit(0)
    fd = os.open(f"/proc/{pid}/fd/{int(os.read(reader, 9))}", os.O_RDONLY)
    area = Area.open(f"/proc/self/fd/{fd}")
    assert area is not None
    assert area.owner_lives(fd)
    os.close(stop_writer)
    os.waitpid(pid, 0)
    assert not area.owner_lives(fd)


def test_table_gives_the_lowest_free_index_and_is_full_at_256() -> None:
    files, areas = Files(), Areas()
    upid = areas.add(Area.create(files)).new(tid=1)
    table = Uitt.create(files, areas)
    assert [table.add(upid, 3) for _ in range(ENTRIES)] == list(range(ENTRIES))
    with pytest.raises(LinuxError, match="No space"):
        table.add(upid, 3)
    table.remove(17)
    table.remove(200)
    assert table.target(17) is None
    assert (table.add(upid, 4), table.add(upid, 5)) == (17, 200)
    for index in (256, 2**32 + 17, 2**64 - 1):
        assert table.target(index) is None
        assert not table.used(index)
        with pytest.raises(LinuxError, match="Invalid"):
            table.remove(index)


def test_table_and_target_work_in_a_process_that_adopts_them() -> None:
    files, areas = Files(), Areas()
    area = areas.add(Area.create(files))
    upid = area.new(tid=1)
    table = Uitt.create(files, areas)
    shared = os.dup(table.open())
    pid = os.fork()
    if pid == 0:
        other = Uitt.adopt(shared, files, Areas())  # knows no area yet
        assert other is not None
        while (target := other.target(0)) is None:
            pass
        assert target.upid is not None
        os._exit(0 if target.upid.post(target.vector) else 1)
    assert table.add(upid, 21) == 0
    assert os.waitpid(pid, 0)[1] == 0
    assert upid.take() == 1 << 21


def test_entry_whose_receiver_process_is_gone_reaches_nobody() -> None:
    files, areas = Files(), Areas()
    table = Uitt.create(files, areas)
    pid = os.fork()
    if pid == 0:
        table.add(Area.create(files).new(tid=1), 2)
        os._exit(0)
    os.waitpid(pid, 0)
    target = table.target(0)
    assert target is not None
    assert target.upid is None
