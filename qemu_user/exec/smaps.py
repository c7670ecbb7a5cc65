"""/proc/<pid>/smaps, smaps_rollup and numa_maps: what is resident of the guest's areas."""

from __future__ import annotations

from . import residence
from .abi.memory import MAP_DROPPABLE, MAP_TYPE
from .arena import PAGE
from .procfs import heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .thread import Thread
    from .vma import Vma

_GROWSDOWN = 0x100
_COLUMN = 23  # where the figures end
_OF_NUMA = (b"anon", b"dirty", b"mapped", b"mapmax", b"swapcache", b"active", b"writeback")


def _flags(vma: Vma) -> str:
    letters = [name for bit, name in ((1, "rd"), (2, "wr"), (4, "ex")) if vma.prot & bit]
    letters += ["sh"] if vma.shared else []
    letters += ["mr", *(["mw"] if vma.may_write else []), "me", *(["ms"] if vma.shared else [])]
    letters += ["gd"] if vma.flags & _GROWSDOWN or vma.name == b"[stack]" else []
    letters += ["lo"] if vma.locked else []
    letters += ["dc"] if vma.no_fork else []
    letters += ["nr", "wf", "dd", "dp"] if vma.flags & MAP_TYPE == MAP_DROPPABLE else []
    letters += ["sl"] if vma.sealed else []
    return " ".join((*letters, ""))


def _line(name: str, kb: int) -> str:
    return f"{name}:{kb:{_COLUMN - len(name)}} kB\n"


def _lines(figures: dict[bytes, int]) -> str:
    return "".join(_line(name.decode(), kb) for name, kb in figures.items())


def smaps(t: Thread) -> bytes:
    """/proc/pid/smaps."""
    out = []
    for vma, figures in residence.by_area(t.memory):
        figures[b"Locked"] = figures.get(b"Pss", 0) if vma.locked else 0
        sizes = (("Size", vma.end - vma.start), ("KernelPageSize", PAGE), ("MMUPageSize", PAGE))
        head = "".join(_line(name, size // 1024) for name, size in sizes)
        tail = f"THPeligible:           0\nVmFlags: {_flags(vma)}\n"
        out.append(heading(vma) + (head + _lines(figures) + tail).encode())
    return b"".join(out)


def smaps_rollup(t: Thread) -> bytes:
    """/proc/pid/smaps_rollup: the sums."""
    found = residence.areas(t.memory)
    with open("/proc/self/smaps_rollup", "rb") as file:
        names = [line.partition(b":")[0] for line in file][1:]
    sums = dict.fromkeys(names, 0)
    for area in found:
        pss, anonymous = area.figures.get(b"Pss", 0), area.figures.get(b"Anonymous", 0)
        of_anonymous = min(pss, anonymous)
        kind = b"Pss_Shmem" if area.is_shared_memory else b"Pss_File"
        parts = {**area.figures, b"Pss_Anon": of_anonymous, kind: pss - of_anonymous}
        for name in sums:
            sums[name] += parts.get(name, 0)
    vmas = list(t.memory.vmas)
    head = f"{vmas[0].start:08x}-{vmas[-1].end:08x} ---p 00000000 00:00 0 ".ljust(73)
    return (head + "[rollup]\n" + _lines(sums)).encode()


def numa_maps(t: Thread) -> bytes:
    """/proc/pid/numa_maps: the host's figures, added up for each of the guest's areas."""
    base, out = t.memory.base, []
    with open("/proc/self/numa_maps", "rb") as file:
        host = [(int(line.split(None, 1)[0], 16) - base, line.split()[1:]) for line in file]
    for vma in t.memory.vmas:
        policy = b"default"
        counts: dict[bytes, int] = {}
        for addr, words in host:
            if vma.start <= addr < vma.end:
                policy = words[0]
                for word in words[1:]:
                    name, _, number = word.partition(b"=")
                    if name in _OF_NUMA or name[1:].isdigit():
                        counts[name] = counts.get(name, 0) + int(number)
        parts = [b"%08x %s" % (vma.start, policy), *_what(vma)]
        parts += [b"%s=%d" % (name, counts[name]) for name in sorted(counts, key=_order)]
        parts += [b"kernelpagesize_kB=%d" % (PAGE // 1024)] if counts else []
        out.append(b" ".join(parts) + b"\n")
    return b"".join(out)


def _what(vma: Vma) -> list[bytes]:
    if vma.name.startswith(b"/"):
        return [b"file=" + vma.name.replace(b"\n", b"\\012").replace(b" ", b"\\040")]
    return [vma.name[1:-1]] if vma.name in (b"[heap]", b"[stack]") else []


def _order(name: bytes) -> tuple[int, int]:
    if name in _OF_NUMA:
        return _OF_NUMA.index(name), 0
    return len(_OF_NUMA), int(name[1:])
