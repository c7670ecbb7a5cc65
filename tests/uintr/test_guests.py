"""Guest programs that check user interrupts from inside; tests/uintr/guests holds them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import programs
from tests.conftest import compiled

HERE = Path(__file__).parent / "guests"
NAMES = [path.stem for path in sorted(HERE.glob("*.c")) if path.stem not in ("rfc", "sender")]
DEADLY = {"faults", "processes"}  # a child dies as it should, which is reported


@pytest.fixture
def build() -> Callable[..., Path]:
    def compile_it(name: str, *flags: str) -> Path:
        return compiled(HERE / f"{name}.c", "x86_64", "glibc", [f"-I{HERE}", *flags])

    return compile_it


def check(result: programs.Result) -> None:
    assert result.text == "done\n", result.err.decode(errors="replace")
    assert result.status == 0
    assert b"Traceback" not in result.err


@pytest.mark.parametrize("name", NAMES)
def test_guest(
    name: str, build: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    result = run_ours(build(name))
    check(result)
    assert (result.err != b"") == (name in DEADLY)


@pytest.mark.parametrize(
    ("base", "abi"),
    [(449, "449"), (449, "auto"), (450, "450"), (450, "auto"), (471, "471-create-fd")],
)
def test_first_published_calls(
    base: int, abi: str, build: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    check(run_ours(build("rfc", f"-DBASE={base}"), options=["-uintr-abi", abi]))


@pytest.mark.parametrize("base", [449, 450, 471])
def test_program_that_only_sends_under_auto(
    base: int, build: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    check(run_ours(build("sender", f"-DBASE={base}")))


@pytest.mark.parametrize("abi", ["471", "480"])
def test_final_calls_by_name(
    abi: str, build: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    check(run_ours(build("delivery"), options=["-uintr-abi", abi]))


def test_numbers_of_other_generations_are_not_ours(
    build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    program = build_c(
        """
        #include "guest.h"
        int main(void)
        {
            TRY(syscall(471, 0, 0));
            TRY(syscall(480, 0, 0, 1));
            return 0;
        }
        """
    )
    unknown, final, timer = "-1 ENOSYS", "-1 EFAULT", "-1 EINVAL"
    for abi, first, last in (
        ("449", unknown, unknown),
        ("471-create-fd", final, unknown),
        ("471", final, unknown),
        ("480", final, timer),
        ("auto", final, timer),
    ):
        text = run_ours(program, options=["-uintr-abi", abi]).text
        assert text == f"syscall(471, 0, 0) = {first}\nsyscall(480, 0, 0, 1) = {last}\n", abi


def test_program_without_the_instructions_keeps_the_kernels_numbers(
    build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    """449 is futex_waitv to it, even with a first argument that points to code."""
    source = """
        #include "guest.h"
        int main(void)
        {
            long first = syscall(449, (void *)main, 0L, 0L, 0L, 0);
            printf("%s\\n", first == 0 ? "taken" : error_name(errno));
            EXTRA
            return 0;
        }
    """
    plain = run_ours(build_c(source.replace("EXTRA", ""))).text
    assert plain in ("EINVAL\n", "ENOSYS\n")
    uses = '__asm__ volatile(".byte 0xf3,0x0f,0x01,0xee");'
    assert run_ours(build_c(source.replace("EXTRA", uses))).text == "taken\n"


def test_calls_are_enosys_elsewhere(
    build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    source = '#include "guest.h"\nint main(void) { TRY(syscall(471, main, 0)); return 0; }'
    assert run_ours(build_c(source, "aarch64", "glibc")).text == (
        "syscall(471, main, 0) = -1 ENOSYS\n"
    )


def test_trace_tells_post_notification_delivery_and_return(
    build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    program = build_c(
        """
        #include "uintr_test.h"
        int main(void)
        {
            register_handler(handler, 0);
            SENDUIPI(register_self(9, 0));
            STUI();
            return 0;
        }
        """,
        "x86_64",
        "glibc",
        f"-I{HERE}",
    )
    for option in (["-uintr-trace"], ["-d", "uintr"]):
        lines = run_ours(program, options=option).err.decode().splitlines()
        told = [re.sub(r"0x[0-9a-f]+|\d{3,}", "N", line) for line in lines]
        assert told == [
            "[N] senduipi: vector 9 to N",
            "[N] notification: vectors 9",
            "[N] delivery: vector 9 at N, handler N",
            "[N] uiret: to N",
        ]
    assert run_ours(program).err == b""


def test_strace_writes_the_calls_from_their_definitions(
    build_c: Callable[..., Path], run_ours: Callable[..., programs.Result]
) -> None:
    program = build_c(
        """
        #include "uintr_test.h"
        int main(void)
        {
            register_handler(16, 0x3000);
            vector_fd(1ul << 63, 0);
            uintr_wait(70, 1);
            unregister_sender(-1, 0);
            return 0;
        }
        """,
        "x86_64",
        "glibc",
        f"-I{HERE}",
    )
    both = "UINTR_HANDLER_FLAG_WAITING_RECEIVER|UINTR_HANDLER_FLAG_WAITING_SENDER"
    calls = [
        f"uintr_register_handler(0x10, {both}) = 0",
        "uintr_vector_fd(9223372036854775808, 0) = -1",
        "uintr_wait(70, 1) = -1",
        "uintr_unregister_sender(4294967295, 0) = -1",
    ]
    for mode in ("-strace", "-strace=full"):
        told = run_ours(program, options=[mode]).err.decode().splitlines()
        ours = [re.sub(r" +=", " =", line) for line in told if "uintr_" in line]
        for line, call in zip(ours, calls, strict=True):
            assert line.lstrip("0123456789 ").startswith(call)
