"""Resource limits and priorities."""

from __future__ import annotations

import os
from errno import EINVAL, EPERM

from ..exec import hostcall
from ..exec.abi import limits as abi
from ..exec.abi.limits import Rlimit, Rlimit64
from ..exec.errors import LinuxError
from ..exec.guestlimits import MEMORY, GuestLimits, get, kept, of_host
from ..exec.hostthreads import keep_in_reserve
from .args import In, Int, Out, Pid, PrioWhich, Resource
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..exec.thread import Thread

_INFINITY = (1 << 64) - 1


def _set(t: Thread, resource: int, soft: int, hard: int) -> None:
    attribute = MEMORY.get(resource)
    if attribute is None and resource != abi.RLIMIT_NOFILE:
        if resource == abi.RLIMIT_NPROC:
            keep_in_reserve()
        packed = hostcall.pack(Rlimit64(rlim_cur=soft, rlim_max=hard))
        hostcall.call("prlimit64", 0, resource, packed, None)
        return
    if soft > hard:
        raise LinuxError(EINVAL)
    limits = kept(t)
    if hard > limits.hard[resource] and os.geteuid() != 0:
        raise LinuxError(EPERM)
    if attribute is None:
        limits.files = soft
        ours = max(hard, of_host(0, resource)[1])
        packed = hostcall.pack(Rlimit64(rlim_cur=limits.files_on_host(ours), rlim_max=ours))
        hostcall.call("prlimit64", 0, resource, packed, None)
    else:
        setattr(t.memory, attribute, soft)
    limits.hard[resource] = hard


def give_to_host(t: Thread) -> None:
    """Make the guest's own limits the host's, for a program that the host runs."""
    own = MEMORY if GuestLimits in t.process.kept else ()
    for resource in (*own, abi.RLIMIT_NOFILE):
        soft, hard = get(t, resource)
        packed = hostcall.pack(Rlimit64(rlim_cur=soft, rlim_max=hard))
        hostcall.call("prlimit64", 0, resource, packed, None)


def _check(resource: int) -> None:
    if not 0 <= resource < abi.RLIM_NLIMITS:
        raise LinuxError(EINVAL)


def _narrow(value: int, unlimited: int) -> int:
    """A limit as an unsigned long holds it: too large ones are infinite."""
    return min(value, unlimited)


def _wide(value: int, unlimited: int) -> int:
    return _INFINITY if value == unlimited else value


@syscall(also=("ugetrlimit",))
def getrlimit(t: Thread, resource: Resource, rlim: Out[Rlimit]) -> int:
    _check(resource)
    unlimited = t.arch.model.unlimited
    soft, hard = get(t, resource)
    rlim.write(Rlimit(rlim_cur=_narrow(soft, unlimited), rlim_max=_narrow(hard, unlimited)))
    return 0


@syscall
def setrlimit(t: Thread, resource: Resource, rlim: In[Rlimit]) -> int:
    want = rlim.read()
    _check(resource)
    unlimited = t.arch.model.unlimited
    _set(t, resource, _wide(want.rlim_cur, unlimited), _wide(want.rlim_max, unlimited))
    return 0


@syscall
def prlimit64(
    t: Thread,
    pid: Pid,
    resource: Resource,
    new_limit: In[Rlimit64],
    old_limit: Out[Rlimit64],
) -> int:
    want = new_limit.read() if new_limit else None
    if pid in (0, t.process.pid) or pid in t.process.threads:
        _check(resource)
        soft, hard = get(t, resource)
        if want is not None:
            _set(t, resource, want.rlim_cur, want.rlim_max)
        old = Rlimit64(rlim_cur=soft, rlim_max=hard)
    else:
        packed = None if want is None else hostcall.pack(want)
        old = hostcall.fill(Rlimit64, "prlimit64", pid, resource, packed, hostcall.OUT)
    if old_limit:
        old_limit.write(old)
    return 0


def _own_pid(t: Thread, which: int, who: int) -> int:
    """The process itself when no process is named: our calls come from its main thread."""
    return t.tid if which == 0 and who == 0 else who


@syscall
def ioprio_get(t: Thread, which: Int, who: Int) -> int:
    return hostcall.call("ioprio_get", which, _own_pid(t, which - 1, who))


@syscall
def ioprio_set(t: Thread, which: Int, who: Int, ioprio: Int) -> int:
    return hostcall.call("ioprio_set", which, _own_pid(t, which - 1, who), ioprio)


@syscall
def getpriority(t: Thread, which: PrioWhich, who: Int) -> int:
    return hostcall.call("getpriority", which, _own_pid(t, which, who))


@syscall
def setpriority(t: Thread, which: PrioWhich, who: Int, prio: Int) -> int:
    t.process.scheduled = True  # threads to come inherit it
    done = hostcall.call("setpriority", which, _own_pid(t, which, who), prio)
    if which == 0 and len(t.process.threads) == 1 and who in (0, t.tid):
        for task in os.listdir("/proc/self/task"):  # the emulator's: getpriority looks at them, too
            try:
                hostcall.call("setpriority", which, int(task), prio)
            except LinuxError:
                continue  # it has ended
    return done
