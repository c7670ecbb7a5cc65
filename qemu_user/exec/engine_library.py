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
BUILD_ID = bytes.fromhex("13975ad2bf6767777243f2cf98f5ed09ed3f5596")  # of unicorn 2.1.3, x86-64
_BUILD_ID_AT = 0x280  # in the library
# A function of it, where it is, and how it begins as long as nobody replaced it.
_MARK = (
    "tcg_gen_code_x86_64",
    0x3FDAA0,
    bytes.fromhex("415741564989fe415541bd01000000"),
)
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


def base_if_known(library: ctypes.CDLL) -> int:
    """The address where the library begins if it is the one whose code we know; 0: it is not."""
    name, place, code = _MARK
    if not hasattr(library, name):
        return 0
    start = ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
    if ctypes.string_at(start, len(code)) != code:
        return 0
    base = start - place
    return base if ctypes.string_at(base + _BUILD_ID_AT, len(BUILD_ID)) == BUILD_ID else 0


def _open(path: str) -> ctypes.CDLL:
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype = ctypes.c_void_p
    # Where that fails, ctypes tries again and says why.
    library = ctypes.CDLL(path, handle=dlopen(os.fsencode(path), _FLAGS))
    library.uc_strerror.restype = ctypes.c_char_p
    words = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_size_t)
    library.uc_emu_start.argtypes = words
    return library
