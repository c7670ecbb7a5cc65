"""fork(2) with what only clone3(2) can ask for; the interpreter and the C library survive it."""

from __future__ import annotations

import ctypes

from . import hostcall
from .abi.prctl import PR_GET_TID_ADDRESS
from .abi.processes import CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CloneArgs
from .errors import LinuxError

# The lock of the interpreter is kept, as os.fork does: nobody else may hold it in the child.
_libc = ctypes.PyDLL(None, use_errno=True)
_python = ctypes.pythonapi


def clone(args: CloneArgs) -> int:
    """The child's pid, 0 in the child."""
    address = ctypes.c_void_p()
    hostcall.call("prctl", PR_GET_TID_ADDRESS, ctypes.addressof(address), 0, 0, 0)
    args.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
    args.child_tid = address.value or 0  # where the C library keeps the thread's id
    packed = hostcall.pack(args)
    number = hostcall.number("clone3")
    _python.PyOS_BeforeFork()
    pid: int = _libc.syscall(number, packed, len(packed))
    error = ctypes.get_errno()
    if pid == 0:
        _python.PyOS_AfterFork_Child()
        return 0
    _python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise LinuxError(error)
    return pid
