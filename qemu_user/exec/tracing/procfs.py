"""What a tracer sees under /proc/<pid> of the processes it traces: their guests."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..process import Process
    from .tracer import Tracer


def split(p: Process, path: bytes) -> tuple[Tracer, int, bytes] | None:
    """(tracer, tracee, name below its directory) of a normalised path; None for any other."""
    tracer = p.tracing.tracer if p.tracing is not None else None
    parts = path.split(b"/", 3)
    if tracer is None or len(parts) < 4 or parts[1] != b"proc" or not parts[2].isdigit():
        return None
    tid, name = int(parts[2]), parts[3]
    if name.startswith(b"task/"):
        below = name.split(b"/", 2)
        if len(below) == 3 and below[1].isdigit():
            tid, name = int(below[1]), below[2]
    if tid not in tracer.tracees:
        return None
    return tracer, tid, name
