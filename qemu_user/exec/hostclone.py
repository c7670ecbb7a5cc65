"""fork(2) with what only clone3(2) can ask for; the interpreter and the C library survive it."""

from __future__ import annotations

import ctypes
from functools import partial
from itertools import dropwhile
from operator import call, not_

from . import hostcall
from .abi.prctl import PR_GET_TID_ADDRESS
from .abi.processes import CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CloneArgs
from .errors import LinuxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The lock of the interpreter is kept, as os.fork does: nobody else may hold it in the child.
_libc = ctypes.PyDLL(None, use_errno=True)
_python = ctypes.pythonapi
_python.PyOS_AfterFork_Child.restype = None


def clone(args: CloneArgs) -> int:
    """The child's pid, 0 in the child."""
    address = ctypes.c_void_p()
    hostcall.call("prctl", PR_GET_TID_ADDRESS, ctypes.addressof(address), 0, 0, 0)
    args.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
    args.child_tid = address.value or 0  # where the C library keeps the thread's id
    packed = hostcall.pack(args)
    number = hostcall.number("clone3")
    make = partial(_libc.syscall, number, packed, len(packed))
    run: Callable[[object], int] = call  # type: ignore[assignment]
    # Between these two the child may run no bytecode: there it would give its lock to a thread
    # that asked for it in the parent, and wait until that has had it.
    steps = map(run, (make, _python.PyOS_AfterFork_Child))
    _python.PyOS_BeforeFork()
    pid: int = next(dropwhile(not_, steps), 0)
    error = ctypes.get_errno()
    if pid == 0:
        return 0
    _python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise LinuxError(error)
    return pid
