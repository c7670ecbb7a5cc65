"""Restartable sequences (man 2 rseq), and which processor a guest thread is on."""

from __future__ import annotations

import ctypes
from errno import EFAULT, EINVAL
from struct import Struct

from .abi.signals import SI_KERNEL, SIGSEGV
from .arena import PAGE
from .errors import LinuxError
from .signals import SigInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread

ALIGN = 32  # AT_RSEQ_ALIGN
_LEGACY = 32  # the length that every kernel takes

_libc = ctypes.PyDLL(None)  # which keeps the interpreter lock: nothing here sleeps
_host_cpu = _libc.sched_getcpu
_here, _node = (ctypes.c_uint * 1)(), (ctypes.c_uint * 1)()

# Parts of struct rseq and struct rseq_cs: these are made whenever threads take turns.
_NO_CPU = 0xFFFFFFFF  # RSEQ_CPU_ID_UNINITIALIZED
_SECTION_AT, _FLAGS_AT, _NODE_AT = 8, 16, 20
_SECTION_SIZE = 32


def cpu_of(t: Thread) -> int:
    """The processor `t` runs on.

    All guest threads run on one host thread. One that may not run where that is counts as running
    on the first it may use: nobody else of the process runs meanwhile, wherever that were.
    """
    cpu: int = _host_cpu()
    return cpu if t.cpus is None or cpu in t.cpus else min(t.cpus)


def node_of(cpu: int) -> int:
    """The NUMA node of a processor."""
    _libc.getcpu(_here, _node)
    if _here[0] == cpu:
        return int(_node[0])
    import os

    try:
        names = os.listdir(f"/sys/devices/system/cpu/cpu{cpu}")
    except OSError:
        return 0
    return next((int(n[4:]) for n in names if n.startswith("node") and n[4:].isdigit()), 0)


class RestartableSequences:
    """A thread's registration. The area's mm_cid stays 0: only one thread runs at a time."""

    __slots__ = (
        *("_descriptor", "_pair", "_pointer"),
        *("addr", "shown", "signature", "size", "t"),
    )

    def __init__(self, t: Thread, addr: int, size: int, signature: int) -> None:
        """EINVAL for an area that no kernel takes, EFAULT where it cannot be written."""
        if size < _LEGACY or addr % ALIGN:
            raise LinuxError(EINVAL)
        if addr + size > t.memory.task_size:
            raise LinuxError(EFAULT)
        self.t, self.addr, self.size, self.signature = t, addr, size, signature
        order = t.arch.model.order
        self._pair = Struct(order + "II")
        self._pointer = Struct(order + "Q")
        self._descriptor = Struct(order + "II3Q")
        self.shown = -1  # the processor that the area names
        t.memory.write(addr + _SECTION_AT, bytes(8))
        self.show_cpu()

    def end(self) -> None:
        """Unregister: the area says that it is not in use. EFAULT."""
        self._store(0, _NO_CPU, 0)

    def _store(self, start: int, cpu: int, node: int) -> None:
        memory = self.t.memory
        memory.write(self.addr, self._pair.pack(start, cpu))
        memory.write(self.addr + _NODE_AT, self._pair.pack(node, 0))

    def show_cpu(self) -> None:
        """Have the area name the processor that the thread is on. EFAULT."""
        if _host_cpu() == self.shown:
            return
        cpu = cpu_of(self.t)
        if cpu != self.shown:
            self._store(cpu, cpu, node_of(cpu))
            self.shown = cpu

    def refresh(self) -> None:
        """`show_cpu` before user code: a bad area is the thread's fault."""
        try:
            self.show_cpu()
        except LinuxError:
            self._fault()

    def interrupted(self) -> None:
        """Others ran, or a handler is about to: leave a critical section by its abort address."""
        memory, at = self.t.memory, self.addr + _SECTION_AT
        try:
            if not memory.table[at // PAGE]:
                memory.read(at, 8)
            section = self._pointer.unpack_from(memory.bytes, at)[0]
            if section:
                self._leave(section)
        except LinuxError:
            self._fault()

    def _leave(self, addr: int) -> None:
        memory, name = self.t.memory, self.t.arch.registers.pc
        data = memory.read(addr, _SECTION_SIZE)
        version, flags, start, size, abort = self._descriptor.unpack(data)
        limit = memory.task_size
        if start >= limit or start + size >= limit or abort >= limit or version:
            raise LinuxError(EINVAL)
        if start <= abort < start + size or memory.u32(abort - 4) != self.signature:
            raise LinuxError(EINVAL)
        inside = start <= self.t.cpu.read(name) < start + size
        if inside and (flags or memory.u32(self.addr + _FLAGS_AT)):
            raise LinuxError(EINVAL)
        memory.write(self.addr + _SECTION_AT, bytes(8))
        if inside:
            self.t.cpu.write(name, abort)

    def _fault(self) -> None:
        """As Linux: a signal for an area or a section that makes no sense."""
        self.t.force(SigInfo(SIGSEGV, SI_KERNEL))
