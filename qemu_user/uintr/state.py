"""What a thread and a process hold of user interrupts, and how a post reaches its receiver."""

from __future__ import annotations

import os
from errno import EBADF, ENOMEM, EOPNOTSUPP, ESHUTDOWN

from ..exec.errors import LinuxError
from ..exec.hostthreads import start
from .files import area_behind
from .uitt import Areas, Uitt
from .upid import STRIDE, Area, Upid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exec.process import Process
    from ..exec.thread import Thread
    from .generation import Generation
    from .uitt import Target

RED_ZONE = 128  # what Linux puts into UISTACKADJUST (x86-64 psABI, 3.2.2)


class Receiver:
    """The user-interrupt registers of one thread, and its table where tables are per thread."""

    __slots__ = (
        *("handler", "registered", "stack_adjust", "timer", "uif", "uirr", "uitt", "upid"),
        *("thread", "waiting", "waits"),
    )

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.uif = False
        self.uirr = 0  # recognised vectors, a bit each
        self.registered = False
        self.handler = 0
        self.stack_adjust = 0  # bit 0: load it; else subtract it (SDM volume 3, UISTACKADJUST)
        self.upid: Upid | None = None
        self.waiting = 0  # WAITING flags in force: user interrupts end this thread's sleeps
        self.waits = False  # in a call that user interrupts end in any case
        self.timer: Callable[[], None] | None = None  # the armed user timer: expires if it is due
        self.uitt: Uitt | None = None

    def ends_sleep(self) -> bool:
        """A posted vector shall end the thread's sleep with EINTR."""
        upid = self.upid
        return bool(
            (self.waiting or self.waits) and self.registered and upid is not None and upid.noticed()
        )


class UserInterrupts:
    """One process's share: UPID areas, target table, the threads that receive."""

    def __init__(self, process: Process, generation: Generation) -> None:
        self.process = process
        self.generation = generation
        self.trace: Callable[[str], None] | None = None
        self.areas = Areas()
        self.uitt: Uitt | None = None
        self.table_shared = False  # other processes may use our table
        self._own: list[Area] = []
        self._tables: set[Uitt] = set()  # all that are open here
        self._watched: set[int] = set()
        self._receivers: dict[tuple[int, int], Receiver] = {}

    # receivers

    def receiver(self, t: Thread) -> Receiver:
        """The thread's registers, made when first needed."""
        found: Receiver | None = t.ext.get(Receiver)
        if found is None:
            found = t.ext[Receiver] = Receiver(t)
        return found

    def registered(self, t: Thread, error: int) -> Receiver:
        """The thread's registers; `error` when it has no handler."""
        found: Receiver | None = t.ext.get(Receiver)
        if found is None or not found.registered:
            raise LinuxError(error)
        return found

    def new_upid(self, receiver: Receiver) -> Upid:
        """Give the thread a UPID; ENOMEM, EMFILE and the like."""
        tid = receiver.thread.tid
        try:
            upid = self._own[-1].new(tid) if self._own else None
        except LinuxError as error:
            if error.errno != ENOMEM:
                raise
            upid = None
        if upid is None:
            self._own.append(self.areas.add(Area.create(self.process.files)))
            upid = self._own[-1].new(tid)
        receiver.upid = upid
        self._receivers[upid.key] = receiver
        return upid

    def drop_upid(self, receiver: Receiver) -> None:
        """The thread's UPID reaches nobody any more."""
        upid = receiver.upid
        if upid is not None:
            upid.kill()
            del self._receivers[upid.key]
            if not upid.exported:
                upid.area.recycle(upid)
            receiver.upid = None

    def ends_sleep(self, t: Thread) -> bool:
        """Whether a posted vector shall end the thread's sleep with EINTR."""
        found: Receiver | None = t.ext.get(Receiver)
        return found is not None and found.ends_sleep()

    # descriptors

    def named_by(self, fd: int, *, dead_too: bool = False) -> tuple[Upid, int]:
        """The receiver and vector that a guest's descriptor stands for.

        EBADF; EOPNOTSUPP when it is anything else; ESHUTDOWN when the receiver is gone, unless
        `dead_too`.
        """
        if fd < 0:
            raise LinuxError(EBADF)
        self.process.files.check(fd)
        area, offset = area_behind(fd, self.areas)
        if area is None:
            raise LinuxError(EOPNOTSUPP)
        upid = Upid(area, offset - offset % STRIDE)
        if dead_too or (not upid.dead and (area in self._own or area.owner_lives(fd))):
            return upid, offset % STRIDE
        raise LinuxError(ESHUTDOWN)

    # tables

    def table(self, t: Thread) -> Uitt | None:
        """The target table that SENDUIPI of this thread uses."""
        if self.generation.thread_tables:
            receiver: Receiver | None = t.ext.get(Receiver)
            return receiver.uitt if receiver is not None else None
        return self.uitt

    def need_table(self, t: Thread) -> Uitt:
        """The same, made when it is missing."""
        found = self.table(t)
        if found is None:
            found = self.add_table(Uitt.create(self.process.files, self.areas))
            if self.generation.thread_tables:
                self.receiver(t).uitt = found
            else:
                self.uitt = found
        return found

    def add_table(self, table: Uitt) -> Uitt:
        """Keep count of a table that was made or adopted."""
        self._tables.add(table)
        return table

    def drop_table(self, t: Thread) -> None:
        """The thread's or process's table is gone: SENDUIPI is an illegal instruction."""
        table = self.table(t)
        if table is not None:
            self._close_table(table)
            if self.generation.thread_tables:
                self.receiver(t).uitt = None
            else:
                self.uitt = None

    def _close_table(self, table: Uitt) -> None:
        self._tables.discard(table)
        self.process.files.unreserve(table.fd)
        table.close()

    def _close_tables(self) -> None:
        for table in list(self._tables):
            self._close_table(table)
        self.uitt = None

    def share_table(self) -> None:
        """Other processes can use the table from now on, so they can post to its receivers."""
        self.table_shared = True
        self.watch()

    def remove_entry(self, t: Thread, table: Uitt, index: int) -> None:
        """Free an entry of a thread's own table, which goes with its last entry."""
        table.remove(index)
        if not table.in_use():
            self.drop_table(t)

    def keep_open(self, area: Area, fd: int) -> None:
        """Keep a descriptor of `area`, which `fd` is one of, to ask which vectors are held."""
        if area.fd < 0:
            path = f"/proc/self/fd/{fd}"
            area.fd = self.process.files.create(lambda: os.open(path, os.O_RDONLY | os.O_CLOEXEC))

    def still_named(self, t: Thread, target: Target, index: int) -> bool:
        """Whether a descriptor of the entry's vector is open anywhere; if not, the entry goes."""
        upid, table = target.upid, self.table(t)
        if upid is None or upid.area.fd < 0 or upid.held(target.vector):
            return True
        if table is not None:
            self.remove_entry(t, table, index)
        return False

    def still_wanted(self, upid: Upid, bits: int) -> int:
        """The vectors among `bits` that a descriptor is open for."""
        kept = 0
        for vector in range(64):
            if bits >> vector & 1 and upid.held(vector):
                kept |= 1 << vector
        return kept

    # posting

    def post(self, t: Thread, target: Target) -> None:
        """What SENDUIPI does once the entry is found good; `t` is the sender."""
        upid = target.upid
        if upid is None:
            return
        notify = upid.post(target.vector)
        if self.trace is not None:
            self.trace(f"[{t.tid}] senduipi: vector {target.vector} to {upid.tid}")
        receiver = self._receivers.get(upid.key)
        if receiver is None:
            if notify and upid.area not in self._own:
                upid.area.ring()
        elif receiver.thread is not t:
            self._notify(receiver)

    def _notify(self, receiver: Receiver) -> None:
        """Let a thread of this process run soon if the interrupt means something to it now."""
        target, scheduler = receiver.thread, self.process.scheduler
        if receiver.waiting or receiver.waits:
            scheduler.signalled(target)
        if receiver.uif and receiver.registered:
            scheduler.prefer(target)

    def watch(self) -> None:
        """Another process may post from now on: listen for it."""
        for area in self._own:
            if area.cookie not in self._watched:
                self._watched.add(area.cookie)
                start(self._listen, area)

    def _listen(self, area: Area) -> None:
        """A host thread's life: pass on each ring. What came before it began counts, too."""
        while True:
            heard = area.rings()
            self.process.scheduler.from_outside(self._rung)
            area.await_ring(heard)

    def _rung(self) -> None:
        for receiver in self._receivers.values():
            if receiver.upid is not None and receiver.upid.noticed():
                self._notify(receiver)

    # life of threads and processes

    def thread_exit(self, t: Thread) -> None:
        """Receiver marked dead, its own table gone."""
        if self.generation.thread_tables:
            self.drop_table(t)
        receiver: Receiver | None = t.ext.pop(Receiver, None)
        if receiver is not None:
            self.drop_upid(receiver)

    def forked(self, t: Thread) -> None:
        """In the child: no receiver; the table is the parent's, too."""
        self.table_shared = self.uitt is not None
        files = self.process.files
        for area in self._own:  # the parent's from here on
            files.unreserve(area.fd)
            area.fd = -1
        self._own.clear()
        self._watched.clear()
        self._receivers.clear()
        if self.generation.thread_tables:
            self._close_tables()
        t.ext.pop(Receiver, None)

    def about_to_fork(self) -> None:
        """The child can post to whom the table and inherited descriptors name."""
        self.table_shared = self.uitt is not None
        self.watch()

    def exec(self, t: Thread) -> None:
        """Nothing survives, of the threads that execve ended neither."""
        for receiver in list(self._receivers.values()):
            self.drop_upid(receiver)
        t.ext.pop(Receiver, None)
        self._close_tables()
        self.table_shared = False


def interrupts_of(t: Thread) -> UserInterrupts:
    """The state of the thread's process."""
    for extension in t.process.extensions:
        state = getattr(extension, "state", None)
        if isinstance(state, UserInterrupts):
            return state
    raise AssertionError("the extension that answers this call is not there")
