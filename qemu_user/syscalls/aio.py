"""Asynchronous input and output, which is done when it is asked for (man 2 io_submit).

So does Linux for whatever is not a file opened with O_DIRECT.
"""

from __future__ import annotations

import os
from errno import EAGAIN, EBADF, EINTR, EINVAL, EOPNOTSUPP, ESPIPE
from time import monotonic_ns

from ..exec import hostcall
from ..exec.abi import aio as abi
from ..exec.abi.aio import Iocb, IoEvent
from ..exec.abi.clocks import Timespec
from ..exec.abi.errno import errno_table
from ..exec.abi.files import F_GETFL, O_ACCMODE, O_RDONLY, O_WRONLY
from ..exec.abi.memory import MADV_DONTFORK, MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE
from ..exec.abi.polling import PselectSigmask
from ..exec.advice import madvise
from ..exec.errors import ERESTARTSYS, LinuxError
from ..exec.waiting import Wait
from . import descriptors, transfers
from .args import Addr, Long, UInt, ULong
from .clocks import nanoseconds
from .pointers import In, InBuf, IoVecIn, IoVecOut, Out, OutBuf
from .polling import mask_at, masked
from .syscall import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..exec.thread import Thread
    from ..exec.waiting import Blocking

_PAGE = 4096
_MOST = 65536  # /proc/sys/fs/aio-max-nr
_WRITES = (abi.IOCB_CMD_PWRITE, abi.IOCB_CMD_PWRITEV)
_READS = (abi.IOCB_CMD_PREAD, abi.IOCB_CMD_PREADV)
_SYNCS = {abi.IOCB_CMD_FSYNC: descriptors.fsync, abi.IOCB_CMD_FDSYNC: descriptors.fdatasync}


class Context:
    """What io_setup made for one image of one process: its address is its name."""

    def __init__(self, t: Thread, addr: int, size: int) -> None:
        self.owner = t.process.pid, t.process.image
        self.addr = addr
        self.size = size  # events that may wait to be fetched
        self.events: list[IoEvent] = []
        self.waits: list[Wait] = []  # of who wants some
        self.ended = False

    def wake(self, t: Thread) -> None:
        """Have those look who wait for events."""
        for sleep in self.waits:
            t.process.scheduler.wake(sleep)


def _contexts(t: Thread) -> dict[int, Context]:
    known: dict[int, Context] = t.process.kept.setdefault(Context, {})
    return known


def _context(t: Thread, ctx_id: int) -> Context:
    found = _contexts(t).get(ctx_id)
    if found is None or found.owner != (t.process.pid, t.process.image):
        raise LinuxError(EINVAL)
    return found


@syscall
def io_setup(t: Thread, nr_events: UInt, ctx_idp: Out[ULong]) -> int:
    word = t.memory.word(ctx_idp.addr)
    if word or not nr_events:
        raise LinuxError(EINVAL)
    if nr_events > _MOST:
        raise LinuxError(EINVAL if nr_events > 0x10000000 // 32 else EAGAIN)
    flags, protection = MAP_PRIVATE | MAP_ANONYMOUS, PROT_READ | PROT_WRITE
    # Programs that know the ring look for its mark there, and make calls without it.
    addr = t.memory.mmap(0, _PAGE, protection, flags, name=b"/[aio] (deleted)")
    madvise(t.memory, addr, _PAGE, MADV_DONTFORK)
    try:
        ctx_idp.write(addr)
    except LinuxError:
        t.memory.munmap(addr, _PAGE)
        raise
    _contexts(t)[addr] = Context(t, addr, nr_events)
    return 0


@syscall
def io_destroy(t: Thread, ctx_id: ULong) -> int:
    context = _context(t, ctx_id)
    del _contexts(t)[ctx_id]
    context.ended = True
    context.wake(t)
    t.memory.munmap(ctx_id, _PAGE)
    return 0


@syscall(note="requests are done at once, those to poll or with flags (aio_rw_flags) refused")
def io_submit(t: Thread, ctx_id: ULong, nr: Long, iocbpp: Addr) -> Blocking[int]:
    if nr < 0:
        raise LinuxError(EINVAL)
    context = _context(t, ctx_id)
    word = t.arch.model.word
    for done in range(min(nr, context.size)):
        try:
            yield from _submit(t, context, t.memory.word(iocbpp + done * word))
        except LinuxError:
            if not done:
                raise
            return done
    return min(nr, context.size)


def _submit(t: Thread, context: Context, addr: int) -> Blocking[None]:
    """Do one request; LinuxError for one that is none."""
    iocb = t.memory.load(addr, Iocb)
    key, flags = (8, 12) if t.arch.model.order == "<" else (12, 8)
    if iocb.aio_reserved2 or iocb.aio_nbytes >> 8 * t.arch.model.word - 1:
        raise LinuxError(EINVAL)
    if len(context.events) >= context.size:
        raise LinuxError(EAGAIN)
    t.process.files.visible(iocb.aio_fildes)
    mode = hostcall.call("fcntl", iocb.aio_fildes, F_GETFL) & O_ACCMODE
    if iocb.aio_flags & abi.IOCB_FLAG_RESFD:
        _check_counter(t, iocb.aio_resfd)
    t.memory.set_u32(addr + key, 0)
    if t.memory.u32(addr + flags):
        raise LinuxError(EOPNOTSUPP)
    unsuitable = {O_RDONLY: _WRITES, O_WRONLY: _READS}.get(mode, ())
    if iocb.aio_lio_opcode in unsuitable:
        raise LinuxError(EBADF)
    if iocb.aio_lio_opcode not in (*_READS, *_WRITES, *_SYNCS):
        raise LinuxError(EINVAL)
    try:
        result = yield from _perform(t, iocb)
    except LinuxError as error:
        number = error.errno or EINVAL
        if number >= ERESTARTSYS:
            number = EINTR
        result = -(errno_table(t.arch.name) or {}).get(number, number)
    context.events.append(IoEvent(data=iocb.aio_data, obj=addr, res=result))
    if iocb.aio_flags & abi.IOCB_FLAG_RESFD:
        os.eventfd_write(iocb.aio_resfd, 1)
    context.wake(t)


def _check_counter(t: Thread, fd: int) -> None:
    t.process.files.visible(fd)
    if os.readlink(f"/proc/self/fd/{fd}") != "anon_inode:[eventfd]":
        raise LinuxError(EINVAL)


def _perform(t: Thread, iocb: Iocb) -> Blocking[int]:
    fd, opcode = iocb.aio_fildes, iocb.aio_lio_opcode
    place = t.memory, iocb.aio_buf, iocb.aio_nbytes
    if opcode in _SYNCS:
        return _SYNCS[opcode](t, fd)
    forms: dict[int, tuple[Any, Any, Any]] = {
        abi.IOCB_CMD_PREAD: (OutBuf, transfers.pread64, transfers.read),
        abi.IOCB_CMD_PWRITE: (InBuf, transfers.pwrite64, transfers.write),
        abi.IOCB_CMD_PREADV: (IoVecOut, transfers.preadv, transfers.readv),
        abi.IOCB_CMD_PWRITEV: (IoVecIn, transfers.pwritev, transfers.writev),
    }
    buffer, positioned, plain = forms[opcode]
    try:
        return int(positioned(t, fd, buffer(*place), iocb.aio_offset))
    except LinuxError as error:
        if error.errno != ESPIPE:
            raise
    return int((yield from plain(t, fd, buffer(*place))))


@syscall(note="nothing is ever under way: EINVAL")
def io_cancel(t: Thread, ctx_id: ULong, iocb: Addr, result: Addr) -> int:
    t.memory.load(iocb, Iocb)
    raise LinuxError(EINVAL)


@syscall
def io_getevents(
    t: Thread, ctx_id: ULong, min_nr: Long, nr: Long, events: Addr, timeout: In[Timespec]
) -> Blocking[int]:
    deadline = monotonic_ns() + nanoseconds(timeout.read()) if timeout else None
    return (yield from _fetch(t, _context(t, ctx_id), min_nr, nr, events, deadline))


@syscall(wide="io_pgetevents_time64")
def io_pgetevents(
    t: Thread,
    ctx_id: ULong,
    min_nr: Long,
    nr: Long,
    events: Addr,
    timeout: In[Timespec],
    usig: In[PselectSigmask],
) -> Blocking[int]:
    deadline = monotonic_ns() + nanoseconds(timeout.read()) if timeout else None
    about = usig.read() if usig else None
    mask = None if about is None else mask_at(t, about.ss, about.ss_len)
    wanted = _fetch(t, _context(t, ctx_id), min_nr, nr, events, deadline)
    return (yield from masked(t, mask, wanted))


def _fetch(
    t: Thread, context: Context, least: int, most: int, addr: int, deadline: int | None
) -> Blocking[int]:
    if not 0 <= least <= most:
        raise LinuxError(EINVAL)
    size, count = IoEvent.size(t.arch.model), 0
    while True:
        while context.events and count < most:
            t.memory.store(addr + count * size, context.events[0])
            del context.events[0]
            count += 1
        if count >= least:
            return count
        sleep = Wait(deadline=deadline)
        context.waits.append(sleep)
        try:
            yield sleep
        finally:
            context.waits.remove(sleep)
        if context.ended:
            raise LinuxError(EINVAL)
        if sleep.timed_out and not context.events:
            return count
        if sleep.interrupted and not context.events:
            if count:
                return count
            raise LinuxError(EINTR)
