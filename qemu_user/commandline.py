"""qemu-user's options and QEMU_* variables; imported only when one is used."""

from __future__ import annotations

import os

from . import __version__
from .exec.options import Options
from .log import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn


class UsageError(Exception):
    """Something is wrong with the command line; the text is for the user."""


class Option:
    """One option: its word, variable, what it takes, what it does and what help says of it."""

    __slots__ = ("act", "help", "metavar", "name", "variable")

    def __init__(
        self,
        name: str,
        metavar: str,
        variable: str,
        help: str,
        act: Callable[[CommandLine, str], None],
    ) -> None:
        self.name = name
        self.metavar = metavar  # "": a flag
        self.variable = variable
        self.help = help
        self.act = act


class CommandLine:
    """What the words and variables mean together."""

    def __init__(self) -> None:
        self.options = Options()
        self.argv0: bytes | None = None
        self.environment: dict[bytes, bytes] = dict(os.environb)

    def set_variable(self, text: str) -> None:
        for setting in os.fsencode(text).split(b","):
            name, equals, value = setting.partition(b"=")
            if not equals:
                raise UsageError(f"-E needs var=value, not '{os.fsdecode(setting)}'")
            self.environment[name] = value

    def unset_variable(self, text: str) -> None:
        for name in os.fsencode(text).split(b","):
            self.environment.pop(name, None)

    def set_argv0(self, text: str) -> None:
        self.argv0 = os.fsencode(text)

    def set_sysroot(self, text: str) -> None:
        self.options.sysroot = os.path.realpath(os.fsencode(text)) if text else None

    def set_stack(self, text: str) -> None:
        self.options.stack_size = _size(text, "stack size")

    def settle_stack(self) -> None:
        """No stack is as small as strace(1)'s `-s` is: beside its lines that is what was meant."""
        size = self.options.stack_size
        if size >= _SMALLEST_STACK:
            return
        self.options.stack_size = _SMALLEST_STACK
        if self.options.strace in ("full", "json") or self.options.strace_settings is not None:
            from .strace_options import take

            self.options.stack_size = Options().stack_size
            take(self.options, "string-limit", str(size))

    def set_cpu(self, text: str) -> None:
        if text == "help":
            _cpu_help()
        self.options.cpu = text

    def set_release(self, text: str) -> None:
        self.options.release = text

    def set_base(self, text: str) -> None:
        _number(text, "guest base")

    def set_reserved(self, text: str) -> None:
        if _size(text, "reserved size") < 1 << 31:
            raise UsageError(
                "the guest needs at least 2G of virtual address space: "
                "it requires more than reserved virtual address space"
            )

    def set_page_size(self, text: str) -> None:
        size = _number(text, "page size")
        if size <= 0 or size & (size - 1):
            raise UsageError("page size must be a power of two")
        say(f"{self.options.program_name}: -p is ignored: guests have 4096-byte pages")

    def set_seed(self, text: str) -> None:
        self.options.seed = _number(text, "seed")

    def add_native(self, text: str) -> None:
        self.options.native += tuple(filter(None, text.split(",")))

    def add_log_items(self, text: str) -> None:
        from .log import ITEMS

        for item in text.split(","):
            if item == "help":
                _log_help(0)
            elif item in _NOT_AVAILABLE:
                say(f"{self.options.program_name}: log item '{item}' is not available")
            elif item in _NOT_YET:
                raise UsageError(f"log item '{item}' is not supported")
            elif item not in ITEMS:
                _log_help(1)
            elif item == "strace":
                self.set_strace("qemu")
            else:
                self.options.log_items += (item,)

    def set_log_file(self, text: str) -> None:
        self.options.log_file = text

    def set_strace(self, mode: str) -> None:
        if mode not in ("", "qemu", "full", "json"):
            raise UsageError(f"-strace={mode}: there are qemu (or nothing), full and json")
        self.options.strace = mode or "qemu"

    def set_uintr_abi(self, text: str) -> None:
        from .uintr import ABIS

        if text not in ABIS:
            raise UsageError(f"-uintr-abi is one of {', '.join(ABIS)}, not '{text}'")
        self.options.extra["uintr-abi"] = text

    def set_uintr_trace(self, _: str) -> None:
        self.options.log_items += ("uintr",)

    def show_help(self, _: str) -> None:
        _print_help()

    def show_version(self, _: str) -> None:
        _leave(
            f"qemu-user (qemu_user, in Python) version {__version__}\n"
            "GPL-2.0-or-later; there is no warranty, to the extent permitted by law.\n",
            0,
        )


_SMALLEST_STACK = 128 << 10  # bytes, as qemu-user's
_NOT_AVAILABLE = ("out_asm", "op", "op_opt", "op_ind", "mmu", "pcall", "cpu_reset")
_NOT_YET = ("in_asm", "exec", "cpu", "fpu", "page", "nochain", "guest_errors", "plugin", "tid")
_REFUSED = {  # words of qemu-user's that this version does not have
    "g": "the gdb stub",
    "dfilter": "filtering logs by address",
    "singlestep": "one instruction per block",
    "one-insn-per-tb": "one instruction per block",
    "trace": "trace events",
    "plugin": "plugins",
    "t": "the map of real-time signals",
    "tb-size": "the size of the translation cache",
    "perfmap": "maps for perf",
    "jitdump": "dumps for perf",
}


def _strace_options() -> dict[str, Option]:
    """Options that are strace(1)'s, made only when somebody wants one."""
    from . import strace_options

    def option(word: str, metavar: str, variable: str, text: str) -> Option:
        def act(line: CommandLine, value: str) -> None:
            try:
                strace_options.take(line.options, word, value)
            except ValueError as error:
                raise UsageError(str(error)) from None

        return Option(word, metavar, variable, text, act)

    return {words[0]: option(*words) for words in strace_options.WORDS}


_C = CommandLine
OPTIONS = (
    Option("h", "", "", "print this help", _C.show_help),
    Option("help", "", "", "", _C.show_help),
    Option(
        "L", "path", "QEMU_LD_PREFIX", "set the elf interpreter prefix to 'path'", _C.set_sysroot
    ),
    Option(
        "s",
        "size",
        "QEMU_STACK_SIZE",
        "set the stack size to 'size' bytes (K, M, G); below 128K strace's -s",
        _C.set_stack,
    ),
    Option("cpu", "model", "QEMU_CPU", "select CPU (-cpu help for list)", _C.set_cpu),
    Option(
        "E",
        "var=value",
        "QEMU_SET_ENV",
        "set variables of the guest's environment",
        _C.set_variable,
    ),
    Option(
        "U",
        "var",
        "QEMU_UNSET_ENV",
        "unset variables of the guest's environment",
        _C.unset_variable,
    ),
    Option("0", "argv0", "QEMU_ARGV0", "force argv[0] of the guest to be 'argv0'", _C.set_argv0),
    Option("r", "uname", "QEMU_UNAME", "set the kernel release that uname reports", _C.set_release),
    Option(
        "B", "address", "QEMU_GUEST_BASE", "accepted; addresses are never relocated", _C.set_base
    ),
    Option(
        "R", "size", "QEMU_RESERVED_VA", "accepted; all of the address space is", _C.set_reserved
    ),
    Option(
        "native",
        "glob[,...]",
        "QEMU_NATIVE",
        "execve of these programs is the host's (/usr/bin/*, or cc)",
        _C.add_native,
    ),
    Option("d", "item[,...]", "QEMU_LOG", "log these items (-d help for a list)", _C.add_log_items),
    Option(
        "D",
        "logfile",
        "QEMU_LOG_FILENAME",
        "write logs to 'logfile', %d: process id",
        _C.set_log_file,
    ),
    Option(
        "p", "pagesize", "QEMU_PAGESIZE", "accepted; guests have 4096-byte pages", _C.set_page_size
    ),
    Option(
        "strace",
        "",
        "QEMU_STRACE",
        "log system calls; =full: as strace(1) does, =json: as JSON lines",
        _C.set_strace,
    ),
    Option(
        "seed", "seed", "QEMU_RAND_SEED", "make AT_RANDOM and getrandom repeatable", _C.set_seed
    ),
    Option(
        "uintr-abi",
        "abi",
        "QEMU_UINTR_ABI",
        "user interrupt calls: auto, 449, 450, ...",
        _C.set_uintr_abi,
    ),
    Option(
        "uintr-trace", "", "QEMU_UINTR_TRACE", "log user interrupts (-d uintr)", _C.set_uintr_trace
    ),
    Option("version", "", "QEMU_VERSION", "print the version", _C.show_version),
)


def _size(text: str, what: str) -> int:
    scale = {"K": 10, "M": 20, "G": 30}.get(text[-1:].upper(), 0)
    return _number(text[:-1] if scale else text, what) << scale


def _number(text: str, what: str) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        raise UsageError(f"invalid {what} '{text}'") from None
    if value < 0:
        raise UsageError(f"invalid {what} '{text}'")
    return value


def _leave(text: str, status: int) -> NoReturn:
    os.write(1, text.encode())
    os._exit(status)


def _print_help() -> NoReturn:
    lines = [
        "usage: qemu-user [options] program [arguments...]",
        "Linux user-mode emulator, with Intel user interrupts; any architecture it knows",
        "",
        "Options and associated environment variables:",
        "",
        f"{'Argument':21} {'Env-variable':23} Description",
    ]
    for option in (*OPTIONS, *_strace_options().values()):
        argument = f"-{option.name} {option.metavar}"
        lines.append(f"{argument:21} {option.variable:23} {option.help}".rstrip())
    lines += [
        "",
        "Defaults:",
        f"QEMU_STACK_SIZE = {Options().stack_size} byte",
        "QEMU_UINTR_ABI  = auto",
        "",
        "-E and -U take several variables separated by commas, and may be repeated;",
        "the last change of a variable counts.",
        "",
    ]
    _leave("\n".join(lines), 0)


def _cpu_help() -> NoReturn:
    from .exec.arch import NAMES, load

    lines = []
    for name in NAMES:
        arch = load(name)
        lines.append(f"{name}:")
        default = "the default"
        for model in arch.cpus:
            lines.append(f"  {model:<12} {arch.cpu_notes.get(model, default)}".rstrip())
            default = ""
    _leave("\n".join([*lines, "", "-cpu model,+feature,-feature,feature=on|off", ""]), 0)


def _log_help(status: int) -> NoReturn:
    from .log import ITEMS

    lines = ["Log items (comma separated):", *(f"{name:15} {text}" for name, text in ITEMS.items())]
    _leave("\n".join(lines) + "\n", status)


def parse(words: list[str]) -> tuple[CommandLine, list[str]]:
    """Options and the words from the program on; UsageError."""
    line = CommandLine()
    by_name = {option.name: option for option in OPTIONS}
    if any(name.startswith("QEMU_STRACE_") for name in os.environ):
        by_name |= _strace_options()
    for option in list(by_name.values()):
        value = os.environ.get(option.variable) if option.variable else None
        if value is not None:
            option.act(line, value if option.metavar else "")
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        word = words[at]
        at += 1
        if word == "--":
            break
        name = word[2:] if word.startswith("--") else word[1:]
        name, equals, joined = name.partition("=")
        found = by_name.get(name) or _strace_options().get(name)
        if found is None:
            if name in _REFUSED:
                raise UsageError(f"-{name} is not supported: {_REFUSED[name]}")
            raise UsageError(f"unknown option '{name}'")
        if found.metavar:
            if at == len(words):
                raise UsageError(f"missing argument for option '{name}'")
            joined = words[at]
            at += 1
        elif equals and name != "strace":
            raise UsageError(f"unknown option '{name}={joined}'")
        found.act(line, joined)
    if at == len(words):
        raise UsageError("no user program specified")
    line.settle_stack()
    if line.options.strace_settings is not None:
        from .strace_options import conflict

        if wrong := conflict(line.options):
            raise UsageError(wrong)
    return line, words[at:]
