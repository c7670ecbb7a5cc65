"""strace(1)'s options as ours: its letters, its long names where qemu-user has the letter."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .exec.options import Options
    from .strace.settings import Settings

# word, what it takes, variable, help
WORDS = (
    ("e", "expression", "QEMU_STRACE_E",
     "which calls, as strace(1): trace=SET, status=, signal=, raw=, inject=, fault="),
    ("y", "", "QEMU_STRACE_Y", "descriptors with their paths"),
    ("yy", "", "QEMU_STRACE_YY", "the same, and what devices and sockets are"),
    ("T", "", "QEMU_STRACE_T", "how long each call took"),
    ("absolute-timestamps", "", "QEMU_STRACE_TIME", "lines begin with the time, strace's -t"),
    ("tt", "", "QEMU_STRACE_TT", "with microseconds"),
    ("ttt", "", "QEMU_STRACE_TTT", "in seconds since 1970, with microseconds"),
    ("relative-timestamps", "", "QEMU_STRACE_R", "time since the line before, strace's -r"),
    ("c", "", "QEMU_STRACE_C", "only a table of calls, errors and time, when the program ends"),
    ("C", "", "QEMU_STRACE_CC", "that table, too"),
    ("w", "", "QEMU_STRACE_W", "the table counts time that passes, not the processor's"),
    ("k", "", "QEMU_STRACE_K", "the guest's stack after each line (needs pyelftools)"),
    ("string-limit", "n", "QEMU_STRACE_STRSIZE", "show n bytes of a string (32), as -s below 128K"),
    ("z", "", "QEMU_STRACE_SUCCESSFUL", "only calls that succeeded"),
    ("Z", "", "QEMU_STRACE_FAILED", "only calls that failed"),
    ("o", "file", "QEMU_STRACE_O", "write to 'file' instead of stderr or the log"),
    ("ff", "", "QEMU_STRACE_FF", "with -o: one file for each thread, 'file'.TID"),
)  # fmt: skip

# Options that only strace's own layout can honour.
_LAYOUT = frozenset(
    ("y", "yy", "T", "absolute-timestamps", "tt", "ttt", "relative-timestamps", "k",
     "string-limit")
)  # fmt: skip
_CLOCKS = {"absolute-timestamps": 1, "tt": 2, "ttt": 3}
_FLAGS = {
    "T": "duration",
    "relative-timestamps": "relative",
    "w": "wall",
    "k": "stacks",
    "ff": "separate",
}


def take(options: Options, word: str, text: str) -> None:
    """One option; ValueError. With several expressions for -e, spaces are between them."""
    if options.strace_settings is None:
        from .strace.settings import Settings

        options.strace_settings = Settings(_extension_calls)
    settings: Settings = options.strace_settings
    if word in _LAYOUT:
        settings.decorations.append(f"-{word}")
    if word == "e":
        for expression in text.split():
            settings.expression(expression)
    elif word in _FLAGS:
        setattr(settings, _FLAGS[word], True)
    elif word in _CLOCKS:
        settings.clock = _CLOCKS[word]
    elif word in ("y", "yy"):
        settings.paths = max(settings.paths, len(word))
    elif word in ("c", "C"):
        settings.summary = True
        settings.lines = word == "C"
    elif word == "string-limit":
        settings.limit = _count(text)
    elif word in ("z", "Z"):
        settings.expression("status=successful" if word == "z" else "status=failed")
    elif word == "o":
        settings.file = _output(text)


def _extension_calls() -> frozenset[str]:
    """Names of calls that only an extension has."""
    from .syscalls.syscall import Syscall
    from .uintr import calls

    return frozenset(name for name, value in vars(calls).items() if isinstance(value, Syscall))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"invalid string size '{text}'")
    return int(text)


def _output(text: str) -> str:
    if text[:1] in ("|", "!", ""):
        raise ValueError(f"-o takes the name of a file, not '{text}'")
    return text


def conflict(options: Options) -> str:
    """What is wrong with the options together. They bring strace(1)'s layout, if none is chosen."""
    settings: Settings | None = options.strace_settings
    if settings is None:
        return ""
    options.strace = options.strace or "full"
    if options.strace == "qemu" and settings.decorations:
        return f"{settings.decorations[0]} needs -strace=full or -strace=json"
    if settings.stacks and not _installed("elftools"):
        return "-k needs the Python package pyelftools"
    if settings.separate and settings.summary:
        return "-c and -ff exclude each other"
    return ""


def _installed(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None
