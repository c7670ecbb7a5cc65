"""strace(1)'s own options beside strace(1), and what they do to the guest."""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qemu_user.strace import classes, summary
from qemu_user.strace.inject import When
from tests.programs import run
from tests.syscalls.test_strace import alike

SOURCE = Path(__file__).with_name("strace") / "options.c"
ARCHES = ("x86_64", "aarch64")
ONLY = "trace=openat,open"


@pytest.fixture
def program(build_c: Callable[..., Path]) -> Path:
    return build_c(SOURCE.read_text())


def traced(command: list[str | Path]) -> str:
    """What strace(1) writes."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    return run(["strace", *command]).err.decode("utf-8", "surrogateescape")


def ours(run_ours: Callable[..., Any], path: Path, *options: str) -> str:
    result = run_ours(path, options=options)
    err: bytes = result.err
    return err.decode("utf-8", "surrogateescape")


def comparable(text: str) -> list[str]:
    return alike(
        text,
        (r"(?<=\[)\d{4,}", "INODE"),
        (r"(?<=->)\d{4,}", "INODE"),
        (r"(?<=127\.0\.0\.1:)\d{4,}", "PORT"),
        (r"(getppid\(\) += )(0x)?[0-9a-f]{3,}", r"\1PID"),
        (r"/tmp/#\d+", "/tmp/STDOUT"),
        (r"/\* \d+ vars", "/* N vars"),
        (r"tms_[a-z]+=.*?(?=[,}])", "TIME"),
    )


@pytest.mark.parametrize(
    "options",
    [
        "-y",
        "-yy",
        "-z",
        "-Z",
        "-e status=failed",
        "-e status=unfinished",
        "-e status=!failed",
        "-e trace=%file",
        "-e trace=%desc,getppid",
        "-e trace=!%desc,%memory",
        "-e trace=/^(open|clos)",
        "-e trace=?nosuchcall,getppid",
        "-e trace=39,110",
        "-e trace=none",
        "-e getppid",
        "-e trace=getppid -e signal=!usr1",
        "-e trace=getppid -e signal=SIGUSR1",
        "-e trace=getppid -e signal=none",
        "-e trace=%file -e trace=%network",
        "-e raw=read,close,getppid -e trace=read,close,getppid",
        "-e trace=getppid -e inject=getppid:error=EPERM",
        "-e trace=getppid -e inject=getppid:error=13",
        "-e trace=getppid -e inject=getppid:retval=0x7b",
        "-e trace=getppid -e inject=getppid:signal=SIGUSR1",
        "-e trace=getppid -e inject=getppid:signal=SIGUSR1:error=EIO",
        "-e trace=getppid -e inject=getppid:signal=term",
        "-e trace=getppid -e inject=getppid:delay_enter=100:delay_exit=1ms",
        "-e trace=listen,pipe2 -e inject=listen,pipe2:error=ENOSPC:when=2",
        "-e trace=open,openat -e inject=open,openat:error=EMFILE:when=2+",
        "-e trace=close -e fault=close",
        "-e trace=close -e fault=close:error=EIO",
    ],
)
def test_as_strace(options: str, program: Path, run_ours: Callable[..., Any]) -> None:
    words = options.split(" ")
    assert comparable(ours(run_ours, program, *words)) == comparable(traced([*words, program]))


def test_strings_are_as_long_as_wanted(program: Path, run_ours: Callable[..., Any]) -> None:
    theirs = comparable(traced(["-s", "4", program]))
    for options in (["-string-limit"], ["-strace=full", "-s"]):
        assert comparable(ours(run_ours, program, *options, "4")) == theirs


def test_file_of_all_processes(program: Path, run_ours: Callable[..., Any], tmp_path: Path) -> None:
    """Each line begins with the process, as strace -f has it."""
    traced(["-f", "-e", "trace=getppid", "-o", tmp_path / "theirs", program])
    ours(run_ours, program, "-e", "trace=getppid", "-o", str(tmp_path / "mine"))
    mine, theirs = ((tmp_path / name).read_text() for name in ("mine", "theirs"))
    assert re.match(r"\d+ +\S", mine)
    without = (r"^\d+ +", "")
    assert alike(mine, without, (r"= \d+", "= N")) == alike(theirs, without, (r"= \d+", "= N"))


@pytest.mark.parametrize("options", [("-c",), ("-c", "-w")])
def test_summary_counts_as_strace(
    options: tuple[str, ...], program: Path, run_ours: Callable[..., Any]
) -> None:
    def counts(text: str) -> list[tuple[str, ...]]:
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(\d*) +(\w+)$", text, re.MULTILINE)
        return sorted(row for row in rows if row[2] != "brk")

    def head(text: str) -> list[str]:
        return text.splitlines()[:2]

    mine, theirs = ours(run_ours, program, *options), traced([*options, program])
    assert counts(mine) == counts(theirs)
    assert head(mine) == head(theirs)


def test_summary_is_of_the_whole_tree(program: Path, run_ours: Callable[..., Any]) -> None:
    result = run_ours(program, "fork", options=("-c", "-e", "trace=execve,getppid,exit_group"))
    rows = re.findall(r"(\d+) +(\w+)$", result.err.decode(), re.MULTILINE)
    assert ("2", "execve") in rows
    assert ("2", "getppid") in rows
    assert result.err.count(b"% time") == 1


def test_summary_table() -> None:
    lines = list(summary.table({"read": (3, 1, 3_000_000), "write": (1, 0, 1_000_000)}))
    assert lines[0] == "% time     seconds  usecs/call     calls    errors syscall"
    assert lines[2] == " 75.00    0.003000        1000         3         1 read"
    assert lines[3] == " 25.00    0.001000        1000         1           write"
    assert lines[-1] == "100.00    0.004000        1000         4         1 total"


@pytest.mark.parametrize(
    ("option", "shape"),
    [
        ("-absolute-timestamps", r"\d\d:\d\d:\d\d \w+\("),
        ("-tt", r"\d\d:\d\d:\d\d\.\d{6} \w+\("),
        ("-ttt", r"\d{10}\.\d{6} \w+\("),
        ("-relative-timestamps", r" {5}\d\.\d{6} \w+\("),
        ("-T", r"\w+\(.*\) += .* <\d+\.\d{6}>$"),
    ],
)
def test_times(option: str, shape: str, program: Path, run_ours: Callable[..., Any]) -> None:
    lines = ours(run_ours, program, option, "-e", "trace=getppid,close,execve").splitlines()
    calls = [line for line in lines if "(" in line and "---" not in line]
    assert len(calls) >= 3
    assert [line for line in calls if not re.match(shape, line)] == []


def test_a_delay_is_in_the_duration(program: Path, run_ours: Callable[..., Any]) -> None:
    text = ours(
        run_ours, program, "-T", "-e", "trace=getppid", "-e", "inject=getppid:delay_enter=30ms"
    )
    found = re.search(r"getppid\(\) += \d+ \(DELAYED\) <([\d.]+)>", text)
    assert found
    assert float(found[1]) >= 0.03


@pytest.mark.parametrize("arch", ARCHES)
def test_stacks_name_the_callers(
    arch: str, build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    pytest.importorskip("elftools")
    path = build_c(SOURCE.read_text(), arch)
    text = ours(run_ours, path, "-k", "-e", ONLY)
    stack = text.partition("/nonexistent/file")[2]
    callers = re.findall(r"^ > \S+\((\w+)\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]$", stack, re.MULTILINE)
    at = callers.index("inner")
    assert callers[at : at + 3] == ["inner", "outer", "main"]


def test_stacks_without_unwinding_tables(
    build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    pytest.importorskip("elftools")
    path = build_c(
        '#define SYSCALL(n) ({ long r; __asm__ volatile("syscall" : "=a"(r)'
        ' : "a"(n), "D"(0) : "rcx", "r11", "memory"); r; })\n'
        "__attribute__((noinline)) int inner(void) { return SYSCALL(110) + 1; }\n"
        "__attribute__((noinline)) int outer(void) { return inner() + 1; }\n"
        "__attribute__((force_align_arg_pointer)) void _start(void)\n"
        "{ outer(); SYSCALL(231); __builtin_unreachable(); }\n",
        "x86_64",
        "glibc",
        *("-nostdlib", "-O0", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"),
        "-fno-omit-frame-pointer",
    )
    text = ours(run_ours, path, "-k", "-e", "trace=getppid")
    assert re.findall(r"\((\w+)\+", text)[:3] == ["inner", "outer", "_start"]


def test_a_file_for_each_process(
    program: Path, run_ours: Callable[..., Any], tmp_path: Path
) -> None:
    run_ours(program, "fork", options=("-o", str(tmp_path / "log"), "-ff"))
    files = sorted(tmp_path.glob("log.*"), key=lambda path: int(path.suffix[1:]))
    first, second = (path.read_text() for path in files)
    assert first.startswith(f'execve("{program}", [')
    assert ', "fork"], 0x' in first.splitlines()[0]
    assert re.search(r"^execve\(.*\"child\"\].*\) = 0$", second, re.MULTILINE)
    assert second.splitlines()[-2:] == [f"{'exit_group(3)':39} = ?", "+++ exited with 3 +++"]
    assert "resumed" not in first + second


def test_a_log_for_each_process(
    program: Path, run_ours: Callable[..., Any], tmp_path: Path
) -> None:
    run_ours(program, "fork", options=("-strace=full", "-D", str(tmp_path / "log.%d")))
    texts = [path.read_text() for path in tmp_path.glob("log.*")]
    assert len(texts) == 2
    assert sum('"child"' in text.partition("execve")[2] for text in texts) == 1


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("arch", ARCHES)
def test_json(arch: str, build_c: Callable[..., Path], run_ours: Callable[..., Any]) -> None:
    path = build_c(SOURCE.read_text(), arch)
    found = objects(ours(run_ours, path, "-strace=json", "-y"))
    calls = [one for one in found if one["type"] == "syscall"]
    assert {"time", "pid", "tid", "name", "number", "args", "text", "result"} <= calls[0].keys()
    assert calls[0]["name"] == "execve"
    assert calls[0]["args"][1]["value"] == [str(path)]
    opened = next(c for c in calls if '"/nonexistent/file"' in c["text"])
    assert opened["result"] is None
    assert opened["errno"] == "ENOENT"
    assert opened["duration"] > 0
    by_name = {arg["name"]: arg for arg in opened["args"]}
    assert by_name["path"]["value"] == "/nonexistent/file"
    assert by_name["flags"]["names"][0] == "O_RDONLY"
    reading = next(c for c in calls if c["name"] == "read")
    assert reading["result"] == 10
    assert reading["args"][0]["path"] == "/etc/passwd"
    assert reading["args"][1]["size"] == 10
    assert reading["args"][1]["value"] == Path("/etc/passwd").read_text()[:10]
    status = next(c for c in calls if c["name"] in ("stat", "newfstatat"))
    (structure,) = [arg for arg in status["args"] if arg["type"] == "pointer to Stat"]
    assert structure["value"]["st_mode"] & 0o170000 == 0o040000
    signal = next(one for one in found if one["type"] == "signal")
    assert (signal["name"], signal["code"], signal["ignored"]) == ("SIGUSR1", "SI_TKILL", False)
    assert "duration" not in calls[-1]
    assert (found[-1]["type"], found[-1]["code"], found[-1]["signal"]) == ("exit", 0, None)


def test_json_is_filtered_and_marked(program: Path, run_ours: Callable[..., Any]) -> None:
    options = ("-strace=json", "-e", "trace=getppid", "-e", "inject=getppid:error=EPERM", "-k")
    pytest.importorskip("elftools")
    found = objects(ours(run_ours, program, *options))
    (call,) = [one for one in found if one["type"] == "syscall"]
    assert call["injected"] is True
    assert call["errno"] == "EPERM"
    assert "main" in [frame["symbol"] for frame in call["stack"]]


@pytest.mark.parametrize("arch", ARCHES)
def test_the_guest_sees_what_is_injected(
    arch: str, build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = build_c(SOURCE.read_text(), arch)
    options = ("-o", "/dev/null", "-e", "inject=getppid:error=EXDEV")
    assert run_ours(path).text == f"{errno.ENOENT} 0\n"
    assert run_ours(path, options=options).text == f"{errno.ENOENT} {errno.EXDEV}\n"
    options = ("-strace", "-e", "inject=/^open:error=EMFILE:when=3")
    assert run_ours(path, options=options).text == f"{errno.EMFILE} 0\n"


def test_only_traced_calls_are_tampered_with(program: Path, run_ours: Callable[..., Any]) -> None:
    """As strace(1), which does not stop at others."""
    options = ("-e", "trace=none", "-e", "inject=getppid:error=EXDEV")
    assert run_ours(program, options=options).text == f"{errno.ENOENT} 0\n"


def test_a_call_that_nobody_defines_can_be_given_a_result(
    build_c: Callable[..., Path], run_ours: Callable[..., Any]
) -> None:
    path = build_c("#include <unistd.h>\nint main(void) { return syscall(1000) == 7 ? 5 : 6; }\n")
    assert run_ours(path, options=("-e", "inject=1000:retval=7")).status == 5
    assert run_ours(path).status == 6


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("3", [3]),
        ("2..4", [2, 3, 4]),
        ("4+", [4, 5, 6, 7, 8, 9]),
        ("2+3", [2, 5, 8]),
        ("2..6+2", [2, 4, 6]),
        ("1..2+", [1, 2]),
    ],
)
def test_when(text: str, taken: list[int]) -> None:
    when = When(text)
    assert [n for n in range(1, 10) if when.takes(n)] == taken


@pytest.mark.parametrize("text", ["", "x", "0", "3..2", "+1", "1+x", "65536", "1-2"])
def test_no_when(text: str) -> None:
    with pytest.raises(ValueError, match=r"ends before|is no number"):
        When(text)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("-e trace=nosuchcall", "invalid system call 'nosuchcall'"),
        ("-e trace=%nosuchclass", "invalid system call '%nosuchclass'"),
        ("-e trace=/(", "invalid regular expression '('"),
        ("-e status=late", "invalid status 'late'"),
        ("-e signal=SIGNONE", "invalid signal 'SIGNONE'"),
        ("-e inject=read", "invalid inject argument 'read'"),
        ("-e inject=read:when=1", "invalid inject argument 'read:when=1'"),
        ("-e inject=read:error=ENOSUCH", "invalid inject argument 'read:error=ENOSUCH'"),
        ("-e inject=read:error=EIO:retval=1", "invalid inject argument 'read:error=EIO:retval=1'"),
        ("-e inject=read:delay_enter=1h", "invalid inject argument 'read:delay_enter=1h'"),
        ("-string-limit x", "invalid string size 'x'"),
        ("-o |cat", "-o takes the name of a file"),
        ("-strace -T", "-T needs -strace=full or -strace=json"),
        ("-strace=other", "-strace=other: there are"),
        ("-c -ff", "-c and -ff exclude each other"),
        ("-o /nonexistent/file", "Error opening logfile /nonexistent/file: No such file"),
    ],
)
def test_usage_errors(
    options: str, complaint: str, program: Path, run_ours: Callable[..., Any]
) -> None:
    result = run_ours(program, options=tuple(options.split(" ")))
    assert result.status == 1
    assert result.err.decode().startswith(f"qemu: {complaint}")
    assert result.err.count(b"\n") == 1


def test_calls_of_extensions_have_names(program: Path, run_ours: Callable[..., Any]) -> None:
    result = run_ours(program, options=("-e", "trace=uintr_register_handler"))
    assert result.status == 0


def test_variables(program: Path, run_ours: Callable[..., Any]) -> None:
    environment = {"QEMU_STRACE_E": "trace=getppid inject=getppid:retval=5", "QEMU_STRACE_T": ""}
    text = run_ours(program, env=environment).err.decode()
    assert re.search(r"^getppid\(\) += 5 \(INJECTED\) <[\d.]+>$", text, re.MULTILINE)


def test_classes_are_those_of_strace(build_c: Callable[..., Path]) -> None:
    """The program makes every call, all of which its own seccomp filter refuses."""
    path = build_c((SOURCE.parent / "every.c").read_text())

    def names(*options: str) -> set[str]:
        return set(re.findall(r"^(\w+)\(", traced([*options, path]), re.MULTILINE))

    if subprocess.run([path], timeout=60, check=False).returncode:
        pytest.skip("no seccomp filters here")
    known = {name for name in names() if not name.startswith("syscall_0x")} - {"exit", "execve"}
    assert len(known) > 340
    for group in ("clock", "creds", "desc", "file", "fstat", "fstatfs", "ipc", "lstat", "memory",
                  "net", "network", "process", "pure", "signal", "stat", "%stat", "statfs",
                  "%statfs"):  # fmt: skip
        mine = classes.members(group)
        assert mine is not None
        assert mine & known == names("-e", f"trace=%{group}") & known, group
