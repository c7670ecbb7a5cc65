"""The command `qemu-user`: runs the program that its words name."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import NoReturn

    from .exec.options import Options
else:
    import _signal as signal  # signal itself makes enums of everything

_NAME = "qemu"  # how messages begin


def _open_engine() -> None:
    """Have the engine opened while the rest is imported.

    Opening locks the dynamic linker, so modules with C parts and those that use them come first.
    """
    import bisect  # noqa: F401
    import fcntl  # noqa: F401
    import mmap  # noqa: F401
    import select  # noqa: F401

    from .exec import host, hostcall  # noqa: F401
    from .exec.engine_library import open_early

    open_early()


def _read(words: list[str]) -> tuple[Options, bytes | None, dict[bytes, bytes], list[str]]:
    """Options, argv[0] if it is another, environment, and the words from the program on."""
    if words and words[0][:1] != "-" and not any(name.startswith("QEMU_") for name in os.environ):
        from .exec.options import Options

        return Options(), None, dict(os.environb), words
    from .commandline import UsageError, parse
    from .log import say

    try:
        line, words = parse(words)
    except UsageError as error:
        say(f"{_NAME}: {error}")
        os._exit(1)
    return line.options, line.argv0, line.environment, words


def _undo_coercion() -> None:
    """Python sets LC_CTYPE where it would be "C" (PEP 538): the guest finds what was there."""
    if os.environb.get(b"LC_CTYPE") not in (b"C.UTF-8", b"C.utf8", b"UTF-8"):
        return
    with open("/proc/self/environ", "rb") as file:
        given = [line for line in file.read().split(b"\0") if line.startswith(b"LC_CTYPE=")]
    if given:
        os.environb[b"LC_CTYPE"] = given[0].partition(b"=")[2]
    else:
        del os.environb[b"LC_CTYPE"]


def main() -> NoReturn:
    """Run the program that the command line names; this process ends as it does."""
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is no exception of ours
    gc.disable()  # until the machine runs: starting makes no garbage
    from .finder import install

    install()
    _undo_coercion()
    options, argv0, environment, words = _read(sys.argv[1:])
    argv = [os.fsencode(word) for word in words]
    path = argv[0]
    if argv0 is not None:
        argv[0] = argv0
    envp = [name + b"=" + value for name, value in environment.items()]
    _open_engine()
    from .exec.errors import EngineError
    from .loader import LoadError
    from .log import say
    from .machine import Machine

    try:
        machine = Machine(options, path, argv, envp)
    except LoadError as error:
        say(f"{_NAME}: {error}" if error.status == 255 else str(error))
        os._exit(error.status)
    except (MemoryError, EngineError) as error:
        say(f"{_NAME}: {error}")
        os._exit(1)
    except OSError as error:
        logs = options.log_file is not None or options.strace_settings is not None
        if not logs or error.filename is None:
            raise
        say(f"{_NAME}: Error opening logfile {error.filename}: {error.strerror}")
        os._exit(1)
    machine.run()
    os._exit(0)
