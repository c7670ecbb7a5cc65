"""What a process knows of tracing: who traces it, and whom it traces."""

from __future__ import annotations

from .dispatch import TracedDispatcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..dispatch import Dispatcher
    from ..process import Process
    from ..thread import Thread
    from .link import Link
    from .tracer import Tracer


class Tracing:
    """Made when a process first traces or is traced; the process tells it what happens."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.links: list[Link] = []  # to the tracers of our threads
        self.tracer: Tracer | None = None  # when we trace others

    def wrap(self, dispatcher: Dispatcher) -> Dispatcher:
        """What is to answer system calls in place of `dispatcher`."""
        if isinstance(dispatcher, TracedDispatcher):
            return dispatcher
        return TracedDispatcher(dispatcher)

    def continued(self) -> None:
        """SIGCONT came: the group-stop is over."""
        self.process.group_stop = 0
        for t in self.process.threads.values():
            if t.traced is not None:
                t.traced.group = 0
                if t.traced.seized:
                    t.traced.interrupt()

    def forked(self, t: Thread) -> None:
        """In a forked child: its parent's links are not its own."""
        links, self.links = self.links, []
        tracer, self.tracer = self.tracer, None
        if t.traced is not None:
            t.traced.forked(t)
        for link in links:
            link.close()
        if tracer is not None:
            tracer.forked()

    def thread_ended(self, t: Thread, status: int) -> None:
        """`t` is gone while others live on."""
        traced, t.traced = t.traced, None
        if traced is not None:
            traced.link.ended(t.tid, status)

    def process_ended(self, status: int) -> None:
        """The process ends with `status` (as wait4 has it)."""
        for link in self.links:
            link.process_ended(status)


def tracing(process: Process) -> Tracing:
    """The process's state of tracing, which exists from now on."""
    if process.tracing is None:
        process.tracing = Tracing(process)
        process.answer(process.dispatcher)
    return process.tracing
