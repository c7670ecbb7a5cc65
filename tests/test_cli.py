"""The command line from outside: options, QEMU_* variables, exit statuses, messages, stdio."""

from __future__ import annotations

import errno
import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qemu_user.exec.abi.signames import signal_numbers
from tests import programs
from tests.programs import Result, processor

Ask = Callable[..., Result]


@pytest.fixture
def probe(guest: Callable[..., Path]) -> Path:
    """The guest program that answers questions about itself."""
    return guest("cli/probe")


@pytest.fixture
def ask(probe: Path, run_ours: Callable[..., Result]) -> Ask:
    """ask(question, argument..., options=, env=, input=): a run of the probe, without traceback."""

    def run(*words: str, options: tuple[str, ...] = (), **more: object) -> Result:
        result = run_ours(probe, *words, options=options, **more)
        assert b"Traceback" not in result.err, result.err.decode()
        return result

    return run


@pytest.fixture
def emulator(run_ours: Callable[..., Result]) -> Callable[..., Result]:
    """emulator(word...): a run with exactly these words on the command line."""

    def run(*words: str | Path, **more: object) -> Result:
        first, *others = words or ("--",)
        result = run_ours(first, *map(str, others), **more)
        assert b"Traceback" not in result.err, result.err.decode()
        return result

    return run


def one_line(result: Result) -> str:
    """The only line on stderr; nothing was printed to stdout."""
    assert result.out == b""
    lines = result.err.decode().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


# -- words of the command line


def test_words_after_the_program_are_the_guests(ask: Ask, probe: Path) -> None:
    result = ask("args", "-strace", "--", "-E", "", "a b")
    assert result.text.split("\n") == [
        *(str(probe), "args", "-strace", "--", "-E", "", "a b"),
        "",
    ]
    assert result.err == b""


def test_two_dashes_end_the_options(ask: Ask, emulator: Ask, tmp_path: Path, probe: Path) -> None:
    assert ask("args", options=("--",)).text.endswith("args\n")
    (tmp_path / "-strace").symlink_to(probe)
    result = emulator("--", "-strace", "args", cwd=tmp_path)
    assert result.text == "-strace\nargs\n"


def test_long_options_with_two_dashes(ask: Ask) -> None:
    assert b"exit_group" in ask("exit", "0", options=("--strace",)).err


def test_no_program(emulator: Ask) -> None:
    result = emulator()
    assert result.status == 1
    assert one_line(result) == "qemu: no user program specified"


def test_unknown_option(emulator: Ask, probe: Path) -> None:
    result = emulator("-nosuch", probe)
    assert result.status == 1
    assert one_line(result) == "qemu: unknown option 'nosuch'"


@pytest.mark.parametrize("option", ["cpu", "L", "s", "E", "U", "0", "r", "d", "D", "seed"])
def test_missing_value(emulator: Ask, option: str) -> None:
    result = emulator(f"-{option}")
    assert result.status == 1
    assert one_line(result) == f"qemu: missing argument for option '{option}'"


@pytest.mark.parametrize("words", [("-g", "1234"), ("-plugin", "x.py"), ("-trace", "x")])
def test_what_does_not_exist_yet_is_refused(
    emulator: Ask, probe: Path, words: tuple[str, ...]
) -> None:
    result = emulator(*words, probe)
    assert result.status == 1
    assert words[0] in one_line(result)


@pytest.mark.parametrize("option", ["-h", "-help", "--help"])
def test_help(emulator: Ask, option: str) -> None:
    result = emulator(option)
    assert result.status == 0
    assert result.text.startswith("usage: ")
    assert re.search(r"Argument +Env-variable +Description", result.text)
    assert re.search(r"-strace +QEMU_STRACE ", result.text)
    assert "Defaults:" in result.text
    assert result.err == b""


def test_version(emulator: Ask, ask: Ask) -> None:
    result = emulator("-version")
    assert result.status == 0
    assert re.match(r"qemu.* version \d+\.\d+", result.text)
    assert ask("exit", "7", env={"QEMU_VERSION": ""}).out == result.out


# -- argv, environment


def test_argv0(ask: Ask, probe: Path) -> None:
    assert ask("args", options=("-0", "another")).text == "another\nargs\n"
    assert ask("args", env={"QEMU_ARGV0": "third"}).text == "third\nargs\n"
    assert ask("exe", options=("-0", "another")).text == f"{probe}\n{probe}\n"


def test_environment_is_passed_on(ask: Ask) -> None:
    assert ask("env", "COLOUR", "QEMU_UNAME", env={"COLOUR": "red", "QEMU_UNAME": "9"}).text == (
        "COLOUR=red\nQEMU_UNAME=9\n"
    )


@pytest.mark.parametrize("given", [None, "C", "C.UTF-8"])
def test_python_adds_nothing_to_the_environment(probe: Path, given: str | None) -> None:
    env = {} if given is None else {"LC_CTYPE": given}
    done = subprocess.run(
        [sys.executable, "-m", "qemu_user", probe, "env", "LC_CTYPE"],
        env={"PYTHONPATH": str(programs.ROOT), **env},
        capture_output=True,
        timeout=programs.TIMEOUT,
        check=False,
    )
    assert done.stdout.decode() == f"LC_CTYPE={given or '(unset)'}\n", done.stderr.decode()


@pytest.mark.parametrize(
    ("options", "variables", "expected"),
    [
        (("-E", "A=1"), {}, "A=1 B=(unset)"),
        (("-E", "A=1,B=2=3"), {}, "A=1 B=2=3"),
        (("-E", "A=1", "-E", "B=2"), {}, "A=1 B=2"),
        (("-E", "A=1", "-E", "A=2"), {}, "A=2 B=(unset)"),
        (("-U", "A"), {"A": "5", "B": "6"}, "A=(unset) B=6"),
        (("-U", "A,B"), {"A": "5", "B": "6"}, "A=(unset) B=(unset)"),
        (("-E", "A=1", "-U", "A"), {}, "A=(unset) B=(unset)"),
        (("-U", "A", "-E", "A=1"), {"A": "5"}, "A=1 B=(unset)"),
        ((), {"QEMU_SET_ENV": "A=1,B=2"}, "A=1 B=2"),
        ((), {"QEMU_UNSET_ENV": "A", "A": "5", "B": "6"}, "A=(unset) B=6"),
        (("-E", "A="), {"A": "5"}, "A= B=(unset)"),
    ],
)
def test_setting_variables(
    ask: Ask, options: tuple[str, ...], variables: dict[str, str], expected: str
) -> None:
    answer = ask("env", "A", "B", options=options, env=variables).text
    assert " ".join(answer.split()) == expected


@pytest.mark.parametrize("words", [("-E", "FOO"), ("-s", "lots"), ("-s", ""), ("-seed", "x")])
def test_bad_values(emulator: Ask, probe: Path, words: tuple[str, ...]) -> None:
    result = emulator(*words, probe, "args")
    assert result.status == 1
    assert b"args" not in result.out.splitlines()
    assert result.out + result.err != b""


# -- what the guest sees of the machine


def test_release(ask: Ask) -> None:
    assert ask("uname", options=("-r", "9.8.7")).text == "x86_64 9.8.7\n"
    assert ask("uname", env={"QEMU_UNAME": "6.5.4"}).text == "x86_64 6.5.4\n"
    assert ask("uname", options=("-r", "3.2.1"), env={"QEMU_UNAME": "6.5.4"}).text == (
        "x86_64 3.2.1\n"
    )


def test_seed(ask: Ask) -> None:
    first = ask("random", options=("-seed", "42")).text
    assert re.fullmatch("[0-9a-f]{64}\n", first)
    assert ask("random", options=("-seed", "42")).text == first
    assert ask("random", env={"QEMU_RAND_SEED": "42"}).text == first
    assert ask("random", options=("-seed", "43")).text != first
    assert ask("random").text != ask("random").text


def test_stack_size(ask: Ask) -> None:
    assert ask("stack", "4096").text == "4096\n"
    assert ask("stack", "16384").status == -signal.SIGSEGV
    assert ask("stack", "4096", options=("-s", "1M")).status == -signal.SIGSEGV
    assert ask("stack", "4096", env={"QEMU_STACK_SIZE": "512K"}).status == -signal.SIGSEGV
    for size in ("32M", "32768K", "33554432"):
        assert ask("stack", "16384", options=("-s", size)).text == "16384\n"
    assert ask("stack", "64", options=("-s", "10")).text == "64\n"  # KiB: the smallest has 128


def test_cpu(ask: Ask, emulator: Ask, probe: Path) -> None:
    assert "  EPYC-Rome " in emulator("-cpu", "help", probe).text
    result = emulator("-cpu", "nosuch", probe)
    assert result.status == 1
    assert re.fullmatch(r"qemu\S*: unable to find CPU model 'nosuch'", one_line(result))
    assert ask("exit", "3", env={"QEMU_CPU": "nosuch"}).status == 1


FEATURES = """
#include <stdio.h>
#include <string.h>
int main(void)
{
    char line[4096];
    FILE *file = fopen("/proc/cpuinfo", "r");
    __builtin_cpu_init();
    printf("%d%d%d%d ", !!__builtin_cpu_supports("avx"), !!__builtin_cpu_supports("avx2"),
           !!__builtin_cpu_supports("fma"), !!__builtin_cpu_supports("sse4.2"));
    while (fgets(line, sizeof line, file) && strncmp(line, "flags", 5))
        continue;
    line[strlen(line) - 1] = ' ';
    printf("%d%d%d%d\\n", !!strstr(line, " avx "), !!strstr(line, " avx2 "),
           !!strstr(line, " fma "), !!strstr(line, " sse4_2 "));
}
"""


@pytest.mark.parametrize(
    ("cpu", "wanted"),
    [
        ("EPYC-Rome", "0001"),
        ("max", "1111"),
        ("EPYC-Rome,+avx2", "1101"),
        ("max,-avx2,fma=off", "1001"),
        ("max,-avx", "0001"),
        ("EPYC-Rome,sse4.2=off", "0000"),
    ],
)
def test_cpu_features(
    build_c: Callable[..., Path], run_ours: Callable[..., Result], cpu: str, wanted: str
) -> None:
    path = build_c(FEATURES, "x86_64", "glibc")
    assert run_ours(path, options=("-cpu", cpu)).text == f"{wanted} {wanted}\n"
    assert run_ours(path, env={"QEMU_CPU": cpu}).text == f"{wanted} {wanted}\n"


LACKING = r"""
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
static sigjmp_buf back;
static char place[64] __attribute__((aligned(64)));
static void handler(int signo) { siglongjmp(back, signo); }
#define TRY(code) do { \
    if (!sigsetjmp(back, 1)) { \
        asm volatile(code : : "b"(place) : "eax", "ecx", "edx", "xmm0", "xmm1", "memory"); \
        putchar('1'); \
    } else \
        putchar('0'); \
} while (0)
int main(void)
{
    signal(SIGILL, handler);
    TRY("pshufb %%xmm0, %%xmm1");
    TRY("pmulld %%xmm0, %%xmm1");
    TRY("crc32 %%eax, %%ecx");
    TRY("popcnt %%eax, %%ecx");
    TRY("aesenc %%xmm0, %%xmm1");
    TRY("pclmulqdq $1, %%xmm0, %%xmm1");
    TRY("movbe (%%ebx), %%ecx");
    TRY(".byte 0xc4, 0xe2, 0x79, 0xf7, 0xd1");  // shlx
    TRY(".byte 0xc5, 0xf1, 0xfe, 0xc8");  // vpaddd xmm
    TRY(".byte 0xc5, 0xf5, 0xfe, 0xc8");  // vpaddd ymm
    TRY(".byte 0xc4, 0xe2, 0x79, 0x99, 0xc0");  // vfmadd132ss
    TRY(".byte 0x0f, 0x38, 0xc8, 0xc8");  // sha1nexte
    puts("");
}
"""


@pytest.mark.parametrize("arch", ["x86_64", "i386"])
@pytest.mark.parametrize(
    ("cpu", "wanted"),
    [
        ("EPYC-Rome", "111111111111"),
        ("max,-avx2,-sha-ni", "111111111010"),
        ("EPYC-Rome,-avx,-ssse3,-bmi2", "011111100001"),
        ("Haswell-noTSX", "111111111110"),
        ("Nehalem", "111100000000"),
        ("qemu64,+popcnt", "000100000000"),
    ],
)
def test_what_a_processor_lacks_is_illegal(
    build_c: Callable[..., Path],
    run_ours: Callable[..., Result],
    arch: str,
    cpu: str,
    wanted: str,
) -> None:
    if not {"avx2", "fma", "f16c", "sha_ni"} <= processor():
        pytest.skip("the processor lacks what is tried")
    path = build_c(LACKING, arch)
    assert run_ours(path, options=("-cpu", cpu)).text == f"{wanted}\n"


REFUSED = """
#include <signal.h>
#include <stdlib.h>
__attribute__((noinline)) void culprit(void)
{
    asm volatile(".byte 0x62, 0xf1, 0x6d, 0x48, 0xfe, 0xd9");  // vpaddd zmm3, zmm2, zmm1
}
static void handler(int signo) { _Exit(3); }
int main(int argc, char **argv)
{
    if (argc > 1)
        signal(SIGILL, handler);
    culprit();
}
"""


def test_an_illegal_instruction_is_named(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    path = build_c(REFUSED)
    killed = run_ours(path)
    assert killed.status == -signal.SIGILL
    lines = killed.err.decode().splitlines()
    known = r"qemu: \S+: illegal instruction vpaddd zmm3, zmm2, zmm1 \(AVX512\) at 0x\w+ in culprit"
    assert re.match(known, lines[0])
    assert "Illegal instruction" in lines[1]
    handled = run_ours(path, "handled")
    assert (handled.status, handled.err) == (3, b"")
    logged = run_ours(path, "handled", options=("-d", "unimp"))
    assert logged.status == 3
    assert re.match(known.partition(": ")[2], logged.err.decode())


def test_what_is_no_instruction_is_shown_in_bytes(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    source = 'int main(void) { asm volatile(".short 0xf7df, 0x8e6d"); }'
    killed = run_ours(build_c(source, "m68k", "glibc"))
    assert killed.status == -signal.SIGILL
    assert b"illegal instruction f7 df 8e 6d" in killed.err.splitlines()[0]


def test_unknown_cpu_features(emulator: Ask, probe: Path) -> None:
    for feature, message in (
        ("+nosuch", "CPU feature 'nosuch' is not available"),
        ("avx512f=on", "CPU feature 'avx512f' is not available"),
        ("avx", "CPU feature 'avx' is neither on nor off"),
    ):
        result = emulator("-cpu", f"EPYC-Rome,{feature}", probe)
        assert result.status == 1
        assert one_line(result).endswith(f": {message}")


def test_prefix(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "here").write_text("inside\n")
    assert ask("file", "/only/here", options=("-L", str(tmp_path))).text == "inside\n"
    assert ask("file", "/only/here", env={"QEMU_LD_PREFIX": str(tmp_path)}).text == "inside\n"
    assert ask("file", "/only/here").text == "No such file or directory\n"
    outside = tmp_path / "outside"
    outside.write_text("host\n")
    assert ask("file", str(outside), options=("-L", str(tmp_path))).text == "host\n"
    assert ask("file", str(outside), options=("-L", "/nonexist")).text == "host\n"


# -- logs


def test_strace(ask: Ask) -> None:
    result = ask("pid", options=("-strace",))
    pid = result.text.strip()
    lines = result.err.decode().splitlines()
    assert all(line.startswith(f"{pid} ") for line in lines), lines
    assert any(re.fullmatch(r"\d+ getpid\(.*\) = \d+", line) for line in lines)
    assert lines[-1].startswith(f"{pid} exit_group(0)")


def test_strace_sees_calls_that_the_engine_answers(
    emulator: Ask, build_c: Callable[..., Path]
) -> None:
    source = """
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(void) { for (int i = 0; i < 5; i++) syscall(SYS_getppid); return 0; }
    """
    lines = emulator("-strace", build_c(source)).err.decode().splitlines()
    assert sum("getppid(" in line for line in lines) == 5


def test_strace_by_its_presence(ask: Ask) -> None:
    assert b"exit_group(0)" in ask("exit", "0", env={"QEMU_STRACE": "0"}).err
    assert b"exit_group(0)" in ask("exit", "0", options=("-d", "strace")).err
    assert ask("exit", "0").err == b""


def test_log_file(ask: Ask, tmp_path: Path) -> None:
    result = ask("pid", options=("-strace", "-D", str(tmp_path / "log.%d")))
    assert result.err == b""
    assert "exit_group(0)" in (tmp_path / f"log.{result.text.strip()}").read_text()
    named = {"QEMU_LOG_FILENAME": str(tmp_path / "named"), "QEMU_STRACE": "1"}
    assert ask("pid", env=named).err == b""
    assert "exit_group(0)" in (tmp_path / "named").read_text()


def test_log_file_that_cannot_be_written(emulator: Ask, probe: Path) -> None:
    result = emulator("-strace", "-D", "/nonexist/log", probe)
    assert result.status == 1
    assert re.fullmatch(
        r"qemu\S*: Error opening logfile /nonexist/log: No such file or directory",
        one_line(result),
    )


def test_log_items(emulator: Ask, probe: Path) -> None:
    listed = emulator("-d", "help")
    assert listed.status == 0
    for item in ("strace", "unimp"):
        assert re.search(rf"^{item} +\S", listed.text, re.MULTILINE)
    unknown = emulator("-d", "nosuch", probe, "args")
    assert unknown.status == 1
    assert listed.out in (unknown.out, unknown.err)


def test_unknown_call_is_said_once(ask: Ask) -> None:
    quiet = ask("unknown")
    assert quiet.text == "-1 Function not implemented\n" * 3
    assert quiet.err == b""
    for result in (
        ask("unknown", options=("-d", "unimp")),
        ask("unknown", env={"QEMU_LOG": "unimp"}),
    ):
        assert result.out == quiet.out
        assert result.err == b"Unsupported syscall: 1000\n"


# -- files that are no programs


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "No such file or directory"),
        ("directory", "Permission denied"),
        ("not executable", "Permission denied"),
        ("text", "Exec format error"),
        ("empty", "Exec format error"),
    ],
)
def test_bad_files(emulator: Ask, probe: Path, tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    if name == "directory":
        path.mkdir()
    elif name != "missing":
        contents = {"text": b"#!/bin/sh\necho run\n", "empty": b""}
        path.write_bytes(contents.get(name, probe.read_bytes()))
        path.chmod(0o644 if name == "not executable" else 0o755)
    result = emulator(path)
    assert result.status == 1
    assert one_line(result) == f"Error while loading {path}: {reason}"


@pytest.mark.parametrize(
    ("offset", "new"),
    [
        (18, struct.pack("<H", 0x1234)),  # e_machine of nothing
        (18, struct.pack("<H", 22)),  # s390x, in a 64-bit little-endian file
        (4, b"\1"),  # 32-bit class, 64-bit contents
        (5, b"\2"),  # big-endian
    ],
)
def test_wrong_architecture(
    emulator: Ask, probe: Path, tmp_path: Path, offset: int, new: bytes
) -> None:
    contents = bytearray(probe.read_bytes())
    contents[offset : offset + len(new)] = new
    path = tmp_path / "wrong"
    path.write_bytes(contents)
    path.chmod(0o755)
    result = emulator(path)
    assert result.status == 255
    line = one_line(result)
    assert re.fullmatch(rf"qemu\S*: {re.escape(str(path))}: Invalid ELF image for .*", line)


@pytest.mark.parametrize("size", [4, 16, 40, 63, 64, 100, 300, 4096])
def test_truncated(emulator: Ask, probe: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "short"
    path.write_bytes(probe.read_bytes()[:size])
    path.chmod(0o755)
    result = emulator(path)
    assert result.status in (1, 255, -signal.SIGSEGV, -signal.SIGBUS)
    if result.status > 0:
        assert str(path) in one_line(result)


# -- the end


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_exit_status(ask: Ask, status: int) -> None:
    result = ask("exit", str(status))
    assert (result.status, result.out, result.err) == (status, b"", b"")


@pytest.mark.parametrize("arch", programs.MUSL)
@pytest.mark.parametrize(
    ("number", "name"),
    [
        (signal.SIGQUIT, "Quit"),
        (signal.SIGILL, "Illegal instruction"),
        (signal.SIGTRAP, "Trace/breakpoint trap"),
        (signal.SIGABRT, "Aborted"),
        (signal.SIGBUS, "Bus error"),
        (signal.SIGFPE, "Floating point exception"),
        (signal.SIGSEGV, "Segmentation fault"),
    ],
)
def test_death_by_a_signal_that_dumps(
    guest: Callable[..., Path], emulator: Ask, arch: str, number: signal.Signals, name: str
) -> None:
    own = signal_numbers(arch)[number.name]
    result = emulator(guest("cli/probe", arch), "signal", str(own))
    assert result.status == -number
    assert result.text == "printed before\n"
    assert result.err.decode() == (f"qemu: uncaught target signal {own} ({name}) - core dumped\n")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_death_by_a_signal_that_only_ends(ask: Ask, number: signal.Signals) -> None:
    result = ask("signal", str(int(number)))
    assert (result.status, result.text, result.err) == (-number, "printed before\n", b"")


def test_what_the_shell_sees(probe: Path) -> None:
    for words, status in (("null", 139), ("signal 6", 134), ("exit 42", 42)):
        script = f'"$0" -m qemu_user "$1" {words}; echo $?'
        done = subprocess.run(
            ["sh", "-c", script, sys.executable, str(probe)],
            capture_output=True,
            check=True,
            timeout=programs.TIMEOUT,
            env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
        )
        assert done.stdout.decode().splitlines()[-1] == str(status)


TERMINAL = """
import os, pty, sys
sys.exit(0 if os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])) == -2 else 1)
"""


@pytest.mark.parametrize("arch", programs.MUSL)
def test_control_c_ends_a_spinning_guest(guest: Callable[..., Path], arch: str) -> None:
    command = [sys.executable, "-m", "qemu_user", str(guest("cli/probe", arch)), "spin"]
    terminal = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
        start_new_session=True,
    )
    try:
        assert terminal.stdout is not None
        assert terminal.stdin is not None
        assert terminal.stdout.readline().strip() == b"ready"
        output, _ = terminal.communicate(b"\x03", timeout=programs.TIMEOUT)
    finally:
        programs.kill_group(terminal)
    assert terminal.returncode == 0
    assert b"Traceback" not in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGALRM])
def test_signal_from_outside_ends_a_spinning_guest(probe: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "qemu_user", str(probe), "spin"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=programs.TIMEOUT)
    finally:
        process.kill()
    assert (process.returncode, errors) == (-number, b"")


# -- standard input and output


def test_input_and_output(ask: Ask) -> None:
    everything = bytes(range(256)) * 1200
    assert ask("cat", input=everything) == Result(0, everything, b"")


@pytest.mark.parametrize(
    ("redirections", "expected"),
    [
        ("<&-", "closed open open 0"),
        (">&-", "open closed open 1"),
        ("2>&-", "open open closed 2"),
        ("<&- >&- 2>&-", "closed closed closed 0"),
    ],
)
def test_closed_stdio(probe: Path, tmp_path: Path, redirections: str, expected: str) -> None:
    report = tmp_path / "report"
    script = f'exec "$0" -m qemu_user "$1" descriptors "$2" {redirections}'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, str(probe), str(report)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=programs.TIMEOUT,
        env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert report.read_text() == expected + "\n"


def test_hard_limit_of_descriptors(guest: Callable[..., Path]) -> None:
    program = guest("limits/descriptors", "x86_64", "musl")
    for limit in (64, 200):
        script = f'ulimit -n {limit}; exec "$@"'
        result = programs.run(
            ["sh", "-c", script, "sh", sys.executable, "-m", "qemu_user", program],
            env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
        )
        assert result.text == programs.run_ours(program).text, result.err


def test_output_nobody_reads(probe: Path) -> None:
    script = '{ "$0" -m qemu_user "$1" cat </dev/zero; echo $? >&2; } | head -c 9'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, str(probe)],
        capture_output=True,
        check=True,
        timeout=programs.TIMEOUT,
        env=os.environ | {"PYTHONPATH": str(programs.ROOT)},
    )
    assert (done.stdout, done.stderr) == (bytes(9), b"141\n")  # SIGPIPE, without a message


def test_memory_is_not_copied_where_it_would_be_shared(
    build_c: Callable[..., Path], run_ours: Callable[..., Result]
) -> None:
    path = build_c("""
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    long result = syscall(SYS_clone, CLONE_VM | SIGCHLD, 0, 0, 0, 0);
    printf("%d\\n", result < 0 ? errno : 0);
    return 0;
}
""")
    assert run_ours(path).text == f"{errno.EINVAL}\n"
