"""The engine's C library: found and opened, in the background where that saves time."""

from __future__ import annotations

import ctypes
import os
import sys
from _thread import allocate_lock, start_new_thread

from .errors import EngineError
from .hostthreads import block_signals

# RTLD_LAZY: a run calls few of its thousands of functions; ctypes itself binds all. RTLD_DEEPBIND:
# its 30,000 references to itself are looked up there first.
_FLAGS = 1 | 8
_opened: dict[str, ctypes.CDLL] = {}
_busy = allocate_lock()


def library_path() -> str:
    """Where the installed distribution keeps the C library.

    EngineError when it is not installed. The package itself costs 30 ms to import, so it isn't.
    """
    for directory in sys.path:
        path = f"{directory}/unicorn/lib/libunicorn.so.2"
        if os.path.exists(path):
            return path
    raise EngineError("the unicorn distribution is not installed")


def open_early() -> None:
    """Begin to open the library in a host thread of its own: it takes as long as importing us.

    The dynamic linker is locked until it is open: modules that need that are to come first.
    """
    _busy.acquire()
    start_new_thread(_open_early, ())


def _open_early() -> None:
    try:
        block_signals()
        path = library_path()
        _opened[path] = _open(path)
    except (EngineError, OSError):
        return  # who needs the library meets the same error
    finally:
        _busy.release()


def open_library(path: str) -> ctypes.CDLL:
    """The library at `path` and its functions; OSError when that is no library."""
    with _busy:
        library = _opened.get(path)
        if library is None:
            library = _opened[path] = _open(path)
        return library


def _open(path: str) -> ctypes.CDLL:
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype = ctypes.c_void_p
    # Where that fails, ctypes tries again and says why.
    library = ctypes.CDLL(path, handle=dlopen(os.fsencode(path), _FLAGS))
    library.uc_strerror.restype = ctypes.c_char_p
    words = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_size_t)
    library.uc_emu_start.argtypes = words
    return library
