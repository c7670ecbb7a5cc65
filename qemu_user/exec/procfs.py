"""The files under /proc/<pid> of which the guest must see its own version (man 5 proc)."""

from __future__ import annotations

from .signals import COUNT, bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Process
    from .thread import Thread
    from .vma import Vma

_READ, _WRITE, _EXEC = 1, 2, 4
_NAME_COLUMN = 73  # where the kernel pads a mapping's line to
_SIG_IGN = 1
_TICK = 10_000_000  # ns: what /proc counts CPU time in
_STACK = b"[stack]"
OWN = b"/proc/self"  # where the host has the file of the whole process


def heading(vma: Vma) -> bytes:
    """The line of an area in maps and smaps."""
    letters = (
        ("r" if vma.prot & _READ else "-")
        + ("w" if vma.prot & _WRITE else "-")
        + ("x" if vma.prot & _EXEC else "-")
        + ("s" if vma.shared else "p")
    )
    dev = f"{vma.dev >> 8 & 0xFFF:02x}:{vma.dev & 0xFF | vma.dev >> 12 & 0xFFF00:02x}"
    head = f"{vma.start:08x}-{vma.end:08x} {letters} {vma.offset:08x} {dev} {vma.ino} "
    line = head.encode()
    if vma.name:
        line = line.ljust(_NAME_COLUMN) + vma.name.replace(b"\n", b"\\012")
    return line + b"\n"


def maps(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/maps: a line for each area."""
    return b"".join(heading(vma) for vma in t.memory.vmas)


def smaps(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/smaps."""
    from .smaps import smaps

    return smaps(t)


def smaps_rollup(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/smaps_rollup."""
    from .smaps import smaps_rollup

    return smaps_rollup(t)


def auxv(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/auxv."""
    data: bytes = t.process.image.auxv
    return data


def _memory(t: Thread, start: int, end: int) -> bytes:
    return t.memory.peek(start, end - start) if end > start else b""


def cmdline(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/cmdline: what is in memory now, since programs rewrite it."""
    return _memory(t, t.process.image.arg_start, t.process.image.arg_end)


def environ(t: Thread, _: bytes = OWN) -> bytes:
    """/proc/pid/environ."""
    return _memory(t, t.process.image.env_start, t.process.image.env_end)


def _total(t: Thread) -> int:
    """Bytes mapped."""
    return sum(vma.end - vma.start for vma in t.memory.vmas)


def stat(t: Thread, where: bytes = OWN) -> bytes:
    """/proc/pid/stat: the host's numbers, those of memory and threads replaced."""
    with open(where + b"/stat", "rb") as file:
        text = file.read()
    fields = text[text.rindex(b")") + 2 :].split()
    first = 3  # number of the field after the name, as man 5 proc counts
    image = t.process.image
    changes = {
        20: len(t.process.threads),
        23: _total(t),
        26: image.code_start,
        27: image.code_end,
        28: image.sp,
        29: 0,
        30: 0,
        31: t.pending.bits & 0x7FFFFFFF,
        32: t.mask & 0x7FFFFFFF,
        33: _actions(t.process)[0] & 0x7FFFFFFF,
        34: _actions(t.process)[1] & 0x7FFFFFFF,
        45: 0,
        46: 0,
        47: t.memory.brk_start,
        48: image.arg_start,
        49: image.arg_end,
        50: image.env_start,
        51: image.env_end,
    }
    tid = t.process.pid
    if where != OWN:
        tid, changes[14], changes[15] = t.tid, t.process.scheduler.cpu_time(t) // _TICK, 0
    for number, value in changes.items():
        fields[number - first] = b"%d" % value
    return b"%d (%s) " % (tid, t.comm) + b" ".join(fields) + b"\n"


def statm(t: Thread, where: bytes = OWN) -> bytes:
    """/proc/pid/statm: the size is the guest's, what is resident the host's."""
    with open(where + b"/statm", "rb") as file:
        fields = file.read().split()
    fields[0] = b"%d" % (_total(t) // 4096)
    fields[3] = b"%d" % (_code(t) // 4096)
    fields[5] = b"%d" % ((_data(t) + _stack(t)) // 4096)
    return b" ".join(fields) + b"\n"


def _actions(p: Process) -> tuple[int, int]:
    """Signals that are ignored and that have a handler, as bits."""
    ignored = caught = 0
    for signo in range(1, COUNT + 1):
        handler = p.handlers[signo].handler
        if handler == _SIG_IGN:
            ignored |= bit(signo)
        elif handler:
            caught |= bit(signo)
    return ignored, caught


def status(t: Thread, where: bytes = OWN) -> bytes:
    """/proc/pid/status: the host's, with the guest's name, threads, signals and memory."""
    with open(where + b"/status", "rb") as file:
        lines = file.read().splitlines(keepends=True)
    ignored, caught = _actions(t.process)
    total = _total(t) // 1024
    changes = {
        b"Name": b"%s" % t.comm,
        b"Threads": b"%d" % len(t.process.threads),
        b"SigPnd": b"%016x" % t.pending.bits,
        b"ShdPnd": b"%016x" % t.process.pending.bits,
        b"SigBlk": b"%016x" % t.mask,
        b"SigIgn": b"%016x" % ignored,
        b"SigCgt": b"%016x" % caught,
        b"TracerPid": b"%d" % _tracer(t),
        b"Seccomp": b"%d" % (0 if t.seccomp is None else t.seccomp.mode),
        b"Seccomp_filters": b"%d" % (0 if t.seccomp is None else len(t.seccomp.filters)),
        b"VmSize": b"%8d kB" % total,
        b"VmPeak": b"%8d kB" % total,
        b"VmStk": b"%8d kB" % (_stack(t) // 1024),
        b"VmData": b"%8d kB" % (_data(t) // 1024),
        b"VmExe": b"%8d kB" % (_code(t) // 1024),
        b"VmLib": b"%8d kB" % ((_executable(t) - _code(t)) // 1024),
    }
    out = []
    for line in lines:
        key = line.split(b":", 1)[0]
        out.append(key + b":\t" + changes[key] + b"\n" if key in changes else line)
    return b"".join(out)


def _tracer(t: Thread) -> int:
    return 0 if t.traced is None else t.traced.link.pid


def _stack(t: Thread) -> int:
    return sum(vma.end - vma.start for vma in t.memory.vmas if vma.name == _STACK)


def _data(t: Thread) -> int:
    """Private memory that can be written, but for the stack."""
    areas = (v for v in t.memory.vmas if v.prot & _WRITE and not v.shared and v.name != _STACK)
    return sum(vma.end - vma.start for vma in areas)


def _code(t: Thread) -> int:
    image = t.process.image
    size: int = (image.code_end + 4095 & -4096) - (image.code_start & -4096)
    return size


def _executable(t: Thread) -> int:
    """Code that can't be written."""
    areas = (v for v in t.memory.vmas if v.prot & _EXEC and not v.prot & _WRITE)
    return sum(vma.end - vma.start for vma in areas)
