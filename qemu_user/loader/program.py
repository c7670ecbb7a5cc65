"""What will be run: the program, its interpreter, and the script that named it."""

from __future__ import annotations

import os
from errno import ELIBBAD, ELOOP, ENOENT, ENOEXEC

from .elf import ElfFile, open_elf, open_executable
from .errors import LoadError, bad_image, cannot_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.arch import Arch
    from ..exec.options import Options

_SCRIPT_HEAD = 256  # bytes that Linux looks at (BINPRM_BUF_SIZE)
_FILES = 6  # scripts and a program at their end that one execve goes through


class Program:
    """A checked executable and, if it is dynamic, its interpreter; `close` it after mapping."""

    def __init__(self, path: bytes, elf: ElfFile, interpreter: ElfFile | None) -> None:
        self.path = path  # the executable on the host, absolute
        self.elf = elf
        self.interpreter = interpreter
        self.execfn = path  # AT_EXECFN: what execve was given
        self.secure = False  # AT_SECURE: the file's capabilities give more than its user has

    @property
    def arch(self) -> Arch:
        """The architecture that runs it."""
        return self.elf.arch

    def close(self) -> None:
        """Close the files."""
        self.elf.close()
        if self.interpreter is not None:
            self.interpreter.close()


def inspect(options: Options, path: bytes, name: bytes | None = None) -> Program:
    """Check the ELF program at the host's `path` completely; raises LoadError, changes nothing."""
    elf = open_elf(path, name)
    try:
        wanted = elf.interpreter()
        interpreter = None if wanted is None else _open_interpreter(options, elf, wanted)
    except LoadError:
        elf.close()
        raise
    program = Program(os.path.abspath(path), elf, interpreter)
    program.execfn = path if name is None else name
    return program


def _open_interpreter(options: Options, elf: ElfFile, name: bytes) -> ElfFile:
    path = prefixed(options, name)
    try:
        interpreter = open_elf(path, name)
    except LoadError as error:
        if error.status == 255:
            raise bad_image(name, ELIBBAD, error.message.split(": ", 1)[1]) from None
        why = os.strerror(error.errno or ENOENT)
        text = f"Could not open '{os.fsdecode(name)}': {why}"
        raise LoadError(error.errno or ENOENT, text, 255) from None
    ours, its = elf.arch, interpreter.arch
    if its.base != ours.base or its.model is not ours.model:
        interpreter.close()
        raise bad_image(name, ELIBBAD, "Invalid ELF image for this architecture")
    return interpreter


def prefixed(options: Options, path: bytes) -> bytes:
    """The host's path of a guest's: below -L's prefix when it exists there."""
    if options.sysroot and path.startswith(b"/"):
        below = options.sysroot.rstrip(b"/") + path
        if os.path.exists(below):
            return below
    return path


def resolve(options: Options, path: bytes, argv: list[bytes]) -> tuple[Program, list[bytes]]:
    """What execve(2) of the host's `path` runs: follows `#!` lines. Raises LoadError."""
    found = path
    for _ in range(_FILES):
        line = _script_line(found)
        if line is None:
            program = inspect(options, found, path if found is path else None)
            program.execfn = path
            return program, argv
        interpreter, argument = line
        argv = [interpreter, *([argument] if argument else []), found, *argv[1:]]
        found = prefixed(options, interpreter)
    raise cannot_open(path, ELOOP)


def _script_line(path: bytes) -> tuple[bytes, bytes] | None:
    """Interpreter and optional argument of a script, None for another file."""
    try:
        fd = open_executable(path)
    except OSError as error:
        raise cannot_open(path, error.errno or ENOENT) from None
    try:
        head = os.read(fd, _SCRIPT_HEAD)
    except OSError as error:
        raise cannot_open(path, error.errno or ENOEXEC) from None
    finally:
        os.close(fd)
    if not head.startswith(b"#!"):
        return None
    line, newline, _ = head[2:].partition(b"\n")
    words = line.strip(b" \t").replace(b"\t", b" ").split(b" ", 1)
    whole = newline or len(head) < _SCRIPT_HEAD or len(words) > 1
    if not words[0] or not whole:
        raise cannot_open(path, ENOEXEC)
    return words[0].split(b"\0")[0], words[1].strip() if len(words) > 1 else b""
