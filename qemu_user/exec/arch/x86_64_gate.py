"""`int 0x80` in 64-bit programs: the kernel's calls of 32-bit ones, with arguments of 32 bits.

Those are made whose arguments are numbers, strings and bytes. What structures look like depends on
the process here, not on the call: others are ENOSYS.
"""

from __future__ import annotations

from errno import ENOSYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..thread import Thread

_CALLS = frozenset(
    (
        *("exit", "exit_group", "fork", "read", "write", "open", "openat", "creat", "close"),
        *("lseek", "dup", "dup2", "dup3", "pipe", "pipe2", "access", "faccessat", "getcwd"),
        *("link", "linkat", "unlink", "unlinkat", "symlink", "symlinkat", "readlink", "readlinkat"),
        *("rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "chdir", "fchdir"),
        *("chmod", "fchmod", "fchmodat", "umask", "sync", "fsync", "fdatasync", "flock"),
        *("getpid", "getppid", "gettid", "getpgrp", "getpgid", "setpgid", "getsid", "setsid"),
        *("getuid", "geteuid", "getgid", "getegid"),
        *("getuid32", "geteuid32", "getgid32", "getegid32"),
        *("kill", "tkill", "tgkill", "alarm", "pause", "sched_yield", "brk", "getrandom"),
    )
)
_ARGUMENTS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp")
_SIZE = 2  # bytes of the instruction


def enter(t: Thread) -> bool:
    """Make the call; False where somebody is to see calls first, who would take it for another."""
    process, cpu = t.process, t.cpu
    if process.checks or process.replace_call is not None:
        return False
    number, *words = (word & 0xFFFFFFFF for word in cpu.bank(*_ARGUMENTS).get())
    cpu.write("rip", cpu.read("rip") + _SIZE)
    table = process.narrow_calls()
    bound = table.get(number) if table.name(number) in _CALLS else None
    if bound is None:
        process.unimplemented(f"Unsupported 32-bit syscall: {number}")
        process.dispatcher.fail(ENOSYS)
    else:
        process.dispatcher.make(t, bound, number, words)
    return True
