"""Rewritten code is never stale, and contexts keep everything: more of what a CPU must do."""

from __future__ import annotations

import pytest

from qemu_user.exec.cpu import EXEC, READ, WRITE, Illegal, Interrupted, Limit, Syscall
from tests.cpu_rig import CODE, DATA, HOLE, NAMES, PAGE, Rig

OTHER = 0x90000


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


class Caller:
    """A guest that calls a function at `at` and stops after it."""

    def __init__(self, rig: Rig, at: int) -> None:
        self.rig = rig
        self.at = at
        rig.put(f"{rig.lines.call}; {rig.lines.illegal}")

    def put(self, function: bytes) -> None:
        """Write as a kernel does: behind the engine's back."""
        self.rig.memory[self.at : self.at + len(function)] = function

    def result(self) -> int:
        self.rig.start(**{self.rig.lines.pointer: self.at})
        assert isinstance(self.rig.cpu.run(), Illegal)
        return self.rig.cpu.read(self.rig.lines.value)


def test_code_the_kernel_writes_is_new_after_discard(rig: Rig) -> None:
    rig.protect(OTHER, READ | EXEC)
    caller = Caller(rig, OTHER + 64)
    for _ in range(3):
        for value, code in enumerate((rig.lines.code_of_set_1, rig.lines.code_of_set_2), 1):
            caller.put(code)
            rig.cpu.discard(caller.at, len(code))
            assert caller.result() == value


@pytest.mark.parametrize("bits", [0, READ, READ | WRITE])
def test_discard_works_on_a_page_that_cannot_be_fetched(rig: Rig, bits: int) -> None:
    caller = Caller(rig, OTHER)
    caller.put(rig.lines.code_of_set_1)
    rig.protect(OTHER, READ | EXEC)
    assert caller.result() == 1
    rig.protect(OTHER, bits)
    caller.put(rig.lines.code_of_set_2)
    rig.cpu.discard(OTHER, PAGE)
    assert rig.perms[OTHER // PAGE] == bits
    rig.protect(OTHER, READ | EXEC)
    assert caller.result() == 2


def test_discard_reaches_all_pages_of_a_range(rig: Rig) -> None:
    callers = []
    for page in range(5):
        caller = Caller(rig, OTHER + page * PAGE)
        caller.put(rig.lines.code_of_set_1)
        rig.protect(caller.at, READ | EXEC)
        assert caller.result() == 1
        caller.put(rig.lines.code_of_set_2)
        callers.append(caller)
    rig.protect(OTHER + 2 * PAGE, 0)
    rig.cpu.discard(OTHER, 5 * PAGE)
    rig.protect(OTHER + 2 * PAGE, READ | EXEC)
    assert [caller.result() for caller in callers] == [2] * 5


def test_discard_leaves_no_page_writable_and_executable(rig: Rig) -> None:
    rig.protect(OTHER, READ | WRITE)
    rig.set_word(OTHER, 0)
    caller = Caller(rig, OTHER)
    rig.cpu.discard(OTHER, PAGE)
    rig.start(**{rig.lines.pointer: OTHER})
    trap = rig.cpu.run()
    assert getattr(trap, "access", None) == EXEC
    assert rig.pc == OTHER
    assert caller.at == OTHER


def test_pages_that_flip_between_writing_and_executing(rig: Rig) -> None:
    """What mprotect does for a compiler at run time: W, guest stores, X, calls, W again."""
    lines = rig.lines
    caller = Caller(rig, OTHER)
    for _ in range(3):
        for value, code in enumerate((lines.code_of_set_1, lines.code_of_set_2), 1):
            rig.cpu.discard(OTHER, PAGE)
            rig.protect(OTHER, READ | WRITE)
            store_by_guest(rig, code)
            rig.protect(OTHER, READ | EXEC)
            assert caller.result() == value


def store_by_guest(rig: Rig, code: bytes) -> None:
    """The guest copies eight bytes to OTHER, which is writable for it."""
    rig.put(f"{rig.lines.store}; {rig.lines.illegal}", CODE + 2048)
    for at in range(0, 8, rig.size):
        value = int.from_bytes(code.ljust(8, b"\0")[at : at + rig.size], rig.order)
        rig.start(CODE + 2048, **{rig.lines.pointer: OTHER + at, rig.lines.value: value})
        assert isinstance(rig.cpu.run(), Illegal)


def test_guest_stores_into_code_of_a_writable_executable_page(rig: Rig) -> None:
    rig.protect(OTHER, READ | WRITE | EXEC)
    caller = Caller(rig, OTHER)
    for value in (1, 2, 1, 2):
        store_by_guest(rig, getattr(rig.lines, f"code_of_set_{value}"))
        assert caller.result() == value


def test_a_store_into_the_running_block() -> None:
    """`mov eax, 1` later in the same block becomes `mov eax, 2` before it is reached."""
    rig = Rig("x86_64")
    rig.protect(OTHER, READ | WRITE | EXEC)
    places = rig.put("mov byte ptr [rip + 1], 2; mov eax, 1; ud2", OTHER)
    for _ in range(2):
        rig.put("mov byte ptr [rip + 1], 2; mov eax, 1; ud2", OTHER)
        rig.cpu.discard(OTHER, PAGE)
        rig.start(OTHER)
        assert isinstance(rig.cpu.run(), Illegal)
        assert rig.pc == places[2]
        assert rig.cpu.read("rax") == 2


def test_new_code_at_the_place_of_unmapped_code(rig: Rig) -> None:
    caller = Caller(rig, OTHER)
    for value, code in enumerate((rig.lines.code_of_set_1, rig.lines.code_of_set_2), 1):
        caller.put(code)
        rig.protect(OTHER, READ | EXEC)
        assert caller.result() == value
        rig.cpu.discard(OTHER, PAGE)
        rig.protect(OTHER, 0)
        rig.start(**{rig.lines.pointer: OTHER})
        trap = rig.cpu.run()
        assert (getattr(trap, "addr", None), getattr(trap, "access", None)) == (OTHER, EXEC)


def test_discard_inside_a_system_call(rig: Rig) -> None:
    rig.protect(OTHER, READ | EXEC)
    lines = rig.lines
    caller = Caller(rig, OTHER)
    rig.put(f"{lines.call}; {lines.syscall}; {lines.call}; {lines.illegal}")
    caller.put(lines.code_of_set_1)
    seen = []

    def handle() -> bool:
        seen.append(rig.cpu.read(lines.value))
        caller.put(lines.code_of_set_2)
        rig.cpu.discard(OTHER, PAGE)
        rig.cpu.discard(0, 1 << 40)
        rig.cpu.flush_tlb()
        return True

    rig.cpu.on_syscall = handle
    # x86 keeps the call's result and the value in one register; the call ends with the value anyway
    assert caller.result() == 2
    assert seen == [1]


def test_contexts_keep_all_registers(rig: Rig) -> None:
    registers, cpu = rig.arch.registers, rig.cpu
    names = list(dict.fromkeys((*registers.general, registers.pc, registers.tls or registers.pc)))
    high = rig.lines.vector_bits - 8
    contexts = []
    for n in range(4):
        for index, name in enumerate(names):
            cpu.write(name, 0x1000_0000 * (n + 1) + 8 * index)
        for index, name in enumerate(registers.vector):
            cpu.write(name, (n + 1) << high | index)
        contexts.append(cpu.new_context())
    cpu.reset()
    for n in (2, 0, 3, 1):
        cpu.restore(contexts[n])
        for index, name in enumerate(names):
            assert cpu.read(name) == 0x1000_0000 * (n + 1) + 8 * index
        for index, name in enumerate(registers.vector):
            assert cpu.read(name) == (n + 1) << high | index
        cpu.write(registers.general[1], 5)
        cpu.save(contexts[n])
        cpu.reset()
        cpu.restore(contexts[n])
        assert cpu.read(registers.general[1]) == 5


def test_floating_point_state_is_the_context_s() -> None:
    rig = Rig("x86_64")
    assert isinstance(rig.run("fninit; fldpi; fld1; syscall"), Syscall)
    context = rig.cpu.new_context()
    assert isinstance(rig.run("fninit; fldz; syscall"), Syscall)
    rig.cpu.restore(context)
    rig.put("faddp; fstp tbyte ptr [rbx]; ud2")
    rig.cpu.discard(CODE, PAGE)
    rig.pc = CODE
    rig.cpu.write("rbx", DATA)
    assert isinstance(rig.cpu.run(), Illegal)
    pi_plus_1 = 0x4001_8487_ED51_10B4_611A  # sign and exponent, then the significand
    assert abs(int.from_bytes(rig.memory[DATA : DATA + 10], "little") - pi_plus_1) <= 1


def test_reset_is_a_new_program_s_state(rig: Rig) -> None:
    registers, cpu = rig.arch.registers, rig.cpu
    rig.run(f"{rig.lines.add_memory}; {rig.lines.syscall}", **{rig.lines.pointer: DATA})
    for name in (*registers.general, registers.pc, *registers.vector):
        cpu.write(name, 77)
    cpu.reset()
    start = rig.arch.engine.start
    for name in (*registers.general, registers.pc, *registers.vector):
        assert cpu.read(name) == start.get(name, 0)
    for name in (*registers.control, *filter(None, [registers.flags])):
        assert cpu.read(name) == start.get(name, 0)


def test_waiting_for_an_interrupt_returns_to_the_kernel() -> None:
    rig = Rig("aarch64")
    lines = rig.put("wfi; svc #0")
    rig.start()
    assert isinstance(rig.cpu.run(), Interrupted)
    assert rig.pc == lines[1]
    assert isinstance(rig.cpu.run(), Syscall)


def test_watchers_see_everything_until_they_are_dropped(rig: Rig) -> None:
    lines = rig.lines
    text = f"{lines.add_memory}; {lines.loop.format(start=CODE)}; {lines.illegal}"
    places = rig.put(text)
    start = {lines.pointer: DATA, lines.counter: 3}
    rig.start(**start)
    rig.cpu.run()  # translated before anybody watches
    seen: list[tuple[int, int]] = []
    rig.cpu.watch_instruction(lambda pc, size: seen.append((pc, size)))
    rig.start(**start)
    assert isinstance(rig.cpu.run(), Illegal)
    body = places[:-2]
    assert [pc for pc, _ in seen][: 3 * len(body)] == body * 3
    if lines.sizes:
        told = seen[: 3 * len(body)]
        assert all(size == places[places.index(pc) + 1] - pc for pc, size in told)
    rig.cpu.watch_instruction(None)
    seen.clear()
    rig.cpu.watch_block(lambda pc, size: seen.append((pc, size)))
    rig.start(**start)
    assert isinstance(rig.cpu.run(), Illegal)
    assert [pc for pc, _ in seen].count(CODE) == 3
    rig.cpu.watch_block(None)
    seen.clear()
    rig.start(**start)
    assert isinstance(rig.cpu.run(), Illegal)
    assert seen == []


def test_an_exception_of_a_watcher_comes_out_of_run(rig: Rig) -> None:
    def watch(_pc: int, _size: int) -> None:
        raise LookupError("watcher")

    rig.cpu.watch_block(watch)
    rig.put(rig.lines.syscall)
    rig.start()
    with pytest.raises(LookupError, match="watcher"):
        rig.cpu.run()
    rig.cpu.watch_block(None)
    rig.start()
    assert isinstance(rig.cpu.run(), Syscall)


def test_stepping_and_running_alternate(rig: Rig) -> None:
    lines = rig.lines
    places = rig.put(f"{lines.add_memory}; {lines.loop.format(start=CODE)}; {lines.illegal}")
    for _ in range(5):
        rig.start(**{lines.pointer: DATA, lines.counter: 50})
        rig.set_word(DATA, 0)
        for _ in range(7):
            assert isinstance(rig.cpu.run(1), Limit)
        assert isinstance(rig.cpu.run(), Illegal)
        assert rig.word(DATA) == 50
        assert rig.pc == places[-2]


def test_identification_is_edited_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig("x86_64")
    monkeypatch.setattr(rig.arch, "identity", None)  # what is known without looking at the host
    natural = {}
    text = "mov eax, esi; mov ecx, edi; cpuid; syscall"
    names = ("rax", "rbx", "rcx", "rdx")
    for leaf, subleaf in ((0, 0), (1, 0), (7, 0), (7, 1)):
        assert isinstance(rig.run(text, rsi=leaf, rdi=subleaf), Syscall)
        natural[leaf, subleaf] = [rig.cpu.read(n) for n in names]
        natural[leaf, subleaf][2] = 0  # the system call has overwritten it
    for key, answer in rig.arch.cpuid.items():
        if (asked := (key[0], max(key[1], 0))) in natural:  # -1: any subleaf
            assert [*answer[:2], 0, answer[3]] == natural[asked]
    rig.cpu.watch_identification(
        lambda leaf, _sub, answer: (*answer[:3], answer[3] | 0x20) if leaf == 7 else answer
    )
    for key, before in natural.items():
        assert isinstance(rig.run(text, rsi=key[0], rdi=key[1]), Syscall)
        got = [rig.cpu.read(n) for n in names]
        expected = [*before[:3], before[3] | (0x20 if key[0] == 7 else 0)]
        assert [*got[:2], 0, got[3]] == expected


def test_nothing_is_mapped_beyond_the_arena(rig: Rig) -> None:
    where = HOLE + (1 << 46 if rig.size == 8 else 0xF000_0000)
    trap = rig.run(rig.lines.load, **{rig.lines.pointer: where})
    assert getattr(trap, "addr", None) == where
