"""What any CPU backend must do, for every architecture: each line of `exec/cpu.py`."""

from __future__ import annotations

import _thread
import os
import time
from collections.abc import Callable, Iterator

import pytest

from qemu_user.exec import engine_calls, hostcall
from qemu_user.exec.cpu import (
    EXEC,
    READ,
    WRITE,
    Fault,
    Illegal,
    Interrupted,
    Limit,
    Raised,
    Syscall,
)
from tests.cpu_rig import CODE, DATA, LINES, NAMES, PAGE, RO, SIZE, Rig


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


def cases(attribute: str) -> list[object]:
    """One parameter for each entry of that list in each architecture's lines."""
    return [
        pytest.param(name, case, id=f"{name}-{index}-{case if isinstance(case, str) else case[0]}")
        for name in NAMES
        for index, case in enumerate(getattr(LINES[name], attribute))
    ]


# System calls


def test_a_call_left_to_the_caller_has_pc_after_it(rig: Rig) -> None:
    trap = rig.run(f"{rig.lines.nop}; {rig.lines.syscall}")
    assert isinstance(trap, Syscall)
    assert rig.pc == rig.put(rig.lines.nop)[1] + rig.arch.syscall.insn_size


def test_a_handled_call_reads_arguments_and_leaves_a_result(rig: Rig) -> None:
    convention, lines, cpu = rig.arch.syscall, rig.lines, rig.cpu
    arguments = cpu.bank(convention.number, *convention.args)
    result = cpu.bank(convention.result)
    seen = []

    def handle() -> bool:
        seen.append(tuple(arguments.get()))
        result.set((DATA,))
        return len(seen) < 3

    cpu.on_syscall = handle
    number = 0xFFFF_FFFF_0000_1234 & (1 << 8 * rig.size) - 1
    # The result of each call is the number and address that the next one sees.
    trap = rig.run(
        ";".join([lines.syscall] * 4),
        **{name: 0x100 + i for i, name in enumerate(convention.args)},
        **{convention.number: number},
    )
    assert isinstance(trap, Syscall)
    assert rig.pc == CODE + 3 * convention.insn_size
    first = [0x100 + i for i in range(len(convention.args))]
    assert seen[0] == (number, *first)
    if convention.result == convention.number:
        assert seen[1] == (DATA, *first)
    else:
        assert seen[1] == (number, DATA, *first[1:])


def test_leave_returns_after_the_finished_call(rig: Rig) -> None:
    cpu = rig.cpu

    def handle() -> bool:
        cpu.bank(rig.arch.syscall.result).set((77,))
        cpu.leave()
        return True

    cpu.on_syscall = handle
    assert isinstance(rig.run(f"{rig.lines.syscall}; {rig.lines.illegal}"), Interrupted)
    assert rig.pc == CODE + rig.arch.syscall.insn_size
    assert cpu.read(rig.arch.syscall.result) == 77
    assert isinstance(cpu.run(), Illegal)


def test_an_exception_of_the_handler_comes_out_of_run(rig: Rig) -> None:
    def handle() -> bool:
        raise LookupError("mine")

    rig.cpu.on_syscall = handle
    with pytest.raises(LookupError, match="mine"):
        rig.run(f"{rig.lines.syscall}; {rig.lines.illegal}")
    assert rig.pc == CODE + rig.arch.syscall.insn_size
    assert isinstance(rig.cpu.run(), Illegal)


@pytest.mark.skipif(os.uname().machine != engine_calls.MACHINE, reason="code for another machine")
def test_a_call_of_the_table_needs_nobody(rig: Rig) -> None:
    convention, lines, cpu = rig.arch.syscall, rig.lines, rig.cpu
    cpu.on_syscall = lambda: pytest.fail("it was asked")
    cpu.calls.enter(0x27, "ask", hostcall.number("getppid"))
    text = f"{lines.nop}; {lines.syscall}; {lines.illegal}"
    assert isinstance(rig.run(text, **{convention.number: 0x27}), Illegal)
    assert rig.pc == rig.put(text)[2]
    assert cpu.read(convention.result) == os.getppid()


def test_syscall_leaves_next_pc_and_flags(rig: Rig) -> None:
    saves = rig.arch.engine.syscall_saves
    if saves is None:
        pytest.skip("no such registers")
    rig.run(rig.lines.syscall)
    assert rig.cpu.read(saves[0]) == CODE + rig.arch.syscall.insn_size
    assert rig.cpu.read(saves[1]) == rig.cpu.read(rig.arch.registers.flags or "")


# Illegal instructions and exceptions


def test_illegal_leaves_pc_at_the_instruction(rig: Rig) -> None:
    at = rig.put(f"{rig.lines.nop}; {rig.lines.illegal}")[1]
    for _ in range(3):
        assert isinstance(rig.run(f"{rig.lines.nop}; {rig.lines.illegal}"), Illegal)
        assert rig.pc == at


@pytest.mark.parametrize(("name", "case"), cases("exceptions"))
def test_exceptions(name: str, case: tuple[str, int, int, int]) -> None:
    rig = Rig(name)
    text, line, number, signal = case
    for _ in range(4):  # the engine must not take the second one for a double fault
        trap = rig.run(text, **{rig.lines.pointer: DATA})
        assert isinstance(trap, Raised)
        assert trap.number == number
        assert rig.arch.engine.exceptions[number][0] == signal
        assert rig.pc == rig.put(text)[line]
    assert isinstance(rig.run(rig.lines.illegal), Illegal)


@pytest.mark.parametrize(("name", "case"), cases("privileged"))
def test_guests_have_no_privilege(name: str, case: str) -> None:
    rig = Rig(name)
    assert isinstance(rig.run(case), Illegal | Raised)
    assert rig.pc == CODE


# Faults


@pytest.mark.parametrize("view", [True, False])
@pytest.mark.parametrize(("name", "case"), cases("faults"))
def test_faults_are_exact_and_without_effect(
    name: str, case: tuple[str, dict[str, int], tuple[int, int]], view: bool
) -> None:
    rig = Rig(name, view=view)
    text, registers, expected = case
    rig.memory[RO : RO + PAGE] = b"\xa5" * PAGE
    rig.memory[DATA : DATA + 2 * PAGE] = b"\x5a" * (2 * PAGE)
    lines = rig.put(f"{rig.lines.nop}; {text}; {rig.lines.illegal}")
    bank = rig.cpu.bank(*rig.arch.registers.general)
    rig.start(**registers)
    before = tuple(bank.get())
    trap = rig.cpu.run()
    assert isinstance(trap, Fault)
    assert (trap.addr, trap.access) == expected
    assert rig.pc == (trap.addr if trap.access == EXEC else lines[1])
    if trap.access != EXEC:
        assert tuple(bank.get()) == before
    assert rig.memory[RO : RO + PAGE] == b"\xa5" * PAGE
    assert rig.memory[DATA : DATA + 2 * PAGE] == b"\x5a" * (2 * PAGE)
    if trap.addr >= SIZE - PAGE or trap.access == EXEC:
        return
    first = trap.addr & -PAGE
    rig.protect(first, READ | WRITE, 2 * PAGE)
    assert isinstance(rig.cpu.run(), Illegal | Syscall | Fault), "restarted"
    assert rig.pc != lines[1]


def test_repeated_stores_stop_where_the_page_ends() -> None:
    rig = Rig("x86_64")
    trap = rig.run("rep stosq", rdi=DATA + 2 * PAGE - 24, rcx=10, rax=0x1122334455667788)
    assert isinstance(trap, Fault)
    assert (trap.addr, trap.access) == (DATA + 2 * PAGE, WRITE)
    assert rig.pc == CODE
    assert (rig.cpu.read("rdi"), rig.cpu.read("rcx")) == (DATA + 2 * PAGE, 7)
    rig.protect(DATA + 2 * PAGE, READ | WRITE)
    rig.put(f"rep stosq; {rig.lines.illegal}")
    rig.cpu.discard(CODE, PAGE)
    assert isinstance(rig.cpu.run(), Illegal)
    assert rig.word(DATA + 2 * PAGE + 48) == 0x1122334455667788
    assert rig.word(DATA + 2 * PAGE + 56) == 0


def test_a_block_that_runs_into_a_refused_page_executes_up_to_it(rig: Rig) -> None:
    """The part before the page boundary has run, and PC is at the first refused instruction."""
    lines = rig.lines
    store = f"{lines.set_value.format(n=9)}; {lines.store}"
    size = rig.put(store, DATA)[-1] - DATA
    start = CODE + rig.arch.page - size
    rig.put(store, start)
    rig.start(start, **{lines.pointer: DATA + 8})
    trap = rig.cpu.run()
    assert isinstance(trap, Fault)
    assert (trap.addr, trap.access) == (CODE + rig.arch.page, EXEC)
    assert rig.pc == CODE + rig.arch.page
    assert rig.word(DATA + 8) == 9


def test_an_instruction_that_crosses_into_a_refused_page() -> None:
    rig = Rig("x86_64")
    start = CODE + PAGE - 10
    lines = rig.put("mov eax, 7; mov rbx, 0x1122334455667788", start)
    rig.start(start)
    trap = rig.cpu.run()
    assert isinstance(trap, Fault)
    assert (trap.addr, trap.access) == (CODE + PAGE, EXEC)
    assert rig.pc == lines[1]
    assert rig.cpu.read("rax") == 7


def test_write_only_and_execute_only_pages(rig: Rig) -> None:
    lines = rig.lines
    rig.protect(DATA, WRITE)
    assert isinstance(rig.run(f"{lines.store}; {lines.illegal}", **{lines.pointer: DATA}), Illegal)
    trap = rig.run(lines.load, **{lines.pointer: DATA})
    assert isinstance(trap, Fault)
    assert trap.access == READ
    rig.protect(CODE, EXEC)
    assert isinstance(rig.run(lines.syscall), Syscall)
    trap = rig.run(lines.load, **{lines.pointer: CODE})
    assert isinstance(trap, Fault)
    assert (trap.addr, trap.access) == (CODE, READ)


# Interruption


@pytest.fixture
def storm() -> Iterator[Callable[[Rig], None]]:
    """storm(rig): another thread interrupts it all the time until the test ends."""
    running = [True]

    def pester(rig: Rig) -> None:
        while running[0]:
            rig.cpu.interrupt()
            time.sleep(0.0001)

    def start(rig: Rig) -> None:
        _thread.start_new_thread(pester, (rig,))

    yield start
    running[0] = False


def finish(rig: Rig) -> int:
    """Run until something else than an interrupt; how many there were."""
    count = 0
    while isinstance(trap := rig.cpu.run(), Interrupted):
        count += 1
    assert isinstance(trap, Illegal)
    return count


@pytest.mark.parametrize("native", [True, False])
def test_counts_are_exact_in_a_storm_of_interrupts(
    name: str, native: bool, storm: Callable[[Rig], None]
) -> None:
    rig = Rig(name, native=native)
    lines = rig.lines
    text = f"{lines.add_memory}; {lines.loop.format(start=CODE)}; {lines.illegal}"
    rig.put(text)
    times = 1_000_000 if native else 30_000
    storm(rig)
    interrupts = rounds = 0
    while interrupts < 10:
        rig.start(**{lines.pointer: DATA, lines.counter: times})
        interrupts += finish(rig)
        rounds += 1
        assert rig.word(DATA) == rounds * times


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


def test_an_interrupt_before_run_is_not_lost(rig: Rig) -> None:
    rig.put(f"{rig.lines.nop}; {rig.lines.illegal}")
    for _ in range(50):
        rig.start()
        rig.cpu.interrupt()
        rig.cpu.interrupt()
        assert isinstance(rig.cpu.run(), Interrupted)
        assert isinstance(rig.cpu.run(), Illegal)


def test_an_interrupt_during_a_call_is_not_lost(rig: Rig) -> None:
    calls = []

    def handle() -> bool:
        rig.cpu.interrupt()
        calls.append(1)
        return False

    rig.cpu.on_syscall = handle
    rig.put(f"{rig.lines.syscall}; {rig.lines.jump.format(to=CODE)}")
    rig.start()
    for _ in range(50):
        assert isinstance(rig.cpu.run(), Syscall)
        assert isinstance(rig.cpu.run(), Interrupted)
    assert len(calls) == 50


@pytest.mark.parametrize("native", [True, False])
def test_a_spinning_guest_is_interrupted(name: str, native: bool) -> None:
    rig = Rig(name, native=native)
    rig.put(rig.lines.jump.format(to=CODE))
    rig.start()

    def later() -> None:
        time.sleep(0.02)
        rig.cpu.interrupt()

    _thread.start_new_thread(later, ())
    assert isinstance(rig.cpu.run(), Interrupted)
    assert rig.pc == CODE


@pytest.mark.parametrize("threads", [2, 5, 8])
def test_contexts_count_exactly_while_being_switched(
    name: str, threads: int, storm: Callable[[Rig], None]
) -> None:
    rig = Rig(name)
    lines, cpu = rig.lines, rig.cpu
    rig.put(f"{lines.add_locked.format(start=CODE)}; {lines.loop.format(start=CODE)}")
    end = rig.put(f"{lines.add_locked.format(start=CODE)}; {lines.loop.format(start=CODE)}")[-1]
    rig.put(lines.illegal, end)
    times = 500_000
    storm(rig)
    switches = rounds = 0
    while switches < 10:
        waiting = []
        for _ in range(threads):
            rig.start(**{lines.pointer: DATA, lines.counter: times})
            waiting.append(cpu.new_context())
        while waiting:
            context = waiting.pop(0)
            cpu.restore(context)
            if isinstance(cpu.run(), Interrupted):
                cpu.save(context)
                waiting.append(context)
                switches += 1
        rounds += 1
        assert rig.word(DATA) == rounds * threads * times


# Counting instructions


def test_limits_are_exact(rig: Rig) -> None:
    """One instruction at a time, and by threes, a loop goes through the same states."""
    if rig.lines.unsteppable:
        pytest.xfail(rig.lines.unsteppable)
    lines = rig.lines
    text = f"{lines.add_memory}; {lines.loop.format(start=CODE)}; {lines.illegal}"
    places = rig.put(text)
    body = places[: -2 - lines.slots]  # what is in a branch's slot is done with it
    order = (body * 3)[: 3 * len(body)]
    rig.start(**{lines.pointer: DATA, lines.counter: 3})
    for place in order:
        assert rig.pc == place
        assert isinstance(rig.cpu.run(1), Limit)
    assert rig.pc == places[-2]
    assert rig.word(DATA) == 3
    assert isinstance(rig.cpu.run(1), Illegal)
    if lines.slots:
        return
    rig.start(**{lines.pointer: DATA, lines.counter: 3})
    for index in range(0, len(order), 3):
        assert rig.pc == order[index]
        rig.cpu.run(3)
    assert rig.word(DATA) == 6


@pytest.mark.parametrize("count", [1, 2, 7, 1000, 65_537])
def test_limits_count_a_warm_loop_exactly(rig: Rig, count: int) -> None:
    lines = rig.lines
    places = rig.put(f"{lines.add_memory}; {lines.loop.format(start=CODE)}; {lines.illegal}")
    body = len(places) - 2
    rig.start(**{lines.pointer: DATA, lines.counter: 1000})
    assert isinstance(rig.cpu.run(), Illegal)  # all is translated now
    rig.start(**{lines.pointer: DATA, lines.counter: 1 << 30})
    rig.set_word(DATA, 0)
    for _ in range(3):
        assert isinstance(rig.cpu.run(count), Limit)
    done = 3 * count
    if lines.slots:  # each run may end one instruction later
        assert rig.pc in places[: body - 1]
        return
    assert rig.pc == places[done % body]
    assert rig.cpu.read(lines.counter) == (1 << 30) - (done + (1 if body > 1 else 0)) // body


def test_a_trap_ends_a_limited_run(rig: Rig) -> None:
    lines = rig.lines
    rig.put(f"{lines.nop}; {lines.nop}; {lines.syscall}; {lines.illegal}")
    rig.start()
    assert isinstance(rig.cpu.run(100), Syscall)
    assert isinstance(rig.cpu.run(100), Illegal)
    rig.start()
    assert isinstance(rig.cpu.run(2), Limit)
    assert isinstance(rig.cpu.run(), Syscall)
