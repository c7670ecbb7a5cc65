"""execve(2): a process becomes another program, which we run as we run this one."""

from __future__ import annotations

import os
from errno import E2BIG, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT

from ..exec import hostcall
from ..exec.abi.files import AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW
from ..exec.abi.signals import SIGSEGV
from ..exec.errors import KEEP, GuestExit, LinuxError
from ..exec.paths import follow
from ..loader import map_program, resolve
from . import credentials
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread
    from ..loader import Program
    from .args import AtFlags, DirFd, Path, StringArray

_ARG_MAX = 128 << 10  # bytes of strings and pointers that may always be passed
_ARG_MOST = 6 << 20  # and that are never
_POINTER = 8  # bytes of one, as a 64-bit kernel counts those of 32-bit programs, too
_STRING_LIMIT = 32 * 4096  # MAX_ARG_STRLEN


@syscall(leaves=True)
def execve(t: Thread, filename: Path, argv: StringArray, envp: StringArray) -> int:
    return _execute(t, AT_FDCWD, filename, argv, envp)


@syscall(leaves=True)
def execveat(
    t: Thread, fd: DirFd, filename: Path, argv: StringArray, envp: StringArray, flags: AtFlags
) -> int:
    if not filename and not flags & AT_EMPTY_PATH:
        raise LinuxError(ENOENT)
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        raise LinuxError(EINVAL)
    if not filename:
        if fd == AT_FDCWD:
            return _execute(t, fd, b".", argv, envp)
        t.process.files.check(fd)
        return _execute(t, AT_FDCWD, b"/proc/self/fd/%d" % fd, argv, envp)
    if flags & AT_SYMLINK_NOFOLLOW and os.path.islink(_located(fd, filename)):
        raise LinuxError(ELOOP)
    return _execute(t, fd, filename, argv, envp)


def _located(fd: int, path: bytes) -> bytes:
    if fd == AT_FDCWD or path.startswith(b"/"):
        return path
    return b"/proc/self/fd/%d/%s" % (fd, path)


def _execute(t: Thread, fd: int, path: bytes, argv: StringArray, envp: StringArray) -> int:
    if not path:
        raise LinuxError(ENOENT)
    try:
        words, environment = _strings(argv), _strings(envp)
    except LinuxError:
        _refuse_file(t, fd, path)
        raise
    if _size(path, words, environment) > _limit(t):
        _refuse_file(t, fd, path)
        raise LinuxError(E2BIG)
    p = t.process
    if fd != AT_FDCWD and not path.startswith(b"/"):
        p.files.check(fd)
    if p.options.native:
        from . import native

        if native.chosen(p.options.native, path):
            native.execute(t, _located(fd, path), words or [b""], environment)
    found = _located(fd, follow(t, fd, path))
    program, words = resolve(p.options, found, words or [b""])
    if found is not path:
        program.execfn = path
    hostcall.with_room(lambda: _enter(t, program, words, environment))  # execve takes no descriptor
    return KEEP


def _enter(t: Thread, program: Program, words: list[bytes], environment: list[bytes]) -> None:
    """Replace the program; nothing leads back."""
    p = t.process
    p.begin_exec(t)
    program.secure = credentials.renew(program.path)
    if program.arch is p.arch:
        p.memory.reset()
        p.cpu.reset()
    else:
        p.new_engine(program.arch)
    try:
        p.image = map_program(p.memory, program, words, environment, p.options.seed)
    except OSError:
        raise GuestExit(SIGSEGV) from None
    p.files.close_on_exec()  # after the program's own files have been closed
    p.enter(t)
    for call in p.observers.process_exec:
        call(p)


def _limit(t: Thread) -> int:
    """How many bytes of strings and pointers a new program gets (man 2 execve)."""
    return max(_ARG_MAX, min(_ARG_MOST, t.memory.stack_limit // 4))


def _size(path: bytes, words: list[bytes], environment: list[bytes]) -> int:
    strings = [path, *(words or [b""]), *environment]
    return sum(map(len, strings)) + len(strings) + (len(strings) - 1) * _POINTER


def _refuse_file(t: Thread, fd: int, path: bytes) -> None:
    """Raise the host's error for a file that can't be executed, which comes before that of argv."""
    try:
        hostcall.call("execveat", fd, follow(t, fd, path), hostcall.INVALID, hostcall.INVALID, 0)
    except LinuxError as error:
        if error.errno != EFAULT:
            raise


def _strings(array: StringArray) -> list[bytes]:
    try:
        return array.read(_STRING_LIMIT)
    except LinuxError as error:
        raise LinuxError(E2BIG if error.errno == ENAMETOOLONG else EFAULT) from None
