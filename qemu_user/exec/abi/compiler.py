"""Asks a C compiler for the constants of an architecture, for regenerate.py.

The compiler is ziglang's clang, which knows every target and brings their headers.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import tempfile
from pathlib import Path

KERNEL = [
    "asm/types",
    "linux/types",
    "linux/time",
    "linux/timex",
    "linux/fcntl",
    "linux/openat2",
    "linux/stat",
    "linux/fs",
    "linux/falloc",
    "linux/limits",
    "linux/xattr",
    "linux/uio",
    "linux/mount",
    "linux/mman",
    "linux/memfd",
    "linux/mempolicy",
    "linux/membarrier",
    "linux/eventpoll",
    "linux/poll",
    "linux/eventfd",
    "linux/timerfd",
    "linux/signalfd",
    "linux/inotify",
    "linux/sched",
    "linux/sched/types",
    "linux/wait",
    "linux/pidfd",
    "linux/futex",
    "linux/resource",
    "linux/rseq",
    "linux/prctl",
    "linux/kcmp",
    "linux/ptrace",
    "linux/capability",
    "linux/seccomp",
    "linux/personality",
    "asm/signal",
    "linux/signal",
    "asm/siginfo",
    "asm/stat",
    "asm/statfs",
    "asm/socket",
    "linux/net",
    "linux/in",
    "linux/in6",
    "linux/un",
    "linux/netlink",
    "linux/if_packet",
    "linux/tcp",
    "linux/udp",
    "linux/sockios",
    "linux/sysinfo",
    "linux/random",
    "linux/reboot",
    "linux/ipc",
    "linux/sem",
    "linux/msg",
    "linux/shm",
    "asm/termbits",
    "asm/termios",
    "asm/ioctls",
    "linux/auxvec",
    "linux/elf",
    "linux/elf-em",
    "linux/close_range",
    "linux/nsfs",
    "linux/aio_abi",
]
# What Linux fixes but has no user header for: the C library's headers repeat it.
LIBC = [
    "sys/socket",
    "linux/vm_sockets",
    "netinet/in",
    "dirent",
    "fcntl",
    "sys/statvfs",
    "sys/mount",
    "unistd",
    "sys/ioctl",
    "linux/sockios",
]
LIBC_NAMES = re.compile(
    r"(AF|SOCK|SOL|MSG|SHUT|SCM|IP|IPPROTO|DT|POSIX_FADV|SPLICE_F|ST|MNT|UMOUNT)_\w+"
    r"|SIOC\w+|IOCTL_VM_SOCKETS_\w+|[FRWX]_OK"
)
_UNKNOWN = re.compile(r"constants\.c:(\d+):\d+: error: ")
_VALUE = re.compile(r"^@v_(\w+) = .*?global i64 (-?\d+)", re.MULTILINE)


def names() -> dict[str, int]:
    """Every constant of the modules of this package, and the value all but some targets give it."""
    package = __name__.rpartition(".")[0]
    found: dict[str, int] = {}
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if info.name in ("compiler", "regenerate", "generated", "vdso"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        for name, value in vars(module).items():
            if type(value) is int and re.fullmatch(r"_*[A-Z]\w*", name):
                found[name] = value
    return found


def constants(root: Path, cpu: str, target: str, skip: str = "") -> dict[str, int]:
    """The target's values of the names it has; the kernel's headers go before libc's.

    `skip` is the guard of a header to leave out.
    """
    wanted = list(names())
    kernel = ["-nostdinc", f"-I{root / f'{cpu}-linux-any'}", f"-I{root / 'any-linux-any'}"]
    kernel += [f"-D{skip}"] if skip else []
    found = _values(wanted, KERNEL, ["-target", target, *kernel])
    rest = [name for name in wanted if name not in found and LIBC_NAMES.fullmatch(name)]
    return {**found, **_values(rest, LIBC, ["-target", target, "-D_GNU_SOURCE"])}


def _values(wanted: list[str], includes: list[str], flags: list[str]) -> dict[str, int]:
    """Compile once to see which names are unknown, then for the values of the others."""
    head = [f"#include <{name}.h>" for name in includes]
    lines = [f"long long v_{name} = (long long)({name});" for name in wanted]
    with tempfile.TemporaryDirectory() as place:
        unknown, _ = _compile(Path(place), [*head, *lines], flags)
        if any(line <= len(head) for line in unknown):
            raise SystemExit(f"regenerate: {flags[1]} has not all of {includes}")
        lines = [line for at, line in enumerate(lines, len(head) + 1) if at not in unknown]
        wrong, text = _compile(Path(place), [*head, *lines], flags)
    if wrong:
        raise SystemExit(f"regenerate: {flags[1]} does not compile: {lines[min(wrong)]}")
    return {name: int(value) for name, value in _VALUE.findall(text)}


def _compile(place: Path, lines: list[str], flags: list[str]) -> tuple[set[int], str]:
    """The lines with errors and the LLVM text of a C file."""
    source, output = place / "constants.c", place / "constants.ll"
    source.write_text("\n".join([*lines, ""]))
    command = [sys.executable, "-m", "ziglang", "cc", *flags, "-w", "-ferror-limit=0"]
    command += ["-S", "-emit-llvm", "-o", str(output), str(source)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    errors = {int(line) for line in _UNKNOWN.findall(run.stderr)}
    if run.returncode and not errors:
        raise SystemExit(f"regenerate: {' '.join(flags)}: {run.stderr}")
    return errors, "" if errors else output.read_text()
